"""The normal form in which two expressions of the book's vocabulary can be compared.

Divergences open into expectations, logarithms of products into sums, expectations are linear,
constants come out, known moments are put in, and every bound variable gets the same name. What
remains of a true equality is usually zero.
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp
from sympy.functions.combinatorial.numbers import stirling

from helpers.notation import (
    Beta,
    Binomial,
    Cauchy,
    Distribution,
    Expectation,
    Exponential,
    Gamma,
    Geometric,
    Independent,
    Indicator,
    Likelihood,
    LogLikelihood,
    Mixture,
    Normal,
    Pdf,
    Poisson,
    Probability,
    Sample,
    SampleMean,
    Transformed,
    Uniform,
    Variance,
    VocabularyExpr,
)
from helpers.notation.densities import bounds_of
from helpers.notation.opening import open_log_densities
from helpers.proof import existence
from helpers.proof.existence import integral_exists, is_integrable, sum_exists, terms_apart

__all__ = [
    "all_integrable",
    "expanded",
    "is_zero",
    "masked",
    "masked_together",
    "masses_add_up",
    "normal_form",
    "onto_positive",
    "open_logs",
    "simplify_residue",
]

_X = sp.Symbol("_x", real=True)
_XS = sp.symbols("_x1:5", real=True)
_POSITIVE_INDEX = sp.symbols("_i _i1:5", integer=True, positive=True)
_NONNEGATIVE_INDEX = sp.symbols("_i _i1:5", integer=True, nonnegative=True)
_INDEX = sp.symbols("_i _i1:5", integer=True)


def normal_form(e: sp.Expr) -> sp.Expr:
    """The expression with divergences opened, expectations expanded and bound variables renamed.

    >>> from helpers.notation import CrossEntropy, Entropy, Exponential
    >>> a, b = sp.symbols("a b", positive=True)
    >>> P, Q = Exponential(a), Exponential(b)
    >>> normal_form(CrossEntropy(P, Q) - Entropy(P)) - (sp.log(a) - sp.log(b) + b / a - 1)
    0
    """
    return sp.expand(_normal(sp.sympify(e)))


def _normal(e):
    if not isinstance(e, sp.Expr) or e.is_Atom:
        return e
    return _normal_of(e, existence.state())


@lru_cache(maxsize=4096)
def _normal_of(e, _state):
    if isinstance(e, (sp.Indexed, Indicator)):
        return e
    if isinstance(e, Pdf):
        d = e.distribution
        return e if d.abstract else _normal(d.pdf(e.point))
    if isinstance(e, sp.log):
        return _log(e.args[0])
    if isinstance(e, Likelihood) and not isinstance(e, LogLikelihood):
        return _normal(e.unfold())
    if isinstance(e, Probability):
        return _probability(e)
    if isinstance(e, Variance):
        if e.sample is not None:
            return _sample_variance(e)
        f, law = e.function, e.distribution
        variables = e.variable if isinstance(e.variable, sp.Tuple) else (e.variable,)
        if len(variables) == 1 and not all_integrable(f**2, *variables, law):
            # The variance of what has none is left alone.
            return e
        mean = Expectation(*e.args)
        return sp.expand(_normal(Expectation(f**2, *e.args[1:])) - _normal(mean) ** 2)
    if isinstance(e, Expectation):
        return _expectation(e)
    if isinstance(e, VocabularyExpr):
        opened = e.unfold()
        return e if opened == e else _normal(opened)
    if isinstance(e, sp.Integral):
        return _integral(e)
    if isinstance(e, sp.Sum):
        return _sum(e)
    if isinstance(e, sp.Product):
        return _product(e)
    if isinstance(e, sp.Derivative):
        done = e.func(_normal(e.expr), *e.variable_count).doit()
        return done
    return e.func(*[_normal(a) if isinstance(a, sp.Expr) else a for a in e.args])


def _probability(e: Probability):
    """Under a density no single point has a chance: whether ends belong to an event is the same."""
    event = e.function
    law, x = e.distribution, None if e.sample is not None else e.variable
    is_density = not law.discrete and isinstance(law.support, sp.Interval)
    if is_density and isinstance(x, sp.Symbol) and isinstance(event, (sp.Gt, sp.Lt, sp.Eq)):
        slope = sp.diff(event.lhs - event.rhs, x)
        if not slope.has(x) and slope.is_nonzero:
            if isinstance(event, sp.Eq):
                return sp.S.Zero
            wider = sp.Ge(event.gts, event.lts, evaluate=False)
            return _normal(Probability(wider, x, law).unfold())
    return _normal(e.unfold())


def _log(argument):
    """log of a product or a power of positive things, opened; sums are put over one denominator."""
    if isinstance(argument, Pdf):
        return _log_density(argument)
    is_product = isinstance(argument, sp.Product)
    if is_product or type(argument) is Likelihood:
        # Of factors that may be negative, the logarithm of the product is not the sum.
        inner = argument if is_product else argument.unfold()
        if not all(
            isinstance(t, Pdf) or t.is_nonnegative for t in sp.Mul.make_args(inner.function)
        ):
            return sp.log(argument)
        argument = inner
        return _normal(sp.Sum(sp.log(argument.function), *argument.limits))
    if isinstance(argument, Expectation):
        value = _normal(argument)
        if not value.atoms(Expectation):
            argument = value
    if isinstance(argument, sp.exp):
        inner = argument.args[0]
        if inner.is_extended_real:
            return _normal(inner)
    if argument.is_Add:
        argument = sp.factor_terms(sp.together(argument))
    if argument.is_Mul or argument.is_Pow:
        opened = sp.expand_log(sp.log(argument))
        if opened.is_Add or opened.is_Mul:
            return sp.Add(*[_normal_term(t) for t in sp.Add.make_args(opened)])
    return sp.expand_log(sp.log(argument))


def _log_density(density):
    """The logarithm of a density as the family has it, at a point that lies in the support."""
    law, point = density.distribution, density.point
    opened = sp.log(density)
    if law.abstract or law.support.contains(point) != sp.true:
        return opened
    found = open_log_densities(opened)
    return opened if found == opened else _normal(found)


def _normal_term(term):
    out = sp.S.One
    for f in sp.Mul.make_args(term):
        if isinstance(f, sp.log) and not f.args[0].is_Number:
            inner = f.args[0]
            is_plain = inner.is_Symbol or isinstance(inner, (Pdf, sp.Indexed)) or inner.is_Add
            out *= (
                f
                if is_plain and not (isinstance(inner, Pdf) and not _is_abstract(inner))
                else _log(inner)
            )
        else:
            out *= f
    return out


def _is_abstract(pdf):
    return pdf.distribution.abstract


def _unfold_density(e):
    def opened(node):
        return node.distribution.pdf(node.point)

    while True:
        nodes = [n for n in e.atoms(Pdf) if not n.distribution.abstract]
        if not nodes:
            break
        e = e.xreplace({n: opened(n) for n in nodes})
    return e.replace(lambda n: type(n) is Likelihood, lambda n: n.unfold())


def _expectation(e: Expectation):
    if e.sample is not None:
        return _sample_expectation(e)
    d, variable = e.distribution, e.variable
    if isinstance(d, Mixture):
        if not all(all_integrable(e.function, variable, part) for _, part in d.parts):
            return e
        return sp.Add(
            *[w * _normal(Expectation(e.function, variable, part)) for w, part in d.parts]
        )
    if isinstance(d, Transformed):
        f = e.function.subs(variable, d.forward(_X))
        return _normal(Expectation(sp.expand_log(f), _X, d.base))
    if isinstance(d, Independent):
        return _independent(e)
    points = d.points()
    f = e.function
    if points is not None:
        # A point without mass contributes nothing, whatever the function is there.
        masses = [(k, d.pdf(sp.sympify(k))) for k in points]
        return sp.Add(*[_normal(m * _at_point(f, variable, k)) for k, m in masses if m != 0])
    fresh = _fresh((_X, *_XS), f, variable)
    f = f.subs(variable, fresh)
    f = sp.expand(_normal(open_log_densities(f)))
    if f.has(sp.log):
        f = sp.expand(open_logs(f, lambda t: _positive_on(t, fresh, d.support)))
    out, unknown = sp.S.Zero, []
    for constant, rest in terms_apart(f, fresh, d):
        if is_integrable(rest, fresh, d):
            out += constant * _moment(rest, fresh, d)
        else:
            unknown.append((constant, rest))
    if not unknown:
        return sp.expand(out)
    _, loose = existence.state()
    if loose and len(unknown) == 1:
        ((constant, rest),) = unknown
        return sp.expand(out + constant * Expectation(rest, fresh, d))
    # Of terms that are not shown to be finite nothing is taken apart but a number and the sign,
    # with which an expectation exists or does not.
    content, whole = f.primitive()
    if whole.could_extract_minus_sign():
        content, whole = -content, sp.expand(-whole)
    return content * Expectation(whole, fresh, d)


def expanded(e: Expectation) -> sp.Expr:
    """The function under an expectation as a sum, logarithms of products opened."""
    f = sp.expand(_normal(open_log_densities(e.function)))
    if f.has(sp.log) and isinstance(e.variable, sp.Symbol):
        f = sp.expand(open_logs(f, lambda t: _positive_on(t, e.variable, e.distribution.support)))
    return f


def all_integrable(f, x, law) -> bool:
    """Is every term of the function integrable under the law?"""
    f = sp.expand(_normal(open_log_densities(f)))
    if f.has(sp.log):
        f = sp.expand(open_logs(f, lambda t: _positive_on(t, x, law.support)))
    return all(is_integrable(t, x, law) for _, t in terms_apart(f, x, law))


def _fresh(names, f, variable):
    """The first of the names that nothing inside ``f`` bears, bound or free."""
    closed = f.atoms(VocabularyExpr, sp.Integral, sp.Sum, sp.Product, sp.Lambda)
    used = {s.name for node in closed for s in node.atoms(sp.Symbol) - node.free_symbols}
    used |= {s.name for s in f.free_symbols - {variable}}
    return next(s for s in names if s.name not in used)


def _independent(e):
    """Under independence the expectation of g(x) h(y) is a product."""
    first, second = e.distribution.parts
    x, y = e.variable
    out = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(_normal(open_log_densities(e.function)))):
        g, h = term.as_independent(y, as_Add=False)
        if h.has(x) or not (is_integrable(g, x, first) and is_integrable(h, y, second)):
            return e
        out += _normal(Expectation(g, x, first)) * _normal(Expectation(h, y, second))
    return sp.expand(out)


def _at_point(f, variable, k):
    return open_log_densities(f.subs(variable, sp.sympify(k)))


def _moment(f, x, d: Distribution):
    """E[f(x)] where it is known in closed form, else the expectation left standing."""
    if f == 1:
        return sp.S.One
    if d.abstract:
        # E_p[q(x)/p(x)] is the total mass of q, where p is positive wherever q is.
        ratio = sp.simplify(f * d(x)) if f.has(Pdf) and not f.has(sp.log) else None
        if isinstance(ratio, Pdf) and ratio.point == x and ratio.distribution.support == d.support:
            return sp.S.One
        return Expectation(f, x, d)
    known = _known_moment(f, x, d)
    return Expectation(f, x, d) if known is None else known


def _known_moment(f, x, d):
    power = _power_of(f, x)
    if power is not None:
        return _power_moment(power, d)
    value = _moment_function(f, x, d)
    if value is not None:
        return value
    if isinstance(d, Cauchy):
        return _log_moment_of_cauchy(f, x, d)
    base, power = f.as_base_exp()
    if base == x and power.is_real and not power.has(x) and isinstance(d, (Exponential, Gamma)):
        # That it exists, for shape + power > 0, has been asked for before.
        shape, rate = (sp.S.One, *d.parameters)[-2:]
        return sp.gammasimp(sp.gamma(shape + power) / sp.gamma(shape)) * rate ** (-power)
    if f == sp.log(x) and isinstance(d, Gamma):
        shape, rate = d.parameters
        return sp.digamma(shape) - sp.log(rate)
    if f == sp.log(x) and isinstance(d, Exponential):
        return -sp.EulerGamma - sp.log(d.parameters[0])
    if isinstance(d, Beta):
        a, b = d.parameters
        if f == sp.log(x):
            return sp.digamma(a) - sp.digamma(a + b)
        if f == sp.log(1 - x):
            return sp.digamma(b) - sp.digamma(a + b)
    return None


def _moment_function(f, x, d):
    """E[exp(c x)] for a real c for which it was shown to exist; None where it is not known."""
    f = sp.powsimp(f)
    if isinstance(f, sp.exp):
        c = sp.cancel(f.args[0] / x)
    elif f.is_Pow and f.exp == x and f.base.is_positive:
        c = sp.log(f.base)
    else:
        return None
    if c.has(x) or not c.is_extended_real:
        return None
    if isinstance(d, Normal):
        mu, sigma = d.parameters
        return sp.exp(sp.expand(mu * c + (sigma * c) ** 2 / 2))
    if isinstance(d, Poisson):
        return sp.exp(d.parameters[0] * (sp.exp(c) - 1))
    if isinstance(d, Binomial):
        n, theta = d.parameters
        return (1 - theta + theta * sp.exp(c)) ** n
    if isinstance(d, (Exponential, Gamma)):
        shape, rate = (sp.S.One, *d.parameters)[-2:]
        return (rate / (rate - c)) ** shape
    return None


def _log_moment_of_cauchy(f, x, d):
    """E[log q(x)] and E[log^2 q(x)] of a quadratic under a Cauchy law; None for another function.

    The law with median m and scale t is Poisson's kernel of the half-plane at m + i t, and
    log|z - l + i s| is harmonic there: so c ((x - l)^2 + s^2) has the mean logarithm
    log(c ((m - l)^2 + (t + s)^2)). For the square, q must be the law's own,
    c ((x - m)^2 + t^2): E[(1 + y^2)^a] is a quotient of gamma functions, whose logarithm has the
    derivatives 2 log 2 and pi^2/3 at a = 0.
    """
    logarithm, power = f.as_base_exp()
    if not isinstance(logarithm, sp.log) or power not in (1, 2):
        return None
    quadratic = logarithm.args[0]
    if not quadratic.is_polynomial(x) or sp.degree(quadratic, x) != 2:
        return None
    c, b, a = sp.Poly(quadratic, x).all_coeffs()
    middle, square = -b / (2 * c), sp.factor(sp.cancel(a / c - (b / (2 * c)) ** 2))
    scale = sp.sqrt(square)
    if not (c.is_positive and middle.is_real and scale.is_nonnegative):
        return None
    median, own = d.parameters
    if power == 1:
        return _log(sp.expand(c * ((middle - median) ** 2 + (scale + own) ** 2)))
    if sp.expand(middle - median) != 0 or sp.expand(scale - own) != 0:
        return None
    return (_log(c * own**2) + 2 * sp.log(2)) ** 2 + sp.pi**2 / 3


def _power_of(f, x):
    base, power = f.as_base_exp()
    if base == x and power.is_Integer and power >= 1:
        return int(power)
    return None


@lru_cache(maxsize=512)
def _power_moment(k, d):
    if isinstance(d, Normal):
        mu, sigma = d.parameters
        return sp.expand(
            sp.Add(
                *[
                    sp.binomial(k, j) * mu ** (k - j) * sigma**j * sp.factorial2(j - 1)
                    for j in range(0, k + 1, 2)
                ]
            )
        )
    if isinstance(d, Exponential):
        return sp.factorial(k) / d.parameters[0] ** k
    if isinstance(d, Gamma):
        shape, rate = d.parameters
        return sp.expand(sp.Mul(*[shape + j for j in range(k)])) / rate**k
    if isinstance(d, Beta):
        a, b = d.parameters
        return sp.Mul(*[(a + j) / (a + b + j) for j in range(k)])
    if isinstance(d, Uniform):
        lower, upper = d.parameters
        return sp.expand(
            sp.cancel((upper ** (k + 1) - lower ** (k + 1)) / ((k + 1) * (upper - lower)))
        )
    falling = {
        Poisson: lambda j: d.parameters[0] ** j,
        Binomial: lambda j: sp.ff(d.parameters[0], j) * d.parameters[1] ** j,
        Geometric: lambda j: sp.factorial(j) * ((1 - d.parameters[0]) / d.parameters[0]) ** j,
    }.get(type(d))
    if falling is None:
        return None
    return sp.expand(
        sp.Add(*[stirling(k, j) * sp.expand_func(falling(j)) for j in range(1, k + 1)])
    )


def _integral(e):
    if len(e.limits) != 1 or len(e.limits[0]) != 3:
        return e
    x, a, b = e.limits[0]
    f = _normal(open_log_densities(e.function))
    fresh = _fresh((_X, *_XS), f, x)
    # An integral against one abstract density is an expectation.
    f = sp.expand(f.subs(x, fresh))
    out = sp.S.Zero
    terms = sp.Add.make_args(f)
    if len(terms) > 1:
        whole = _as_one_expectation(terms, fresh, a, b)
        if whole is not None:
            return whole
        if not all(integral_exists(t, fresh, a, b) for t in terms):
            return sp.Integral(f, (fresh, a, b))
    for term in terms:
        constant, rest = term.as_independent(fresh, as_Add=False)
        power = 0 if rest == 1 else _power_of(rest, fresh)
        if power is not None and not (a.has(sp.oo, -sp.oo) or b.has(sp.oo, -sp.oo)):
            out += constant * (b ** (power + 1) - a ** (power + 1)) / (power + 1)
        elif (a, b) == (0, sp.oo) and (value := _gamma_integral(rest, fresh)) is not None:
            out += constant * value
        else:
            out += constant * _as_expectation(rest, fresh, a, b)
    return out


def _gamma_integral(f, x):
    """Euler's integral of x^k exp(-c x) over x > 0, for k > -1 and c > 0; None for another."""
    constant, shape, rate = sp.S.One, sp.S.One, sp.S.Zero
    for t in sp.Mul.make_args(sp.powsimp(sp.factor_terms(f))):
        base, power = t.as_base_exp()
        if not t.has(x):
            constant *= t
        elif base == x and not power.has(x):
            shape += power
        elif isinstance(t, sp.exp) and not (c := sp.expand(-t.args[0] / x)).has(x):
            rate += c
        else:
            return None
    if not (shape.is_positive and rate.is_positive):
        return None
    return constant * sp.gamma(shape) * rate ** (-shape)


def _as_one_expectation(terms, x, a, b):
    """A sum of terms that hold one abstract density each, the same, as one expectation."""
    for factor in sp.Mul.make_args(terms[0]):
        if isinstance(factor, Pdf) and factor.point == x and factor.distribution.abstract:
            d = factor.distribution
            if bounds_of(d.support) == (a, b) and all(
                factor in t.args or t == factor for t in terms
            ):
                return _normal(Expectation(sp.Add(*[t / factor for t in terms]), x, d))
    return None


def _as_expectation(f, x, a, b):
    for factor in sp.Mul.make_args(f):
        if isinstance(factor, Pdf) and factor.point == x and factor.distribution.abstract:
            d = factor.distribution
            if bounds_of(d.support) == (a, b) and not d.discrete:
                return _normal(Expectation(f / factor, x, d))
    return sp.Integral(f, (x, a, b))


def _product(e):
    """A product with its factors in normal form, under an index that has every product's name."""
    if len(e.limits) != 1:
        return e.func(_normal(e.function), *e.limits)
    i, a, b = e.limits[0]
    names = _POSITIVE_INDEX if a.is_positive else _NONNEGATIVE_INDEX
    fresh = _fresh(names if a.is_nonnegative else _INDEX, e.function, i)
    return sp.Product(_normal(e.function.subs(i, fresh)), (fresh, a, b))


def _sum(e):
    if len(e.limits) != 1:
        return e
    i, a, b = e.limits[0]
    if a.is_Integer and b.is_Integer and b - a < 60:
        return sp.Add(*[_normal(e.function.subs(i, k)) for k in range(int(a), int(b) + 1)])
    f = _normal(open_log_densities(e.function))
    # The index is assumed to be what it is, and no more: it may start below one.
    names = _POSITIVE_INDEX if a.is_positive else _NONNEGATIVE_INDEX
    fresh = _fresh(names if a.is_nonnegative else _INDEX, f, i)
    f = sp.expand(f.subs(i, fresh))
    out = sp.S.Zero
    terms = sp.Add.make_args(f)
    if len(terms) > 1:
        whole = _as_one_expectation(terms, fresh, a, b)
        if whole is not None:
            return whole
        if not all(sum_exists(t, fresh, a, b) for t in terms):
            return sp.Sum(f, (fresh, a, b))
    for term in terms:
        constant, rest = term.as_independent(fresh, as_Add=False)
        if rest == 1:
            # An empty sum is zero: how many terms there are has to be known not to be negative.
            counted = b is not sp.oo and (b - a + 1).is_nonnegative
            out += constant * (b - a + 1) if counted else sp.Sum(term, (fresh, a, b))
            continue
        as_expectation = None
        for factor in sp.Mul.make_args(rest):
            if isinstance(factor, Pdf) and factor.point == fresh and factor.distribution.abstract:
                d = factor.distribution
                if d.discrete and bounds_of(d.support) == (a, b):
                    as_expectation = _normal(Expectation(rest / factor, fresh, d))
                    break
        out += constant * (
            sp.Sum(rest, (fresh, a, b)) if as_expectation is None else as_expectation
        )
    return out


# --------------------------------------------------------------------------- i.i.d. samples


def _in_total(f, sample: Sample):
    """Write f as c0 + c1 T + c2 T^2 + ..., T the sum of g(x_i); returns ([c0, c1, ...], g) or None.

    ``g`` is a formula in ``_X``.
    """
    opened = f.replace(lambda n: isinstance(n, SampleMean), lambda n: n.unfold())
    opened = sp.expand(_normal(opened))
    sums = [s for s in opened.atoms(sp.Sum) if s.has(sample.base)]
    if len(sums) != 1:
        return None
    (total,) = sums
    mark = sp.Dummy("S")
    marked = opened.subs(total, mark)
    if not marked.is_polynomial(mark):  # an event about the sum, say
        return None
    poly = sp.Poly(marked, mark)
    if poly.as_expr().has(sample.base):
        return None
    (i, a, b) = total.limits[0]
    if a != 1 or b != sample.size:
        return None
    g = total.function.replace(
        lambda n: isinstance(n, sp.Indexed) and n.base == sample.base and n.indices[0] == i,
        lambda n: _X,
    )
    return None if g.has(sample.base) or g.has(i) else (poly.all_coeffs()[::-1], g)


def _sample_expectation(e):
    """E[c0 + c1 T + c2 T^2], with E[T^2] = Var T + (E T)^2; higher powers stay closed."""
    sample = e.sample
    found = _in_total(e.function, sample)
    if found is None:
        return _sample_term_by_term(e)
    if len(found[0]) > 3:
        return e
    coefficients, g = found
    if not all_integrable(g ** (len(coefficients) - 1), _X, sample.distribution):
        return e
    n, law = sample.size, sample.distribution
    mean = n * _normal(Expectation(g, _X, law))
    moments = [sp.S.One, mean]
    if len(coefficients) == 3:
        moments.append(n * _normal(Variance(g, _X, law)) + mean**2)
    return sp.expand(sp.Add(*[c * m for c, m in zip(coefficients, moments, strict=False)]))


def _sample_term_by_term(e):
    """The expectation of a sum of terms of which each is a polynomial in one mean."""
    opened = e.function.replace(lambda n: isinstance(n, SampleMean), lambda n: n.unfold())
    terms = sp.Add.make_args(sp.expand(opened))
    if len(terms) < 2:
        return e
    values = []
    for t in terms:
        if not t.has(e.sample.base):
            values.append(t)
            continue
        found = _in_total(t, e.sample)
        value = None if found is None else _sample_expectation(Expectation(t, e.sample))
        if value is None or (isinstance(value, Expectation) and value.sample is not None):
            return e
        values.append(value)
    return sp.expand(sp.Add(*values))


def _sample_variance(e):
    found = _in_total(e.function, e.sample)
    if found is None or len(found[0]) != 2:
        return e
    (_, c1), g = found
    if not all_integrable(g**2, _X, e.sample.distribution):
        return e
    return sp.expand(c1**2 * e.sample.size * _normal(Variance(g, _X, e.sample.distribution)))


# --------------------------------------------------------------------------- signs, logarithms


def masked(e: sp.Expr) -> tuple[sp.Expr, dict]:
    """The expression with a plain name for what is closed, and what the names stand for.

    Closed are expectations, sums, integrals: inside them the bound variable has a domain of its
    own. A name keeps what is known of the sign.
    """
    names = {}
    closed = e.atoms(VocabularyExpr, sp.Sum, sp.Integral, sp.Product)
    for node in sorted(closed, key=sp.default_sort_key):
        if node.is_positive or _varies(node) or _is_mean_of_positive(node):
            names[node] = sp.Dummy(positive=True)
        elif node.is_nonnegative or isinstance(node, (Variance, Probability)):
            names[node] = sp.Dummy(nonnegative=True)
        elif node.has(sp.I):
            names[node] = sp.Dummy()
        else:
            names[node] = sp.Dummy(real=True)
    return (e.xreplace(names), {v: k for k, v in names.items()}) if names else (e, {})


def _is_mean_of_positive(node) -> bool:
    """Is it the mean of a variable that is never negative, nor always zero?"""
    if not isinstance(node, Expectation) or node.sample is not None:
        return False
    law = node.distribution
    if not law.abstract or node.function != node.variable:
        return False
    return bool(law.support.inf.is_nonnegative and law.support.sup.is_positive)


def masked_together(parts) -> tuple[list, dict]:
    """Several expressions, the same name in all for what is closed in any."""
    whole, names = masked(sp.Tuple(*parts))
    return list(whole), names


def _varies(node) -> bool:
    """Is it the variance of a variable whose density is positive at more than one point?"""
    if not isinstance(node, Variance) or node.sample is not None:
        return False
    law = node.distribution
    if not law.abstract or node.function != node.variable:
        return False
    return law.support.is_finite_set is not True or len(law.support) > 1


def open_logs(e: sp.Expr, is_positive) -> sp.Expr:
    """Logarithms of products as sums, where each factor is shown to be positive (or negative).

    ``is_positive`` tells of an expression whether it is known to be positive. What lies inside an
    expectation, a sum or an integral is left alone.
    """

    def positive(factor):
        return factor.is_positive or is_positive(factor)

    def opened(argument):
        if argument.is_positive and argument.is_Atom:
            return sp.log(argument)
        factored = sp.factor(sp.together(argument)) if argument.count_ops() < 100 else argument
        coefficient, factors = factored.as_coeff_mul()
        parts, negative = [], coefficient.is_negative
        for factor in factors:
            base, power = factor.as_base_exp()
            if base == sp.E:
                if not (power.is_real or positive(power) or positive(-power)):
                    return None
                parts.append(power)
                continue
            if not positive(base):
                if not (power.is_integer and positive(-base)):
                    return None
                base, negative = sp.expand(-base), negative ^ bool(power.is_odd)
            if not power.is_real:
                return None
            parts.append(power * sp.log(base))
        if negative or coefficient == 0 or not coefficient.is_number:
            return None
        return sp.Add(sp.log(abs(coefficient)), *parts)

    e, back = masked(e)
    found = {}
    for node in sorted(e.atoms(sp.log), key=sp.default_sort_key):
        value = opened(node.args[0])
        if value is not None:
            found[node] = value
    return e.xreplace(found).xreplace(back)


def onto_positive(symbol: sp.Symbol, domain: sp.Set):
    """The symbol of an interval through a positive (nonnegative) one, or None where there is none.

    >>> onto_positive(sp.Symbol("t"), sp.Interval.open(0, 1))
    1/(_t_ + 1)
    """
    if not isinstance(domain, sp.Interval) or domain == sp.S.Reals:
        return None
    a, b = domain.start, domain.end
    w = sp.Dummy(f"{symbol}_", positive=True)
    w0 = sp.Dummy(f"{symbol}_", nonnegative=True)
    if a.is_finite and b.is_finite:
        if domain.left_open:
            return a + (b - a) / (1 + (w if domain.right_open else w0))
        return a + (b - a) * w0 / (1 + w0) if domain.right_open else None
    if a.is_finite:
        return a + (w if domain.left_open else w0)
    return b - (w if domain.right_open else w0)


def _positive_on(e, symbol, domain) -> bool:
    through = onto_positive(symbol, domain)
    if through is None:
        return bool(e.is_positive)
    return bool(sp.factor(sp.together(e.subs(symbol, through))).is_positive)


# --------------------------------------------------------------------------- zero or not


def simplify_residue(e: sp.Expr) -> sp.Expr:
    """A normal form pushed towards zero with SymPy's simplifiers, cheapest first."""
    for step in (
        lambda t: t,
        lambda t: sp.expand(sp.expand_log(t)),
        lambda t: _cancelled(t) if t.count_ops() < 400 else t,
        _numbers_opened,
        lambda t: sp.expand(sp.expand_func(sp.expand_log(sp.powsimp(t)))),
        lambda t: sp.simplify(t, doit=False) if _is_simple(t) else t,
    ):
        e = step(e)
        if e == 0:
            return e
    return e


def _cancelled(e):
    """Over one denominator; a sum that is a number is named first, or SymPy would add it up."""
    names = {n: sp.Dummy(real=True) for n in e.atoms(sp.Sum, sp.Integral) if not n.free_symbols}
    done = sp.cancel(sp.together(e.xreplace(names)))
    return done.xreplace({v: k for k, v in names.items()})


def _numbers_opened(e):
    """Logarithms of fractions by their primes, and the rational content out of a root."""

    def by_primes(q):
        # Only small primes are looked for; what is left of a large number stays as it is.
        return sp.Add(*[k * sp.log(p) for p, k in sp.factorrat(q, limit=1000).items()])

    logs = [n for n in e.atoms(sp.log) if n.args[0].is_Rational and n.args[0].is_positive]
    if logs:
        e = sp.expand(e.xreplace({n: by_primes(n.args[0]) for n in logs}))
    roots = [
        n for n in e.atoms(sp.Pow) if n.exp.is_Rational and not n.exp.is_Integer and n.base.is_Add
    ]
    found = {}
    for n in sorted(roots, key=sp.default_sort_key):
        content, rest = sp.expand(n.base).primitive()
        if content.is_positive and content != 1:
            found[n] = content**n.exp * rest**n.exp
    return sp.expand(e.xreplace(found)) if found else e


def _is_simple(e) -> bool:
    """Small, and free of anything that SymPy's simplifier would try to integrate or to sum."""
    return e.count_ops() < 120 and not e.atoms(VocabularyExpr, sp.Integral, sp.Sum, sp.Product)


def _is_somewhere_else(e) -> bool:
    """Is the value at one point clearly not zero? That spares the simplifiers a vain search."""
    symbols = sorted(e.free_symbols, key=str)
    if not all(isinstance(s, sp.Symbol) for s in symbols):
        return False
    point = {s: _one_value(s, k) for k, s in enumerate(symbols)}
    try:
        value = e.xreplace(point).evalf(15)
    except (ValueError, TypeError, ZeroDivisionError):
        return False
    return bool(value.is_number and value.is_finite and abs(value) > sp.Float("1e-6"))


def _one_value(symbol, k):
    """A number that the symbol may stand for; another for each k."""
    value = sp.Integer(2 * k + 3) if symbol.is_integer else sp.Rational(7 * k + 5, 11)
    return -value if symbol.is_negative or symbol.is_nonpositive else value


def masses_add_up(e: sp.Expr) -> sp.Expr:
    """The last mass of every abstract law on finitely many points as one minus the others."""
    laws = {n.distribution for n in e.atoms(Pdf) if n.distribution.abstract}
    found = {}
    for law in sorted(laws, key=sp.default_sort_key):
        points = law.points()
        if points is not None:
            *others, last = (law(k) for k in points)
            found[last] = 1 - sp.Add(*others)
    if not found:
        return e
    # A logarithm of the last mass is left as it is: a name like any other.
    logs = {n: sp.Dummy() for n in sorted(e.atoms(sp.log), key=sp.default_sort_key)}
    back = {v: k for k, v in logs.items()}
    return e.xreplace(logs).xreplace(found).xreplace(back)


def is_zero(e: sp.Expr) -> bool:
    """Is the expression identically zero? ``False`` means only: not shown to be."""
    residue = normal_form(e)
    if residue == 0:
        return True
    if _is_simple(residue) and _is_somewhere_else(residue):
        return False
    residue = simplify_residue(residue)
    if residue == 0:
        return True
    finite = masses_add_up(residue)
    return finite != residue and simplify_residue(sp.expand(finite)) == 0
