"""Your own data: read it, fit a family, and see the identity of the book on it.

:func:`your_data` is made for a reader at a keyboard: what it cannot use it answers with a sentence
(an :class:`Answer`), not with a traceback. Programs call :func:`read_data` and :func:`analyse`,
which raise :class:`DataError`.
"""

from __future__ import annotations

import difflib
import math
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy import stats

from helpers.divergence import entropy, kl_divergence
from helpers.explorer import Explorer, explore
from helpers.figures_proof import draw_parts
from helpers.likelihood import Fit, empirical, fit_mle, log_likelihood
from helpers.numeric.classification import Classification, classify
from helpers.numeric.tables import (
    DataError,
    Layout,
    column_of,
    comma_hint,
    counted,
    read_table,
)
from helpers.plotting import DATA, FigureDisplay, Q, show, subplots
from helpers.shown.typography import readable

__all__ = [
    "FAMILIES",
    "Analysis",
    "Answer",
    "Comparison",
    "DataError",
    "Family",
    "analyse",
    "compare",
    "read_data",
    "your_data",
]


@dataclass(frozen=True)
class Family:
    """One family a reader may fit.

    Attributes
    ----------
    name : str
        What the reader writes.
    law : scipy.stats distribution
    fixed : Mapping
        Parameters that are not fitted, by SciPy's names.
    parameters : Mapping
        SciPy's name of each fitted parameter, and the book's.
    accepts : callable
        Whether each observation may come from the family, elementwise.
    wants : str
        What observations it takes, as the end of a sentence.
    degenerate : callable
        Why the likelihood has no maximum in the family for this sample; an empty string if it
        has one.

    Examples
    --------
    >>> FAMILIES["poisson"].wants
    'whole numbers from 0 on'
    """

    name: str
    law: object
    fixed: Mapping[str, float]
    parameters: Mapping[str, str]
    accepts: Callable[[NDArray], NDArray]
    wants: str
    degenerate: Callable[[NDArray], str]

    @property
    def discrete(self) -> bool:
        """Whether it is a family of probability mass functions."""
        return isinstance(self.law, stats.rv_discrete)


def _whole(x: NDArray) -> NDArray:
    return (x >= 0) & (x == np.floor(x))


def _never(_: NDArray) -> str:
    return ""


def _one_value(x: NDArray) -> str:
    if np.ptp(x) > CLOSEST * np.abs(x).max():
        return ""
    if np.ptp(x) > 0:
        return (
            f"Your observations differ by less than {CLOSEST:g} of their size, too little to fit "
            "a spread. Subtract a common number from all of them first"
        )
    return (
        f"All your observations are {x[0]:g}: the likelihood grows without bound as the spread "
        "goes to 0, so it has no maximum. Give at least two different numbers"
    )


def _all_zero(x: NDArray) -> str:
    if x.any():
        return ""
    return (
        "All your observations are 0: the likelihood grows as the mean goes to 0, and no "
        "distribution of the family has mean 0"
    )


def _constant_trials(x: NDArray) -> str:
    if 0 < x.mean() < 1:
        return ""
    return (
        f"All your observations are {x[0]:g}: the maximum lies at the end of the family, "
        f"θ = {x[0]:g}, where no standard error can be had from the curvature"
    )


_POSITIVE = "numbers greater than 0"
FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            "bernoulli", stats.bernoulli, {"loc": 0}, {"p": "θ"},
            lambda x: (x == 0) | (x == 1), "0 or 1, one for each trial", _constant_trials,
        ),
        Family(
            "poisson", stats.poisson, {"loc": 0}, {"mu": "θ"},
            _whole, "whole numbers from 0 on", _all_zero,
        ),
        Family(
            "geometric", stats.geom, {"loc": 0}, {"p": "θ"},
            lambda x: _whole(x) & (x >= 1), "whole numbers from 1 on (trials up to a success)",
            lambda x: "" if x.max() > 1 else (
                "All your observations are 1: the maximum lies at the end of the family, "
                "θ = 1, where no standard error can be had from the curvature"
            ),
        ),
        Family(
            "exponential", stats.expon, {"loc": 0}, {"scale": "mean"},
            lambda x: x >= 0, "numbers from 0 on", _all_zero,
        ),
        Family(
            "normal", stats.norm, {}, {"loc": "μ", "scale": "σ"},
            lambda x: np.ones(x.shape, dtype=bool), "any numbers", _one_value,
        ),
        Family(
            "lognormal", stats.lognorm, {"loc": 0}, {"scale": "exp(μ)", "s": "σ"},
            lambda x: x > 0, _POSITIVE, _one_value,
        ),
        Family(
            "gamma", stats.gamma, {"loc": 0}, {"a": "shape", "scale": "scale"},
            lambda x: x > 0, _POSITIVE, _one_value,
        ),
    )
}  # fmt: skip
"""The families that :func:`your_data` fits, by name."""


def _number(cell: object, place: Callable[[], str], decimal: str = ".") -> float:
    if isinstance(cell, str):
        cell = cell.strip()
    if isinstance(cell, str) and cell.lower() in _MISSING:
        raise DataError(
            f"{place()} is {cell!r}: the value is missing. Leave such observations out, or name "
            "the mark: missing=[...]."
        )
    shown = reprlib.repr(cell)
    if isinstance(cell, complex) or getattr(getattr(cell, "dtype", None), "kind", "") == "c":
        raise DataError(f"{place()} is {shown}, a complex number; give real ones.")
    try:
        written = cell.replace(decimal, ".") if isinstance(cell, str) else cell
        if isinstance(cell, str) and decimal == "," and "." in cell:
            raise ValueError
        value = float(written)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        hint = comma_hint(cell) if isinstance(cell, str) and decimal == "." else ""
        raise DataError(f"{place()} is {shown}, which is not a number.{hint}") from None
    except OverflowError:
        value = math.inf
    if math.isnan(value) or cell in (math.inf, -math.inf):
        raise DataError(f"{place()} is {shown}, which is not a finite number.")
    if abs(value) > LARGEST:
        raise DataError(
            f"{place()} is {shown}, and numbers are read here up to {LARGEST:g}. Choose another "
            "unit."
        )
    return value


def _numbers(items: Sequence[object], what: str) -> NDArray[np.float64]:
    """Read numbers; ``what`` names one of them in a sentence."""
    if not any(isinstance(x, str) for x in items[:1]):
        # All at once where they are plain numbers; one by one where a sentence is due.
        try:
            array = np.asarray(items)
        except (ValueError, OverflowError):
            array = np.array(None)
        if array.ndim == 1 and array.dtype.kind in "iufb":
            array = array.astype(float)
            if not array.size or np.abs(array).max() <= LARGEST:  # false for nan as well
                return array
    return np.array([_number(x, lambda i=i: f"{what} number {i}") for i, x in enumerate(items, 1)])


def _repeat(values: Iterable[object], how_often: Iterable[object]) -> NDArray[np.float64]:
    numbers, times = _numbers(list(values), "Value"), _numbers(list(how_often), "Count")
    bad = (times < 0) | (times != np.floor(times))
    if bad.any():
        place = int(np.argmax(bad))
        raise DataError(
            f"Count number {place + 1} is {times[place]:g}, but a count of observations is a whole "
            "number from 0 on."
        )
    if times.sum() > MOST:
        raise DataError(f"Those are {times.sum():g} observations, more than the {MOST} read here.")
    return np.repeat(numbers, np.array(times, dtype=int))


MOST = 2_000_000
"""Most observations that are read: so many still fit and draw in seconds."""

SMALLEST, LARGEST = 1e-50, 1e50
"""Between these the largest observation lies, or all are 0: squares and sums stay finite.

So does the smallest, where its logarithm counts.
"""

LARGEST_COUNT = 1_000_000
"""Largest count that is read: the identity still holds to a billionth of a nat."""

CLOSEST = 1e-6
"""Least spread of measurements, relative to their size, that leaves the fit enough digits."""

_MISSING = {"", "na", "n/a", "nan", "null", "none"}


def _read_file(
    path: Path, column: str | None, counts: bool, layout: Layout, missing: frozenset[str]
) -> NDArray[np.float64]:
    table = read_table(path, layout)
    names, rows = table.names, table.rows
    listed = ", ".join(repr(name) for name in names)

    def cells(place: int) -> NDArray[np.float64]:
        found = []
        for line, row in zip(table.lines, rows, strict=True):
            if row[place] in missing:
                continue
            where = f"Line {line} of {path.name}, column {names[place]!r},"
            found.append(_number(row[place], lambda where=where: where, table.decimal))
        return np.array(found)

    if counts:
        if len(names) != 2 or column is not None:
            raise DataError(
                "With counts=True a file has two columns, a value and how often it was seen, and "
                f"no column is chosen; {path.name} has {len(names)}: {listed}."
            )
        return _repeat(cells(0), cells(1))
    if column is None:
        if len(names) > 1:
            raise DataError(
                f"The file {path.name} has {len(names)} columns: {listed}. Choose one with "
                "column=..., or say counts=True if the second says how often the first was seen."
            )
        return cells(0)
    if column not in names:
        raise DataError(f"The file {path.name} has no column {column!r}; its columns are {listed}.")
    return cells(names.index(column))


def read_data(
    source: object,
    *,
    column: str | None = None,
    counts: bool = False,
    missing: Iterable[str] = (),
    delimiter: str | None = None,
    decimal: str | None = None,
    encoding: str = "utf-8-sig",
    header: bool | None = None,
) -> NDArray[np.float64]:
    """Read observations from a list, a mapping of counts, a data frame, or a CSV file.

    Parameters
    ----------
    source : array_like, Mapping, data frame, str or Path
        Numbers; or a mapping from each value to how often it was seen, a Counter or the
        ``value_counts()`` of pandas or polars; or a data frame; or the path of a CSV file (lines
        that start with # are notes, a header is recognised by not being numbers).
    column : str, optional
        The column of the file or data frame to read; needed where there are several.
    counts : bool
        For a file of two columns, or a list of pairs: a value, and how often it was seen.
    missing : iterable of str
        Marks of missing values in a file, which are left out: ``missing=["NA", "-"]``.
    delimiter, decimal : str, optional
        What separates columns, and the decimal sign; found out from the file if omitted.
    encoding : str
        Of the file.
    header : bool, optional
        Whether the first row names the columns, where numbers may do so.

    Returns
    -------
    ndarray of float, shape (n,)
        Every observation by itself.

    Raises
    ------
    DataError
        With a sentence that says what is in the way.

    Examples
    --------
    >>> read_data({0: 2, 3: 1}).tolist()
    [0.0, 0.0, 3.0]
    >>> read_data(["1", "two"])
    Traceback (most recent call last):
    helpers.numeric.tables.DataError: Observation number 2 is 'two', which is not a number.
    """
    if isinstance(source, str | Path):
        layout = Layout(delimiter, decimal, encoding, header)
        data = _read_file(Path(source), column, counts, layout, frozenset(missing))
    elif (table := counted(source)) is not None:
        if column is not None:
            raise DataError("A table of counts has no column to choose.")
        data = _repeat(*table)
    else:
        data = _listed(source, column, counts)
    if data.size == 0:
        raise DataError("There is no observation in your data; give at least one.")
    if data.size > MOST:
        raise DataError(f"Those are {data.size} observations, more than the {MOST} read here.")
    return data


def _listed(source: object, column: str | None, counts: bool) -> NDArray[np.float64]:
    if column is not None and not hasattr(source, "columns"):
        raise DataError(
            "Only a file or a table has columns to choose from, and your data are no file."
        )
    source = column_of(source, column)
    if np.ma.is_masked(source):
        raise DataError("Some of your observations are masked. Leave them out: data.compressed().")
    if not isinstance(source, Iterable) or isinstance(source, bytes) or np.ndim(source) == 0:
        raise DataError(
            "Your data must be a list of numbers, a mapping from values to counts, or the path of "
            f"a CSV file; this is {type(source).__name__}."
        )
    numeric = isinstance(source, np.ndarray) and source.ndim == 1 and source.dtype.kind in "iufb"
    items = source if numeric else list(source)
    if counts:
        if numeric or not all(isinstance(x, Iterable) and len(list(x)) == 2 for x in items):
            raise DataError("With counts=True every item is a pair: a value and a count.")
        return _repeat([x[0] for x in items], [x[1] for x in items])
    if not numeric and any(isinstance(x, Iterable) and not isinstance(x, str) for x in items):
        raise DataError(
            "Your list holds lists. Give one flat list of numbers, or say counts=True if the items "
            "are pairs of a value and how often it was seen."
        )
    return _numbers(items, "Observation")


def _family(name: object) -> Family:
    listed = ", ".join(FAMILIES)
    if not isinstance(name, str):
        raise DataError(f"Name a family in quotes: {listed}.")
    key = name.strip().lower().replace("-", "").replace(" ", "")
    key = {"gaussian": "normal", "binary": "bernoulli"}.get(key, key)
    if key in FAMILIES:
        return FAMILIES[key]
    close = difflib.get_close_matches(key, FAMILIES, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise DataError(f"There is no family {name!r} here.{hint} The families are: {listed}.")


@dataclass(frozen=True, eq=False)
class Analysis:
    """A fit to a reader's data, and the book's identity on it; displayed as a table.

    Attributes
    ----------
    family : Family
    data : ndarray, shape (n,)
    fit : Fit
        Estimates, standard errors and log-likelihood, by SciPy's parameter names.
    floor : float
        The entropy on which the divergence stands, in nats: H(p_hat) for counts, the differential
        entropy of the fitted density for measurements.

    Examples
    --------
    >>> analyse([2, 0, 1, 3, 1], "poisson").identity(2.0)["divergence"] > 0
    True
    """

    family: Family
    data: NDArray[np.float64]
    fit: Fit
    floor: float

    @property
    def moving(self) -> str:
        """SciPy's name of the parameter that the curve moves: the family's first."""
        return next(iter(self.family.parameters))

    def objective(self, theta: NDArray[np.float64] | float) -> NDArray[np.float64] | float:
        """Return -(1/n) log-likelihood with the first parameter at ``theta``, in nats."""
        params = {**self.fit.params, self.moving: theta}
        return -log_likelihood(self.family.law, params, self.tabulated) / self.fit.n

    @cached_property
    def tabulated(self) -> Any:
        """The data as the fit sees them: counts tabulated, measurements as they are."""
        return empirical(self.data) if self.family.discrete else self.data

    def divergence(self, theta: float) -> float:
        """Return the divergence to the model with the first parameter at ``theta``, in nats.

        From the empirical distribution for counts; for measurements, whose empirical distribution
        has no density, from the fitted density.
        """
        model = self.family.law(**{**self.fit.params, self.moving: theta})
        start = self.tabulated if self.family.discrete else self.fit.distribution
        return kl_divergence(start, model)

    @property
    def theta_hat(self) -> float:
        """The estimate of the first parameter."""
        return self.fit.params[self.moving]

    def grid(self, points: int = 41) -> NDArray[np.float64]:
        """Return values of the first parameter around its estimate, inside its domain."""
        error = self.fit.standard_errors[self.moving]
        low = self.theta_hat - 6 * error
        high = self.theta_hat + 6 * error
        if self.moving != "loc":
            low = max(low, self.theta_hat / 3)
        if self.moving == "p":
            high = min(high, (2 + self.theta_hat) / 3)
        return np.linspace(low, high, points)

    def identity(self, theta: float | None = None) -> dict[str, float]:
        """Return both sides of the identity at ``theta`` (the estimate if omitted), in nats.

        Keys: ``objective``, which is -(1/n) log-likelihood; ``entropy`` and ``divergence``, each
        computed by its own route; ``difference``, the first minus the sum of the other two.
        """
        theta = self.theta_hat if theta is None else theta
        objective, divergence = float(self.objective(theta)), self.divergence(theta)
        return {
            "objective": objective,
            "entropy": self.floor,
            "divergence": divergence,
            "difference": objective - (self.floor + divergence),
        }

    def _short(self, theta: float) -> float:
        """Round a parameter as far as neighbours on the grid stay apart."""
        error = self.fit.standard_errors[self.moving]
        digits = max(3, math.ceil(math.log10(max(abs(theta), error) / error)) + 1)
        return float(f"{theta:.{digits}g}")

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("family", self.family.name), ("observations", str(self.fit.n))]
        for scipy_name, name in self.family.parameters.items():
            error = self.fit.standard_errors[scipy_name]
            told = "" if error is None else f" ± {error:.3g}"
            rows.append((f"{name} ({self.fit.method})", f"{self.fit.params[scipy_name]:.6g}{told}"))
        rows.append(("log-likelihood", f"{self.fit.log_likelihood:.6g} nats"))
        rows.append(("AIC", f"{self.fit.aic:.6g} nats"))
        start = "observed proportions" if self.family.discrete else "fitted density"
        rows.append(("the identity", f"−(1/n) log-likelihood = entropy + divergence ({start})"))
        elsewhere = self._short(self.grid(5)[3])
        name = self.family.parameters[self.moving]
        sides = {
            "at the estimate": self.identity(),
            f"at {name} = {elsewhere:.15g}": self.identity(elsewhere),
        }
        for place, parts in sides.items():
            left, one, two = (parts[k] for k in ("objective", "entropy", "divergence"))
            if two == 0.0 and not self.family.discrete:
                # Measured from the fitted density, it is zero there whatever the data are.
                rows.append((place, f"{left:.6f} nats, the entropy of the fitted density"))
            else:
                rows.append((place, f"{left:.6f} = {one:.6f} + {two:.6f} nats"))
        worst = max(abs(parts["difference"]) for parts in sides.values())
        told = "less than 1e-12 nats" if worst < 1e-12 else f"{worst:.0e} nats"
        return [*rows, ("the two sides differ by", told)]

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)

    def _repr_markdown_(self) -> str:
        rows = readable("\n".join(f"| {name} | {value} |" for name, value in self._rows()))
        return f"| quantity | value |\n|---|---|\n{rows}"

    def draw(self, theta: float | None = None) -> Figure:
        """Draw the data against a model, and the identity as a curve."""
        theta = self.theta_hat if theta is None else theta
        name = self.family.parameters[self.moving]
        label = {"θ": r"$\theta$", "μ": r"$\mu$", "exp(μ)": r"$e^\mu$"}.get(name, name)
        fig, (top, bottom) = subplots(2, 1, height=4.6)
        model = self.family.law(**{**self.fit.params, self.moving: theta})
        low, high = self.data.min(), self.data.max()
        if self.family.discrete:
            counts = np.arange(int(low), min(int(high), int(low) + 200) + 1)
            p_hat = self.tabulated.pmf(counts)
            top.bar(counts, p_hat, width=0.8, **DATA.bars, label=r"$\hat p$, observed")
            at = model.pmf(counts)
            top.plot(counts, at, **Q.line, marker="o", markersize=4, label=r"$p_\theta$")
            top.set(ylim=(0, 1.5 * p_hat.max()), xlabel="value", ylabel="proportion")
            top.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
        else:
            # A single observation has no spread of its own.
            pad = 0.15 * (high - low) or abs(high)
            x = np.linspace(low - pad, high + pad, 201)
            bins = int(np.clip(np.sqrt(self.data.size), 4, 40))
            shares, edges = np.histogram(self.data, bins=bins, density=True)
            top.stairs(shares, edges, **DATA.bars, fill=True, label="observed")
            top.plot(x, model.pdf(x), **Q.line, label=r"$p_\theta$")
            top.set(xlim=(x[0], x[-1]), ylim=(0, 1.6 * shares.max()))
            top.set(xlabel="value", ylabel="density")
        top.legend(loc="upper right")
        theta_grid = self.grid(81)
        start = r"\hat p" if self.family.discrete else r"p_{\hat\theta}"
        draw_parts(
            bottom,
            theta_grid,
            self.objective(theta_grid),
            here=(theta, float(self.objective(theta))),
            floor=self.floor,
            parameter=label,
            floor_label=rf"$H({start})$",
            kl_label=rf"$D_{{\mathrm{{KL}}}}({start}\|p_\theta)$",
        )
        return fig

    def curve(self) -> FigureDisplay:
        """Show data, fit and curve, standing still at the estimate."""
        return show(self.draw())

    def explorer(self, points: int = 31) -> Explorer:
        """Show the same with a slider for the first parameter."""
        values = [self._short(v) for v in self.grid(points)]
        name = self.family.parameters[self.moving]
        return explore(
            self.draw,
            theta=list(dict.fromkeys(values)),
            labels={"theta": name},
            start={"theta": self.theta_hat},
        )


@dataclass(frozen=True)
class Answer:
    """A sentence in place of a result: what is in the way, and what to do.

    Examples
    --------
    >>> your_data([1, 2], 7)
    Name a family in quotes: bernoulli, poisson, geometric, exponential, normal, lognormal, gamma.
    """

    sentence: str

    def __repr__(self) -> str:
        return self.sentence

    def _repr_markdown_(self) -> str:
        return f"**{self.sentence}**"

    def __bool__(self) -> bool:
        return False

    def curve(self) -> Answer:
        """Return the sentence again: there is nothing to draw."""
        return self

    def explorer(self, points: int = 31) -> Answer:
        """Return the sentence again: there is nothing to draw."""
        return self


def analyse(
    source: object, family: str, *, column: str | None = None, counts: bool = False, **options: Any
) -> Analysis:
    """Fit a family to data by maximum likelihood, and check the book's identity on the fit.

    Parameters
    ----------
    source, column, counts, **options
        The data, as for :func:`read_data`.
    family : str
        One of :data:`FAMILIES`.

    Returns
    -------
    Analysis

    Raises
    ------
    DataError
        With a sentence that says what is in the way.

    Examples
    --------
    >>> kicks = analyse({0: 109, 1: 65, 2: 22, 3: 3, 4: 1}, "poisson")
    >>> round(kicks.fit.params["mu"], 2), round(kicks.fit.standard_errors["mu"], 3)
    (0.61, 0.055)
    >>> abs(kicks.identity()["difference"]) < 1e-12
    True
    """
    chosen = _family(family)
    data = read_data(source, column=column, counts=counts, **options)
    fits = chosen.accepts(data)
    if not fits.all():
        place = int(np.argmin(fits))
        raise DataError(
            f"Observation number {place + 1} is {data[place]:g}, but the {chosen.name} family "
            f"takes {chosen.wants}."
        )
    if chosen.wants == _POSITIVE and data.min() < SMALLEST:
        place = int(np.argmin(data))
        raise DataError(
            f"Observation number {place + 1} is {data[place]:g}, and the {chosen.name} family is "
            f"fitted here to numbers from {SMALLEST:g} on. Choose another unit."
        )
    if 0 < np.abs(data).max() < SMALLEST:
        raise DataError(f"All your observations are below {SMALLEST:g}. Choose another unit.")
    if chosen.discrete and data.max() > LARGEST_COUNT:
        place = int(np.argmax(data))
        raise DataError(
            f"Observation number {place + 1} is {data[place]:g}, and counts are read here up to "
            f"{LARGEST_COUNT:,}."
        )
    if why := chosen.degenerate(data):
        raise DataError(f"{why}.")
    table = empirical(data) if chosen.discrete else data
    fit = fit_mle(chosen.law, table, fixed=chosen.fixed)
    if unknown := [n for s, n in chosen.parameters.items() if fit.standard_errors[s] is None]:
        raise DataError(
            f"The likelihood of your data is too flat to give {' and '.join(unknown)} a standard "
            f"error in the {chosen.name} family."
        )
    floor = entropy(table if chosen.discrete else fit.distribution)
    return Analysis(chosen, data, fit, floor)


@dataclass(frozen=True)
class Comparison:
    """Several families on the same data, the best first; displayed as a table.

    Attributes
    ----------
    analyses : tuple of Analysis
        In order of Akaike's criterion.
    held_out : tuple of float
        For each, the mean log-likelihood in nats of a tenth of the data under the fit to the
        rest, each tenth in turn; ``-inf`` where such a fit gives an observation no probability.

    Examples
    --------
    >>> compare([2, 1, 3, 1, 4], "poisson", "geometric").analyses[0].family.name
    'geometric'
    """

    analyses: tuple[Analysis, ...]
    held_out: tuple[float, ...]

    def _rows(self) -> list[list[str]]:
        best = self.analyses[0].fit.aic
        return [
            [
                each.family.name,
                str(len(each.fit.standard_errors)),
                f"{each.fit.log_likelihood:.6g}",
                f"{each.fit.aic:.6g}",
                f"{each.fit.aic - best:.3g}",
                f"{out:.4f}",
            ]
            for each, out in zip(self.analyses, self.held_out, strict=True)
        ]

    _HEADER = ("family", "parameters", "log-likelihood", "AIC", "above the best", "held out, mean")

    def __repr__(self) -> str:
        rows = [list(self._HEADER), *self._rows()]
        widths = [max(len(row[k]) for row in rows) for k in range(len(self._HEADER))]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )

    def _repr_markdown_(self) -> str:
        rows = "\n".join("| " + " | ".join(row) + " |" for row in self._rows())
        return f"| {' | '.join(self._HEADER)} |\n{'|---' * len(self._HEADER)}|\n{rows}"


_FOLDS = 10


def compare(source: object, *families: str, **options: Any) -> Comparison:
    """Fit several families to the same data.

    Parameters
    ----------
    source, **options
        The data, as for :func:`read_data`.
    *families : str
        Two or more of :data:`FAMILIES`, all of counts or all of measurements.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        With a sentence that says what is in the way.

    Examples
    --------
    >>> compare([0.4, 1.1, 0.2, 2.3, 0.9], "exponential", "gamma").analyses[0].family.name
    'exponential'
    """
    if len(families) < 2:
        raise DataError("Name two families or more to compare.")
    chosen = [_family(name) for name in families]
    if len({each.discrete for each in chosen}) > 1:
        raise DataError(
            "A family of counts and one of measurements have no likelihoods to compare: one gives "
            "probabilities, the other densities."
        )
    data = read_data(source, **options)
    found = sorted((analyse(data, name) for name in families), key=lambda each: each.fit.aic)
    return Comparison(tuple(found), tuple(_held_out(each) for each in found))


def _held_out(analysis: Analysis) -> float:
    data, law, fixed = analysis.data, analysis.family.law, analysis.family.fixed
    # The order in which data come may have a meaning: every tenth observation is a fold.
    total, folds = 0.0, min(_FOLDS, data.size)
    for k in range(folds):
        held = np.arange(data.size) % folds == k
        try:
            fit = fit_mle(law, data[~held], fixed=fixed)
        except ValueError:
            return -math.inf  # the rest alone has no fit
        total += log_likelihood(law, fit.params, data[held])
    return total / data.size


def _classified(source: object, **options: Any) -> Classification:
    if isinstance(source, str | Path):
        options.pop("missing", None)
        table = read_table(Path(source), Layout(**options))
        if len(table.names) != 2:
            raise DataError(
                f"The file {Path(source).name} has {len(table.names)} columns; for a "
                "classification it has two, labels and probabilities."
            )
        columns = [
            [
                _number(row[k], lambda line=line: f"Line {line} of the file", table.decimal)
                for line, row in zip(table.lines, table.rows, strict=True)
            ]
            for k in (0, 1)
        ]
        return classify(*columns)
    if isinstance(source, Mapping):
        source = tuple(source.values())
    elif len(getattr(source, "columns", ())) == 2:
        source = tuple(source[name] for name in source.columns)  # type: ignore[attr-defined,index]
    if not (isinstance(source, tuple | list) and len(source) == 2):
        raise DataError(
            "A classification is a pair of labels and probabilities: (labels, probabilities), or a "
            "table of those two columns."
        )
    return classify(*source)


def your_data(
    source: object, family: str, *, column: str | None = None, counts: bool = False, **options: Any
) -> Analysis | Classification | Answer:
    """Fit a family to your data; what cannot be used is answered with a sentence.

    Parameters
    ----------
    source : array_like, Mapping, str or Path
        A list of numbers, a mapping from values to counts, or the path of a CSV file.
    family : str
        One of :data:`FAMILIES`: "poisson", "normal", ...; or "classification", for labels (0 or 1)
        and predicted probabilities: a pair of lists, a mapping or data frame of two columns, or a
        file of two, labels first.
    column : str, optional
        Which column of the file.
    counts : bool
        Whether two columns, or pairs, are values and how often each was seen.
    **options
        How a file is written: missing, delimiter, decimal, encoding, header; see
        :func:`read_data`.

    Returns
    -------
    Analysis or Answer
        An Answer is false in a condition.

    Examples
    --------
    >>> your_data([2, 0, 1, 1.5], "poisson")
    Observation number 4 is 1.5, but the poisson family takes whole numbers from 0 on.
    >>> your_data([], "poisson")
    There is no observation in your data; give at least one.
    """
    try:
        if isinstance(family, str) and family.strip().lower() == "classification":
            return _classified(source, **options)
        return analyse(source, family, column=column, counts=counts, **options)
    except DataError as error:
        return Answer(str(error))
