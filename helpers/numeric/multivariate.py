"""Multivariate distributions, and closed forms for normal and Dirichlet ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from scipy import integrate, linalg, special, stats

from helpers.numeric import closed_forms
from helpers.numeric.arrays import log1p_minus, weight_entropy
from helpers.numeric.integration import Integral
from helpers.numeric.multinomial import Multinomial
from helpers.numeric.multivariate_t import StudentT
from helpers.numeric.wishart import Wishart

# SciPy gives its frozen multivariate distributions no public class.
_NORMAL = type(stats.multivariate_normal([0.0]))
_DIRICHLET = type(stats.dirichlet([1.0, 1.0]))
_T = type(stats.multivariate_t([0.0]))
_WISHART = type(stats.wishart(1, 1))
_INVERSE_WISHART = type(stats.invwishart(1, 1))
_MULTINOMIAL = type(stats.multinomial(1, [1.0]))
_MATRIX = type(stats.matrix_normal([[0.0]]))
_KINDS = (_NORMAL, _DIRICHLET, _T, _WISHART, _INVERSE_WISHART, _MULTINOMIAL, _MATRIX)


@dataclass(frozen=True)
class Normal:
    """A multivariate normal distribution with a positive definite covariance."""

    mean: np.ndarray
    covariance: np.ndarray
    factor: np.ndarray
    source: Any

    @property
    def dimension(self) -> int:
        return self.mean.size


@dataclass(frozen=True)
class Dirichlet:
    """A Dirichlet distribution."""

    alpha: np.ndarray
    source: Any

    @property
    def dimension(self) -> int:
        return self.alpha.size


Multivariate = Normal | Dirichlet | StudentT | Wishart | Multinomial


def is_multivariate(value: Any) -> bool:
    """Say whether ``value`` is a frozen multivariate distribution that is known here."""
    return isinstance(value, _KINDS)


def as_multivariate(value: Any, argument: str) -> Multivariate:
    """Read a frozen multivariate distribution.

    Raises
    ------
    TypeError
        If it is none that is known here.
    ValueError
        If a matrix is singular, or there are several distributions in one.
    """
    if isinstance(value, _DIRICHLET):
        return Dirichlet(np.asarray(value.alpha, dtype=float), value)
    if isinstance(value, _MULTINOMIAL):
        if np.ndim(value.n) or np.ndim(value.p) != 1 or np.any(value.npcond):
            raise ValueError(
                f"{argument}: expected one number of trials and one vector of probabilities"
            )
        return Multinomial(int(value.n), np.asarray(value.p, dtype=float), value)
    if isinstance(value, (_WISHART, _INVERSE_WISHART)):
        inverse = isinstance(value, _INVERSE_WISHART)
        return Wishart(float(value.df), _factor(value.scale, argument, "scale"), inverse, value)
    if isinstance(value, _T):
        loc = np.atleast_1d(np.asarray(value.loc, dtype=float))
        factor = _factor(value.shape, argument, "shape")
        if math.isinf(value.df):
            return Normal(loc, np.atleast_2d(value.shape).astype(float), factor, value)
        return StudentT(loc, factor, float(value.df), value)
    if isinstance(value, _MATRIX):
        covariance = np.kron(value.rowcov, value.colcov)
        factor = _factor(covariance, argument, "covariance")
        return Normal(np.ravel(value.mean).astype(float), covariance, factor, value)
    if not isinstance(value, _NORMAL):
        raise TypeError(
            f"{argument}: expected a multivariate distribution like the other, "
            f"got {type(value).__name__}"
        )
    mean, covariance = np.atleast_1d(value.mean), np.atleast_2d(value.cov)
    if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
        raise ValueError(f"{argument}: expected a finite mean and covariance")
    factor = _factor(covariance, argument, "covariance")
    return Normal(mean.astype(float), covariance.astype(float), factor, value)


def _factor(matrix: Any, argument: str, name: str) -> np.ndarray:
    try:
        return np.asarray(linalg.cholesky(np.atleast_2d(matrix).astype(float), lower=True))
    except linalg.LinAlgError:
        raise ValueError(
            f"{argument}: expected a positive definite {name}; a singular one has no density"
        ) from None


def as_pair(p: Any, q: Any) -> tuple[Any, Any]:
    """Read two multivariate distributions of one family and dimension."""
    first, second = as_multivariate(p, "p"), as_multivariate(q, "q")
    if {type(first), type(second)} == {Normal, StudentT}:
        first, second = _as_t(first), _as_t(second)
    inverted = {each.inverse for each in (first, second) if isinstance(each, Wishart)}
    if type(first) is not type(second) or len(inverted) > 1:
        raise TypeError(
            f"p, q: expected two distributions of one family, got {type(p).__name__} and "
            f"{type(q).__name__}"
        )
    if first.dimension != second.dimension:
        raise ValueError(
            f"p, q: expected distributions of one dimension, "
            f"got {first.dimension} and {second.dimension}"
        )
    return first, second


def _as_t(p: Any) -> StudentT:
    return p if isinstance(p, StudentT) else StudentT(p.mean, p.factor, math.inf, p.source)


def entropy(p: Multivariate) -> float:
    """Return the entropy in nats."""
    if isinstance(p, Normal):
        if _ill_conditioned(p):
            with _MANY.workdps(_DIGITS):
                half_log = float(_half_log_determinant(_exact_factor(p)))
        else:
            half_log = math.fsum(np.log(np.diag(p.factor)))
        return 0.5 * p.dimension * (1.0 + math.log(2.0 * math.pi)) + half_log
    if not isinstance(p, Dirichlet):
        return p.entropy()
    value = closed_forms.evaluate(lambda m: _dirichlet_entropy(m, p))
    assert value is not None
    return value


def _dirichlet_entropy(m: Any, p: Dirichlet) -> list[Any]:
    alpha = [m.number(a) for a in p.alpha]
    total = sum(alpha[1:], alpha[0])
    return [
        *(m.loggamma(a) for a in alpha),
        -m.loggamma(total),
        (total - len(alpha)) * m.digamma(total),
        *(-(a - 1) * m.digamma(a) for a in alpha),
    ]


def _kl_of_dirichlets(p: Dirichlet, q: Dirichlet) -> float:
    if np.array_equal(p.alpha, q.alpha):
        return 0.0
    value = closed_forms.evaluate(lambda m: _dirichlet_kl(m, p, q))
    assert value is not None
    return value


def kl_divergence(p: Any, q: Any) -> float:
    """Return KL(p || q) in nats."""
    if isinstance(p, (StudentT, Wishart, Multinomial)):
        return p.kl_divergence(q)
    if isinstance(p, Dirichlet) and isinstance(q, Dirichlet):
        return _kl_of_dirichlets(p, q)
    assert isinstance(p, Normal)
    assert isinstance(q, Normal)
    if _ill_conditioned(p) or _ill_conditioned(q):
        return _exact_kl(p, q)
    # With A = L^-1 (S_p - S_q) L^-T the divergence is half of sum(a - log(1 + a)) over the
    # eigenvalues of A, plus the shift: nothing cancels, however close the two are.
    whitened = linalg.solve_triangular(q.factor, p.covariance - q.covariance, lower=True)
    whitened = linalg.solve_triangular(q.factor, whitened.T, lower=True)
    eigenvalues = np.linalg.eigvalsh(0.5 * (whitened + whitened.T))
    if eigenvalues.min() < -0.9:
        # 1 + a would be the difference of two nearly equal numbers: take it from p's own factor.
        ratio = linalg.solve_triangular(q.factor, p.factor, lower=True)
        scaled = linalg.svdvals(ratio) ** 2
        spread = math.fsum(scaled - 1.0 - np.log(scaled))
    else:
        spread = -math.fsum(log1p_minus(eigenvalues))
    shift = linalg.solve_triangular(q.factor, p.mean - q.mean, lower=True)
    return 0.5 * (spread + float(shift @ shift))


# A factor computed in double precision is wrong by its condition number times 1e-16. Beyond this
# condition the work is done with many digits, up to the dimension that takes half a second.
_CONDITION = 1e3
_LARGEST = 40
_DIGITS = 80
_MANY = mpmath.ctx_mp.MPContext()


def _ill_conditioned(p: Normal) -> bool:
    """Say whether the correlations, and not the scales, nearly make the covariance singular."""
    if not 1 < p.dimension <= _LARGEST:
        return False
    unit = np.sqrt(np.diag(p.covariance))
    eigenvalues = np.linalg.eigvalsh(p.covariance / unit / unit[:, None])
    return not eigenvalues[-1] < _CONDITION * eigenvalues[0]


def _exact_factor(p: Normal) -> Any:
    """Return the Cholesky factor of the covariance with many digits."""
    return _MANY.cholesky(_MANY.matrix(np.tril(p.covariance).tolist()))


def _half_log_determinant(factor: Any) -> Any:
    return _MANY.fsum(_MANY.log(factor[i, i]) for i in range(factor.rows))


def _solved(factor: Any, column: Any) -> list[Any]:
    """Solve with a lower triangular matrix, row by row."""
    found: list[Any] = []
    for i in range(factor.rows):
        known = _MANY.fdot((factor[i, j], found[j]) for j in range(i))
        found.append((column[i] - known) / factor[i, i])
    return found


def _exact_kl(p: Normal, q: Normal) -> float:
    """Return half of tr(S_q^-1 S_p) - k - log(det S_p/det S_q) + (mu_q - mu_p)' S_q^-1 (...)."""
    if np.array_equal(p.covariance, q.covariance) and np.array_equal(p.mean, q.mean):
        return 0.0
    with _MANY.workdps(_DIGITS):
        one, two = _exact_factor(p), _exact_factor(q)
        columns = [one[:, i] for i in range(p.dimension)]
        shift = _MANY.matrix(q.mean.tolist()) - _MANY.matrix(p.mean.tolist())
        square = _MANY.mpf(-p.dimension)
        for column in (*columns, shift):
            square += _MANY.fsum(x * x for x in _solved(two, column))
        spread = _half_log_determinant(two) - _half_log_determinant(one)
        return float(square / 2 + spread)


def _dirichlet_kl(m: Any, p: Dirichlet, q: Dirichlet) -> list[Any]:
    one, two = [m.number(a) for a in p.alpha], [m.number(a) for a in q.alpha]
    total, other = sum(one[1:], one[0]), sum(two[1:], two[0])
    psi = m.digamma(total)
    return [
        m.loggamma(total),
        -m.loggamma(other),
        *(-m.loggamma(a) for a in one),
        *(m.loggamma(a) for a in two),
        *((a - b) * m.digamma(a) for a, b in zip(one, two, strict=True)),
        *(-(a - b) * psi for a, b in zip(one, two, strict=True)),
    ]


def cross_entropy(p: Any, q: Any) -> float:
    """Return -E_p[log q] in nats."""
    return entropy(p) + kl_divergence(p, q)


def js_divergence(p: Any, q: Any, weights: tuple[float, ...]) -> Any:
    """Return two univariate distributions with the same Jensen-Shannon divergence, or its value.

    A divergence sees only the coordinates in which the two differ. Whitening p and turning the
    axes makes those of two normals independent; those that are left over cancel.

    Returns
    -------
    tuple of two frozen distributions, or Integral

    Raises
    ------
    ValueError
        If the two differ in more than two directions, or are Dirichlet with more than two parts.
    """
    if isinstance(p, Multinomial):
        return Integral(p.js_divergence(q, weights), 0.0)
    if isinstance(p, (StudentT, Wishart)):
        raise ValueError(
            "p, q: the Jensen-Shannon divergence is known here for multivariate normal, Dirichlet "
            f"and multinomial distributions, got {type(p.source).__name__}"
        )
    if isinstance(p, Dirichlet) and isinstance(q, Dirichlet):
        if p.dimension != 2:
            raise ValueError(
                "p, q: the Jensen-Shannon divergence of Dirichlet distributions is known here for "
                f"two parts only, got {p.dimension}"
            )
        return stats.beta(*p.alpha), stats.beta(*q.alpha)
    assert isinstance(p, Normal)
    assert isinstance(q, Normal)
    whitened = linalg.solve_triangular(p.factor, q.covariance - p.covariance, lower=True)
    whitened = linalg.solve_triangular(p.factor, whitened.T, lower=True)
    excess, axes = np.linalg.eigh(0.5 * (whitened + whitened.T))
    shift = axes.T @ linalg.solve_triangular(p.factor, q.mean - p.mean, lower=True)
    differs = np.abs(excess) > 1e-13
    means, spreads = list(shift[differs]), list(np.sqrt(1.0 + excess[differs]))
    rest = float(np.linalg.norm(shift[~differs]))
    if rest > 0.0 or not means:
        means.append(rest)
        spreads.append(1.0)
    if len(means) == 1:
        return stats.norm(0.0, 1.0), stats.norm(means[0], spreads[0])
    if len(means) == 2:
        return _plane(np.array(means), np.array(spreads), weights)
    raise ValueError(
        "p, q: the Jensen-Shannon divergence of multivariate normals is computed where they differ "
        f"in at most two directions, these differ in {len(means)}"
    )


def _plane(means: np.ndarray, spreads: np.ndarray, weights: tuple[float, ...]) -> Integral:
    """Integrate the Jensen-Shannon divergence of N(0, I) and N(means, diag(spreads^2))."""
    log_weights = np.log(weights)

    def density(x: np.ndarray) -> np.ndarray:
        logs = np.stack(
            [
                stats.norm.logpdf(x).sum(axis=-1) + log_weights[0],
                stats.norm.logpdf(x, means, spreads).sum(axis=-1) + log_weights[1],
            ]
        )
        mixture = special.logsumexp(logs, axis=0)
        own = np.exp(logs)
        return (own * (logs - log_weights[:, None] - mixture)).sum(axis=0)

    # Beyond 40 standard deviations a normal density is below 1e-340.
    low = np.minimum(-40.0, means - 40.0 * spreads)
    high = np.maximum(40.0, means + 40.0 * spreads)
    result = integrate.cubature(
        density,
        low,
        high,
        rule="gk21",
        rtol=1e-11,
        atol=1e-16,
        max_subdivisions=20_000,
        points=[np.zeros(2), means],
    )
    # Rounding must not carry it beyond what no Jensen-Shannon divergence exceeds.
    ceiling = weight_entropy(weights)
    return Integral(min(max(float(result.estimate), 0.0), ceiling), float(result.error))
