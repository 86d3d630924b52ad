"""A chain of checked steps: the mathematics of a chapter, written once and held to account.

Examples
--------
>>> from helpers.notation import KL, CrossEntropy, Density, Entropy, Finite
>>> P, Q = Density("P"), Density("Q")
>>> start = Derivation(CrossEntropy(P, Q), name="cross-entropy", hypotheses=Finite(Entropy(P)))
>>> d = start.equals(Entropy(P) + KL(P, Q), because="the logarithm of a quotient is a difference")
>>> d.status
'proved'
"""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace
from html import escape

import sympy as sp

from helpers.check.equality import check_definition, check_equal
from helpers.check.inequality import check_inequality
from helpers.check.limit import check_limit
from helpers.check.optimum import check_optimum, check_same_arg
from helpers.check.remembered import remembered
from helpers.check.verdict import Counterexample, NotChecked, Verdict, Witness, weakest
from helpers.claims import promise_of
from helpers.notation import ArgMax, ArgMin, Sample
from helpers.proof.lemmas import Lemma
from helpers.shown import rendering
from helpers.trials.context import (
    Context,
    assumed_domain,
    bases_of,
    data_domain,
    domain_of,
    free_symbols_of,
)

__all__ = ["Derivation", "DerivationError", "Step", "UncheckedStepError"]


@dataclass(frozen=True)
class Step:
    """One line of a derivation and how it was checked.

    Attributes
    ----------
    relation : str
        ``start``, ``:=``, ``=``, ``<=``, ``>=``, ``argmin``, ``argmax``, ``argminat``,
        ``argmaxat`` or ``->``.
    expression : sympy.Expr
        The right side; the left side is the line before.
    because : str
        The reason given.
    verdict : helpers.check.verdict.Verdict
        What the check found: status, witnesses, points, the largest error.
    seconds : float
        How long the check took.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> (step,) = Derivation((x + 1) ** 2).equals(x**2 + 2 * x + 1, because="expand").steps
    >>> step.relation, step.expression, step.because, step.status
    ('=', x**2 + 2*x + 1, 'expand', 'proved')
    >>> [witness.kind for witness in step.witnesses]
    ['symbolic', 'numeric']
    """

    relation: str
    expression: sp.Expr
    because: str
    verdict: Verdict
    reference: str = ""
    hypotheses: tuple = ()
    as_: tuple | None = None
    sense: str | None = None
    equality_when: object = None
    subject_to: object = None
    seconds: float = field(default=0.0, compare=False)

    @property
    def status(self) -> str:
        """How firmly the step stands: one of ``helpers.check.verdict.STATUSES``."""
        return self.verdict.status

    @property
    def witnesses(self) -> tuple[Witness, ...]:
        """What spoke for the step."""
        return self.verdict.witnesses


class DerivationError(AssertionError):
    """A step is false, or could not be checked at all.

    Attributes
    ----------
    step : int
        Number of the step in its derivation (the first step after the start is 1).
    relation : str
        What was claimed of the two sides, as in :class:`Step`.
    left, right : sympy.Expr
        Both sides of the step.
    counterexample : helpers.check.verdict.Counterexample or None
        Values at which the step fails; None for an :class:`UncheckedStepError`.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> try:
    ...     Derivation(sp.sqrt(x**2), domain={x: sp.FiniteSet(-3)}).equals(x)
    ... except DerivationError as error:
    ...     print(error.step, error.counterexample)
    1 at x = -3: left = 3.0, right = -3.0 (difference 6)
    """

    def __init__(self, message, *, step, relation, left, right, counterexample=None):
        super().__init__(message)
        self.step, self.relation, self.left, self.right = step, relation, left, right
        self.counterexample: Counterexample | None = counterexample
        self._shown = False

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the step typeset with its counterexample, the calls on demand."""
        from IPython.display import display  # noqa: PLC0415 - only IPython asks for this

        from helpers.refutation import Refutation  # noqa: PLC0415 - the door above shows it

        told = f"{type(self).__name__}: {self}".splitlines()
        if self._shown:
            return told  # the kernel asks a second time, for its reply
        self._shown = True
        if self.counterexample is not None:
            display(Refutation(self))
        calls = "".join(traceback.format_exception(self))
        display(
            {
                "text/plain": "(import sys, traceback; traceback.print_exception(sys.last_value))",
                "text/html": "<details><summary>How the code came there</summary>"
                f"<pre>{escape(calls)}</pre></details>",
            },
            raw=True,
        )
        return told


class UncheckedStepError(DerivationError):
    """A step that was neither confirmed nor refuted: nothing could be checked.

    Examples
    --------
    >>> x, f = sp.Symbol("x", real=True), sp.Function("f")
    >>> try:
    ...     Derivation(f(x)).equals(x)
    ... except UncheckedStepError as problem:
    ...     print(problem.counterexample)
    None
    """


class Derivation:
    """A chain of expressions; every link is checked when it is added.

    Parameters
    ----------
    start : sympy.Expr
        The first expression, or an ``ArgMin`` / ``ArgMax`` of it.
    name : str, optional
        The claim's id; its equation is cited as ``eq-<name>``. In a folder with a table of claims
        (`helpers.claims`) the name is looked up there, and what the table says is not repeated
        here. Elsewhere, and for a claim of your own that has a ``title``, the arguments say it.
    title : str, optional
        A few words for the ledger and the caption.
    over : sympy.Symbol or tuple of them, optional
        The parameter of an arg min or arg max.
    domain : dict, optional
        Where symbols live, as SymPy Sets; else taken from assumptions and distributions.
    hypotheses : tuple, optional
        Sentences for the reader, or SymPy relations, which the check then also assumes.
    rests_on : tuple of str or Derivation, optional
        Names of the claims this one uses; a derivation is put in as a lemma where its conclusion
        fits, and is named where it was used.
    lean : str, optional
        The declaration of mathlib that states the same.
    article : int, optional
        Number of the article's equation it covers.
    seed : int, optional
        Seed of the points at which steps are checked.

    Raises
    ------
    DerivationError
        From any step that is false or cannot be checked.
    ValueError
        If the folder's table of claims does not list ``name``, or an argument repeats the table.

    Examples
    --------
    >>> u = sp.Symbol("u", positive=True)
    >>> d = Derivation(sp.log(u)).at_most(u - 1, because="tangent at 1", equality_when={u: 1})
    >>> d.status
    'proved'
    >>> d.conclusion
    u - 1
    """

    def __init__(
        self,
        start,
        *,
        name=None,
        title=None,
        over=None,
        domain=None,
        hypotheses=(),
        rests_on=(),
        lean=None,
        article=None,
        seed=20,
    ):
        start = sp.sympify(start)
        sense = None
        if isinstance(start, (ArgMin, ArgMax)):
            sense = "min" if isinstance(start, ArgMin) else "max"
            over = start.over if over is None else over
            start = start.objective
        rests_on = _as_tuple(rests_on)
        lemmas = tuple(r.as_lemma() for r in rests_on if isinstance(r, Derivation))
        rests_on = tuple(r for r in rests_on if not isinstance(r, Derivation))
        if name is not None and title is None and (listed := promise_of(name)) is not None:
            if rests_on or lean is not None or article is not None:
                raise ValueError(
                    f"name: the table of claims says what {name!r} rests on, and where"
                )
            title, rests_on, lean, article = (
                listed.title,
                listed.rests_on,
                listed.mathlib,
                listed.article,
            )
        self.name, self.title, self.lean, self.article = name, title, lean, article
        self.hypotheses, self._named = _hypotheses(hypotheses), tuple(rests_on)
        self.lemmas = lemmas
        self.domain = _domain(domain or {})
        self.over = _as_tuple(over)
        self.seed = seed
        self._steps = (Step("start", start, "", Verdict("defined"), sense=sense),)

    # ------------------------------------------------------------------ reading

    @property
    def start(self) -> sp.Expr:
        return self._steps[0].expression

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps after the start."""
        return self._steps[1:]

    @property
    def status(self) -> str:
        """The weakest link."""
        return weakest(s.status for s in self._steps)

    @property
    def rests_on(self) -> tuple[str, ...]:
        """Names of the claims that were said to be used, and of the lemmas that were."""
        # A lemma without a name is no claim of the book; the step's witness says what it states.
        claims = {lemma.name for lemma in self.lemmas if lemma.is_claim}
        used = (name for s in self._steps for name in s.verdict.used if name in claims)
        return tuple(dict.fromkeys((*self._named, *used)))

    def as_lemma(self) -> Lemma:
        """What the chain shows, for use in another: pass the derivation as ``rests_on``.

        Raises
        ------
        ValueError
            If the chain shows no equality or inequality of its start and its conclusion, or was
            only seen to hold at points.

        Examples
        --------
        >>> from helpers.notation import Density, KL, Normal, Expectation
        >>> P, Q = Density("P"), Density("Q")
        >>> u = sp.Symbol("u", positive=True)
        >>> log_bound = Derivation(sp.log(u), name="log-bound").at_most(u - 1)
        >>> log_bound.as_lemma().relation
        '<='
        """
        relations = {s.relation for s in self.steps} - {"=", ":="}
        if len(relations) > 1 or not relations <= {"<=", ">="} or not self.steps:
            raise ValueError(f"rests_on: {self.name or self.start} shows no one relation to use")
        if self.status not in ("proved", "exact", "cited", "defined"):
            raise ValueError(f"rests_on: {self.name or self.start} is {self.status}, not proved")
        relation = relations.pop() if relations else "="
        return Lemma(
            self.name or f"{self.start} {relation} {self.conclusion}",
            self.start,
            relation,
            self.conclusion,
            self.domains,
            tuple(h for h in self.hypotheses if not isinstance(h, str)),
            tuple(h for h in self.hypotheses if isinstance(h, str)),
            "cited" if self.status == "cited" else "proved",
            self.name is not None,
        )

    @property
    def conclusion(self) -> sp.Expr:
        """The expression reached last."""
        return self._steps[-1].expression

    @property
    def lines(self) -> tuple[Step, ...]:
        """The start and the steps, in order."""
        return self._steps

    @property
    def domains(self) -> dict[sp.Basic, sp.Set]:
        """Where each free symbol of the chain lives, and the data: what was checked is this.

        >>> t = sp.Symbol("theta", positive=True)
        >>> from helpers.notation import Bernoulli, Entropy
        >>> Derivation(Entropy(Bernoulli(t))).domains
        {theta: Interval.open(0, 1)}
        """
        expressions, context = [s.expression for s in self._steps], self._context()
        found = {
            s: domain_of(s, expressions, context)
            for s in sorted(free_symbols_of(expressions), key=str)
        }
        data = {b: data_domain(b, expressions, context) for b in bases_of(expressions)}
        return found | data

    @property
    def sense(self) -> str | None:
        """'min' or 'max' for the last line of a chain of arg min and arg max, else None."""
        return self._steps[-1].sense

    def restarted(self, e) -> Derivation:
        """A derivation of ``e`` under the same hypotheses, with nothing derived yet.

        >>> x = sp.Symbol("x", real=True)
        >>> Derivation(x, domain={x: sp.Interval(0, 1)}).restarted(x**2).at_most(x).status
        'proved'
        """
        new = object.__new__(Derivation)
        new.__dict__.update(self.__dict__)
        new._steps = (*self._steps, Step("start", sp.sympify(e), "", Verdict("defined")))
        return new

    def _context(self):
        lines = tuple(s.expression for s in self._steps)
        return Context(self.domain, self.hypotheses, self.lemmas, self.over, self.seed, lines)

    # ------------------------------------------------------------------ steps

    def defined_as(self, e, *, because="") -> Derivation:
        """Define the last expression as ``e``; what can be evaluated independently is compared."""
        return self._add(":=", e, because, lambda a, b: check_definition(a, b, self._context()))

    def equals(self, e, *, because="") -> Derivation:
        """The last expression equals ``e``."""
        return self._add("=", e, because, lambda a, b: check_equal(a, b, self._context()))

    def at_most(self, e, *, because="", equality_when=None) -> Derivation:
        """The last expression is at most ``e``; ``equality_when`` names a case of equality."""
        return self._add(
            "<=",
            e,
            because,
            lambda a, b: check_inequality(a, b, "<=", self._context(), equality_when),
            equality_when=equality_when,
        )

    def at_least(self, e, *, because="", equality_when=None) -> Derivation:
        """The last expression is at least ``e``; ``equality_when`` names a case of equality."""
        return self._add(
            ">=",
            e,
            because,
            lambda a, b: check_inequality(a, b, ">=", self._context(), equality_when),
            equality_when=equality_when,
        )

    def same_argmin(self, e, *, because="") -> Derivation:
        """The last objective's optimum is attained where ``e`` is smallest."""
        return self._same_arg(e, "min", because)

    def same_argmax(self, e, *, because="") -> Derivation:
        """The last objective's optimum is attained where ``e`` is largest."""
        return self._same_arg(e, "max", because)

    def argmax_at(self, value, *, because="", subject_to=None) -> Derivation:
        """The last objective is largest at ``value`` (a tuple for several parameters)."""
        return self._extremum(value, "max", because, subject_to)

    def argmin_at(self, value, *, because="", subject_to=None) -> Derivation:
        """The last objective is smallest at ``value`` (a tuple for several parameters)."""
        return self._extremum(value, "min", because, subject_to)

    def tends_to(self, e, *, as_, because="") -> Derivation:
        """The last expression tends to ``e`` as ``as_ = (variable, point)``."""
        variable, point = as_
        if variable in sp.sympify(e).free_symbols:
            raise ValueError(f"e must be free of {variable}, which is what goes to {point}")
        return self._add(
            "->",
            e,
            because,
            lambda a, b: check_limit(a, b, variable, sp.sympify(point), self._context()),
            as_=(variable, sp.sympify(point)),
        )

    def cited(self, e, *, reference, hypotheses=(), because="", relation="=") -> Derivation:
        """A step taken from the literature: not checked by machine, and shown as such."""
        if not reference:
            raise ValueError("reference must be a bibliography key")
        if isinstance(hypotheses, str):
            hypotheses = (hypotheses,)
        return self._add(
            relation,
            e,
            because,
            lambda a, b: Verdict("cited"),
            reference=reference,
            hypotheses=tuple(hypotheses),
        )

    # ------------------------------------------------------------------ inside

    def _same_arg(self, e, sense, because):
        if not self.over:
            raise ValueError("over must name the parameter of the arg min or arg max")
        current = self.sense or sense
        flip = current != sense
        return self._add(
            f"argm{sense[1:]}",
            e,
            because,
            lambda a, b: check_same_arg(a, b, flip, self._context(), current),
            sense=sense,
        )

    def _extremum(self, value, sense, because, subject_to):
        if not self.over:
            raise ValueError("over must name the parameter of the arg min or arg max")
        if self.sense not in (None, sense):
            raise ValueError(f"the chain is about arg {self.sense}, not arg {sense}")
        values = dict(zip(self.over, map(sp.sympify, _as_tuple(value)), strict=True))
        shown = sp.Tuple(*values.values()) if len(values) > 1 else next(iter(values.values()))
        return self._add(
            f"arg{sense}at",
            shown,
            because,
            lambda a, b: check_optimum(a, values, sense, self._context(), subject_to),
            sense=sense,
            subject_to=subject_to,
        )

    def _add(self, relation, e, because, check, sense=None, **more):
        e = sp.sympify(e)
        last = self._steps[-1]
        if last.relation in ("argmaxat", "argminat") and relation not in ("=",):
            raise ValueError("after argmax_at or argmin_at only .equals may follow")
        left = last.expression
        if isinstance(e, sp.Tuple) and not (
            isinstance(left, sp.Tuple) or relation in ("argminat", "argmaxat")
        ):
            raise TypeError(f"the right side must be an expression, got {e}")
        number = len(self._steps)
        began = time.perf_counter()
        try:
            if reason := self._subject_changes(relation):
                raise NotChecked(reason)
            # All that `check` goes by: what is left out here would be mistaken for the same step.
            made_of = (relation, left, e, sense, self.sense, self._context(), more)
            verdict = remembered(made_of, lambda: check(left, e))
        except NotChecked as problem:
            raise UncheckedStepError(
                f"step {number} could not be checked: {problem}\n  {left}\n  {relation} {e}",
                step=number,
                relation=relation,
                left=left,
                right=e,
            ) from problem
        if verdict.counterexample is not None:
            label = f" of {self.name!r}" if self.name else ""
            raise DerivationError(
                f"step {number}{label} is false: {rendering.relation_text(relation)}\n"
                f"  left:  {left}\n  right: {e}\n  {verdict.counterexample}",
                step=number,
                relation=relation,
                left=left,
                right=e,
                counterexample=verdict.counterexample,
            )
        if sense is None and relation in ("=", ":="):
            sense = last.sense
        carried = tuple(
            sentence
            for lemma in self.lemmas
            if lemma.name in verdict.used
            for sentence in lemma.sentences
            if sentence not in self.hypotheses
        )
        if carried:
            more["hypotheses"] = (*more.get("hypotheses", ()), *carried)
        step = Step(
            relation,
            e,
            because,
            verdict,
            sense=sense,
            seconds=time.perf_counter() - began,
            **more,
        )
        steps = self._steps
        if sense is not None and steps[0].sense is None and relation not in ("=", ":="):
            # The first arg min or arg max tells what the whole chain so far was about.
            steps = tuple(replace(s, sense=sense) for s in steps)
        new = object.__new__(Derivation)
        new.__dict__.update(self.__dict__)
        new._steps = (*steps, step)
        return new

    def _subject_changes(self, relation) -> str:
        """Why a step may not follow: a bound or a limit of an objective has another optimum."""
        about_optimum = relation.startswith("arg")
        if self.sense and relation in ("<=", ">=", "->"):
            return f"the chain is about an arg {self.sense}, and a bound or a limit moves it"
        since = [s.relation for s in self._steps]
        if about_optimum and {"<=", ">=", "->"} & set(since[_last_start(since) :]):
            return "after a bound or a limit the optimum is another one"
        return ""

    # ------------------------------------------------------------------ shown

    def __repr__(self):
        return rendering.as_text(self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/plain": rendering.as_text(self),
            "text/latex": rendering.as_latex(self),
            "text/html": rendering.as_html(self),
            "text/markdown": rendering.as_markdown(self),
        }


def _last_start(relations) -> int:
    return max(k for k, relation in enumerate(relations) if relation == "start")


def _hypotheses(given) -> tuple:
    """Sentences and relations; a conjunction falls into its parts, what is always true is left out.

    >>> x = sp.Symbol("x", positive=True)
    >>> _hypotheses(sp.And(x < 2, x > -1))
    (x < 2,)
    """
    kept: list = []
    for part in _as_tuple(given):
        if isinstance(part, sp.And):
            kept += _hypotheses(part.args)
        elif part in (sp.false, False):
            raise ValueError("hypotheses: one of them is false whatever the symbols are")
        elif isinstance(part, (str, sp.core.relational.Relational)):
            kept.append(part)
        elif part not in (sp.true, True):
            raise TypeError(f"hypotheses must be sentences or SymPy relations, got {part!r}")
    return tuple(kept)


def _domain(given) -> dict:
    """The domain, once it is known to fit what the symbols are assumed to be.

    >>> n, u = sp.Symbol("n", integer=True), sp.Symbol("u", positive=True)
    >>> _domain({n: sp.Interval(0, 2)})
    {n: Range(0, 3, 1)}
    >>> _domain({u: sp.Interval(-1, 1)})
    Traceback (most recent call last):
    ValueError: domain: u is assumed to live in Interval.open(0, oo), which does not hold \
Interval(-1, 1)
    """
    read = dict(given)
    for symbol, region in given.items():
        if not isinstance(symbol, (sp.Symbol, sp.IndexedBase, Sample)):
            raise TypeError(f"domain must have symbols or data as keys, got {symbol!r}")
        if not isinstance(region, sp.Set):
            raise TypeError(f"domain of {symbol} must be a SymPy Set, got {region!r}")
        if region.is_empty or region == sp.S.EmptySet:
            raise ValueError(f"domain of {symbol} is empty")
        if region.is_subset(sp.S.Reals) is False:
            raise ValueError(f"domain of {symbol} must be a set of real numbers, got {region}")
        if isinstance(symbol, sp.Symbol):
            assumed = assumed_domain(symbol)
            if symbol.is_integer and isinstance(region, sp.Interval):
                read[symbol] = region.intersect(sp.S.Integers)
                if read[symbol] == sp.S.EmptySet:
                    raise ValueError(f"domain of {symbol}, an integer, holds no integer")
                continue
            # An end may be taken in: formulas are continuous there, or refuted there.
            if region.is_subset(assumed.closure) is False:
                raise ValueError(
                    f"domain: {symbol} is assumed to live in {assumed}, "
                    f"which does not hold {region}"
                )
    return read


def _as_tuple(value) -> tuple:
    if value is None:
        return ()
    if isinstance(value, (tuple, list, sp.Tuple)):
        return tuple(value)
    return (value,)
