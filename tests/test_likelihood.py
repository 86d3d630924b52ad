"""Log-likelihoods and fits: against references from outside, at the edges, and when refused."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from helpers.divergence import cross_entropy, entropy, kl_divergence
from helpers.likelihood import Empirical, empirical, fit_mle, log_likelihood

REFERENCES = json.loads(
    (Path(__file__).parent / "references" / "fits.json").read_text(encoding="utf-8")
)
FITS = REFERENCES["fits"]


def sample(name):
    values, counts = zip(*REFERENCES["data"][name], strict=True)
    return empirical(values, counts=counts)


def named(fit):
    held = "".join(f"-{key}={value}" for key, value in fit["fixed"].items())
    return f"{fit['data']}-{fit['family']}{held}"


def test_the_data_are_the_published_ones():
    expected = {
        # n and mean, as printed by the authors or their editors.
        "rutherford": (2608, 3.871549),
        "bortkiewicz": (200, 0.61),
        "student_1": (400, 0.6825),
        "student_4": (400, 4.68),
        "newcomb": (66, 26.212121),
        "michelson": (100, 852.4),
        "nile": (100, 919.35),
    }
    assert REFERENCES["data"].keys() == expected.keys()
    for name, (n, mean) in expected.items():
        assert sample(name).n == n
        assert sample(name).mean() == pytest.approx(mean, abs=5e-7)
    assert len(FITS) >= 25


@pytest.mark.parametrize("reference", FITS, ids=named)
def test_fit_meets_the_reference(reference):
    data = sample(reference["data"])
    fit = fit_mle(reference["family"], data, fixed=reference["fixed"])
    for name, value in reference["params"].items():
        assert fit.params[name] == pytest.approx(float(value), rel=1e-9), name
    assert fit.log_likelihood == pytest.approx(float(reference["log_likelihood"]), rel=1e-12)
    for name, value in reference.get("standard_errors", {}).items():
        assert fit.standard_errors[name] == pytest.approx(float(value), rel=1e-8), name
    assert fit.n == data.n
    assert all(fit.params[name] == value for name, value in reference["fixed"].items())
    # Every observation by itself gives the same as the table of counts.
    single = fit_mle(
        reference["family"], np.repeat(data.values, data.counts), fixed=reference["fixed"]
    )
    for name, value in fit.params.items():
        assert single.params[name] == pytest.approx(value, rel=1e-8)


@pytest.mark.parametrize("reference", FITS, ids=named)
def test_no_neighbour_is_more_likely(reference):
    data = sample(reference["data"])
    fit = fit_mle(reference["family"], data, fixed=reference["fixed"])
    free = fit.standard_errors
    assert set(free) == set(reference["params"])
    for name in free:
        for step in (-0.05, -1e-3, 1e-3, 0.05):
            moved = {**fit.params, name: fit.params[name] * (1 + step)}
            value = log_likelihood(reference["family"], moved, data)
            # Between the two middle observations the Laplace likelihood is flat.
            assert value < fit.log_likelihood or (
                abs(step) < 0.01 and value == pytest.approx(fit.log_likelihood, rel=1e-14)
            )


@pytest.mark.parametrize(
    ("family", "fixed"),
    [
        ("norm", {}),
        ("expon", {}),
        ("gamma", {}),
        ("gamma", {"a": 20.0}),
        ("gamma", {"scale": 20.0}),
        ("invgamma", {}),
        ("invgamma", {"a": 20.0}),
        ("invgamma", {"scale": 2e4}),
        ("lognorm", {}),
        ("lognorm", {"s": 0.2}),
        ("lognorm", {"scale": 800.0}),
        ("weibull_min", {}),
        ("weibull_min", {"c": 4.0}),
        ("weibull_min", {"scale": 900.0}),
        ("gumbel_r", {}),
        ("gumbel_r", {"scale": 150.0}),
        ("gumbel_r", {"loc": 800.0}),
        ("gumbel_l", {"scale": 150.0}),
        ("beta", {"loc": 0.0, "scale": 1500.0}),
        ("beta", {"loc": 0.0, "scale": 1500.0, "a": 8.0}),
        ("beta", {"loc": 0.0, "scale": 1500.0, "b": 8.0}),
        ("rayleigh", {}),
        ("halfnorm", {}),
        ("norm", {"loc": 900.0}),
        ("norm", {"scale": 100.0}),
        ("laplace", {"loc": 900.0}),
        ("pareto", {"scale": 400.0}),
        ("expon", {"loc": 400.0}),
    ],
)
def test_standard_errors_are_the_curvature_of_the_likelihood(family, fixed):
    data = sample("nile")
    fit = fit_mle(family, data, fixed=fixed)
    free = list(fit.standard_errors)
    assert free
    assert not set(free) & set(fixed)
    steps = [1e-4 * fit.params[name] for name in free]

    def at(*moves):
        moved = {
            name: fit.params[name] + m * h for name, m, h in zip(free, moves, steps, strict=True)
        }
        return log_likelihood(family, {**fit.params, **moved}, data)

    size = len(free)
    information = np.empty((size, size))
    unit = np.eye(size)
    for i in range(size):
        for j in range(size):
            corners = [
                at(*(a * unit[i] + b * unit[j])) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            information[i, j] = -(corners[0] - corners[1] - corners[2] + corners[3]) / (
                4 * steps[i] * steps[j]
            )
    expected = np.sqrt(np.diag(np.linalg.inv(information)))
    for name, value in zip(free, expected, strict=True):
        assert fit.standard_errors[name] == pytest.approx(value, rel=1e-3)
        # At the maximum the slope is nil: far less than one standard error's worth.
        e = dict.fromkeys(free, 0.0)
        e[name] = 1.0
        slope = (at(*e.values()) - at(*(-x for x in e.values()))) / 2
        assert abs(slope) < 1e-4 * max(1e-3, abs(at(*e.values()) - at(*(0 for _ in e)))) + 1e-7


def test_standard_errors_shrink_as_they_should():
    rng = np.random.default_rng(1)
    x = rng.poisson(4.0, 10_000)
    fit = fit_mle(stats.poisson, x)
    assert fit.standard_errors["mu"] == pytest.approx(math.sqrt(x.mean() / x.size), rel=1e-13)
    fit = fit_mle(stats.bernoulli, x > 4)
    share = (x > 4).mean()
    assert fit.params["p"] == pytest.approx(share, rel=1e-14)
    assert fit.standard_errors["p"] == pytest.approx(math.sqrt(share * (1 - share) / x.size))


@pytest.mark.parametrize(
    ("family", "args", "fixed"),
    [
        ("norm", (1.0, 2.0), None),
        ("gamma", (2.5, 0, 2.0), None),
        ("beta", (0.5, 2.0), None),
        ("lognorm", (0.5, 0, 2.0), None),
        ("weibull_min", (0.7, 0, 2.0), None),
        ("invgamma", (3.0, 0, 2.0), None),
        ("pareto", (2.5, 0, 2.0), None),
        ("gumbel_l", (1.0, 2.0), None),
        ("t", (4.0, 1.0, 2.0), None),
        ("cauchy", (1.0, 2.0), None),
        ("logistic", (1.0, 2.0), None),
        ("skewnorm", (3.0, 1.0, 2.0), None),
        ("nbinom", (2.5, 0.3), None),
        ("nbinom", (2.5, 0.3), {"n": 2.5}),
        ("nbinom", (2.5, 0.3), {"p": 0.3}),
        ("geom", (0.3,), None),
        ("zipf", (2.5,), None),
        ("binom", (9, 0.3), {"n": 9}),
    ],
)
def test_large_samples_give_back_the_truth(family, args, fixed):
    law = getattr(stats, family)
    data = law.rvs(*args, size=4000, random_state=np.random.default_rng(12))
    fit = fit_mle(family, data, fixed=fixed)
    truth = dict(
        zip([*(law.shapes or "").replace(",", " ").split(), "loc", "scale"], args, strict=False)
    )
    for name, error in fit.standard_errors.items():
        if error is None:
            assert fit.params[name] == pytest.approx(truth[name], rel=1e-3)
        else:
            assert abs(fit.params[name] - truth[name]) < 4.5 * error
    frozen = fit.distribution
    density = frozen.logpmf if hasattr(frozen.dist, "pmf") else frozen.logpdf
    assert fit.log_likelihood == pytest.approx(density(data).sum(), rel=1e-12)
    truth_value = log_likelihood(family, args, data)
    assert fit.log_likelihood >= truth_value


def test_agrees_with_scipy_where_scipy_is_right():
    rng = np.random.default_rng(3)
    x = stats.gamma(2.5, scale=2.0).rvs(500, random_state=rng)
    a, _, scale = stats.gamma.fit(x, floc=0)
    fit = fit_mle(stats.gamma, x)
    assert fit.params["a"] == pytest.approx(a, rel=1e-6)
    assert fit.params["scale"] == pytest.approx(scale, rel=1e-6)
    for family in ("norm", "laplace", "gumbel_r", "logistic", "uniform", "expon", "halfnorm"):
        law = getattr(stats, family)
        theirs = law.fit(x)
        ours = fit_mle(law, x, fixed={"loc": None})
        value = log_likelihood(law, theirs, x)
        assert ours.log_likelihood == pytest.approx(value, rel=1e-9)
        assert ours.log_likelihood >= value - 1e-9 * abs(value)


def test_boundary_maxima():
    fit = fit_mle(stats.uniform, [0.5, 2.0, 1.25], fixed={"loc": 0})
    assert fit.params == {"loc": 0.0, "scale": 2.0}
    assert fit.standard_errors == {"scale": None}
    assert fit.log_likelihood == pytest.approx(-3 * math.log(2))
    fit = fit_mle(stats.uniform, [0.5, 2.0, 1.25])
    assert fit.params == {"loc": 0.5, "scale": 1.5}
    fit = fit_mle(stats.uniform, [0.5, 2.0, 1.25], fixed={"scale": 3})
    assert fit.params["loc"] == pytest.approx(-0.25)
    fit = fit_mle(stats.expon, [1.0, 2.0, 6.0], fixed={"loc": None})
    assert fit.params == {"loc": 1.0, "scale": 2.0}
    assert fit.standard_errors["loc"] is None
    fit = fit_mle(stats.expon, [1.0, 2.0, 6.0], fixed={"loc": None, "scale": 2.0})
    assert fit.params == {"loc": 1.0, "scale": 2.0}
    fit = fit_mle(stats.halfnorm, [1.0, 2.0, 6.0], fixed={"loc": None, "scale": 2.0})
    assert fit.params["loc"] == 1.0
    fit = fit_mle(stats.pareto, [2.0, 4.0, 8.0])
    assert fit.params["scale"] == 2.0
    assert fit.params["b"] == pytest.approx(1 / math.log(2))
    fit = fit_mle(stats.pareto, [2.0, 4.0, 8.0], fixed={"b": 1.5})
    assert fit.params["scale"] == 2.0
    fit = fit_mle(stats.randint, [3, 5, 9])
    assert fit.params == {"low": 3.0, "high": 10.0, "loc": 0.0}
    assert fit.log_likelihood == pytest.approx(-3 * math.log(7))
    assert fit_mle(stats.randint, [3, 5, 9], fixed={"low": 0}).params["high"] == 10.0
    fit = fit_mle(stats.laplace, [1.0, 2.0, 6.0], fixed={"scale": 1.0})
    assert fit.params["loc"] == 2.0
    fit = fit_mle(stats.laplace, [1.0, 2.0, 6.0, 7.0])
    assert fit.params == {"loc": 4.0, "scale": 2.5}


def test_maxima_at_the_end_of_a_family():
    for family, data, params in (
        (stats.bernoulli, [0, 0, 0], {"p": 0.0, "loc": 0.0}),
        (stats.bernoulli, [1, 1], {"p": 1.0, "loc": 0.0}),
        (stats.poisson, [0, 0], {"mu": 0.0, "loc": 0.0}),
        (stats.geom, [1, 1], {"p": 1.0, "loc": 0.0}),
    ):
        fit = fit_mle(family, data)
        assert fit.params == params
        assert fit.log_likelihood == 0.0
        assert set(fit.standard_errors.values()) == {None}


def test_everything_fixed_leaves_nothing_to_fit():
    fit = fit_mle(stats.norm, [1.0, 2.0], fixed={"loc": 1.0, "scale": 2.0})
    assert fit.standard_errors == {}
    assert fit.method == "closed form"
    assert fit.log_likelihood == pytest.approx(stats.norm(1, 2).logpdf([1, 2]).sum())


def test_the_unit_of_the_data_does_not_matter():
    for family in ("gamma", "weibull_min", "norm", "gumbel_r", "logistic", "t"):
        data = sample("newcomb" if family == "t" else "nile")
        one = fit_mle(family, data)
        for factor in (1e-12, 1e9):
            other = fit_mle(family, empirical(data.values * factor, counts=data.counts))
            for name in one.standard_errors:
                by = factor if name in ("loc", "scale") else 1.0
                assert other.params[name] == pytest.approx(by * one.params[name], rel=1e-6)
                assert other.standard_errors[name] == pytest.approx(
                    by * one.standard_errors[name], rel=1e-5
                )


@pytest.mark.parametrize("family", ["expon", "laplace", "gamma", "lognorm", "logistic"])
@pytest.mark.parametrize("unit", [1e300, 1e-320])
def test_a_unit_whose_square_is_no_number(family, unit):
    data = np.array([1.0, 2.0, 1.5, 4.0])
    one, far = fit_mle(family, data), fit_mle(family, data * unit)
    assert far.params["scale"] == pytest.approx(one.params["scale"] * unit, rel=1e-3)
    assert math.isfinite(far.log_likelihood)
    assert all(error is None or error > 0 for error in far.standard_errors.values())


def test_a_freed_location():
    data = 5.0 + stats.gamma(3.0).rvs(400, random_state=np.random.default_rng(6))
    for family in ("gamma", "weibull_min", "lognorm", "rayleigh", "invgamma"):
        free = fit_mle(family, data, fixed={"loc": None}, maximum="local")
        assert free.method == "numerical"
        assert "loc" in free.standard_errors
        assert free.log_likelihood > fit_mle(family, data).log_likelihood
    one = fit_mle("pareto", data, fixed={"loc": 0.0, "b": 2.0})
    assert one.params["scale"] == data.min()
    x = stats.beta(2, 3).rvs(300, random_state=np.random.default_rng(7))
    wide = fit_mle("beta", x, fixed={"scale": None}, maximum="local")
    assert wide.log_likelihood >= fit_mle("beta", x).log_likelihood


def test_parameters_in_an_interval():
    data = stats.logser(0.7).rvs(2000, random_state=np.random.default_rng(8))
    fit = fit_mle("logser", data)
    assert abs(fit.params["p"] - 0.7) < 4 * fit.standard_errors["p"]
    # The likelihood equation of an exponential family: the mean is met.
    assert stats.logser(fit.params["p"]).mean() == pytest.approx(data.mean(), rel=1e-6)


@pytest.mark.parametrize("shape", [-0.2, 0.1, 0.3])
def test_a_support_that_moves_with_the_parameters(shape):
    # SciPy's start for the shape, with a median and a spread, excludes half of such a sample.
    data = stats.genextreme(shape, 5.0, 2.0).rvs(500, random_state=np.random.default_rng(9))
    fit = fit_mle("genextreme", data)
    theirs = stats.genextreme.fit(data)
    assert fit.log_likelihood >= stats.genextreme(*theirs).logpdf(data).sum() - 1e-6
    assert abs(fit.params["c"] - shape) < 4 * fit.standard_errors["c"]


def test_angles():
    data = stats.vonmises(2.0, 0.5).rvs(400, random_state=np.random.default_rng(10))
    fit = fit_mle("vonmises", data)
    # The likelihood equations: the mean direction, and I1/I0 at the mean length.
    centre = np.exp(1j * data).mean()
    assert fit.params["scale"] == 1.0
    assert fit.params["loc"] == pytest.approx(np.angle(centre), rel=1e-7)
    kappa = fit.params["kappa"]
    assert special.ive(1, kappa) / special.ive(0, kappa) == pytest.approx(abs(centre), rel=1e-7)


def test_a_kink_has_no_standard_error():
    data = stats.triang(0.3).rvs(200, random_state=np.random.default_rng(11))
    fit = fit_mle("triang", data)
    assert fit.standard_errors == {"c": None}
    # The likelihood of the mode has its maximum at an observation.
    assert np.abs(data - fit.params["c"]).min() < 1e-6


@pytest.mark.parametrize(
    ("family", "params"),
    [
        ("gamma", {"a": 2.5, "loc": 0.0, "scale": 3.0}),
        ("lognorm", {"s": 0.7, "loc": -1.0, "scale": 2.0}),
        ("genpareto", {"c": 0.3, "loc": -1.0, "scale": 2.0}),
        ("t", {"df": 3.0, "loc": 1.0, "scale": 0.5}),
        ("uniform", {"loc": 0.0, "scale": 9.0}),
        ("beta", {"a": 2.0, "b": 3.0, "loc": 0.0, "scale": 9.0}),
    ],
)
def test_one_set_of_parameters_and_several_agree(family, params):
    values = stats.gamma(2.0).rvs(40_000, random_state=np.random.default_rng(12)).clip(0.01, 8.9)
    expected = getattr(stats, family)(**params).logpdf(values).sum()
    assert log_likelihood(family, params, values) == pytest.approx(expected, rel=1e-12)
    both = log_likelihood(family, {**params, "scale": [params["scale"]] * 2}, values)
    assert both.tolist() == pytest.approx([expected] * 2, rel=1e-12)
    counted = log_likelihood(family, params, empirical([1.0, 2.0], counts=[3, 2]))
    law = getattr(stats, family)(**params)
    assert counted == pytest.approx(3 * law.logpdf(1.0) + 2 * law.logpdf(2.0), rel=1e-12)


def test_methods_are_named():
    data = sample("nile")
    assert fit_mle("norm", data).method == "closed form"
    assert fit_mle("gamma", data).method == "likelihood equations"
    assert fit_mle("logistic", data).method == "likelihood equations"
    assert fit_mle("gamma", data, fixed={"a": 30}).method == "closed form"
    assert fit_mle("t", data, fixed={"df": 5}).method == "numerical"
    assert fit_mle("poisson", sample("rutherford")).method == "closed form"


def test_categorical():
    fit = fit_mle("categorical", ["b", "a", "b", "c"])
    assert fit.params == {"a": 0.25, "b": 0.5, "c": 0.25}
    assert fit.log_likelihood == pytest.approx(-4 * entropy([0.25, 0.5, 0.25]))
    assert fit.standard_errors["b"] == pytest.approx(0.25)
    assert fit.distribution.pmf("b") == 0.5
    assert fit_mle("categorical", [3, 3]).standard_errors == {3: None}
    # The empirical pmf is the maximiser: no other pmf is more likely.
    rng = np.random.default_rng(0)
    data = rng.integers(0, 4, 50)
    best = fit_mle("categorical", data)
    counts = best.distribution.counts
    for _ in range(50):
        other = rng.dirichlet(np.ones(4))
        assert float(counts @ np.log(other)) < best.log_likelihood


# --- the identity of the book -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["rutherford", "bortkiewicz", "student_1", "student_4"])
@pytest.mark.parametrize(
    ("family", "params"),
    [
        ("poisson", {"mu": 3.0}),
        ("geom", {"p": 0.3, "loc": -1}),
        ("nbinom", {"n": 4.0, "p": 0.5}),
        ("binom", {"n": 30, "p": 0.1}),
    ],
)
def test_likelihood_is_entropy_plus_divergence_on_real_data(name, family, params):
    p_hat = sample(name)
    model = getattr(stats, family)(**params)
    left = -log_likelihood(family, params, p_hat) / p_hat.n
    assert left == pytest.approx(entropy(p_hat) + kl_divergence(p_hat, model), rel=1e-12)
    assert left == pytest.approx(cross_entropy(p_hat, model), rel=1e-12)


def test_the_fit_minimises_the_divergence():
    p_hat = sample("rutherford")
    best = fit_mle("poisson", p_hat)
    least = kl_divergence(p_hat, best.distribution)
    for mu in np.linspace(3, 5, 41):
        assert kl_divergence(p_hat, stats.poisson(mu)) >= least


# --- log-likelihood ---------------------------------------------------------------------------


def test_log_likelihood_of_arrays_of_parameters():
    data = np.array([1.0, 2.0, 4.0])
    loc, scale = np.linspace(0, 3, 4)[:, None], np.array([0.5, 1.0, 2.0])
    surface = log_likelihood(stats.norm, {"loc": loc, "scale": scale}, data)
    assert surface.shape == (4, 3)
    for i in range(4):
        for j in range(3):
            expected = stats.norm(loc[i, 0], scale[j]).logpdf(data).sum()
            assert surface[i, j] == pytest.approx(expected, rel=1e-13)
    long = np.random.default_rng(0).normal(size=600_000)
    curve = log_likelihood("norm", {"loc": [0.0, 1.0]}, long)
    expected = [stats.norm.logpdf(long, loc).sum() for loc in (0, 1)]
    np.testing.assert_allclose(curve, expected, rtol=1e-12)


def test_log_likelihood_takes_parameters_in_order():
    data = [1, 2, 3]
    assert log_likelihood(stats.poisson, [2.0], data) == log_likelihood(
        "poisson", {"mu": 2.0}, data
    )
    assert log_likelihood(stats.norm, (), data) == pytest.approx(stats.norm.logpdf(data).sum())
    assert log_likelihood(stats.gamma, (2.0, 0.0, 3.0), data) == pytest.approx(
        stats.gamma(2, 0, 3).logpdf(data).sum()
    )
    assert log_likelihood(stats.poisson, 2.0, data) == log_likelihood(stats.poisson, [2.0], data)


def test_impossible_observations_have_likelihood_zero():
    assert log_likelihood(stats.poisson, {"mu": 2.0}, [1, -1]) == -math.inf
    assert log_likelihood(stats.poisson, {"mu": 2.0}, [1, 1.5]) == -math.inf
    assert log_likelihood(stats.uniform, {"scale": 2.0}, [1.0, 3.0]) == -math.inf
    curve = log_likelihood(stats.uniform, {"scale": [1.0, 2.0, 4.0]}, [1.5, 0.5])
    assert curve.tolist() == [
        -math.inf,
        pytest.approx(-2 * math.log(2)),
        pytest.approx(-2 * math.log(4)),
    ]


# --- empirical distributions ------------------------------------------------------------------


def test_empirical_is_a_distribution():
    p_hat = empirical([2, 0, 1, 1])
    assert isinstance(p_hat, Empirical)
    assert p_hat.values.tolist() == [0, 1, 2]
    assert p_hat.counts.tolist() == [1, 2, 1]
    assert p_hat.probabilities.tolist() == [0.25, 0.5, 0.25]
    assert p_hat.pmf(1) == 0.5
    assert p_hat.pmf(7) == 0.0
    assert p_hat.pmf([-1, 0, 0.5]).tolist() == [0.0, 0.25, 0.0]
    assert p_hat.logpmf(1) == pytest.approx(math.log(0.5))
    assert p_hat.logpmf([3, 0]).tolist() == [-math.inf, math.log(0.25)]
    assert p_hat.support() == (0, 2)
    assert (p_hat.mean(), p_hat.var(), p_hat.std()) == (1.0, 0.5, math.sqrt(0.5))
    assert repr(p_hat) == "Empirical(n=4, distinct values=3)"
    assert empirical(p_hat) is p_hat
    draws = p_hat.rvs(size=4000, random_state=np.random.default_rng(0))
    assert abs(draws.mean() - 1.0) < 4 * math.sqrt(0.5 / 4000)


def test_empirical_of_counts():
    p_hat = empirical([3, 1, 3, 5], counts=[1, 2, 3, 0])
    assert p_hat.values.tolist() == [1, 3]
    assert p_hat.counts.tolist() == [2, 4]
    assert empirical([1.0, 2.0], counts=[2.0, 1.0]).n == 3


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: empirical([]), ValueError, "data: expected a sequence"),
        (lambda: empirical([[1, 2]]), ValueError, "data: expected a sequence"),
        (lambda: empirical([1.0, math.nan]), ValueError, "data: expected finite"),
        (lambda: empirical([1, 2], counts=[1]), ValueError, "counts: expected one for each"),
        (lambda: empirical([1, 2], counts=[1, -1]), ValueError, "counts: expected whole numbers"),
        (lambda: empirical([1, 2], counts=[1, 0.5]), ValueError, "counts: expected whole numbers"),
        (lambda: empirical([1, 2], counts=[0, 0]), ValueError, "counts: expected at least one"),
        (lambda: log_likelihood("nothing", {}, [1]), ValueError, "family: .*'nothing'"),
        (lambda: log_likelihood(stats.norm(), {}, [1]), TypeError, "family: expected a family"),
        (lambda: log_likelihood("norm", {"mu": 1}, [1]), ValueError, "no parameter 'mu'"),
        (lambda: log_likelihood("poisson", {}, [1]), ValueError, "needs 'mu'"),
        (lambda: log_likelihood("poisson", {"mu": -1}, [1]), ValueError, "invalid .*mu=-1"),
        (lambda: log_likelihood("norm", {"scale": [1.0, 0.0]}, [1]), ValueError, "scale=0"),
        (lambda: log_likelihood("norm", {"loc": math.nan}, [1]), ValueError, "loc=nan"),
        (lambda: log_likelihood("norm", [1, 2, 3], [1]), ValueError, "at most 2 numbers"),
        (lambda: log_likelihood("norm", [[1, 2]], [1]), ValueError, "at most 2 numbers"),
        (lambda: log_likelihood("norm", {}, []), ValueError, "data: expected a sequence"),
        (lambda: log_likelihood("norm", {}, [math.inf]), ValueError, "data: expected finite"),
        (lambda: log_likelihood("norm", {}, ["a"]), TypeError, "data: expected numbers"),
        (lambda: fit_mle("categorical", [1], fixed={"p": 1}), ValueError, "fixed: the categorical"),
        (lambda: fit_mle("norm", [1, 2], fixed={"mu": 1}), ValueError, "no parameter 'mu'"),
        (
            lambda: fit_mle("norm", [1, 2], fixed={"loc": math.nan}),
            ValueError,
            "finite number for 'loc'",
        ),
        (
            lambda: fit_mle("norm", [1, 2], fixed={"loc": [1, 2]}),
            ValueError,
            "finite number for 'loc'",
        ),
        (lambda: fit_mle("hypergeom", [1, 2]), ValueError, "value for 'M'"),
        (lambda: fit_mle("poisson", [1, 2], fixed={"loc": None}), ValueError, "value for 'loc'"),
        (lambda: fit_mle("bernoulli", [0, 2]), ValueError, "zeros and ones"),
        (lambda: fit_mle("binom", [0, 12], fixed={"n": 10}), ValueError, "from 0 to 10"),
        (lambda: fit_mle("poisson", [0.5]), ValueError, "whole numbers of at least 0"),
        (lambda: fit_mle("geom", [0, 1]), ValueError, "whole numbers of at least 1"),
        (lambda: fit_mle("nbinom", [1, 1, 1]), ValueError, "variance above the mean"),
        (lambda: fit_mle("norm", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("lognorm", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("gamma", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("beta", [0.5, 0.5]), ValueError, "not all equal"),
        (lambda: fit_mle("weibull_min", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("gumbel_r", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("laplace", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("pareto", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("uniform", [1, 1]), ValueError, "not all equal"),
        (lambda: fit_mle("expon", [0, 0]), ValueError, "not all equal"),
        (lambda: fit_mle("halfnorm", [0, 0]), ValueError, "not all equal"),
        (lambda: fit_mle("expon", [-1, 1]), ValueError, "at least loc=0"),
        (lambda: fit_mle("halfnorm", [-1, 1]), ValueError, "at least loc=0"),
        (lambda: fit_mle("uniform", [-1, 1], fixed={"loc": 0}), ValueError, "at least loc=0"),
        (lambda: fit_mle("uniform", [0, 3], fixed={"scale": 1}), ValueError, "range of at most"),
        (lambda: fit_mle("pareto", [1, 3], fixed={"scale": 2}), ValueError, "at least 2"),
        (lambda: fit_mle("gamma", [0, 1]), ValueError, "above loc=0"),
        (lambda: fit_mle("beta", [0.5, 1.0]), ValueError, "inside"),
        (
            lambda: fit_mle("norm", [-1.0], fixed={"scale": 1.0, "loc": 1e200}),
            ValueError,
            "no member",
        ),
        (lambda: fit_mle("gamma", [1.0, 2.0], fixed={"loc": 5.0}), ValueError, "above loc=5"),
        (lambda: fit_mle("t", [1.0, 1.0, 1.0]), ValueError, "not all equal for t"),
        (lambda: fit_mle("t", [0.5]), ValueError, "not all equal for t"),
        # Four of five observations agree: a law that closes in on them is ever more likely.
        (lambda: fit_mle("t", [1.0, 1.0, 1.0, 1.0, 2.0]), ValueError, "no maximum"),
        (lambda: fit_mle("norm", [1, 2], fixed=["loc"]), TypeError, "fixed: expected a mapping"),
        (lambda: fit_mle("norm", [1, 2], fixed={"scale": 0}), ValueError, "fixed: scale=0 is no"),
        (lambda: fit_mle("gamma", [1, 2], fixed={"a": -1}), ValueError, "fixed: a=-1 is no"),
        (lambda: log_likelihood("poisson", {"mu": "x"}, [1]), ValueError, "params: expected num"),
        (lambda: log_likelihood("poisson", "abc", [1]), ValueError, "params: expected a mapping"),
        (
            lambda: log_likelihood("norm", {"loc": [1, 2], "scale": [1, 2, 3]}, [1]),
            ValueError,
            "params: .*broadcast",
        ),
        (lambda: fit_mle("cauchy", [1.0, 1.0, 1.0]), ValueError, "not all equal for cauchy"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_supremum_that_no_parameter_attains_is_no_fit():
    # Observations without spread are likeliest under the exponential limit of the Lomax family.
    for data in ([2.0] * 10, np.full(50, 1.0)):
        with pytest.raises(ValueError, match="data: the likelihood of lomax has no maximum"):
            fit_mle("lomax", data)


# Most of the work is SciPy's, and tracing would double it.
@pytest.mark.no_cover
@pytest.mark.parametrize("value", [0.1, 0.3, 1 / 3])
@pytest.mark.parametrize(
    "family",
    ["norm", "lognorm", "gamma", "invgamma", "beta", "weibull_min", "gumbel_r", "gumbel_l",
     "logistic", "cauchy", "laplace", "t", "invgauss", "fisk", "chi2", "genpareto", "foldnorm"],
)  # fmt: skip
def test_one_value_again_and_again_has_no_fit(family, value):
    # The mean of many equal numbers may differ from them in its last digit: that is no spread.
    for n in (7, 10, 1000):
        with pytest.raises(ValueError, match=r"^data: .*(not all equal for|has no maximum)"):
            fit_mle(family, [value] * n)


@pytest.mark.parametrize("family", ["expon", "halfnorm", "rayleigh", "levy", "maxwell"])
def test_one_value_again_and_again_may_have_a_fit(family):
    assert math.isfinite(fit_mle(family, [0.1] * 10).log_likelihood)


def test_a_logistic_law_may_see_most_observations_equal():
    data = [1.0, 1.0, 1.0, 2.0]
    fit = fit_mle("logistic", data)
    for name, move in (("loc", 1e-3), ("scale", 1e-3)):
        for sign in (1, -1):
            moved = {**fit.params, name: fit.params[name] + sign * move}
            assert log_likelihood("logistic", moved, data) < fit.log_likelihood
    assert fit_mle("logistic", [1, 0, 1]).params["loc"] == pytest.approx(
        1 - fit_mle("logistic", [0, 1, 0]).params["loc"], rel=1e-9
    )


@pytest.mark.parametrize("data", [[1, 1, 1, 2, 2, 5], [1, 1, 2, 7], [3, 1, 1, 1]])
def test_a_cauchy_law_must_not_see_half_of_them_equal(data):
    with pytest.raises(ValueError, match="data: expected fewer than half of the observations"):
        fit_mle("cauchy", data)


@pytest.mark.parametrize("scale", [1e300, 1e-300])
@pytest.mark.parametrize("family", ["norm", "halfnorm", "rayleigh", "gumbel_r", "gumbel_l"])
def test_a_scale_whose_square_leaves_the_floating_point_range(family, scale):
    data = np.array([1.0, 2.0, 3.0, 5.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit, plain = fit_mle(family, data * scale), fit_mle(family, data)
    assert fit.params["scale"] == pytest.approx(plain.params["scale"] * scale, rel=1e-9)
    assert fit.log_likelihood == pytest.approx(
        plain.log_likelihood - data.size * math.log(scale), rel=1e-12
    )


@pytest.mark.parametrize(
    ("family", "where"),
    [
        ("lomax", "of at least"),
        ("fisk", "of at least"),
        ("invgauss", "above"),  # whose density is zero at zero
        ("maxwell", "above"),
    ],
)
def test_an_observation_below_the_support_is_named_as_such(family, where):
    with pytest.raises(ValueError, match=f"data: expected observations {where} loc=0 for {family}"):
        fit_mle(family, [-1.0, 2.0, 3.0])
