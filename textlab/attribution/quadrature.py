"""Quadrature rules: where on the way from baseline to sentence to look, and how much each place counts."""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_legendre

Rule = Literal["riemann_middle", "riemann_left", "riemann_right", "riemann_trapezoid", "gausslegendre"]
RULES: tuple[Rule, ...] = get_args(Rule)
Nodes = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Places and weights, [steps] each."""


@cache
def nodes(rule: Rule, steps: int) -> Nodes:
    """Places from 0 to 1 and their weights, [steps] each, read-only; the weights add up to 1.

    The rules have Captum's names and places. So have the weights, but for the trapezoid: Captum's add up to
    1 − 1/steps, which leaves every attribution too small by that share.
    Computed once per rule and number of steps. Raises ValueError for an unknown rule, or fewer steps than it needs.
    """
    if rule not in RULES:
        raise ValueError(f"rule is {rule!r}: take one of {', '.join(RULES)}")
    least = 2 if rule == "riemann_trapezoid" else 1
    if steps < least:
        raise ValueError(f"n_steps is {steps}: {rule} needs {least} at least")
    weights = np.full(steps, 1 / steps)
    count = np.arange(steps, dtype=np.float64)
    if rule == "gausslegendre":
        # numpy's leggauss gives the same numbers, and takes twenty times as long for 5,000 steps.
        roots, root_weights = roots_legendre(steps)
        places, weights = (1 + roots) / 2, root_weights / 2
    elif rule == "riemann_middle":
        places = (count + 0.5) / steps
    elif rule == "riemann_left":
        places = count / steps
    elif rule == "riemann_right":
        places = (count + 1) / steps
    else:
        places = count / (steps - 1)
        weights = np.full(steps, 1 / (steps - 1))
        weights[[0, -1]] /= 2
    for array in (places, weights):
        array.flags.writeable = False
    return places, weights
