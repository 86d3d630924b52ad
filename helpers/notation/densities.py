"""Distributions, their densities, and what every named quantity has in common."""

from __future__ import annotations

import sympy as sp
from sympy.core.symbol import Str

from helpers.notation.printing import as_label, symbol_latex

__all__ = ["Density", "Distribution", "Pdf", "VocabularyExpr", "bounds_of", "need"]


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
        return sp.Basic.__new__(cls, name, *map(sp.sympify, parameters), support, as_label(label))

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


class VocabularyExpr(sp.Expr):
    """A named quantity of the book; ``unfold`` gives its definition one level down.

    Examples
    --------
    >>> KL(Bernoulli(sp.Rational(1, 2)), Bernoulli(sp.Rational(1, 4))).unfold()
    E_{x ~ Bernoulli(1/2)}[log(Bernoulli(x | 1/2)/Bernoulli(x | 1/4))]
    """

    is_commutative = True

    def _eval_is_extended_real(self):
        return True

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


def need(name: str, value) -> Distribution:
    if not isinstance(value, Distribution):
        raise TypeError(f"{name} must be a Distribution, got {value!r}")
    return value
