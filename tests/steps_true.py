"""True steps, from elementary to nasty: every one of them must be accepted.

Each entry is a name and a function that builds the step. What lies beyond the checker is listed in
``steps_student.BEYOND``.
"""

import sympy as sp
from sympy import (
    Abs,
    Eq,
    Integral,
    Piecewise,
    Rational,
    Sum,
    cos,
    exp,
    gamma,
    log,
    oo,
    pi,
    sin,
    sqrt,
)

from helpers.derivation import Derivation
from helpers.notation import (
    JSD,
    KL,
    ArgMax,
    ArgMin,
    Bernoulli,
    Beta,
    BetaBinomial,
    Binomial,
    Categorical,
    Cauchy,
    CrossEntropy,
    Density,
    Empirical,
    Entropy,
    Expectation,
    Exponential,
    FisherInformation,
    Gamma,
    Geometric,
    Independent,
    Indicator,
    Laplace,
    Likelihood,
    LogLikelihood,
    Mixture,
    Normal,
    Poisson,
    Probability,
    Sample,
    SampleMean,
    Transformed,
    Uniform,
    Variance,
)

D = Derivation
x, y, mu, nu, theta, theta_star = sp.symbols("x y mu nu theta theta_star", real=True)
z = sp.Symbol("z")
u, v, a, b, lam, kap, eps, sigma, tau = sp.symbols(
    "u v a b lambda kappa epsilon sigma tau", positive=True
)
p1, p2, p3 = sp.symbols("p_1 p_2 p_3", positive=True)
t = sp.Symbol("t", positive=True)
UNIT = {t: sp.Interval.open(0, 1)}
n = sp.Symbol("n", integer=True, positive=True)
k = sp.Symbol("k", integer=True, nonnegative=True)
m = sp.Symbol("m", integer=True)
P, Q, R, S = Density("P"), Density("Q"), Density("R"), Density("S")
PK, QK = Density("P", support=sp.S.Naturals0), Density("Q", support=sp.S.Naturals0)
M = Mixture(P, Q)
p, ps = Density("p", theta), Density("p", theta_star)
X = Sample("x", n)
XP = Sample("X", n, P)
c = sp.symbols("c0:3", positive=True, integer=True)
h = sp.Symbol("h", positive=True)
A, B = Normal(mu, sigma), Normal(nu, tau)
KL_NORMAL = log(tau / sigma) + (sigma**2 + (mu - nu) ** 2) / (2 * tau**2) - Rational(1, 2)

STEPS = [
    # algebra and branches
    ("binomial square", lambda: D((x + y) ** 2).equals(x**2 + 2 * x * y + y**2)),
    ("root of square, positive", lambda: D(sqrt(u**2)).equals(u)),
    ("root of square, real", lambda: D(sqrt(x**2)).equals(Abs(x))),
    ("log of product, positive", lambda: D(log(u * v)).equals(log(u) + log(v))),
    (
        "log of square, real",
        lambda: D(log(x**2), domain={x: sp.Interval.open(-oo, 0)}).equals(2 * log(-x)),
    ),
    ("log of a quotient", lambda: D(log(u / v)).equals(log(u) - log(v))),
    ("addition theorem", lambda: D(sin(x + y)).equals(sin(x) * cos(y) + cos(x) * sin(y))),
    ("sine and cosine", lambda: D(sin(x) ** 2 + cos(x) ** 2).equals(1)),
    ("tanh", lambda: D(sp.tanh(x)).equals((exp(2 * x) - 1) / (exp(2 * x) + 1))),
    ("gamma function", lambda: D(gamma(u + 1)).equals(u * gamma(u))),
    ("reflection", lambda: D(gamma(t) * gamma(1 - t), domain=UNIT).equals(pi / sin(pi * t))),
    (
        "rational function off its pole",
        lambda: D((x**2 - 1) / (x - 1), domain={x: sp.Interval(2, oo)}).equals(x + 1),
    ),
    ("piecewise absolute value", lambda: D(Piecewise((x, x >= 0), (-x, True))).equals(Abs(x))),
    ("parity", lambda: D((-1) ** (2 * m)).equals(1)),
    ("under a hypothesis", lambda: D(u * log(v), hypotheses=(Eq(u, v),)).equals(v * log(u))),
    (
        "finite case",
        lambda: D(
            Expectation(x**2, x, Categorical([Rational(1, 4), Rational(1, 4), Rational(1, 2)]))
        ).equals(Rational(9, 4)),
    ),
    # integrals and sums
    ("Gaussian integral", lambda: D(Integral(exp(-u * x**2), (x, -oo, oo))).equals(sqrt(pi / u))),
    (
        "Gaussian with a cosine",
        lambda: D(
            Integral(exp(-(x**2)) * cos(2 * y * x), (x, -oo, oo)), domain={y: sp.Interval(-3, 3)}
        ).equals(sqrt(pi) * exp(-(y**2))),
    ),
    (
        "gamma integral",
        lambda: D(
            Integral(x ** (u - 1) * exp(-v * x), (x, 0, oo)),
            domain={u: sp.Interval(Rational(1, 10), 9)},
        ).equals(gamma(u) / v**u),
    ),
    (
        "beta integral",
        lambda: D(
            Integral(x ** (u - 1) * (1 - x) ** (v - 1), (x, 0, 1)),
            domain={u: sp.Interval(Rational(1, 10), 9), v: sp.Interval(Rational(1, 10), 9)},
        ).equals(gamma(u) * gamma(v) / gamma(u + v)),
    ),
    ("endpoint singularity", lambda: D(Integral(log(x) / sqrt(x), (x, 0, 1))).equals(-4)),
    (
        "von Mises integral",
        lambda: D(Integral(exp(u * cos(x)), (x, -pi, pi)), domain={u: sp.Interval(0, 20)}).equals(
            2 * pi * sp.besseli(0, u)
        ),
    ),
    ("Cauchy mass", lambda: D(Integral(u / (pi * (u**2 + x**2)), (x, -oo, oo))).equals(1)),
    ("logistic mass", lambda: D(Integral(exp(-x) / (1 + exp(-x)) ** 2, (x, -oo, oo))).equals(1)),
    (
        "heavy tail",
        lambda: D(
            Integral(x ** (-u - 1), (x, 1, oo)), domain={u: sp.Interval(Rational(1, 2), 9)}
        ).equals(1 / u),
    ),
    (
        "geometric series",
        lambda: D(Sum(t**k, (k, 0, oo)), domain={t: sp.Interval.open(0, Rational(19, 20))}).equals(
            1 / (1 - t)
        ),
    ),
    ("Poisson mass", lambda: D(Sum(lam**k * exp(-lam) / sp.factorial(k), (k, 0, oo))).equals(1)),
    ("Basel", lambda: D(Sum(1 / k**2, (k, 1, oo))).equals(pi**2 / 6)),
    ("triangle numbers", lambda: D(Sum(k, (k, 1, n))).equals(n * (n + 1) / 2)),
    # entropies and divergences, abstract
    ("cross-entropy", lambda: D(CrossEntropy(P, Q)).equals(Entropy(P) + KL(P, Q))),
    (
        "divergence as integral",
        lambda: D(KL(P, Q)).equals(Integral(P(x) * log(P(x) / Q(x)), (x, -oo, oo))),
    ),
    (
        "divergence as sum",
        lambda: D(KL(PK, QK)).equals(Sum(PK(k) * log(PK(k) / QK(k)), (k, 0, oo))),
    ),
    ("self divergence", lambda: D(KL(P, P)).equals(0)),
    ("JSD by entropies", lambda: D(JSD(P, Q)).equals(Entropy(M) - Entropy(P) / 2 - Entropy(Q) / 2)),
    ("JSD symmetric", lambda: D(JSD(P, Q)).equals(JSD(Q, P))),
    ("JSD corrected [3]", lambda: D(JSD(P, Q)).equals(KL(P, M) / 2 + KL(Q, M) / 2)),
    (
        "GAN value",
        lambda: D(
            Expectation(log(P(x) / (P(x) + Q(x))), x, P)
            + Expectation(log(Q(x) / (P(x) + Q(x))), x, Q)
        ).equals(2 * JSD(P, Q) - log(4)),
    ),
    ("additivity", lambda: D(KL(Independent(P, R), Independent(Q, S))).equals(KL(P, Q) + KL(R, S))),
    (
        "change of variable",
        lambda: D(KL(Transformed(A, exp(x), x, log(x)), Transformed(B, exp(x), x, log(x)))).equals(
            KL(A, B)
        ),
    ),
    ("iid factorisation", lambda: D(LogLikelihood(p, X)).equals(log(Likelihood(p, X)))),
    ("variance of the mean", lambda: D(Variance(SampleMean(XP), XP)).equals(Variance(x, x, P) / n)),
    ("mean of the mean", lambda: D(Expectation(SampleMean(XP), XP)).equals(Expectation(x, x, P))),
    (
        "finite n",
        lambda: D(
            -sum(ck * log(Density("q", theta, support=sp.Range(3))(j)) for j, ck in enumerate(c))
            / sum(c)
        ).equals(
            Entropy(Empirical(c)) + KL(Empirical(c), Density("q", theta, support=sp.Range(3)))
        ),
    ),
    # closed forms
    ("KL of normals", lambda: D(KL(A, B)).equals(KL_NORMAL)),
    (
        "KL of normals, equal variances",
        lambda: D(KL(A, B) - KL(B, A), hypotheses=(Eq(sigma, tau),)).equals(0),
    ),
    (
        "KL of Poissons",
        lambda: D(KL(Poisson(lam), Poisson(kap))).equals(lam * log(lam / kap) + kap - lam),
    ),
    (
        "KL of exponentials",
        lambda: D(KL(Exponential(lam), Exponential(kap))).equals(log(lam / kap) + kap / lam - 1),
    ),
    (
        "KL of Bernoullis",
        lambda: D(
            KL(Bernoulli(t), Bernoulli(u)), domain={**UNIT, u: sp.Interval.open(0, 1)}
        ).equals(t * log(t / u) + (1 - t) * log((1 - t) / (1 - u))),
    ),
    (
        "KL of geometrics",
        lambda: D(
            KL(Geometric(t), Geometric(u)),
            domain={
                t: sp.Interval(Rational(1, 9), Rational(8, 9)),
                u: sp.Interval(Rational(1, 9), Rational(8, 9)),
            },
        ).equals(log(t / u) + (1 - t) / t * log((1 - t) / (1 - u))),
    ),
    (
        "KL of Cauchys",
        lambda: D(
            KL(Cauchy(mu, sigma), Cauchy(nu, tau)),
            domain={
                mu: sp.Interval(-2, 2),
                nu: sp.Interval(-2, 2),
                sigma: sp.Interval(Rational(1, 2), 2),
                tau: sp.Interval(Rational(1, 2), 2),
            },
        ).equals(log(((sigma + tau) ** 2 + (mu - nu) ** 2) / (4 * sigma * tau))),
    ),
    ("entropy of a normal", lambda: D(Entropy(A)).equals(log(2 * pi * sp.E * sigma**2) / 2)),
    ("entropy of a Laplace", lambda: D(Entropy(Laplace(mu, sigma))).equals(1 + log(2 * sigma))),
    (
        "entropy of a gamma",
        lambda: D(Entropy(Gamma(u, v)), domain={u: sp.Interval(Rational(1, 5), 9)}).equals(
            u - log(v) + sp.loggamma(u) + (1 - u) * sp.digamma(u)
        ),
    ),
    ("entropy of a uniform", lambda: D(Entropy(Uniform(0, u))).equals(log(u))),
    ("JSD of disjoint uniforms", lambda: D(JSD(Uniform(0, 1), Uniform(2, 3))).equals(log(2))),
    ("infinite from support", lambda: D(KL(Uniform(0, 2), Uniform(0, 1))).equals(oo)),
    ("infinite from tails", lambda: D(KL(Cauchy(0, 1), Normal(0, 1))).equals(oo)),
    ("variance of a binomial", lambda: D(Variance(x, x, Binomial(6, t))).equals(6 * t * (1 - t))),
    (
        "beta-binomial mean",
        lambda: D(Expectation(x, x, BetaBinomial(4, a, b))).equals(4 * a / (a + b)),
    ),
    (
        "Beta update",
        lambda: D(KL(Beta(3, 2), Beta(1, 1))).equals(
            log(12) + 2 * (sp.digamma(3) - sp.digamma(5)) + sp.digamma(2) - sp.digamma(5)
        ),
    ),
    (
        "Fisher information, Poisson",
        lambda: D(FisherInformation(Poisson(lam), lam)).equals(1 / lam),
    ),
    (
        "Fisher information, Bernoulli",
        lambda: D(FisherInformation(Bernoulli(t), t)).equals(1 / (t * (1 - t))),
    ),
    # inequalities
    ("log bound", lambda: D(log(u)).at_most(u - 1, equality_when={u: 1})),
    ("log bound from below", lambda: D(log(u)).at_least(1 - 1 / u, equality_when={u: 1})),
    (
        "arithmetic and geometric mean",
        lambda: D(2 * sqrt(u * v)).at_most(u + v, equality_when={u: v}),
    ),
    ("exp bound", lambda: D(exp(x)).at_least(1 + x, equality_when={x: 0})),
    (
        "Bernoulli variance",
        lambda: D(t * (1 - t), domain=UNIT).at_most(
            Rational(1, 4), equality_when={t: Rational(1, 2)}
        ),
    ),
    (
        "Gibbs",
        lambda: (
            D(-KL(P, Q)).at_most(Expectation(Q(x) / P(x) - 1, x, P), equality_when={Q: P}).equals(0)
        ),
    ),
    ("JSD at most log 2", lambda: D(JSD(P, Q)).at_most(log(2))),
    ("JSD at least 0", lambda: D(JSD(P, Q)).at_least(0)),
    (
        "Markov",
        lambda: D(Probability(x >= eps, x, Exponential(lam))).at_most(
            Expectation(x, x, Exponential(lam)) / eps
        ),
    ),
    (
        "Chebyshev [8]",
        lambda: D(Probability(Abs(x - mu) >= u * sigma, x, Normal(mu, sigma))).at_most(1 / u**2),
    ),
    (
        "Pinsker for Bernoulli",
        lambda: D(KL(Bernoulli(t), Bernoulli(Rational(1, 2)))).at_least(
            2 * (t - Rational(1, 2)) ** 2
        ),
    ),
    # arg min and arg max
    (
        "dropping a free term",
        lambda: D(ArgMin(KL(ps, p), theta)).same_argmin(-Expectation(log(p(x)), x, ps)),
    ),
    (
        "sign flip",
        lambda: D(ArgMin(-Expectation(log(p(x)), x, ps), theta)).same_argmax(
            Expectation(log(p(x)), x, ps)
        ),
    ),
    (
        "log of the likelihood",
        lambda: D(ArgMax(Likelihood(p, X), theta)).same_argmax(LogLikelihood(p, X)),
    ),
    (
        "mean for sum",
        lambda: D(ArgMax(LogLikelihood(p, X), theta)).same_argmax(LogLikelihood(p, X) / n),
    ),
    ("square of a positive", lambda: D(ArgMin(1 + x**2, x)).same_argmin((1 + x**2) ** 2)),
    (
        "same optimum, another order",
        lambda: D(ArgMin((x - 1) ** 2, x)).same_argmin(
            Piecewise(((x - 1) ** 2, x > 1), (3 * (x - 1) ** 2, True))
        ),
    ),
    ("Poisson", lambda: D(ArgMax(LogLikelihood(Poisson(lam), X), lam)).argmax_at(SampleMean(X))),
    ("Bernoulli", lambda: D(ArgMax(LogLikelihood(Bernoulli(t), X), t)).argmax_at(SampleMean(X))),
    ("normal mean", lambda: D(ArgMax(LogLikelihood(A, X), mu)).argmax_at(SampleMean(X))),
    ("uniform", lambda: D(ArgMax(Piecewise((t**-n, t >= u), (0, True)), t)).argmax_at(u)),
    (
        "GAN discriminator",
        lambda: D(ArgMax(a * log(t) + b * log(1 - t), t), domain=UNIT).argmax_at(a / (a + b)),
    ),
    (
        "categorical",
        lambda: D(ArgMax(c[0] * log(p1) + c[1] * log(p2) + c[2] * log(p3), (p1, p2, p3))).argmax_at(
            tuple(ck / sum(c) for ck in c), subject_to=Eq(p1 + p2 + p3, 1)
        ),
    ),
    # limits
    ("Chebyshev bound vanishes", lambda: D(sigma**2 / (n * eps**2)).tends_to(0, as_=(n, oo))),
    ("exponential", lambda: D((1 + x / n) ** n).tends_to(exp(x), as_=(n, oo))),
    (
        "second order",
        lambda: D((lam * log(lam / (lam + h)) + h) / h**2).tends_to(1 / (2 * lam), as_=(h, 0)),
    ),
    ("weak law", lambda: D(SampleMean(XP)).tends_to(Expectation(x, x, P), as_=(n, oo))),
    (
        "indicator",
        lambda: D(Probability(x >= u, x, Exponential(lam))).equals(
            Expectation(Indicator(x >= u), x, Exponential(lam))
        ),
    ),
    # what the signs on the domain, calculus and the hypotheses decide
    (
        "Chebyshev for any density",
        lambda: (
            D(Probability(Abs(y - Expectation(x, x, P)) >= u * sqrt(Variance(x, x, P)), y, P))
            .equals(Probability((y - Expectation(x, x, P)) ** 2 >= u**2 * Variance(x, x, P), y, P))
            .at_most(1 / u**2)
        ),
    ),
    (
        "Hoeffding's lemma for a coin",
        lambda: D(Expectation(exp(u * (x - t)), x, Bernoulli(t)), domain=UNIT).at_most(
            exp(u**2 / 8)
        ),
    ),
    (
        "chord of a convex function",
        lambda: D(exp(u * x), domain={x: sp.Interval(0, 1)}).at_most(1 - x + x * exp(u)),
    ),
    (
        "slack of three hypotheses",
        lambda: D(x + y + mu, hypotheses=(x <= eps, y <= 0, mu <= eps)).at_most(2 * eps),
    ),
    (
        "normal tail",
        lambda: D(Probability(Abs(x - mu) >= eps, x, Normal(mu, sigma))).equals(
            sp.erfc(eps / (sigma * sqrt(2)))
        ),
    ),
    (
        "divergence of coins, one nearly sure",
        lambda: D(KL(Bernoulli(t), Bernoulli(u)), domain={**UNIT, u: UNIT[t]}).tends_to(
            oo, as_=(u, 0)
        ),
    ),
    (
        "sign from one side",
        lambda: D(Abs(h) / h).tends_to(1, as_=(h, 0)),
    ),
    *(
        (
            f"least squares at {share} y",
            lambda share=share: D(ArgMax(-((x - share * y) ** 2), x)).argmax_at(share * y),
        )
        for share in (Rational(1, 3), Rational(-4, 3), Rational(5, 6), Rational(1, 7))
    ),
    ("least squares for a slope", lambda: D(ArgMin((b * x - a) ** 2, x)).argmin_at(a / b)),
    (
        "mean of far Poisson laws",
        lambda: D(Expectation(x, x, Mixture(Poisson(1), Poisson(9000)))).equals(Rational(9001, 2)),
    ),
    (
        "the mass of a far delta",
        lambda: D(Sum(2 ** (-n) + sp.KroneckerDelta(n, 7919), (n, 1, oo))).equals(2),
    ),
    (
        "two bumps in full",
        lambda: D(Integral(exp(-(x**2)) + exp(-((x - 1000) ** 2)), (x, -oo, oo))).equals(
            2 * sqrt(pi)
        ),
    ),
    ("Machin", lambda: D(4 * sp.atan(Rational(1, 5)) - sp.atan(Rational(1, 239))).equals(pi / 4)),
    (
        "a Bessel function as an integral",
        lambda: D(Integral(exp(u * cos(x)), (x, 0, pi)) / pi).equals(sp.besseli(0, u)),
    ),
    (
        "a paraboloid on a square",
        lambda: D(
            x**2 + y**2 - x * y + Rational(1, 100),
            domain={x: sp.Interval(-1, 1), y: sp.Interval(-1, 1)},
        ).at_least(0),
    ),
    ("sub-Gaussian", lambda: D(sp.cosh(u)).at_most(exp(u**2 / 2))),
    (
        "sine on an interval",
        lambda: D(sin(x) - x + x**3 / 5, domain={x: sp.Interval(Rational(1, 2), 3)}).at_least(0),
    ),
]
