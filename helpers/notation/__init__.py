"""The vocabulary of the book as SymPy expressions.

Distributions (abstract or concrete), expectation, entropy, cross-entropy, Kullback-Leibler and
Jensen-Shannon divergence, likelihood, and arg min / arg max. Every one of them prints in the
field's standard LaTeX, substitutes like any SymPy expression, and knows its definition:
``unfold()`` opens it by one level (a sum or an integral, unevaluated), ``doit()`` evaluates it.

All logarithms are natural: entropies and divergences are in nats.

Examples
--------
>>> import sympy as sp
>>> x = sp.Symbol("x", real=True)
>>> P, Q = Density("P"), Density("Q")
>>> KL(P, Q)
KL(P || Q)
>>> KL(P, Q).unfold()
E_{x ~ P}[log(p(x)/q(x))]
>>> sp.latex(KL(P, Q))
'D_{\\\\mathrm{KL}}\\\\left(P \\\\,\\\\|\\\\, Q\\\\right)'
"""

from __future__ import annotations

from helpers.notation.densities import Density, Distribution, Pdf, VocabularyExpr
from helpers.notation.distributions import (
    Bernoulli,
    Beta,
    BetaBinomial,
    Binomial,
    Categorical,
    Cauchy,
    Concrete,
    Empirical,
    Exponential,
    Gamma,
    Geometric,
    Independent,
    Laplace,
    Mixture,
    Normal,
    Poisson,
    Transformed,
    Uniform,
    Unnormalised,
)
from helpers.notation.optima import ArgMax, ArgMin
from helpers.notation.printing import symbol_latex
from helpers.notation.quantities import (
    JSD,
    KL,
    CrossEntropy,
    Entropy,
    Expectation,
    Finite,
    FisherInformation,
    Indicator,
    Probability,
    Variance,
)
from helpers.notation.samples import Likelihood, LogLikelihood, Sample, SampleMean

__all__ = [
    "JSD",
    "KL",
    "ArgMax",
    "ArgMin",
    "Bernoulli",
    "Beta",
    "BetaBinomial",
    "Binomial",
    "Categorical",
    "Cauchy",
    "Concrete",
    "CrossEntropy",
    "Density",
    "Distribution",
    "Empirical",
    "Entropy",
    "Expectation",
    "Exponential",
    "Finite",
    "FisherInformation",
    "Gamma",
    "Geometric",
    "Independent",
    "Indicator",
    "Laplace",
    "Likelihood",
    "LogLikelihood",
    "Mixture",
    "Normal",
    "Pdf",
    "Poisson",
    "Probability",
    "Sample",
    "SampleMean",
    "Transformed",
    "Uniform",
    "Unnormalised",
    "Variance",
    "VocabularyExpr",
    "symbol_latex",
]
