"""Families of ``scipy.stats``: their parameters by name, and where those may lie."""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

# What the field calls them, and SciPy does not.
_CALLED = {
    "betabinomial": "betabinom",
    "binomial": "binom",
    "chisquare": "chi2",
    "chisquared": "chi2",
    "discreteuniform": "randint",
    "exponential": "expon",
    "extremevalue": "genextreme",
    "frechet": "invweibull",
    "gaussian": "norm",
    "generalisedpareto": "genpareto",
    "generalizedpareto": "genpareto",
    "geometric": "geom",
    "gev": "genextreme",
    "gumbel": "gumbel_r",
    "halfnormal": "halfnorm",
    "hypergeometric": "hypergeom",
    "inversegamma": "invgamma",
    "inversegaussian": "invgauss",
    "loglogistic": "fisk",
    "lognormal": "lognorm",
    "multinoulli": "categorical",
    "negativebinomial": "nbinom",
    "normal": "norm",
    "student": "t",
    "studentt": "t",
    "studentst": "t",
    "triangular": "triang",
    "weibull": "weibull_min",
}


@dataclass(frozen=True)
class Limit:
    """A law that a family tends to, and never is, as a shape goes to an end of its domain.

    ``free`` are the shapes that must be free for it, ``common`` the parameters that mean the same
    in both; of loc and scale, those that do not must be free as well.
    """

    shape: str
    end: float
    law: str
    free: tuple[str, ...]
    common: tuple[str, ...] = ("loc", "scale")

    def fixed(self, family: Any, known: Mapping[str, float]) -> dict[str, float | None] | None:
        """Return what is fixed in the limit, given what is in the family; None if out of reach."""
        names = parameter_names(family)
        bound = {*self.free, *(set(names) & {"loc", "scale"} - set(self.common))}
        if bound & set(known):
            return None
        limit = parameter_names(as_family(self.law))
        held = {name: known.get(name) for name in self.common if name in limit}
        return {**dict.fromkeys({"loc", "scale"} & set(limit)), **held}


_INF = math.inf
# Where a likelihood may rise towards a limit: such a family has no maximum for such data.
LIMITS = {
    "betabinom": [Limit("a", _INF, "binom", ("a", "b"), ("n", "loc"))],
    "betaprime": [Limit("b", _INF, "gamma", ("b",), ("a", "loc"))],
    "burr": [Limit("d", _INF, "invweibull", ("d",), ("c", "loc"))],
    "burr12": [Limit("d", _INF, "weibull_min", ("d",), ("c", "loc"))],
    "crystalball": [Limit("beta", _INF, "norm", ("beta", "m"))],
    "exponnorm": [Limit("K", 0.0, "norm", ("K",))],
    "f": [Limit("dfd", _INF, "gamma", ("dfn", "dfd"), ("loc",))],
    "genlogistic": [Limit("c", _INF, "gumbel_r", ("c",), ("scale",))],
    "gennorm": [Limit("beta", _INF, "uniform", ("beta",), ())],
    "gompertz": [Limit("c", 0.0, "expon", ("c",), ("loc",))],
    "halfgennorm": [Limit("beta", _INF, "uniform", ("beta",))],
    "jf_skew_t": [Limit("a", _INF, "norm", ("a", "b"), ())],
    "johnsonsu": [Limit("b", _INF, "norm", ("a", "b"), ())],
    "kappa3": [Limit("a", _INF, "uniform", ("a",))],
    "loggamma": [Limit("c", _INF, "norm", ("c",), ())],
    "lomax": [Limit("c", _INF, "expon", ("c",), ("loc",))],
    "nct": [Limit("df", _INF, "norm", ("df", "nc"), ("scale",))],
    "norminvgauss": [Limit("a", _INF, "norm", ("a", "b"), ())],
    "skellam": [Limit("mu2", 0.0, "poisson", ("mu1", "mu2"), ("loc",))],
    "skewnorm": [Limit("a", _INF, "halfnorm", ("a",))],
    "t": [Limit("df", _INF, "norm", ("df",))],
    "truncnorm": [Limit("a", _INF, "truncexpon", ("a", "b"), ())],
}


def no_maximum(family: str, shape: str, end: float, law: str = "") -> ValueError:
    """Return the error of a fit whose likelihood rises all the way, to a law that is named.

    >>> str(no_maximum("t", "df", math.inf, "norm")).partition("; ")[2]
    'it goes on rising as df goes to inf, towards that of norm: fit norm instead'
    """
    towards = f", towards that of {law}: fit {law} instead" if law else ""
    return ValueError(
        f"data: the likelihood of {family} has no maximum for these data; it goes on rising as "
        f"{shape} goes to {end:g}{towards}"
    )


@functools.lru_cache(maxsize=1024)
def family_name(name: str) -> str:
    """Return SciPy's name for what the field calls a family.

    >>> family_name("Negative binomial"), family_name("norm")
    ('nbinom', 'norm')
    """
    plain = "".join(c for c in name.lower() if c.isalnum())
    return _CALLED.get(plain, name if hasattr(stats, name) else name.strip().lower())


def as_family(family: Any) -> Any:
    """Return a family of scipy.stats, by itself or by name.

    Raises
    ------
    ValueError
        If no family has that name; the error names those that come near.
    TypeError
        If it is neither a family nor a name.
    """
    if isinstance(family, str):
        found = getattr(stats, family_name(family), None)
        if not isinstance(found, (stats.rv_continuous, stats.rv_discrete)):
            raise ValueError(
                f"family: scipy.stats has no univariate family named {family!r}{_hint(family)}"
            )
        return found
    if isinstance(family, (stats.rv_continuous, stats.rv_discrete)):
        return family
    raise TypeError(
        f"family: expected a family such as stats.poisson or its name, got {type(family).__name__}"
    )


def _hint(name: str) -> str:
    univariate = (stats.rv_continuous, stats.rv_discrete)
    known = [each for each in dir(stats) if isinstance(getattr(stats, each), univariate)]
    plain = "".join(c for c in name.lower() if c.isalnum())
    close = difflib.get_close_matches(plain, [*known, *_CALLED], n=3)
    return f"; did you mean {' or '.join(map(repr, close))}?" if close else ""


def parameter_names(family: Any) -> list[str]:
    shapes = family.shapes.replace(" ", "").split(",") if family.shapes else []
    return shapes + (["loc"] if isinstance(family, stats.rv_discrete) else ["loc", "scale"])


def as_params(family: Any, params: Any) -> dict[str, Any]:
    names = parameter_names(family)
    if not isinstance(params, Mapping):
        try:
            values = np.atleast_1d(np.asarray(params, dtype=float)) if np.ndim(params) < 2 else None
        except (TypeError, ValueError):
            values = None
        if values is None or values.size > len(names):
            raise ValueError(f"params: expected a mapping or at most {len(names)} numbers: {names}")
        params = dict(zip(names, values.tolist(), strict=False))
    unknown = [name for name in params if name not in names]
    if unknown:
        raise ValueError(f"params: {family.name} has no parameter {unknown[0]!r}; it has {names}")
    full = {"loc": 0.0} if "scale" not in names else {"loc": 0.0, "scale": 1.0}
    full.update(params)
    missing = [name for name in names if name not in full]
    if missing:
        raise ValueError(f"params: {family.name} needs {missing[0]!r} as well")
    return {name: full[name] for name in names}


def convention(family: Any) -> dict[str, float]:
    if isinstance(family, stats.rv_discrete):
        return {"loc": 0.0}
    if family.name in ("loguniform", "reciprocal"):
        return {"loc": 0.0, "scale": 1.0}  # its ends are its shapes
    if family.name == "vonmises":
        return {"scale": 1.0}  # on the circle there is no other
    if family.name == "uniform" or (math.isinf(family.a) and math.isinf(family.b)):
        return {}
    if math.isfinite(family.a) and math.isfinite(family.b):
        return {"loc": 0.0, "scale": 1.0}
    return {"loc": 0.0}


@functools.lru_cache(maxsize=256)
def shape_info(family: Any) -> tuple[Any, ...]:
    """Return what SciPy knows of a family's shapes; of one made by hand, nothing."""
    try:
        return tuple(family._shape_info())
    except AttributeError:
        return ()


def domain(family: Any, name: str) -> tuple[float, float]:
    if name == "scale":
        return 0.0, math.inf
    for info in () if name == "loc" else shape_info(family):
        if info.name == name:
            return float(info.endpoints[0]), float(info.endpoints[1])
    # The shapes of a family made by hand are positive, as SciPy takes them where it says nothing.
    return (-math.inf if name == "loc" else 0.0), math.inf
