"""The scale that all pictures share: orange over white to blue, zero in the middle, and signed numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textlab.attribution.explanation import Explanation

# The ends of the scale: light enough for dark text, and far apart for red-green-blind readers.
POSITIVE = (94, 156, 222)
NEGATIVE = (238, 148, 52)


def largest_score(explanations: Sequence[Explanation]) -> float:
    """The end of the scale: the largest absolute score of all sentences, 0 when there is none."""
    return max((abs(score) for item in explanations for score in item.scores), default=0.0)


def shade(score: float, largest: float) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255: white at zero, blue at `largest`, orange at minus `largest`."""
    strength = min(1.0, abs(score) / largest) if largest > 0 else 0.0
    red, green, blue = (round(255 + strength * (part - 255)) for part in (POSITIVE if score > 0 else NEGATIVE))
    return red, green, blue


def digits(largest: float) -> int:
    """Decimals that show two figures of the largest score, and two at least: shares of a probability are small."""
    return 2 if largest <= 0 else min(9, max(2, 1 - math.floor(math.log10(largest))))


def signed(score: float, decimals: int = 2) -> str:
    """The score with its sign; a score that rounds to nothing is plain 0."""
    text = f"{score:+.{decimals}f}".replace("-", "−")
    return "0" if not text[1:].strip("0.") else text
