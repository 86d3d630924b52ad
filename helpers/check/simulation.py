"""A limit of random quantities, seen in draws."""

from __future__ import annotations

import mpmath as mp
import sympy as sp

from helpers.check.trying import ruled
from helpers.check.verdict import Counterexample, NotChecked, Verdict, Witness, values_of
from helpers.digits.evaluate import NotEvaluable, Undefined, evaluate
from helpers.notation import (
    Bernoulli,
    Categorical,
    Cauchy,
    Expectation,
    Exponential,
    Gamma,
    Normal,
    Pdf,
    Poisson,
    SampleMean,
    Uniform,
    Variance,
)
from helpers.trials.context import generator
from helpers.trials.laws import concretise, witness_families
from helpers.trials.points import points

__all__ = ["check_sampled_limit"]

_DRAWS = 4_000_000


_MISS = 1e-4


def check_sampled_limit(left, right, variable, context) -> Verdict:
    """A mean of random draws: simulated, with Chebyshev's bound as the tolerance."""
    import numpy as np  # noqa: PLC0415 (only simulations need it; keeps the import light)

    (mean,) = left.atoms(SampleMean)
    sample = mean.sample
    if left != mean or sample.size != variable:
        raise NotChecked("only the mean of a random sample itself is simulated")
    t = sp.Symbol("t", real=True)
    f = t if len(mean.args) == 1 else mean.args[1](t)
    witnesses, count = [], 0
    rng = generator(context, left, right)
    names = []
    for name, replacement in witness_families(left, right, salt=str(context.seed)):
        law = sample.distribution.xreplace(replacement)
        goal_e = right.xreplace(replacement)
        inner_f = concretise(f, replacement)
        for env in points([goal_e, Expectation(inner_f, t, law)], context, rng, 1, 0):
            draws = _drawn(law, env, np.random.default_rng(rng.randrange(2**32)), _DRAWS)
            if draws is None:
                continue
            # SciPy knows factorials of arrays, NumPy does not.
            value_of = sp.lambdify([t], _numeric_formula(inner_f, env), ["scipy", "numpy"])
            average = float(np.mean(value_of(draws) * np.ones(len(draws))))
            try:
                goal = evaluate(goal_e, env, 20).value
                variance = evaluate(Variance(inner_f, t, law), env, 20).value
            except (NotEvaluable, Undefined, ValueError):
                continue
            if mp.isinf(variance):
                continue
            tolerance = mp.sqrt(variance / (_DRAWS * _MISS))
            if abs(average - goal) > tolerance:
                return Verdict(
                    "refuted",
                    points=count,
                    counterexample=Counterexample(
                        {
                            **values_of({k: v for k, v in env.items() if k != variable}),
                            str(variable): str(_DRAWS),
                        },
                        f"a mean of {average:.6g}",
                        mp.nstr(goal, 8),
                        f"further apart than Chebyshev's bound allows, {mp.nstr(tolerance, 3)}",
                    ),
                )
            count += 1
            if name:
                names.append(name)
    if count:
        under = f" ({', '.join(names)} densities)" if names else ""
        witnesses.append(
            Witness(
                "sampled",
                f"{count} simulation{'s' * (count > 1)} of {_DRAWS:,} draws{under} within "
                "Chebyshev's bound for one miss in 10^4",
            )
        )
    return ruled(witnesses, count, [left, right], context, weak="sampled")


def _numeric_formula(f, env):
    f = f.xreplace({n: n.unfold() for n in f.atoms(Pdf)})
    return f.subs({k: v for k, v in env.items() if isinstance(k, sp.Symbol)}).evalf(17)


def _drawn(law, env, rng, size):
    """Draws from a concrete distribution, as an array; None for a law that is not simulated."""
    import numpy as np  # noqa: PLC0415 (only simulations need it; keeps the import light)

    values = [
        float(sp.N(p.subs({k: v for k, v in env.items() if isinstance(k, sp.Symbol)})))
        for p in law.parameters
    ]
    makers = {
        Normal: lambda: rng.normal(*values, size),
        Bernoulli: lambda: rng.binomial(1, values[0], size).astype(float),
        Poisson: lambda: rng.poisson(values[0], size).astype(float),
        Exponential: lambda: rng.exponential(1 / values[0], size),
        Gamma: lambda: rng.gamma(values[0], 1 / values[1], size),
        Uniform: lambda: rng.uniform(*values, size),
        Cauchy: lambda: values[0] + values[1] * rng.standard_cauchy(size),
        Categorical: lambda: rng.choice(len(values), size, p=np.array(values) / sum(values)).astype(
            float
        ),
    }
    maker = makers.get(type(law))
    return None if maker is None else maker()
