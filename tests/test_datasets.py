"""The data files: the published totals, and clear errors for files that are not as promised."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.datasets import (
    CountData,
    accidents,
    alpha_particles,
    challenger,
    corps,
    crabs,
    horse_kicks,
    light_times,
    read_counts,
    read_table,
    scurvy,
)

GOOD = (
    "# Sparrows on a wire.\n# Source: a diary,\n# page 3.\n# Licence: free.\nbirds,days\n0,2\n3,1\n"
)


def test_alpha_particles_are_the_published_table():
    alpha = alpha_particles()
    assert alpha.columns == ("count", "intervals")
    np.testing.assert_array_equal(alpha.values, np.arange(15))
    # Rutherford and Geiger's own totals: 2608 intervals, 10097 particles, mean 3.87.
    assert (alpha.n, alpha.total) == (2608, 10097)
    assert f"{alpha.mean:.2f}" == "3.87"
    assert "1910" in alpha.source
    assert "Philosophical Magazine" in alpha.source
    assert "public domain" in alpha.licence


def test_horse_kicks_are_the_published_table():
    kicks = horse_kicks()
    np.testing.assert_array_equal(kicks.frequencies, [109, 65, 22, 3, 1])
    assert (kicks.n, kicks.total) == (200, 122)
    assert kicks.mean == pytest.approx(0.61, abs=1e-15)
    assert "Bortkiewicz" in kicks.source
    assert "public domain" in kicks.licence


@pytest.mark.parametrize("load", [alpha_particles, horse_kicks])
def test_sample_and_proportions_agree_with_the_table(load):
    data = load()
    assert data.sample.size == data.n
    assert data.sample.mean() == pytest.approx(data.mean, rel=1e-15)
    np.testing.assert_array_equal(
        np.bincount(data.sample, minlength=data.values[-1] + 1)[data.values], data.frequencies
    )
    assert data.proportions.sum() == pytest.approx(1, abs=1e-15)


def test_the_loaded_table_cannot_be_changed_by_accident():
    with pytest.raises(ValueError, match="read-only"):
        alpha_particles().frequencies[0] = 1


def test_notes_may_run_over_several_lines(tmp_path):
    path = tmp_path / "sparrows.csv"
    path.write_text(GOOD, encoding="utf-8")
    data = read_counts(path)
    assert isinstance(data, CountData)
    assert (data.title, data.source, data.licence) == (
        "Sparrows on a wire.",
        "a diary, page 3.",
        "free.",
    )
    assert data.columns == ("birds", "days")
    assert (data.n, data.total) == (3, 3)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("# Sparrows on a wire.\n", "", "has no title"),
        ("# Source: a diary,\n", "", "has no source"),
        ("# Licence: free.\n", "", "has no licence"),
        ("birds,days", "birds,days,weather", "two columns, it has 3"),
        ("birds,days\n0,2\n3,1\n", "", "two columns, it has 0"),
        ("3,1", "3,-1", "non-negative whole numbers"),
        ("3,1", "3,1.5", "non-negative whole numbers"),
        ("3,1", "3", "non-negative whole numbers"),
        ("0,2\n3,1\n", "", "non-negative whole numbers"),
        ("3,1", "0,1", "must increase"),
        ("0,2\n3,1", "0,0\n3,0", "no observation"),
    ],
)
def test_a_file_that_is_not_as_promised_is_refused(tmp_path, before, after, message):
    assert before in GOOD
    path = tmp_path / "sparrows.csv"
    path.write_text(GOOD.replace(before, after))
    with pytest.raises(ValueError, match=message):
        read_counts(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.csv"):
        read_counts(tmp_path / "nothing.csv")


def test_the_tables_of_part_two_have_the_published_totals():
    women = accidents()
    np.testing.assert_array_equal(women.frequencies, [447, 132, 42, 21, 3, 2])
    assert (women.n, women.total) == (647, 301)
    np.testing.assert_allclose(
        [women.mean, women.sample.var(ddof=1)], [0.46522, 0.69190], atol=6e-6
    )
    assert (crabs().n, crabs().values[-1]) == (1000, 29)
    times = light_times()["nanoseconds"]
    assert (times.size, times.min(), np.median(times), round(times.mean(), 4)) == (
        66,
        -44,
        27,
        26.2121,
    )
    flights = challenger()
    assert (len(flights), flights["distress"].sum()) == (23, 7)
    assert (flights["temperature"].min(), flights["temperature"].max()) == (53, 81)
    assert (len(corps()), corps()["deaths"].sum()) == (14, 196)
    trial = scurvy()
    assert (trial["patients"].sum(), trial["recovered"].sum()) == (12, 2)


def test_a_table_names_its_columns_and_refuses_others(tmp_path):
    with pytest.raises(KeyError, match="there are corps, deaths"):
        corps()["births"]
    with pytest.raises(ValueError, match="read-only"):
        corps()["deaths"][0] = 1
    path = tmp_path / "sparrows.csv"
    path.write_text(GOOD + "4\n")
    with pytest.raises(ValueError, match="must have 2 cells, one has 1"):
        read_table(path)
    path.write_text(GOOD.partition("0,2")[0])
    with pytest.raises(ValueError, match="holds no row"):
        read_table(path)
    path.write_text(GOOD.replace("0,2", "0,2.5"))
    assert read_table(path)["days"].tolist() == [2.5, 1.0]
