"""The base score of a CVSS 3 vector.

Source: Common Vulnerability Scoring System 3.1, sections 7.1 (equations), 7.4 (metric values), and
5 (the words of the ratings); 3.0 differs in how it rounds up only.
"""

from __future__ import annotations

import math

__all__ = ["base_score", "rating"]

_VALUES = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
#: Privileges weigh less where what they reach is another's.
_PRIVILEGES_CHANGED = {"N": 0.85, "L": 0.68, "H": 0.5}
_RATINGS = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (0.0, "low"))


def base_score(vector: str) -> float | None:
    """Return the base score, 0.0 to 10.0; None where *vector* is no vector of CVSS 3."""
    version, *parts = vector.split("/")
    if version not in {"CVSS:3.0", "CVSS:3.1"}:
        return None
    metrics = dict(part.split(":", 1) for part in parts if ":" in part)
    changed = metrics.get("S") == "C"
    values = _VALUES | ({"PR": _PRIVILEGES_CHANGED} if changed else {})
    try:
        weights = {name: known[metrics[name]] for name, known in values.items()}
    except KeyError:
        return None
    impact = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    total = 7.52 * (impact - 0.029) - 3.25 * (impact - 0.02) ** 15 if changed else 6.42 * impact
    if total <= 0:
        return 0.0
    exploitability = 8.22 * weights["AV"] * weights["AC"] * weights["PR"] * weights["UI"]
    return _rounded_up(min((1.08 if changed else 1.0) * (total + exploitability), 10.0))


def _rounded_up(score: float) -> float:
    """Round up to one decimal, without the error of binary fractions (appendix A)."""
    whole = round(score * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10


def rating(score: float) -> str:
    """Return the word for *score*."""
    return next(word for lowest, word in _RATINGS if score >= lowest)
