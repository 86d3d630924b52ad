"""Named quantities of distributions: expectations, entropies, divergences."""

from __future__ import annotations

import sympy as sp

from helpers.notation.densities import Distribution, Pdf, VocabularyExpr, need
from helpers.notation.distributions import Mixture
from helpers.notation.printing import as_bound, bound_names
from helpers.notation.samples import Sample

__all__ = [
    "JSD",
    "KL",
    "CrossEntropy",
    "Entropy",
    "Expectation",
    "Finite",
    "FisherInformation",
    "Indicator",
    "Probability",
    "Variance",
]


def _dummies(*distributions: Distribution):
    """The bound variable of an expectation under the first (a tuple for a law on the plane)."""
    found = bound_names(sp.Tuple(*distributions), distributions[0].dimension)
    return found[0] if len(found) == 1 else found


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
        need("distribution", distribution)
        if isinstance(x, (tuple, list, sp.Tuple)):
            x = sp.Tuple(*x)
            if len(x) != distribution.dimension:
                raise TypeError(f"x must have {distribution.dimension} entries, got {len(x)}")
        elif not isinstance(x, sp.Symbol):
            raise TypeError(f"x must be a symbol, a tuple of symbols or a Sample, got {x!r}")
        elif distribution.dimension != 1:
            raise TypeError(f"x must be a tuple of {distribution.dimension} symbols")
        # A bound variable is the operator's own: what else bears its name lies outside.
        names = {s: as_bound(s) for s in (x if isinstance(x, sp.Tuple) else (x,))}
        f = sp.sympify(f).xreplace(names)
        return sp.Expr.__new__(cls, f, x.xreplace(names), distribution)

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

    is_extended_real = None

    def _eval_is_extended_real(self):
        # Of a complex function only what SymPy knows of it.
        return self.function.is_extended_real if self.function.has(sp.I) else True

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
        return sp.Expr.__new__(cls, need("P", P))

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
        need("P", P)
        need("Q", Q)
        if P.dimension != Q.dimension:
            raise ValueError("P and Q must have the same dimension")
        if P.discrete != Q.discrete:
            raise ValueError("P and Q must both be discrete or both be continuous")
        return sp.Expr.__new__(cls, P, Q)

    def doit(self, **hints):
        return _evaluated(self, **hints)

    def _values(self):
        P, Q = self.args
        x = _dummies(P, Q)
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
        return sp.Expr.__new__(cls, need("P", P), theta)

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


class Finite(sp.core.relational.Relational):
    """The hypothesis that a quantity exists and is finite, for the check to use.

    SymPy takes it for granted that an absolute value is less than infinity; this relation stays.

    >>> P = Density("P")
    >>> Finite(Entropy(P))
    |H(P)| < oo
    """

    rel_op = "<"

    def __new__(cls, quantity, bound=sp.oo):
        if not isinstance(quantity, VocabularyExpr):
            raise TypeError(f"quantity must be an expectation or the like, got {quantity!r}")
        return sp.Basic.__new__(cls, quantity, sp.oo)

    @property
    def quantity(self):
        return self.args[0]

    def _latex(self, printer, *args):
        return rf"\left|{printer._print(self.args[0])}\right| < \infty"

    def _sympystr(self, printer, *args):
        return f"|{printer._print(self.args[0])}| < oo"
