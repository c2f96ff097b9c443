"""Checks of dropout that all networks share: when it works, how much, and on what."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.failure import CheckFailed, NotChecked, expect_close
from textlab.checks.subject import Model

COPIES = 96
"""Copies of one review. One feature at rate one half is dropped for about half of them."""
FEW = 12
"""A value that fewer copies have in common is chance: so few of 96 halves come once in 10¹³ times."""

Reviews = tuple[Tensor, Tensor | None]
"""Token ids [batch, length], and lengths [batch] for a network that takes some."""


def expect_silent_in_evaluation(model: Model, reviews: Reviews) -> None:
    """Fail when two runs in evaluation mode differ."""
    expect_close(
        model.forward(*reviews, seed=1),
        model.forward(*reviews, seed=2),
        tolerance=0.0,
        what="two runs in evaluation mode differ",
        input=f"the same {len(reviews[0])} reviews twice, after model.eval()",
        likely="a dropout layer is made inside forward, or F.dropout is called without training=self.training",
        next="make the dropout layer in __init__, with the argument as its rate, and call it in forward",
    )


def expect_at_work_in_training(model: Model, reviews: Reviews, place: str) -> None:
    """Fail when two runs in training mode agree. `place` is what dropout is asked for."""
    first, second = (model.forward(*reviews, training=True, seed=seed) for seed in (1, 2))
    if bool((first == first.flatten()[0]).all()):
        raise NotChecked("every review gets the same logit")
    if torch.equal(first, second):
        raise CheckFailed(
            "dropout does nothing in training",
            input=f"the same {len(reviews[0])} reviews twice, after model.train(), dropout=0.5",
            expected="different logits",
            got="twice the same logits",
            likely="the dropout layer is made but never called; what a recurrent layer drops lies between its layers",
            next=f"apply self.dropout to {place}, before the linear layer",
        )


def expect_nothing_at_rate_zero(model: Model, reviews: Reviews, name: str, tolerance: float) -> None:
    """Fail when a network with dropout=0.0 heeds train() and eval()."""
    expect_close(
        model.forward(*reviews, training=True, seed=1),
        model.forward(*reviews),
        tolerance=tolerance,
        what="with dropout=0.0 training and evaluation differ",
        input=f"{len(reviews[0])} reviews, {name}(dropout=0.0), model.train() against model.eval()",
        likely="the rate is written out as a number, or another layer (batch norm) behaves differently in training",
        next="pass the argument dropout on, and use no other layer that heeds train() and eval()",
    )


def expect_before_the_head(model: Model, ids: Tensor, with_lengths: bool, call: str, place: str) -> None:
    """Fail unless dropout works on what the linear layer reads. ids: [2, length], two reviews that differ.

    The network has rate one half and weights of chance. All weights of the linear layer but one are set to zero, so
    that whenever this one feature is dropped, the logit is the layer's bias, for either review. Dropout of the logit
    itself leaves zeros in its place, dropout of the embeddings leaves no value that the reviews share.
    """
    _leave_one_feature(model, ids, with_lengths)
    lengths = torch.full((COPIES,), ids.shape[1]) if with_lengths else None
    first, second = (
        model.forward(review.repeat(COPIES, 1), lengths, training=True, seed=3).reshape(-1) for review in ids
    )
    values, counts = first.unique(return_counts=True)
    shared = [value for value, count in zip(values, counts, strict=True) if count >= FEW]
    shared = [value for value in shared if int((second == value).sum()) >= FEW]
    biases = [value for value in model.get_weights().values() if value.numel() == 1 and bool(value.any())]
    likely = ""
    if not shared:
        likely = f"dropout works somewhere else, such as on the embeddings, and not on {place}"
    elif biases and all(float(value) == 0.0 for value in shared):
        likely = "dropout works on the logit, after the linear layer"
    if likely:
        raise CheckFailed(
            f"dropout does not work on {place}",
            input=f"two reviews, {COPIES} times each, after model.train(), {call}; the linear layer reads one number",
            expected="often the same logit for both: the bias of the linear layer, when what it reads is dropped",
            got="the logit 0 for both" if shared else "no logit that both reviews share",
            likely=likely,
            next=f"apply self.dropout to {place}, right before the linear layer",
        )


def _leave_one_feature(model: Model, ids: Tensor, with_lengths: bool) -> None:
    """Set the linear layer's weights to zero but for one in which the two reviews differ."""
    lengths = torch.full((len(ids),), ids.shape[1]) if with_lengths else None
    weights = model.get_weights()
    heads = [name for name, value in weights.items() if value.dim() == 2 and len(value) == 1]
    for name in heads[:1]:
        for feature in range(weights[name].shape[1]):
            only = torch.zeros_like(weights[name])
            only[0, feature] = 1.0
            model.set_weights({**weights, name: only})
            logits = model.forward(ids, lengths).reshape(-1)
            if abs(float(logits[0] - logits[-1])) > 1e-3:
                return
