"""True steps as a student would write them.

``STEPS`` must all be accepted. ``BEYOND`` lists openly the true steps that the checker can neither
show nor evaluate: it says so, and refutes none of them.
"""

import sympy as sp
from sympy import (
    Abs,
    E,
    EulerGamma,
    FiniteSet,
    Integral,
    Interval,
    Range,
    Rational,
    S,
    Sum,
    Symbol,
    besseli,
    cos,
    cosh,
    digamma,
    exp,
    factorial,
    gamma,
    harmonic,
    log,
    loggamma,
    oo,
    pi,
    sin,
    sqrt,
)

from helpers.derivation import Derivation as Chain
from helpers.notation import (
    KL,
    ArgMax,
    ArgMin,
    Bernoulli,
    Beta,
    Cauchy,
    Concrete,
    CrossEntropy,
    Density,
    Entropy,
    Expectation,
    Exponential,
    FisherInformation,
    Gamma,
    Geometric,
    Independent,
    Laplace,
    LogLikelihood,
    Mixture,
    Normal,
    Poisson,
    Probability,
    Sample,
    SampleMean,
    Uniform,
    Variance,
)

D = Chain
x, y, z, mu, nu, theta, theta_star = sp.symbols("x y z mu nu theta theta_star", real=True)
u, v, a, b, lam, kap, eps, sigma, tau, h, t, T = sp.symbols(
    "u v a b lambda kappa epsilon sigma tau h t T", positive=True
)
n = sp.Symbol("n", integer=True, positive=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
j = sp.Symbol("j", integer=True)
i = sp.Symbol("i", integer=True, positive=True)
m = sp.Symbol("m", integer=True)
UNIT = {t: sp.Interval.open(0, 1)}
P, Q = Density("P"), Density("Q")
PK, QK = Density("P", support=S.Naturals0), Density("Q", support=S.Naturals0)
PH = Density("P", support=Interval(0, oo))
P3, Q3 = Density("P", support=Range(3)), Density("Q", support=Range(3))
P01 = Density("P", support=FiniteSet(0, 1))
p, ps = Density("p", theta), Density("p", theta_star)
X = Sample("x", n)
XP = Sample("X", n, P)
mean_p = Expectation(x, x, P)


def third(law):
    return Expectation((x - Expectation(y, y, law)) ** 3, x, law)


C01 = Cauchy(0, 1)
w = Symbol("w", positive=True)
q = Symbol("q", positive=True)
U2 = {
    u: Interval(Rational(1, 2), 6),
    v: Interval(Rational(1, 2), 6),
    a: Interval(Rational(1, 2), 6),
    b: Interval(Rational(1, 2), 6),
}


def weibull(k_, l_):
    return Concrete(
        k_ / l_ * (x / l_) ** (k_ - 1) * exp(-((x / l_) ** k_)), x, Interval(0, oo), label="W"
    )


x0 = Symbol("x", positive=True)


def von_mises(kp):
    return Concrete(exp(kp * cos(x)) / (2 * pi * besseli(0, kp)), x, Interval(-pi, pi), label="V")


pareto = Concrete(u / x ** (u + 1), x, Interval(1, oo), label="R")

STEPS = [
    (
        "KL gamma",
        lambda: D(KL(Gamma(u, v), Gamma(a, b)), domain=U2).equals(
            (u - a) * digamma(u)
            - loggamma(u)
            + loggamma(a)
            + a * (log(v) - log(b))
            + u * (b - v) / v
        ),
    ),
    (
        "KL beta",
        lambda: D(KL(Beta(u, v), Beta(a, b)), domain=U2).equals(
            log(gamma(a) * gamma(b) * gamma(u + v) / (gamma(u) * gamma(v) * gamma(a + b)))
            + (u - a) * digamma(u)
            + (v - b) * digamma(v)
            + (a - u + b - v) * digamma(u + v)
        ),
    ),
    (
        "entropy beta",
        lambda: D(Entropy(Beta(u, v)), domain=U2).equals(
            log(gamma(u) * gamma(v) / gamma(u + v))
            - (u - 1) * digamma(u)
            - (v - 1) * digamma(v)
            + (u + v - 2) * digamma(u + v)
        ),
    ),
    (
        "entropy Weibull",
        lambda: D(Entropy(weibull(u, v)), domain=U2).equals(
            EulerGamma * (1 - 1 / u) + log(v / u) + 1
        ),
    ),
    (
        "mean Weibull",
        lambda: D(Expectation(x, x, weibull(u, v)), domain=U2).equals(v * gamma(1 + 1 / u)),
    ),
    ("KL Laplace", lambda: D(KL(Laplace(0, u), Laplace(0, v))).equals(log(v / u) + u / v - 1)),
    ("KL Laplace shifted", lambda: D(KL(Laplace(0, 1), Laplace(u, 1))).equals(u + exp(-u) - 1)),
    ("entropy Laplace", lambda: D(Entropy(Laplace(mu, sigma))).equals(1 + log(2 * sigma))),
    (
        "von Mises entropy",
        lambda: D(Entropy(von_mises(u)), domain={u: Interval(Rational(1, 10), 9)}).equals(
            log(2 * pi * besseli(0, u)) - u * besseli(1, u) / besseli(0, u)
        ),
    ),
    (
        "von Mises KL",
        lambda: D(
            KL(von_mises(u), von_mises(v)),
            domain={u: Interval(Rational(1, 10), 9), v: Interval(Rational(1, 10), 9)},
        ).equals(log(besseli(0, v) / besseli(0, u)) + (u - v) * besseli(1, u) / besseli(0, u)),
    ),
    (
        "Pareto entropy",
        lambda: D(Entropy(pareto), domain={u: Interval(Rational(1, 2), 6)}).equals(
            log(1 / u) + 1 + 1 / u
        ),
    ),
    (
        "lognormal mean",
        lambda: D(
            Expectation(exp(x), x, Normal(mu, sigma)),
            domain={sigma: Interval(Rational(1, 10), 2), mu: Interval(-2, 2)},
        ).equals(exp(mu + sigma**2 / 2)),
    ),
    ("Cauchy entropy", lambda: D(Entropy(Cauchy(mu, sigma))).equals(log(4 * pi * sigma))),
    (
        "uniform KL",
        lambda: D(KL(Uniform(0, u), Uniform(0, v)), hypotheses=(u < v,)).equals(log(v / u)),
    ),
    ("exponential entropy", lambda: D(Entropy(Exponential(lam))).equals(1 - log(lam))),
    (
        "geometric entropy",
        lambda: D(
            Entropy(Geometric(t)), domain={t: Interval(Rational(1, 8), Rational(8, 9))}
        ).equals(-log(t) - (1 - t) * log(1 - t) / t),
    ),
    (
        "Bernoulli entropy",
        lambda: D(Entropy(Bernoulli(t))).equals(-t * log(t) - (1 - t) * log(1 - t)),
    ),
    (
        "Rayleigh mean",
        lambda: D(
            Integral(x**2 / sigma**2 * exp(-(x**2) / (2 * sigma**2)), (x, 0, oo)),
            domain={sigma: Interval(Rational(1, 5), 5)},
        ).equals(sigma * sqrt(pi / 2)),
    ),
    (
        "chi mean log",
        lambda: D(Expectation(log(x), x, Gamma(u, v)), domain=U2).equals(digamma(u) - log(v)),
    ),
    (
        "mgf normal",
        lambda: D(Expectation(exp(h * x), x, Normal(0, 1)), domain={h: Interval(0, 3)}).equals(
            exp(h**2 / 2)
        ),
    ),
    (
        "mgf Poisson",
        lambda: D(
            Expectation(exp(h * x), x, Poisson(lam)),
            domain={h: Interval(0, 1), lam: Interval(Rational(1, 10), 4)},
        ).equals(exp(lam * (exp(h) - 1))),
    ),
    (
        "mgf exponential",
        lambda: D(Expectation(exp(h * x), x, Exponential(lam)), hypotheses=(h < lam / 2,)).equals(
            lam / (lam - h)
        ),
    ),
    (
        "mgf Bernoulli",
        lambda: D(Expectation(exp(h * x), x, Bernoulli(t))).equals(1 - t + t * exp(h)),
    ),
    ("variance gamma", lambda: D(Variance(x, x, Gamma(u, v))).equals(u / v**2)),
    (
        "variance beta",
        lambda: D(Variance(x, x, Beta(u, v))).equals(u * v / ((u + v) ** 2 * (u + v + 1))),
    ),
    ("variance Laplace", lambda: D(Variance(x, x, Laplace(0, sigma))).equals(2 * sigma**2)),
    ("variance uniform", lambda: D(Variance(x, x, Uniform(0, u))).equals(u**2 / 12)),
    (
        "variance geometric",
        lambda: D(
            Variance(x, x, Geometric(t)), domain={t: Interval(Rational(1, 5), Rational(8, 9))}
        ).equals((1 - t) / t**2),
    ),
    (
        "fourth moment",
        lambda: D(Expectation((x - mu) ** 4, x, Normal(mu, sigma))).equals(3 * sigma**4),
    ),
    (
        "Poisson factorial moment",
        lambda: D(Expectation(x * (x - 1) * (x - 2), x, Poisson(lam))).equals(lam**3),
    ),
    (
        "abs normal",
        lambda: D(Expectation(Abs(x), x, Normal(0, sigma))).equals(sigma * sqrt(2 / pi)),
    ),
    ("Fisher normal", lambda: D(FisherInformation(Normal(mu, sigma), mu)).equals(1 / sigma**2)),
    ("Fisher exponential", lambda: D(FisherInformation(Exponential(lam), lam)).equals(1 / lam**2)),
    ("Fisher sigma", lambda: D(FisherInformation(Normal(mu, sigma), sigma)).equals(2 / sigma**2)),
    ("AM-GM", lambda: D(sqrt(u * v)).at_most((u + v) / 2, equality_when={u: v})),
    ("AM-GM three", lambda: D(u * v * w).at_most(((u + v + w) / 3) ** 3)),
    (
        "log sum",
        lambda: D((u + v) * log((u + v) / (a + b))).at_most(u * log(u / a) + v * log(v / b)),
    ),
    (
        "Pinsker Bernoulli",
        lambda: D(
            KL(Bernoulli(t), Bernoulli(q)), domain={t: Interval.open(0, 1), q: Interval.open(0, 1)}
        ).at_least(2 * (t - q) ** 2),
    ),
    ("Jensen square", lambda: D(Expectation(x, x, P) ** 2).at_most(Expectation(x**2, x, P))),
    ("Cauchy-Schwarz", lambda: D((u * a + v * b) ** 2).at_most((u**2 + v**2) * (a**2 + b**2))),
    ("Young", lambda: D(u * v).at_most(u**2 / 2 + v**2 / 2)),
    ("triangle", lambda: D(Abs(x + y)).at_most(Abs(x) + Abs(y))),
    ("Bernoulli inequality", lambda: D((1 + u) ** 3).at_least(1 + 3 * u)),
    ("log1p", lambda: D(log(1 + u)).at_most(u)),
    ("log1p lower", lambda: D(log(1 + u)).at_least(u / (1 + u))),
    ("entropy coin", lambda: D(Entropy(Bernoulli(t))).at_most(log(2))),
    ("entropy categorical", lambda: D(Entropy(P3)).at_most(log(3))),
    (
        "KL chi2",
        lambda: D(
            KL(Bernoulli(t), Bernoulli(q)), domain={t: Interval.open(0, 1), q: Interval.open(0, 1)}
        ).at_most((t - q) ** 2 / (q * (1 - q))),
    ),
    ("cosh", lambda: D(cosh(x)).at_most(exp(x**2 / 2))),
    ("1-u", lambda: D(1 - u).at_most(exp(-u))),
    ("normal tail", lambda: D(Probability(x >= u, x, Normal(0, 1))).at_most(exp(-(u**2) / 2))),
    (
        "Poisson variance bound",
        lambda: D(Probability(x >= eps, x, Poisson(lam))).at_most(lam / eps),
    ),
    (
        "Stirling",
        lambda: D(factorial(n) / (sqrt(2 * pi * n) * (n / E) ** n)).tends_to(1, as_=(n, oo)),
    ),
    ("log factorial", lambda: D(log(factorial(n)) / (n * log(n + 1))).tends_to(1, as_=(n, oo))),
    ("n-th root", lambda: D(n ** (1 / n)).tends_to(1, as_=(n, oo))),
    (
        "Poisson limit",
        lambda: D((1 - lam / n) ** n, hypotheses=()).tends_to(exp(-lam), as_=(n, oo)),
    ),
    ("harmonic", lambda: D(harmonic(n) - log(n)).tends_to(EulerGamma, as_=(n, oo))),
    ("t to Cauchy", lambda: D(sin(x) / x).tends_to(1, as_=(x, 0))),
    ("x log x", lambda: D(u * log(u)).tends_to(0, as_=(u, 0))),
    ("KL shrinks", lambda: D(KL(Normal(0, 1), Normal(1 / n, 1))).tends_to(0, as_=(n, oo))),
    (
        "Poisson to normal KL",
        lambda: D(KL(Poisson(lam), Poisson(lam + h)) / h**2).tends_to(1 / (2 * lam), as_=(h, 0)),
    ),
    ("geometric mean limit", lambda: D((u**h + v**h) / 2).tends_to(1, as_=(h, 0))),
    (
        "argmax gamma mode",
        lambda: D(ArgMax((u - 1) * log(t) - v * t, t), hypotheses=(u > 1,)).argmax_at((u - 1) / v),
    ),
    (
        "argmin squared",
        lambda: D(ArgMin(X.sum(lambda s: (s - mu) ** 2), mu)).argmin_at(SampleMean(X)),
    ),
    (
        "argmax geometric",
        lambda: D(ArgMax(LogLikelihood(Geometric(t), X), t)).argmax_at(1 / (1 + SampleMean(X))),
    ),
    (
        "argmax normal sigma",
        lambda: D(ArgMax(LogLikelihood(Normal(0, sigma), X), sigma)).argmax_at(
            sqrt(SampleMean(X, lambda s: s**2))
        ),
    ),
    ("argmax Laplace", lambda: D(ArgMax(-Abs(x - mu), mu)).argmax_at(x)),
    (
        "argmax weighted",
        lambda: D(ArgMax(a * log(t) + b * log(1 - t), t), domain=UNIT).argmax_at(a / (a + b)),
    ),
    (
        "same argmin cross-entropy",
        lambda: D(ArgMin(KL(ps, p), theta)).same_argmin(CrossEntropy(ps, p)),
    ),
    (
        "same argmax exp",
        lambda: D(ArgMax(-((x - y) ** 2), x)).same_argmax(exp(-((x - y) ** 2) / 2)),
    ),
    ("same argmin half", lambda: D(ArgMin(Abs(x - y), x)).same_argmin((x - y) ** 2)),
    (
        "entropy shift",
        lambda: D(Entropy(Normal(mu, sigma))).equals(Entropy(Normal(0, 1)) + log(sigma)),
    ),
    (
        "KL scale",
        lambda: D(KL(Exponential(2 * lam), Exponential(2 * kap))).equals(
            KL(Exponential(lam), Exponential(kap))
        ),
    ),
    ("chain entropy", lambda: D(Entropy(Independent(P, Q))).equals(Entropy(P) + Entropy(Q))),
    (
        "covariance-free variance",
        lambda: D(Variance(2 * x + 1, x, P)).equals(4 * Variance(x, x, P)),
    ),
    ("total variance", lambda: D(Variance(x, x, P)).equals(Expectation(x**2, x, P) - mean_p**2)),
    (
        "mixture mean",
        lambda: D(Expectation(x, x, Mixture(P, Q))).equals(mean_p / 2 + Expectation(x, x, Q) / 2),
    ),
    (
        "unbiased",
        lambda: D(Expectation(SampleMean(XP, lambda s: s**2) - SampleMean(XP) ** 2, XP)).equals(
            (1 - 1 / n) * Variance(x, x, P)
        ),
    ),
    ("telescoping", lambda: D(Sum(1 / (i * (i + 1)), (i, 1, n))).equals(1 - 1 / (n + 1))),
    (
        "exp series",
        lambda: D(Sum(u**k / factorial(k), (k, 0, oo)), domain={u: Interval(0, 9)}).equals(exp(u)),
    ),
    (
        "log series",
        lambda: D(
            Sum(t**i / i, (i, 1, oo)), domain={t: Interval(Rational(1, 10), Rational(9, 10))}
        ).equals(-log(1 - t)),
    ),
    (
        "two-sided geometric",
        lambda: D(
            Sum(t ** Abs(j), (j, -oo, oo)), domain={t: Interval(Rational(1, 10), Rational(8, 10))}
        ).equals((1 + t) / (1 - t)),
    ),
]

BEYOND = [
    ("sine integral", lambda: D(Integral(sin(x) / x, (x, 0, oo))).equals(pi / 2)),
    (
        "double integral",
        lambda: D(Integral(Integral(x * y, (x, 0, 1)), (y, 0, 1))).equals(Rational(1, 4)),
    ),
    (
        "Fubini",
        lambda: D(Integral(Integral(exp(-x * y), (x, 1, 2)), (y, 0, 1))).equals(
            Integral(Integral(exp(-x * y), (y, 0, 1)), (x, 1, 2))
        ),
    ),
]
