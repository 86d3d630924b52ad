"""The families of the book, and the laws made of others."""

from __future__ import annotations

import mpmath as mp
import sympy as sp
from sympy.core.symbol import Str

from helpers.notation.densities import Distribution, Pdf, bounds_of
from helpers.notation.printing import as_bound, as_label, symbol_latex

__all__ = [
    "Bernoulli",
    "Beta",
    "BetaBinomial",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Concrete",
    "Empirical",
    "Exponential",
    "Gamma",
    "Geometric",
    "Independent",
    "Laplace",
    "Mixture",
    "Normal",
    "Poisson",
    "Transformed",
    "Uniform",
    "Unnormalised",
]


def _number_out_of(value: sp.Expr, test) -> bool:
    if not (value.is_number and value.is_comparable):
        return False
    # Digits decide: of two exact numbers that nearly agree, SymPy may not say which is larger.
    return bool(test(value if value.is_Rational else sp.N(value, 30)))


_OPEN_UNIT = sp.Interval.open(0, 1)


_POSITIVE = sp.Interval.open(0, sp.oo)


def _positive(name: str, value: sp.Expr) -> sp.Expr:
    value = sp.sympify(value)
    if value.is_positive is False or _number_out_of(value, lambda v: v <= 0):
        raise ValueError(f"{name} must be positive, got {value}")
    return value


def _probability(name: str, value: sp.Expr) -> sp.Expr:
    value = sp.sympify(value)
    if _number_out_of(value, lambda v: v < 0 or v > 1):
        raise ValueError(f"{name} must lie in [0, 1], got {value}")
    return value


class Normal(Distribution):
    """The normal distribution with mean ``mu`` and standard deviation ``sigma``.

    >>> import sympy as sp
    >>> mu, sigma = sp.Symbol("mu", real=True), sp.Symbol("sigma", positive=True)
    >>> print(sp.latex(Normal(mu, sigma)))
    \\mathcal{N}\\left(\\mu, \\sigma^{2}\\right)
    """

    support = sp.S.Reals
    _tex = r"\mathcal{N}"

    def __new__(cls, mu, sigma, label=None):
        return sp.Basic.__new__(cls, sp.sympify(mu), _positive("sigma", sigma), as_label(label))

    def pdf(self, x):
        mu, sigma = self.parameters
        return sp.exp(-((x - mu) ** 2) / (2 * sigma**2)) / sp.sqrt(2 * sp.pi * sigma**2)

    def log_pdf(self, x):
        mu, sigma = self.parameters
        return -((x - mu) ** 2) / (2 * sigma**2) - sp.log(2 * sp.pi) / 2 - sp.log(sigma)

    def _domains(self):
        return (sp.S.Reals, _POSITIVE)

    def _latex_parameters(self, printer):
        mu, sigma = self.parameters
        return f"{printer._print(mu)}, {printer._print(sigma**2)}"


class Bernoulli(Distribution):
    """One trial that succeeds with probability ``theta``; support {0, 1}.

    Examples
    --------
    >>> Bernoulli(sp.Rational(1, 4))(1).doit()
    1/4
    """

    discrete = True
    support = sp.FiniteSet(0, 1)
    _tex = r"\mathrm{Bernoulli}"

    def __new__(cls, theta, label=None):
        return sp.Basic.__new__(cls, _probability("theta", theta), as_label(label))

    def pdf(self, x):
        (theta,) = self.parameters
        x = sp.sympify(x)
        return theta**x * (1 - theta) ** (1 - x)

    def log_pdf(self, x):
        (theta,) = self.parameters
        return x * sp.log(theta) + (1 - x) * sp.log(1 - theta)

    def _domains(self):
        return (_OPEN_UNIT,)


class Categorical(Distribution):
    """A distribution on 0, ..., K - 1 with the given probabilities.

    The probabilities may be symbols; that they sum to one is then a hypothesis of the step.

    >>> Categorical([sp.Rational(1, 4), sp.Rational(3, 4)]).pdf(1)
    3/4
    """

    discrete = True
    _tex = r"\mathrm{Categorical}"

    def __new__(cls, probabilities, label=None):
        probabilities = sp.Tuple(*[_probability("probabilities", p) for p in probabilities])
        if len(probabilities) < 2:
            raise ValueError("probabilities must have at least two entries")
        total = sp.Add(*probabilities)
        if total.is_Rational and total != 1:
            raise ValueError(f"probabilities must sum to 1, they sum to {total}")
        return sp.Basic.__new__(cls, probabilities, as_label(label))

    @property
    def parameters(self):
        return tuple(self.args[0])

    @property
    def support(self):
        return sp.Range(len(self.args[0]))

    def pdf(self, x):
        x = sp.sympify(x)
        probabilities = self.args[0]
        if x.is_Integer:
            return probabilities[int(x)] if 0 <= x < len(probabilities) else sp.S.Zero
        return sp.Piecewise(*[(p, sp.Eq(x, k)) for k, p in enumerate(probabilities)], (0, True))

    def _domains(self):
        return (_OPEN_UNIT,) * len(self.args[0])


class Empirical(Distribution):
    """The empirical distribution of counts: value k was seen ``counts[k]`` times.

    >>> Empirical([3, 1]).pdf(0)
    3/4
    """

    discrete = True
    _tex = r"\hat{p}"

    def __new__(cls, counts, label="p_hat"):
        counts = sp.Tuple(*map(sp.sympify, counts))
        if any(_number_out_of(c, lambda v: v < 0) for c in counts):
            raise ValueError("counts must not be negative")
        total = sp.Add(*counts)
        if total == 0:
            raise ValueError("counts must not all be zero")
        return sp.Basic.__new__(cls, counts, as_label(label))

    @property
    def counts(self):
        return tuple(self.args[0])

    @property
    def size(self) -> sp.Expr:
        """The number of observations."""
        return sp.Add(*self.args[0])

    @property
    def parameters(self):
        return tuple(self.args[0])

    @property
    def support(self):
        return sp.Range(len(self.args[0]))

    def pdf(self, x):
        x = sp.sympify(x)
        if x.is_Integer:
            return self.args[0][int(x)] / self.size
        return sp.Piecewise(
            *[(c / self.size, sp.Eq(x, k)) for k, c in enumerate(self.args[0])], (0, True)
        )

    def _domains(self):
        return (sp.S.Naturals0,) * len(self.args[0])


class Binomial(Distribution):
    """The number of successes in ``n`` trials of probability ``theta``.

    Examples
    --------
    >>> Binomial(3, sp.Rational(1, 2))(2).doit()
    3/8
    """

    discrete = True
    _tex = r"\mathrm{Binomial}"

    def __new__(cls, n, theta, label=None):
        return sp.Basic.__new__(cls, sp.sympify(n), _probability("theta", theta), as_label(label))

    @property
    def support(self):
        return sp.Range(self.parameters[0] + 1)

    def pdf(self, x):
        n, theta = self.parameters
        return sp.binomial(n, x) * theta**x * (1 - theta) ** (n - x)

    def log_pdf(self, x):
        n, theta = self.parameters
        return sp.log(sp.binomial(n, x)) + x * sp.log(theta) + (n - x) * sp.log(1 - theta)

    def _domains(self):
        return (sp.S.Naturals, _OPEN_UNIT)


class Poisson(Distribution):
    """The Poisson distribution with mean ``rate``; support 0, 1, 2, ...

    Examples
    --------
    >>> Poisson(2)(0).doit()
    exp(-2)
    """

    discrete = True
    support = sp.S.Naturals0
    _tex = r"\mathrm{Poisson}"

    def __new__(cls, rate, label=None):
        return sp.Basic.__new__(cls, _positive("rate", rate), as_label(label))

    def pdf(self, x):
        (rate,) = self.parameters
        return rate**x * sp.exp(-rate) / sp.factorial(x)

    def log_pdf(self, x):
        (rate,) = self.parameters
        return x * sp.log(rate) - rate - sp.log(sp.factorial(x))

    def _domains(self):
        return (_POSITIVE,)


class Geometric(Distribution):
    """Failures before the first success of probability ``theta``; support 0, 1, 2, ...

    Examples
    --------
    >>> Geometric(sp.Rational(1, 3))(0).doit()
    1/3
    """

    discrete = True
    support = sp.S.Naturals0
    _tex = r"\mathrm{Geometric}"

    def __new__(cls, theta, label=None):
        return sp.Basic.__new__(cls, _probability("theta", theta), as_label(label))

    def pdf(self, x):
        (theta,) = self.parameters
        return theta * (1 - theta) ** x

    def log_pdf(self, x):
        (theta,) = self.parameters
        return sp.log(theta) + x * sp.log(1 - theta)

    def _domains(self):
        return (_OPEN_UNIT,)


class Exponential(Distribution):
    """The exponential distribution with the given ``rate`` (mean 1/rate).

    Examples
    --------
    >>> x = sp.Symbol("x", positive=True)
    >>> Expectation(x, x, Exponential(2)).doit()
    1/2
    """

    support = sp.Interval(0, sp.oo)
    _tex = r"\mathrm{Exponential}"

    def __new__(cls, rate, label=None):
        return sp.Basic.__new__(cls, _positive("rate", rate), as_label(label))

    def pdf(self, x):
        (rate,) = self.parameters
        return rate * sp.exp(-rate * x)

    def log_pdf(self, x):
        (rate,) = self.parameters
        return sp.log(rate) - rate * x

    def _domains(self):
        return (_POSITIVE,)


class Gamma(Distribution):
    """The gamma distribution with ``shape`` and ``rate`` (mean shape/rate).

    Examples
    --------
    >>> x = sp.Symbol("x", positive=True)
    >>> Expectation(x, x, Gamma(3, 2)).doit()
    3/2
    """

    support = sp.Interval.open(0, sp.oo)
    _tex = r"\mathrm{Gamma}"

    def __new__(cls, shape, rate, label=None):
        return sp.Basic.__new__(
            cls, _positive("shape", shape), _positive("rate", rate), as_label(label)
        )

    def pdf(self, x):
        shape, rate = self.parameters
        return rate**shape * x ** (shape - 1) * sp.exp(-rate * x) / sp.gamma(shape)

    def log_pdf(self, x):
        a, b = self.parameters
        return a * sp.log(b) + (a - 1) * sp.log(x) - b * x - sp.log(sp.gamma(a))

    def _domains(self):
        return (_POSITIVE, _POSITIVE)


class Beta(Distribution):
    """The beta distribution on (0, 1) with parameters ``a`` and ``b``.

    Examples
    --------
    >>> x = sp.Symbol("x", positive=True)
    >>> Expectation(x, x, Beta(2, 3)).doit()
    2/5
    """

    support = sp.Interval.open(0, 1)
    _tex = r"\mathrm{Beta}"

    def __new__(cls, a, b, label=None):
        return sp.Basic.__new__(cls, _positive("a", a), _positive("b", b), as_label(label))

    def pdf(self, x):
        a, b = self.parameters
        return x ** (a - 1) * (1 - x) ** (b - 1) / sp.beta(a, b)

    def log_pdf(self, x):
        a, b = self.parameters
        return (
            (a - 1) * sp.log(x)
            + (b - 1) * sp.log(1 - x)
            + sp.log(sp.gamma(a + b))
            - sp.log(sp.gamma(a))
            - sp.log(sp.gamma(b))
        )

    def _domains(self):
        return (_POSITIVE, _POSITIVE)


class BetaBinomial(Distribution):
    """Successes in ``n`` trials whose probability was drawn from Beta(a, b).

    Examples
    --------
    >>> BetaBinomial(2, 1, 1)(0).doit()
    1/3
    """

    discrete = True
    _tex = r"\mathrm{BetaBinomial}"

    def __new__(cls, n, a, b, label=None):
        return sp.Basic.__new__(
            cls, sp.sympify(n), _positive("a", a), _positive("b", b), as_label(label)
        )

    @property
    def support(self):
        return sp.Range(self.parameters[0] + 1)

    def pdf(self, x):
        n, a, b = self.parameters
        return sp.binomial(n, x) * sp.beta(a + x, b + n - x) / sp.beta(a, b)

    def _domains(self):
        return (sp.S.Naturals, _POSITIVE, _POSITIVE)


class Uniform(Distribution):
    """The uniform distribution on the interval from ``lower`` to ``upper``.

    Examples
    --------
    >>> Entropy(Uniform(0, 2)).doit()
    log(2)
    """

    _tex = r"\mathrm{Uniform}"

    def __new__(cls, lower, upper, label=None):
        lower, upper = sp.sympify(lower), sp.sympify(upper)
        if _number_out_of(upper - lower, lambda v: v <= 0):
            raise ValueError(f"upper must exceed lower, got {lower} and {upper}")
        return sp.Basic.__new__(cls, lower, upper, as_label(label))

    @property
    def support(self):
        return sp.Interval(*self.parameters)

    def pdf(self, x):
        lower, upper = self.parameters
        return 1 / (upper - lower)

    def log_pdf(self, x):
        lower, upper = self.parameters
        return -sp.log(upper - lower)

    def _domains(self):
        lower, _ = self.parameters
        if lower == 0:
            return (None, _POSITIVE)
        return (None, None)


class Cauchy(Distribution):
    """The Cauchy distribution with ``location`` and ``scale``; it has no mean.

    Examples
    --------
    >>> Cauchy(0, 1)(0).doit()
    1/pi
    """

    support = sp.S.Reals
    _tex = r"\mathrm{Cauchy}"

    def __new__(cls, location, scale, label=None):
        return sp.Basic.__new__(
            cls, sp.sympify(location), _positive("scale", scale), as_label(label)
        )

    def pdf(self, x):
        location, scale = self.parameters
        return scale / (sp.pi * (scale**2 + (x - location) ** 2))

    def _domains(self):
        return (sp.S.Reals, _POSITIVE)


class Laplace(Distribution):
    """The Laplace distribution with ``location`` and ``scale``.

    Examples
    --------
    >>> Laplace(0, 1)(0).doit()
    1/2
    """

    support = sp.S.Reals
    _tex = r"\mathrm{Laplace}"

    def __new__(cls, location, scale, label=None):
        return sp.Basic.__new__(
            cls, sp.sympify(location), _positive("scale", scale), as_label(label)
        )

    def pdf(self, x):
        location, scale = self.parameters
        return sp.exp(-sp.Abs(x - location) / scale) / (2 * scale)

    def log_pdf(self, x):
        location, scale = self.parameters
        return -sp.Abs(x - location) / scale - sp.log(2) - sp.log(scale)

    def _domains(self):
        return (sp.S.Reals, _POSITIVE)


class Concrete(Distribution):
    """A distribution given by its own formula: density ``formula`` in ``x`` on ``support``.

    A formula without parameters is checked for its sign and its mass when it is made, one with
    parameters whenever a step uses it. What has another mass is an :class:`Unnormalised`.

    Raises
    ------
    ValueError
        Where the formula is negative somewhere, or its mass is not one.

    Examples
    --------
    >>> x = sp.Symbol("x", positive=True)
    >>> Concrete(2 * x, x, sp.Interval(0, 1), label="P").pdf(sp.Rational(1, 2))
    1
    """

    _tex = "f"

    def __new__(cls, formula, x, support, label="F"):
        own = as_bound(x)
        formula = sp.sympify(formula).xreplace({x: own})
        if not isinstance(label, Str):  # SymPy, rebuilding an expression, gives the label as it is
            cls._refuse_what_is_no_density(formula, own, support)
        return sp.Basic.__new__(cls, formula, own, support, as_label(label))

    @staticmethod
    def _refuse_what_is_no_density(formula, x, support) -> None:
        if (formula.free_symbols - {x}) | support.free_symbols or formula.has(Pdf):
            return
        mass, least = mass_and_least(formula, x, support)
        if least is not None and least < 0:
            raise ValueError(f"formula must not be negative, it is {mp.nstr(least, 6)} somewhere")
        if mass is not None and abs(mass - 1) > 1e-7:
            raise ValueError(
                f"formula must have mass 1 on {support}, it has {mp.nstr(mass, 8)} "
                "(Unnormalised takes any mass)"
            )

    @property
    def bound_symbols(self):
        return [self.args[1]]

    @property
    def free_symbols(self):
        return (self.args[0].free_symbols - {self.args[1]}) | self.args[2].free_symbols

    @property
    def parameters(self):
        return tuple(sorted(self.free_symbols, key=str))

    @property
    def support(self):
        return self.args[2]

    @property
    def discrete(self):
        return isinstance(self.support, (sp.FiniteSet, sp.Range)) or self.support in (
            sp.S.Naturals0,
            sp.S.Naturals,
            sp.S.Integers,
        )

    def _eval_subs(self, old, new):
        # The name of the variable is its own: what else bears it lies outside.
        return self if old == self.args[1] else None

    def pdf(self, x):
        return self.args[0].subs(self.args[1], x)

    def parameter_domain(self):
        return {}


class Unnormalised(Concrete):
    """A measure given by its density: of any mass, and not called a distribution.

    An expectation under it is the plain integral; nothing that needs mass one is used of it.

    >>> x = sp.Symbol("x", positive=True)
    >>> Unnormalised(2 * x, x, sp.Interval(0, 2), label="P").pdf(1)
    2
    """

    @staticmethod
    def _refuse_what_is_no_density(formula, x, support) -> None:
        """Any mass will do."""


def mass_and_least(formula, x, support) -> tuple:
    """Mass and least value of a density without parameters, by mpmath; None for what is not had.

    >>> x = sp.Symbol("x")
    >>> mass, least = mass_and_least(2 * x, x, sp.Interval(0, 2))
    >>> print(mass)
    4.0
    """
    lower, upper = bounds_of(support)
    if not isinstance(support, (sp.Interval, sp.FiniteSet, sp.Range)) and support not in (
        sp.S.Reals,
        sp.S.Naturals,
        sp.S.Naturals0,
    ):
        return None, None
    if isinstance(support, sp.FiniteSet) or (
        isinstance(support, sp.Range) and support.size.is_finite
    ):
        values = [formula.subs(x, k) for k in support]
        if not all(v.is_number and v.is_comparable for v in values):
            return None, None
        numbers = [mp.mpf(sp.N(v, 30)) for v in values]
        return mp.fsum(numbers), min(numbers)
    try:
        f = sp.lambdify(x, formula, "mpmath")
        if support in (sp.S.Naturals, sp.S.Naturals0) or isinstance(support, sp.Range):
            mass, error = mp.nsum(f, [int(lower), mp.inf], error=True)
            inner = [int(lower) + k for k in range(40)]
        else:
            ends = [
                mp.mpf(sp.N(t, 30)) if t.is_finite else mp.inf * sp.sign(t) for t in (lower, upper)
            ]
            kinks = [mp.mpf(k) for k in sorted(_turns(formula, x)) if ends[0] < k < ends[1]]
            mass, error = mp.quad(f, [ends[0], *kinks, ends[1]], error=True)
            inner = _between(*ends)
        least = min(mp.mpf(f(t)) for t in inner)
    except (ArithmeticError, ValueError, TypeError, NameError):
        return None, None
    return (mass if error < 1e-9 else None), least


def _turns(formula, x) -> set:
    """The numbers at which a piece or an absolute value of the formula changes."""
    gaps = {n.args[0] for n in formula.atoms(sp.Abs, sp.Heaviside, sp.sign)}
    gaps |= {r.lhs - r.rhs for r in formula.atoms(sp.core.relational.Relational)}
    slopes = {g: sp.diff(g, x) for g in gaps}
    return {float(-g.subs(x, 0) / s) for g, s in slopes.items() if s.is_number and s != 0}


def _between(low, high) -> list:
    if mp.isinf(low) and mp.isinf(high):
        return [mp.sinh(mp.mpf(k) / 10) for k in range(-40, 41)]
    if mp.isinf(high):
        return [low + mp.mpf(10) ** (mp.mpf(k) / 10) for k in range(-40, 21)]
    if mp.isinf(low):
        return [high - mp.mpf(10) ** (mp.mpf(k) / 10) for k in range(-40, 21)]
    return [low + (high - low) * (2 * k + 1) / 120 for k in range(60)]


class Mixture(Distribution):
    """The mixture weight * P + (1 - weight) * Q, half and half unless told otherwise.

    >>> x = sp.Symbol("x")
    >>> Mixture(Density("P"), Density("Q")).pdf(x)
    p(x)/2 + q(x)/2
    """

    def __new__(cls, first, second, weight=sp.S.Half, label="M"):
        for name, part in (("first", first), ("second", second)):
            if not isinstance(part, Distribution):
                raise TypeError(f"{name} must be a Distribution, got {part!r}")
        if first.discrete != second.discrete:
            raise ValueError("a mixture needs two discrete or two continuous parts")
        return sp.Basic.__new__(cls, first, second, _probability("weight", weight), as_label(label))

    @property
    def parts(self):
        """The two parts with their weights."""
        first, second, weight = self.args[:3]
        return ((weight, first), (1 - weight, second))

    @property
    def parameters(self):
        return self.args[:3]

    @property
    def discrete(self):
        return self.args[0].discrete

    @property
    def support(self):
        first, second = self.args[0].support, self.args[1].support
        if first == second:
            return first
        union = sp.Union(first, second)
        if isinstance(first, sp.Range) and isinstance(second, sp.Range):
            return sp.Range(max(first.stop, second.stop))
        if isinstance(union, sp.Union):
            if isinstance(first, sp.Interval) and isinstance(second, sp.Interval):
                return sp.Interval(sp.Min(first.start, second.start), sp.Max(first.end, second.end))
            raise ValueError(f"no support for the mixture of {first} and {second}")
        return union

    def pdf(self, x):
        support = self.support
        return sp.Add(*[w * density_on(part, x, support) for w, part in self.parts])

    def log_pdf(self, x):
        return sp.log(self.pdf(x))

    def _domains(self):
        return (None, None, _OPEN_UNIT)

    def _latex(self, printer, *args):
        if self.label:
            return symbol_latex(self.label)
        first, second, weight = self.args[:3]
        if weight == sp.Rational(1, 2):
            return (
                rf"\tfrac{{1}}{{2}}\left({printer._print(first)} + {printer._print(second)}\right)"
            )
        return (
            f"{printer.parenthesize(weight, 50)} {printer._print(first)} + "
            rf"\left({printer._print(1 - weight)}\right) {printer._print(second)}"
        )


class Transformed(Distribution):
    """The distribution of y = forward(x) for x ~ P, with ``forward`` strictly monotone.

    Parameters
    ----------
    base : Distribution
        The distribution of x.
    forward : sympy.Expr
        y as a formula in x, strictly monotone on the support of ``base``.
    x : sympy.Symbol
        The variable of ``forward``.
    inverse : sympy.Expr
        x as a formula in y; written with the same symbol, that is inverse(forward(x)) = x.

    Examples
    --------
    >>> x = sp.Symbol("x", positive=True)
    >>> T = Transformed(Normal(0, 1), sp.exp(x), x, sp.log(x))
    >>> T.pdf(x)
    sqrt(2)*exp(-log(x)**2/2)/(2*sqrt(pi)*x)
    """

    def __new__(cls, base, forward, x, inverse, label=None):
        if base.discrete:
            raise ValueError("base must have a density; relabelling points moves no mass")
        forward, inverse = sp.sympify(forward), sp.sympify(inverse)
        there_and_back = sp.simplify(inverse.subs(x, forward) - x)
        if there_and_back != 0 and there_and_back.subs(x, sp.Symbol("t", real=True)).simplify():
            raise ValueError(
                f"inverse must undo forward, but inverse(forward(x)) - x = {there_and_back}"
            )
        own = as_bound(x)
        there, back = (e.xreplace({x: own}) for e in (forward, inverse))
        return sp.Basic.__new__(cls, base, there, own, back, as_label(label))

    @property
    def base(self):
        return self.args[0]

    @property
    def bound_symbols(self):
        return [self.args[2]]

    @property
    def free_symbols(self):
        inner = (self.args[1].free_symbols | self.args[3].free_symbols) - {self.args[2]}
        return self.args[0].free_symbols | inner

    @property
    def parameters(self):
        return (self.args[0],)

    @property
    def discrete(self):
        return self.base.discrete

    def _eval_subs(self, old, new):
        if old == self.args[2]:
            return self.func(self.base.subs(old, new), *self.args[1:])
        return None

    def forward(self, x):
        return self.args[1].subs(self.args[2], x)

    def inverse(self, y):
        return self.args[3].subs(self.args[2], y)

    @property
    def support(self):
        t = self.args[2]
        lower, upper = bounds_of(self.base.support)
        ends = [sp.limit(self.args[1], t, end) for end in (lower, upper)]
        return sp.Interval(sp.Min(*ends), sp.Max(*ends), True, True)

    def pdf(self, x):
        t = sp.Dummy("t", real=True)
        slope = sp.diff(self.inverse(t), t)
        return self.base.pdf(self.inverse(x)) * sp.Abs(slope).subs(t, x)

    def log_pdf(self, x):
        t = sp.Dummy("t", real=True)
        slope = sp.diff(self.inverse(t), t)
        return self.base.log_pdf(self.inverse(x)) + sp.log(sp.Abs(slope)).subs(t, x)

    def parameter_domain(self):
        return self.base.parameter_domain()

    def _latex(self, printer, *args):
        if self.label:
            return symbol_latex(self.label)
        return rf"g_{{\#}}{printer._print(self.base)}"

    def _sympystr(self, printer, *args):
        return self.label or f"g#{printer._print(self.base)}"


class Independent(Distribution):
    """The joint distribution of two independent parts.

    >>> x, y = sp.symbols("x y")
    >>> Independent(Density("P"), Density("Q")).pdf((x, y))
    p(x)*q(y)
    """

    dimension = 2

    def __new__(cls, first, second, label=None):
        for name, part in (("first", first), ("second", second)):
            if not isinstance(part, Distribution) or part.dimension != 1:
                raise TypeError(f"{name} must be a Distribution on the line, got {part!r}")
        return sp.Basic.__new__(cls, first, second, as_label(label))

    @property
    def parts(self):
        return self.args[:2]

    @property
    def parameters(self):
        return self.args[:2]

    @property
    def support(self):
        return sp.ProductSet(*[part.support for part in self.parts])

    def pdf(self, x):
        return sp.Mul(*[part.pdf(t) for part, t in zip(self.parts, x, strict=True)])

    def log_pdf(self, x):
        return sp.Add(*[part.log_pdf(t) for part, t in zip(self.parts, x, strict=True)])

    def parameter_domain(self):
        return {k: v for part in self.parts for k, v in part.parameter_domain().items()}

    def total(self, f, x):
        for part, t in zip(self.parts, x, strict=True):
            f = part.total(f, t)
        return f

    def _latex(self, printer, *args):
        if self.label:
            return symbol_latex(self.label)
        return r" \otimes ".join(printer._print(part) for part in self.parts)

    def _sympystr(self, printer, *args):
        return self.label or " x ".join(printer._print(part) for part in self.parts)


def density_on(distribution: Distribution, x, region: sp.Set) -> sp.Expr:
    """The density as a formula valid on ``region``: zero where it leaves its own support."""
    if distribution.abstract or isinstance(distribution, Mixture):
        return distribution.pdf(x)
    support = distribution.support
    if region == support or region.is_subset(support):
        return distribution.pdf(x)
    x = sp.sympify(x)
    if x.is_number:
        return distribution.pdf(x) if support.contains(x) == sp.true else sp.S.Zero
    if distribution.discrete and region.is_subset(sp.S.Integers):
        lower, upper = bounds_of(support)
        inside = sp.And(x >= lower, x <= upper)
    else:
        inside = support.as_relational(x) if x.is_Symbol else support.contains(x)
    return sp.Piecewise((distribution.pdf(x), inside), (0, True))
