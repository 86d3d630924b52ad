"""Steps by the kind of mistake that would let a false one pass, and true ones beside them.

``FALSE`` must not be accepted: refuted, or refused with a reason. ``TRUE`` must not be refuted, and
``TRUE`` without ``BEYOND`` is accepted.
"""

import sympy as sp
from sympy import (
    Abs,
    Complement,
    Eq,
    FiniteSet,
    Ge,
    Gt,
    Heaviside,
    I,
    Integral,
    Interval,
    Le,
    Lt,
    Max,
    Piecewise,
    Product,
    Range,
    Rational,
    S,
    Sum,
    Symbol,
    Union,
    acot,
    acoth,
    atan,
    binomial,
    ceiling,
    cos,
    cosh,
    digamma,
    erf,
    exp,
    factorial,
    floor,
    gamma,
    im,
    log,
    loggamma,
    oo,
    pi,
    re,
    sign,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from helpers.derivation import Derivation
from helpers.notation import (
    JSD,
    KL,
    ArgMax,
    ArgMin,
    Bernoulli,
    Beta,
    Binomial,
    Categorical,
    Cauchy,
    Concrete,
    CrossEntropy,
    Density,
    Entropy,
    Expectation,
    Exponential,
    Finite,
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
    Unnormalised,
    Variance,
)

D = Derivation
x, y, th, mu, nu = sp.symbols("x y theta mu nu", real=True)
u, v, t, a, b, sigma, tau = sp.symbols("u v t a b sigma tau", positive=True)
lam, kap = sp.symbols("lambda kappa", positive=True)
n, i = sp.symbols("n i", integer=True, positive=True)
k = Symbol("k", integer=True, nonnegative=True)
m = Symbol("m", integer=True)
z = Symbol("z")
zc, zi, zn = (
    Symbol("z", **kind) for kind in ({"complex": True}, {"imaginary": True}, {"real": False})
)
A, B = sp.symbols("A B", commutative=False)
UNIT = Interval.open(0, 1)
P, Q = Density("P"), Density("Q")
PK = Density("P", support=S.Naturals0)
P5, Q5 = (Density(c, support=Range(5)) for c in "PQ")
P2, Q2 = (Density(c, support=Range(2)) for c in "PQ")
XN = Sample("X", n)
XP = Sample("X", n, P)
XB = Sample("X", n, P5)
C = Cauchy(0, 1)
CF = Expectation(exp(I * t * x), x, Normal(th, 1))
UNKNOWN = Product(1 + 1 / i**3, (i, 1, oo))
MEAN, VAR = Expectation(x, x, P), Variance(x, x, P)
KINK = cos(x) - x
FINITE_H = (Finite(Entropy(P)),)
FINITE_V = (Lt(VAR, oo),)


def on(law, f):
    return Expectation(f, x, law)


FALSE = {
    "symbols that are not real": [
        ("complex square", lambda: D(zc**2).at_least(0)),
        ("imaginary square", lambda: D(zi**2).at_least(0)),
        ("not real, square", lambda: D(zn**2).at_least(0)),
        ("complex root", lambda: D(sqrt(zc**2)).equals(Abs(zc))),
        ("characteristic function squared", lambda: D(Abs(CF) ** 2).equals(CF**2)),
        ("imaginary part of one", lambda: D(im(CF)).equals(0)),
        ("real part of one", lambda: D(re(CF)).equals(CF)),
        ("products that do not commute", lambda: D(A * B).equals(B * A)),
        ("square of a sum of such", lambda: D((A + B) ** 2).equals(A**2 + 2 * A * B + B**2)),
        ("a matrix symbol", lambda: D(sp.MatrixSymbol("M", 2, 2).det()).equals(1)),
        ("complex exponential", lambda: D(exp(zc)).at_least(0)),
        ("infinite symbol", lambda: D(Symbol("w", extended_positive=True) ** 0 - 1).at_least(1)),
        ("argmin over a complex symbol", lambda: D(ArgMin(zc**2, zc)).argmin_at(0)),
    ],
    "domains that are not drawn from": [
        (
            "integers without zero",
            lambda: D(
                (m**2 - 1) / (m - 1), domain={m: Complement(S.Integers, FiniteSet(0))}
            ).equals(m + 1),
        ),
        ("rationals", lambda: D((x**2 - 1) / (x - 1), domain={x: S.Rationals}).equals(x + 1)),
        (
            "an end that is a symbol",
            lambda: D((t**2 - 1) / (t - 1), domain={t: Interval(0, a)}).equals(t + 1),
        ),
        (
            "both ends symbols",
            lambda: D((x**2 - a**2) / (x - a), domain={x: Interval(-b, a + b)}).equals(x + a),
        ),
        (
            "a union",
            lambda: D(
                Abs(x - 2) / (x - 2), domain={x: Union(Interval(0, 1), Interval(3, 4))}
            ).equals(1),
        ),
        (
            "naturals without a few",
            lambda: D(
                (n**2 - 25) / (n - 5), domain={n: Complement(S.Naturals, FiniteSet(1, 2))}
            ).equals(n + 5),
        ),
        (
            "an image set",
            lambda: D(
                (-1) ** m, domain={m: sp.ImageSet(sp.Lambda(x, 2 * x + 1), S.Integers)}
            ).equals(1),
        ),
        (
            "reals without one",
            lambda: D(
                x / x + x / (x - 1) - x / (x - 1), domain={x: Complement(S.Reals, FiniteSet(0))}
            ).equals(2),
        ),
        (
            "a condition set",
            lambda: D(x, domain={x: sp.ConditionSet(x, x**2 > 2, S.Reals)}).at_least(0),
        ),
    ],
    "removable points at no rational number": [
        ("a quotient by cos x - x", lambda: D((KINK**2 + y * KINK) / KINK).equals(KINK + y)),
        ("a piece at cos x = x", lambda: D(Piecewise((0, Eq(cos(x), x)), (x, True))).equals(x)),
        ("all but one piece", lambda: D(Piecewise((x, sp.Ne(exp(x), 3 - x)), (1, True))).equals(x)),
        ("a sign squared", lambda: D(sign(exp(x) + x) ** 2).equals(1)),
        (
            "a quotient by e^x - 2 - x",
            lambda: D(((exp(x) - x - 2) ** 2 + y * (exp(x) - x - 2)) / (exp(x) - x - 2)).equals(
                exp(x) - x - 2 + y
            ),
        ),
        (
            "Heaviside at a zero",
            lambda: D(Heaviside(x**3 + x - 1) + Heaviside(1 - x - x**3)).equals(
                Piecewise((2, Eq(sin(x), 2 - x)), (1, True))
            ),
        ),
        (
            "log of a square that vanishes",
            lambda: D(log((sin(x) - x / 2) ** 2) - log((sin(x) - x / 2) ** 2) * 0).at_least(
                -(10**6)
            ),
        ),
        (
            "a touch from above",
            lambda: D((sin(x) ** 2 - 2 * sin(x) + 1) / (sin(x) - 1)).equals(sin(x) - 1),
        ),
        ("a delta", lambda: D(sp.KroneckerDelta(tanh(x), cos(x))).equals(0)),
    ],
    "dividing a hypothesis": [
        (
            "a factor that may vanish",
            lambda: D(y, hypotheses=(Eq((x**2 - 2) * (y - 1), 0),)).equals(1),
        ),
        ("a symbol that may vanish", lambda: D(y, hypotheses=(Eq(x * y, x),)).equals(1)),
        ("a root of a square", lambda: D(y, hypotheses=(Eq(y**2, x**2),)).equals(x)),
        ("a cosine", lambda: D(y, hypotheses=(Eq(cos(x) * y, cos(x)),)).equals(1)),
        ("a difference", lambda: D(x + y, hypotheses=(Eq((x - y) * (x + y - 2), 0),)).equals(2)),
        ("cubes", lambda: D(x, hypotheses=(Eq(x**3, x),)).equals(1)),
        ("log", lambda: D(u, hypotheses=(Eq((u - 1) * log(u / 2), 0),)).equals(1)),
        ("an absolute value", lambda: D(x, hypotheses=(Eq(Abs(x), u),)).equals(u)),
    ],
    "sums and products outside their meaning": [
        ("a real number of terms", lambda: D(Sum(1, (i, 1, u))).equals(u)),
        (
            "half a number of terms",
            lambda: D(Sum(i, (i, 1, n / 2))).equals(n / 2 * (n / 2 + 1) / 2),
        ),
        ("from a real number", lambda: D(Sum(1, (i, x, x + 3))).equals(4)),
        (
            "log of negative factors",
            lambda: D(log(Product(-1 - 1 / i**2, (i, 1, oo)))).equals(
                Sum(log(-1 - 1 / i**2), (i, 1, oo))
            ),
        ),
        (
            "log of two negative factors",
            lambda: D(log(Product(-i - u, (i, 1, 2)))).equals(Sum(log(-i - u), (i, 1, 2))),
        ),
        ("an empty sum", lambda: D(Sum(1, (i, 1, m))).equals(m)),
        ("a product up to a real", lambda: D(Product(2, (i, 1, u))).equals(2**u)),
        (
            "log of a product of data",
            lambda: D(log(Product(XN[i], (i, 1, n)))).equals(Sum(log(XN[i]), (i, 1, n))),
        ),
    ],
    "splitting what does not converge": [
        (
            "an integral",
            lambda: D(Integral(1 / u - 1 / (u + 1), (u, 1, oo)) + UNKNOWN).equals(
                Integral(1 / u, (u, 1, oo)) - Integral(1 / (u + 1), (u, 1, oo)) + UNKNOWN
            ),
        ),
        (
            "a sum",
            lambda: D(Sum(1 / i - 1 / (i + 1), (i, 1, oo)) + UNKNOWN).equals(
                Sum(1 / i, (i, 1, oo)) - Sum(1 / (i + 1), (i, 1, oo)) + UNKNOWN
            ),
        ),
        ("means of a Cauchy law", lambda: D(on(C, x)).at_most(on(C, x + 1))),
        ("their difference", lambda: D(on(C, x + 1) - on(C, x)).equals(1)),
        ("Cauchy squares", lambda: D(on(C, x**2 + 1) - on(C, x**2)).equals(1)),
        ("a Cauchy mean by symmetry", lambda: D(on(C, x)).equals(0)),
        (
            "variance of a Cauchy law",
            lambda: D(Variance(x, x, C)).equals(on(C, x**2) - on(C, x) ** 2),
        ),
        (
            "an alternating integral",
            lambda: D(
                Integral(sin(u) - sin(u) + exp(-u), (u, 0, oo)) + Integral(cos(u), (u, 0, oo))
            ).equals(1),
        ),
        (
            "a heavy tail",
            lambda: D(
                on(Concrete(1 / x**2, x, Interval(1, oo)), x + 1)
                - on(Concrete(1 / x**2, x, Interval(1, oo)), x)
            ).equals(1),
        ),
        (
            "infinity from infinity",
            lambda: D(
                KL(C, Normal(0, 1))
                - KL(C, Normal(0, 1))
                + CrossEntropy(C, Normal(0, 1))
                - KL(C, Normal(0, 1))
            ).equals(Entropy(C)),
        ),
    ],
    "monotone across a pole": [
        (
            "acot",
            lambda: D(ArgMax(-x, x), domain={x: Interval.open(-(10**6), oo)}).same_argmax(acot(x)),
        ),
        ("-1/x", lambda: D(ArgMin(x, x), domain={x: Interval(-1, 1)}).same_argmin(-1 / x)),
        ("tangent", lambda: D(ArgMax(x, x), domain={x: Interval(0, 3)}).same_argmax(tan(x))),
        ("acoth", lambda: D(ArgMax(-x, x), domain={x: Interval(-5, 5)}).same_argmax(acoth(x))),
        ("x - 1/x", lambda: D(ArgMin(x, x), domain={x: Interval(-2, 2)}).same_argmin(x - 1 / x)),
        ("1/(1 - x)", lambda: D(ArgMax(x, x), domain={x: Interval(0, 2)}).same_argmax(1 / (1 - x))),
        (
            "optimum past a pole",
            lambda: D(ArgMin(x + 1 / x, x), domain={x: Interval(-3, 3)}).argmin_at(1),
        ),
    ],
    "chains that change their subject": [
        (
            "a bound of an objective",
            lambda: (
                D(ArgMin((x - 1) ** 2, x))
                .at_most((x - 1) ** 2 + (x - 3) ** 2)
                .same_argmin((x - 2) ** 2)
            ),
        ),
        ("an arg min at least zero", lambda: D(ArgMin((x + 1) ** 2, x)).at_least(0)),
        (
            "a bound before the first arg min",
            lambda: (
                D((x - 1) ** 2, over=x)
                .at_most(x**2 - 2 * x + 1 + (x - 3) ** 2)
                .same_argmin((x - 2) ** 2)
            ),
        ),
        (
            "a lower bound",
            lambda: D(ArgMax(-(x**2), x)).at_most(0).same_argmax(-((x - 5) ** 2) * 0),
        ),
        (
            "a limit of an objective",
            lambda: (
                D(ArgMin((x - 1) ** 2 + x / n, x)).tends_to((x - 1) ** 2, as_=(n, oo)).argmin_at(1)
            ),
        ),
        (
            "an optimum after a bound",
            lambda: D((x - 1) ** 2, over=x).at_least(-((x - 4) ** 2)).argmax_at(4),
        ),
        (
            "a limit, then an optimum",
            lambda: D((x - 1 / n) ** 2, over=x).tends_to(x**2, as_=(n, oo)).argmin_at(0),
        ),
    ],
    "names that collide": [
        ("Fisher information in x", lambda: D(FisherInformation(Normal(x, sigma), x)).equals(0)),
        (
            "cross-entropy at x",
            lambda: D(CrossEntropy(Normal(0, 1), Normal(x, 1))).equals(log(2 * pi) / 2),
        ),
        ("divergence at x", lambda: D(KL(Normal(0, 1), Normal(x, 1))).equals(0)),
        (
            "mean over the sample",
            lambda: D(SampleMean(Sample("y", n), lambda s: (s - x) ** 2)).equals(0),
        ),
        (
            "a hole beside the data",
            lambda: D(SampleMean(Sample("x", n)) + (x**2 - 1) / (x - 1)).equals(
                SampleMean(Sample("x", n)) + x + 1
            ),
        ),
        (
            "one name, two symbols",
            lambda: D(sqrt(Symbol("q", real=True) ** 2)).equals(Symbol("q", positive=True)),
        ),
        (
            "one name, two symbols, in the domain",
            lambda: D(sqrt(x**2), domain={Symbol("x", positive=True): Interval(1, 2)}).equals(x),
        ),
        (
            "index of the sum",
            lambda: D(LogLikelihood(Normal(i, 1), XN)).equals(
                -Sum(XN[i] ** 2, (i, 1, n)) / 2 - n * log(2 * pi) / 2
            ),
        ),
        (
            "entropy of a law at x",
            lambda: D(Entropy(Exponential(Symbol("x", positive=True)))).equals(1),
        ),
        (
            "two dummies of one name",
            lambda: D(sp.Dummy("w", real=True) - sp.Dummy("w", real=True)).equals(0),
        ),
    ],
    "densities that are none": [
        ("mass four", lambda: D(on(Concrete(2 * x, x, Interval(0, 2)), 1)).equals(1)),
        (
            "mass a half",
            lambda: D(KL(Exponential(1), Concrete(exp(-x) / 2, x, Interval(0, oo)))).at_least(0),
        ),
        (
            "negative somewhere",
            lambda: D(on(Concrete(1 + 2 * cos(2 * pi * x), x, Interval(0, 1)), x)).equals(
                Rational(1, 2)
            ),
        ),
        (
            "mass of a parameter",
            lambda: D(on(Concrete(a * exp(-x), x, Interval(0, oo)), 1)).equals(1),
        ),
        ("masses on points", lambda: D(on(Concrete(Rational(1, 2), x, Range(3)), 1)).equals(1)),
        ("a series", lambda: D(on(Concrete(Rational(1, 2) ** x, x, S.Naturals0), 1)).equals(1)),
        (
            "any mass, called one",
            lambda: D(on(Unnormalised(2 * x, x, Interval(0, 2)), 1)).equals(1),
        ),
        (
            "Gibbs under any mass",
            lambda: D(KL(Exponential(1), Unnormalised(2 * exp(-x), x, Interval(0, oo)))).at_least(
                0
            ),
        ),
        (
            "linear under any mass",
            lambda: D(on(Unnormalised(3 * exp(-x), x, Interval(0, oo)), x + 1)).equals(
                on(Unnormalised(3 * exp(-x), x, Interval(0, oo)), x) + 1
            ),
        ),
    ],
    "bounds that are not sharp enough": [
        ("entropy", lambda: D(Entropy(P5)).at_most(log(5) - Rational(1, 20))),
        ("entropy, a millionth", lambda: D(Entropy(P5)).at_most(log(5) - Rational(1, 10**6))),
        (
            "Chebyshev, half",
            lambda: D(
                Probability(Abs(x - Expectation(y, y, P5)) >= t * sqrt(Variance(y, y, P5)), x, P5)
            ).at_most(1 / (2 * t**2)),
        ),
        ("Markov, half", lambda: D(Probability(x**2 >= t, x, P5)).at_most(on(P5, x**2) / (2 * t))),
        (
            "Pinsker, six tenths",
            lambda: D(Rational(6, 10) * Sum(Abs(P5(m) - Q5(m)), (m, 0, 4)) ** 2).at_most(
                KL(P5, Q5)
            ),
        ),
        (
            "Pinsker, a thousandth",
            lambda: D(Rational(501, 1000) * Sum(Abs(P2(m) - Q2(m)), (m, 0, 1)) ** 2).at_most(
                KL(P2, Q2)
            ),
        ),
        ("Jensen-Shannon", lambda: D(JSD(P5, Q5)).at_most(log(2) - Rational(1, 1000))),
        ("Popoviciu", lambda: D(Variance(x, x, P5)).at_most(Rational(399, 100))),
        (
            "variance of a share",
            lambda: D(Variance(x, x, P2)).at_most(Rational(1, 4) - Rational(1, 10**6)),
        ),
        ("Jensen, reversed", lambda: D(on(P5, x**2)).at_most(on(P5, x) ** 2 + 3)),
        ("integers near a minimum", lambda: D((m - 17) ** 2).at_least(1)),
        ("integers near a far minimum", lambda: D((m - 1234) ** 2).at_least(1)),
        ("two integers that multiply", lambda: D((m - 7) * (m - 8)).at_least(1)),
        (
            "cross-entropy",
            lambda: D(CrossEntropy(P5, Q5)).at_least(
                Entropy(P5) + Rational(1, 10**6) * KL(P5, Q5) + Rational(1, 10**7)
            ),
        ),
        (
            "divergence above a square",
            lambda: D(KL(P2, Q2)).at_least(Rational(21, 10) * (P2(0) - Q2(0)) ** 2),
        ),
    ],
    "limits": [
        (
            "log n! with another constant",
            lambda: D(log(factorial(n)) - n * log(n) + n).tends_to(0, as_=(n, oo)),
        ),
        (
            "digamma with another constant",
            lambda: D(n * (digamma(2 * n) - log(2 * n))).tends_to(-Rational(1, 2), as_=(n, oo)),
        ),
        ("the expansion of exp", lambda: D(n**2 * (exp(1 / n) - 1)).tends_to(1, as_=(n, oo))),
        ("a half too much", lambda: D(n * (exp(1 / n) - 1)).tends_to(Rational(3, 2), as_=(n, oo))),
        ("infinite, told finite", lambda: D(sqrt(n + 1) * log(n)).tends_to(5, as_=(n, oo))),
        ("finite, told infinite", lambda: D((1 + 1 / n) ** n).tends_to(oo, as_=(n, oo))),
    ],
    "parity, sign and primes": [
        (
            "odd halves",
            lambda: D(floor(Symbol("m", integer=True, odd=True) / 2)).equals(
                Symbol("m", integer=True, odd=True) / 2
            ),
        ),
        ("even powers", lambda: D((-1) ** Symbol("m", integer=True, even=True)).equals(-1)),
        ("primes are odd", lambda: D((-1) ** Symbol("p", integer=True, prime=True)).equals(-1)),
        ("primes from three", lambda: D(Symbol("p", integer=True, prime=True)).at_least(3)),
        ("negative integers", lambda: D(Symbol("j", integer=True, negative=True)).at_least(-100)),
        ("nonzero integers", lambda: D(Symbol("j", integer=True, nonzero=True) ** 2).at_least(2)),
    ],
    "far out and by the digits": [
        ("a root beyond its line", lambda: D(sqrt(u)).at_most(u / 10**6 + 10**5)),
        ("another scale", lambda: D(sqrt(u)).at_most(u / 10**7 + 10**6)),
        ("a power against a power", lambda: D(n**20).at_most(2**n + 10**30)),
        (
            "log n! to a number",
            lambda: D(log(factorial(n)) - n * log(n) + n).tends_to(log(2 * pi) / 2, as_=(n, oo)),
        ),
        (
            "log n! to nearly its ratio",
            lambda: D(log(factorial(n)) / (n * log(n))).tends_to(Rational(99, 100), as_=(n, oo)),
        ),
        (
            "a gamma rate beside its estimate",
            lambda: D(ArgMax(LogLikelihood(Gamma(a, t), XN), t)).argmax_at(
                (a + Rational(1, 100)) / SampleMean(XN)
            ),
        ),
        (
            "a narrow peak's mean square",
            lambda: D(on(Normal(mu, exp(y / 2)), x**2), domain={y: Interval(-200, -90)}).at_least(
                mu**2 + Rational(1, 10**20)
            ),
        ),
    ],
    "moment functions": [
        (
            "without a bound",
            lambda: D(on(Exponential(lam), exp(t * x))).equals(lam / (lam - t)),
        ),
        (
            "half the exponent forgotten",
            lambda: D(on(Normal(mu, sigma), exp(t * x))).equals(exp(mu * t + sigma**2 * t**2)),
        ),
        ("beyond its rate", lambda: D(on(Gamma(a, b), exp(2 * b * x))).equals((-1) ** n)),
        (
            "a generating function",
            lambda: D(on(Poisson(lam), t**x)).equals(exp(lam * t)),
        ),
        (
            "cumulants",
            lambda: D(log(on(Normal(0, sigma), exp(y * x)))).equals(y**2 * sigma**2),
        ),
    ],
    "mixtures that hold their law": [
        (
            "less than log 2",
            lambda: D(KL(P, Mixture(P, Q))).at_most(log(2) - Rational(1, 50)),
        ),
        (
            "a quarter",
            lambda: D(KL(P, Mixture(P, Q, Rational(1, 4)))).at_most(log(4) - Rational(1, 10)),
        ),
        (
            "the factor two",
            lambda: D(on(P, log(P(x) / Mixture(P, Q)(x)))).equals(-on(P, log(1 + Q(x) / P(x)))),
        ),
    ],
}

# Accepted at most as "estimated": a search that ends somewhere says so.
WEAK = [
    ("harmonic numbers", lambda: D(Sum(1 / i, (i, 1, n))).at_most(30)),
    ("their squares", lambda: D(Sum(1 / i, (i, 1, n)) ** 2).at_most(10**3)),
    ("slower still", lambda: D(Sum(1 / (i * log(i + 1)), (i, 1, n))).at_most(6)),
]

TRUE = {
    "symbols": [
        ("plain symbol", lambda: D(sqrt(z**2)).equals(Abs(z))),
        ("plain symbol, square", lambda: D(z**2).at_least(0)),
        (
            "plain symbol under an integral",
            lambda: D(Integral(exp(-(z**2)), (z, -oo, oo))).equals(sqrt(pi)),
        ),
        ("floats", lambda: D(0.1 * x).equals(x / 10)),
        ("float in a law", lambda: D(Entropy(Bernoulli(0.5))).equals(log(2))),
        ("float in a bound", lambda: D(x**2 + 0.25).at_least(x)),
        ("a finite symbol", lambda: D((Symbol("w", finite=True) + 1) ** 2).at_least(0)),
    ],
    "domains": [
        (
            "integers without one",
            lambda: D(
                (m**2 - 1) / (m - 1), domain={m: Complement(S.Integers, FiniteSet(1))}
            ).equals(m + 1),
        ),
        ("rationals", lambda: D(x**2, domain={x: S.Rationals}).at_least(0)),
        (
            "an end that is a symbol",
            lambda: D(Abs(t - a), domain={t: Interval(0, a)}).equals(a - t),
        ),
        ("an interval of integers", lambda: D(m**2, domain={m: Interval(1, 10)}).at_least(1)),
        (
            "off the pole",
            lambda: D((x**2 - 1) / (x - 1), domain={x: Interval(2, oo)}).equals(x + 1),
        ),
        (
            "a union",
            lambda: D(Abs(x) / x, domain={x: Union(Interval(1, 2), Interval(3, 4))}).equals(1),
        ),
    ],
    "hypotheses": [
        ("linear", lambda: D(y, hypotheses=(Eq(x + y, 1),)).equals(1 - x)),
        ("a positive factor", lambda: D(y, hypotheses=(Eq(u * y, u),)).equals(1)),
        ("square of a positive", lambda: D(u, hypotheses=(Eq(u**2, v),)).equals(sqrt(v))),
        ("logarithm", lambda: D(v, hypotheses=(Eq(log(v), x),)).equals(exp(x))),
        ("product of two", lambda: D(u * log(v), hypotheses=(Eq(u, v),)).equals(v * log(u))),
        ("a bound", lambda: D(1 / u, hypotheses=(Ge(u, 2),)).at_most(Rational(1, 2))),
    ],
    "sums and products": [
        ("counted", lambda: D(Sum(1, (i, 1, n))).equals(n)),
        ("log of a product", lambda: D(log(Product(i, (i, 1, n)))).equals(Sum(log(i), (i, 1, n)))),
        ("geometric", lambda: D(Sum(Rational(1, 2) ** i, (i, 1, oo))).equals(1)),
        ("linear", lambda: D(Sum(2 * XN[i] + 1, (i, 1, n))).equals(2 * Sum(XN[i], (i, 1, n)) + n)),
        (
            "likelihood of a normal",
            lambda: D(LogLikelihood(Normal(mu, 1), XN)).equals(
                Sum(-((XN[i] - mu) ** 2) / 2, (i, 1, n)) - n * log(2 * pi) / 2
            ),
        ),
        (
            "likelihood of a Poisson",
            lambda: D(LogLikelihood(Poisson(lam), XN)).equals(
                Sum(XN[i] * log(lam) - lam - log(factorial(XN[i])), (i, 1, n))
            ),
        ),
    ],
    "existence": [
        (
            "normal moments split",
            lambda: D(on(Normal(mu, sigma), x**2 + 3 * x)).equals(mu**2 + sigma**2 + 3 * mu),
        ),
        (
            "exponential",
            lambda: D(on(Exponential(lam), (x - 1) ** 2)).equals(2 / lam**2 - 2 / lam + 1),
        ),
        ("Cauchy, bounded", lambda: D(on(C, 1 / (1 + x**2) + 1)).equals(on(C, 1 / (1 + x**2)) + 1)),
        (
            "an integral that splits",
            lambda: D(Integral(exp(-u) + u * exp(-u), (u, 0, oo))).equals(
                Integral(exp(-u), (u, 0, oo)) + Integral(u * exp(-u), (u, 0, oo))
            ),
        ),
        (
            "a sum that splits",
            lambda: D(Sum(1 / i**2 + 1 / i**4, (i, 1, oo))).equals(
                Sum(1 / i**2, (i, 1, oo)) + Sum(1 / i**4, (i, 1, oo))
            ),
        ),
        (
            "cross-entropy, entropy finite",
            lambda: D(CrossEntropy(P, Q), hypotheses=FINITE_H).equals(Entropy(P) + KL(P, Q)),
        ),
        ("variance, finite", lambda: D(VAR, hypotheses=FINITE_V).equals(on(P, x**2) - MEAN**2)),
        (
            "linear, mean finite",
            lambda: D(on(P, 2 * x + 1), hypotheses=(Finite(MEAN),)).equals(2 * MEAN + 1),
        ),
        (
            "Chebyshev, finite",
            lambda: D(Probability(Abs(x - MEAN) >= u, x, P), hypotheses=FINITE_V).at_most(
                VAR / u**2
            ),
        ),
        (
            "mean square error of the mean",
            lambda: D(Expectation((SampleMean(XP) - MEAN) ** 2, XP), hypotheses=FINITE_V).equals(
                VAR / n
            ),
        ),
        (
            "Gibbs",
            lambda: (
                D(-KL(P, Q))
                .equals(on(P, log(Q(x) / P(x))))
                .at_most(on(P, Q(x) / P(x) - 1))
                .equals(0)
            ),
        ),
        (
            "Jensen-Shannon by entropies",
            lambda: D(JSD(P, Q), hypotheses=(Finite(Entropy(P)), Finite(Entropy(Q)))).equals(
                Entropy(Mixture(P, Q)) - Entropy(P) / 2 - Entropy(Q) / 2
            ),
        ),
        (
            "expected sample variance",
            lambda: D(
                Expectation(SampleMean(XP, lambda s: s**2) - SampleMean(XP) ** 2, XP),
                hypotheses=FINITE_V,
            ).equals((n - 1) * VAR / n),
        ),
    ],
    "optima": [
        ("a third", lambda: D(ArgMax(-((x - y / 3) ** 2), x)).argmax_at(y / 3)),
        ("four thirds", lambda: D(ArgMin((3 * x + 4 * y) ** 2, x)).argmin_at(-4 * y / 3)),
        ("five sixths", lambda: D(ArgMin((x - 5 * y / 6) ** 2 + 1, x)).argmin_at(5 * y / 6)),
        ("a seventh", lambda: D(ArgMin((7 * x - y) ** 2, x)).argmin_at(y / 7)),
        ("least squares", lambda: D(ArgMin((a - x * b) ** 2, x)).argmin_at(a / b)),
        ("least squares, expanded", lambda: D(ArgMin(a * x**2 - 2 * b * x, x)).argmin_at(b / a)),
        ("ridge", lambda: D(ArgMin((x - y) ** 2 + a * x**2, x)).argmin_at(y / (1 + a))),
        ("nearest constant", lambda: D(ArgMin(on(P, (x - y) ** 2), y)).argmin_at(MEAN)),
        ("nearest normal", lambda: D(ArgMin(KL(P, Normal(mu, 1)), mu)).argmin_at(MEAN)),
        ("nearest Poisson", lambda: D(ArgMin(KL(PK, Poisson(lam)), lam)).argmin_at(on(PK, x))),
        (
            "nearest Poisson, cross-entropy",
            lambda: D(ArgMin(CrossEntropy(PK, Poisson(lam)), lam)).same_argmin(
                lam - on(PK, x) * log(lam)
            ),
        ),
        (
            "nearest normal, objective",
            lambda: D(ArgMin(KL(P, Normal(mu, 1)), mu)).same_argmin(CrossEntropy(P, Normal(mu, 1))),
        ),
        ("Poisson likelihood", lambda: D(ArgMax(n * a * log(lam) - n * lam, lam)).argmax_at(a)),
        (
            "Bernoulli likelihood",
            lambda: D(ArgMax(a * log(t) + b * log(1 - t), t), domain={t: UNIT}).argmax_at(
                a / (a + b)
            ),
        ),
        ("exponential likelihood", lambda: D(ArgMax(n * log(lam) - a * lam, lam)).argmax_at(n / a)),
        (
            "log has the same maximum",
            lambda: D(ArgMax(exp(-((x - 1) ** 2)), x)).same_argmax(-((x - 1) ** 2)),
        ),
        ("increasing on one side", lambda: D(ArgMin(u, u)).same_argmin(u - 1 / u)),
        (
            "entropy of a coin",
            lambda: D(ArgMax(Entropy(Bernoulli(t)), t), domain={t: UNIT}).argmax_at(Rational(1, 2)),
        ),
    ],
    "names": [
        (
            "Fisher information in x",
            lambda: D(FisherInformation(Normal(x, sigma), x)).equals(1 / sigma**2),
        ),
        (
            "cross-entropy at x",
            lambda: D(CrossEntropy(Normal(0, 1), Normal(x, 1))).equals(
                log(2 * pi) / 2 + (1 + x**2) / 2
            ),
        ),
        ("divergence at x", lambda: D(KL(Normal(0, 1), Normal(x, 1))).equals(x**2 / 2)),
        (
            "mean square about x",
            lambda: D(SampleMean(Sample("y", n), lambda s: (s - x) ** 2)).equals(
                SampleMean(Sample("y", n), lambda s: s**2)
                - 2 * x * SampleMean(Sample("y", n))
                + x**2
            ),
        ),
        (
            "entropy at x",
            lambda: D(Entropy(Exponential(Symbol("x", positive=True)))).equals(
                1 - log(Symbol("x", positive=True))
            ),
        ),
        (
            "the bound name and the data",
            lambda: D(LogLikelihood(Poisson(lam), Sample("x", 2))).equals(
                (Sample("x", 2)[1] + Sample("x", 2)[2]) * log(lam)
                - 2 * lam
                - log(factorial(Sample("x", 2)[1]))
                - log(factorial(Sample("x", 2)[2]))
            ),
        ),
    ],
    "densities": [
        (
            "given by a formula",
            lambda: D(on(Concrete(2 * x, x, Interval(0, 1)), x)).equals(Rational(2, 3)),
        ),
        (
            "zero on part of the support",
            lambda: D(on(Concrete(Piecewise((1, x <= 1), (0, True)), x, Interval(0, 2)), x)).equals(
                Rational(1, 2)
            ),
        ),
        (
            "a range with steps",
            lambda: D(on(Concrete(Rational(1, 3), x, Range(-2, 4, 2)), x)).equals(0),
        ),
        (
            "with a parameter",
            lambda: D(on(Concrete(a * exp(-a * x), x, Interval(0, oo)), x)).equals(1 / a),
        ),
        ("any mass", lambda: D(on(Unnormalised(2 * x, x, Interval(0, 2)), 1)).equals(4)),
        ("no point has a chance", lambda: D(Probability(Eq(x, 0), x, Normal(0, 1))).equals(0)),
        (
            "an end does not matter",
            lambda: D(Probability(x >= y, x, P)).equals(Probability(x > y, x, P)),
        ),
        (
            "an end does not matter, normal",
            lambda: D(Probability(x >= y, x, Normal(0, 1))).equals(
                Probability(x > y, x, Normal(0, 1))
            ),
        ),
        (
            "largest entropy of a given variance",
            lambda: D(Entropy(P), hypotheses=(Eq(MEAN, mu), Eq(VAR, sigma**2))).at_most(
                Entropy(Normal(mu, sigma))
            ),
        ),
    ],
    "bounds": [
        ("entropy", lambda: D(Entropy(P5)).at_most(log(5))),
        ("Jensen-Shannon", lambda: D(JSD(P5, Q5)).at_most(log(2))),
        ("variance of a share", lambda: D(Variance(x, x, P2)).at_most(Rational(1, 4))),
        ("Popoviciu", lambda: D(Variance(x, x, P5)).at_most(4)),
        ("Pinsker for coins", lambda: D(2 * (P2(0) - Q2(0)) ** 2).at_most(KL(P2, Q2))),
        ("integers", lambda: D((m - 17) ** 2).at_least(0)),
        ("two neighbours", lambda: D((m - 7) * (m - 8)).at_least(0)),
        ("tangent", lambda: D(log(u)).at_most(u - 1)),
        ("a square root", lambda: D(log(u)).at_most(2 * (sqrt(u) - 1))),
        ("Bernoulli's inequality", lambda: D(exp(x)).at_least(1 + x)),
        ("means", lambda: D(sqrt(u * v)).at_most((u + v) / 2)),
        ("cosh", lambda: D(cosh(x)).at_least(1)),
    ],
    "limits": [
        ("log n!", lambda: D(log(factorial(n)) - n * log(n) + n).tends_to(oo, as_=(n, oo))),
        (
            "digamma",
            lambda: D(n * (digamma(2 * n) - log(2 * n))).tends_to(-Rational(1, 4), as_=(n, oo)),
        ),
        (
            "digamma, corrected",
            lambda: D(n * (1 / (2 * n - 1) + digamma(2 * n) - log(2 * n))).tends_to(
                Rational(1, 4), as_=(n, oo)
            ),
        ),
        ("an exponential", lambda: D(n**2 * (exp(1 / n) - 1)).tends_to(oo, as_=(n, oo))),
        ("compound interest", lambda: D((1 + x / n) ** n).tends_to(exp(x), as_=(n, oo))),
        ("a derivative", lambda: D((sin(x + u) - sin(x)) / u).tends_to(cos(x), as_=(u, 0))),
        ("Stirling's ratio", lambda: D(loggamma(n + 1) / (n * log(n))).tends_to(1, as_=(n, oo))),
    ],
    "integers": [
        (
            "odd halves",
            lambda: D(floor(Symbol("m", integer=True, odd=True) / 2)).equals(
                (Symbol("m", integer=True, odd=True) - 1) / 2
            ),
        ),
        ("even powers", lambda: D((-1) ** Symbol("m", integer=True, even=True)).equals(1)),
        ("primes", lambda: D(Symbol("p", integer=True, prime=True)).at_least(2)),
        (
            "Pascal's rule",
            lambda: D(binomial(n, k) + binomial(n, k + 1), hypotheses=(Le(k, n),)).equals(
                binomial(n + 1, k + 1)
            ),
        ),
        (
            "Pascal's rule, lower",
            lambda: D(binomial(n, k), hypotheses=(Le(1, k), Le(k, n))).equals(
                binomial(n - 1, k) + binomial(n - 1, k - 1)
            ),
        ),
        ("symmetry", lambda: D(binomial(n, k), hypotheses=(Le(k, n),)).equals(binomial(n, n - k))),
        (
            "absorption",
            lambda: D(k * binomial(n, k), hypotheses=(Le(1, k), Le(k, n))).equals(
                n * binomial(n - 1, k - 1)
            ),
        ),
        ("factorial", lambda: D(factorial(n)).equals(n * factorial(n - 1))),
        ("sum of the first", lambda: D(Sum(i, (i, 1, n))).equals(n * (n + 1) / 2)),
        ("sum of squares", lambda: D(Sum(i**2, (i, 1, n))).equals(n * (n + 1) * (2 * n + 1) / 6)),
        ("floor and ceiling", lambda: D(ceiling(m / 2) + floor(m / 2)).equals(m)),
    ],
    "textbook": [
        (
            "variance of an exponential",
            lambda: D(Variance(x, x, Exponential(lam))).equals(1 / lam**2),
        ),
        ("variance of a gamma", lambda: D(Variance(x, x, Gamma(a, b))).equals(a / b**2)),
        ("variance of a Poisson", lambda: D(Variance(x, x, Poisson(lam))).equals(lam)),
        ("variance of a uniform", lambda: D(Variance(x, x, Uniform(0, t))).equals(t**2 / 12)),
        (
            "variance of a beta",
            lambda: D(Variance(x, x, Beta(a, b))).equals(a * b / ((a + b) ** 2 * (a + b + 1))),
        ),
        (
            "mean of a geometric",
            lambda: D(on(Geometric(t), x), domain={t: UNIT}).equals((1 - t) / t),
        ),
        ("mean of a binomial", lambda: D(on(Binomial(n, t), x), domain={t: UNIT}).equals(n * t)),
        (
            "variance of a binomial",
            lambda: D(Variance(x, x, Binomial(n, t)), domain={t: UNIT}).equals(n * t * (1 - t)),
        ),
        ("fourth moment of a normal", lambda: D(on(Normal(0, sigma), x**4)).equals(3 * sigma**4)),
        (
            "third moment of a normal",
            lambda: D(on(Normal(mu, sigma), x**3)).equals(mu**3 + 3 * mu * sigma**2),
        ),
        ("factorial moment", lambda: D(on(Poisson(lam), x * (x - 1))).equals(lam**2)),
        ("entropy of an exponential", lambda: D(Entropy(Exponential(lam))).equals(1 - log(lam))),
        ("entropy of a uniform", lambda: D(Entropy(Uniform(0, t))).equals(log(t))),
        (
            "entropy of a normal",
            lambda: D(Entropy(Normal(mu, sigma))).equals(log(2 * pi * sp.E * sigma**2) / 2),
        ),
        ("entropy of a Laplace law", lambda: D(Entropy(Laplace(0, b))).equals(1 + log(2 * b))),
        (
            "divergence of exponentials",
            lambda: D(KL(Exponential(lam), Exponential(kap))).equals(
                log(lam / kap) + kap / lam - 1
            ),
        ),
        (
            "divergence of Poissons",
            lambda: D(KL(Poisson(lam), Poisson(kap))).equals(lam * log(lam / kap) + kap - lam),
        ),
        (
            "divergence of normals",
            lambda: D(KL(Normal(mu, sigma), Normal(nu, tau))).equals(
                log(tau / sigma) + (sigma**2 + (mu - nu) ** 2) / (2 * tau**2) - Rational(1, 2)
            ),
        ),
        (
            "divergence of coins",
            lambda: D(KL(Bernoulli(t), Bernoulli(Rational(1, 2))), domain={t: UNIT}).equals(
                log(2) - Entropy(Bernoulli(t))
            ),
        ),
        (
            "divergence of geometrics",
            lambda: D(KL(Geometric(t), Geometric(Rational(1, 2))), domain={t: UNIT}).equals(
                log(2 * t) + (1 - t) / t * log(2 * (1 - t))
            ),
        ),
        (
            "Poisson as a Bregman divergence",
            lambda: D(KL(Poisson(exp(x)), Poisson(exp(y)))).equals(
                exp(y) - exp(x) - exp(x) * (y - x)
            ),
        ),
        (
            "Fisher information of a coin",
            lambda: D(FisherInformation(Bernoulli(t), t), domain={t: UNIT}).equals(
                1 / (t * (1 - t))
            ),
        ),
        (
            "Fisher information of a Poisson",
            lambda: D(FisherInformation(Poisson(lam), lam)).equals(1 / lam),
        ),
        (
            "product of independent means",
            lambda: D(
                Expectation(x * y, (x, y), Independent(Normal(mu, 1), Exponential(a)))
            ).equals(mu / a),
        ),
        (
            "sum of independent squares",
            lambda: D(
                Expectation((x + y) ** 2, (x, y), Independent(Normal(0, 1), Normal(0, 1)))
            ).equals(2),
        ),
        (
            "Gaussian integral",
            lambda: D(Integral(exp(-a * x**2), (x, -oo, oo))).equals(sqrt(pi / a)),
        ),
        ("gamma integral", lambda: D(Integral(u**2 * exp(-u), (u, 0, oo))).equals(2)),
        ("arc tangent", lambda: D(Integral(1 / (1 + x**2), (x, -oo, oo))).equals(pi)),
        ("a polynomial", lambda: D(Integral(x**2, (x, 0, t))).equals(t**3 / 3)),
        (
            "exponential tail",
            lambda: D(Probability(x >= t, x, Exponential(lam))).equals(exp(-lam * t)),
        ),
        ("uniform", lambda: D(Probability(x <= t, x, Uniform(0, 1)), domain={t: UNIT}).equals(t)),
        (
            "half of a normal",
            lambda: D(Probability(x >= mu, x, Normal(mu, sigma))).equals(Rational(1, 2)),
        ),
        (
            "moment function of a normal",
            lambda: D(on(Normal(0, 1), exp(x * y)), domain={y: Interval(-2, 2)}).equals(
                exp(y**2 / 2)
            ),
        ),
        (
            "generating function of a coin",
            lambda: D(on(Bernoulli(t), exp(x * y)), domain={t: UNIT}).equals(1 - t + t * exp(y)),
        ),
        ("square of a sum", lambda: D((x + y) ** 2).equals(x**2 + 2 * x * y + y**2)),
        ("difference of squares", lambda: D(x**2 - y**2).equals((x - y) * (x + y))),
        ("cubes", lambda: D(x**3 - y**3).equals((x - y) * (x**2 + x * y + y**2))),
        ("hyperbolic", lambda: D(cosh(x) ** 2 - sinh(x) ** 2).equals(1)),
        ("double angle", lambda: D(sin(2 * x)).equals(2 * sin(x) * cos(x))),
        ("tanh", lambda: D(tanh(x)).equals(1 - 2 / (exp(2 * x) + 1))),
        ("sigmoid", lambda: D(1 / (1 + exp(-x))).equals(exp(x) / (1 + exp(x)))),
        ("sigmoid reflected", lambda: D(1 - 1 / (1 + exp(-x))).equals(1 / (1 + exp(x)))),
        ("log of a power", lambda: D(log(u**3 * v)).equals(3 * log(u) + log(v))),
        ("change of base", lambda: D(2 ** (log(u) / log(2))).equals(u)),
        ("partial fractions", lambda: D(1 / (u * (u + 1))).equals(1 / u - 1 / (u + 1))),
        ("gamma function", lambda: D(gamma(u + 2)).equals(u * (u + 1) * gamma(u))),
        ("derivative of a power", lambda: D(sp.Derivative(u**3, u)).equals(3 * u**2)),
        (
            "derivative of a logarithm",
            lambda: D(sp.Derivative(log(1 + x**2), x)).equals(2 * x / (1 + x**2)),
        ),
        ("error function", lambda: D(erf(x)).equals(-erf(-x))),
        ("largest of two", lambda: D(Max(x, y)).equals((x + y + Abs(x - y)) / 2)),
        ("masses", lambda: D(P2(0) + P2(1)).equals(1)),
        (
            "categorical mean",
            lambda: D(on(Categorical([Rational(1, 4), Rational(1, 4), Rational(1, 2)]), x)).equals(
                Rational(5, 4)
            ),
        ),
        ("arc tangents", lambda: D(atan(u) + atan(1 / u)).equals(pi / 2)),
        ("completing the square", lambda: D(x**2 + 6 * x + 9).equals((x + 3) ** 2)),
        ("a sum of squares", lambda: D(x**2 + y**2).at_least(2 * x * y)),
        ("under a strict bound", lambda: D(u**2, hypotheses=(Lt(u, 1),)).at_most(1)),
        ("above one", lambda: D(u**2, hypotheses=(Gt(u, 1),)).at_least(1)),
    ],
    "moment functions": [
        (
            "normal",
            lambda: D(on(Normal(mu, sigma), exp(t * x))).equals(exp(mu * t + sigma**2 * t**2 / 2)),
        ),
        ("Poisson", lambda: D(on(Poisson(lam), exp(y * x))).equals(exp(lam * (exp(y) - 1)))),
        ("gamma", lambda: D(on(Gamma(a, b), exp(-t * x))).equals((b / (b + t)) ** a)),
        ("exponential", lambda: D(on(Exponential(lam), exp(-t * x))).equals(lam / (lam + t))),
        ("generating, Poisson", lambda: D(on(Poisson(lam), u**x)).equals(exp(lam * (u - 1)))),
        (
            "generating, binomial",
            lambda: D(on(Binomial(n, t), u**x), domain={t: UNIT}).equals((1 - t + t * u) ** n),
        ),
        (
            "variance of a lognormal",
            lambda: D(Variance(exp(x), x, Normal(mu, sigma))).equals(
                (exp(sigma**2) - 1) * exp(2 * mu + sigma**2)
            ),
        ),
        (
            "cumulants of a normal",
            lambda: D(log(on(Normal(0, sigma), exp(y * x)))).equals(y**2 * sigma**2 / 2),
        ),
    ],
    "mixtures that hold their law": [
        ("the ceiling", lambda: D(KL(P, Mixture(P, Q))).at_most(log(2))),
        ("both ways", lambda: D(JSD(P, Q)).at_most(log(2))),
        ("not negative", lambda: D(JSD(P, Q)).at_least(0)),
        (
            "written out",
            lambda: D(KL(P, Mixture(P, Q))).equals(log(2) - on(P, log(1 + Q(x) / P(x)))),
        ),
    ],
    "what took long": [
        (
            "a gamma rate",
            lambda: D(ArgMax(LogLikelihood(Gamma(a, t), XN), t)).argmax_at(a / SampleMean(XN)),
        ),
        (
            "a responsibility",
            lambda: D(
                t
                * exp(-((x - 1) ** 2) / 2)
                / (t * exp(-((x - 1) ** 2) / 2) + (1 - t) * exp(-((x + 1) ** 2) / 2)),
                domain={t: UNIT},
            ).equals(1 / (1 + exp(-(2 * x + log(t / (1 - t)))))),
        ),
        (
            "log n! for a student",
            lambda: D(log(factorial(n)) / (n * log(n + 1))).tends_to(1, as_=(n, oo)),
        ),
        (
            "a peak narrower than digits",
            lambda: D(
                KL(Normal(mu, exp(y / 2)), Normal(0, 1)), domain={y: Interval(-69950, -69850)}
            ).equals(-y / 2 + (exp(y) + mu**2) / 2 - Rational(1, 2)),
        ),
        (
            "its mean square",
            lambda: D(
                on(Normal(mu, exp(y / 2)), x**2), domain={y: Interval(-69950, -69850)}
            ).at_least(mu**2),
        ),
        (
            "a mixture with a large shape",
            lambda: D(on(Mixture(Gamma(1, 1), Gamma(10**4 + Rational(1, 2), 10)), x)).equals(
                (1 + (10**4 + Rational(1, 2)) / 10) / 2
            ),
        ),
    ],
    "projections and samples": [
        (
            "onto a normal",
            lambda: D(ArgMin(KL(P, Normal(mu, 1)), mu)).argmin_at(MEAN),
        ),
        (
            "onto a Poisson",
            lambda: D(ArgMin(KL(PK, Poisson(lam)), lam)).argmin_at(on(PK, x)),
        ),
        (
            "least squares under a law",
            lambda: D(ArgMin(on(P, (x - y) ** 2), y), hypotheses=FINITE_V).argmin_at(MEAN),
        ),
        (
            "bias and variance",
            lambda: D(on(P, (x - y) ** 2), hypotheses=FINITE_V).equals(VAR + (MEAN - y) ** 2),
        ),
        (
            "a sample mean's square",
            lambda: D(Expectation(SampleMean(XP) ** 2, XP), hypotheses=FINITE_V).equals(
                VAR / n + MEAN**2
            ),
        ),
        (
            "a determinant",
            lambda: D(sp.Matrix([[a, x], [x, b]]).det()).equals(a * b - x**2),
        ),
        (
            "divergences add up",
            lambda: D(
                KL(
                    Independent(Normal(mu, 1), Exponential(a)),
                    Independent(Normal(nu, 1), Exponential(b)),
                )
            ).equals((mu - nu) ** 2 / 2 + log(a / b) + b / a - 1),
        ),
    ],
}

# True, and beyond the checker today: it says so.
BEYOND = {
    "densities: largest entropy of a given variance",
}
