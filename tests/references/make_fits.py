"""Compute fits.json: maximum-likelihood fits to real data by mpmath, from the densities alone.

The likelihood equations are solved by Newton's method with 30 digits and numerical derivatives,
from a start found by a crude search; standard errors are the square roots of the diagonal of the
inverse observed information. Where the maximum is at an edge (uniform, Pareto, Laplace) the
textbook's estimator is evaluated instead. Nothing of the helpers package is used.

Data: Rutherford, Geiger and Bateman (1910); von Bortkiewicz (1898); Student (1907), yeast cells
in 400 squares, first and fourth concentration; Newcomb (1882), passage times of light; Michelson
(1879), speed of light; the Nile's flow at Aswan 1871-1970 (Cobb 1978).

    python tests/references/make_fits.py
"""

from __future__ import annotations

import json
from pathlib import Path

import mpmath
import numpy as np
from mpmath import mp, mpf
from scipy import optimize

mp.dps = 30

COUNTED = {
    "rutherford": [57, 203, 383, 525, 532, 408, 273, 139, 45, 27, 10, 4, 0, 1, 1],
    "bortkiewicz": [109, 65, 22, 3, 1],
    "student_1": [213, 128, 37, 18, 3, 1],
    "student_4": [0, 20, 43, 53, 86, 70, 54, 37, 18, 10, 5, 2, 2],
}
MEASURED = {
    "newcomb": """28 26 33 24 34 -44 27 16 40 -2 29 22 24 21 25 30 23 29 31 19 24 20 36 32 36 28 25
        21 28 29 37 25 28 26 30 32 36 26 30 22 36 23 27 27 28 27 31 27 26 33 26 32 32 24 39 28 24
        25 32 25 29 27 28 29 16 23""",
    "michelson": """850 740 900 1070 930 850 950 980 980 880 1000 980 930 650 760 810 1000 1000 960
        960 960 940 960 940 880 800 850 880 900 840 830 790 810 880 880 830 800 790 760 800 880 880
        880 860 720 720 620 860 970 950 880 910 850 870 840 840 850 840 840 840 890 810 810 820 800
        770 760 740 750 760 910 920 890 860 880 720 840 850 850 780 890 840 780 810 760 810 790 810
        820 850 870 870 810 740 810 940 950 800 810 870""",
    "nile": """1120 1160 963 1210 1160 1160 813 1230 1370 1140 995 935 1110 994 1020 960 1180 799
        958 1140 1100 1210 1150 1250 1260 1220 1030 1100 774 840 874 694 940 833 701 916 692 1020
        1050 969 831 726 456 824 702 1120 1100 832 764 821 768 845 864 862 698 845 744 796 1040 759
        781 865 845 944 984 897 822 1010 771 676 649 846 812 742 801 1040 860 874 848 890 744 749
        838 1050 918 986 797 923 975 815 1020 906 901 1170 912 746 919 718 714 740""",
}


def sample(name):
    """Return pairs (value, count)."""
    if name in COUNTED:
        return [(mpf(k), c) for k, c in enumerate(COUNTED[name]) if c]
    values = [int(x) for x in MEASURED[name].split()]
    return [(mpf(v), values.count(v)) for v in sorted(set(values))]


def scaled(density):
    return lambda x, *args: density((x - args[-2]) / args[-1], *args[:-2]) - mp.log(args[-1])


LOG = {
    "poisson": lambda x, mu: x * mp.log(mu) - mu - mp.loggamma(x + 1),
    "geom": lambda x, t: mp.log(t) + (x - 1) * mp.log(1 - t),
    "bernoulli": lambda x, t: mp.log(t) if x else mp.log(1 - t),
    "binom": lambda x, n, t: mp.log(mp.binomial(n, x)) + x * mp.log(t) + (n - x) * mp.log(1 - t),
    "nbinom": lambda x, n, t: (
        mp.loggamma(x + n) - mp.loggamma(n) - mp.loggamma(x + 1) + n * mp.log(t) + x * mp.log(1 - t)
    ),
    "norm": scaled(lambda z: -z * z / 2 - mp.log(2 * mp.pi) / 2),
    "laplace": scaled(lambda z: -abs(z) - mp.log(2)),
    "logistic": scaled(lambda z: -z - 2 * mp.log(1 + mp.exp(-z))),
    "cauchy": scaled(lambda z: -mp.log(mp.pi) - mp.log(1 + z * z)),
    "gumbel_r": scaled(lambda z: -z - mp.exp(-z)),
    "gumbel_l": scaled(lambda z: z - mp.exp(z)),
    "expon": scaled(lambda z: -z),
    "rayleigh": scaled(lambda z: mp.log(z) - z * z / 2),
    "halfnorm": scaled(lambda z: mp.log(2 / mp.pi) / 2 - z * z / 2),
    "gamma": scaled(lambda z, a: (a - 1) * mp.log(z) - z - mp.loggamma(a)),
    "invgamma": scaled(lambda z, a: -(a + 1) * mp.log(z) - 1 / z - mp.loggamma(a)),
    "lognorm": scaled(
        lambda z, s: -(mp.log(z) ** 2) / (2 * s * s) - mp.log(z * s) - mp.log(2 * mp.pi) / 2
    ),
    "weibull_min": scaled(lambda z, c: mp.log(c) + (c - 1) * mp.log(z) - z**c),
    "beta": scaled(
        lambda z, a, b: (a - 1) * mp.log(z) + (b - 1) * mp.log(1 - z) - mp.log(mp.beta(a, b))
    ),
    "t": scaled(
        lambda z, v: (
            mp.loggamma((v + 1) / 2)
            - mp.loggamma(v / 2)
            - mp.log(v * mp.pi) / 2
            - (v + 1) / 2 * mp.log(1 + z * z / v)
        )
    ),
    "uniform": scaled(lambda z: mpf(0)),
    "pareto": scaled(lambda z, b: mp.log(b) - (b + 1) * mp.log(z)),
}
NAMES = {
    "poisson": ["mu"], "geom": ["p"], "bernoulli": ["p"], "binom": ["n", "p"],
    "nbinom": ["n", "p"], "gamma": ["a"], "invgamma": ["a"], "lognorm": ["s"],
    "weibull_min": ["c"], "beta": ["a", "b"], "t": ["df"], "pareto": ["b"],
}  # fmt: skip
DISCRETE = ("poisson", "geom", "bernoulli", "binom", "nbinom")

# (data, family, fixed, start for the free parameters, shift or scale of the data)
SMOOTH = [
    ("rutherford", "poisson", {}, [3]),
    ("bortkiewicz", "poisson", {}, [1]),
    ("student_1", "poisson", {}, [1]),
    ("student_4", "poisson", {}, [4]),
    ("student_1", "nbinom", {}, [3, 0.8]),
    ("rutherford", "binom", {"n": 20}, [0.2]),
    ("student_4", "binom", {"n": 40}, [0.1]),
    ("rutherford", "geom", {"loc": -1}, [0.2]),
    ("bortkiewicz", "geom", {"loc": -1}, [0.6]),
    ("michelson", "norm", {}, [850, 80]),
    ("michelson", "logistic", {}, [850, 45]),
    ("michelson", "cauchy", {}, [850, 45]),
    ("michelson", "gumbel_r", {}, [815, 75]),
    ("michelson", "gumbel_l", {}, [890, 80]),
    ("michelson", "gamma", {}, [116, 7.3]),
    ("michelson", "invgamma", {}, [114, 96000]),
    ("michelson", "lognorm", {}, [0.09, 848]),
    ("michelson", "weibull_min", {}, [11, 887]),
    ("newcomb", "norm", {}, [26, 10]),
    ("newcomb", "logistic", {}, [27, 3]),
    ("newcomb", "cauchy", {}, [27, 3]),
    ("newcomb", "t", {}, [2, 27, 4]),
    ("newcomb", "norm", {"loc": 24.8332}, [10]),
    ("nile", "norm", {}, [919, 168]),
    ("nile", "gamma", {}, [30, 30]),
    ("nile", "invgamma", {}, [28, 25000]),
    ("nile", "lognorm", {}, [0.18, 900]),
    ("nile", "weibull_min", {}, [5.8, 990]),
    ("nile", "gumbel_r", {}, [840, 140]),
    ("nile", "logistic", {}, [910, 95]),
    ("nile", "expon", {}, [900]),
    ("nile", "rayleigh", {}, [660]),
    ("nile", "halfnorm", {}, [930]),
    ("nile", "beta", {"loc": 0, "scale": 1500}, [11, 7]),
    ("nile", "t", {"df": 5}, [910, 150]),
]
LOCATED = ("norm", "laplace", "logistic", "cauchy", "gumbel_r", "gumbel_l", "t", "uniform")


def names(family):
    shapes = NAMES.get(family, [])
    return [*shapes, "loc"] if family in DISCRETE else [*shapes, "loc", "scale"]


def log_likelihood(family, params, data):
    args = [params[name] for name in names(family)]
    if family in DISCRETE:
        *shapes, loc = args
        return mp.fsum(c * LOG[family](x - loc, *shapes) for x, c in data)
    return mp.fsum(c * LOG[family](x, *args) for x, c in data)


def solve(data, family, fixed, start):
    held = {name: mpf(value) for name, value in fixed.items()}
    if family not in LOCATED:
        held.setdefault("loc", mpf(0))
    free = [name for name in names(family) if name not in held]

    def value(*point):
        return log_likelihood(family, {**held, **dict(zip(free, point, strict=True))}, data)

    def crude(point):
        try:
            return -float(mp.re(value(*(mpf(float(x)) for x in point))))
        except (ValueError, ZeroDivisionError):
            return 1e12

    first = optimize.minimize(crude, start, method="Nelder-Mead", options={"maxfev": 400})
    size = len(free)

    def derivative(point, orders):
        return mp.diff(value, tuple(point), orders)

    point = mp.matrix([mpf(float(x)) for x in first.x])
    for _ in range(12):
        unit = np.eye(size, dtype=int)
        gradient = mp.matrix([derivative(point, tuple(unit[i])) for i in range(size)])
        hessian = mp.matrix(size, size)
        for i in range(size):
            for j in range(size):
                hessian[i, j] = derivative(point, tuple(int(k) for k in unit[i] + unit[j]))
        step = mp.lu_solve(hessian, gradient)
        point = point - step
        if max(abs(step[i] / point[i]) for i in range(size)) < mpf(10) ** -16:
            break
    else:
        raise RuntimeError(f"no convergence: {family}")
    covariance = (-hessian) ** -1
    return {
        "params": {name: mp.nstr(point[i], 16) for i, name in enumerate(free)},
        "standard_errors": {
            name: mp.nstr(mp.sqrt(covariance[i, i]), 12) for i, name in enumerate(free)
        },
        "log_likelihood": mp.nstr(value(*point), 18),
    }


def edges():
    """Yield the fits whose maximum is at an edge, by the textbook's estimator."""
    for name in ("michelson", "newcomb", "nile"):
        data = sample(name)
        ordered = [x for x, c in data for _ in range(c)]
        n = len(ordered)
        middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
        scale = mp.fsum(abs(x - middle) for x in ordered) / n
        yield name, "laplace", {}, {"loc": middle, "scale": scale}
    data = sample("nile")
    low, high = data[0][0], data[-1][0]
    growth = mp.fsum(c * mp.log(x / low) for x, c in data) / 100
    yield "nile", "pareto", {}, {"b": 1 / growth, "scale": low}
    yield "nile", "uniform", {}, {"loc": low, "scale": high - low}
    yield "nile", "uniform", {"loc": 0}, {"scale": high}


def main():
    fits = []
    for name, family, fixed, start in SMOOTH:
        result = solve(sample(name), family, fixed, start)
        fits.append({"data": name, "family": family, "fixed": fixed, **result})
        print(fits[-1], flush=True)
    for name, family, fixed, params in edges():
        full = {"loc": mpf(0), **{k: mpf(v) for k, v in fixed.items()}, **params}
        value = log_likelihood(family, full, sample(name))
        fits.append(
            {
                "data": name,
                "family": family,
                "fixed": fixed,
                "params": {key: mp.nstr(x, 16) for key, x in params.items()},
                "log_likelihood": mp.nstr(value, 18),
            }
        )
    data = {name: [[k, c] for k, c in enumerate(counts) if c] for name, counts in COUNTED.items()}
    data |= {name: [[int(x), c] for x, c in sample(name)] for name in MEASURED}
    out = {
        "made_by": "tests/references/make_fits.py",
        "mpmath": mpmath.__version__,
        "data": data,
    }
    lines = ",\n".join("  " + json.dumps(fit) for fit in fits)
    text = json.dumps(out)[:-1] + ', "fits": [\n' + lines + "\n]}\n"
    Path(__file__).with_name("fits.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
