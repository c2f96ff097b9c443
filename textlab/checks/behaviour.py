"""Whether a network answers at all: what a constant keeps, or one that is nearly constant, proves nothing."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from textlab.checks.failure import NotChecked
from textlab.checks.subject import Model

ROUNDED = 3e-6
"""Share of their size by which logits may differ that are summed in another order: 25 steps of float32."""
SHARE = 1e-4
"""Of how far the logits of reviews lie apart: what a rule lets them differ by."""
MANY = 100
"""Tolerances that the logits of different reviews, and of other weights, have to lie apart."""
LEAST = 1e-3
"""How far logits have to lie apart, whatever their size: with drawn weights those of right networks do so by 0.05."""
WRITTEN = 1e-4
"""Share of its largest number by which a weight may differ once it is read again, such as a normalised one."""


def scaled(weights: Mapping[str, Tensor], factor: float) -> dict[str, Tensor]:
    """Weights times a factor, but for what counts, such as the steps of a batch norm."""
    return {name: factor * value if value.is_floating_point() else value for name, value in weights.items()}


def alike(got: Tensor, expected: Tensor) -> bool:
    """Whether two logits, or tensors of them, are the same but for rounding."""
    return bool((got - expected).abs().max() <= 2 * ROUNDED * (1 + expected.abs().max()))


def put_weights(model: Model, weights: Mapping[str, Tensor]) -> None:
    """Set weights that a check has drawn. NotChecked when one that is trained does not hold its numbers then."""
    model.set_weights(weights)
    kept = model.get_weights()
    for name in model.parameters():
        most = WRITTEN * max(1.0, float(weights[name].abs().max()))
        if not bool((kept[name] - weights[name]).abs().max() <= most):
            raise NotChecked(f"{name} does not hold the numbers that are put into it")


def expect_an_answer(model: Model, ids: Tensor, lengths: Tensor | None = None) -> float:
    """NotChecked when the logits do not come from reviews and weights; else by what they may differ in a comparison.

    ids [batch, length] hold at least two different reviews. How far the logits of these lie apart decides: a network
    that adds a trace of a review to a constant would keep every rule up to a fixed tolerance. The model's weights are
    as before afterwards.
    """
    logits, again = (_by_review(model.forward(ids, lengths), len(ids)) for _ in range(2))
    if not torch.equal(logits, again):
        raise NotChecked("the same reviews, the same weights and the same seed give different logits")
    expect_apart(logits)
    apart, least = _apart(logits), ROUNDED * float(logits.abs().max())
    weights = model.get_weights()
    model.set_weights(scaled(weights, 1.5))
    changed = _by_review(model.forward(ids, lengths), len(ids))
    model.set_weights(weights)
    tolerance = max(SHARE * apart, least)
    if changed.shape == logits.shape and not bool((changed - logits).abs().max() > MANY * tolerance):
        raise NotChecked("the logits do not depend on the weights")
    return tolerance


def expect_apart(logits: Tensor) -> None:
    """NotChecked unless the logits [reviews, …] of different reviews lie apart by much more than what is rounded."""
    apart = _apart(_by_review(logits, len(logits)))
    if apart == 0:
        raise NotChecked("every review gets the same logit")
    if not apart > max(LEAST, MANY * ROUNDED * float(logits.abs().max())):
        first = float(logits.flatten()[0])
        raise NotChecked(f"every review gets nearly the same logit: {first:.6g}, and all lie within {apart:.1g}")


def _by_review(logits: Tensor, count: int) -> Tensor:
    """[reviews, outputs], or [outputs, 1] where there are not as many as reviews."""
    return logits.reshape(count, -1) if logits.numel() and logits.numel() % count == 0 else logits.reshape(-1, 1)


def _apart(logits: Tensor) -> float:
    """How far the logits [reviews, outputs] of reviews lie apart, in the output in which they do so most."""
    return float((logits.amax(dim=0) - logits.amin(dim=0)).max()) if logits.numel() else 0.0
