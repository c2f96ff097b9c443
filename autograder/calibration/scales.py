"""The scales on which values are compared: without ends, and more is better."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

NOTHING_LEARNT = 2 / 3
"""F1 of calling every review positive. A weak model that gets less, since it calls few reviews positive, knows no
less; it counts as this."""
ENDS = 1e-4


@dataclass(frozen=True)
class Scale:
    """Between a measured value and its place."""

    place: Callable[[float], float]
    value: Callable[[float], float]
    rounded: Callable[[float], float]
    """A value as a threshold should be written."""
    floor: float | None
    """Weak models' values below count as this."""


def _logit(f1: float) -> float:
    inside = min(max(f1, ENDS), 1 - ENDS)
    return math.log(inside / (1 - inside))


F1 = Scale(_logit, lambda place: 1 / (1 + math.exp(-place)), lambda value: round(value, 2), NOTHING_LEARNT)
SHARE = Scale(
    lambda share: -math.log10(max(share, 1e-12)),
    lambda place: 10.0**-place,
    lambda value: float(f"{value:.1g}"),
    None,
)
