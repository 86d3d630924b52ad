"""Compute torch.json: divergences that PyTorch knows in closed form, in double precision.

pip install torch==2.13.0
python tests/references/make_torch.py
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import distributions as d

torch.set_default_dtype(torch.float64)


def t(*values):
    return [torch.tensor(float(value)) for value in values]


# PyTorch's distribution, and the same law in SciPy's parameters.
LAWS = {
    "normal": (d.Normal(*t(0.5, 1.5)), ["norm", 0.5, 1.5]),
    "normal_2": (d.Normal(*t(-1, 0.75)), ["norm", -1, 0.75]),
    "laplace": (d.Laplace(*t(0.25, 2)), ["laplace", 0.25, 2]),
    "laplace_2": (d.Laplace(*t(-1, 0.5)), ["laplace", -1, 0.5]),
    "exponential": (d.Exponential(*t(0.5)), ["expon", 0, 2]),
    "exponential_2": (d.Exponential(*t(4)), ["expon", 0, 0.25]),
    "gamma": (d.Gamma(*t(2.5, 2)), ["gamma", 2.5, 0, 0.5]),
    "gamma_2": (d.Gamma(*t(0.5, 0.5)), ["gamma", 0.5, 0, 2]),
    "beta": (d.Beta(*t(2, 3)), ["beta", 2, 3, 0, 1]),
    "beta_2": (d.Beta(*t(0.5, 1.5)), ["beta", 0.5, 1.5, 0, 1]),
    "gumbel": (d.Gumbel(*t(0.5, 2)), ["gumbel_r", 0.5, 2]),
    "gumbel_2": (d.Gumbel(*t(-1, 1)), ["gumbel_r", -1, 1]),
    "cauchy": (d.Cauchy(*t(0, 1)), ["cauchy", 0, 1]),
    "cauchy_2": (d.Cauchy(*t(2, 3)), ["cauchy", 2, 3]),
    "half_normal": (d.HalfNormal(*t(1)), ["halfnorm", 0, 1]),
    "half_normal_2": (d.HalfNormal(*t(2)), ["halfnorm", 0, 2]),
    "log_normal": (d.LogNormal(*t(0, 1)), ["lognorm", 1, 0, 1]),
    "pareto": (d.Pareto(*t(2, 2.5)), ["pareto", 2.5, 0, 2]),
    "pareto_2": (d.Pareto(*t(0.5, 1.5)), ["pareto", 1.5, 0, 0.5]),
    "uniform": (d.Uniform(*t(0.25, 0.75)), ["uniform", 0.25, 0.5]),
    "uniform_2": (d.Uniform(*t(0, 1)), ["uniform", 0, 1]),
    "uniform_3": (d.Uniform(*t(1, 3)), ["uniform", 1, 2]),
    "bernoulli": (d.Bernoulli(*t(0.3)), ["bernoulli", 0.3]),
    "bernoulli_2": (d.Bernoulli(*t(0.8)), ["bernoulli", 0.8]),
    "poisson": (d.Poisson(*t(3)), ["poisson", 3]),
    "poisson_2": (d.Poisson(*t(7.5)), ["poisson", 7.5]),
    "binomial": (d.Binomial(10, *t(0.3)), ["binom", 10, 0.3]),
    "binomial_2": (d.Binomial(10, *t(0.7)), ["binom", 10, 0.7]),
    "geometric": (d.Geometric(*t(0.3)), ["geom", 0.3, -1]),
    "geometric_2": (d.Geometric(*t(0.6)), ["geom", 0.6, -1]),
}


def main():
    cases = []
    for p, scipy_p in LAWS.values():
        for q, scipy_q in LAWS.values():
            try:
                value = float(d.kl_divergence(p, q))
            except NotImplementedError:
                continue
            cases.append({"p": scipy_p, "q": scipy_q, "value": repr(value)})
    mean, cov = (
        torch.tensor([1.0, -1.0, 0.5]),
        torch.tensor([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]]),
    )
    one = d.MultivariateNormal(mean, cov)
    two = d.MultivariateNormal(torch.zeros(3), torch.eye(3) * 1.5)
    alpha, beta = torch.tensor([1.0, 2.0, 3.5]), torch.tensor([2.0, 0.5, 1.0])
    several = {
        "normal": {
            "mean": mean.tolist(),
            "cov": cov.tolist(),
            "scale": 1.5,
            "kl": [float(d.kl_divergence(one, two)), float(d.kl_divergence(two, one))],
            "entropy": float(one.entropy()),
        },
        "dirichlet": {
            "p": alpha.tolist(),
            "q": beta.tolist(),
            "kl": float(d.kl_divergence(d.Dirichlet(alpha), d.Dirichlet(beta))),
            "entropy": float(d.Dirichlet(alpha).entropy()),
        },
    }
    out = {
        "made_by": "tests/references/make_torch.py",
        "torch": torch.__version__,
        "several": several,
    }
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    text = json.dumps(out)[:-1] + ', "cases": [\n' + lines + "\n]}\n"
    Path(__file__).with_name("torch.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
