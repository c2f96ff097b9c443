"""From values over seeds to a threshold with known error rates.

Values lie on a scale without ends: the logit of an F1, the negative logarithm of an error, so that more is better.
Each model's values get a normal distribution. Its spread s comes from the values on the side of the line only, since
training fails further than it excels; they are k, half of all, and their sum of squares over s² is chi-square with k
degrees of freedom; we take the largest s of the one-sided 95 % interval. The centre is the median, moved towards the
line by 1.645 standard errors of a median, 1.2533 s/√n each. Source: Hahn and Meeker, Statistical Intervals, Wiley
1991, chapter 4 (intervals for the spread of normal samples).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import chi2, norm

FALSE_FAIL, FALSE_PASS = 1e-4, 1e-3
"""The error rates that a threshold may have at most."""
SMALLEST_RATE = 1e-6
"""Nothing smaller is claimed: so far out, nobody knows the shape of a distribution."""
CONFIDENCE = 0.95
SMALLEST_SPREAD = 0.07
"""The standard error, as a logit, of an F1 near ⅔ on 1,000 test reviews: no model is known better than that."""
A_HAIR = 1e-6
"""Keeps a line at the very edge on its right side in floating point."""

Values = Mapping[str, Sequence[float]]
Side = Literal["low", "high"]


@dataclass(frozen=True)
class Tail:
    """The tail of a model's values on the line's side: low for right models, high for weak ones."""

    side: Side
    centre: float
    spread: float
    """Standard deviation."""

    def rate(self, line: float) -> float:
        """Upper bound on the chance of a value on the wrong side of the line."""
        distance = self.centre - line if self.side == "low" else line - self.centre
        return max(SMALLEST_RATE, float(norm.sf(distance / self.spread)))

    def line(self, rate: float) -> float:
        """Where the chance falls to that rate."""
        distance = self.spread * float(norm.isf(rate))
        return self.centre - distance if self.side == "low" else self.centre + distance


@dataclass(frozen=True)
class Choice:
    """A threshold on the scale, its error rates, and the models that are nearest to it."""

    line: float
    false_fail: float
    false_pass: float
    nearest_honest: str
    nearest_weak: str

    @property
    def holds(self) -> bool:
        """Whether both rates are within their limits."""
        return self.false_fail <= FALSE_FAIL and self.false_pass <= FALSE_PASS


def fit_tail(values: Sequence[float], side: Side) -> Tail:
    """The cautious tail of some values. Raises ValueError for fewer than two."""
    if len(values) < 2:
        raise ValueError(f"{len(values)} values: a spread needs at least two seeds")
    found = np.asarray(values, dtype=float)
    median = float(np.median(found))
    beyond = (found - median)[found < median if side == "low" else found > median]
    # Half of the values lie on that side, those that equal the median among them.
    spread = math.sqrt(float((beyond**2).sum()) / chi2.ppf(1 - CONFIDENCE, len(found) // 2))
    spread = max(spread, SMALLEST_SPREAD)
    error = norm.ppf(CONFIDENCE) * 1.2533 * spread / math.sqrt(len(found))
    centre = median - error if side == "low" else median + error
    return Tail(side, centre, spread)


def judge_line(honest: Values, weak: Values, line: float) -> Choice:
    """The error rates of a line."""
    fails = {name: fit_tail(values, "low").rate(line) for name, values in honest.items()}
    passes = {name: fit_tail(values, "high").rate(line) for name, values in weak.items()}
    # Where rates are too small to tell models apart, the nearest value does.
    nearest = max(fails, key=lambda name: (fails[name], -min(honest[name])))
    weakest = max(passes, key=lambda name: (passes[name], max(weak[name])))
    return Choice(line, fails[nearest], passes[weakest], nearest, weakest)


def choose_line(honest: Values, weak: Values) -> Choice:
    """The easiest of all lines that keep both rates: right work that nobody measured should pass as well.

    Where no line keeps both, the best compromise, which does not hold.
    """
    highest = min(fit_tail(values, "low").line(FALSE_FAIL) for values in honest.values())
    lowest = max(fit_tail(values, "high").line(FALSE_PASS) for values in weak.values())
    return judge_line(honest, weak, lowest + A_HAIR if lowest + A_HAIR <= highest else (highest + lowest) / 2)
