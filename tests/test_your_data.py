"""A reader's own data: what is read, what is fitted, and which sentence answers bad input."""

from __future__ import annotations

import math
import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers.datasets import DATA, alpha_particles, horse_kicks
from helpers.likelihood import empirical, fit_mle, log_likelihood
from helpers.your_data import (
    FAMILIES,
    Analysis,
    Answer,
    DataError,
    analyse,
    read_data,
    your_data,
)

KICKS = {0: 109, 1: 65, 2: 22, 3: 3, 4: 1}


def sample(family: str, n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(12)
    draw = {
        "bernoulli": lambda: rng.integers(0, 2, n),
        "poisson": lambda: rng.poisson(3, n),
        "geometric": lambda: rng.geometric(0.3, n),
        "exponential": lambda: rng.exponential(2, n),
        "normal": lambda: rng.normal(-4, 3, n),
        "lognormal": lambda: rng.lognormal(1, 0.5, n),
        "gamma": lambda: rng.gamma(2, 3, n),
    }
    return draw[family]()


@pytest.mark.parametrize("family", FAMILIES)
def test_identity_holds_at_the_estimate_and_away_from_it(family):
    analysis = analyse(sample(family), family)
    for theta in (analysis.theta_hat, *analysis.grid(5)):
        sides = analysis.identity(theta)
        assert abs(sides["difference"]) < 1e-11, (family, theta)
        assert sides["divergence"] >= 0


@pytest.mark.parametrize("family", FAMILIES)
def test_no_other_parameter_on_the_curve_is_likelier(family):
    analysis = analyse(sample(family), family)
    best = analysis.objective(analysis.theta_hat)
    assert best == pytest.approx(-analysis.fit.log_likelihood / analysis.fit.n, rel=1e-13)
    curve = analysis.objective(analysis.grid(61))
    assert (curve >= best - 1e-12).all()
    assert curve.max() > best + 1e-3


def test_horse_kicks_against_closed_forms():
    fit = analyse(KICKS, "poisson").fit
    assert fit.params["mu"] == pytest.approx(122 / 200, rel=1e-12)
    assert fit.standard_errors["mu"] == pytest.approx(math.sqrt(0.61 / 200), rel=1e-6)
    expected = sum(c * stats.poisson.logpmf(k, 0.61) for k, c in KICKS.items())
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-12)


def test_normal_standard_errors_against_closed_forms():
    data = sample("normal", 400)
    fit = analyse(data, "normal").fit
    assert fit.standard_errors["loc"] == pytest.approx(data.std() / 20, rel=1e-6)
    assert fit.standard_errors["scale"] == pytest.approx(data.std() / math.sqrt(800), rel=1e-6)


def test_file_list_mapping_and_pairs_are_read_alike(tmp_path):
    expected = horse_kicks().sample
    assert np.array_equal(read_data(DATA / "horse_kicks.csv", counts=True), expected)
    assert np.array_equal(read_data(str(DATA / "horse_kicks.csv"), counts=True), expected)
    assert np.array_equal(read_data(KICKS), expected)
    assert np.array_equal(read_data(list(KICKS.items()), counts=True), expected)
    assert np.array_equal(read_data(expected.tolist()), expected)
    assert read_data(DATA / "alpha_particles.csv", counts=True).sum() == alpha_particles().total


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_table_with_header_notes_and_columns(tmp_path, separator):
    path = tmp_path / "table.csv"
    rows = ["# measured on a Monday", "day, time", "1, 2.5", "", "2, 3.5", "3, 4"]
    path.write_text("\n".join(rows).replace(", ", separator), encoding="utf-8-sig")
    assert read_data(path, column="time").tolist() == [2.5, 3.5, 4.0]
    assert read_data(path, column="day").tolist() == [1, 2, 3]


def test_single_column_with_and_without_header(tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("1\n2\n", encoding="utf-8")
    assert read_data(path).tolist() == [1, 2]
    path.write_text("waiting time\n1\n2\n", encoding="utf-8")
    assert read_data(path).tolist() == [1, 2]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_a_list_is_read_as_it_is(numbers):
    assert read_data(numbers).tolist() == numbers


BAD = [
    ([], "poisson", {}, "no observation"),
    ({}, "poisson", {}, "no observation"),
    ({1: 0}, "poisson", {}, "no observation"),
    ([1, "two"], "poisson", {}, "number 2 is 'two'"),
    ([1, None], "normal", {}, "number 2 is None"),
    ([1, float("nan")], "normal", {}, "not a finite number"),
    ([1, math.inf], "normal", {}, "not a finite number"),
    ([1, 1.5], "poisson", {}, "number 2 is 1.5"),
    ([1, -1], "poisson", {}, "number 2 is -1"),
    ([0, 2], "bernoulli", {}, "0 or 1"),
    ([0, 1], "geometric", {}, "from 1 on"),
    ([1, -0.5], "exponential", {}, "from 0 on"),
    ([1, 0], "gamma", {}, "greater than 0"),
    ([1, 0], "lognormal", {}, "greater than 0"),
    ([2, 2], "normal", {}, "at least two different"),
    ([2, 2], "gamma", {}, "at least two different"),
    ([0, 0], "poisson", {}, "mean 0"),
    ([0, 0], "exponential", {}, "mean 0"),
    ([1, 1], "bernoulli", {}, "end of the family"),
    ([0, 0], "bernoulli", {}, "end of the family"),
    ([1, 1], "geometric", {}, "end of the family"),
    ([1, 2], "possion", {}, "Did you mean 'poisson'"),
    ([1, 2], "zeta", {}, "no family 'zeta'"),
    ([1, 2], 3, {}, "in quotes"),
    (7, "normal", {}, "list of numbers"),
    ([[1, 2], [3, 4]], "normal", {}, "list holds lists"),
    ([1, 2], "normal", {"counts": True}, "a pair"),
    ({1: 1.5}, "poisson", {}, "Count number 1 is 1.5"),
    ({1: -1}, "poisson", {}, "Count number 1 is -1"),
    ({"a": 2}, "poisson", {}, "Value number 1 is 'a'"),
    ({1: 10**9}, "poisson", {}, "more than"),
    ({1: 10**400}, "poisson", {}, "Choose another unit"),
    ([1, 10**400], "normal", {}, "Choose another unit"),
    ([1e308, 1e307], "normal", {}, "Choose another unit"),
    ([1e-320, 2e-320], "exponential", {}, "Choose another unit"),
    ([1e-300, 1], "gamma", {}, "from 1e-50 on"),
    ([1, 10**7], "poisson", {}, "up to 1,000,000"),
    ([10**7, 10**7 + 1], "normal", {}, "Subtract a common number"),
    ([1, 1 + 1e-12], "gamma", {}, "Subtract a common number"),
    ([1, "NA"], "normal", {}, "missing"),
    ([1, ""], "normal", {}, "missing"),
    (["1,5", "2"], "normal", {}, "decimals with a point"),
    (b"abc", "poisson", {}, "this is bytes"),
    ([1, 2], "poisson", {"column": "x"}, "your data are no file"),
    ("x" * 300 + ".csv", "poisson", {}, "There is no file"),
    ("no-such.csv", "poisson", {}, "no file 'no-such.csv'"),
    (DATA / "horse_kicks.csv", "poisson", {}, "has 2 columns"),
    (DATA / "horse_kicks.csv", "poisson", {"column": "horses"}, "no column 'horses'"),
    (DATA / "horse_kicks.csv", "poisson", {"counts": True, "column": "deaths"}, "no column is"),
]


@pytest.mark.parametrize(("source", "family", "options", "part"), BAD)
def test_bad_input_is_answered_with_a_sentence(source, family, options, part):
    answer = your_data(source, family, **options)
    assert isinstance(answer, Answer)
    assert not answer
    assert part in answer.sentence
    assert answer.sentence[0].isupper()
    assert answer.sentence.endswith(".")
    assert answer.curve() is answer
    assert answer.explorer() is answer
    assert answer.sentence in answer._repr_markdown_()
    with pytest.raises(DataError):
        analyse(source, family, **options)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (b"# only a note\n", "holds no rows"),
        (b"a,b\n1,2\n3\n", "Line 3 of table.csv has 1 columns"),
        (b"x\n1\nthree\n", "Line 3 of table.csv, column 'x', is 'three'"),
        (b"\xff\xfe\x00", "UTF-8"),
    ],
)
def test_bad_files_are_answered_with_a_sentence(tmp_path, text, part):
    path = tmp_path / "table.csv"
    path.write_bytes(text)
    options = {"column": "a"} if text.startswith(b"a") else {}
    answer = your_data(path, "normal", **options)
    assert isinstance(answer, Answer)
    assert part in answer.sentence


def test_names_of_families_are_forgiving():
    assert isinstance(your_data([1, 2], "Gaussian"), Analysis)
    assert isinstance(your_data([1, 2], " log-normal "), Analysis)


@pytest.mark.parametrize("family", FAMILIES)
def test_table_and_curve_say_what_was_fitted(family):
    analysis = analyse(sample(family), family)
    text = repr(analysis)
    estimate = f"{analysis.fit.params[analysis.moving]:.6g}"
    assert f"{analysis.fit.n}" in text
    assert estimate in text
    assert "less than 1e-12 nats" in text
    assert all(line.count("|") == 3 for line in analysis._repr_markdown_().splitlines())
    alt = analysis.curve().alt
    assert "nats" in alt
    assert "Panel 2 of 2" in alt


@pytest.mark.parametrize(
    ("source", "family"),
    [
        ([1], "poisson"),
        ([5], "exponential"),
        ([10**6, 10**6 - 5], "poisson"),
        ([1e50, 5e49], "normal"),
        ([1e-50, 1, 1e50], "gamma"),
        ([-1e-50, 1e-50], "normal"),
        ([1e-50, 1e50], "lognormal"),
        ([1e50, 3e49], "exponential"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning", "error:.*identical low and high:UserWarning")
def test_what_is_at_the_edge_is_fitted_and_drawn(source, family):
    fit = your_data(source, family)
    assert isinstance(fit, Analysis)
    assert abs(fit.identity()["difference"]) < 1e-9
    assert "nats" in fit.curve().alt
    assert len(fit.explorer().sliders[0].values) == 31


def test_the_slider_moves_however_small_the_standard_error():
    many = analyse({1: 200_000, 2: 200_000, 3: 200_000}, "poisson")
    values = many.explorer().sliders[0].values
    assert len(values) == 31
    assert max(np.diff(values)) < 2 * min(np.diff(values))
    elsewhere = next(line for line in repr(many).splitlines() if line.startswith("at θ"))
    assert "at θ = 2 " not in elsewhere


def test_explorer_starts_at_the_estimate_and_stays_in_the_domain():
    few = analyse([0, 1, 1, 1], "bernoulli")
    explorer = few.explorer(11)
    values = explorer.sliders[0].values
    assert all(0 < v < 1 for v in values)
    start = values[explorer.default[0]]
    assert abs(start - 0.75) <= max(np.diff(values))


# --- what people bring --------------------------------------------------------------------------


class Counts:
    """What value_counts() of pandas gives: counts by themselves, the values as an index."""

    name = "count"

    def __init__(self, values, counts):
        self.index, self.counts = np.array(values), np.array(counts)

    def __array__(self, dtype=None, copy=None):
        return self.counts

    def __iter__(self):
        return iter(self.counts)


class Frame:
    """A data frame: columns by name."""

    def __init__(self, **columns):
        self.table = columns
        self.columns = list(columns)

    def __getitem__(self, name):
        return np.array(self.table[name])

    def __iter__(self):
        return iter(self.columns)


def test_tables_of_counts_are_counts():
    expected = [0.0] * 5 + [1.0] * 2 + [3.0]
    for table in (Counts([0, 1, 3], [5, 2, 1]), Frame(x=[0, 1, 3], count=[5, 2, 1])):
        assert read_data(table).tolist() == expected
        assert empirical(table).n == 8
        assert fit_mle("poisson", table).n == 8
    assert fit_mle("poisson", Counter(expected)).params["mu"] == pytest.approx(5 / 8)
    assert empirical(Counter("aab")).pmf("a") == pytest.approx(2 / 3)
    shares = Counts([0, 1], [0.5, 0.5])
    shares.name = "proportion"
    assert "proportions" in your_data(shares, "poisson").sentence


def test_a_frame_has_columns_to_choose_from():
    frame = Frame(a=[1, 2], b=[3, 4], c=[5, 6])
    assert "3 columns: 'a', 'b', 'c'" in your_data(frame, "poisson").sentence
    assert read_data(frame, column="b").tolist() == [3, 4]
    with pytest.raises(ValueError, match="one column, got a table of 3"):
        fit_mle("norm", frame)


def test_what_an_array_would_hide_is_refused():
    masked = np.ma.masked_greater([1.0, 2.0, 1e9], 100)
    assert "masked" in your_data(masked, "normal").sentence
    for function in (lambda: fit_mle("norm", masked), lambda: empirical(masked)):
        with pytest.raises(ValueError, match="masked"):
            function()
    with pytest.raises(ValueError, match="masked"):
        log_likelihood("norm", {"loc": 0.0, "scale": 1.0}, masked)
    assert "complex" in your_data(np.array([1 + 2j, 3.0]), "normal").sentence
    with pytest.raises(TypeError, match="complex"):
        empirical(np.array([1 + 2j]))
    assert "this is ndarray" in your_data(np.array(3.0), "normal").sentence


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("sep=;\nx;y\n1,5;2\n2,5;3\n", {"column": "x"}, [1.5, 2.5]),
        ("x|y\n1|2\n3|4\n", {"column": "y"}, [2, 4]),
        ("x y\n1 2\n3 4\n", {"column": "y"}, [2, 4]),
        ("1,5\n2,5\n", {"decimal": ","}, [1.5, 2.5]),
        ("1,5\n2,5\n", {"delimiter": ",", "column": "column 2"}, [5, 5]),
        ("2019\n3\n4\n5\n", {"header": True}, [3, 4, 5]),
        ("2019\n3\n4\n5\n", {"header": False}, [2019, 3, 4, 5]),
        ("x\n1\n-\nNA\n2\n", {"missing": ["-", "NA"]}, [1, 2]),
        ("1950\n1960\n1971\n", {}, [1950, 1960, 1971]),
        ("waiting time\n1\n2\n", {}, [1, 2]),
    ],
)
def test_files_as_programs_write_them(tmp_path, text, options, expected):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assert read_data(path, **options).tolist() == expected
    path.write_text(text, encoding="utf-16")
    assert read_data(path, encoding="utf-16", **options).tolist() == expected


@pytest.mark.parametrize(
    ("text", "options", "part"),
    [
        ('x\n"1,200"\n', {}, "separates thousands"),
        ("1,5\n2,5\n", {}, "delimiter=','"),
        ("2019\n3\n4\n5\n", {}, "header=True"),
        ("# note\n\nx\n1\n\n# more\ntwo\n", {}, "Line 7 of table.csv"),
        ("x;y\n1;2\n3\n", {"column": "x"}, "a semicolon between columns"),
        ("x\n1\n\n", {"encoding": "utf-99"}, "no encoding"),
    ],
)
def test_what_a_file_may_mean_is_asked(tmp_path, text, options, part):
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assert part in your_data(path, "normal", **options).sentence


def test_two_million_counts_are_read_at_once():
    counts = np.random.default_rng(0).poisson(4.0, 2_000_000)
    start = time.process_time()
    assert isinstance(your_data(counts, "poisson"), Analysis)
    assert time.process_time() - start < 4.0
