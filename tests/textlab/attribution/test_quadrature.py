"""Quadrature rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from captum.attr._utils.approximation_methods import approximation_parameters
from scipy.special import roots_legendre

from textlab.attribution import quadrature
from textlab.attribution.quadrature import RULES, Rule, nodes


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("steps", [2, 3, 50, 501])
def test_places_lie_on_the_way_and_weights_add_up_to_one(rule: Rule, steps: int) -> None:
    places, weights = nodes(rule, steps)
    assert places.shape == weights.shape == (steps,)
    assert places.min() >= 0 and places.max() <= 1 and (np.diff(places) > 0).all()
    assert weights.sum() == pytest.approx(1, abs=1e-12) and (weights > 0).all()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("steps", [2, 50, 500])
def test_places_and_weights_are_those_of_captum(rule: Rule, steps: int) -> None:
    weights_of, places_of = approximation_parameters(rule)
    places, weights = nodes(rule, steps)
    # Captum's trapezoid divides by the number of places instead of the intervals between them.
    factor = (steps - 1) / steps if rule == "riemann_trapezoid" else 1.0
    assert places == pytest.approx(np.array(places_of(steps)), abs=1e-7)
    assert weights * factor == pytest.approx(np.array(weights_of(steps)), abs=1e-12)


@pytest.mark.parametrize(("rule", "degree"), [("riemann_middle", 1), ("riemann_trapezoid", 1), ("gausslegendre", 7)])
def test_polynomials_up_to_the_rules_degree_are_integrated_exactly(rule: Rule, degree: int) -> None:
    places, weights = nodes(rule, 4)
    errors = [abs(float(weights @ places**power) - 1 / (power + 1)) for power in range(degree + 2)]
    assert max(errors[:-1]) < 1e-12 < 1e-7 < errors[-1]


def test_nodes_are_computed_once_and_cannot_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes.cache_clear()
    calls: list[int] = []

    def counted(steps: int) -> Any:
        calls.append(steps)
        return roots_legendre(steps)

    monkeypatch.setattr(quadrature, "roots_legendre", counted)
    first = nodes("gausslegendre", 37)
    assert nodes("gausslegendre", 37) is first and calls == [37]
    with pytest.raises(ValueError, match="read-only"):
        first[0][0] = 1.0


def test_a_rule_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="riemann_middle, riemann_left"):
        nodes("simpson", 10)
    with pytest.raises(ValueError, match="n_steps is 1: riemann_trapezoid needs 2"):
        nodes("riemann_trapezoid", 1)
    with pytest.raises(ValueError, match="n_steps is 0"):
        nodes("riemann_middle", 0)
