"""Running means, tail bounds with their inverses, and simulated tails."""

from __future__ import annotations

import math
import tracemalloc
import warnings

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from helpers import convergence
from helpers.convergence import (
    chebyshev_bound,
    chebyshev_epsilon,
    chebyshev_extremal,
    chebyshev_sample_size,
    clt_epsilon,
    clt_sample_size,
    clt_tail,
    hoeffding_bound,
    hoeffding_epsilon,
    hoeffding_sample_size,
    markov_bound,
    running_mean,
    tail_frequency,
)

settings.register_profile("book", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("book")

FAMILIES = {
    "chebyshev": (chebyshev_bound, chebyshev_epsilon, chebyshev_sample_size, "variance"),
    "hoeffding": (hoeffding_bound, hoeffding_epsilon, hoeffding_sample_size, "width"),
    "clt": (clt_tail, clt_epsilon, clt_sample_size, "variance"),
}
positive = st.floats(1e-3, 1e3)
level = st.floats(1e-6, 0.999)


def test_running_mean_is_every_mean():
    samples = np.random.default_rng(0).normal(size=(3, 200))
    means = running_mean(samples)
    for n in range(1, 201):
        np.testing.assert_allclose(means[:, n - 1], samples[:, :n].mean(axis=1), rtol=1e-10)
    np.testing.assert_array_equal(running_mean(samples.T, axis=0), means.T)


@given(st.floats(0, 1e3), positive)
def test_markov(mean, a):
    assert markov_bound(mean, a) == min(mean / a, 1.0)


def test_markov_holds_and_is_met():
    law = stats.expon(scale=2.0)
    for a in (1.0, 2.0, 5.0, 20.0):
        assert law.sf(a) <= markov_bound(2.0, a)
    # All mass on 0 and a: equality.
    assert markov_bound(0.3 * 4.0, 4.0) == pytest.approx(0.3)


@pytest.mark.parametrize("name", FAMILIES)
@given(delta=level, spread=positive, n=st.integers(1, 10**6))
def test_epsilon_inverts_the_bound(name, delta, spread, n):
    bound, epsilon, _, keyword = FAMILIES[name]
    reach = epsilon(delta, n=n, **{keyword: spread})
    assert bound(reach, n=n, **{keyword: spread}) == pytest.approx(delta, rel=1e-9)
    assert bound(1.01 * reach, n=n, **{keyword: spread}) < delta


@pytest.mark.parametrize("name", FAMILIES)
@given(delta=level, spread=st.floats(0.01, 100), epsilon=st.floats(0.01, 10))
def test_sample_size_is_the_smallest(name, delta, spread, epsilon):
    bound, _, size, keyword = FAMILIES[name]
    n = size(epsilon, delta, **{keyword: spread})
    assert isinstance(n, int)
    assert n >= 1
    assert bound(epsilon, n=n, **{keyword: spread}) <= delta * (1 + 1e-9)
    if n > 1:
        assert bound(epsilon, n=n - 1, **{keyword: spread}) > delta * (1 - 1e-9)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("epsilon", [1e-3, 1e-4, 2.37e-5, 1e-5])
@pytest.mark.parametrize("delta", [0.05, 1.7e-3, 1e-4])
def test_sample_size_is_the_smallest_for_large_ones_too(name, epsilon, delta):
    spread = 1.37
    n = FAMILIES[name][2](epsilon, delta, **{FAMILIES[name][3]: spread})
    with mpmath.workdps(40):
        e, d, s = (mpmath.mpf(x) for x in (epsilon, delta, spread))
        exact = {
            "chebyshev": lambda n: s / (n * e**2),
            "hoeffding": lambda n: 2 * mpmath.exp(-2 * n * (e / s) ** 2),
            "clt": lambda n: mpmath.erfc(e * mpmath.sqrt(n / s / 2)),
        }[name]
        assert exact(n) <= d * (1 + mpmath.mpf(10) ** -13)
        assert exact(n - 1) > d


@pytest.mark.parametrize("delta", [1 - 1e-9, 0.999, 0.5, 0.05, 1e-300, 5e-324])
def test_epsilon_for_the_smallest_and_largest_delta(delta):
    with mpmath.workdps(60):
        d = mpmath.mpf(delta)
        normal = mpmath.findroot(
            lambda e: mpmath.log(mpmath.erfc(e / mpmath.sqrt(2)) / d),
            clt_epsilon(delta, variance=1),
        )
        assert clt_epsilon(delta, variance=1.0) == pytest.approx(float(normal), rel=1e-13)
        bounded = float(mpmath.sqrt(mpmath.log(2 / d) / 2))
    assert hoeffding_epsilon(delta, width=1.0) == pytest.approx(bounded, rel=1e-15)
    assert hoeffding_sample_size(1.0, delta, width=1.0) == math.ceil(bounded**2)


def test_known_values():
    assert chebyshev_bound(2.0, variance=1.0) == 0.25
    assert chebyshev_bound(0.5, variance=1.0) == 1.0
    assert chebyshev_bound(1.0, variance=0.0) == 0.0
    assert chebyshev_sample_size(0.1, 0.05, variance=0.25) == 500
    assert chebyshev_sample_size(1.0, 0.5, variance=0.0) == 1
    assert hoeffding_bound(0.1, width=1.0, n=200) == pytest.approx(2 * math.exp(-4))
    assert hoeffding_bound(1e-3, width=1.0) == 1.0
    assert clt_tail(1.959963984540054, variance=1.0) == pytest.approx(0.05, rel=1e-13)
    assert clt_sample_size(0.1, 0.05, variance=0.25) == 97
    np.testing.assert_allclose(
        chebyshev_bound([1.0, 2.0], variance=1.0, n=[[1], [4]]), [[1.0, 0.25], [0.25, 0.0625]]
    )
    assert chebyshev_sample_size(0.1, [0.05, 0.5], variance=0.25).tolist() == [500, 50]


def test_bounds_hold_for_a_bernoulli_mean():
    n, theta = 60, 0.3
    k = np.arange(n + 1)
    weights = stats.binom(n, theta).pmf(k)
    for epsilon in (0.05, 0.1, 0.2, 0.4):
        exact = weights[np.abs(k / n - theta) >= epsilon - 1e-12].sum()
        assert exact <= chebyshev_bound(epsilon, variance=theta * (1 - theta), n=n)
        assert exact <= hoeffding_bound(epsilon, width=1.0, n=n)


def test_normal_approximation_is_exact_for_normal_draws():
    law = stats.norm(3.0, 2.0 / math.sqrt(25))
    for epsilon in (0.1, 0.5, 2.0):
        exact = law.cdf(3 - epsilon) + law.sf(3 + epsilon)
        assert clt_tail(epsilon, variance=4.0, n=25) == pytest.approx(exact, rel=1e-12)


@given(st.floats(1.0, 50.0), st.floats(-10, 10), st.floats(0.1, 10))
def test_the_extremal_distribution_meets_chebyshev(k, mean, std):
    law = chebyshev_extremal(k, mean=mean, std=std)
    points, weights = np.array(law.xk), np.array(law.pk)
    assert weights.sum() == pytest.approx(1.0, rel=1e-14)
    assert weights @ points == pytest.approx(mean, abs=1e-9)
    assert weights @ (points - mean) ** 2 == pytest.approx(std**2, rel=1e-9)
    far = weights[np.abs(points - mean) >= k * std * (1 - 1e-9)].sum()
    assert far == pytest.approx(chebyshev_bound(k * std, variance=std**2), rel=1e-9)


def test_simulated_tails_cover_the_exact_one():
    law, n = stats.bernoulli(0.5), 100
    k = np.arange(n + 1)
    for seed, epsilon in enumerate((0.05, 0.1, 0.15)):
        exact = stats.binom(n, 0.5).pmf(k)[np.abs(k - 50) >= 100 * epsilon - 1e-9].sum()
        tail = tail_frequency(law, n, epsilon, repetitions=20_000, rng=np.random.default_rng(seed))
        assert tail.low < exact < tail.high
        assert tail.low <= tail.value <= tail.high
        assert tail.repetitions == 20_000
        assert tail.high - tail.low < 0.03


def test_simulated_tail_of_a_normal_mean():
    law = stats.norm(5.0, 2.0)
    tail = tail_frequency(law, 16, 0.5, repetitions=20_000, rng=np.random.default_rng(5))
    assert tail.low < clt_tail(0.5, variance=4.0, n=16) < tail.high
    wide = tail_frequency(
        law, 16, 0.5, repetitions=20_000, rng=np.random.default_rng(5), confidence=0.5
    )
    assert wide.high - wide.low < tail.high - tail.low


def test_a_cauchy_mean_never_settles():
    law = stats.cauchy()
    exact = 2 * law.sf(1.0)
    for n in (1, 10, 1000):
        tail = tail_frequency(law, n, 1.0, repetitions=2000, rng=np.random.default_rng(n), mean=0.0)
        assert tail.low < exact < tail.high


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(convergence, "_BLOCK", 1 << 14)
    law = stats.norm()
    for n, repetitions in ((10, 50_000), (40_000, 20)):
        tracemalloc.start()
        tail = tail_frequency(
            law, n, 3 / math.sqrt(n), repetitions=repetitions, rng=np.random.default_rng(1)
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20 * 8 * (1 << 14)
        assert tail.low <= 2 * law.sf(3) <= tail.high


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: running_mean([]), ValueError, "samples: expected at least one"),
        (lambda: running_mean(1.0), ValueError, "samples: expected at least one"),
        (lambda: running_mean([1, math.nan]), ValueError, "samples: expected finite"),
        (lambda: markov_bound(-1, 1), ValueError, "mean: expected"),
        (lambda: markov_bound(1, 0), ValueError, "a: expected a positive"),
        (lambda: chebyshev_bound(0, variance=1), ValueError, "epsilon: expected a positive"),
        (lambda: chebyshev_bound(1, variance=-1), ValueError, "variance: expected"),
        (lambda: chebyshev_bound(1, variance=math.inf), ValueError, "variance: expected a finite"),
        (lambda: chebyshev_bound(1, variance=1, n=0), ValueError, "n: expected a whole number"),
        (lambda: chebyshev_bound(1, variance=1, n=1.5), ValueError, "n: expected a whole number"),
        (lambda: chebyshev_epsilon(1.0, variance=1), ValueError, "delta: expected a probability"),
        (lambda: chebyshev_epsilon(0.0, variance=1), ValueError, "delta: expected a probability"),
        (lambda: hoeffding_bound(1, width=0), ValueError, "width: expected a positive"),
        (lambda: clt_tail(1, variance=0), ValueError, "variance: expected a positive"),
        (lambda: clt_tail(math.nan, variance=1), ValueError, "epsilon: expected a positive"),
        (lambda: chebyshev_extremal(0.5), ValueError, "k: expected a number of at least 1"),
        (lambda: chebyshev_extremal(2, mean=math.nan), ValueError, "mean: expected a finite"),
        (lambda: running_mean("ab"), TypeError, "samples: expected numbers"),
        (lambda: running_mean([1, 2], axis=3), ValueError, "axis: expected an axis"),
        (lambda: clt_epsilon("x", variance=1), TypeError, "delta: expected a probability"),
        (lambda: chebyshev_sample_size(1e-200, 0.1, variance=1), ValueError, "epsilon: too small"),
        (lambda: hoeffding_sample_size(1e-170, 0.1, width=1), ValueError, "epsilon: too small"),
        (
            lambda: tail_frequency(3, 10, 1, repetitions=10, rng=np.random.default_rng()),
            TypeError,
            "distribution: expected a distribution",
        ),
        (lambda: chebyshev_extremal(2, std=0), ValueError, "std: expected a positive"),
        (
            lambda: tail_frequency(stats.norm(), 10, 1, repetitions=10, rng=1),
            TypeError,
            "rng: expected",
        ),
        (
            lambda: tail_frequency(stats.norm(), 10, 1, repetitions=0, rng=np.random.default_rng()),
            ValueError,
            "repetitions: expected",
        ),
        (
            lambda: tail_frequency(
                stats.cauchy(), 10, 1, repetitions=10, rng=np.random.default_rng()
            ),
            ValueError,
            "no finite mean",
        ),
        (
            lambda: tail_frequency(
                stats.norm(), 10, 1, repetitions=10, rng=np.random.default_rng(), confidence=2
            ),
            ValueError,
            "confidence: expected a probability",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_mean_of_more_draws_than_fit_a_block_adds_all_blocks():
    n = 2 * convergence._BLOCK + 5
    tail = tail_frequency(
        stats.norm(1.0, 1e-3), n, 0.01, repetitions=2, rng=np.random.default_rng(1)
    )
    assert tail.value == 0.0


@pytest.mark.parametrize(
    ("function", "positional", "named"),
    [
        (convergence.markov_bound, ("mean", "a"), ()),
        (convergence.chebyshev_bound, ("epsilon",), ("variance", "n")),
        (convergence.chebyshev_sample_size, ("epsilon", "delta"), ("variance",)),
        (convergence.chebyshev_epsilon, ("delta",), ("variance", "n")),
        (convergence.hoeffding_bound, ("epsilon",), ("width", "n")),
        (convergence.hoeffding_sample_size, ("epsilon", "delta"), ("width",)),
        (convergence.hoeffding_epsilon, ("delta",), ("width", "n")),
        (convergence.clt_tail, ("epsilon",), ("variance", "n")),
        (convergence.clt_sample_size, ("epsilon", "delta"), ("variance",)),
        (convergence.clt_epsilon, ("delta",), ("variance", "n")),
    ],
)
def test_shapes_that_do_not_broadcast_are_named(function, positional, named):
    arguments = {name: 1 if name == "n" else 0.1 for name in (*positional, *named)}
    last = (*positional, *named)[-1]
    arguments |= {positional[0]: [0.1, 0.2, 0.3], last: [1, 2] if last == "n" else [0.1, 0.2]}
    expected = rf"{', '.join(arguments)}: expected shapes that broadcast, got \(3,\).*\(2,\)"
    with pytest.raises(ValueError, match=expected):
        function(*(arguments[k] for k in positional), **{k: arguments[k] for k in named})


def test_bounds_at_the_ends_of_the_floating_point_range():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert markov_bound(1e300, 1e-300) == 1.0
        assert chebyshev_bound(1e-300, variance=0.25, n=10) == 1.0
        assert chebyshev_bound(1e300, variance=0.25) == 0.0
        assert hoeffding_bound(1.0, width=1e-300) == 0.0
        assert hoeffding_bound(0.1, width=1.0, n=1e308) == 0.0


def test_what_is_no_axis_and_what_is_no_number():
    with pytest.raises(TypeError, match=r"axis: expected a whole number, got 0\.5"):
        running_mean([1.0, 2.0], axis=0.5)
    with pytest.raises(ValueError, match="k, mean, std: expected single numbers"):
        chebyshev_extremal([1.0, 2.0])
