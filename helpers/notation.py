"""The vocabulary of the book as SymPy expressions.

Distributions (abstract or concrete), expectation, entropy, cross-entropy, Kullback-Leibler and
Jensen-Shannon divergence, likelihood, and arg min / arg max. Every one of them prints in the
field's standard LaTeX, substitutes like any SymPy expression, and knows its definition:
``unfold()`` opens it by one level (a sum or an integral, unevaluated), ``doit()`` evaluates it.

All logarithms are natural: entropies and divergences are in nats.

Examples
--------
>>> import sympy as sp
>>> x = sp.Symbol("x", real=True)
>>> P, Q = Density("P"), Density("Q")
>>> KL(P, Q)
KL(P || Q)
>>> KL(P, Q).unfold()
E_{x ~ P}[log(p(x)/q(x))]
>>> sp.latex(KL(P, Q))
'D_{\\\\mathrm{KL}}\\\\left(P \\\\,\\\\|\\\\, Q\\\\right)'
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp
from sympy.core.symbol import Str
from sympy.printing.latex import translate

__all__ = [
    "JSD",
    "KL",
    "ArgMax",
    "ArgMin",
    "Bernoulli",
    "Beta",
    "BetaBinomial",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Concrete",
    "CrossEntropy",
    "Density",
    "Distribution",
    "Empirical",
    "Entropy",
    "Expectation",
    "Exponential",
    "FisherInformation",
    "Gamma",
    "Geometric",
    "Independent",
    "Indicator",
    "Laplace",
    "Likelihood",
    "LogLikelihood",
    "Mixture",
    "Normal",
    "Pdf",
    "Poisson",
    "Probability",
    "Sample",
    "SampleMean",
    "Transformed",
    "Uniform",
    "Variance",
    "VocabularyExpr",
    "symbol_latex",
]


def symbol_latex(name: str) -> str:
    """LaTeX of a plain name: ``theta_star`` becomes ``\\theta^{*}``.

    >>> print(symbol_latex("theta_star"))
    \\theta^{*}
    """
    if name.endswith("_star"):
        return f"{symbol_latex(name[:-5])}^{{*}}"
    if name.endswith("_hat"):
        return rf"\hat{{{symbol_latex(name[:-4])}}}"
    head, _, tail = name.partition("_")
    head = translate(head)
    return f"{head}_{{{translate(tail)}}}" if tail else head


def _as_label(label) -> Str:
    if label is None:
        return Str("")
    return label if isinstance(label, Str) else Str(label)


def _number_out_of(value: sp.Expr, test) -> bool:
    if not (value.is_number and value.is_comparable):
        return False
    # Digits decide: of two exact numbers that nearly agree, SymPy may not say which is larger.
    return bool(test(value if value.is_Rational else sp.N(value, 30)))


# --------------------------------------------------------------------------- distributions


class Distribution(sp.Basic):
    """A probability distribution with a density (or mass function) on a known support.

    Calling it gives the density as an expression: ``P(x)``. ``named("P")`` gives it a letter, under
    which it prints. ``support`` is a SymPy Set, ``discrete`` says whether it is summed over.

    Examples
    --------
    >>> Poisson(sp.Symbol("lambda", positive=True)).support
    Naturals0
    >>> Normal(0, 1).named("P")
    P
    """

    discrete = False
    dimension = 1
    abstract = False

    # Basic's printers ask for these.
    is_commutative = True

    @property
    def label(self) -> str:
        """The letter it was given, or an empty string."""
        return str(self.args[-1]) if isinstance(self.args[-1], Str) else ""

    @property
    def parameters(self) -> tuple:
        """The parameters, in the order of the constructor."""
        return tuple(a for a in self.args if not isinstance(a, Str))

    def named(self, label: str) -> Distribution:
        """The same distribution under a letter of its own.

        >>> Normal(0, 1).named("P")
        P
        """
        return self.func(*self.args[:-1], Str(label))

    @property
    def unnamed(self) -> Distribution:
        """The same distribution without its letter."""
        return self.func(*self.args[:-1], Str(""))

    def __call__(self, *x) -> sp.Expr:
        return Pdf(self, *x)

    # What subclasses give.
    support: sp.Set

    def pdf(self, x) -> sp.Expr:
        """The density (or mass function) at a point of the support, as a formula."""
        raise NotImplementedError

    def log_pdf(self, x) -> sp.Expr:
        """The logarithm of the density at a point of the support, expanded."""
        return sp.expand_log(sp.log(self.pdf(x)), force=True)

    def parameter_domain(self) -> dict:
        """Where each parameter that is a bare symbol lives."""
        return {
            value: domain
            for value, domain in zip(self.parameters, self._domains(), strict=False)
            if isinstance(value, sp.Symbol) and domain is not None
        }

    def _domains(self) -> tuple:
        return ()

    # Printing.
    _tex = ""
    _tex_args: tuple = ()

    def _latex_parameters(self, printer) -> str:
        return ", ".join(printer._print(a) for a in self.parameters)

    def _latex(self, printer, *args) -> str:
        if self.label:
            return symbol_latex(self.label)
        return rf"{self._tex}\left({self._latex_parameters(printer)}\right)"

    def _sympystr(self, printer, *args) -> str:
        if self.label:
            return self.label
        inside = ", ".join(printer._print(a) for a in self.parameters)
        return f"{type(self).__name__}({inside})"

    def _density_latex(self, printer, x: str) -> str:
        if self.label:
            head, _, tail = self.label.partition("_")
            return rf"{symbol_latex('_'.join(filter(None, [head.lower(), tail])))}\left({x}\right)"
        return rf"{self._tex}\left({x} \mid {self._latex_parameters(printer)}\right)"

    def _density_str(self, printer, x: str) -> str:
        if self.label:
            head, _, tail = self.label.partition("_")
            return f"{'_'.join(filter(None, [head.lower(), tail]))}({x})"
        inside = ", ".join(printer._print(a) for a in self.parameters)
        return f"{type(self).__name__}({x} | {inside})"

    def limits(self, x: sp.Symbol) -> tuple:
        """The triple (x, lower, upper) of a sum or an integral over the support."""
        lower, upper = bounds_of(self.support)
        return (x, lower, upper)

    def points(self) -> list | None:
        """The points of a finite support, or None."""
        support = self.support
        if isinstance(support, sp.FiniteSet):
            return sorted(support.args, key=sp.default_sort_key)
        if isinstance(support, sp.Range) and support.size.is_Integer:
            return list(support)
        return None

    def total(self, f: sp.Expr, x: sp.Symbol) -> sp.Expr:
        """The unevaluated sum or integral of ``f`` over the support."""
        points = self.points()
        if points is not None:
            return sp.Add(*[f.subs(x, k) for k in points])
        if self.discrete:
            return sp.Sum(f, self.limits(x))
        return sp.Integral(f, self.limits(x))


def bounds_of(support: sp.Set) -> tuple[sp.Expr, sp.Expr]:
    """Lower and upper end of a support (an interval or a range of integers)."""
    if support == sp.S.Reals:
        return (-sp.oo, sp.oo)
    if support == sp.S.Naturals0:
        return (sp.S.Zero, sp.oo)
    if support == sp.S.Naturals:
        return (sp.S.One, sp.oo)
    if support == sp.S.Integers:
        return (-sp.oo, sp.oo)
    if isinstance(support, sp.Range):
        return (support.start, support.stop - 1)
    if isinstance(support, sp.Interval):
        return (support.start, support.end)
    if isinstance(support, sp.FiniteSet):
        return (min(support.args), max(support.args))
    raise ValueError(f"support must be an interval, a range or a finite set, got {support}")


class Density(Distribution):
    """An abstract density p(x | theta), of which nothing is known but that it is a density.

    Parameters
    ----------
    name : str
        ``"p"`` prints as p(x | theta); ``"P"`` prints as P, with density p(x).
    *parameters : sympy.Expr
        What it is conditioned on; two densities of the same name are the same function of them.
    support : sympy.Set, optional
        Where it is positive (default: the real line; integers make it a mass function).
    label : str, optional
        The letter it has inside divergences.

    Examples
    --------
    >>> import sympy as sp
    >>> theta, x = sp.symbols("theta x")
    >>> Density("p", theta)(x)
    p(x | theta)
    """

    abstract = True

    def __new__(cls, name, *parameters, support=sp.S.Reals, label=None):
        if parameters and isinstance(parameters[-1], Str):
            parameters, label = parameters[:-1], parameters[-1]
        if parameters and isinstance(parameters[-1], sp.Set):
            parameters, support = parameters[:-1], parameters[-1]
        if not isinstance(support, sp.Set):
            raise TypeError(f"support must be a SymPy Set, got {support!r}")
        name = name if isinstance(name, Str) else Str(name)
        return sp.Basic.__new__(cls, name, *map(sp.sympify, parameters), support, _as_label(label))

    @property
    def name(self) -> str:
        return str(self.args[0])

    @property
    def parameters(self) -> tuple:
        return self.args[1:-2]

    @property
    def support(self) -> sp.Set:
        return self.args[-2]

    @property
    def discrete(self) -> bool:
        return bool(self.support.is_subset(sp.S.Integers)) and self.support != sp.S.Reals

    def pdf(self, x):
        return Pdf(self, x)

    def log_pdf(self, x):
        return sp.log(Pdf(self, x))

    def _symbol(self) -> str:
        head, _, tail = self.name.partition("_")
        return "_".join(filter(None, [head.lower(), tail]))

    def _latex(self, printer, *args):
        if self.label:
            return symbol_latex(self.label)
        base = symbol_latex(self.name)
        if self.parameters:
            inside = ", ".join(printer._print(a) for a in self.parameters)
            return f"{base}_{{{inside}}}"
        return base

    def _sympystr(self, printer, *args):
        if self.label:
            return self.label
        if self.parameters:
            return f"{self.name}_{','.join(printer._print(a) for a in self.parameters)}"
        return self.name

    def _density_latex(self, printer, x):
        given = ", ".join(printer._print(a) for a in self.parameters)
        given = rf" \mid {given}" if given else ""
        return rf"{symbol_latex(self._symbol())}\left({x}{given}\right)"

    def _density_str(self, printer, x):
        given = ", ".join(printer._print(a) for a in self.parameters)
        return f"{self._symbol()}({x}{' | ' + given if given else ''})"


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
        return sp.Basic.__new__(cls, sp.sympify(mu), _positive("sigma", sigma), _as_label(label))

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
        return sp.Basic.__new__(cls, _probability("theta", theta), _as_label(label))

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
        return sp.Basic.__new__(cls, probabilities, _as_label(label))

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
        return sp.Basic.__new__(cls, counts, _as_label(label))

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
        return sp.Basic.__new__(cls, sp.sympify(n), _probability("theta", theta), _as_label(label))

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
        return sp.Basic.__new__(cls, _positive("rate", rate), _as_label(label))

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
        return sp.Basic.__new__(cls, _probability("theta", theta), _as_label(label))

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
        return sp.Basic.__new__(cls, _positive("rate", rate), _as_label(label))

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
            cls, _positive("shape", shape), _positive("rate", rate), _as_label(label)
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
        return sp.Basic.__new__(cls, _positive("a", a), _positive("b", b), _as_label(label))

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
            cls, sp.sympify(n), _positive("a", a), _positive("b", b), _as_label(label)
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
        return sp.Basic.__new__(cls, lower, upper, _as_label(label))

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
            cls, sp.sympify(location), _positive("scale", scale), _as_label(label)
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
            cls, sp.sympify(location), _positive("scale", scale), _as_label(label)
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

    >>> x = sp.Symbol("x", positive=True)
    >>> Concrete(2 * x, x, sp.Interval(0, 1), label="P").pdf(sp.Rational(1, 2))
    1
    """

    _tex = "f"

    def __new__(cls, formula, x, support, label="F"):
        return sp.Basic.__new__(cls, sp.sympify(formula), x, support, _as_label(label))

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
        return sp.Basic.__new__(
            cls, first, second, _probability("weight", weight), _as_label(label)
        )

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
        return sp.Basic.__new__(cls, base, forward, x, inverse, _as_label(label))

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
        return sp.Basic.__new__(cls, first, second, _as_label(label))

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


# --------------------------------------------------------------------------- expressions


class VocabularyExpr(sp.Expr):
    """A named quantity of the book; ``unfold`` gives its definition one level down.

    Examples
    --------
    >>> KL(Bernoulli(sp.Rational(1, 2)), Bernoulli(sp.Rational(1, 4))).unfold()
    E_{x ~ Bernoulli(1/2)}[log(Bernoulli(x | 1/2)/Bernoulli(x | 1/4))]
    """

    is_commutative = True
    is_extended_real = True

    def unfold(self) -> sp.Expr:
        """The definition, unevaluated, one level down."""
        raise NotImplementedError

    def doit(self, **hints):
        """Evaluate: unfold and let SymPy do the sums and integrals."""
        return self.unfold().doit(**hints)

    def _eval_derivative(self, symbol):
        return self.unfold().diff(symbol)


class Pdf(VocabularyExpr):
    """The density of a distribution at a point; written ``P(x)``.

    Examples
    --------
    >>> theta, x = sp.symbols("theta x", real=True)
    >>> Density("p", theta)(x)
    p(x | theta)
    """

    def __new__(cls, distribution, *x):
        if len(x) != distribution.dimension:
            raise TypeError(f"{distribution} takes {distribution.dimension} argument(s)")
        return sp.Expr.__new__(cls, distribution, *map(sp.sympify, x))

    @property
    def distribution(self):
        return self.args[0]

    @property
    def point(self):
        return self.args[1] if self.distribution.dimension == 1 else self.args[1:]

    def _eval_is_positive(self):
        return True if self.distribution.abstract else None

    def _eval_is_nonnegative(self):
        return True

    def _eval_is_extended_real(self):
        return True

    def _eval_is_finite(self):
        return True if self.distribution.abstract else None

    def unfold(self):
        if self.distribution.abstract:
            return self
        return self.distribution.pdf(self.point)

    def doit(self, **hints):
        return self.unfold()

    def _eval_derivative(self, symbol):
        if self.distribution.abstract:
            return sp.Derivative(self, symbol) if symbol in self.free_symbols else sp.S.Zero
        return self.unfold().diff(symbol)

    def _latex(self, printer, *args):
        inside = ", ".join(printer._print(a) for a in self.args[1:])
        return self.distribution._density_latex(printer, inside)

    def _sympystr(self, printer, *args):
        inside = ", ".join(printer._print(a) for a in self.args[1:])
        return self.distribution._density_str(printer, inside)


def _need(name: str, value) -> Distribution:
    if not isinstance(value, Distribution):
        raise TypeError(f"{name} must be a Distribution, got {value!r}")
    return value


def _dummies(distribution: Distribution):
    if distribution.dimension == 1:
        return sp.Symbol("x", real=True)
    return sp.symbols(f"x1:{distribution.dimension + 1}", real=True)


class Indicator(VocabularyExpr):
    """One where the condition holds, zero elsewhere.

    Examples
    --------
    >>> Indicator(sp.Integer(2) > 1).doit()
    1
    """

    def __new__(cls, condition):
        condition = sp.sympify(condition)
        if condition == sp.true:
            return sp.S.One
        if condition == sp.false:
            return sp.S.Zero
        return sp.Expr.__new__(cls, condition)

    is_nonnegative = True
    is_real = True

    def unfold(self):
        return sp.Piecewise((1, self.args[0]), (0, True))

    def doit(self, **hints):
        return self.unfold()

    def _latex(self, printer, *args):
        return rf"\mathbf{{1}}\left[{printer._print(self.args[0])}\right]"

    def _sympystr(self, printer, *args):
        return f"1[{printer._print(self.args[0])}]"


class _UnderDistribution(VocabularyExpr):
    """An operator E[f], Var(f), P(event) with a bound variable x ~ P (or a Sample)."""

    def __new__(cls, f, x, distribution=None):
        if isinstance(x, Sample):
            return sp.Expr.__new__(cls, sp.sympify(f), x)
        _need("distribution", distribution)
        if isinstance(x, (tuple, list, sp.Tuple)):
            x = sp.Tuple(*x)
            if len(x) != distribution.dimension:
                raise TypeError(f"x must have {distribution.dimension} entries, got {len(x)}")
        elif not isinstance(x, sp.Symbol):
            raise TypeError(f"x must be a symbol, a tuple of symbols or a Sample, got {x!r}")
        elif distribution.dimension != 1:
            raise TypeError(f"x must be a tuple of {distribution.dimension} symbols")
        return sp.Expr.__new__(cls, sp.sympify(f), x, distribution)

    @property
    def function(self):
        return self.args[0]

    @property
    def variable(self):
        return self.args[1]

    @property
    def sample(self):
        return self.args[1] if isinstance(self.args[1], Sample) else None

    @property
    def distribution(self):
        return self.args[1].distribution if self.sample is not None else self.args[2]

    @property
    def bound_symbols(self):
        if self.sample is not None:
            return [self.sample.base.label]
        return list(self.variable) if isinstance(self.variable, sp.Tuple) else [self.variable]

    @property
    def free_symbols(self):
        if self.sample is not None:
            inside = self.function.free_symbols - {self.sample.base.label}
            inside = {s for s in inside if not isinstance(s, sp.Indexed)}
            return inside | self.sample.free_symbols
        return (self.function.free_symbols - set(self.bound_symbols)) | (
            self.distribution.free_symbols
        )

    def _eval_subs(self, old, new):
        if old in self.bound_symbols:
            if self.sample is not None:
                return self
            return self.func(self.function, self.variable, self.distribution.subs(old, new))
        return None

    def _subscript(self, printer) -> str:
        if self.sample is not None:
            return ""
        inside = (
            ", ".join(printer._print(v) for v in self.variable)
            if isinstance(self.variable, sp.Tuple)
            else printer._print(self.variable)
        )
        return rf"{inside} \sim {printer._print(self.distribution)}"

    def _str_subscript(self, printer) -> str:
        if self.sample is not None:
            return ""
        return f"_{{{printer._print(self.variable)} ~ {printer._print(self.distribution)}}}"


class Expectation(_UnderDistribution):
    """The expectation of ``f`` for ``x ~ P``: ``Expectation(f, x, P)``.

    With a :class:`Sample` in place of ``x`` and ``P``, the expectation over the whole sample.

    >>> x = sp.Symbol("x", real=True)
    >>> Expectation(x**2, x, Normal(0, 3)).doit()
    9
    """

    def unfold(self):
        if self.sample is not None:
            raise NotImplementedError("an expectation over a sample of symbolic size stays closed")
        d = self.distribution
        if isinstance(self.variable, sp.Tuple):
            return d.total(d.pdf(tuple(self.variable)) * self.function, tuple(self.variable))
        points = d.points()
        if points is not None:
            # A point without mass contributes nothing, whatever the function is there.
            masses = {k: d.pdf(sp.sympify(k)) for k in points}
            terms = [m * self.function.subs(self.variable, k) for k, m in masses.items() if m != 0]
            return sp.Add(*terms)
        return d.total(d.pdf(self.variable) * self.function, self.variable)

    def doit(self, **hints):
        return self if self.sample is not None else self.unfold().doit(**hints)

    def _latex(self, printer, *args):
        sub = self._subscript(printer)
        sub = f"_{{{sub}}}" if sub else ""
        return rf"\mathbb{{E}}{sub}\left[{printer._print(self.function)}\right]"

    def _sympystr(self, printer, *args):
        return f"E{self._str_subscript(printer)}[{printer._print(self.function)}]"


class Variance(_UnderDistribution):
    """The variance of ``f`` for ``x ~ P`` (or over an i.i.d. :class:`Sample`).

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> Variance(x, x, Normal(0, 3)).doit()
    9
    """

    def unfold(self):
        mean = Expectation(*self.args)
        if self.sample is not None:
            return Expectation(self.function**2, self.sample) - mean**2
        return Expectation((self.function - mean) ** 2, *self.args[1:])

    def _latex(self, printer, *args):
        sub = self._subscript(printer)
        sub = f"_{{{sub}}}" if sub else ""
        return rf"\operatorname{{Var}}{sub}\left[{printer._print(self.function)}\right]"

    def _sympystr(self, printer, *args):
        return f"Var{self._str_subscript(printer)}[{printer._print(self.function)}]"


class Probability(_UnderDistribution):
    """The probability of an event (a SymPy relation) for ``x ~ P`` (or over a sample).

    Examples
    --------
    >>> x = sp.Symbol("x", positive=True)
    >>> Probability(x >= 1, x, Exponential(2)).doit()
    exp(-2)
    """

    def unfold(self):
        return Expectation(Indicator(self.function), *self.args[1:])

    def _latex(self, printer, *args):
        sub = self._subscript(printer)
        sub = f"_{{{sub}}}" if sub else ""
        return rf"\mathbb{{P}}{sub}\left[{printer._print(self.function)}\right]"

    def _sympystr(self, printer, *args):
        return f"P{self._str_subscript(printer)}[{printer._print(self.function)}]"


class Entropy(VocabularyExpr):
    """The entropy H(P) = -E[log p(x)], in nats.

    >>> Entropy(Bernoulli(sp.Rational(1, 2))).doit()
    log(2)
    """

    def __new__(cls, P):
        return sp.Expr.__new__(cls, _need("P", P))

    def unfold(self):
        (P,) = self.args
        x = _dummies(P)
        at = P(x) if P.dimension == 1 else P(*x)
        return -Expectation(sp.log(at), x, P)

    def doit(self, **hints):
        return _evaluated(self, **hints)

    def _latex(self, printer, *args):
        return rf"H\left({printer._print(self.args[0])}\right)"

    def _sympystr(self, printer, *args):
        return f"H({printer._print(self.args[0])})"


class _Divergence(VocabularyExpr):
    def __new__(cls, P, Q):
        _need("P", P)
        _need("Q", Q)
        if P.dimension != Q.dimension:
            raise ValueError("P and Q must have the same dimension")
        if P.discrete != Q.discrete:
            raise ValueError("P and Q must both be discrete or both be continuous")
        return sp.Expr.__new__(cls, P, Q)

    def doit(self, **hints):
        return _evaluated(self, **hints)

    def _values(self):
        P, Q = self.args
        x = _dummies(P)
        if P.dimension == 1:
            return P(x), Q(x), x
        return P(*x), Q(*x), x


class CrossEntropy(_Divergence):
    """The cross-entropy H(P, Q) = -E_P[log q(x)], in nats.

    Examples
    --------
    >>> CrossEntropy(Bernoulli(sp.Rational(1, 2)), Bernoulli(sp.Rational(1, 2))).doit()
    log(2)
    """

    def unfold(self):
        _, q, x = self._values()
        return -Expectation(sp.log(q), x, self.args[0])

    def _latex(self, printer, *args):
        P, Q = (printer._print(a) for a in self.args)
        return rf"H\left({P}, {Q}\right)"

    def _sympystr(self, printer, *args):
        return f"H({printer._print(self.args[0])}, {printer._print(self.args[1])})"


class KL(_Divergence):
    """The Kullback-Leibler divergence of Q from P, E_P[log p(x)/q(x)], in nats.

    It is infinite where P puts mass and Q puts none.

    Examples
    --------
    >>> KL(Exponential(2), Exponential(1)).doit()
    -1/2 + log(2)
    """

    def unfold(self):
        p, q, x = self._values()
        return Expectation(sp.log(p / q), x, self.args[0])

    def _latex(self, printer, *args):
        P, Q = (printer._print(a) for a in self.args)
        return rf"D_{{\mathrm{{KL}}}}\left({P} \,\|\, {Q}\right)"

    def _sympystr(self, printer, *args):
        return f"KL({printer._print(self.args[0])} || {printer._print(self.args[1])})"


class JSD(_Divergence):
    """The Jensen-Shannon divergence: the mean of KL(P || M) and KL(Q || M), M the midpoint.

    Examples
    --------
    >>> JSD(Uniform(0, 1), Uniform(1, 2)).doit()
    log(2)
    """

    def unfold(self):
        P, Q = self.args
        M = Mixture(P, Q)
        return KL(P, M) / 2 + KL(Q, M) / 2

    def _latex(self, printer, *args):
        P, Q = (printer._print(a) for a in self.args)
        return rf"\mathrm{{JSD}}\left({P} \,\|\, {Q}\right)"

    def _sympystr(self, printer, *args):
        return f"JSD({printer._print(self.args[0])} || {printer._print(self.args[1])})"


def _evaluated(node: VocabularyExpr, **hints):
    """``doit`` for divergences: logarithms are opened before SymPy integrates."""

    def open_logs(e):
        if isinstance(e, Expectation):
            if e.distribution.points() is not None and isinstance(e.variable, sp.Symbol):
                return e.unfold()
            f = e.function
            f = f.replace(
                lambda t: isinstance(t, sp.log) and t.args[0].has(Pdf),
                lambda t: _log_opened(t.args[0]),
            )
            return Expectation(sp.expand(f), *e.args[1:])
        if isinstance(e, VocabularyExpr):
            return open_logs(e.unfold())
        if e.args and isinstance(e, sp.Expr):
            return e.func(*[open_logs(a) for a in e.args])
        return e

    value = open_logs(node).doit(**hints)
    # The logarithm of a quotient by zero has no sign in SymPy; an infinite divergence has.
    return sp.oo if value is sp.zoo else value


def _log_opened(argument: sp.Expr) -> sp.Expr:
    """The logarithm of a product of densities as a sum of their log-densities."""
    result = sp.S.Zero
    for factor in sp.Mul.make_args(argument):
        base, power = factor.as_base_exp()
        if isinstance(base, Pdf):
            point = base.point
            result += power * base.distribution.log_pdf(point)
        else:
            result += sp.log(factor)
    return result


class FisherInformation(VocabularyExpr):
    """The Fisher information of a one-parameter family, E[(d/dtheta log p(x | theta))^2].

    >>> t = sp.Symbol("theta", positive=True)
    >>> FisherInformation(Exponential(t), t).doit().simplify()
    theta**(-2)
    """

    def __new__(cls, P, theta):
        return sp.Expr.__new__(cls, _need("P", P), theta)

    def _eval_subs(self, old, new):
        # Where theta becomes a number the score still has to be a derivative in theta.
        return self.unfold().subs(old, new) if old == self.args[1] else None

    def unfold(self):
        P, theta = self.args
        x = _dummies(P)
        score = sp.diff(P.log_pdf(x), theta)
        return Expectation(score**2, x, P)

    def doit(self, **hints):
        return _evaluated(self, **hints)

    def _latex(self, printer, *args):
        return rf"I\left({printer._print(self.args[1])}\right)"

    def _sympystr(self, printer, *args):
        return f"I({printer._print(self.args[1])})"


# --------------------------------------------------------------------------- samples


class Sample(sp.Basic):
    """An i.i.d. sample x_1, ..., x_n: ``Sample("x", n)`` or ``Sample("x", n, P)``.

    ``sample[i]`` is the i-th observation; with a distribution, observations are random and
    Expectation, Variance and Probability may run over the sample.

    Examples
    --------
    >>> sample = Sample("x", 2)
    >>> sample.sum().doit()
    x[1] + x[2]
    """

    def __new__(cls, name, n, distribution=None):
        base = name if isinstance(name, sp.IndexedBase) else sp.IndexedBase(name, real=True)
        args = (base, sp.sympify(n))
        return sp.Basic.__new__(cls, *args, *([distribution] if distribution is not None else []))

    @property
    def base(self):
        return self.args[0]

    @property
    def size(self):
        return self.args[1]

    @property
    def distribution(self):
        return self.args[2] if len(self.args) > 2 else None

    @property
    def free_symbols(self):
        free = set(self.size.free_symbols)
        if self.distribution is not None:
            free |= self.distribution.free_symbols
        return free

    @property
    def index(self):
        return sp.Symbol("i", integer=True, positive=True)

    def __getitem__(self, i):
        return self.base[i]

    def sum(self, f=None) -> sp.Expr:
        """The sum of ``f(x_i)`` over the sample, unevaluated (of x_i itself by default)."""
        i = self.index
        term = self[i] if f is None else f(self[i])
        return sp.Sum(term, (i, 1, self.size))

    def _sympystr(self, printer, *args):
        return printer._print(self.base)

    def _latex(self, printer, *args):
        return printer._print(self.base)


class Likelihood(VocabularyExpr):
    """The likelihood of a sample: the product of the densities of its observations.

    Examples
    --------
    >>> lam = sp.Symbol("lambda", positive=True)
    >>> Likelihood(Exponential(lam), Sample("x", 2)).doit()
    lambda**2*exp(-lambda*x[1])*exp(-lambda*x[2])
    """

    def __new__(cls, P, sample):
        if not isinstance(sample, Sample):
            raise TypeError(f"sample must be a Sample, got {sample!r}")
        return sp.Expr.__new__(cls, _need("P", P), sample)

    @property
    def distribution(self):
        return self.args[0]

    @property
    def sample(self):
        return self.args[1]

    @property
    def free_symbols(self):
        return self.args[0].free_symbols | self.sample.free_symbols | self.sample.base.free_symbols

    def unfold(self):
        i = self.sample.index
        return sp.Product(self.distribution(self.sample[i]), (i, 1, self.sample.size))

    def _head(self, printer):
        return ", ".join(printer._print(s) for s in _free_parameters(self.distribution)) or "P"

    def _latex(self, printer, *args):
        return rf"L\left({self._head(printer)}\right)"

    def _sympystr(self, printer, *args):
        return f"L({self._head(printer)})"


class LogLikelihood(Likelihood):
    """The log-likelihood of a sample: the sum of log p(x_i | theta).

    Examples
    --------
    >>> lam = sp.Symbol("lambda", positive=True)
    >>> LogLikelihood(Exponential(lam), Sample("x", 2)).doit()
    log(lambda*exp(-lambda*x[1])) + log(lambda*exp(-lambda*x[2]))
    """

    def unfold(self):
        i = self.sample.index
        return sp.Sum(sp.log(self.distribution(self.sample[i])), (i, 1, self.sample.size))

    def _latex(self, printer, *args):
        return rf"\ell\left({self._head(printer)}\right)"

    def _sympystr(self, printer, *args):
        return f"loglik({self._head(printer)})"


def _free_parameters(distribution) -> list:
    if isinstance(distribution, (Density, Categorical)):
        return list(distribution.parameters)
    return [p for p in distribution.parameters if p.free_symbols]


class SampleMean(VocabularyExpr):
    """The mean of a sample, or of ``f(x_i)`` when given a function of the observation.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> SampleMean(Sample("x", n)).unfold()
    Sum(x[i], (i, 1, n))/n
    """

    def __new__(cls, sample, f=None):
        if not isinstance(sample, Sample):
            raise TypeError(f"sample must be a Sample, got {sample!r}")
        if f is None:
            return sp.Expr.__new__(cls, sample)
        if not isinstance(f, sp.Basic):
            t = sp.Symbol("x", real=True)
            f = sp.Lambda(t, f(t))
        return sp.Expr.__new__(cls, sample, f)

    @property
    def sample(self):
        return self.args[0]

    @property
    def free_symbols(self):
        inner = self.args[1].free_symbols if len(self.args) > 1 else set()
        return self.sample.free_symbols | self.sample.base.free_symbols | inner

    def unfold(self):
        i = self.sample.index
        term = self.sample[i] if len(self.args) == 1 else self.args[1](self.sample[i])
        return sp.Sum(term, (i, 1, self.sample.size)) / self.sample.size

    def _latex(self, printer, *args):
        if len(self.args) == 1:
            return rf"\bar{{{printer._print(self.sample)}}}_{{{printer._print(self.sample.size)}}}"
        i = self.sample.index
        return (
            rf"\frac{{1}}{{{printer._print(self.sample.size)}}}"
            rf"\sum_{{{printer._print(i)}=1}}^{{{printer._print(self.sample.size)}}} "
            rf"{printer._print(self.args[1](self.sample[i]))}"
        )

    def _sympystr(self, printer, *args):
        if len(self.args) == 1:
            return f"mean({printer._print(self.sample)})"
        return f"mean({printer._print(self.args[1].expr)} over {printer._print(self.sample)})"


# --------------------------------------------------------------------------- optimisation


class _Arg(VocabularyExpr):
    _word = ""

    def __new__(cls, objective, over):
        if isinstance(over, (tuple, list)):
            over = sp.Tuple(*over)
        return sp.Expr.__new__(cls, sp.sympify(objective), over)

    @property
    def objective(self):
        return self.args[0]

    @property
    def over(self):
        return self.args[1]

    @property
    def bound_symbols(self):
        return list(self.over) if isinstance(self.over, sp.Tuple) else [self.over]

    @property
    def free_symbols(self):
        return self.objective.free_symbols - set(self.bound_symbols)

    def _eval_subs(self, old, new):
        return self if old in self.bound_symbols else None

    def unfold(self):
        return self

    def doit(self, **hints):
        return self

    def _eval_derivative(self, symbol):
        raise ValueError(f"{self} is not differentiated")

    def _latex(self, printer, *args):
        over = ", ".join(printer._print(s) for s in self.bound_symbols)
        body = printer._print(self.objective)
        if self.objective.is_Add:
            body = rf"\left[{body}\right]"
        return rf"\operatorname*{{arg\,{self._word}}}_{{{over}}} \, {body}"

    def _sympystr(self, printer, *args):
        over = ", ".join(printer._print(s) for s in self.bound_symbols)
        return f"arg {self._word}_{over} {printer._print(self.objective)}"


class ArgMin(_Arg):
    """The set of minimisers of an objective over a parameter (or several).

    >>> t = sp.Symbol("theta")
    >>> ArgMin(t**2, t)
    arg min_theta theta**2
    """

    _word = "min"


class ArgMax(_Arg):
    """The set of maximisers of an objective over a parameter (or several).

    Examples
    --------
    >>> theta = sp.Symbol("theta", real=True)
    >>> ArgMax(-((theta - 1) ** 2), theta)
    arg max_theta -(theta - 1)**2
    """

    _word = "max"


def distributions_of(expr) -> list[Distribution]:
    """Every distribution inside an expression, each once, in a stable order."""
    found: Sequence = [d for d in sp.preorder_traversal(expr) if isinstance(d, Distribution)]
    return sorted(set(found), key=sp.default_sort_key)


def open_log_densities(f):
    """Write log p(x) of a concrete distribution as its own expanded log-density."""

    def open_one(node):
        argument = node.args[0]
        total = sp.S.Zero
        for factor in sp.Mul.make_args(argument):
            base, power = factor.as_base_exp()
            if isinstance(base, Pdf) and not base.distribution.abstract:
                d = base.distribution
                inner = d.log_pdf(base.point)
                if inner == sp.log(base):
                    inner = sp.log(d.pdf(base.point))
                total += power * open_log_densities(inner)
            else:
                total += sp.log(factor)
        return total

    targets = [
        n
        for n in f.atoms(sp.log)
        if any(
            isinstance(b, Pdf) and not b.distribution.abstract
            for b in (t.as_base_exp()[0] for t in sp.Mul.make_args(n.args[0]))
        )
    ]
    return f.xreplace({n: open_one(n) for n in targets}) if targets else f
