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
from typing import Any

import mpmath
from scipy import special

from helpers.laws import Law

# A sum of terms this much smaller than the terms themselves is done again with more digits.
_CANCELLATION = 1e-2


class _Double:
    """Double precision."""

    pi = math.pi
    euler = 0.57721566490153286061
    log = staticmethod(math.log)
    log1p = staticmethod(math.log1p)
    exp = staticmethod(math.exp)
    sqrt = staticmethod(math.sqrt)
    loggamma = staticmethod(math.lgamma)
    cosh = staticmethod(math.cosh)
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
    _MANY.dps = 40
    for _ in range(6):
        listed = terms(_MANY)
        value = _MANY.fsum(listed)
        size = _MANY.fsum(abs(term) for term in listed)
        if size == 0:
            return 0.0
        if value and abs(value) > size * _MANY.mpf(10) ** (20 - _MANY.dps):
            return float(value)
        _MANY.dps *= 2
    return 0.0  # equal to 1000 digits: the two distributions are the same


# --- entropies: -E_p[log p] -----------------------------------------------------------------

Terms = Callable[..., list[Any] | None]
_ENTROPY: dict[str, Terms] = {}
_MEAN: dict[str, Callable[..., Any]] = {}
_VARIANCE: dict[str, Callable[..., Any]] = {}
# E log(X - loc), for laws on a half-line.
_MEAN_LOG: dict[str, Callable[..., Any]] = {}
# E exp(s (X - c)).
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


@_entry(_ENTROPY, "weibull_min")
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
    r = s1 / s2
    shift = (m.number(p.loc) - m.number(q.loc)) / s2
    excess = ((r - 1) * (r - 1) + shift * shift) / (4 * r)
    return [m.log1p(excess)]


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


@_entry(_WITHIN, "weibull_min")
def _(m, p, q):
    if p.loc != q.loc:
        return None
    c1, c2 = _shape(m, p), _shape(m, q)
    log_ratio = _log_scales(m, p, q)
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
    if half == 0:
        return [m.number(0)]
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
    terms = _bernoulli_terms(m, _shape(m, p), _shape(m, q)) if p.loc == q.loc else []
    if p.loc != q.loc:
        return None
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


def entropy(p: Law) -> float | None:
    """Return the entropy of ``p`` in nats, or None where no closed form is known."""
    terms = _ENTROPY.get(p.family)
    return None if terms is None else evaluate(lambda m: terms(m, p))


def kl_divergence(p: Law, q: Law) -> float | None:
    """Return KL(p || q) in nats, or None where no closed form is known.

    The support of ``q`` is taken to cover that of ``p``.
    """
    if p.family == q.family and p.family in _WITHIN:
        terms = _WITHIN[p.family]
        return evaluate(lambda m: terms(m, p, q))
    return None
