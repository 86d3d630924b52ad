"""Compute divergences.json: reference values by mpmath, from the definitions alone.

Densities are written here from the textbooks, integrals are taken by tanh-sinh quadrature and sums
term by term, with 40 digits; nothing of the helpers package and no closed form of a divergence is
used. A value is kept only if mpmath's own error estimate is below 1e-18 of it.

    python tests/references/make_divergences.py
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import mpmath
from mpmath import mp, mpf

mp.dps = 40
INF = mpmath.inf
# Below exp(NOTHING) a density is left out.
NOTHING = mpf(-20000)


def standard(log_density, lower=-INF, upper=INF, centre=0, width=1):
    """Return a maker of location-scale laws from a standard log-density of z and |distance|."""

    def make(*args):
        *shapes, loc, scale = [mpf(a) for a in args]

        def log(anchor, offset):
            # The anchor is subtracted first, so that a tiny offset keeps its digits.
            return log_density((anchor - loc) / scale, offset / scale, *shapes) - mp.log(scale)

        middle = centre(*shapes) if callable(centre) else mpf(centre)
        return {
            "log": log,
            "lower": loc + scale * lower,
            "upper": loc + scale * upper,
            "centre": loc + scale * middle,
            "scale": scale * (width(*shapes) if callable(width) else width),
        }

    return make


def beta_log(u, v, a, b):
    x = u + v
    rest = (1 - u) - v
    return (a - 1) * mp.log(x) + (b - 1) * mp.log(rest) - mp.log(mp.beta(a, b))


def t_log(u, v, df):
    x = u + v
    return (
        mp.loggamma((df + 1) / 2)
        - mp.loggamma(df / 2)
        - mp.log(df * mp.pi) / 2
        - (df + 1) / 2 * mp.log1p(x * x / df)
    )


LINES = {
    "norm": standard(lambda u, v: -((u + v) ** 2) / 2 - mp.log(2 * mp.pi) / 2),
    "expon": standard(lambda u, v: -(u + v), 0, centre=1),
    "gamma": standard(
        lambda u, v, a: (a - 1) * mp.log(u + v) - (u + v) - mp.loggamma(a),
        0,
        centre=lambda a: a,
        width=mp.sqrt,
    ),
    "invgamma": standard(
        lambda u, v, a: -(a + 1) * mp.log(u + v) - 1 / (u + v) - mp.loggamma(a),
        0,
        centre=lambda a: 1 / a,
        width=lambda a: 1 / a,
    ),
    "beta": standard(beta_log, 0, 1, centre=lambda a, b: a / (a + b), width=mpf(1) / 8),
    "laplace": standard(lambda u, v: -abs(u + v) - mp.log(2)),
    "cauchy": standard(lambda u, v: -mp.log(mp.pi) - mp.log1p((u + v) ** 2)),
    "lognorm": standard(
        lambda u, v, s: (
            -(mp.log(u + v) ** 2) / (2 * s * s) - mp.log(u + v) - mp.log(s) - mp.log(2 * mp.pi) / 2
        ),
        0,
        centre=1,
        width=lambda s: min(s, 1),
    ),
    "pareto": standard(lambda u, v, b: mp.log(b) - (b + 1) * mp.log(u + v), 1, centre=2),
    "weibull_min": standard(
        lambda u, v, c: mp.log(c) + (c - 1) * mp.log(u + v) - (u + v) ** c, 0, centre=1
    ),
    "gumbel_r": standard(lambda u, v: -(u + v) - mp.exp(-(u + v))),
    "gumbel_l": standard(lambda u, v: (u + v) - mp.exp(u + v)),
    "uniform": standard(lambda u, v: mpf(0), 0, 1, centre=0.5),
    "halfnorm": standard(lambda u, v: mp.log(2 / mp.pi) / 2 - (u + v) ** 2 / 2, 0, centre=1),
    "rayleigh": standard(lambda u, v: mp.log(u + v) - (u + v) ** 2 / 2, 0, centre=1),
    "logistic": standard(lambda u, v: -abs(u + v) - 2 * mp.log1p(mp.exp(-abs(u + v)))),
    "t": standard(t_log),
}


def integral(f, lower, upper, laws):
    """Integrate f(anchor, offset) with t = log|x - anchor| as the variable, anchor by anchor."""
    points = {law["centre"] for law in laws}
    points |= {e for law in laws for e in (law["lower"], law["upper"]) if mp.isfinite(e)}
    for law in laws:
        points |= {law["centre"] + k * law["scale"] for k in (-6, 6)}
    points = sorted(p for p in points if lower <= p <= upper)
    pieces = []
    for a, b in pairwise(points):
        pieces += [(a, 1, mp.log((b - a) / 2)), (b, -1, mp.log((b - a) / 2))]
    if mp.isinf(upper):
        pieces.append((points[-1], 1, INF))
    if mp.isinf(lower):
        pieces.append((points[0], -1, INF))
    total, error, largest = mpf(0), mpf(0), mpf(0)
    for anchor, sign, top in pieces:

        def g(t, anchor=anchor, sign=sign):
            offset = sign * mp.exp(t)
            value = f(anchor, offset)
            return value * mp.exp(t) if value else mpf(0)

        if mp.isinf(top):
            scale = mp.log(max(law["scale"] for law in laws))
            steps = (-300, -100, -30, -8, 0, 3, 10, 30, 100, 400, 1500)
            cuts = [scale + d for d in steps]
        else:
            steps = (-8000, -2000, -500, -150, -40, -8, 0)
            cuts = [top + d for d in steps]
        for low, high in pairwise(cuts):
            tried = max(abs(g(low + (high - low) * mpf(k) / 8)) for k in range(9))
            largest = max(largest, tried)
            if tried < largest * mpf(10) ** -50:
                continue  # a far tail: not one of nine points is worth counting
            value, estimate = mp.quad(g, [low, high], error=True, maxdegree=8)
            total += value
            error += estimate
    return total, error


def kl_lines(p, q):
    def f(anchor, offset):
        a = p["log"](anchor, offset)
        return mp.exp(a) * (a - q["log"](anchor, offset)) if a > NOTHING else mpf(0)

    return integral(f, p["lower"], p["upper"], [p, q])


def entropy_line(p):
    def f(anchor, offset):
        a = p["log"](anchor, offset)
        return -mp.exp(a) * a if a > NOTHING else mpf(0)

    return integral(f, p["lower"], p["upper"], [p])


def js_lines(p, q):
    def f(anchor, offset):
        # At an end of a support the offset decides on which side the point lies.
        result = mpf(0)
        logs = []
        for law in (p, q):
            x = anchor + offset
            out = (x < law["lower"] or x > law["upper"]) or (
                (anchor == law["lower"] and offset < 0) or (anchor == law["upper"] and offset > 0)
            )
            logs.append(-INF if out else law["log"](anchor, offset))
        masses = [mp.exp(each) if each > NOTHING else mpf(0) for each in logs]
        mixture = sum(masses) / 2
        for mass in masses:
            if mass:
                result += mass / 2 * mp.log(mass / mixture)
        return result

    return integral(f, min(p["lower"], q["lower"]), max(p["upper"], q["upper"]), [p, q])


# --- discrete laws: log pmf, support, and where the terms end ---------------------------------


def poisson(mu):
    mu = mpf(mu)
    return lambda k: k * mp.log(mu) - mu - mp.loggamma(k + 1), 0, INF, mu, mp.sqrt(mu)


def binom(n, theta):
    n, theta = mpf(n), mpf(theta)
    return (
        lambda k: mp.log(mp.binomial(n, k)) + k * mp.log(theta) + (n - k) * mp.log1p(-theta),
        0,
        int(n),
        n * theta,
        mp.sqrt(n * theta * (1 - theta)),
    )


def geom(theta):
    theta = mpf(theta)
    return lambda k: mp.log(theta) + (k - 1) * mp.log1p(-theta), 1, INF, 1 / theta, 1 / theta


def nbinom(n, theta):
    n, theta = mpf(n), mpf(theta)
    return (
        lambda k: (
            mp.loggamma(k + n)
            - mp.loggamma(n)
            - mp.loggamma(k + 1)
            + n * mp.log(theta)
            + k * mp.log1p(-theta)
        ),
        0,
        INF,
        n * (1 - theta) / theta,
        mp.sqrt(n * (1 - theta)) / theta,
    )


def bernoulli(theta):
    theta = mpf(theta)
    return lambda k: mp.log(theta) if k else mp.log1p(-theta), 0, 1, theta, mpf(1)


def randint(low, high):
    return lambda k: -mp.log(high - low), low, high - 1, mpf(low + high) / 2, mpf(high - low)


SUMS = {
    "poisson": poisson,
    "binom": binom,
    "geom": geom,
    "nbinom": nbinom,
    "bernoulli": bernoulli,
    "randint": randint,
}


def sum_terms(f, laws, lower, upper):
    """Sum f(k); stop in a tail once a thousand terms in a row add nothing."""
    start = int(mp.floor(min(law[3] for law in laws)))
    start = max(lower, start)
    total = mpf(0)
    top = max(law[3] + 60 * law[4] for law in laws)
    k = start
    while k <= upper:
        term = f(k)
        total += term
        if k > top and abs(term) < abs(total) * mpf(10) ** -36:
            break
        k += 1
    bottom = min(law[3] - 60 * law[4] for law in laws)
    k = start - 1
    while k >= lower:
        term = f(k)
        total += term
        if k < bottom and abs(term) < abs(total) * mpf(10) ** -36:
            break
        k -= 1
    return total, mpf(0)


def kl_sums(p, q):
    def f(k):
        a = p[0](k)
        return mp.exp(a) * (a - q[0](k))

    return sum_terms(f, [p, q], p[1], p[2])


def entropy_sum(p):
    return sum_terms(lambda k: -mp.exp(p[0](k)) * p[0](k), [p], p[1], p[2])


def js_sums(p, q):
    def f(k):
        masses = [mp.exp(law[0](k)) if law[1] <= k <= law[2] else mpf(0) for law in (p, q)]
        mixture = sum(masses) / 2
        return sum(mass / 2 * mp.log(mass / mixture) for mass in masses if mass)

    return sum_terms(f, [p, q], min(p[1], q[1]), max(p[2], q[2]))


# --- cases ------------------------------------------------------------------------------------

NEAR = 1e-10
# (family, arguments of p, arguments of q); arguments in SciPy's order, ending in loc and scale.
WITHIN = [
    ("norm", (0, 1), (1, 1)),
    ("norm", (0, 1), (0, 2)),
    ("norm", (0.3, 1.7), (-2.1, 0.4)),
    ("norm", (0, 1), (1e6, 1)),
    ("norm", (0, 1e-6), (0, 1e6)),
    ("norm", (0, 1e6), (0, 1e-6)),
    ("norm", (1, 1), (1 + NEAR, 1)),
    ("norm", (0, 1), (0, 1 + NEAR)),
    ("norm", (1e6, 2), (1e6 + 1e-6, 2 + 1e-9)),
    ("expon", (0, 1), (0, 3)),
    ("expon", (0, 3), (0, 1)),
    ("expon", (2, 1), (0.5, 3)),
    ("expon", (0, 1e-6), (0, 1e6)),
    ("expon", (0, 1), (0, 1 + NEAR)),
    ("gamma", (2.5, 0, 1), (1.5, 0, 2)),
    ("gamma", (0.5, 0, 1), (0.25, 0, 3)),
    ("gamma", (100, 0, 0.1), (90, 0, 0.12)),
    ("gamma", (2, 1, 1), (3, 1, 1)),
    ("gamma", (2, 0, 1), (2 + NEAR, 0, 1)),
    ("gamma", (0.02, 0, 1), (0.05, 0, 1)),
    ("beta", (2, 3, 0, 1), (3, 2, 0, 1)),
    ("beta", (0.5, 0.5, 0, 1), (2, 5, 0, 1)),
    ("beta", (2, 5, 0, 1), (0.5, 0.5, 0, 1)),
    ("beta", (0.1, 0.2, 0, 1), (0.3, 0.1, 0, 1)),
    ("beta", (50, 80, 0, 1), (55, 75, 0, 1)),
    ("beta", (2, 3, 0, 1), (2, 3 + NEAR, 0, 1)),
    ("beta", (2, 3, 1, 4), (4, 2, 1, 4)),
    ("laplace", (0, 1), (1, 2)),
    ("laplace", (0, 1), (1e6, 1)),
    ("laplace", (0, 1), (NEAR, 1)),
    ("laplace", (0, 1e-6), (1, 1e6)),
    ("cauchy", (0, 1), (1, 2)),
    ("cauchy", (0, 1), (1e6, 1)),
    ("cauchy", (0, 1e-6), (0, 1e6)),
    ("cauchy", (0, 1), (NEAR, 1)),
    ("lognorm", (1, 0, 1), (0.5, 0, 2)),
    ("lognorm", (2, 0, 1e-6), (2, 0, 1e6)),
    ("lognorm", (1, 0, 1), (1 + NEAR, 0, 1)),
    ("pareto", (2.5, 0, 2), (1.5, 0, 1)),
    ("pareto", (1.01, 0, 1), (2, 0, 1)),
    ("pareto", (3, 0, 1), (3 + NEAR, 0, 1)),
    ("weibull_min", (1.5, 0, 1), (2.5, 0, 2)),
    ("weibull_min", (0.5, 0, 1), (0.7, 0, 3)),
    ("weibull_min", (2, 0, 1), (2, 0, 1 + NEAR)),
    ("gumbel_r", (0, 1), (1, 2)),
    ("gumbel_r", (3, 2), (0, 1)),
    ("gumbel_r", (0, 1), (NEAR, 1)),
    ("gumbel_l", (0, 1), (1, 2)),
    ("invgamma", (3, 0, 2), (2, 0, 1)),
    ("invgamma", (1.5, 0, 1), (4, 0, 5)),
    ("invgamma", (3, 0, 2), (3, 0, 2 + NEAR)),
    ("uniform", (0, 1), (-1, 3)),
    ("uniform", (0.25, 0.5), (0, 1)),
    ("halfnorm", (0, 1), (0, 3)),
    ("halfnorm", (0, 1), (0, 1 + NEAR)),
    ("rayleigh", (0, 1), (0, 3)),
    ("rayleigh", (0, 2), (0, 1)),
    ("logistic", (0, 1), (2, 1)),
    ("logistic", (0, 1), (30, 1)),
    ("logistic", (0, 1), (NEAR * 1e5, 1)),
    ("logistic", (0, 1), (1, 2)),
    ("logistic", (2, 3), (0, 1)),
    ("t", (3, 0, 1), (5, 1, 2)),
    ("t", (1.1, 0, 1), (2.5, 0, 1)),
    ("t", (1.1, 0, 1), (1.1, 1e3, 1)),
    ("t", (30, 0, 1), (1.1, 0, 1)),
]
ACROSS = [
    ("norm", (0, 1), "laplace", (0, 1)),
    ("norm", (1, 2), "laplace", (-1, 1)),
    ("laplace", (0, 1), "norm", (1, 2)),
    ("norm", (0, 1), "cauchy", (1e6, 1)),
    ("norm", (0, 1), "t", (1.1, 0, 1)),
    ("norm", (0, 1), "logistic", (0, 1)),
    ("logistic", (1, 2), "norm", (0, 1)),
    ("norm", (0.5, 1.5), "gumbel_r", (0, 1)),
    ("gumbel_r", (0, 1), "norm", (0.5, 1.5)),
    ("gumbel_l", (0, 1), "norm", (0.5, 1.5)),
    ("norm", (0, 1e-6), "cauchy", (0, 1e6)),
    ("norm", (0, 1e6), "cauchy", (0, 1e-6)),
    ("laplace", (0, 1), "cauchy", (0, 1)),
    ("laplace", (0, 1), "logistic", (0, 1)),
    ("logistic", (0, 1), "laplace", (0, 1)),
    ("t", (1.1, 0, 1), "cauchy", (0, 1)),
    ("cauchy", (0, 1), "t", (1.1, 0, 1)),
    ("t", (5, 0, 1), "norm", (0, 1)),
    ("t", (5, 0, 1), "laplace", (0, 1)),
    ("expon", (0, 1), "norm", (1, 1)),
    ("gamma", (2.5, 0, 1), "norm", (2, 2)),
    ("beta", (2, 3, 0, 1), "norm", (0.4, 0.3)),
    ("beta", (0.5, 0.5, 0, 1), "norm", (0.4, 0.3)),
    ("uniform", (0, 1), "norm", (0, 1)),
    ("uniform", (-1, 2), "laplace", (0.25, 1)),
    ("uniform", (1, 2), "pareto", (2, 0, 1)),
    ("uniform", (0, 1), "beta", (2, 3, 0, 1)),
    ("beta", (2, 3, 0, 1), "uniform", (0, 1)),
    ("beta", (0.1, 0.1, 0, 1), "uniform", (0, 1)),
    ("beta", (2, 3, 0, 1), "expon", (0, 1)),
    ("beta", (2, 3, 0, 1), "gamma", (2.5, 0, 1)),
    ("uniform", (0, 2), "expon", (0, 1)),
    ("uniform", (0, 2), "gamma", (2.5, 0, 1)),
    ("uniform", (0, 2), "gumbel_r", (0, 1)),
    ("expon", (0, 2), "gamma", (2.5, 0, 1)),
    ("gamma", (2.5, 0, 1), "expon", (0, 2)),
    ("expon", (0, 1), "gumbel_r", (0, 2)),
    ("gamma", (2.5, 0, 1), "gumbel_r", (0, 2)),
    ("gumbel_r", (0, 1), "gumbel_l", (0, 2.5)),
    ("expon", (0, 1), "lognorm", (1, 0, 1)),
    ("lognorm", (1, 0, 1), "expon", (0, 1)),
    ("lognorm", (1, 0, 1), "gamma", (2.5, 0, 1)),
    ("lognorm", (0.5, 0, 1), "norm", (1, 1)),
    ("lognorm", (1, 0, 1), "invgamma", (3, 0, 2)),
    ("gamma", (4, 0, 1), "invgamma", (3, 0, 2)),
    ("invgamma", (3, 0, 2), "gamma", (2.5, 0, 1)),
    ("pareto", (3.5, 0, 1), "expon", (0, 1)),
    ("pareto", (3.5, 0, 1), "norm", (1, 1)),
    ("pareto", (2.5, 0, 1), "gamma", (2, 0, 1)),
    ("pareto", (1.1, 0, 1), "lognorm", (1, 0, 1)),
    ("pareto", (1.1, 0, 1), "cauchy", (0, 1)),
    ("weibull_min", (1.5, 0, 1), "gamma", (2, 0, 1)),
    ("weibull_min", (1.5, 0, 1), "norm", (1, 1)),
    ("gamma", (2, 0, 1), "weibull_min", (1.5, 0, 1)),
    ("halfnorm", (0, 1), "expon", (0, 1)),
    ("expon", (0, 1), "halfnorm", (0, 1)),
    ("halfnorm", (0, 1), "norm", (0, 1)),
    ("expon", (0, 1), "laplace", (0, 1)),
    ("gamma", (0.05, 0, 1), "expon", (0, 1)),
    ("gamma", (0.05, 0, 1), "lognorm", (2, 0, 1)),
    ("rayleigh", (0, 1), "gamma", (2, 0, 1)),
    ("expon", (1, 1), "gamma", (2, 0, 1)),
    ("gamma", (2, 1, 1), "gamma", (3, 0, 1)),
    ("lognorm", (0.5, 1, 1), "lognorm", (0.5, 0, 2)),
    ("beta", (2, 2, 0.25, 0.5), "beta", (2, 3, 0, 1)),
    # A thousandth of such a gamma law lies below 1e-300, a thirtieth of such a Pareto above 1e30.
    ("gamma", (0.01, 0, 1), "lognorm", (2, 0, 1)),
    ("gamma", (0.01, 0, 1), "weibull_min", (1.5, 0, 1)),
    ("gamma", (0.01, 0, 1), "cauchy", (0, 1)),
    ("gamma", (0.02, 0, 1), "weibull_min", (0.5, 0, 1)),
    ("beta", (0.01, 0.02, 0, 1), "norm", (0.4, 0.3)),
    ("beta", (0.01, 0.02, 0, 1), "weibull_min", (1.5, 0, 1)),
    ("pareto", (0.05, 0, 1), "cauchy", (0, 1)),
    ("t", (0.05, 0, 1), "cauchy", (0, 1)),
]
DISCRETE = [
    ("bernoulli", (0.3,), "bernoulli", (0.5,)),
    ("bernoulli", (0.5,), "bernoulli", (0.5 + NEAR,)),
    ("bernoulli", (1e-12,), "bernoulli", (1e-3,)),
    ("bernoulli", (0.999,), "bernoulli", (1e-3,)),
    ("binom", (10, 0.3), "binom", (10, 0.6)),
    ("binom", (1000, 0.3), "binom", (1000, 0.3 + 1e-9)),
    ("binom", (10, 0.3), "binom", (12, 0.3)),
    ("geom", (0.3,), "geom", (0.6,)),
    ("geom", (0.01,), "geom", (0.02,)),
    ("geom", (0.5,), "geom", (0.5 + NEAR,)),
    ("poisson", (3,), "poisson", (5,)),
    ("poisson", (0.01,), "poisson", (20,)),
    ("poisson", (1000,), "poisson", (1010,)),
    ("poisson", (3,), "poisson", (3 + NEAR,)),
    ("nbinom", (5, 0.4), "nbinom", (5, 0.6)),
    ("nbinom", (5, 0.4), "nbinom", (3, 0.4)),
    ("nbinom", (2.5, 0.1), "nbinom", (2.5, 0.1 + NEAR)),
    ("poisson", (3,), "nbinom", (5, 0.6)),
    ("nbinom", (5, 0.6), "poisson", (3,)),
    ("binom", (20, 0.2), "poisson", (4,)),
    ("binom", (1000, 0.004), "poisson", (4,)),
    ("bernoulli", (0.3,), "poisson", (0.5,)),
    ("geom", (0.3,), "poisson", (3,)),
    ("geom", (0.3,), "nbinom", (2, 0.3)),
    ("randint", (2, 7), "randint", (0, 10)),
    ("randint", (0, 5), "poisson", (2,)),
    ("randint", (0, 11), "binom", (10, 0.5)),
]
ENTROPIES = [
    *[(family, p) for family, p, _ in WITHIN],
    *[(family, p) for family, p, _, _ in DISCRETE],
]
JENSEN_SHANNON = [
    ("norm", (0, 1), "norm", (1, 1)),
    ("norm", (0, 1), "norm", (0, 5)),
    ("norm", (0, 1), "norm", (10, 1)),
    ("norm", (0, 1), "norm", (40, 1)),
    ("norm", (0, 1), "norm", (1e-3, 1)),
    ("norm", (0, 1e-6), "norm", (0, 1e6)),
    ("norm", (0, 1), "norm", (1e6, 1)),
    ("norm", (0.3, 1.7), "norm", (-2.1, 0.4)),
    ("norm", (0, 1), "laplace", (0, 1)),
    ("norm", (0, 1), "cauchy", (0, 1)),
    ("cauchy", (0, 1), "cauchy", (1, 2)),
    ("cauchy", (0, 1), "cauchy", (1e3, 1)),
    ("cauchy", (0, 1e-6), "cauchy", (0, 1e6)),
    ("laplace", (0, 1), "laplace", (1, 2)),
    ("expon", (0, 1), "expon", (0, 3)),
    ("expon", (0, 1), "expon", (1, 1)),
    ("expon", (0, 1), "norm", (0, 1)),
    ("uniform", (0, 1), "uniform", (0.5, 1)),
    ("uniform", (0, 1), "uniform", (0, 3)),
    ("uniform", (0, 1), "norm", (0, 1)),
    ("uniform", (0, 1), "expon", (0, 1)),
    ("gamma", (2.5, 0, 1), "gamma", (1.5, 0, 2)),
    ("gamma", (0.05, 0, 1), "gamma", (0.1, 0, 1)),
    ("beta", (2, 3, 0, 1), "beta", (3, 2, 0, 1)),
    ("beta", (0.5, 0.5, 0, 1), "beta", (2, 2, 0, 1)),
    ("beta", (0.1, 0.2, 0, 1), "beta", (0.3, 0.1, 0, 1)),
    ("lognorm", (1, 0, 1), "gamma", (2, 0, 1)),
    ("pareto", (1.1, 0, 1), "pareto", (3, 0, 2)),
    ("pareto", (1.1, 0, 1), "expon", (0, 1)),
    ("t", (1.1, 0, 1), "t", (3, 1, 1)),
    ("logistic", (0, 1), "norm", (0, 1.8)),
    ("gumbel_r", (0, 1), "gumbel_l", (0, 1)),
    ("weibull_min", (0.5, 0, 1), "weibull_min", (2, 0, 1)),
    ("invgamma", (3, 0, 2), "invgamma", (2, 0, 1)),
    ("gamma", (0.01, 0, 1), "expon", (0, 1)),
    ("gamma", (0.01, 0, 1), "gamma", (0.02, 0, 1)),
    ("gamma", (0.01, 0, 1), "uniform", (1, 1)),
    ("pareto", (0.05, 0, 1), "pareto", (0.1, 0, 2)),
    ("poisson", (3,), "poisson", (5,)),
    ("poisson", (0.01,), "poisson", (20,)),
    ("poisson", (1000,), "poisson", (1010,)),
    ("geom", (0.3,), "geom", (0.6,)),
    ("geom", (0.3,), "poisson", (3,)),
    ("binom", (10, 0.3), "binom", (12, 0.6)),
    ("bernoulli", (0.3,), "bernoulli", (0.31,)),
    ("nbinom", (5, 0.4), "poisson", (7,)),
    ("randint", (0, 5), "randint", (3, 9)),
]


def law(family, args):
    return LINES[family](*args) if family in LINES else SUMS[family](*args)


def record(kind, names, pair):
    first, second = pair
    continuous = names[0] in LINES
    if kind == "kl":
        value, error = (kl_lines if continuous else kl_sums)(first, second)
    elif kind == "js":
        value, error = (js_lines if continuous else js_sums)(first, second)
    else:
        value, error = (entropy_line if continuous else entropy_sum)(first)
    if error > abs(value) * mpf(10) ** -18:
        print(f"left out, error {mp.nstr(error, 3)}: {kind} {names}", file=sys.stderr)
        return None
    return mp.nstr(value, 25)


def main():
    cases = [("kl", f, p, f, q) for f, p, q in WITHIN]
    cases += [("kl", *case) for case in [*ACROSS, *DISCRETE]]
    cases += [("js", *case) for case in JENSEN_SHANNON]
    seen = dict.fromkeys(ENTROPIES)
    cases += [("entropy", f, p, f, p) for f, p in seen]
    kept = []
    for kind, f, p, g, q in cases:
        value = record(kind, (f, p, g, q), (law(f, p), law(g, q)))
        if value is not None:
            entry = {"kind": kind, "p": [f, *p], "value": value}
            if kind != "entropy":
                entry["q"] = [g, *q]
            kept.append(entry)
            print(kind, f, p, g, q, value, flush=True)
    out = {
        "made_by": "tests/references/make_divergences.py",
        "mpmath": mpmath.__version__,
        "digits": mp.dps,
        "cases": kept,
    }
    lines = ",\n".join("  " + json.dumps(case) for case in out.pop("cases"))
    text = json.dumps(out)[:-1] + ', "cases": [\n' + lines + "\n]}\n"
    Path(__file__).with_name("divergences.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
