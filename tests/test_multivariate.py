"""Multivariate t, Wishart and multinomial laws, kernel estimates and SciPy's new kind."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from helpers.divergence import cross_entropy, entropy, js_divergence, kl_divergence

A = np.array([[2.0, 0.5], [0.5, 1.0]])
B = np.array([[1.0, -0.2], [-0.2, 3.0]])


def test_multivariate_t_in_one_dimension_is_students():
    p, q = stats.t(3.5, 1.0, 2.0), stats.t(7.0, -0.5, 1.5)
    wide = [stats.multivariate_t([m], [[s * s]], df) for m, s, df in ((1, 2, 3.5), (-0.5, 1.5, 7))]
    assert entropy(wide[0]) == pytest.approx(entropy(p), rel=1e-12)
    assert kl_divergence(*wide) == pytest.approx(kl_divergence(p, q), rel=1e-10)
    assert kl_divergence(*wide[::-1]) == pytest.approx(kl_divergence(q, p), rel=1e-10)
    cauchy = [stats.multivariate_t([m], [[s * s]], 1) for m, s in ((0, 1), (1, 2))]
    # log((s + t)^2 + (m - n)^2) - log(4 s t), Chyzak and Nielsen (2019).
    assert kl_divergence(*cauchy) == pytest.approx(math.log(10 / 8), rel=1e-13)


def test_multivariate_t_and_normal():
    p = stats.multivariate_t([0.0, 1.0], A, 5)
    q = stats.multivariate_normal([1.0, 0.0], B)
    assert entropy(p) == pytest.approx(float(p.entropy()), rel=1e-12)

    def density(y, x):
        log_p = p.logpdf([x, y])
        return math.exp(log_p) * (log_p - q.logpdf([x, y]))

    shift = np.array([-1.0, 1.0])
    spread = 5 / 3 * np.trace(np.linalg.solve(B, A)) + shift @ np.linalg.solve(B, shift)
    cross = math.log(2 * math.pi) + 0.5 * math.log(np.linalg.det(B)) + 0.5 * spread
    assert kl_divergence(p, q) == pytest.approx(cross - float(p.entropy()), rel=1e-12)
    turned = kl_divergence(q, p)
    value, _ = integrate.dblquad(
        lambda y, x: q.pdf([x, y]) * (q.logpdf([x, y]) - p.logpdf([x, y])), -8, 10, -16, 16,
        epsabs=1e-9,
    )  # fmt: skip
    assert turned == pytest.approx(value, rel=1e-7)
    assert cross_entropy(q, p) == pytest.approx(turned + entropy(q), rel=1e-13)
    assert kl_divergence(stats.multivariate_t([0, 0], A, 2), q) == math.inf
    assert kl_divergence(p, p) < 1e-15
    with pytest.raises(ValueError, match="p, q: the Jensen-Shannon divergence is known here for"):
        js_divergence(p, p)


def test_wishart_in_one_dimension_is_gamma():
    for wide, one, arguments in (
        (stats.wishart, lambda df, s: stats.gamma(df / 2, scale=2 * s), ((5, 2.0), (7.5, 0.7))),
        (stats.invwishart, lambda df, s: stats.invgamma(df / 2, scale=s / 2), ((5, 2), (7.5, 0.7))),
    ):
        p, q = (wide(df, [[s]]) for df, s in arguments)
        a, b = (one(df, s) for df, s in arguments)
        assert entropy(p) == pytest.approx(entropy(a), rel=1e-12)
        assert kl_divergence(p, q) == pytest.approx(kl_divergence(a, b), rel=1e-12)


@pytest.mark.parametrize("family", [stats.wishart, stats.invwishart])
def test_wishart_against_scipy_and_a_simulation(family):
    p, q = family(6, A), family(9, B)
    if family is stats.wishart:  # SciPy's entropy of the inverse is not that of its density
        assert entropy(p) == pytest.approx(float(p.entropy()), rel=1e-12)
    draws = p.rvs(4000, random_state=np.random.default_rng(2))
    heights = -np.array([p.logpdf(x) for x in draws])
    assert abs(entropy(p) - heights.mean()) < 4 * heights.std() / math.sqrt(heights.size)
    logs = np.array([p.logpdf(x) - q.logpdf(x) for x in draws])
    assert abs(kl_divergence(p, q) - logs.mean()) < 4 * logs.std() / math.sqrt(logs.size)
    assert kl_divergence(p, p) == 0.0
    with pytest.raises(TypeError, match="p, q: expected two distributions of one family"):
        kl_divergence(stats.wishart(6, A), stats.invwishart(6, A))


def test_multinomials_against_a_sum_over_all_outcomes():
    p, q = (stats.multinomial(4, each) for each in ([0.2, 0.3, 0.5], [0.4, 0.4, 0.2]))
    outcomes = [(i, j, 4 - i - j) for i in range(5) for j in range(5 - i)]
    one, two = (np.array([law.pmf(x) for x in outcomes]) for law in (p, q))
    assert entropy(p) == pytest.approx(special.entr(one).sum(), rel=1e-12)
    assert kl_divergence(p, q) == pytest.approx(special.rel_entr(one, two).sum(), rel=1e-12)
    assert js_divergence(p, q) == pytest.approx(js_divergence(one / one.sum(), two / two.sum()))
    assert kl_divergence(p, stats.multinomial(5, [0.2, 0.3, 0.5])) == math.inf
    assert js_divergence(p, stats.multinomial(5, [0.2, 0.3, 0.5]), base=2) == pytest.approx(1.0)
    assert entropy(stats.multinomial(9, [0.3, 0.7])) == pytest.approx(entropy(stats.binom(9, 0.3)))
    with pytest.raises(ValueError, match="a sum over up to"):
        js_divergence(*(stats.multinomial(10**4, [0.2, 0.3, 0.5]) for _ in "pq"))


def test_a_matrix_normal_is_a_normal():
    p = stats.matrix_normal(np.arange(4.0).reshape(2, 2), A, B)
    q = stats.multivariate_normal(np.arange(4.0), np.kron(A, B))
    assert entropy(p) == pytest.approx(float(p.entropy()), rel=1e-12)
    assert kl_divergence(p, q) < 1e-14


def test_a_kernel_estimate_is_a_mixture_of_normals():
    x = np.array([-1.0, 0.0, 0.3, 5.0])
    law = stats.gaussian_kde(x, bw_method=0.2, weights=[1, 2, 1, 1])
    width = math.sqrt(law.covariance.item())

    grid = np.linspace(-8, 12, 400_001)
    heights = np.array([stats.norm.pdf(grid, m, width) for m in x]).T @ [0.2, 0.4, 0.2, 0.2]
    assert entropy(law) == pytest.approx(special.entr(heights).sum() * 5e-5, rel=1e-10)
    normal = stats.norm(1.0, 2.5)
    terms = special.rel_entr(heights, normal.pdf(grid)).sum() * 5e-5
    assert kl_divergence(law, normal) == pytest.approx(terms, rel=1e-9)
    assert 0 < js_divergence(law, normal) < math.log(2)
    assert kl_divergence(stats.gaussian_kde([1.0, 2.0]), stats.norm(1.5, 1)) > 0
    assert kl_divergence(stats.t(2), law) == math.inf  # no second moment
    with pytest.raises(TypeError, match="p: expected a gaussian_kde of one dimension, got 2"):
        entropy(stats.gaussian_kde(np.random.default_rng(1).normal(size=(2, 20))))


def test_discrete_distributions_of_the_new_kind():
    p, q = stats.Binomial(n=5, p=0.3), stats.binom(5, 0.4)
    assert kl_divergence(p, q) == pytest.approx(
        5 * kl_divergence([0.3, 0.7], [0.4, 0.6]), rel=1e-13
    )
    poisson = stats.make_distribution(stats.poisson)
    got = kl_divergence(poisson(mu=2.0), poisson(mu=3.0))
    assert got == pytest.approx(2 * math.log(2 / 3) + 1, rel=1e-9)


def test_arrays_of_parameters():
    many, one = stats.norm([0.0, 1.0, 2.0], 1), stats.norm(0, 1)
    expected = [js_divergence(stats.norm(m, 1), one) for m in (0.0, 1.0, 2.0)]
    assert js_divergence(many, one).tolist() == expected
    new = stats.Normal(mu=[0.0, 1.0, 2.0], sigma=1.0)
    assert kl_divergence(new, one).tolist() == [0.0, 0.5, 2.0]
    assert entropy(new).shape == cross_entropy(one, new).shape == (3,)
