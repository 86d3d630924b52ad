"""What holds for every distribution: properties, on random ones."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import special, stats

from helpers.divergence import (
    AccuracyWarning,
    cross_entropy,
    entropy,
    js_distance,
    js_divergence,
    kl_divergence,
)
from helpers.likelihood import empirical, log_likelihood
from helpers.numeric.arrays import log1p_minus

LOG_2 = math.log(2.0)
settings.register_profile("book", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("book")


@st.composite
def vectors(draw, count=2, least=0):
    """Draw probability vectors of one length, many of them with zeros or tiny entries."""
    size = draw(st.integers(2, 12))
    result = []
    for _ in range(count):
        exponents = draw(hnp.arrays(float, size, elements=st.floats(-30, 0)))
        weights = np.exp(exponents)
        if not least:
            weights[draw(hnp.arrays(bool, size))] = 0.0
        assume(weights.sum() > 0)
        result.append(weights / weights.sum())
    return result


positive = st.floats(0.05, 20.0)
real = st.floats(-20.0, 20.0)


@st.composite
def continuous(draw):
    """Draw a continuous distribution on the line."""
    loc, scale = draw(real), draw(positive)
    return draw(
        st.sampled_from(
            [
                stats.norm(loc, scale),
                stats.laplace(loc, scale),
                stats.logistic(loc, scale),
                stats.cauchy(loc, scale),
                stats.gumbel_r(loc, scale),
                stats.t(3.5, loc, scale),
            ]
        )
    )


@st.composite
def on_half_line(draw):
    """Draw a distribution on (0, inf) whose logarithm has a name."""
    shape, scale = draw(st.floats(0.3, 10.0)), draw(positive)
    return draw(
        st.sampled_from(
            [
                stats.gamma(shape, scale=scale),
                stats.invgamma(shape, scale=scale),
                stats.lognorm(shape / 3, scale=scale),
                stats.weibull_min(shape, scale=scale),
                stats.expon(scale=scale),
            ]
        )
    )


@st.composite
def counts(draw):
    """Draw a distribution on the whole numbers from 0."""
    theta, mu = draw(st.floats(0.05, 0.95)), draw(positive)
    return draw(
        st.sampled_from(
            [
                stats.poisson(mu),
                stats.geom(theta, loc=-1),
                stats.nbinom(mu, theta),
                stats.binom(7, theta),
            ]
        )
    )


# --- arrays -----------------------------------------------------------------------------------


@given(vectors())
def test_divergence_is_never_negative_and_zero_only_for_equals(pair):
    p, q = pair
    value = kl_divergence(p, q)
    assert value >= 0.0
    assert kl_divergence(p, p) == 0.0
    if np.abs(p - q).max() > 1e-6:
        # Pinsker: at least half the square of the total variation distance in l1.
        assert value >= 0.5 * np.abs(p - q).sum() ** 2 * (1 - 1e-9)
    else:
        assert value < 1e-4 or math.isinf(value)


@given(vectors())
def test_infinite_exactly_where_q_misses_mass_of_p(pair):
    p, q = pair
    assert math.isinf(kl_divergence(p, q)) == bool(((q == 0) & (p > 0)).any())


@given(vectors())
def test_cross_entropy_splits(pair):
    p, q = pair
    assert cross_entropy(p, q) == pytest.approx(
        entropy(p) + kl_divergence(p, q), rel=1e-12, abs=1e-13
    )


@given(vectors())
def test_entropy_lies_between_zero_and_the_uniform(pair):
    p, _ = pair
    assert 0.0 <= entropy(p) <= math.log(p.size) * (1 + 1e-14)
    assert entropy(np.full(p.size, 1 / p.size)) == pytest.approx(math.log(p.size), rel=1e-14)


@given(vectors(), vectors())
def test_independent_parts_add(pair, other):
    (p1, q1), (p2, q2) = pair, other
    p, q = np.outer(p1, p2).ravel(), np.outer(q1, q2).ravel()
    # A product of two tiny entries may underflow, which adds a zero of its own.
    assume(
        not ((q == 0) & (p > 0)).any() or math.isinf(kl_divergence(p1, q1) + kl_divergence(p2, q2))
    )
    assert kl_divergence(p, q) == pytest.approx(
        kl_divergence(p1, q1) + kl_divergence(p2, q2), rel=1e-10, abs=1e-13
    )
    assert entropy(p) == pytest.approx(entropy(p1) + entropy(p2), rel=1e-10, abs=1e-13)


@given(vectors(), st.data())
def test_merging_categories_never_raises_a_divergence(pair, data):
    p, q = pair
    groups = np.array(data.draw(st.lists(st.integers(0, 3), min_size=p.size, max_size=p.size)))
    merged = [np.bincount(groups, weights=x, minlength=4) for x in (p, q)]
    assert kl_divergence(*merged) <= kl_divergence(p, q) * (1 + 1e-12) + 1e-15
    assert js_divergence(*merged) <= js_divergence(p, q) * (1 + 1e-12) + 1e-15


@given(vectors(), st.integers(0, 2**32 - 1))
def test_a_noisy_channel_never_raises_a_divergence(pair, seed):
    p, q = pair
    channel = np.random.default_rng(seed).dirichlet(np.ones(5), size=p.size)
    assert kl_divergence(p @ channel, q @ channel) <= kl_divergence(p, q) * (1 + 1e-12) + 1e-15


@given(vectors(count=4), st.floats(0, 1))
def test_divergences_are_convex(four, share):
    p1, q1, p2, q2 = four
    p, q = share * p1 + (1 - share) * p2, share * q1 + (1 - share) * q2
    for divergence in (kl_divergence, js_divergence):
        parts = (share and share * divergence(p1, q1)) + (
            share != 1 and (1 - share) * divergence(p2, q2)
        )
        assert divergence(p, q) <= parts * (1 + 1e-12) + 1e-14


@given(vectors(count=3))
def test_js_divergence_is_symmetric_bounded_and_its_root_a_metric(three):
    p, q, r = three
    value = js_divergence(p, q)
    assert 0.0 <= value <= LOG_2
    assert value == pytest.approx(js_divergence(q, p), rel=1e-12, abs=1e-18)
    assert js_divergence(p, p) == 0.0
    mixture = 0.5 * (p + q)
    expected = 0.5 * kl_divergence(p, mixture) + 0.5 * kl_divergence(q, mixture)
    assert value == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert js_distance(p, r) <= js_distance(p, q) + js_distance(q, r) + 1e-9


@given(vectors(count=3), st.lists(st.floats(0.01, 1), min_size=3, max_size=3))
def test_js_divergence_is_at_most_the_entropy_of_the_weights(three, weights):
    share = np.array(weights) / sum(weights)
    assert 0.0 <= js_divergence(*three, weights=share) <= entropy(share) * (1 + 1e-14)


@given(vectors(), st.permutations(range(12)))
def test_order_of_the_categories_does_not_matter(pair, order):
    p, q = pair
    order = [i for i in order if i < p.size]
    assert kl_divergence(p[order], q[order]) == pytest.approx(
        kl_divergence(p, q), rel=1e-11, abs=1e-16
    )


@given(st.floats(-0.999, 1e6))
def test_log1p_minus_is_smooth_across_its_seam(t):
    value = float(log1p_minus(t))
    assert value <= 0.0
    if abs(t) > 1e-3:
        assert value == pytest.approx(math.log1p(t) - t, rel=1e-9)
    else:
        assert value == pytest.approx(-t * t / 2 + t**3 / 3 - t**4 / 4, rel=1e-8)


# --- distributions ----------------------------------------------------------------------------


def quiet(function, *args):
    """Call, leaving out examples whose accuracy the function itself disclaims."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        value = function(*args)
    assume(not any(issubclass(each.category, AccuracyWarning) for each in said))
    return value


@settings(max_examples=40)
@given(continuous(), continuous(), st.floats(0.1, 10.0), real)
def test_shifting_and_stretching_changes_no_divergence(p, q, stretch, shift):
    def moved(law):
        *shapes, loc, scale = law.args
        return law.dist(*shapes, stretch * loc + shift, stretch * scale)

    for divergence in (kl_divergence, js_divergence):
        before, after = quiet(divergence, p, q), quiet(divergence, moved(p), moved(q))
        assert after == pytest.approx(before, rel=1e-8, abs=1e-14)
    assert quiet(entropy, moved(p)) == pytest.approx(entropy(p) + math.log(stretch), abs=1e-9)


@settings(max_examples=30)
@given(real, positive, real, positive)
def test_a_monotone_change_of_variable_changes_no_divergence(m1, s1, m2, s2):
    # If X is normal, exp X is log-normal; if X is gumbel, exp(-X) is exponential or Weibull.
    normal = kl_divergence(stats.norm(m1, s1), stats.norm(m2, s2))
    log_normal = kl_divergence(
        stats.lognorm(s1, scale=math.exp(m1)), stats.lognorm(s2, scale=math.exp(m2))
    )
    assert log_normal == pytest.approx(normal, rel=1e-9, abs=1e-13)
    weibull = kl_divergence(
        stats.weibull_min(1 / s1, scale=math.exp(-m1)),
        stats.weibull_min(1 / s2, scale=math.exp(-m2)),
    )
    gumbel = kl_divergence(stats.gumbel_r(m1, s1), stats.gumbel_r(m2, s2))
    assert weibull == pytest.approx(gumbel, rel=1e-9, abs=1e-13)


@settings(max_examples=40)
@given(
    st.one_of(
        st.tuples(continuous(), continuous()),
        st.tuples(on_half_line(), on_half_line()),
        st.tuples(counts(), counts()),
    )
)
def test_divergences_of_distributions(pair):
    p, q = pair
    apart = quiet(kl_divergence, p, q)
    assert apart >= 0.0
    mixed = quiet(js_divergence, p, q)
    assert 0.0 <= mixed <= LOG_2
    assert mixed == pytest.approx(quiet(js_divergence, q, p), rel=1e-8, abs=1e-15)
    assert mixed <= 0.5 * apart * (1 + 1e-9) + 1e-15
    crossed = quiet(cross_entropy, p, q)
    own = quiet(entropy, p)
    assert crossed == pytest.approx(own + apart, rel=1e-8, abs=1e-8)


@settings(max_examples=25)
@given(counts(), counts())
def test_a_long_table_of_probabilities_agrees(p, q):
    k = np.arange(0, 3000)
    assume(p.sf(2999) < 1e-14 and q.sf(2999) < 1e-14)
    assume(not math.isinf(quiet(kl_divergence, p, q)))
    assume(not ((q.pmf(k) == 0) & (p.pmf(k) > 0)).any())
    expected = math.fsum(special.rel_entr(p.pmf(k), q.pmf(k)))
    assert quiet(kl_divergence, p, q) == pytest.approx(expected, rel=1e-8, abs=1e-11)


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=200),
    st.floats(0.05, 30.0),
    st.floats(0.02, 0.98),
)
def test_mean_log_likelihood_is_entropy_plus_divergence(data, mu, theta):
    """-(1/n) log-likelihood = H(p_hat) + KL(p_hat || p_theta), exactly, for every n."""
    p_hat = empirical(data)
    for family, params in (
        ("poisson", {"mu": mu}),
        ("geom", {"p": theta, "loc": -1}),
        ("nbinom", {"n": mu, "p": theta}),
    ):
        model = getattr(stats, family)(**params)
        left = -log_likelihood(family, params, data) / len(data)
        assert left == pytest.approx(entropy(p_hat) + kl_divergence(p_hat, model), rel=1e-12)
        assert left == pytest.approx(cross_entropy(p_hat, model), rel=1e-12)
