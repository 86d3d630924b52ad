"""A statement shown before, used in a new step: matched, put in, and its conditions asked for.

A lemma is what an earlier derivation concluded: ``left = right``, ``left <= right`` or
``left >= right``, for every value of its symbols in their domains and for all laws in place of its
abstract densities. A step may use an instance of it where every symbol's new value is shown to lie
in that symbol's domain and every relation among its hypotheses is shown to hold.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import sympy as sp

from helpers.notation import JSD, Density, Distribution, VocabularyExpr
from helpers.notation.opening import distributions_of
from helpers.proof import existence, identities
from helpers.proof.normal_form import is_zero, normal_form, simplify_residue
from helpers.proof.signs import is_nonnegative, is_positive
from helpers.trials.context import Context

__all__ = ["Lemma", "by_equality", "by_inequality"]


# Of so many laws all choices are tried.
_FEW = 4


@dataclass(frozen=True)
class Lemma:
    """What an earlier derivation showed.

    Attributes
    ----------
    name : str
        The claim's id, or what it says.
    left, right : sympy.Expr
    relation : str
        ``"="``, ``"<="`` or ``">="``.
    domains : dict
        Where its free symbols live.
    relations : tuple
        Its hypotheses that are relations.
    sentences : tuple of str
        Its hypotheses that are words: the new step assumes them, too.
    status : str
        How firmly it stands; a step that uses it stands no firmer.
    is_claim : bool
        Whether it has a name under which it is cited.
    """

    name: str
    left: sp.Expr
    relation: str
    right: sp.Expr
    domains: dict = field(default_factory=dict, hash=False)
    relations: tuple = ()
    sentences: tuple[str, ...] = ()
    status: str = "proved"
    is_claim: bool = False


def by_equality(left, right, context: Context) -> Lemma | None:
    """Return the lemma by which two sides are equal, if there is one."""
    gap = sp.expand(left - right)
    with existence.assuming(context.finite):
        for lemma in context.lemmas:
            if lemma.relation != "=":
                continue
            for node, shown in _instances(lemma, gap, context):
                if is_zero(simplify_residue(normal_form(gap.xreplace({node: shown})))):
                    return lemma
    return None


def by_inequality(small, large, context: Context) -> Lemma | None:
    """Return the lemma by which one side is at most the other, if there is one."""
    with existence.assuming(context.finite):
        return _by_inequality(small, large, context)


def _by_inequality(small, large, context) -> Lemma | None:
    for lemma in context.lemmas:
        gap = sp.expand(large - small)
        gap = sp.expand(gap.xreplace({n: n.unfold() for n in gap.atoms(JSD)}))
        rest, used = sp.S.Zero, False
        for term in sp.Add.make_args(gap):
            bound = _bound_below(term, lemma, context)
            if bound is None:
                rest += term
            else:
                rest, used = rest + bound, True
        if used and is_nonnegative(simplify_residue(normal_form(rest)), context, [small, large]):
            return lemma
        slacks = _slacks(lemma, gap, context)
        if any(identities.equal(large, small + slack, context) for slack in slacks):
            return lemma
    return None


def _slacks(lemma: Lemma, gap, context) -> Iterator[sp.Expr]:
    """Yield what a lemma says is not negative, for every choice of a gap's laws."""
    if lemma.relation == "=" or lemma.domains:
        return
    abstract = [d for d in distributions_of(lemma.left - lemma.right) if isinstance(d, Density)]
    laws = distributions_of(gap)
    if not 0 < len(abstract) <= _FEW or len(laws) > _FEW:
        return
    slack = lemma.left - lemma.right if lemma.relation == ">=" else lemma.right - lemma.left
    for choice in itertools.permutations(laws, len(abstract)):
        values = dict(zip(abstract, choice, strict=True))
        if _conditions_hold(lemma, values, context):
            yield slack.xreplace(values)


def _bound_below(term, lemma, context):
    """Return what a term is at least, by a lemma; None where the lemma says nothing of it."""
    for node, shown in _instances(lemma, term, context):
        factor = sp.cancel(term / node)
        if factor.has(node):
            continue
        turned = lemma.left.could_extract_minus_sign()
        below = (lemma.relation == ">=") != turned
        grows = None if lemma.relation == "=" else factor if below else -factor
        # For an equality the factor's sign does not matter.
        if grows is None or is_nonnegative(grows, context, [term]):
            return factor * shown
    return None


def _instances(lemma: Lemma, e, context) -> Iterator[tuple]:
    """Yield parts of an expression that a lemma speaks about, each with what it says of it."""
    # A minus before the lemma's left side belongs to its statement, not to what is looked for.
    sign, pattern = lemma.left.as_coeff_Mul()
    if not isinstance(pattern, VocabularyExpr):
        return
    for node in sorted(e.atoms(type(pattern)), key=sp.default_sort_key):
        for values in _matches(pattern, node, {}):
            if _conditions_hold(lemma, values, context):
                yield node, lemma.right.xreplace(values) / sign


def _matches(pattern, e, values) -> Iterator[dict]:
    """Yield values of a pattern's symbols and abstract densities under which it becomes ``e``."""
    if isinstance(pattern, sp.Symbol) or (isinstance(pattern, Density) and not pattern.parameters):
        wanted = Distribution if isinstance(pattern, Density) else sp.Expr
        if values.get(pattern, e) == e and isinstance(e, wanted):
            yield {**values, pattern: e}
        return
    if not pattern.args or type(pattern) is not type(e) or len(pattern.args) != len(e.args):
        if pattern == e:
            yield values
        return
    found = [values]
    for inside, other in zip(pattern.args, e.args, strict=True):
        found = [more for sofar in found for more in _matches(inside, other, sofar)]
    yield from found


def _conditions_hold(lemma: Lemma, values: dict, context: Context) -> bool:
    for symbol, domain in lemma.domains.items():
        if not _lies_in(values.get(symbol, symbol), domain, context):
            return False
    for density, law in values.items():
        if isinstance(density, Density) and law.dimension != density.dimension:
            return False
    return all(_holds(relation.xreplace(values), context) for relation in lemma.relations)


def _holds(relation, context: Context) -> bool:
    if relation in (sp.true, True) or relation in context.relations:
        return True
    if isinstance(relation, sp.Gt | sp.Lt):
        return is_positive(relation.gts - relation.lts, context)
    if isinstance(relation, sp.Ge | sp.Le):
        return is_nonnegative(relation.gts - relation.lts, context)
    return isinstance(relation, sp.Eq) and is_zero(relation.lhs - relation.rhs)


def _lies_in(value, domain: sp.Set, context: Context) -> bool:
    """Is a value shown to lie in a set, for all values of its own symbols?"""
    if not isinstance(value, sp.Expr) or domain == sp.S.Reals:
        return True
    if value.is_number:
        return domain.contains(value) == sp.true
    if domain in (sp.S.Naturals, sp.S.Naturals0, sp.S.Integers):
        least = {sp.S.Naturals: 1, sp.S.Naturals0: 0}.get(domain)
        return bool(value.is_integer) and (
            least is None or is_nonnegative(value - least, context, [value])
        )
    if not isinstance(domain, sp.Interval):
        return False
    ends = []
    if domain.start != -sp.oo:
        ends.append((value - domain.start, domain.left_open))
    if domain.end != sp.oo:
        ends.append((domain.end - value, domain.right_open))
    return all(
        is_positive(room, context, [value]) if is_open else is_nonnegative(room, context, [value])
        for room, is_open in ends
    )
