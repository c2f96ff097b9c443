"""Whether a network answers at all: what a constant keeps, proves nothing."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from textlab.checks.failure import NotChecked
from textlab.checks.subject import Model


def scaled(weights: Mapping[str, Tensor], factor: float) -> dict[str, Tensor]:
    """Weights times a factor, but for what counts, such as the steps of a batch norm."""
    return {name: factor * value if value.is_floating_point() else value for name, value in weights.items()}


def expect_an_answer(model: Model, ids: Tensor, lengths: Tensor | None = None) -> None:
    """NotChecked when the logits do not come from reviews and weights: whatever a constant keeps, proves nothing.

    ids [batch, length] hold at least two different reviews; the model's weights are as before afterwards.
    """
    logits, again = (model.forward(ids, lengths) for _ in range(2))
    if not torch.equal(logits, again):
        raise NotChecked("the same reviews, the same weights and the same seed give different logits")
    if bool((logits == logits.flatten()[0]).all()):
        raise NotChecked("every review gets the same logit")
    weights = model.get_weights()
    model.set_weights(scaled(weights, 1.5))
    changed = model.forward(ids, lengths)
    model.set_weights(weights)
    if torch.equal(logits, changed):
        raise NotChecked("the logits do not depend on the weights")
