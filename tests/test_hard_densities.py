"""Densities infinite at an end, or fading like a power: right, or wrong by no more than said.

The references are closed forms and integrals in the scale of the quantiles, by mpmath: nothing of
them goes through a density of SciPy's.
"""

from __future__ import annotations

import math
import warnings

import mpmath
import numpy as np
import pytest
from mpmath import mpf
from scipy import stats

from helpers.divergence import AccuracyWarning, cross_entropy, entropy, kl_divergence

SHAPES = [1e-3, 0.01, 0.05, 0.3, 1.6, 3.0, 30.0, 1e3]


def beta_entropy(a, b):
    a, b = mpf(a), mpf(b)
    psi = mpmath.digamma
    return (
        mpmath.log(mpmath.beta(a, b))
        - (a - 1) * psi(a)
        - (b - 1) * psi(b)
        + (a + b - 2) * psi(a + b)
    )


def beta_kl(a, b, c, d):
    a, b, c, d = map(mpf, (a, b, c, d))
    psi = mpmath.digamma
    return (
        mpmath.log(mpmath.beta(c, d) / mpmath.beta(a, b))
        + (a - c) * psi(a)
        + (b - d) * psi(b)
        + (c - a + d - b) * psi(a + b)
    )


def gamma_entropy(a):
    a = mpf(a)
    return a + mpmath.loggamma(a) + (1 - a) * mpmath.digamma(a)


def zipf_mean_log(s):
    return -mpmath.zeta(mpf(s), 1, 1) / mpmath.zeta(mpf(s))


def over_quantiles(function):
    """Integrate over u in (0, 1); the function takes u and 1 - u, both to full precision."""

    def on_line(t):
        u, rest = 1 / (1 + mpmath.exp(-t)), 1 / (1 + mpmath.exp(t))
        return function(u, rest) * u * rest

    cuts = [-2000, -300, -60, -15, -4, 0, 4, 15, 60, 300, 2000]
    return mpmath.quad(on_line, cuts)


def tukey_entropy(lam):
    return over_quantiles(lambda u, v: mpmath.log(u ** (mpf(lam) - 1) + v ** (mpf(lam) - 1)))


def exponweib_entropy(a, c):
    a, c = mpf(a), mpf(c)

    def function(u, v):
        # F(x) = (1 - exp(-y))^a with y = x^c.
        if u < 0.5:
            y = -mpmath.log1p(-(u ** (1 / a)))
        else:
            y = -mpmath.log(-mpmath.expm1(mpmath.log1p(-v) / a))
        power = (1 - 1 / a) * mpmath.log(u)
        return -(mpmath.log(a * c) + power - y + (1 - 1 / c) * mpmath.log(y))

    return over_quantiles(function)


def kappa_entropy(h, k):
    h, k = mpf(h), mpf(k)

    def function(u, v):
        y = -mpmath.expm1(h * mpmath.log1p(-v)) / h if v < 0.5 else (1 - u**h) / h
        return -((1 - k) * mpmath.log(y) + (1 - h) * mpmath.log(u))

    return over_quantiles(function)


def half_logistic_entropy(c):
    c = mpf(c)
    # With t = (1 - c x)^(1/c) the density is 2 t^(1 - c) / (1 + t)^2, and F = (1 - t) / (1 + t).
    return over_quantiles(
        lambda u, v: (
            -(mpmath.log(2) + (1 - c) * mpmath.log(v / (1 + u)) - 2 * mpmath.log(2 / (1 + u)))
        )
    )


def case(name, quantity, laws, value):
    return pytest.param(quantity, laws, value, id=name)


NAMED = [
    case("rdist(1.6)", entropy, [stats.rdist(1.6)], lambda: mpmath.log(2) + beta_entropy(0.8, 0.8)),
    case("rdist(0.05)", entropy, [stats.rdist(0.05)],
         lambda: mpmath.log(2) + beta_entropy(0.025, 0.025)),
    case("rdist(3)-rdist(1)", kl_divergence, [stats.rdist(3), stats.rdist(1)],
         lambda: 1 - mpmath.log(2)),
    case("rdist(.05)-rdist(.07)", kl_divergence, [stats.rdist(0.05), stats.rdist(0.07)],
         lambda: beta_kl(0.025, 0.025, mpf(0.07) / 2, mpf(0.07) / 2)),
    case("pearson3(3)", entropy, [stats.pearson3(3)],
         lambda: gamma_entropy(mpf(4) / 9) + mpmath.log(1.5)),
    case("pearson3(-3)", entropy, [stats.pearson3(-3)],
         lambda: gamma_entropy(mpf(4) / 9) + mpmath.log(1.5)),
    case("genpareto(-1.1)", entropy, [stats.genpareto(-1.1)], lambda: 1 + mpf(-1.1)),
    case("tukeylambda(-.1)", entropy, [stats.tukeylambda(-0.1)], lambda: tukey_entropy(-0.1)),
    case("tukeylambda(-3)", entropy, [stats.tukeylambda(-3)], lambda: tukey_entropy(-3)),
    case("tukeylambda(0.6)", entropy, [stats.tukeylambda(0.6)], lambda: tukey_entropy(0.6)),
    case("exponweib(.6, 1.4)", entropy, [stats.exponweib(0.6, 1.4)],
         lambda: exponweib_entropy(0.6, 1.4)),
    case("kappa4(.5, 1.5)", entropy, [stats.kappa4(0.5, 1.5)], lambda: kappa_entropy(0.5, 1.5)),
    case("kappa4(2, 3)", entropy, [stats.kappa4(2, 3)], lambda: kappa_entropy(2, 3)),
    case("genhalflogistic(2)", entropy, [stats.genhalflogistic(2)],
         lambda: half_logistic_entropy(2)),
    case("zipf(1.001)", entropy, [stats.zipf(1.001)],
         lambda: mpmath.log(mpmath.zeta(mpf(1.001))) + mpf(1.001) * zipf_mean_log(1.001)),
    case("zipf(1.001)-zipf(1.01)", kl_divergence, [stats.zipf(1.001), stats.zipf(1.01)],
         lambda: mpmath.log(mpmath.zeta(mpf(1.01)) / mpmath.zeta(mpf(1.001)))
         + (mpf(1.01) - mpf(1.001)) * zipf_mean_log(1.001)),
    case("uniform-rdist(1)", cross_entropy, [stats.uniform(-1, 2), stats.rdist(1)],
         lambda: mpmath.log(mpmath.pi) + mpmath.log(2) - 1),
    case("genextreme(30)", entropy, [stats.genextreme(30)], lambda: 1 + mpmath.euler * (1 - 30)),
    case("genextreme(2)", entropy, [stats.genextreme(2)], lambda: 1 + mpmath.euler * (1 - 2)),
    case("genextreme(-2)", entropy, [stats.genextreme(-2)], lambda: 1 + mpmath.euler * (1 + 2)),
]  # fmt: skip


@pytest.mark.parametrize(("quantity", "laws", "value"), NAMED)
def test_what_used_to_be_infinite_or_flattered(quantity, laws, value):
    with mpmath.workdps(30):
        expected = float(value())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert quantity(*laws) == pytest.approx(expected, rel=1e-9)


# Entropies of the standard laws, shape by shape.
ENTROPIES = {
    "beta": (lambda a: (a, 0.5), lambda a: beta_entropy(a, 0.5)),
    "gamma": (lambda a: (a,), gamma_entropy),
    "genextreme": (lambda c: (c,), lambda c: 1 + mpmath.euler * (1 - mpf(c))),
    "genextreme below": (lambda c: (-c,), lambda c: 1 + mpmath.euler * (1 + mpf(c))),
    "genpareto": (lambda c: (c,), lambda c: 1 + mpf(c)),
    "genpareto below": (lambda c: (-c,), lambda c: 1 - mpf(c)),
    "invgamma": (
        lambda a: (a,),
        lambda a: a + mpmath.loggamma(a) - (1 + mpf(a)) * mpmath.digamma(a),
    ),
    "invweibull": (
        lambda c: (c,),
        lambda c: 1 + mpmath.euler + mpmath.euler / mpf(c) - mpmath.log(c),
    ),
    "lomax": (lambda c: (c,), lambda c: 1 + 1 / mpf(c) - mpmath.log(c)),
    "pareto": (lambda c: (c,), lambda c: 1 + 1 / mpf(c) - mpmath.log(c)),
    "pearson3 below": (
        lambda s: (-s,),
        lambda s: gamma_entropy(4 / mpf(s) ** 2) + mpmath.log(mpf(s) / 2),
    ),
    "powerlaw": (lambda a: (a,), lambda a: 1 - 1 / mpf(a) - mpmath.log(a)),
    "rdist": (lambda c: (c,), lambda c: mpmath.log(2) + beta_entropy(mpf(c) / 2, mpf(c) / 2)),
    "t": (
        lambda v: (v,),
        lambda v: (
            (mpf(v) + 1) / 2 * (mpmath.digamma((mpf(v) + 1) / 2) - mpmath.digamma(mpf(v) / 2))
            + mpmath.log(mpmath.sqrt(v) * mpmath.beta(mpf(v) / 2, 0.5))
        ),
    ),
    "weibull_max": (
        lambda c: (c,),
        lambda c: 1 + mpmath.euler * (1 - 1 / mpf(c)) - mpmath.log(c),
    ),
    "zipf": (
        lambda s: (1 + s,),
        lambda s: mpmath.log(mpmath.zeta(mpf(1 + s))) + mpf(1 + s) * zipf_mean_log(1 + s),
    ),
}


def stated(function):
    """Return a value and the error that it comes with: what is promised, or what is warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = function()
    doubts = [each.message.error for each in caught if each.category is AccuracyWarning]
    return value, max([*doubts, 1e-9 * abs(value) if math.isfinite(value) else 0.0])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ENTROPIES)
def test_the_stated_error_contains_the_truth(name, shape):
    arguments, reference = ENTROPIES[name]
    law = getattr(stats, name.split()[0])
    with mpmath.workdps(40):
        expected = reference(shape)
    value, error = stated(lambda: entropy(law(*arguments(shape))))
    assert abs(value - float(expected)) <= error + 1e-15, (value, float(expected), error)


def test_an_infinity_that_is_shown_comes_without_a_warning():
    shown = [
        (stats.cauchy(), stats.norm()),
        (stats.t(2), stats.norm()),
        (stats.uniform(0, 2), stats.uniform(0, 1)),
        (stats.pareto(0.5), stats.expon()),
        (stats.lognorm(1), stats.gumbel_l()),
        (stats.invgamma(1), stats.gamma(2)),
    ]
    for p, q in shown:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert kl_divergence(p, q) == math.inf


class Broken(stats.rv_continuous):
    """A density that is infinite from 1e-5 on: no law, and no reason for an infinite entropy."""

    def _logpdf(self, x):
        return np.where(x < 1e-5, np.inf, 0.0)

    def _pdf(self, x):
        return np.exp(self._logpdf(x))

    def _ppf(self, u):
        return u


def test_an_infinite_density_is_no_reason():
    law = Broken(a=0.0, b=1.0, name="broken")()
    with pytest.warns(AccuracyWarning):
        value = entropy(law)
    assert not math.isinf(value) or value > 0


def test_a_law_beyond_the_floating_point_range_is_refused():
    # Its median is about 1e605.
    for ask in (
        lambda: entropy(stats.gengamma(107.0, 0.0033)),
        lambda: kl_divergence(stats.gengamma(2, 3), stats.gengamma(107.0, 0.0033)),
    ):
        with pytest.raises(ValueError, match=r"no quantile of gengamma is a finite number"):
            ask()
