"""Numbers in sentences: what a program prints, written as people write it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

__all__ = ["GREEK", "SUPERSCRIPTS", "adding_up", "readable"]

SUPERSCRIPTS = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
# In a sentence no one of these is a word or the name of a family, as beta and gamma are.
_LETTERS = (
    "theta", "lambda", "mu", "nu", "sigma", "rho", "delta", "epsilon", "varepsilon", "kappa",
)  # fmt: skip
_IN_SENTENCES = {name: GREEK[name] for name in _LETTERS}


def readable(text: str) -> str:
    """Return text with its numbers, and the short formulas of a program, as people write them.

    Formulas between dollar signs, and a hyphen that is no number's sign, stay as they are.

    Examples
    --------
    >>> readable("relative error < 1e-30 at x = -0.5, where $x-1$ is -1.65e+4")
    'relative error <\xa010⁻³⁰ at x = −0.5, where $x-1$ is −1.65\xa0×\xa010⁴'
    >>> readable("the limit is 1/(2*lambda**2), not -oo or sigma**(-2)")
    'the limit is 1/(2·λ²), not −∞ or σ⁻²'
    >>> readable("zero once k = epsilon*sqrt(n)/sigma and m = 2*sqrt(k/2)")
    'zero once k = ε·√n/σ and m = 2·√(k/2)'
    >>> readable("factor n_1 + theta_2, as first_1 says")
    'factor n₁ + θ₂, as first_1 says'
    """

    def power(found: re.Match) -> str:
        ten = f"10{str(int(found[2])).translate(SUPERSCRIPTS)}"
        return ten if found[1] == "1" else f"{found[1]}\xa0×\xa0{ten}"

    parts = text.split("$")
    for at in range(0, len(parts), 2):
        part = re.sub(r"\b[a-z]+(?![a-z])", lambda m: _IN_SENTENCES.get(m[0], m[0]), parts[at])
        part = re.sub(r"\boo\b", "∞", part)
        part = re.sub(r"\bsqrt(?:\((\w)\)|(?=\())", lambda m: "√" + (m[1] or ""), part)
        part = re.sub(r"\b([^\W\d_])_(\d+)\b", lambda m: m[1] + m[2].translate(_SUBSCRIPTS), part)
        raised = r"(?:\*\*|(?<=10)\^)(?:\((-?\d+)\)|(\d+))"
        part = re.sub(raised, lambda m: (m[1] or m[2]).translate(SUPERSCRIPTS), part)
        part = re.sub(r"(?<=[\w)⁰¹²³⁴⁵⁶⁷⁸⁹])\*(?=[\w(√])", "·", part)
        # A sign touches what follows and not what is before it; between two terms stand two spaces.
        part = re.sub(r"(?<![\w.)\]-])-(?=[\w∞(])|(?<=[\w)] )-(?= [\w(])", "−", part)
        part = re.sub(r"\b(\d+(?:\.\d+)?)e([-+]?\d+)\b", power, part)
        parts[at] = re.sub(r"([<>]) (?=10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", "\\1\xa0", part)
    return "$".join(parts)


def adding_up(parts: Sequence[float], decimals: int) -> tuple[str, list[str]]:
    """Return a sum and its parts, rounded so that what is printed adds up.

    Each part rounded by itself can leave the last digit wrong: 0.06 + 0.06 is 0.12, and to one
    decimal 0.1 + 0.1 would stand beside 0.1. The sum is rounded, and where the rounded parts miss
    it, those that rounding moved farthest are rounded the other way: no number is off by a unit
    of its last digit.

    Parameters
    ----------
    parts : sequence of float
        The summands, finite.
    decimals : int
        How many decimals are printed.

    Returns
    -------
    total : str
    parts : list of str

    Raises
    ------
    ValueError
        If a part is not finite: nothing printed would be true of it.

    Examples
    --------
    >>> adding_up([2.04834, 0.04992], 4)
    ('2.0983', ['2.0484', '0.0499'])
    >>> adding_up([1.26, -0.52], 1)
    ('0.7', ['1.2', '-0.5'])
    """
    if not all(map(math.isfinite, parts)):
        raise ValueError(f"parts: expected finite numbers, got {list(parts)}")
    units = [part * 10**decimals for part in parts]
    total = round(math.fsum(units))
    rounded = [round(unit) for unit in units]
    missing = total - sum(rounded)
    way = 1 if missing > 0 else -1
    farthest = sorted(range(len(units)), key=lambda k: way * (rounded[k] - units[k]))
    for k in farthest[: abs(missing)]:
        rounded[k] += way
    written = [f"{unit / 10**decimals:.{decimals}f}" for unit in (total, *rounded)]
    return written[0], written[1:]
