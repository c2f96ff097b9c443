"""What is known of a network of convolutions from its outputs, for weights that are stored in a way of their own."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked, expect_close, numbers_text
from textlab.checks.subject import Model

SAME = 1e-5


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


def expect_free_of_place(model: Model, draw: Draw) -> None:
    """Fail unless a phrase counts the same wherever it stands, and however much padding (id 1) follows."""
    ids = draw.token_ids(3, 7, 40, avoid=[1])
    sides = [(3, 17), (6, 14), (6, 34)]
    first, later, longer = (torch.nn.functional.pad(ids, side, value=1) for side in sides)
    for other, said in [(later, "the words moved by 3"), (longer, "the words moved by 3, and more padding")]:
        expect_close(
            model.forward(other).reshape(-1),
            model.forward(first).reshape(-1),
            tolerance=10 * SAME,
            what="the same words give another logit further on, or with more padding",
            input=f"3 reviews of 7 words with padding around them, {said}",
            likely="view or reshape in place of permute, a stride other than 1, or something else than the maximum",
            next="swap axes with permute, and take the maximum over the whole length",
        )


def expect_relu(model: Model, channels: int, draw: Draw) -> None:
    """Fail unless ReLU stands between convolution and maximum; biases are known by their size, `channels`."""
    weights = model.get_weights()
    biases = [name for name, value in weights.items() if tuple(value.shape) == (channels,)]
    if not biases:
        return  # convolutions without a bias: nothing to move
    ids = draw.token_ids(6, 12, 40, avoid=[1])
    logits = []
    # The linear layer's weights are small, so that a sigmoid behind it leaves the logits apart.
    head = {name: value / 10 for name, value in weights.items() if tuple(value.shape[:1]) == (1,)}
    for bias in (-1000.0, 10.0):
        model.set_weights({**weights, **head, **{name: torch.full((channels,), bias) for name in biases}})
        logits.append(model.forward(ids).reshape(-1))
    silent, loud = ((values.max() - values.min()).item() for values in logits)
    if silent > SAME or loud < 10 * SAME:
        raise CheckFailed(
            "the activation is not ReLU",
            input="6 reviews, the biases of all convolutions set to −1000, then to 10",
            expected="at −1000 the same logit for all reviews (ReLU cuts below 0), at 10 different ones",
            got=f"{numbers_text(logits[0])}, then {numbers_text(logits[1])}",
            likely="ReLU is missing, or another function such as tanh or sigmoid stands in its place",
            next="apply F.relu to what each convolution gives, before the maximum",
        )
