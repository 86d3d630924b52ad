"""Entropy and divergences: against references from outside, at the edges, and when refused."""

from __future__ import annotations

import functools
import json
import math
import os
import subprocess
import sys
import warnings
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy import integrate, special, stats

from helpers.divergence import _CHUNK as CHUNK
from helpers.divergence import (
    AccuracyWarning,
    cross_entropy,
    entropy,
    estimate_kl,
    js_distance,
    js_divergence,
    kl_divergence,
)
from helpers.likelihood import empirical
from helpers.numeric import arrays

REFERENCES = Path(__file__).parent / "references"
CASES = json.loads((REFERENCES / "divergences.json").read_text(encoding="utf-8"))["cases"]
TORCH = json.loads((REFERENCES / "torch.json").read_text(encoding="utf-8"))
LOG_2 = math.log(2.0)
# Families whose divergence from a member of the same family is integrated, not evaluated.
NO_CLOSED_FORM = {"t", "logistic"}


def frozen(described):
    family, *args = described
    return getattr(stats, family)(*args)


def named(case):
    return "-".join(str(part) for part in [*case["p"], *case.get("q", [])])


def relative(value, reference):
    """Return the relative error of a float against a reference given with 25 digits."""
    reference = mpmath.mpf(reference)
    return float(abs((mpmath.mpf(value) - reference) / reference))


def of_kind(kind):
    return [case for case in CASES if case["kind"] == kind]


def promised(case):
    closed = case["p"][0] == case["q"][0] and case["p"][0] not in NO_CLOSED_FORM
    same = case["p"][0] in ("binom", "nbinom") and case["p"][1] != case["q"][1]
    shifted = case["p"][0] in ("gamma", "lognorm", "beta") and case["p"][-2:] != case["q"][-2:]
    return 1e-12 if closed and not same and not shifted else 1e-9


def test_there_are_as_many_references_as_promised():
    kl = [case for case in CASES if case["kind"] in ("kl", "entropy")]
    assert len(kl) >= 150
    assert len(of_kind("js")) >= 40


@pytest.mark.parametrize("case", of_kind("kl"), ids=named)
def test_kl_divergence_meets_the_reference(case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = kl_divergence(frozen(case["p"]), frozen(case["q"]))
    assert relative(value, case["value"]) < promised(case)


@pytest.mark.parametrize("case", of_kind("js"), ids=named)
def test_js_divergence_meets_the_reference(case):
    p, q = frozen(case["p"]), frozen(case["q"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = js_divergence(p, q)
        assert js_divergence(q, p) == pytest.approx(value, rel=1e-11)
    assert relative(value, case["value"]) < 1e-9
    assert 0.0 <= value <= LOG_2


@pytest.mark.parametrize("case", of_kind("entropy"), ids=named)
def test_entropy_meets_the_reference(case):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = entropy(frozen(case["p"]))
    if float(case["value"]):
        assert relative(value, case["value"]) < 1e-11
    else:
        assert value == 0.0


@pytest.mark.parametrize("case", of_kind("kl"), ids=named)
def test_cross_entropy_is_entropy_plus_divergence(case):
    p, q = frozen(case["p"]), frozen(case["q"])
    apart = float(case["value"])
    value = cross_entropy(p, q)
    assert value == pytest.approx(entropy(p) + apart, rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("case", TORCH["cases"], ids=named)
def test_kl_divergence_agrees_with_torch(case):
    value = kl_divergence(frozen(case["p"]), frozen(case["q"]))
    theirs = float(case["value"])
    if case["p"] == case["q"]:
        # PyTorch is off by rounding where the answer is zero.
        assert value == 0.0
    elif case["p"][0] == "bernoulli" and case["q"][0] == "poisson":
        # PyTorch's p log p - (1-p) log(1-p) has a wrong sign; the sum over {0, 1} decides.
        theta, mu = case["p"][1], case["q"][1]
        ours = theta * math.log(theta / (mu * math.exp(-mu)))
        ours += (1 - theta) * math.log((1 - theta) / math.exp(-mu))
        assert value == pytest.approx(ours, rel=1e-13)
    else:
        assert value == pytest.approx(theirs, rel=1e-12)


def test_multivariate_agrees_with_torch():
    normal = TORCH["several"]["normal"]
    p = stats.multivariate_normal(normal["mean"], normal["cov"])
    q = stats.multivariate_normal(np.zeros(3), normal["scale"] * np.eye(3))
    assert kl_divergence(p, q) == pytest.approx(normal["kl"][0], rel=1e-13)
    assert kl_divergence(q, p) == pytest.approx(normal["kl"][1], rel=1e-13)
    assert entropy(p) == pytest.approx(normal["entropy"], rel=1e-13)
    assert cross_entropy(p, q) == pytest.approx(normal["entropy"] + normal["kl"][0], rel=1e-13)
    dirichlet = TORCH["several"]["dirichlet"]
    p, q = stats.dirichlet(dirichlet["p"]), stats.dirichlet(dirichlet["q"])
    assert kl_divergence(p, q) == pytest.approx(dirichlet["kl"], rel=1e-13)
    assert entropy(p) == pytest.approx(dirichlet["entropy"], rel=1e-13)


# --- arrays -----------------------------------------------------------------------------------


def dyadic(rng, size, zeros=0):
    """Return probabilities that are multiples of 2^-40 and sum to one exactly."""
    weights = rng.random(size)
    weights[:zeros] = 0.0
    units = np.floor(weights / weights.sum() * 2**40)
    units[-1] += 2**40 - units.sum()
    return units / 2**40


def exact_kl(p, q):
    with mpmath.workdps(50):
        return mpmath.fsum(
            mpmath.mpf(a) * mpmath.log(mpmath.mpf(a) / mpmath.mpf(b))
            for a, b in zip(p.tolist(), q.tolist(), strict=True)
            if a
        )


def exact_js(p, q):
    with mpmath.workdps(50):
        m = [
            (mpmath.mpf(a) + mpmath.mpf(b)) / 2 for a, b in zip(p.tolist(), q.tolist(), strict=True)
        ]
        total = mpmath.mpf(0)
        for each in (p.tolist(), q.tolist()):
            total += mpmath.fsum(
                mpmath.mpf(a) * mpmath.log(a / b) for a, b in zip(each, m, strict=True) if a
            )
        return total / 2


@pytest.mark.parametrize("size", [2, 3, 10, 100, 1000])
@pytest.mark.parametrize("zeros", [0, 1])
def test_arrays_meet_mpmath(size, zeros):
    rng = np.random.default_rng(size + zeros)
    p, q = dyadic(rng, size, zeros), dyadic(rng, size)
    assert relative(kl_divergence(p, q), exact_kl(p, q)) < 1e-12
    assert relative(js_divergence(p, q), exact_js(p, q)) < 1e-12
    with mpmath.workdps(50):
        own = -mpmath.fsum(mpmath.mpf(a) * mpmath.log(a) for a in p.tolist() if a)
        cross = -mpmath.fsum(
            mpmath.mpf(a) * mpmath.log(b) for a, b in zip(p.tolist(), q.tolist(), strict=True) if a
        )
    if own:
        assert relative(entropy(p), own) < 1e-13
    assert relative(cross_entropy(p, q), cross) < 1e-13


@pytest.mark.parametrize("size", [2, 10, 1000])
def test_arrays_far_apart_without_zeros_meet_mpmath(size):
    p = np.full(size, 2.0**-20)
    p[0] = 1 - p[1:].sum()
    q = p[::-1].copy()
    # Nearly disjoint: the divergence comes from its distance to the ceiling.
    assert js_divergence(p, q) > 0.9 * LOG_2
    assert relative(js_divergence(p, q), exact_js(p, q)) < 1e-12
    assert relative(kl_divergence(p, q), exact_kl(p, q)) < 1e-12
    rows = js_divergence(np.stack([p, q]), np.stack([q, p]))
    assert relative(rows[1], exact_js(p, q)) < 1e-12


@pytest.mark.parametrize("step", [2.0**-12, 2.0**-20, 2.0**-28, 2.0**-33])
@pytest.mark.parametrize("size", [4, 1000])
def test_nearly_identical_arrays_keep_their_digits(step, size):
    rng = np.random.default_rng(7)
    p = dyadic(rng, size)
    q = p.copy()
    move = step * np.floor(64 * p[: size // 2]) / 64 / 8
    q[: size // 2] += move
    q[size // 2 : 2 * (size // 2)] -= move[::-1]
    q += np.where(q == p, 0.0, 0.0)
    if (q == p).all():
        q[0] += 2.0**-40
        q[1] -= 2.0**-40
    assert q.min() > 0
    reference = exact_kl(p, q)
    assert 0 < reference < 1e-6
    assert relative(kl_divergence(p, q), reference) < 1e-12
    assert relative(js_divergence(p, q), exact_js(p, q)) < 1e-12
    rows = kl_divergence(np.stack([p, q, p]), np.stack([q, p, p]))
    assert relative(rows[0], reference) < 1e-12
    assert rows[2] == 0.0


@pytest.mark.parametrize("step", [1e-6, 1e-8, 1e-10])
@pytest.mark.parametrize("size", [2, 3, 300])
def test_the_mixture_of_nearly_identical_arrays_costs_no_digits(step, size):
    # Half a difference of a few units in the last place is none that the mixture could show.
    rng = np.random.default_rng(size)
    p = rng.random(size) ** 8
    p /= p.sum()
    q = p * (1.0 + step * rng.standard_normal(size))
    q /= q.sum()
    r = p * (1.0 + step * rng.standard_normal(size))
    r /= r.sum()
    assert relative(js_divergence(p, q), exact_js(p, q)) < 1e-12
    assert relative(js_divergence(np.stack([q, p]), p)[0], exact_js(p, q)) < 1e-12
    weights = [0.5, 0.25, 0.25]
    with mpmath.workdps(50):
        expected = mpmath.mpf(0)
        for column in zip(p.tolist(), q.tolist(), r.tolist(), strict=True):
            m = mpmath.fsum(w * mpmath.mpf(x) for w, x in zip(weights, column, strict=True))
            expected += mpmath.fsum(
                w * mpmath.mpf(x) * mpmath.log(x / m) for w, x in zip(weights, column, strict=True)
            )
    assert relative(js_divergence(p, q, r, weights=weights), expected) < 1e-12


def test_blocks_join_without_a_seam():
    rng = np.random.default_rng(3)
    size = 3 * arrays.BLOCK + 17
    p, q = (rng.dirichlet(np.ones(size)) for _ in range(2))
    assert kl_divergence(p, q) == pytest.approx(special.rel_entr(p, q).sum(), rel=1e-12)
    assert entropy(p) == pytest.approx(special.entr(p).sum(), rel=1e-13)
    assert cross_entropy(p, q) == pytest.approx(-(p * np.log(q)).sum(), rel=1e-13)
    m = 0.5 * (p + q)
    expected = 0.5 * (special.rel_entr(p, m).sum() + special.rel_entr(q, m).sum())
    assert js_divergence(p, q) == pytest.approx(expected, rel=1e-12)
    two = np.stack([p, q])
    assert kl_divergence(two, two[::-1])[0] == pytest.approx(kl_divergence(p, q), rel=1e-13)
    near = q.copy()
    near[0], near[-1] = near[0] * (1 + 1e-6), near[-1] - near[0] * 1e-6
    assert kl_divergence(np.stack([p, q]), np.stack([q, near]))[1] == pytest.approx(
        kl_divergence(q, near), rel=1e-12
    )


@pytest.mark.parametrize("zeros", [0, 3])
@pytest.mark.parametrize("shape", [(8 * arrays.BLOCK + 5,), (7000, 100), (3, 600_000)])
def test_two_threads_give_the_result_of_one(monkeypatch, shape, zeros):
    rng = np.random.default_rng(17)
    p, q = rng.random(shape), rng.random(shape)
    p[..., :zeros] = 0.0
    p, q = (each / each.sum(axis=-1, keepdims=True) for each in (p, q))
    functions = [lambda p, q: entropy(p), cross_entropy, kl_divergence, js_divergence]
    monkeypatch.setattr(arrays, "processors", lambda: 2)
    shared = []

    def counted(submit, *args):
        shared.append(args)
        return submit(*args)

    other = arrays._other_thread()
    monkeypatch.setattr(other, "submit", functools.partial(counted, other.submit))
    two = [function(p, q) for function in functions]
    assert len(shared) == len(functions) * (3 if shape[0] == 3 else 1)
    monkeypatch.setattr(arrays, "processors", lambda: 1)
    one = [function(p, q) for function in functions]
    assert len(shared) == len(functions) * (3 if shape[0] == 3 else 1)
    for a, b, expected in zip(two, one, _plainly(p, q), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_allclose(a, expected, rtol=1e-11)


def _plainly(p, q):
    m = 0.5 * (p + q)
    yield special.entr(p).sum(axis=-1)
    yield -special.xlogy(p, q).sum(axis=-1)
    yield special.rel_entr(p, q).sum(axis=-1)
    yield 0.5 * (special.rel_entr(p, m) + special.rel_entr(q, m)).sum(axis=-1)


def test_the_first_bad_block_speaks_whichever_thread_has_it(monkeypatch):
    monkeypatch.setattr(arrays, "processors", lambda: 2)
    size = 6 * arrays.BLOCK
    p, q = np.full(size, 1.0 / size), np.full(size, 1.0 / size)
    q[arrays.BLOCK + 1], p[3 * arrays.BLOCK] = -1.0, math.nan
    for _ in range(20):
        with pytest.raises(ValueError, match=f"q: .* entry {arrays.BLOCK + 1} is -1.0"):
            kl_divergence(p, q)


FORKED = """
import os, warnings
import numpy as np
from helpers.numeric import arrays
from helpers.divergence import entropy
arrays.processors = lambda: 2
p = np.full(2**20, 2.0**-20)
assert abs(entropy(p, base=2) - 20) < 1e-12
warnings.simplefilter("ignore", DeprecationWarning)  # forking a process that has threads
child = os.fork()
if child == 0:
    os._exit(0 if abs(entropy(p, base=2) - 20) < 1e-12 else 1)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_has_a_thread_of_its_own():
    run = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=120, check=False
    )
    assert (run.returncode, run.stdout.strip()) == (0, "0"), run.stderr


def test_the_processors_are_counted_where_affinity_is_unknown(monkeypatch):
    assert 1 <= arrays.processors() <= os.cpu_count()
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert arrays.processors() == os.cpu_count()


@pytest.mark.parametrize("shapes", [((700, 1, 5), (1, 90, 5)), ((2, 3, 40_000),) * 2])
def test_groups_of_rows_join_without_a_seam(shapes):
    rng = np.random.default_rng(23)
    p, q = (rng.random(shape) for shape in shapes)
    p, q = (each / each.sum(axis=-1, keepdims=True) for each in (p, q))
    np.testing.assert_allclose(kl_divergence(p, q), special.rel_entr(p, q).sum(axis=-1), rtol=1e-11)


@pytest.mark.parametrize(
    "shapes", [((5,), (4, 5)), ((4, 5), (5,)), ((3, 1, 5), (4, 5)), ((2, 3, 5),) * 2]
)
def test_other_axes_broadcast(shapes):
    rng = np.random.default_rng(11)
    p, q = (rng.dirichlet(np.ones(5), size=shape[:-1] or None) for shape in shapes)
    value = kl_divergence(p, q)
    wide_p, wide_q = np.broadcast_arrays(p, q)
    assert value.shape == wide_p.shape[:-1]
    for index in np.ndindex(*value.shape):
        assert value[index] == pytest.approx(kl_divergence(wide_p[index], wide_q[index]), rel=1e-13)
        assert js_divergence(p, q)[index] == pytest.approx(
            js_divergence(wide_p[index], wide_q[index]), rel=1e-13
        )
        assert cross_entropy(p, q)[index] == pytest.approx(
            cross_entropy(wide_p[index], wide_q[index]), rel=1e-13
        )


def test_axis_says_where_the_categories_are():
    rng = np.random.default_rng(5)
    p, q = rng.dirichlet(np.ones(4), size=(2, 3)), rng.dirichlet(np.ones(4), size=(2, 3))
    turned_p, turned_q = np.moveaxis(p, -1, 0), np.moveaxis(q, -1, 0)
    np.testing.assert_allclose(
        kl_divergence(turned_p, turned_q, axis=0), kl_divergence(p, q), rtol=1e-13
    )
    np.testing.assert_allclose(entropy(turned_p, axis=0), entropy(p), rtol=1e-13)


@pytest.mark.parametrize("axis", [0, 1, -2, None, 0.5, np.array([1, 2])])
@pytest.mark.parametrize(
    "law", [stats.norm(), stats.poisson(3), stats.dirichlet([1.0, 2.0]), empirical([0, 1])]
)
def test_an_axis_beside_distributions_is_refused(law, axis):
    with pytest.raises(TypeError, match="axis: expected none beside distributions, got"):
        entropy(law, axis=axis)
    for function in (cross_entropy, kl_divergence, js_divergence, js_distance):
        with pytest.raises(TypeError, match="axis: expected none beside distributions, got"):
            function(law, law, axis=axis)
        # The default said aloud means what it means in silence.
        assert function(law, law, axis=-1) == function(law, law)


def test_results_are_plain_floats_where_one_number_is_meant():
    assert type(entropy([0.5, 0.5])) is float
    assert type(kl_divergence([0.5, 0.5], [0.5, 0.5])) is float
    assert type(js_distance([0.5, 0.5], [1, 0])) is float
    assert type(entropy(stats.norm())) is float
    assert type(entropy(stats.norm(), base=2)) is float
    assert isinstance(entropy([[0.5, 0.5]]), np.ndarray)


def test_whole_numbers_and_fractions_are_numbers():
    assert entropy([1, 0]) == 0.0
    assert math.copysign(1.0, entropy([1, 0])) == 1.0
    assert kl_divergence([Fraction(1, 2), Fraction(1, 2)], [Fraction(1, 4), Fraction(3, 4)]) == (
        pytest.approx(0.5 * math.log(4 / 3), rel=1e-14)
    )


def test_zero_entries():
    assert kl_divergence([0, 1], [0.5, 0.5]) == pytest.approx(LOG_2, rel=1e-15)
    assert kl_divergence([0.5, 0.5], [0, 1]) == math.inf
    assert cross_entropy([0.5, 0.5], [0, 1]) == math.inf
    assert cross_entropy([0, 1], [0, 1]) == 0.0
    assert kl_divergence([0, 1], [0, 1]) == 0.0
    both = kl_divergence([[0.5, 0.5], [0, 1]], [[0, 1], [0, 1]])
    assert both.tolist() == [math.inf, 0.0]


def test_subnormal_probabilities_are_not_zero():
    tiny = 5e-324
    assert kl_divergence([1.0, 0.0], [tiny, 1.0]) == pytest.approx(-math.log(tiny), rel=1e-15)
    value = kl_divergence([0.5, 0.5], [tiny, 1.0])
    assert value == pytest.approx(0.5 * (math.log(0.5) - math.log(tiny) + math.log(0.5)), rel=1e-15)


# Most of the work is mpmath's, and tracing would double it.
@pytest.mark.no_cover
@pytest.mark.parametrize("size", [3, 5000, arrays.BLOCK + 3])
def test_tiny_and_missing_entries_anywhere(size):
    rng = np.random.default_rng(size)
    p, q = rng.dirichlet(np.ones(size)), rng.dirichlet(np.ones(size))
    q[0], p[1], p[-1], q[-1] = 1e-310, 0.0, 5e-324, q[-1] + q[0]
    p[2], q[1] = p[2] + 1.0 - p.sum(), q[1] + 1.0 - q.sum()
    assert relative(kl_divergence(p, q), exact_kl(p, q)) < 1e-12
    assert relative(js_divergence(p, q), exact_js(p, q)) < 1e-12
    expected = special.entr(p).sum()
    assert entropy(p) == pytest.approx(expected, rel=1e-13)
    assert cross_entropy(p, q) == pytest.approx(expected + kl_divergence(p, q), rel=1e-12)
    rows = js_divergence(np.stack([p, q, p]), q, weights=[1e-9, 1.0 - 1e-9])
    assert rows[0] == pytest.approx(js_divergence(p, q, weights=[1e-9, 1.0 - 1e-9]), rel=1e-12)
    assert rows[1] == 0.0
    weighted = js_divergence(p, q, p, weights=[0.25, 0.5, 0.25])
    assert weighted == pytest.approx(js_divergence(p, q), rel=1e-12)


@pytest.mark.parametrize("at", [0, 1, -1])
@pytest.mark.parametrize("wrong", [-0.25, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("shape", [(4,), (2 * arrays.BLOCK,), (3, 5)])
def test_a_bad_entry_is_found_wherever_it_hides(at, wrong, shape):
    good = np.full(shape, 1.0 / shape[-1])
    bad = good.copy()
    bad[..., at] = wrong
    if wrong == -0.25:
        bad[..., 2] += 0.25 + good[..., 0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in (kl_divergence, cross_entropy, js_divergence):
            with pytest.raises(ValueError, match="p: expected probabilities, each finite and not"):
                function(bad, good)
            with pytest.raises(ValueError, match="q: expected probabilities, each finite and not"):
                function(good, bad)
            with pytest.raises(ValueError, match="p: expected probabilities, each finite and not"):
                function(bad, bad)
        with pytest.raises(ValueError, match="p: expected probabilities, each finite and not"):
            entropy(bad)


def test_base_changes_the_unit():
    p, q = [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]
    for function in (kl_divergence, cross_entropy, js_divergence):
        assert function(p, q, base=2) == pytest.approx(function(p, q) / LOG_2, rel=1e-15)
    assert kl_divergence(stats.norm(), stats.norm(1), base=10) == pytest.approx(0.5 / math.log(10))
    assert js_distance(p, q, base=2) == pytest.approx(math.sqrt(js_divergence(p, q, base=2)))


def test_js_divergence_of_several():
    p, q, r = [0.5, 0.5, 0], [0.25, 0.25, 0.5], [0, 0, 1]
    weights = np.array([0.5, 0.3, 0.2])
    mixture = weights @ np.array([p, q, r])
    expected = sum(w * kl_divergence(x, mixture) for w, x in zip(weights, (p, q, r), strict=True))
    assert js_divergence(p, q, r, weights=weights) == pytest.approx(expected, rel=1e-14)
    assert js_divergence(p, q, r, weights=[0, 0, 1]) == 0.0
    three = np.random.default_rng(1).dirichlet(np.ones(6), size=3)
    mixture = weights @ three
    expected = sum(w * kl_divergence(x, mixture) for w, x in zip(weights, three, strict=True))
    assert js_divergence(*three, weights=weights) == pytest.approx(expected, rel=1e-13)
    laws = [stats.norm(0), stats.norm(1), stats.norm(3)]
    assert 0 < js_divergence(*laws) < math.log(3)
    far = [stats.norm(0), stats.norm(1e3), stats.norm(1e6)]
    assert js_divergence(*far, weights=weights) == pytest.approx(entropy(weights), rel=1e-12)
    assert js_divergence(*laws, weights=[0.5, 0.5, 0]) == pytest.approx(
        js_divergence(*laws[:2]), rel=1e-12
    )


def test_disjoint_supports_give_log_2_exactly():
    assert js_divergence([1, 0], [0, 1]) == LOG_2
    assert js_divergence([0.3, 0.7, 0, 0], [0, 0, 0.1, 0.9]) == LOG_2
    assert js_divergence([1, 0, 0], [0, 1, 0], [0, 0, 1]) == math.log(3)
    assert js_divergence(stats.uniform(0, 1), stats.uniform(2, 1)) == LOG_2
    assert js_divergence(stats.randint(0, 3), stats.randint(3, 6)) == LOG_2
    assert js_divergence(empirical([1, 2]), stats.geom(0.5, loc=5)) == LOG_2
    assert js_divergence(stats.norm(0), stats.norm(1e6)) == LOG_2


def test_uniform_laws_on_whole_numbers_count_from_their_lower_ends():
    p, q = stats.randint(-3, 4), stats.randint(-5, 9)
    assert kl_divergence(p, q) == pytest.approx(LOG_2, rel=1e-15)
    assert kl_divergence(q, p) == math.inf
    assert entropy(p) == pytest.approx(math.log(7), rel=1e-15)


# --- infinite divergences ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.uniform(0, 2), stats.uniform(0, 1)),
        (stats.uniform(-1, 2), stats.beta(2, 2)),
        (stats.norm(), stats.expon()),
        (stats.norm(), stats.uniform()),
        (stats.expon(0, 1), stats.expon(1, 1)),
        (stats.poisson(3), stats.binom(10, 0.3)),
        (stats.poisson(3), stats.geom(0.3)),
        (stats.poisson(3), stats.bernoulli(0.3)),
        (stats.poisson(3), empirical([0, 1, 2])),
        (empirical([0, 1, 2]), stats.geom(0.3)),
        (stats.bernoulli(0.5), stats.bernoulli(0.0)),
        (stats.bernoulli(0.5), stats.bernoulli(1.0)),
        (stats.poisson(3), stats.poisson(0)),
        (stats.binom(3, 0.5), stats.binom(3, 0.0)),
        (stats.geom(0.5), stats.geom(1.0)),
        (stats.nbinom(2, 0.5), stats.nbinom(2, 1.0)),
        (stats.bernoulli(0.5), stats.poisson(0)),
    ],
)
def test_infinite_by_support(p, q):
    assert kl_divergence(p, q) == math.inf
    assert cross_entropy(p, q) == math.inf
    assert 0 < js_divergence(p, q) <= LOG_2


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.cauchy(), stats.norm()),
        (stats.cauchy(), stats.laplace()),
        (stats.cauchy(), stats.logistic()),
        (stats.cauchy(), stats.gumbel_r()),
        (stats.t(1.9), stats.norm()),
        (stats.t(1), stats.laplace()),
        (stats.pareto(1.0), stats.expon()),
        (stats.pareto(2.0), stats.norm()),
        (stats.pareto(0.9), stats.gamma(2)),
        (stats.lognorm(1), stats.gumbel_l()),
        (stats.laplace(), stats.gumbel_r()),
        (stats.laplace(0, 2), stats.gumbel_r()),
        (stats.uniform(), stats.invgamma(1)),
        (stats.expon(), stats.invgamma(2)),
        (stats.invgamma(1), stats.expon()),
        (stats.invgamma(2), stats.norm()),
        (stats.zipf(1.9), stats.geom(0.5)),
        (stats.zipf(2.0), stats.geom(0.5)),
    ],
    ids=lambda law: f"{law.dist.name}{law.args}",
)
def test_infinite_by_tails(p, q):
    assert kl_divergence(p, q) == math.inf
    assert cross_entropy(p, q) == math.inf
    assert 0 < js_divergence(p, q) < LOG_2


@pytest.mark.parametrize(
    ("p", "q", "expected"),
    [
        # -E log q with E X = b/(b - 1) or E|X| of t, by hand.
        (stats.pareto(1.01), stats.expon(), 101 + math.log(1.01) - 1 - 1 / 1.01),
        (stats.pareto(1.001), stats.expon(), 1001 + math.log(1.001) - 1 - 1 / 1.001),
        (stats.t(2.1), stats.norm(), None),
        (stats.t(1.1), stats.laplace(), None),
        (stats.laplace(0, 0.95), stats.gumbel_r(), None),
        (stats.zipf(2.1), stats.geom(0.5), None),
    ],
)
def test_finite_by_a_hair(p, q, expected):
    value = kl_divergence(p, q)
    if expected is None:
        with mpmath.workdps(30):
            if p.dist.name == "t":
                v = mpmath.mpf(p.args[0])
                own = (v + 1) / 2 * (mpmath.digamma((v + 1) / 2) - mpmath.digamma(v / 2))
                own += mpmath.log(mpmath.sqrt(v) * mpmath.beta(v / 2, 0.5))
                if q.dist.name == "norm":
                    cross = mpmath.log(2 * mpmath.pi) / 2 + v / (v - 2) / 2
                else:
                    absolute = 2 * mpmath.sqrt(v) / (v - 1) / mpmath.beta(v / 2, 0.5)
                    cross = mpmath.log(2) + absolute
            elif p.dist.name == "zipf":
                a = mpmath.mpf(p.args[0])
                mean = mpmath.zeta(a - 1) / mpmath.zeta(a)
                own = mpmath.log(mpmath.zeta(a)) - a * mpmath.zeta(a, 1, 1) / mpmath.zeta(a)
                cross = mean * mpmath.log(2)
            else:
                b = mpmath.mpf(p.args[1])
                own, cross = 1 + mpmath.log(2 * b), 1 / (1 - b**2)
            expected = float(cross - own)
    assert value == pytest.approx(expected, rel=1e-9)


def test_entropy_of_a_heavy_discrete_tail():
    a = mpmath.mpf(1.5)
    expected = mpmath.log(mpmath.zeta(a)) - a * mpmath.zeta(a, 1, 1) / mpmath.zeta(a)
    assert entropy(stats.zipf(1.5)) == pytest.approx(float(expected), rel=1e-9)


# --- distributions ----------------------------------------------------------------------------


def test_the_same_distribution_gives_zero():
    for law in (stats.norm(1e3, 1e-3), stats.cauchy(), stats.beta(0.1, 0.2), stats.t(1.1)):
        assert kl_divergence(law, law) == 0.0
        assert js_divergence(law, law) == 0.0
    for law in (stats.poisson(1e6), stats.binom(10, 0.5), empirical([1, 2, 2])):
        assert kl_divergence(law, law) == 0.0
        assert js_divergence(law, law) == 0.0
    covariance = [[2.0, 0.3], [0.3, 1.0]]
    law = stats.multivariate_normal([1.0, 2.0], covariance)
    assert kl_divergence(law, law) == 0.0
    assert js_divergence(law, law) == 0.0
    assert kl_divergence(stats.dirichlet([1, 2.5]), stats.dirichlet([1, 2.5])) == 0.0


def test_large_counts():
    mu = 1e6
    # Stirling: H = log(2 pi e mu)/2 - 1/(12 mu) - 1/(24 mu^2) - ...
    expected = 0.5 * math.log(2 * math.pi * math.e * mu) - 1 / (12 * mu) - 1 / (24 * mu**2)
    assert entropy(stats.poisson(mu)) == pytest.approx(expected, rel=1e-10)
    assert kl_divergence(stats.poisson(mu), stats.poisson(1.01 * mu)) == pytest.approx(
        float(mpmath.mpf(mu) * mpmath.log(1 / mpmath.mpf(1.01)) + mpmath.mpf(1.01 * mu) - mu),
        rel=1e-9,
    )
    assert js_divergence(stats.poisson(mu), stats.poisson(2 * mu)) == LOG_2


def test_empirical_distribution_against_a_model():
    p_hat = empirical([0, 1, 1, 2])
    q = stats.poisson(1.5)
    expected = sum(w * math.log(w / q.pmf(k)) for k, w in ((0, 0.25), (1, 0.5), (2, 0.25)))
    assert kl_divergence(p_hat, q) == pytest.approx(expected, rel=1e-13)
    assert entropy(p_hat) == pytest.approx(1.5 * LOG_2, rel=1e-15)
    assert cross_entropy(p_hat, q) == pytest.approx(expected + 1.5 * LOG_2, rel=1e-13)
    other = empirical([1, 2, 2, 5])
    assert js_divergence(p_hat, other) == pytest.approx(
        js_divergence([0.25, 0.5, 0.25, 0], [0, 0.25, 0.5, 0.25]), rel=1e-14
    )
    k = np.arange(60)
    assert js_divergence(p_hat, q) == pytest.approx(
        js_divergence(p_hat.pmf(k), q.pmf(k)), rel=1e-12
    )


@pytest.mark.parametrize(
    ("p", "values", "expected"),
    [
        (stats.bernoulli(0.3), [0, 1, 1], 0.7 * math.log(2.1) + 0.3 * math.log(0.45)),
        (stats.randint(0, 3), [0, 1, 2, 5], math.log(4 / 3)),
        (stats.binom(3, 0.5), [0, 1, 2], math.inf),
        (stats.binom(3, 0.5), [0, 1, 2, 4], math.inf),
        (stats.binom(9, 0.5), [0, 1], math.inf),
        (stats.poisson(1e-17), [0, 1], math.inf),
        # Certain to be one value, whatever the support says.
        (stats.binom(3, 1.0), [0, 3], LOG_2),
        (stats.binom(3, 0.0), [0, 0], 0.0),
        (stats.poisson(0), [0, 1], LOG_2),
        (stats.geom(1.0), [1], 0.0),
    ],
)
def test_a_model_against_an_empirical_distribution(p, values, expected):
    q = empirical(values)
    assert kl_divergence(p, q) == pytest.approx(expected, rel=1e-13)
    if math.isinf(expected):
        assert cross_entropy(p, q) == math.inf
    else:
        assert cross_entropy(p, q) == pytest.approx(entropy(p) + expected, rel=1e-13)
        estimate = estimate_kl(p, q, 1000, rng=np.random.default_rng(3))
        assert abs(estimate.value - expected) <= 4 * estimate.standard_error + 1e-14


def test_a_law_whose_parameter_is_a_sequence():
    theta = np.array([0.1, 0.6, 0.7])
    law = stats.poisson_binom(theta)
    table = np.array([1.0])
    for each in theta:
        table = np.convolve(table, [1 - each, each])
    assert entropy(law) == pytest.approx(entropy(table), rel=1e-13)
    model = stats.binom(3, 0.5)
    other = kl_divergence(model.pmf(np.arange(4)), table)
    assert kl_divergence(model, law) == pytest.approx(other, rel=1e-12)


@pytest.mark.parametrize("turn", [0.0, 1.0, 3.1, -7.0, 100.0])
def test_laws_on_the_circle(turn):
    # KL(k1, mu1 || k2, mu2) = log I0(k2)/I0(k1) + (k1 - k2 cos(mu1 - mu2)) I1(k1)/I0(k1).
    with mpmath.workdps(30):
        ratio = mpmath.besseli(1, 3) / mpmath.besseli(0, 3)
        expected = mpmath.log(mpmath.besseli(0, 2) / mpmath.besseli(0, 3))
        expected += (3 - 2 * mpmath.cos(0.5)) * ratio
        own = mpmath.log(2 * mpmath.pi * mpmath.besseli(0, 3)) - 3 * ratio
    p, q = stats.vonmises(3, turn), stats.vonmises(2, turn + 0.5)
    assert relative(kl_divergence(p, q), expected) < 1e-9
    assert relative(entropy(p), own) < 1e-9
    assert js_divergence(p, q) == pytest.approx(
        js_divergence(stats.vonmises(3), stats.vonmises(2, 0.5)), rel=1e-9
    )
    estimate = estimate_kl(p, q, 20_000, rng=np.random.default_rng(1))
    assert abs(estimate.value - float(expected)) < 4 * estimate.standard_error


@pytest.mark.parametrize("turn", [-1.0, 3.14])
def test_a_narrow_peak_on_the_circle_is_not_missed(turn):
    kappa = 1e8
    p, q = stats.vonmises(kappa, turn), stats.vonmises(kappa, turn + 1e-3)
    with mpmath.workdps(30):
        # I1/I0 = 1 - 1/(2k) - 1/(8k^2) - ...
        ratio = 1 - 1 / (2 * mpmath.mpf(kappa)) - 1 / (8 * mpmath.mpf(kappa) ** 2)
        apart = mpmath.mpf(turn + 1e-3) - mpmath.mpf(turn)
        expected = kappa * ratio * (1 - mpmath.cos(apart))
    assert relative(kl_divergence(p, q), expected) < 1e-8


def test_a_law_given_by_its_values():
    law = stats.rv_discrete(values=([3, 1, 2], [0.2, 0.5, 0.3]))
    assert entropy(law) == pytest.approx(entropy([0.5, 0.3, 0.2]), rel=1e-14)
    assert kl_divergence(law, law(loc=1)) == math.inf
    other = stats.rv_discrete(values=([1, 2, 3], [0.0, 0.5, 0.5]))
    assert kl_divergence(other, law) == pytest.approx(kl_divergence([0, 0.5, 0.5], [0.5, 0.3, 0.2]))
    assert entropy(other) == pytest.approx(LOG_2, rel=1e-15)


def test_a_histogram():
    law = stats.rv_histogram((np.array([1, 2, 1]), np.array([0, 1, 2, 4])), density=False)
    # Densities 1/4, 1/2 and 1/8 on [0, 1], [1, 2] and [2, 4].
    expected = 0.25 * math.log(4) + 0.5 * math.log(2) + 0.25 * math.log(8)
    assert entropy(law) == pytest.approx(expected, rel=1e-11)
    assert kl_divergence(law, stats.uniform(0, 4)) == pytest.approx(
        math.log(4) - expected, rel=1e-11
    )


class Tent(stats.rv_continuous):
    """A density known to SciPy by its formula alone: 1 - |x| on (-1, 1)."""

    def _pdf(self, x):
        return 1.0 - np.abs(x)


def test_a_distribution_of_your_own():
    law = Tent(a=-1.0, b=1.0, name="tent")()
    assert entropy(law) == pytest.approx(0.5, rel=1e-9)
    assert kl_divergence(law, stats.uniform(-1, 2)) == pytest.approx(LOG_2 - 0.5, rel=1e-9)
    assert kl_divergence(stats.uniform(-1, 2), law) == pytest.approx(1 - LOG_2, rel=1e-9)


@pytest.mark.parametrize("scale", [1e-6, 0.3, 1.0, 1e6])
@pytest.mark.parametrize("step", [1e-3, 1e-6, 1e-10])
def test_nearly_identical_cauchy_laws_keep_their_digits(scale, step):
    for p, q in (
        ((0.0, scale), (0.0, scale * (1 + step))),
        ((0.0, scale), (scale * step, scale)),
        ((1.0, scale), (1.0 + scale * step, scale * (1 - step))),
    ):
        with mpmath.workdps(60):
            (m1, s1), (m2, s2) = (tuple(map(mpmath.mpf, each)) for each in (p, q))
            expected = mpmath.log(((s1 + s2) ** 2 + (m1 - m2) ** 2) / (4 * s1 * s2))
        assert relative(kl_divergence(stats.cauchy(*p), stats.cauchy(*q)), expected) < 1e-12


def test_multivariate_normals_that_nearly_agree():
    for step in (1e-3, 1e-7, 1e-10):
        p = stats.multivariate_normal([0, 0], np.eye(2))
        q = stats.multivariate_normal([0, 0], np.diag([1.0, 1.0 + step]))
        with mpmath.workdps(50):
            s = mpmath.mpf(1.0 + step)
            expected = (1 / s - 1 + mpmath.log(s)) / 2
        assert relative(kl_divergence(p, q), expected) < 1e-12
    far = stats.multivariate_normal([1e3, 0], 1e-6 * np.eye(2))
    wide = stats.multivariate_normal([0, 0], 1e6 * np.eye(2))
    expected = kl_divergence(stats.norm(1e3, 1e-3), stats.norm(0, 1e3)) + kl_divergence(
        stats.norm(0, 1e-3), stats.norm(0, 1e3)
    )
    assert kl_divergence(far, wide) == pytest.approx(expected, rel=1e-12)


def test_multivariate_js_divergence_sees_only_what_differs():
    covariance = np.array([[1.0, 0.3], [0.3, 2.0]])
    p = stats.multivariate_normal([0, 0], covariance)
    q = stats.multivariate_normal([1, 0], covariance)
    apart = math.sqrt(np.linalg.solve(covariance, [1, 0])[0])
    assert js_divergence(p, q) == pytest.approx(
        js_divergence(stats.norm(0), stats.norm(apart)), rel=1e-12
    )
    assert js_divergence(p, q, weights=[1, 0]) == 0.0
    # Independent coordinates, one of them shared: the shared one does not count.
    one = stats.multivariate_normal([0, 5], np.diag([1.0, 3.0]))
    two = stats.multivariate_normal([0, 5], np.diag([4.0, 3.0]))
    assert js_divergence(one, two) == pytest.approx(
        js_divergence(stats.norm(0, 1), stats.norm(0, 2)), rel=1e-12
    )
    assert js_divergence(stats.dirichlet([2, 3]), stats.dirichlet([3, 2])) == pytest.approx(
        js_divergence(stats.beta(2, 3), stats.beta(3, 2)), rel=1e-13
    )


def test_multivariate_js_divergence_in_two_directions():
    p = stats.multivariate_normal([0, 0], np.eye(2))
    q = stats.multivariate_normal([1, 0.5], np.diag([2.0, 0.5]))
    rng = np.random.default_rng(2)
    weights = 0.5, 0.5
    value = js_divergence(p, q)
    parts = []
    for law in (p, q):
        x = law.rvs(size=200_000, random_state=rng)
        mixture = np.logaddexp(p.logpdf(x), q.logpdf(x)) - LOG_2
        parts.append(law.logpdf(x) - mixture)
    estimate = sum(w * np.mean(part) for w, part in zip(weights, parts, strict=True))
    error = math.sqrt(
        sum(w**2 * np.var(part) / part.size for w, part in zip(weights, parts, strict=True))
    )
    assert abs(value - estimate) < 4 * error
    # Turning and stretching the plane changes nothing.
    turn = np.array([[2.0, 1.0], [0.5, 3.0]])
    p2 = stats.multivariate_normal([0, 0], turn @ turn.T)
    q2 = stats.multivariate_normal(turn @ [1, 0.5], turn @ np.diag([2.0, 0.5]) @ turn.T)
    assert js_divergence(p2, q2) == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.halfnorm(0.5, 1), stats.halfnorm(0, 2)),
        (stats.rayleigh(0.5, 1), stats.rayleigh(0, 2)),
        (stats.invgamma(3, 0.5, 1), stats.invgamma(2, 0, 1)),
        (stats.pareto(3, 0.5, 1), stats.pareto(2, 0, 1)),
        (stats.weibull_min(2, 0.5, 1), stats.weibull_min(1.5, 0, 1)),
        (stats.rayleigh(0, 1), stats.norm(1, 1)),
        (stats.rayleigh(0, 1), stats.expon(0, 1)),
        (stats.halfnorm(0, 1), stats.expon(-1, 1)),
        (stats.invgamma(8, 0, 5), stats.norm(1, 1)),
        (stats.invgamma(2.5, 0, 1), stats.expon(0, 1)),
        (stats.uniform(0, 1), stats.laplace(3, 1)),
        (stats.uniform(0, 1), stats.laplace(-3, 1)),
        (stats.gumbel_l(0, 1), stats.norm(1, 1)),
        (stats.laplace(0, 0.5), stats.gumbel_r(1, 1)),
        (stats.powerlaw(2.5), stats.beta(2, 2)),
        (stats.chi2(3), stats.expon()),
        (stats.exponnorm(1.5), stats.norm(1.5, 2)),
        (stats.invweibull(10.5), stats.invweibull(10.5, 0, 1.3)),
    ],
    ids=lambda law: f"{law.dist.name}{law.args}",
)
def test_plain_quadrature_agrees_where_it_can(p, q):
    low, high = p.support()
    low, high = max(low, p.ppf(1e-15)), min(high, p.isf(1e-15))
    points = np.concatenate([[low], p.ppf([1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6]), [high]])
    kinks = [x for law in (p, q) for x in law.args[-2:-1] if low < x < high]
    points = np.unique([*points, *kinks])
    expected, own = 0.0, 0.0
    for a, b in pairwise(points):
        expected += integrate.quad(lambda x: p.pdf(x) * (p.logpdf(x) - q.logpdf(x)), a, b)[0]
        own -= integrate.quad(lambda x: p.pdf(x) * p.logpdf(x), a, b)[0]
    assert kl_divergence(p, q) == pytest.approx(expected, rel=2e-6)
    assert cross_entropy(p, q) == pytest.approx(expected + own, rel=2e-6, abs=1e-8)


def test_families_under_another_name():
    assert entropy(stats.arcsine(1, 2)) == pytest.approx(math.log(math.pi / 4) + LOG_2, rel=1e-13)
    assert kl_divergence(stats.chi2(3, 0, 2), stats.chi2(4)) == pytest.approx(
        kl_divergence(stats.gamma(1.5, scale=4), stats.gamma(2, scale=2)), rel=1e-13
    )
    assert entropy(stats.erlang(3, 0, 2)) == pytest.approx(
        stats.gamma(3, 0, 2).entropy(), rel=1e-12
    )
    # Levy: H = (1 + 3 gamma + log(16 pi c^2))/2, Cover and Thomas, table 17.1.
    expected = 0.5 * (1 + 3 * np.euler_gamma + math.log(16 * math.pi * 9))
    assert entropy(stats.levy(0, 3)) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.geom(0.4, loc=2), stats.geom(0.3)),
        (stats.poisson(2, loc=3), stats.poisson(4)),
        (stats.bernoulli(0.4, loc=1), stats.poisson(1)),
        (stats.bernoulli(0.0), stats.poisson(0)),
        (stats.bernoulli(0.0), stats.poisson(2)),
        (stats.bernoulli(1.0), stats.bernoulli(0.25)),
        (stats.binom(10, 0.3, loc=2), stats.binom(12, 0.4)),
        (stats.binom(10, 0.0), stats.binom(12, 0.4)),
        (stats.binom(10, 1.0), stats.binom(10, 0.25)),
        (stats.nbinom(2.5, 0.3, loc=1), stats.nbinom(2.5, 0.3)),
        (stats.nbinom(2.5, 1.0), stats.nbinom(2.0, 0.3)),
        (stats.poisson(0), stats.poisson(2)),
        (stats.poisson(0), stats.geom(0.3, loc=-1)),
        (stats.planck(0.4), stats.planck(0.5)),
        (stats.dlaplace(0.4), stats.dlaplace(0.5)),
        (stats.logser(0.4), stats.logser(0.5)),
        (stats.logser(0.4), stats.geom(0.5)),
        (stats.randint(0, 3), stats.poisson(2)),
        (stats.hypergeom(20, 7, 12), stats.binom(7, 0.6)),
        (stats.betabinom(10, 0.3, 0.3), stats.binom(10, 0.5)),
        (stats.skellam(3, 2), stats.dlaplace(0.5)),
    ],
    ids=lambda law: f"{law.dist.name}{law.args}{law.kwds or ''}",
)
def test_a_table_of_probabilities_agrees(p, q):
    k = np.arange(-120, 300)
    mass = p.pmf(k)
    seen = mass > 1e-300
    expected = math.fsum(mass[seen] * (np.log(mass[seen]) - q.logpmf(k[seen])))
    assert kl_divergence(p, q) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    crossed = -math.fsum(mass[seen] * q.logpmf(k[seen]))
    assert cross_entropy(p, q) == pytest.approx(crossed, rel=1e-9, abs=1e-12)
    assert js_divergence(p, q) == pytest.approx(
        js_divergence(mass / mass.sum(), q.pmf(k) / q.pmf(k).sum()), rel=1e-8
    )


# --- honesty about accuracy -------------------------------------------------------------------


def test_a_result_that_misses_the_promise_is_named():
    # Two laws known only through a density that underflows: part of the sum is lost.
    with pytest.warns(AccuracyWarning, match="kl_divergence: estimated relative error"):
        kl_divergence(stats.boltzmann(0.1, 1000), stats.boltzmann(10, 1000))
    # Nearly identical laws without a closed form: the densities themselves have too few digits.
    with pytest.warns(AccuracyWarning, match="exceeds 1e-09"):
        value = kl_divergence(stats.t(3), stats.t(3 + 1e-9))
    assert value >= 0.0
    with pytest.warns(AccuracyWarning, match="js_divergence"):
        js_divergence(stats.norm(0), stats.norm(1e-9))


# --- Monte Carlo ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (stats.norm(0, 1), stats.laplace(0.5, 1)),
        (stats.gamma(2), stats.expon(0, 2)),
        (stats.poisson(3), stats.geom(0.2, loc=-1)),
        (empirical([0, 1, 1, 2]), stats.poisson(1)),
        (
            stats.multivariate_normal([0, 0], np.eye(2)),
            stats.multivariate_normal([1, 0], 2 * np.eye(2)),
        ),
        (stats.dirichlet([1, 2, 3]), stats.dirichlet([2, 2, 2])),
    ],
    ids=lambda law: type(law).__name__,
)
def test_estimate_covers_the_value(p, q):
    estimate = estimate_kl(p, q, 100_000, rng=np.random.default_rng(4))
    assert estimate.n == 100_000
    assert 0 < estimate.standard_error < 0.02
    assert abs(estimate.value - kl_divergence(p, q)) < 4 * estimate.standard_error


def test_estimate_has_the_standard_error_of_a_mean():
    rng = np.random.default_rng(8)
    p, q = stats.norm(0, 1), stats.norm(1, 1)
    # log(p/q) = 1/2 - x here: standard deviation one.
    estimate = estimate_kl(p, q, 200_000, rng=rng)
    assert estimate.standard_error == pytest.approx(1 / math.sqrt(200_000), rel=0.01)
    few = estimate_kl(p, q, 2, rng=rng)
    assert few.n == 2


def test_estimate_says_so_where_there_is_none():
    rng = np.random.default_rng(0)
    assert estimate_kl(stats.cauchy(), stats.norm(), 100, rng=rng).value == math.inf
    assert estimate_kl(stats.cauchy(), stats.norm(), 100, rng=rng).standard_error == math.inf
    assert estimate_kl(stats.poisson(3), stats.binom(5, 0.5), 100, rng=rng).value == math.inf
    with pytest.raises(ValueError, match="variance of log"):
        estimate_kl(stats.t(1.5), stats.laplace(), 100, rng=rng)
    with pytest.raises(ValueError, match="variance of log"):
        estimate_kl(stats.zipf(2.5), stats.geom(0.5), 100, rng=rng)


# --- refusals ---------------------------------------------------------------------------------

HALF = [0.5, 0.5]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: entropy([0.5, 0.6]), ValueError, r"p: .*their sum is 1\.1"),
        (lambda: entropy([0.5, 0.5 + 2e-8]), ValueError, r"p: .*sum to 1"),
        (lambda: kl_divergence(HALF, [0.2, 0.2]), ValueError, r"q: .*their sum is 0\.4"),
        (lambda: entropy([[0.5, 0.5], [0.5, 0.6]]), ValueError, r"in row \(1,\) is 1\.1"),
        (lambda: entropy([1.5, -0.5]), ValueError, r"p: .*entry 1 is -0\.5"),
        (lambda: kl_divergence(HALF, [[1.5, -0.5]]), ValueError, r"q: .*entry \(0, 1\) is -0\.5"),
        (lambda: entropy([0.5, math.nan]), ValueError, r"p: .*entry 1 is nan"),
        (lambda: entropy([0.5, math.inf]), ValueError, r"p: .*entry 1 is inf"),
        (lambda: entropy([[0.5, math.inf]]), ValueError, r"p: .*entry \(0, 1\) is inf"),
        (lambda: js_divergence(HALF, [math.inf, -math.inf]), ValueError, r"q: .*entry 0 is inf"),
        (lambda: entropy([]), ValueError, "p: expected at least one probability"),
        (lambda: entropy(np.zeros((3, 0))), ValueError, "p: expected at least one probability"),
        (lambda: entropy(0.5), ValueError, "p: expected an array"),
        (lambda: kl_divergence(HALF, [[0.5, 0.5], [1.0]]), ValueError, "q: expected an array"),
        (
            lambda: entropy(np.ma.array([0.5, 0.5, 0.25], mask=[0, 0, 1])),
            ValueError,
            "p: .*masked entries",
        ),
        (lambda: entropy(["a", "b"]), TypeError, "p: expected probabilities"),
        (lambda: entropy([True, False]), TypeError, "p: expected probabilities"),
        (lambda: entropy([0.5 + 0j, 0.5]), TypeError, "p: expected probabilities"),
        (lambda: entropy([Fraction(1, 2), "x"]), TypeError, "p: expected probabilities"),
        (lambda: entropy([Fraction(1, 2), None]), ValueError, "p: .*entry 1 is nan"),
        (lambda: kl_divergence(HALF, [1.0]), ValueError, "as many categories"),
        (
            lambda: kl_divergence(np.full((2, 2), 0.5), np.full((3, 2), 0.5)),
            ValueError,
            "broadcast",
        ),
        (lambda: entropy(HALF, axis=1), ValueError, "axis: expected an axis of p"),
        (lambda: entropy(HALF, axis=None), TypeError, "axis: expected a whole number, got None"),
        (lambda: js_divergence(HALF, HALF, axis=0.5), TypeError, "axis: expected a whole number"),
        (lambda: entropy(HALF, base=1), ValueError, "base: expected a number greater than 1"),
        (lambda: entropy(HALF, base=0.5), ValueError, "base"),
        (lambda: entropy(HALF, base=math.nan), ValueError, "base"),
        (lambda: entropy(HALF, base="bits"), TypeError, "base: .*'bits'"),
        (lambda: entropy(HALF, base=True), TypeError, "base"),
        (lambda: entropy(stats.norm), TypeError, "p: expected a frozen distribution"),
        (lambda: kl_divergence(HALF, stats.norm()), TypeError, "p: expected a distribution"),
        (lambda: kl_divergence(stats.norm(), HALF), TypeError, "q: expected a distribution"),
        (
            lambda: kl_divergence(stats.norm(), stats.poisson(1)),
            TypeError,
            "continuous and a discrete",
        ),
        (
            lambda: kl_divergence(stats.norm(0, -1), stats.norm()),
            ValueError,
            "p: invalid parameters",
        ),
        (lambda: kl_divergence(stats.norm(), stats.gamma(-1)), ValueError, "q: invalid parameters"),
        (lambda: entropy(stats.norm(math.nan, 1)), ValueError, "p: invalid parameters"),
        (lambda: entropy(stats.poisson(1, loc=0.5)), ValueError, "p: expected a whole number"),
        (lambda: entropy(stats.vonmises_fisher([1, 0], 2)), TypeError, "p: expected an array"),
        (
            lambda: estimate_kl(
                stats.gaussian_kde([1.0, 2.0]), stats.norm(), 9, rng=np.random.default_rng(1)
            ),
            TypeError,
            "p: expected a distribution to draw from",
        ),
        (
            lambda: estimate_kl(
                stats.wishart(2, np.eye(2)),
                stats.wishart(3, np.eye(2)),
                9,
                rng=np.random.default_rng(1),
            ),
            TypeError,
            "p, q: expected multivariate normal or Dirichlet distributions to draw from",
        ),
        (lambda: js_divergence(HALF, HALF, weights=[1.0]), ValueError, "weights: expected 2"),
        (
            lambda: js_divergence(HALF, HALF, weights=[0.5, 0.6]),
            ValueError,
            "weights: expected a sum",
        ),
        (lambda: js_divergence(HALF, HALF, weights=[-0.5, 1.5]), ValueError, "weights"),
        (lambda: js_divergence(HALF, HALF, weights="ab"), TypeError, "weights: expected 2 numbers"),
        (lambda: entropy(stats.vonmises(1, 0, 2)), ValueError, "p: expected scale 1 for vonmises"),
        (lambda: js_divergence(HALF, HALF, [1.0, math.nan]), ValueError, "r: .*entry 1 is nan"),
        (lambda: estimate_kl(stats.norm(), stats.norm(), 10, rng=3), TypeError, "rng"),
        (
            lambda: estimate_kl(stats.norm(), stats.norm(), 1, rng=np.random.default_rng()),
            ValueError,
            "n: expected",
        ),
        (
            lambda: estimate_kl(HALF, HALF, 10, rng=np.random.default_rng()),
            TypeError,
            "p: expected",
        ),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_bad_multivariate_input_is_named():
    p = stats.multivariate_normal([0, 0], np.eye(2))
    with pytest.raises(ValueError, match="positive definite"):
        kl_divergence(stats.multivariate_normal([0, 0], np.ones((2, 2)), allow_singular=True), p)
    with pytest.raises(ValueError, match="finite mean"):
        kl_divergence(p, stats.multivariate_normal([0, math.inf], np.eye(2)))
    with pytest.raises(ValueError, match="one dimension"):
        kl_divergence(p, stats.multivariate_normal([0, 0, 0], np.eye(3)))
    with pytest.raises(TypeError, match="one family"):
        kl_divergence(p, stats.dirichlet([1, 2]))
    with pytest.raises(TypeError, match="q: expected a multivariate"):
        kl_divergence(p, stats.norm())
    with pytest.raises(ValueError, match="two multivariate"):
        js_divergence(p, p, p)
    with pytest.raises(ValueError, match="two parts"):
        js_divergence(stats.dirichlet([1, 2, 3]), stats.dirichlet([3, 2, 1]))
    with pytest.raises(ValueError, match="at most two directions"):
        js_divergence(
            stats.multivariate_normal(np.zeros(3), np.eye(3)),
            stats.multivariate_normal(np.zeros(3), np.diag([2.0, 3.0, 4.0])),
        )


def test_sums_close_to_one_are_accepted_as_they_are():
    p = np.array([0.5, 0.5 + 9e-9])
    assert entropy(p) == pytest.approx(-(p * np.log(p)).sum(), rel=1e-15)
    q = np.array([0.25, 0.75 - 5e-9])
    assert kl_divergence(p, q) == pytest.approx(special.kl_div(p, q).sum(), rel=1e-13)
    assert kl_divergence(p, HALF) >= 0.0


def test_the_inputs_are_left_alone():
    p, q = np.array([0.25, 0.75]), np.array([0.5, 0.5])
    for function in (kl_divergence, js_divergence, cross_entropy):
        function(p, q)
    entropy(p)
    assert p.tolist() == [0.25, 0.75]
    assert q.tolist() == [0.5, 0.5]


def test_mutating_scipy_module_state_is_not_needed():
    """mpmath's global precision is the caller's, not ours."""
    before = mpmath.mp.dps
    kl_divergence(stats.norm(0, 1), stats.norm(0, 1 + 1e-10))
    assert mpmath.mp.dps == before


def test_monte_carlo_joins_its_parts_exactly():
    p, q, n = stats.norm(0, 1), stats.norm(0.5, 1.2), 2 * CHUNK + 1000
    found = estimate_kl(p, q, n, rng=np.random.default_rng(5))
    rng, sizes = np.random.default_rng(5), (CHUNK, CHUNK, 1000)
    draws = np.concatenate([p.rvs(size=size, random_state=rng) for size in sizes])
    ratio = p.logpdf(draws) - q.logpdf(draws)
    assert found.n == n
    assert found.value == pytest.approx(ratio.mean(), rel=1e-10)
    assert found.standard_error == pytest.approx(ratio.std(ddof=1) / math.sqrt(n), rel=1e-9)


def lomax(a, b):
    """The divergence of two Lomax laws, and its value: plus one, they are Pareto."""
    return kl_divergence(stats.lomax(a), stats.lomax(b)), math.log(a / b) + b / a - 1


@pytest.mark.parametrize(
    ("a", "b", "promise"),
    [
        (0.3, 0.2, 1e-12),
        (0.05, 0.1, 1e-12),
        # A thousandth of this law lies beyond 1e150, and hardly a hundredth of the last one below.
        (0.02, 0.01, 1e-12),
        (1e-3, 2e-3, 1e-11),
        (1e-5, 1e-4, 1e-9),
    ],
)
def test_tails_with_mass_beyond_any_power_of_ten(a, b, promise):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, expected = lomax(a, b)
    assert found == pytest.approx(expected, rel=promise)


@pytest.mark.parametrize("shape", [0.01, 1e-3, 1e-4, 1e-6])
def test_mass_nearer_to_an_end_than_any_number(shape):
    # Of gamma(1e-4), 97 per cent lies below the least positive number.
    p = stats.gamma(shape)
    with mpmath.workdps(50):
        a = mpmath.mpf(shape)
        own = a + mpmath.loggamma(a) + (1 - a) * mpmath.digamma(a)
        # E log X is psi(a), its variance psi'(a).
        wide = mpmath.digamma(a) + mpmath.log(mpmath.sqrt(2 * mpmath.pi) * 3)
        wide += (mpmath.psi(1, a) + mpmath.digamma(a) ** 2) / 18
        weibull = -mpmath.log(1.5) - mpmath.digamma(a) / 2 + mpmath.gamma(a + 1.5) / mpmath.gamma(a)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert relative(kl_divergence(p, stats.lognorm(3)), wide - own) < 1e-9
        assert relative(kl_divergence(p, stats.weibull_min(1.5)), weibull - own) < 1e-9
        assert relative(cross_entropy(p, stats.weibull_min(1.5)), weibull) < 1e-9


class LogPareto(stats.rv_continuous):
    """The law of exp(Y) for a Pareto Y: its density falls off as 1/x times a power of log x."""

    def _logpdf(self, x, b):
        return np.log(b) - (b + 1.0) * np.log(np.log(x)) - np.log(x)

    def _ppf(self, u, b):
        return np.exp((1.0 - u) ** (-1.0 / b))


def test_a_tail_that_is_no_power_is_owned_up_to():
    family = LogPareto(a=math.e, name="log_pareto", shapes="b")
    with pytest.warns(AccuracyWarning, match=r"relative error .* \(value 0\.155"):
        found = kl_divergence(family(1.5), family(2.5))
    expected = math.log(1.5 / 2.5) + 2.5 / 1.5 - 1
    assert 1e-4 < abs(found / expected - 1) < 1e-2


@pytest.mark.parametrize("loc", [0.0, 5.0])
def test_a_density_infinite_inside_its_support(loc):
    # Reflected at loc, so that each half has half the mass: the divergence does not change.
    def both(family, a, b):
        half, whole = getattr(stats, family[0]), getattr(stats, family[1])
        return (half(a), half(b)), (whole(a, loc=loc), whole(b, loc=loc))

    for family in (("gamma", "dgamma"), ("weibull_min", "dweibull")):
        for a, b in ((0.3, 2.0), (0.05, 0.3)):
            (p, q), (wide_p, wide_q) = both(family, a, b)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = kl_divergence(wide_p, wide_q)
                assert found == pytest.approx(kl_divergence(p, q), rel=1e-11)
                found = js_divergence(wide_p, wide_q)
                assert found == pytest.approx(js_divergence(p, q), rel=1e-11)
                found = entropy(wide_p)
                assert found == pytest.approx(entropy(p) + LOG_2, rel=1e-11)


def test_an_end_of_support_that_scipy_does_not_tell():
    # Of skewness 2, Pearson's third law is an exponential one; its support is no whole line.
    p = stats.pearson3(2.0, loc=1.0, scale=3.0)
    q = stats.expon(-2.0, 3.0)
    assert kl_divergence(p, q) == pytest.approx(0.0, abs=1e-28)
    assert kl_divergence(stats.norm(1, 3), p) == math.inf
    shifted, bell = stats.gamma(16, loc=-10, scale=0.75), stats.norm(2, 3)
    for skew in (0.5, -0.5):
        found = kl_divergence(stats.pearson3(skew, loc=2, scale=3), bell)
        assert found == pytest.approx(kl_divergence(shifted, bell), rel=1e-11)
    assert kl_divergence(stats.pearson3(0.0), stats.norm(1, 1)) == pytest.approx(0.5, rel=1e-11)
    assert kl_divergence(shifted, stats.pearson3(0.5, loc=2, scale=3)) == pytest.approx(
        0.0, abs=1e-28
    )


def test_an_infinite_shape_that_means_a_law():
    half = stats.truncnorm(0.0, math.inf)
    assert kl_divergence(half, stats.expon()) == pytest.approx(
        kl_divergence(stats.halfnorm(), stats.expon()), rel=1e-11
    )
    assert entropy(half) == pytest.approx(entropy(stats.halfnorm()), rel=1e-12)
    assert kl_divergence(stats.truncnorm(-math.inf, math.inf), stats.norm(1, 2)) == pytest.approx(
        kl_divergence(stats.norm(), stats.norm(1, 2)), rel=1e-11
    )
    assert kl_divergence(stats.t(math.inf), stats.norm(1)) == pytest.approx(0.5, rel=1e-11)
    for law in (stats.gamma(math.inf), stats.poisson(math.inf), stats.beta(1.0, math.inf)):
        with pytest.raises(ValueError, match="p: invalid parameters for"):
            entropy(law)


def test_a_gap_between_two_nodes_of_the_scan():
    # Where the density of q underflows, p's does soon after; in between the divergence is decided.
    assert kl_divergence(stats.gumbel_r(0, 3.84), stats.gumbel_l(-0.00556, 2.39)) == math.inf


def test_one_law_under_two_names():
    # Far out the log-density of the second underflows; the first is equal to it up to there.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kl_divergence(stats.mielke(2, 3), stats.burr(3, 2 / 3)) == pytest.approx(
            0.0, abs=1e-28
        )


class BellByDensity(stats.rv_continuous):
    """A standard normal law that a reader might write: by its density alone, which underflows."""

    def _pdf(self, x):
        return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def test_a_density_that_underflows_is_no_zero():
    q = BellByDensity(name="bell")()
    assert kl_divergence(stats.norm(30), q) == pytest.approx(450.0, rel=1e-9)
    assert kl_divergence(q, stats.norm(100)) == pytest.approx(5000.0, rel=1e-9)
    assert js_divergence(stats.norm(100), q) == LOG_2
    # By tails alone it is still infinite.
    assert kl_divergence(stats.cauchy(), q) == math.inf
    with pytest.warns(AccuracyWarning, match="relative error"):
        assert kl_divergence(stats.norm(36), q) == pytest.approx(648.0, rel=1e-2)
    for p in (stats.norm(38), stats.norm(100), stats.norm(0, 80), stats.uniform(50, 1)):
        for function in (kl_divergence, cross_entropy):
            with pytest.raises(ValueError, match="q: expected a log-density wherever p has mass"):
                function(p, q)


def test_draws_at_which_a_density_is_not_known():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="p, q: at some draws a density leaves the floating-point"):
        estimate_kl(stats.gamma(1e-4), stats.lognorm(3), 1000, rng=rng)
    with pytest.raises(ValueError, match="p, q: a draw fell where SciPy knows no density"):
        estimate_kl(stats.dirichlet([1e-3, 1e-3]), stats.dirichlet([1, 1]), 1000, rng=rng)


def test_multivariate_normals_far_apart_meet_the_ceiling():
    p = stats.multivariate_normal([0, 0], np.eye(2))
    q = stats.multivariate_normal([100, 0], np.diag([2, 3]))
    assert js_divergence(p, q) == LOG_2


def test_what_is_no_distribution_is_called_by_its_name():
    for value, name in ((None, "NoneType"), ("norm", "str"), ([0.5, 0.5], "an array")):
        with pytest.raises(
            TypeError, match=f"q: expected a distribution like the others, got {name}"
        ):
            kl_divergence(stats.norm(), value)


def exact_normal_kl(p, q):
    """The divergence from the inverse and the determinants, with 80 digits."""
    with mpmath.workdps(80):
        one, two = (mpmath.matrix(each.cov.tolist()) for each in (p, q))
        shift = mpmath.matrix(q.mean.tolist()) - mpmath.matrix(p.mean.tolist())
        inverse = two**-1
        product = inverse * one
        trace = mpmath.fsum(product[i, i] for i in range(one.rows))
        logs = mpmath.log(mpmath.det(two) / mpmath.det(one))
        return (trace - one.rows + logs + (shift.T * inverse * shift)[0]) / 2


@pytest.mark.parametrize("gap", [1e-2, 1e-4, 1e-8, 1e-12])
def test_nearly_singular_normals_keep_their_digits(gap):
    tight = np.array([[1.0, 1.0 - gap], [1.0 - gap, 1.0]])
    # SciPy asks to be told that so nearly singular a covariance is meant.
    laws = [
        stats.multivariate_normal(mean, covariance, allow_singular=True)
        for mean, covariance in (
            ([0.0, 0.0], tight),
            ([1.0, 1.0], np.eye(2)),
            ([1e-3, 0.0], tight * (1.0 + 1e-6)),
        )
    ]
    for p in laws:
        for q in laws:
            if p is q:
                assert kl_divergence(p, q) == 0.0
            else:
                assert relative(kl_divergence(p, q), exact_normal_kl(p, q)) < 1e-12
    with mpmath.workdps(50):
        expected = 1 + mpmath.log(2 * mpmath.pi)
        expected += mpmath.log(mpmath.det(mpmath.matrix(tight.tolist()))) / 2
    assert relative(entropy(laws[0]), expected) < 1e-12


def test_hilbert_matrices_as_covariances():
    hilbert = 1.0 / (np.arange(8)[:, None] + np.arange(8) + 1.0)
    p, q, near = (
        stats.multivariate_normal(np.full(8, mean), covariance, allow_singular=True)
        for mean, covariance in ((0.0, hilbert), (1.0, np.eye(8)), (0.0, hilbert * (1.0 + 1e-10)))
    )
    for one, two in ((p, q), (q, p), (p, near)):
        assert relative(kl_divergence(one, two), exact_normal_kl(one, two)) < 1e-12
