"""Samples, their likelihood and their mean."""

from __future__ import annotations

import sympy as sp

from helpers.notation.densities import Density, VocabularyExpr, need
from helpers.notation.distributions import Categorical
from helpers.notation.printing import Bound, bound_names

__all__ = ["Likelihood", "LogLikelihood", "Sample", "SampleMean"]


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
        return self.index_beside()

    def index_beside(self, *others) -> sp.Symbol:
        """The index of a sum over the sample, under a name that none of the others bears."""
        taken = {s.name for e in (self.size, *others) for s in e.free_symbols if s.is_Symbol}
        return Bound(next(c for c in "ijklr" if c not in taken), integer=True, positive=True)

    def __getitem__(self, i):
        return self.base[i]

    def sum(self, f=None) -> sp.Expr:
        """The sum of ``f(x_i)`` over the sample, unevaluated (of x_i itself by default)."""
        i = self.index
        if f is not None:
            i = self.index_beside(f(sp.Dummy(real=True)))
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
        return sp.Expr.__new__(cls, need("P", P), sample)

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
        i = self.sample.index_beside(self.distribution)
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
        i = self.sample.index_beside(self.distribution)
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
            (t,) = bound_names(f(sp.Dummy(real=True)))
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
        i = self.sample.index_beside(*self.args[1:])
        term = self.sample[i] if len(self.args) == 1 else self.args[1](self.sample[i])
        return sp.Sum(term, (i, 1, self.sample.size)) / self.sample.size

    def _latex(self, printer, *args):
        if len(self.args) == 1:
            return rf"\bar{{{printer._print(self.sample)}}}_{{{printer._print(self.sample.size)}}}"
        i = self.sample.index_beside(*self.args[1:])
        return (
            rf"\frac{{1}}{{{printer._print(self.sample.size)}}}"
            rf"\sum_{{{printer._print(i)}=1}}^{{{printer._print(self.sample.size)}}} "
            rf"{printer._print(self.args[1](self.sample[i]))}"
        )

    def _sympystr(self, printer, *args):
        if len(self.args) == 1:
            return f"mean({printer._print(self.sample)})"
        return f"mean({printer._print(self.args[1].expr)} over {printer._print(self.sample)})"
