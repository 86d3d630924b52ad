"""False steps, from crude to nasty: none of them may pass."""

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
    Independent,
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
F3 = Density("p", support=sp.Range(3))
XF = Sample("X", n, F3)
mean_f, m_f, v_f = SampleMean(XF), Expectation(x, x, F3), Variance(x, x, F3)
M3, p_hat = Density("q", theta, support=sp.Range(3)), Empirical(c[:3])
A, B = Normal(mu, sigma), Normal(nu, tau)
KL_NORMAL = log(tau / sigma) + (sigma**2 + (mu - nu) ** 2) / (2 * tau**2) - Rational(1, 2)
TINY = Rational(1, 10**12)

STEPS = [
    # algebra and branches
    ("freshman's square", lambda: D((x + y) ** 2).equals(x**2 + y**2)),
    ("root of square without a sign", lambda: D(sqrt(x**2)).equals(x)),
    ("log of square on the whole line", lambda: D(log(x**2)).equals(2 * log(x))),
    ("log of product of negatives", lambda: D(log(x * y)).equals(log(x) + log(y))),
    ("one branch off", lambda: D(log(exp(sp.I * u))).equals(sp.I * u)),
    ("cube root of a negative", lambda: D((x**3) ** Rational(1, 3)).equals(x)),
    (
        "true only for x > 0",
        lambda: D(
            Abs(x) / x, domain={x: sp.Union(sp.Interval.open(-oo, 0), sp.Interval.open(0, oo))}
        ).equals(1),
    ),
    ("undefined at one point", lambda: D((x**2 - 1) / (x - 1)).equals(x + 1)),
    ("false at one point, zero", lambda: D(sp.sign(x) ** 2).equals(1)),
    ("false at one point, inside", lambda: D(Piecewise((0, Eq(x, 3)), (x, True))).equals(x)),
    (
        "false at one odd point",
        lambda: D(Piecewise((0, Eq(x, Rational(17, 13))), (x**2, True))).equals(x**2),
    ),
    (
        "false at the integers",
        lambda: D(sp.floor(x) + sp.ceiling(-x), domain={x: sp.S.Reals}).equals(
            sin(pi * x) * 0 + Piecewise((1, Eq(x, sp.floor(x))), (0, True))
        ),
    ),
    ("relative 1e-12", lambda: D(exp(x)).equals(exp(x) * (1 + TINY))),
    ("absolute 1e-12 near one", lambda: D(1 + x**2).equals(1 + x**2 + TINY)),
    (
        "relative 1e-12 in a constant",
        lambda: D(Entropy(A)).equals(log(2 * pi * sp.E * sigma**2) / 2 * (1 + TINY)),
    ),
    ("Taylor taken for the function", lambda: D(sin(x)).equals(x - x**3 / 6)),
    (
        "Stirling taken for factorial",
        lambda: D(log(sp.factorial(n))).equals(n * log(n) - n + log(2 * pi * n) / 2),
    ),
    ("parity forgotten", lambda: D((-1) ** m).equals(1)),
    ("hypothesis too weak", lambda: D(u * log(v), hypotheses=(Eq(u * v, 1),)).equals(v * log(u))),
    (
        "wrong fraction",
        lambda: D(
            Expectation(x**2, x, Categorical([Rational(1, 4), Rational(1, 4), Rational(1, 2)]))
        ).equals(Rational(5, 2)),
    ),
    # integrals and sums
    (
        "Gaussian integral, factor",
        lambda: D(Integral(exp(-u * x**2), (x, -oo, oo))).equals(sqrt(2 * pi / u)),
    ),
    (
        "Gaussian integral, half line",
        lambda: D(Integral(exp(-u * x**2), (x, 0, oo))).equals(sqrt(pi / u)),
    ),
    (
        "gamma integral, shifted",
        lambda: D(
            Integral(x**u * exp(-v * x), (x, 0, oo)), domain={u: sp.Interval(Rational(1, 10), 9)}
        ).equals(gamma(u) / v**u),
    ),
    (
        "beta integral, swapped",
        lambda: D(
            Integral(x ** (u - 1) * (1 - x) ** v, (x, 0, 1)),
            domain={u: sp.Interval(Rational(1, 10), 9)},
        ).equals(sp.beta(u, v)),
    ),
    (
        "von Mises, order",
        lambda: D(Integral(exp(u * cos(x)), (x, -pi, pi)), domain={u: sp.Interval(0, 20)}).equals(
            2 * pi * sp.besseli(1, u)
        ),
    ),
    ("clipped integral", lambda: D(Integral(exp(-(x**2) / 2), (x, -8, 8))).equals(sqrt(2 * pi))),
    (
        "heavy tail, exponent",
        lambda: D(
            Integral(x ** (-u - 1), (x, 1, oo)), domain={u: sp.Interval(Rational(1, 2), 9)}
        ).equals(1 / (u + 1)),
    ),
    ("divergent integral", lambda: D(Integral(1 / x, (x, 1, oo))).equals(10**6)),
    (
        "geometric series, shifted",
        lambda: D(Sum(t**k, (k, 1, oo)), domain={t: sp.Interval.open(0, Rational(19, 20))}).equals(
            1 / (1 - t)
        ),
    ),
    (
        "Poisson sum, shifted",
        lambda: D(Sum(lam**k * exp(-lam) / sp.factorial(k), (k, 1, oo))).equals(1),
    ),
    ("triangle numbers, shifted", lambda: D(Sum(k, (k, 1, n))).equals(n * (n - 1) / 2)),
    # entropies and divergences
    ("swapped divergence", lambda: D(KL(P, Q)).equals(KL(Q, P))),
    ("cross-entropy, swapped", lambda: D(CrossEntropy(P, Q)).equals(Entropy(P) + KL(Q, P))),
    ("cross-entropy, wrong entropy", lambda: D(CrossEntropy(P, Q)).equals(Entropy(Q) + KL(P, Q))),
    ("definition upside down", lambda: D(KL(P, Q)).defined_as(Expectation(log(Q(x) / P(x)), x, P))),
    (
        "expectation under the wrong law",
        lambda: D(KL(P, Q)).equals(Expectation(log(P(x) / Q(x)), x, Q)),
    ),
    (
        "integral with the wrong weight",
        lambda: D(KL(P, Q)).equals(Integral(Q(x) * log(P(x) / Q(x)), (x, -oo, oo))),
    ),
    (
        "sum without its first term",
        lambda: D(KL(PK, QK)).equals(Sum(PK(k) * log(PK(k) / QK(k)), (k, 1, oo))),
    ),
    ("JSD misprinted [3]", lambda: D(JSD(P, Q)).equals(KL(P, M) / 2 + KL(M, P) / 2)),
    ("JSD without the halves", lambda: D(JSD(P, Q)).equals(KL(P, M) + KL(Q, M))),
    (
        "JSD by entropies, sign",
        lambda: D(JSD(P, Q)).equals(Entropy(M) + Entropy(P) / 2 - Entropy(Q) / 2),
    ),
    ("mean of entropies", lambda: D(Entropy(M)).equals(Entropy(P) / 2 + Entropy(Q) / 2)),
    (
        "GAN value, log 2",
        lambda: D(
            Expectation(log(P(x) / (P(x) + Q(x))), x, P)
            + Expectation(log(Q(x) / (P(x) + Q(x))), x, Q)
        ).equals(2 * JSD(P, Q) - log(2)),
    ),
    (
        "additivity, crossed",
        lambda: D(KL(Independent(P, R), Independent(Q, S))).equals(KL(P, S) + KL(R, Q)),
    ),
    (
        "entropy is not invariant",
        lambda: D(Entropy(Transformed(A, exp(x), x, log(x)))).equals(Entropy(A)),
    ),
    (
        "variance of the mean, not divided",
        lambda: D(Variance(SampleMean(XP), XP)).equals(Variance(x, x, P)),
    ),
    (
        "variance of the mean, n squared",
        lambda: D(Variance(SampleMean(XP), XP)).equals(Variance(x, x, P) / n**2),
    ),
    (
        "iid factorisation, one over n",
        lambda: D(LogLikelihood(p, X)).equals(log(Likelihood(p, X)) / n),
    ),
    (
        "finite n, entropy forgotten",
        lambda: D(
            -sum(ck * log(Density("q", theta, support=sp.Range(3))(j)) for j, ck in enumerate(c))
            / sum(c)
        ).equals(KL(Empirical(c), Density("q", theta, support=sp.Range(3)))),
    ),
    # closed forms
    (
        "KL of normals, variances swapped",
        lambda: D(KL(A, B)).equals(
            log(sigma / tau) + (tau**2 + (mu - nu) ** 2) / (2 * sigma**2) - Rational(1, 2)
        ),
    ),
    ("KL of normals, half lost", lambda: D(KL(A, B)).equals(KL_NORMAL + Rational(1, 2))),
    ("KL of normals, always symmetric", lambda: D(KL(A, B) - KL(B, A)).equals(0)),
    (
        "KL of normals, equal means symmetric",
        lambda: D(KL(A, B) - KL(B, A), hypotheses=(Eq(mu, nu),)).equals(0),
    ),
    (
        "KL of Poissons, sign",
        lambda: D(KL(Poisson(lam), Poisson(kap))).equals(lam * log(lam / kap) + lam - kap),
    ),
    (
        "KL of exponentials, swapped",
        lambda: D(KL(Exponential(lam), Exponential(kap))).equals(log(kap / lam) + lam / kap - 1),
    ),
    (
        "KL of Cauchys, factor",
        lambda: D(
            KL(Cauchy(0, sigma), Cauchy(0, tau)),
            domain={sigma: sp.Interval(Rational(1, 2), 2), tau: sp.Interval(Rational(1, 2), 2)},
        ).equals(log((sigma + tau) ** 2 / (2 * sigma * tau))),
    ),
    ("entropy of a normal, sign", lambda: D(Entropy(A)).equals(-log(2 * pi * sp.E * sigma**2) / 2)),
    ("entropy of a Laplace, factor", lambda: D(Entropy(Laplace(mu, sigma))).equals(1 + log(sigma))),
    (
        "entropy of a gamma, rate",
        lambda: D(Entropy(Gamma(u, v)), domain={u: sp.Interval(Rational(1, 5), 9)}).equals(
            u + log(v) + sp.loggamma(u) + (1 - u) * sp.digamma(u)
        ),
    ),
    ("finite where infinite", lambda: D(KL(Uniform(0, 2), Uniform(0, 1))).equals(log(2))),
    ("JSD of overlapping uniforms", lambda: D(JSD(Uniform(0, 2), Uniform(1, 3))).equals(log(2))),
    ("Fisher information upside down", lambda: D(FisherInformation(Poisson(lam), lam)).equals(lam)),
    # inequalities
    ("log bound reversed", lambda: D(log(u)).at_least(u - 1)),
    ("log bound with a gap", lambda: D(log(u)).at_most(u - 1 - TINY)),
    ("false between two points", lambda: D(x**2).at_least(x - Rational(24, 100))),
    (
        "false in a narrow dip",
        lambda: D((x - Rational(1234, 1000)) ** 2).at_least(Rational(1, 10**6)),
    ),
    ("false at one point", lambda: D(Piecewise((-1, Eq(x, 2)), (x**2, True))).at_least(0)),
    ("false at an end", lambda: D(u + 1 / u).at_most(900, equality_when={u: 1})),
    ("wrong equality case", lambda: D(log(u)).at_most(u - 1, equality_when={u: 2})),
    ("Gibbs reversed", lambda: D(KL(P, Q)).at_most(0)),
    ("JSD at most half of log 2", lambda: D(JSD(Normal(0, 1), Normal(u, 1))).at_most(log(2) / 2)),
    (
        "Chebyshev misprinted [8]",
        lambda: D(Probability(Abs(x - mu) >= u * sigma**2, x, Normal(mu, sigma))).at_most(1 / u**2),
    ),
    (
        "Markov, square",
        lambda: D(Probability(x >= eps, x, Exponential(lam))).at_most(
            Expectation(x, x, Exponential(lam)) / eps**2
        ),
    ),
    (
        "Pinsker, constant",
        lambda: D(KL(Bernoulli(t), Bernoulli(Rational(1, 2)))).at_least(
            3 * (t - Rational(1, 2)) ** 2
        ),
    ),
    # arg min and arg max
    (
        "constant that depends on theta",
        lambda: D(ArgMin(KL(p, ps), theta)).same_argmin(-Expectation(log(ps(x)), x, p)),
    ),
    (
        "sign flip forgotten",
        lambda: D(ArgMin(-Expectation(log(p(x)), x, ps), theta)).same_argmin(
            Expectation(log(p(x)), x, ps)
        ),
    ),
    ("min for max", lambda: D(ArgMin(KL(ps, p), theta)).same_argmin(Expectation(log(p(x)), x, ps))),
    (
        "theta for theta star",
        lambda: D(ArgMin(KL(ps, p), theta)).same_argmin(-Expectation(log(p(x)), x, p)),
    ),
    (
        "monotone on half the domain",
        lambda: D(ArgMin(x, x), domain={x: sp.Interval(-3, 3)}).same_argmin(x**2),
    ),
    ("factor of unknown sign", lambda: D(ArgMin((y - 1) ** 2, y)).same_argmin(x * (y - 1) ** 2)),
    (
        "factor depends on the parameter",
        lambda: D(ArgMax(t * (1 - t), t), domain=UNIT).same_argmax(t**2 * (1 - t)),
    ),
    (
        "log without the sum",
        lambda: D(ArgMax(Likelihood(p, X), theta)).same_argmax(-LogLikelihood(p, X)),
    ),
    (
        "Poisson, inverse",
        lambda: D(ArgMax(LogLikelihood(Poisson(lam), X), lam)).argmax_at(1 / SampleMean(X)),
    ),
    (
        "Exponential, mean for rate",
        lambda: D(ArgMax(LogLikelihood(Exponential(lam), X), lam)).argmax_at(SampleMean(X)),
    ),
    (
        "normal, n - 1",
        lambda: D(ArgMax(-n * log(sigma) - u * n / (2 * sigma**2), sigma)).argmax_at(
            sqrt(u * n / (n + 1))
        ),
    ),
    (
        "uniform, inside",
        lambda: D(ArgMax(Piecewise((t**-n, t >= u), (0, True)), t)).argmax_at(2 * u),
    ),
    (
        "GAN discriminator, swapped",
        lambda: D(ArgMax(a * log(t) + b * log(1 - t), t), domain=UNIT).argmax_at(b / (a + b)),
    ),
    ("stationary, but a minimum", lambda: D(ArgMax(x**2, x)).argmax_at(0)),
    (
        "local, not global",
        lambda: D(ArgMax(-((x**2 - 1) ** 2) + x / 4, x)).argmax_at(Rational(-93, 100)),
    ),
    (
        "categorical, uniform",
        lambda: D(ArgMax(c[0] * log(p1) + c[1] * log(p2) + c[2] * log(p3), (p1, p2, p3))).argmax_at(
            (Rational(1, 3),) * 3, subject_to=Eq(p1 + p2 + p3, 1)
        ),
    ),
    (
        "Poisson, a sign of the log-likelihood",
        lambda: D(
            ArgMax(LogLikelihood(Poisson(lam), X), lam), domain={X.base: sp.S.Naturals0}
        ).same_argmax(log(lam) * X.sum() + n * lam),
    ),
    (
        "Poisson, one per cent off",
        lambda: D(
            ArgMax(LogLikelihood(Poisson(lam), X), lam), domain={X.base: sp.S.Naturals0}
        ).same_argmax(log(lam) * X.sum() - Rational(101, 100) * n * lam),
    ),
    (
        "same order far from the optimum only",
        lambda: D(ArgMin((x - 1) ** 2, x)).same_argmin((x - 1) ** 2 + Abs(x - Rational(11, 10))),
    ),
    (
        "the larger side complex for r < s",
        lambda: D(log(2 * sigma / (sigma + tau)), hypotheses=(sp.Ne(sigma, tau),)).at_most(
            log(2 * sigma / (sigma - tau))
        ),
    ),
    (
        "Chebyshev with a cube",
        lambda: D(Probability(Abs(mean_f - m_f) >= eps, XF)).at_most(v_f / (n * eps**3)),
    ),
    (
        "Chebyshev without the square",
        lambda: D(Probability(Abs(mean_f - m_f) >= eps, XF)).at_most(v_f / (n * eps)),
    ),
    (
        "Chebyshev with n squared",
        lambda: D(Probability(Abs(mean_f - m_f) >= eps, XF)).at_most(v_f / (n * eps) ** 2),
    ),
    (
        "Chebyshev a tenth too low",
        lambda: D(Probability(Abs(mean_f - m_f) >= eps, XF)).at_most(
            Rational(9, 10) * v_f / (n * eps**2)
        ),
    ),
    (
        "Chebyshev for one draw with a cube",
        lambda: D(Probability(Abs(x - m_f) >= eps, x, F3)).at_most(v_f / eps**3),
    ),
    (
        "a ceiling of other counts",
        lambda: D(Entropy(p_hat) + KL(p_hat, M3)).at_least(Entropy(Empirical((c[1], c[1], c[2])))),
    ),
    ("strictly positive divergence", lambda: D(KL(P, Q)).at_least(Rational(1, 10**9))),
    ("JSD above an eighth of KL", lambda: D(JSD(P, Q)).at_least(KL(P, Q) / 8)),
    ("optimum below the domain", lambda: D(ArgMax(-((u + 1) ** 2), u)).argmax_at(-1)),
    (
        "optimum beyond the domain for some values",
        lambda: D(ArgMax(-((t - a) ** 2), t), domain={t: sp.Interval(0, 1)}).argmax_at(a),
    ),
    (
        "optimum that breaks the constraint",
        lambda: D(ArgMax(log(p1) + log(p2), (p1, p2))).argmax_at(
            (Rational(1, 2), 1), subject_to=Eq(p1 + p2, 1)
        ),
    ),
    # limits
    ("limit of a constant", lambda: D(sigma**2 / eps**2 + 1 / n).tends_to(0, as_=(n, oo))),
    ("exponential limit", lambda: D((1 + x / n) ** n).tends_to(1 + x, as_=(n, oo))),
    (
        "second order, half",
        lambda: D((lam * log(lam / (lam + h)) + h) / h**2).tends_to(1 / lam, as_=(h, 0)),
    ),
    (
        "weak law, wrong centre",
        lambda: D(SampleMean(XP)).tends_to(Expectation(x, x, P) + Rational(1, 3), as_=(n, oo)),
    ),
    ("oscillating", lambda: D(cos(n)).tends_to(1, as_=(n, oo))),
    ("sign from both sides", lambda: D(Abs(x) / x).tends_to(1, as_=(x, 0))),
    ("pole from both sides", lambda: D(1 / x).tends_to(oo, as_=(x, 0))),
    # near misses of what the signs on the domain, calculus and the hypotheses decide
    (
        "Chebyshev for any density, half",
        lambda: D(
            Probability(Abs(y - Expectation(x, x, P)) >= u * sqrt(Variance(x, x, P)), y, P)
        ).at_most(1 / (2 * u**2)),
    ),
    (
        "Hoeffding's lemma, a ninth",
        lambda: D(Expectation(exp(u * (x - t)), x, Bernoulli(t)), domain=UNIT).at_most(
            exp(u**2 / 9)
        ),
    ),
    (
        "beyond the chord",
        lambda: D(exp(u * x), domain={x: sp.Interval(0, 2)}).at_most(1 - x + x * exp(u)),
    ),
    (
        "more than the slack",
        lambda: D(x + y + mu, hypotheses=(x <= eps, y <= 0, mu <= eps)).at_most(eps),
    ),
    (
        "normal tail without the root of two",
        lambda: D(Probability(Abs(x - mu) >= eps, x, Normal(mu, sigma))).equals(
            sp.erfc(eps / sigma)
        ),
    ),
    (
        "across a jump",
        lambda: D(Integral(2 / (1 + x**2), (x, 0, u))).equals(sp.atan(2 * u / (1 - u**2))),
    ),
    (
        "level that may be negative",
        lambda: D(Probability(Abs(y) >= x, y, A)).equals(Probability(y**2 >= x**2, y, A)),
    ),
    # Digits: what agrees to forty of them, and no further.
    ("a hundred e-foldings", lambda: D(1 + exp(-100)).equals(1)),
    ("error function far out", lambda: D(sp.erf(20)).equals(1)),
    ("error function far out, for all", lambda: D(sp.erf(u + 30)).equals(1)),
    ("hyperbolic tangent far out", lambda: D(sp.tanh(u + 60)).equals(1)),
    ("a small exponent", lambda: D(exp(u / 10**48)).equals(1)),
    ("a hundred e-foldings, at most", lambda: D(1 + exp(-100)).at_most(1)),
    ("an exponential of an exponential", lambda: D(1 + exp(-exp(20))).equals(1)),
    ("a term lost beside a symbol", lambda: D(x + exp(-1000)).equals(x)),
    ("a term lost under a root", lambda: D(sqrt(u**2 + exp(-200))).equals(u)),
    (
        "an optimum off by a hair",
        lambda: D(ArgMax(-((x - 1) ** 2), x)).argmax_at(1 + Rational(1, 10**14)),
    ),
    # Parts that a rule steps over.
    (
        "half of a mixture of gamma laws",
        lambda: D(Expectation(sqrt(x), x, Mixture(Gamma(1, 1), Gamma(10**4, 10)))).equals(
            sqrt(pi) / 4
        ),
    ),
    (
        "half of a mixture of Poisson laws",
        lambda: D(Expectation(x, x, Mixture(Poisson(1), Poisson(9000)))).equals(Rational(1, 2)),
    ),
    (
        "a delta far out",
        lambda: D(Sum(2 ** (-n) + sp.KroneckerDelta(n, 7919), (n, 1, oo))).equals(1),
    ),
    (
        "a delta far out, at most",
        lambda: D(Sum(3 ** (-n) + sp.KroneckerDelta(n, 5000), (n, 1, oo))).at_most(1),
    ),
    (
        "two bumps a thousand apart",
        lambda: D(Integral(exp(-(x**2)) + exp(-((x - 1000) ** 2)), (x, -oo, oo))).equals(sqrt(pi)),
    ),
    (
        "a narrow spike",
        lambda: D(
            Integral(exp(-(x**2)) + 10**9 * exp(-(10**18) * (x - Rational(1, 3)) ** 2), (x, -1, 1))
        ).equals(Integral(exp(-(x**2)), (x, -1, 1))),
    ),
    # Searches that end somewhere.
    ("iterated logarithm", lambda: D(log(log(u + 3))).at_most(4)),
    ("thrice iterated logarithm", lambda: D(log(log(log(u + 20)))).at_most(2)),
    ("harmonic numbers", lambda: D(sp.harmonic(n)).at_most(20)),
    ("a slow exponential", lambda: D(Rational(1001, 1000) ** n).at_most(n**10 + 5)),
    (
        "a limit that one point misses",
        lambda: D(exp(-n * (x - Rational(7, 3)) ** 2)).tends_to(0, as_=(n, oo)),
    ),
    (
        "a limit that two points miss",
        lambda: D(exp(-n * (x**2 - 5 * x + Rational(11, 3)) ** 2)).tends_to(0, as_=(n, oo)),
    ),
    (
        "two far modes",
        lambda: D(ArgMax(exp(-((x - 1) ** 2)) + 2 * exp(-((x - 30) ** 2)), x)).argmax_at(1),
    ),
    (
        "two far modes of another kind",
        lambda: D(ArgMax(sp.sech(x - 1) + 2 * sp.sech(x - 200), x)).argmax_at(1),
    ),
]
