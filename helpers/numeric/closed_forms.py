"""Divergences that have a closed form.

Every formula is written once, as a list of terms over an arithmetic ``m``. It is summed in double
precision; where the terms cancel, it is summed again by mpmath with as many digits as the
cancellation eats. The result is then right to nearly the last digit, also for distributions that
differ by one part in 10^10.

A cross-entropy -E_p[log q] needs only a few expectations under p: E X and Var X where q is normal,
E X and E log X where q is gamma, and so on. So each family states its own entropy and
expectations, and each target states what it asks for; every pair of the two is covered.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mpmath
from scipy import special

from helpers.numeric.laws import Law

# A sum of terms this much smaller than the terms themselves is done again with more digits.
_CANCELLATION = 1e-2


class _Double:
    """Double precision."""

    pi = math.pi
    euler = 0.57721566490153286061
    log = staticmethod(math.log)
    log1p = staticmethod(math.log1p)
    exp = staticmethod(math.exp)
    expm1 = staticmethod(math.expm1)
    sqrt = staticmethod(math.sqrt)
    loggamma = staticmethod(math.lgamma)
    tanh = staticmethod(math.tanh)

    @staticmethod
    def number(x: float) -> float:
        return float(x)

    @staticmethod
    def digamma(x: float) -> float:
        return float(special.digamma(x))

    @staticmethod
    def erf(x: float) -> float:
        return float(special.erf(x))

    @staticmethod
    def log_ratio(a: float, b: float) -> float:
        """Return log(a/b), accurate also when a is close to b."""
        if 0.5 * b < a < 2.0 * b:
            return math.log1p((a - b) / b)
        return math.log(a) - math.log(b)


class _Many(mpmath.ctx_mp.MPContext):
    """As many digits as asked for."""

    def number(self, x: float) -> Any:
        return self.mpf(x)

    def log_ratio(self, a: Any, b: Any) -> Any:
        return self.log(a) - self.log(b)


_DOUBLE = _Double()
_MANY = _Many()


def evaluate(terms: Callable[[Any], list[Any] | None]) -> float | None:
    """Sum ``terms(m)``, with more digits where they cancel; None where there is no closed form."""
    try:
        listed = terms(_DOUBLE)
    except OverflowError:
        listed = [math.inf, -math.inf]
    if listed is None:
        return None
    if any(term == math.inf for term in listed) and -math.inf not in listed:
        return math.inf
    if all(math.isfinite(term) for term in listed):
        value = math.fsum(listed)
        if abs(value) > _CANCELLATION * math.fsum(abs(term) for term in listed):
            return value
    for digits in (40, 80, 160):
        _MANY.dps = digits
        listed = terms(_MANY)
        value = _MANY.fsum(listed)
        if abs(value) > _MANY.fsum(abs(term) for term in listed) * _MANY.mpf(10) ** (20 - digits):
            break
    return float(value)


# --- entropies: -E_p[log p] -----------------------------------------------------------------

Terms = Callable[..., list[Any] | None]
_ENTROPY: dict[str, Terms] = {}
_MEAN: dict[str, Callable[..., Any]] = {}
_VARIANCE: dict[str, Callable[..., Any]] = {}
# E log(X - loc), for laws on a half-line.
_MEAN_LOG: dict[str, Callable[..., Any]] = {}
# E exp(-(X - c)/s).
_TILTED: dict[str, Callable[..., Any]] = {}


def _shape(m: Any, law: Law, index: int = 0) -> Any:
    return m.number(law.shapes[index])


def _entry(table: dict[str, Any], *families: str) -> Callable[[Any], Any]:
    def register(function: Any) -> Any:
        for family in families:
            table[family] = function
        return function

    return register


@_entry(_ENTROPY, "norm")
def _(m, p):
    return [m.log(2 * m.pi) / 2, m.number(0.5), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "expon")
def _(m, p):
    return [m.number(1), m.log(m.number(p.scale))]


def _gamma_entropy(m, a, log_scale):
    return [a, m.loggamma(a), m.digamma(a), -a * m.digamma(a), log_scale]


@_entry(_ENTROPY, "gamma")
def _(m, p):
    return _gamma_entropy(m, _shape(m, p), m.log(m.number(p.scale)))


@_entry(_ENTROPY, "invgamma")
def _(m, p):
    a = _shape(m, p)
    return [a, m.loggamma(a), -m.digamma(a), -a * m.digamma(a), m.log(m.number(p.scale))]


def _log_beta(m, a, b):
    return [m.loggamma(a), m.loggamma(b), -m.loggamma(a + b)]


@_entry(_ENTROPY, "beta")
def _(m, p):
    a, b = _shape(m, p, 0), _shape(m, p, 1)
    both = m.digamma(a + b)
    return [
        *_log_beta(m, a, b),
        -a * m.digamma(a),
        m.digamma(a),
        -b * m.digamma(b),
        m.digamma(b),
        a * both,
        b * both,
        -2 * both,
        m.log(m.number(p.scale)),
    ]


@_entry(_ENTROPY, "laplace")
def _(m, p):
    return [m.number(1), m.log(m.number(2)), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "cauchy")
def _(m, p):
    return [m.log(4 * m.pi), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "lognorm")
def _(m, p):
    s = _shape(m, p)
    return [m.log(2 * m.pi) / 2, m.number(0.5), m.log(s), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "pareto")
def _(m, p):
    b = _shape(m, p)
    return [m.number(1), 1 / b, -m.log(b), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "invweibull")
def _(m, p):
    # X^-c is exponential, so that log X has mean euler/c.
    c = _shape(m, p)
    return [m.number(1), +m.euler, m.euler / c, -m.log(c), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "weibull_min", "weibull_max")
def _(m, p):
    c = _shape(m, p)
    return [m.number(1), +m.euler, -m.euler / c, -m.log(c), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "gumbel_r", "gumbel_l")
def _(m, p):
    return [m.number(1), +m.euler, m.log(m.number(p.scale))]


@_entry(_ENTROPY, "uniform")
def _(m, p):
    return [m.log(m.number(p.scale))]


@_entry(_ENTROPY, "halfnorm")
def _(m, p):
    return [m.log(m.pi / 2) / 2, m.number(0.5), m.log(m.number(p.scale))]


@_entry(_ENTROPY, "rayleigh")
def _(m, p):
    return [m.number(1), m.euler / 2, -m.log(m.number(2)) / 2, m.log(m.number(p.scale))]


@_entry(_ENTROPY, "logistic")
def _(m, p):
    return [m.number(2), m.log(m.number(p.scale))]


def _bernoulli_entropy(m, theta):
    rest = 1 - theta
    return [-x * log for x, log in ((theta, _safe_log(m, theta)), (rest, _log_rest(m, theta)))]


def _safe_log(m, x):
    return m.log(x) if x > 0 else m.number(0)


def _log_rest(m, x):
    return m.log1p(-x) if x < 1 else m.number(0)


@_entry(_ENTROPY, "bernoulli")
def _(m, p):
    return _bernoulli_entropy(m, _shape(m, p))


@_entry(_ENTROPY, "geom")
def _(m, p):
    theta = _shape(m, p)
    return [term / theta for term in _bernoulli_entropy(m, theta)]


@_entry(_ENTROPY, "randint")
def _(m, p):
    return [m.log(_shape(m, p, 1) - _shape(m, p, 0))]


# --- divergences within a family ------------------------------------------------------------

_WITHIN: dict[str, Terms] = {}


@_entry(_WITHIN, "norm")
def _(m, p, q):
    ratio = m.number(p.scale) / m.number(q.scale)
    shift = (m.number(p.loc) - m.number(q.loc)) / m.number(q.scale)
    return [-_log_scales(m, p, q), ratio * ratio / 2, shift * shift / 2, m.number(-0.5)]


def _log_scales(m, p, q):
    return m.log_ratio(m.number(p.scale), m.number(q.scale))


@_entry(_WITHIN, "halfnorm")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    ratio = m.number(p.scale) / m.number(q.scale)
    return [-_log_scales(m, p, q), ratio * ratio / 2, m.number(-0.5)]


@_entry(_WITHIN, "rayleigh")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    ratio = m.number(p.scale) / m.number(q.scale)
    return [-2 * _log_scales(m, p, q), ratio * ratio, m.number(-1)]


@_entry(_WITHIN, "expon")
def _(m, p, q):
    ratio = m.number(p.scale) / m.number(q.scale)
    shift = (m.number(p.loc) - m.number(q.loc)) / m.number(q.scale)
    return [-_log_scales(m, p, q), ratio, m.number(-1), shift]


def _gamma_terms(m, a1, a2, log_ratio, change):
    # log_ratio is log(scale p / scale q), change is (scale p - scale q) / scale q.
    psi = m.digamma(a1)
    return [
        a1 * psi,
        -a2 * psi,
        m.loggamma(a2),
        -m.loggamma(a1),
        -a2 * log_ratio,
        a1 * change,
    ]


@_entry(_WITHIN, "gamma")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    s1, s2 = m.number(p.scale), m.number(q.scale)
    return _gamma_terms(m, _shape(m, p), _shape(m, q), m.log_ratio(s1, s2), (s1 - s2) / s2)


@_entry(_WITHIN, "invgamma")
def _(m, p, q):
    # 1/X is gamma with scale 1/s, and a divergence does not see a change of variable.
    if p.loc != q.loc:
        return None
    s1, s2 = m.number(p.scale), m.number(q.scale)
    return _gamma_terms(m, _shape(m, p), _shape(m, q), m.log_ratio(s2, s1), (s2 - s1) / s1)


@_entry(_WITHIN, "beta")
def _(m, p, q):
    if (p.loc, p.scale) != (q.loc, q.scale):
        return None
    a1, b1, a2, b2 = _shape(m, p, 0), _shape(m, p, 1), _shape(m, q, 0), _shape(m, q, 1)
    return [
        *_log_beta(m, a2, b2),
        *(-term for term in _log_beta(m, a1, b1)),
        (a1 - a2) * m.digamma(a1),
        (b1 - b2) * m.digamma(b1),
        (a2 - a1 + b2 - b1) * m.digamma(a1 + b1),
    ]


@_entry(_WITHIN, "laplace")
def _(m, p, q):
    s1, s2 = m.number(p.scale), m.number(q.scale)
    apart = abs(m.number(p.loc) - m.number(q.loc))
    return [-_log_scales(m, p, q), s1 / s2 * m.exp(-apart / s1), apart / s2, m.number(-1)]


@_entry(_WITHIN, "cauchy")
def _(m, p, q):
    # Chyzak and Nielsen, arXiv:1905.10965, equation 1, as log1p of the part beyond one.
    s1, s2 = m.number(p.scale), m.number(q.scale)
    # The scales are subtracted before they are divided: their difference is exact when they agree
    # in most digits, that of their ratio from one is not.
    stretch, shift = (s1 - s2) / s2, (m.number(p.loc) - m.number(q.loc)) / s2
    return [m.log1p((stretch * stretch + shift * shift) / (4 * s1 / s2))]


@_entry(_WITHIN, "lognorm")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    s1, s2 = _shape(m, p), _shape(m, q)
    shift = _log_scales(m, p, q) / s2
    ratio = s1 / s2
    return [-m.log_ratio(s1, s2), ratio * ratio / 2, shift * shift / 2, m.number(-0.5)]


@_entry(_WITHIN, "pareto")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    b1, b2 = _shape(m, p), _shape(m, q)
    return [m.log_ratio(b1, b2), b2 * _log_scales(m, p, q), b2 / b1, m.number(-1)]


@_entry(_WITHIN, "weibull_min", "weibull_max", "invweibull")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    c1, c2 = _shape(m, p), _shape(m, q)
    log_ratio = _log_scales(m, p, q)
    if p.family == "invweibull":
        # 1/X is a Weibull law with scale 1/s, and a divergence does not see a change of variable.
        log_ratio = -log_ratio
    return [
        m.log_ratio(c1, c2),
        -c2 * log_ratio,
        -m.euler,
        m.euler * c2 / c1,
        m.exp(c2 * log_ratio + m.loggamma(c2 / c1 + 1)),
        m.number(-1),
    ]


def _gumbel(m, p, q, side):
    s1, s2 = m.number(p.scale), m.number(q.scale)
    r = s1 / s2
    shift = side * (m.number(p.loc) - m.number(q.loc)) / s2
    return [
        -_log_scales(m, p, q),
        m.euler * r,
        -m.euler,
        m.exp(m.loggamma(r + 1) - shift),
        m.number(-1),
        shift,
    ]


@_entry(_WITHIN, "gumbel_r")
def _(m, p, q):
    return _gumbel(m, p, q, 1)


@_entry(_WITHIN, "gumbel_l")
def _(m, p, q):
    return _gumbel(m, p, q, -1)


@_entry(_WITHIN, "uniform")
def _(m, p, q):
    return [-_log_scales(m, p, q)]


@_entry(_WITHIN, "logistic")
def _(m, p, q):
    if p.scale != q.scale:
        return None
    half = abs(m.number(p.loc) - m.number(q.loc)) / m.number(p.scale) / 2
    return [2 * half / m.tanh(half), m.number(-2)]


def _bernoulli_terms(m, t1, t2):
    """Return the two terms of KL between Bernoulli laws; None marks an infinite one."""
    terms = []
    if t1 > 0:
        if not t2 > 0:
            return None
        terms.append(t1 * m.log_ratio(t1, t2))
    if t1 < 1:
        if not t2 < 1:
            return None
        terms.append((1 - t1) * m.log1p((t2 - t1) / (1 - t2)))
    return terms


@_entry(_WITHIN, "bernoulli")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    terms = _bernoulli_terms(m, _shape(m, p), _shape(m, q))
    return [math.inf] if terms is None else terms


@_entry(_WITHIN, "binom")
def _(m, p, q):
    if p.loc != q.loc or p.shapes[0] != q.shapes[0]:
        return None
    n = _shape(m, p)
    terms = _bernoulli_terms(m, _shape(m, p, 1), _shape(m, q, 1))
    return [math.inf] if terms is None and n else [n * term for term in terms or []]


@_entry(_WITHIN, "geom")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    t1 = _shape(m, p)
    terms = _bernoulli_terms(m, t1, _shape(m, q))
    return [math.inf] if terms is None else [term / t1 for term in terms]


@_entry(_WITHIN, "nbinom")
def _(m, p, q):
    if p.loc != q.loc or p.shapes[0] != q.shapes[0]:
        return None
    n, t1 = _shape(m, p), _shape(m, p, 1)
    terms = _bernoulli_terms(m, t1, _shape(m, q, 1))
    return [math.inf] if terms is None else [n * term / t1 for term in terms]


@_entry(_WITHIN, "poisson")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    mu1, mu2 = _shape(m, p), _shape(m, q)
    if mu1 == 0:
        return [mu2]
    if mu2 == 0:
        return [math.inf]
    return [mu1 * m.log_ratio(mu1, mu2), -mu1, mu2]


@_entry(_WITHIN, "randint")
def _(m, p, q):
    return [m.log_ratio(_shape(m, q, 1) - _shape(m, q, 0), _shape(m, p, 1) - _shape(m, p, 0))]


# --- expectations, and the targets that ask for them -----------------------------------------


@_entry(_MEAN, "norm", "laplace", "logistic")
def _(m, p):
    return m.number(p.loc)


@_entry(_MEAN, "expon")
def _(m, p):
    return m.number(p.loc) + m.number(p.scale)


@_entry(_MEAN, "gamma")
def _(m, p):
    return m.number(p.loc) + m.number(p.scale) * _shape(m, p)


@_entry(_MEAN, "beta")
def _(m, p):
    a, b = _shape(m, p, 0), _shape(m, p, 1)
    return m.number(p.loc) + m.number(p.scale) * a / (a + b)


@_entry(_MEAN, "uniform")
def _(m, p):
    return m.number(p.loc) + m.number(p.scale) / 2


@_entry(_MEAN, "lognorm")
def _(m, p):
    s = _shape(m, p)
    return m.number(p.loc) + m.number(p.scale) * m.exp(s * s / 2)


@_entry(_MEAN, "pareto")
def _(m, p):
    b = _shape(m, p)
    return m.number(p.loc) + m.number(p.scale) * b / (b - 1) if b > 1 else math.inf


@_entry(_MEAN, "weibull_min")
def _(m, p):
    return m.number(p.loc) + m.number(p.scale) * m.exp(m.loggamma(1 + 1 / _shape(m, p)))


@_entry(_MEAN, "gumbel_r")
def _(m, p):
    return m.number(p.loc) + m.euler * m.number(p.scale)


@_entry(_MEAN, "gumbel_l")
def _(m, p):
    return m.number(p.loc) - m.euler * m.number(p.scale)


@_entry(_MEAN, "halfnorm")
def _(m, p):
    return m.number(p.loc) + m.number(p.scale) * m.sqrt(2 / m.pi)


@_entry(_MEAN, "rayleigh")
def _(m, p):
    return m.number(p.loc) + m.number(p.scale) * m.sqrt(m.pi / 2)


@_entry(_MEAN, "invgamma")
def _(m, p):
    a = _shape(m, p)
    return m.number(p.loc) + m.number(p.scale) / (a - 1) if a > 1 else math.inf


# The variances are those of scale one; the caller multiplies by the square of the scale.
@_entry(_VARIANCE, "norm", "expon")
def _(m, p):
    return m.number(1)


@_entry(_VARIANCE, "laplace")
def _(m, p):
    return m.number(2)


@_entry(_VARIANCE, "logistic")
def _(m, p):
    return m.pi * m.pi / 3


@_entry(_VARIANCE, "gamma")
def _(m, p):
    return _shape(m, p)


@_entry(_VARIANCE, "beta")
def _(m, p):
    a, b = _shape(m, p, 0), _shape(m, p, 1)
    return a * b / ((a + b) * (a + b) * (a + b + 1))


@_entry(_VARIANCE, "uniform")
def _(m, p):
    return m.number(1) / 12


@_entry(_VARIANCE, "lognorm")
def _(m, p):
    square = _shape(m, p) * _shape(m, p)
    return m.expm1(square) * m.exp(square)


@_entry(_VARIANCE, "pareto")
def _(m, p):
    b = _shape(m, p)
    return b / ((b - 1) * (b - 1) * (b - 2)) if b > 2 else math.inf


@_entry(_VARIANCE, "gumbel_r", "gumbel_l")
def _(m, p):
    return m.pi * m.pi / 6


@_entry(_VARIANCE, "halfnorm")
def _(m, p):
    return 1 - 2 / m.pi


@_entry(_VARIANCE, "rayleigh")
def _(m, p):
    return 2 - m.pi / 2


@_entry(_VARIANCE, "invgamma")
def _(m, p):
    a = _shape(m, p)
    return 1 / ((a - 1) * (a - 1) * (a - 2)) if a > 2 else math.inf


@_entry(_MEAN_LOG, "expon")
def _(m, p):
    return [m.log(m.number(p.scale)), -m.euler]


@_entry(_MEAN_LOG, "gamma")
def _(m, p):
    return [m.log(m.number(p.scale)), m.digamma(_shape(m, p))]


@_entry(_MEAN_LOG, "invgamma")
def _(m, p):
    return [m.log(m.number(p.scale)), -m.digamma(_shape(m, p))]


@_entry(_MEAN_LOG, "lognorm")
def _(m, p):
    return [m.log(m.number(p.scale))]


@_entry(_MEAN_LOG, "pareto")
def _(m, p):
    return [m.log(m.number(p.scale)), 1 / _shape(m, p)]


@_entry(_MEAN_LOG, "weibull_min")
def _(m, p):
    return [m.log(m.number(p.scale)), -m.euler / _shape(m, p)]


@_entry(_MEAN_LOG, "beta")
def _(m, p):
    a, b = _shape(m, p, 0), _shape(m, p, 1)
    return [m.log(m.number(p.scale)), m.digamma(a), -m.digamma(a + b)]


@_entry(_MEAN_LOG, "uniform")
def _(m, p):
    return [m.log(m.number(p.scale)), m.number(-1)]


@_entry(_TILTED, "norm")
def _(m, p, c, s):
    spread = m.number(p.scale) / s
    return m.exp(spread * spread / 2 - (m.number(p.loc) - c) / s)


@_entry(_TILTED, "expon")
def _(m, p, c, s):
    return m.exp(-(m.number(p.loc) - c) / s) / (1 + m.number(p.scale) / s)


@_entry(_TILTED, "gamma")
def _(m, p, c, s):
    return m.exp(-(m.number(p.loc) - c) / s - _shape(m, p) * m.log1p(m.number(p.scale) / s))


@_entry(_TILTED, "uniform")
def _(m, p, c, s):
    width = m.number(p.scale) / s
    return -m.expm1(-width) / width * m.exp(-(m.number(p.loc) - c) / s)


@_entry(_TILTED, "laplace")
def _(m, p, c, s):
    ratio = m.number(p.scale) / s
    if not ratio < 1:
        return math.inf
    return m.exp(-(m.number(p.loc) - c) / s) / ((1 - ratio) * (1 + ratio))


# What -E_p[log q] asks of p, for each family of q.
_TARGET: dict[str, Terms] = {}


@_entry(_TARGET, "norm")
def _(m, p, q):
    if p.family not in _VARIANCE:
        return None
    variance, mean = _VARIANCE[p.family](m, p), _MEAN[p.family](m, p)
    if math.inf in (variance, mean):
        return [math.inf]
    s = m.number(q.scale)
    ratio, shift = m.number(p.scale) / s, (mean - m.number(q.loc)) / s
    return [m.log(2 * m.pi) / 2, m.log(s), variance * ratio * ratio / 2, shift * shift / 2]


@_entry(_TARGET, "expon")
def _(m, p, q):
    if p.family not in _MEAN:
        return None
    s = m.number(q.scale)
    mean = _MEAN[p.family](m, p)
    return [math.inf] if mean == math.inf else [m.log(s), mean / s, -m.number(q.loc) / s]


@_entry(_TARGET, "uniform")
def _(m, p, q):
    return [m.log(m.number(q.scale))]


def _seen_from(p: Law, q: Law) -> bool:
    """Say whether E_p log(X - q.loc) is known."""
    return p.loc == q.loc and p.family in _MEAN_LOG


@_entry(_TARGET, "gamma")
def _(m, p, q):
    if not _seen_from(p, q):
        return None
    mean = _MEAN[p.family](m, p)
    if mean == math.inf:
        return [math.inf]
    a, s = _shape(m, q), m.number(q.scale)
    logs = _MEAN_LOG[p.family](m, p)
    return [
        m.loggamma(a),
        a * m.log(s),
        *((1 - a) * term for term in logs),
        mean / s,
        -m.number(q.loc) / s,
    ]


@_entry(_TARGET, "pareto")
def _(m, p, q):
    if not _seen_from(p, q):
        return None
    b = _shape(m, q)
    logs = _MEAN_LOG[p.family](m, p)
    return [-m.log(b), -b * m.log(m.number(q.scale)), *((b + 1) * term for term in logs)]


@_entry(_TARGET, "gumbel_r")
def _(m, p, q):
    if p.family not in _TILTED:
        return None
    c, s = m.number(q.loc), m.number(q.scale)
    tilted = _TILTED[p.family](m, p, c, s)
    return (
        [math.inf] if tilted == math.inf else [m.log(s), _MEAN[p.family](m, p) / s, -c / s, tilted]
    )


@_entry(_TARGET, "laplace")
def _(m, p, q):
    s = m.number(q.scale)
    if p.family == "norm":
        apart = abs(m.number(p.loc) - m.number(q.loc))
        width = m.number(p.scale)
        z = apart / width
        absolute = width * m.sqrt(2 / m.pi) * m.exp(-z * z / 2) + apart * m.erf(z / m.sqrt(2.0))
    elif p.family == "uniform":
        width, offset = m.number(p.scale), m.number(q.loc) - m.number(p.loc)
        if 0 <= offset <= width:
            rest = width - offset
            absolute = (offset * offset + rest * rest) / (2 * width)
        else:
            absolute = abs(offset - width / 2)
    else:
        return None
    return [m.log(2 * s), absolute / s]


# These are members of a larger family, within which the closed form is known.
_MEMBER = {
    ("expon", "gamma"): lambda law: replace(law, family="gamma", shapes=(1.0,)),
    ("uniform", "beta"): lambda law: replace(law, family="beta", shapes=(1.0, 1.0)),
}


def entropy(p: Law) -> float | None:
    """Return the entropy of ``p`` in nats, or None where no closed form is known."""
    terms = _ENTROPY.get(p.family)
    return None if terms is None else evaluate(lambda m: terms(m, p))


def kl_divergence(p: Law, q: Law) -> float | None:
    """Return KL(p || q) in nats, or None where no closed form is known.

    The support of ``q`` is taken to cover that of ``p``.
    """
    if _same(p, q):
        return 0.0
    for pair in ((p.family, q.family), (q.family, p.family)):
        if pair in _MEMBER and p.loc == q.loc:
            p, q = (_MEMBER[pair](law) if law.family == pair[0] else law for law in (p, q))
            break
    if p.family == q.family and p.family in _WITHIN:
        terms = _WITHIN[p.family]
        value = evaluate(lambda m: terms(m, p, q))
        if value is not None:
            return value
    if (p.family, q.family) == ("bernoulli", "poisson") and p.loc == q.loc:
        return evaluate(lambda m: _bernoulli_poisson(m, p, q))
    if p.family not in _ENTROPY or q.family not in _TARGET:
        return None
    return evaluate(lambda m: _apart(m, p, q))


def _same(p: Law, q: Law) -> bool:
    known = p.family == q.family and p.family in _WITHIN
    return known and (p.shapes, p.loc, p.scale) == (q.shapes, q.loc, q.scale)


def cross_entropy(p: Law, q: Law) -> float | None:
    """Return -E_p[log q] in nats, or None where no closed form is known.

    The support of ``q`` is taken to cover that of ``p``.
    """
    if q.family in _TARGET:
        value = evaluate(lambda m: _TARGET[q.family](m, p, q))
        if value is not None:
            return value
    if p.family == q.family and p.family in _WITHIN and p.family in _ENTROPY:

        def terms(m: Any) -> list[Any] | None:
            apart = _WITHIN[p.family](m, p, q)
            return None if apart is None else [*apart, *_ENTROPY[p.family](m, p)]

        return evaluate(terms)
    return None


def _apart(m: Any, p: Law, q: Law) -> list[Any] | None:
    target = _TARGET[q.family](m, p, q)
    return None if target is None else [*target, *(-term for term in _ENTROPY[p.family](m, p))]


def _bernoulli_poisson(m: Any, p: Law, q: Law) -> list[Any]:
    theta, mu = _shape(m, p), _shape(m, q)
    if mu == 0:
        return [math.inf] if theta > 0 else [m.number(0)]
    own = [-term for term in _bernoulli_entropy(m, theta)]
    return [mu, -theta * m.log(mu), *own]
