"""Fits whose support moves, or whose likelihood is unbounded: the highest maximum, or none."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from scipy import optimize, special, stats

from helpers.likelihood import fit_mle, log_likelihood


def draw(family, args, seed, n=200):
    return getattr(stats, family)(*args).rvs(size=n, random_state=np.random.default_rng(seed))


# Family, parameters of the truth, what is freed.
MOVING = [
    ("triang", (0.3, 1.0, 2.0), {"loc": None, "scale": None}),
    ("pareto", (2.5, 0.0, 1.0), {"loc": None}),
    ("powerlaw", (1.7, 0.0, 3.0), {"scale": None}),
    ("bradford", (2.0, 1.0, 2.0), {"loc": None, "scale": None}),
    ("gengamma", (4.4, -3.1), None),
    ("dgamma", (2.5,), None),
    ("genhalflogistic", (0.6,), None),
    ("genextreme", (0.3, 5.0, 2.0), None),
    ("genpareto", (-0.3,), None),
    ("rdist", (1.6,), None),
    ("trapezoid", (0.2, 0.8), None),
]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(("family", "args", "freed"), MOVING, ids=[row[0] for row in MOVING])
def test_no_fit_lies_below_scipys_or_the_truth(family, args, freed, seed):
    law, data = getattr(stats, family), draw(family, args, seed)
    fit = fit_mle(family, data, fixed=freed)
    shapes = [name for name in fit.params if name not in ("loc", "scale")]
    held = {
        "f" + (name if name in ("loc", "scale") else str(shapes.index(name))): value
        for name, value in fit.params.items()
        if name not in fit.standard_errors
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = law.fit(data, **held)
        # What SciPy calls a fit may lie outside the family: its density is then zero there.
        value = law.logpdf(data, *theirs).sum()
    tiny = 1e-6 * (1.0 + abs(fit.log_likelihood))
    assert not fit.log_likelihood < value - tiny
    if set(fit.params) - set(fit.standard_errors) <= {"loc", "scale"}:
        assert fit.log_likelihood >= law.logpdf(data, *args).sum() - tiny
    assert fit.log_likelihood == pytest.approx(log_likelihood(family, fit.params, data), rel=1e-12)


def test_where_the_end_of_the_support_is_the_estimate():
    x = draw("powerlaw", (1.7, 0.0, 3.0), 5)
    fit = fit_mle("powerlaw", x, fixed={"scale": None})
    assert fit.params["scale"] == x.max()
    assert fit.params["a"] == pytest.approx(-x.size / np.log(x / x.max()).sum(), rel=1e-12)
    assert fit.standard_errors["scale"] is None
    x = draw("loguniform", (0.01, 1.25), 5)
    fit = fit_mle("loguniform", x)
    assert (fit.params["a"], fit.params["b"]) == (x.min(), x.max())
    assert set(fit.standard_errors.values()) == {None}
    x = draw("bradford", (2.0, 1.0, 2.0), 5)
    fit = fit_mle("bradford", x, fixed={"loc": None, "scale": None})
    assert fit.params["loc"] == pytest.approx(x.min(), rel=1e-12)
    assert fit.params["loc"] + fit.params["scale"] == pytest.approx(x.max(), rel=1e-12)
    assert fit.standard_errors["loc"] is None
    # On the interval that is left, one number: a grid finds none better.
    best = max(
        stats.bradford(c, x.min(), np.ptp(x) * (1 + 1e-15)).logpdf(x).sum()
        for c in np.linspace(0.1, 10, 2000)
    )
    assert fit.log_likelihood >= best - 1e-9
    x = draw("pareto", (2.5, 0.0, 1.0), 5)
    free, held = fit_mle("pareto", x, fixed={"loc": None}), fit_mle("pareto", x)
    assert free.log_likelihood >= held.log_likelihood
    assert free.params["loc"] + free.params["scale"] == pytest.approx(x.min(), rel=1e-12)


UNBOUNDED = [
    ("lognorm", (0.6,), {"loc": None}),
    ("weibull_min", (1.8,), {"loc": None}),
    ("gamma", (2.5,), {"loc": None}),
    ("beta", (2.0, 3.0), {"loc": None, "scale": None}),
    ("genpareto", (-1.5,), None),
    ("genextreme", (1.6,), None),
    ("fisk", (2.0,), {"loc": None}),
    ("rdist", (3.0,), {"loc": None, "scale": None}),
]


@pytest.mark.parametrize(("family", "args", "freed"), UNBOUNDED, ids=[u[0] for u in UNBOUNDED])
def test_an_unbounded_likelihood_is_refused(family, args, freed):
    data = draw(family, args, 3)
    with pytest.raises(ValueError, match=r"^data: .*(unbounded|no maximum)"):
        fit_mle(family, data, fixed=freed)


@pytest.mark.parametrize("family", ["gamma", "weibull_min", "lognorm"])
def test_the_interior_maximum_for_who_asks(family):
    data = 5.0 + draw("gamma", (3.0,), 6, 400)
    fit = fit_mle(family, data, fixed={"loc": None}, maximum="local")
    assert fit.params["loc"] < data.min() - 1e-3
    for name in fit.standard_errors:
        for step in (-1e-3, 1e-3):
            moved = {**fit.params, name: fit.params[name] * (1 + step)}
            assert log_likelihood(family, moved, data) < fit.log_likelihood
    with pytest.raises(ValueError, match="maximum: expected"):
        fit_mle(family, data, maximum="best")


def test_t_on_ties():
    with pytest.raises(ValueError, match="half of the observations equal"):
        fit_mle("t", [1.0] * 60 + list(np.linspace(0, 2, 40)))


def test_nearly_equal_data_and_nearly_poisson_counts_keep_their_digits():
    rng = np.random.default_rng(8)
    x = 1.0 + 1e-6 * rng.standard_normal(50)
    fit = fit_mle("gamma", x)
    # To second order the shape is the square of mean over spread.
    d = (x - x.mean()) / x.mean()
    gap = float(np.mean(d**2 / 2 - d**3 / 3 + d**4 / 4))
    # log a - digamma(a) = 1/(2a) + 1/(12 a^2) + ...
    assert fit.params["a"] == pytest.approx(0.5 / gap + 1 / 6, rel=1e-8)
    counts = np.repeat([0, 1, 2, 3, 4, 5], [370, 366, 184, 61, 20, 3])
    assert 0 < counts.var() - counts.mean() < 0.05
    fit = fit_mle("nbinom", counts)
    values, seen = np.unique(counts, return_counts=True)

    def loss(log_n):
        n = math.exp(log_n)
        p = n / (n + counts.mean())
        rising = np.array([np.log1p(np.arange(k) / n).sum() for k in values])
        logs = rising + values * math.log(n) - special.gammaln(values + 1)
        return -float(seen @ (logs + n * math.log(p) + values * math.log1p(-p)))

    best = optimize.minimize_scalar(loss, bounds=(0, 20), method="bounded", options={"xatol": 1e-9})
    assert fit.log_likelihood == pytest.approx(-best.fun, rel=1e-11)


def test_names_that_the_field_uses_and_near_names():
    data = [1.0, 2.0, 4.0]
    assert fit_mle("normal", data).family == "norm"
    assert fit_mle("Log-normal", data).family == "lognorm"
    assert fit_mle("negative binomial", [0, 1, 9, 4]).family == "nbinom"
    with pytest.raises(
        ValueError, match=r"no univariate family named 'gama'; did you mean 'gamma'"
    ):
        fit_mle("gama", data)
    with pytest.raises(ValueError, match="no univariate family named 'rvs_ratio_uniforms'"):
        fit_mle("rvs_ratio_uniforms", data)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("held", [{}, {"p": 0.6}])
def test_the_number_of_trials_against_every_other(seed, held):
    x = np.random.default_rng(seed).binomial(12, 0.6, 80)
    fit = fit_mle("binom", x, fixed={"n": None, **held})
    n = fit.params["n"]
    assert n == int(n)
    assert set(fit.standard_errors.values()) == {None}
    others = [fit_mle("binom", x, fixed={"n": k, **held}) for k in range(x.max(), 400)]
    assert fit.log_likelihood == pytest.approx(max(o.log_likelihood for o in others), rel=1e-13)
    assert others[int(n) - x.max()].log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-13)


def test_trials_without_end():
    with pytest.raises(ValueError, match="towards the Poisson law"):
        fit_mle("binom", [0, 1, 9, 2, 7])
    with pytest.raises(ValueError, match="an observation above 0"):
        fit_mle("binom", [0, 0])
    assert fit_mle("binom", [3, 3, 3]).params == {"n": 3.0, "p": 1.0, "loc": 0.0}


RISING = [
    ("t", stats.uniform(-1, 2), {}, "df goes to inf, towards that of norm"),
    ("t", stats.uniform(-1, 2), {"loc": 0.0, "scale": 0.6}, "df goes to inf"),
    ("skewnorm", stats.halfnorm(), {"loc": 0.0, "scale": 1.0}, "towards that of halfnorm"),
    ("exponnorm", stats.loggamma(1.0), {}, "K goes to 0, towards that of norm"),
    ("lomax", stats.uniform(), {}, "c goes to inf, towards that of expon"),
    ("gennorm", stats.arcsine(), {}, "beta goes to inf, towards that of uniform"),
    ("genlogistic", stats.expon(), {}, "towards that of gumbel_r"),
    ("f", stats.uniform(), {}, "dfd goes to inf, towards that of gamma"),
    ("betabinom", stats.hypergeom(20, 10, 10), {"n": 10.0}, "towards that of binom"),
    ("logser", stats.randint(1, 2), {}, "p goes to 0"),
    ("zipf", stats.randint(1, 2), {}, "a goes to inf"),
]


@pytest.mark.parametrize(("family", "law", "fixed", "said"), RISING, ids=[r[0] for r in RISING])
def test_a_likelihood_that_rises_towards_a_limit_has_no_maximum(family, law, fixed, said):
    data = law.rvs(size=300, random_state=np.random.default_rng(4))
    with pytest.raises(ValueError, match=f"^data: the likelihood of {family} has no .*{said}"):
        fit_mle(family, data, fixed=fixed)


def test_heavy_tails_and_shapes_at_a_closed_end_are_fitted():
    rng = np.random.default_rng(1)
    fit = fit_mle("t", rng.standard_t(12, 2000))
    assert fit.log_likelihood > fit_mle("norm", fit.data).log_likelihood
    # A chi-squared sample with fewer degrees of freedom than are held: nc = 0 is the best there is.
    x = rng.chisquare(3, 100)
    fit = fit_mle("ncx2", x, fixed={"df": 3.5, "scale": 1.0})
    assert fit.params["nc"] == 0.0
    assert fit.standard_errors["nc"] is None
    assert fit.log_likelihood == pytest.approx(stats.chi2(3.5).logpdf(x).sum(), rel=1e-10)


def test_far_from_zero_a_rice_law_is_nearly_normal():
    x = np.random.default_rng(1).normal(1.0, 0.01, 300)
    fit = fit_mle("rice", x)
    assert fit.params["scale"] == pytest.approx(x.std(), rel=1e-3)
    assert fit.params["b"] * fit.params["scale"] == pytest.approx(x.mean(), rel=1e-3)


def test_nakagami_is_the_root_of_gamma():
    x = stats.nakagami(0.7, scale=3.0).rvs(200, random_state=np.random.default_rng(2))
    fit, squares = fit_mle("nakagami", x), fit_mle("gamma", x**2)
    assert fit.params["nu"] == pytest.approx(squares.params["a"], rel=1e-12)
    jacobian = np.log(2.0 * x).sum()
    assert fit.log_likelihood == pytest.approx(squares.log_likelihood + jacobian, rel=1e-12)
    assert fit.standard_errors["nu"] == pytest.approx(squares.standard_errors["a"], rel=1e-6)
