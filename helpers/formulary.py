"""The formulas of the book's families: one table, each entry checked before it is shown."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import log

from helpers.derivation import Derivation
from helpers.notation import (
    KL,
    Bernoulli,
    Entropy,
    Exponential,
    FisherInformation,
    Geometric,
    Normal,
    Poisson,
)
from helpers.prose import Text, table
from helpers.shown.rendering import latex

__all__ = ["FAMILIES", "Family", "families", "table_of_divergences", "table_of_second_orders"]


@dataclass(frozen=True)
class Family:
    """A family with its formulas.

    Attributes
    ----------
    name : str
        With the letters of its parameters, as MyST text.
    law, other : helpers.notation.Distribution
        A member, and a second one with primed parameters.
    parameter : sympy.Symbol
        The parameter that the Fisher information is about.
    estimate : str
        The maximum-likelihood estimate, LaTeX; its chain stands in the chapter on definitions.
    information, entropy, divergence : sympy.Expr
        Fisher information; entropy and divergence in nats. No entropy where there is no closed
        form.
    domain : dict
        Where the parameters live, where that is not what their symbols say.
    """

    name: str
    law: sp.Basic
    other: sp.Basic
    parameter: sp.Symbol
    estimate: str
    information: sp.Expr
    entropy: sp.Expr | None
    divergence: sp.Expr
    domain: dict

    def checked(self, quantity: sp.Expr, formula: sp.Expr | None) -> str:
        """Return the formula between dollar signs once the checker has seen it."""
        if formula is None:
            return "–"
        Derivation(quantity, domain=self.domain).equals(formula)
        return f"${latex(formula)}$"


def _families() -> tuple[Family, ...]:
    t, s = sp.symbols("theta theta'", positive=True)
    lam, nu = sp.symbols("lambda lambda'", positive=True)
    mu, mu_ = sp.symbols("mu mu'", real=True)
    sigma, sigma_ = sp.symbols("sigma sigma'", positive=True)
    chance = sp.Interval.open(0, 1)
    unit = {t: chance, s: chance}
    coin = t * log(t / s) + (1 - t) * log((1 - t) / (1 - s))
    return (
        Family(
            r"Bernoulli, $\theta$",
            Bernoulli(t),
            Bernoulli(s),
            t,
            r"\bar x",
            1 / (t * (1 - t)),
            -t * log(t) - (1 - t) * log(1 - t),
            coin,
            unit,
        ),
        Family(
            r"geometric, $\theta$",
            Geometric(t),
            Geometric(s),
            t,
            r"1/(1 + \bar x)",
            1 / (t**2 * (1 - t)),
            -log(t) - (1 - t) * log(1 - t) / t,
            coin / t,
            unit,
        ),
        Family(
            r"Poisson, $\lambda$",
            Poisson(lam),
            Poisson(nu),
            lam,
            r"\bar x",
            1 / lam,
            None,
            lam * log(lam / nu) - lam + nu,
            {},
        ),
        Family(
            r"exponential, rate $\lambda$",
            Exponential(lam),
            Exponential(nu),
            lam,
            r"1/\bar x",
            1 / lam**2,
            1 - log(lam),
            log(lam / nu) + nu / lam - 1,
            {},
        ),
        Family(
            r"normal, $\mu$ and $\sigma$",
            Normal(mu, sigma),
            Normal(mu_, sigma_),
            mu,
            r"\bar x,\ \hat s",
            1 / sigma**2,
            log(2 * sp.pi * sp.E * sigma**2) / 2,
            log(sigma_ / sigma) + (sigma**2 + (mu - mu_) ** 2) / (2 * sigma_**2) - sp.S.Half,
            {},
        ),
    )


FAMILIES = _families()


def families() -> Text:
    """Return the table of estimates and Fisher information.

    Raises
    ------
    helpers.derivation.DerivationError
        If one of the formulas is false.
    """
    rows = [
        (
            family.name,
            f"${family.estimate}$",
            family.checked(FisherInformation(family.law, family.parameter), family.information),
            family.checked(Entropy(family.law), family.entropy),
        )
        for family in FAMILIES
    ]
    return table({"family": "", "most likely": "", "Fisher information": "", "entropy": ""}, rows)


def table_of_divergences() -> Text:
    """Return the table of divergences and of cross-entropies.

    Raises
    ------
    helpers.derivation.DerivationError
        If one of the formulas is false.
    """
    rows = [
        (
            family.name,
            family.checked(KL(family.law, family.other), family.divergence),
            "entropy + divergence"
            if family.entropy is None
            else f"${latex(sp.simplify(family.entropy + family.divergence))}$",
        )
        for family in FAMILIES
    ]
    return table(
        {"family": "", "$D_{\\mathrm{KL}}(P \\,\\Vert\\, Q)$": "", "cross-entropy": ""}, rows
    )


def table_of_second_orders() -> Text:
    """Return the table of limits of both divergences of near neighbours, over the step squared.

    Raises
    ------
    helpers.derivation.DerivationError
        If one of the limits is not half the Fisher information.
    """
    (t,), (lam,) = FAMILIES[0].law.parameters, FAMILIES[2].law.parameters
    mu, sigma = FAMILIES[4].law.parameters
    step = sp.Symbol("h", positive=True)
    either_way = sp.Symbol("h", real=True)
    rows = []
    for name, law, parameter, information, h in (
        (r"Bernoulli, $\theta$", Bernoulli, t, 1 / (t * (1 - t)), either_way),
        (r"Poisson, $\lambda$", Poisson, lam, 1 / lam, step),
        (r"exponential, $\lambda$", Exponential, lam, 1 / lam**2, step),
        (r"normal, $\mu$", lambda m: Normal(m, sigma), mu, 1 / sigma**2, step),
        (r"normal, $\sigma$", lambda s: Normal(mu, s), sigma, 2 / sigma**2, step),
    ):
        here, near = law(parameter), law(parameter + h)
        domain = {t: sp.Interval.open(0, 1)} if parameter == t else {}
        Derivation(FisherInformation(here, parameter), domain=domain).equals(information)
        statuses = [
            Derivation(KL(one, other) / h**2, domain=domain)
            .tends_to(information / 2, as_=(h, 0))
            .status
            for one, other in ((here, near), (near, here))
        ]
        rows.append((name, *(f"${latex(e)}$" for e in (information, information / 2)), *statuses))
    return table(
        {
            "family": "",
            "$I$": "",
            "limit of $D/h^2$": "",
            r"$D_{\mathrm{KL}}(p_\theta \,\Vert\, p_{\theta+h})$": "",
            r"$D_{\mathrm{KL}}(p_{\theta+h} \,\Vert\, p_\theta)$": "",
        },
        rows,
    )
