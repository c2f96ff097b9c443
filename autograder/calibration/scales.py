"""The scales on which values are compared: without ends, and more is better."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

NOTHING_LEARNT = 2 / 3
"""F1 of calling every review positive. A weak model that gets less, since it calls few reviews positive, knows no
less; it counts as this."""
NEARLY_PERFECT = 0.98
"""A right model with more counts as this. Beyond, the logit stretches what a few reviews decide by chance: with
1,000 of them 0.98 has a standard error of 0.2 there, and 0.999 of 1."""
GUESSED = 0.5
"""What a guess gets right of the reviews on which counting phrases is wrong. A weak model that gets less counts as
this, since it could guess."""
ENDS = 1e-4


@dataclass(frozen=True)
class Scale:
    """Between a measured value and its place."""

    place: Callable[[float], float]
    value: Callable[[float], float]
    rounded: Callable[[float], float]
    """A value as a threshold should be written: two digits of an F1, one of a share."""
    finer: Callable[[float], float]
    """The same with four digits, where the first crosses a limit; never easier than the value."""
    floor: float = -math.inf
    """Weak models' values below count as this."""
    ceiling: float = math.inf
    """Right models' values above count as this."""

    def places(self, values: Iterable[float], honest: bool) -> list[float]:
        """The places of a model's values, as they count."""
        return [self.place(min(value, self.ceiling) if honest else max(value, self.floor)) for value in values]


def _logit(f1: float) -> float:
    inside = min(max(f1, ENDS), 1 - ENDS)
    return math.log(inside / (1 - inside))


F1 = Scale(
    _logit,
    lambda place: 1 / (1 + math.exp(-place)),
    lambda value: math.ceil(100 * value) / 100,
    lambda value: math.ceil(10_000 * value) / 10_000,
    NOTHING_LEARNT,
    NEARLY_PERFECT,
)
RIGHT = dataclasses.replace(F1, floor=GUESSED)
SHARE = Scale(
    lambda share: -math.log10(max(share, 1e-12)),
    lambda place: 10.0**-place,
    lambda value: float(f"{value:.1g}"),
    lambda value: math.floor(10_000 * value) / 10_000,
)
