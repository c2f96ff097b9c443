"""The usual causes of what checks of train_model find, told from the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from textlab.checks.scripted import EXTRA

SAME = 1e-4
"""Losses that differ by less are the same."""


def list_text(values: Sequence[float]) -> str:
    """The first losses, three digits each."""
    return "[" + ", ".join(f"{float(value):.3g}" for value in values[:16]) + "]"


def movement_cause(moved: float, expected: float, steps: int) -> str:
    """The usual cause of a wrong distance."""
    ratio = moved / expected
    if abs(moved) < 1e-6:
        return "the optimiser holds the parameters of another model, or step() is never called"
    if abs(moved - 1e-3 * steps) < 0.06 * 1e-3 * steps:
        return "the argument learning_rate is not used"
    if abs(ratio - 1 / steps) < 0.01:
        return "step() is called once an epoch: it stands outside of the loop over the batches"
    if ratio > 1.1:
        return "gradients add up from batch to batch: zero_grad() is missing"
    return "another optimiser than Adam, other settings, or a new optimiser for every batch"


def mean_cause(
    got: float, base: float, extras: Sequence[int], sizes: Sequence[int], train: Sequence[int], other: Sequence[int]
) -> str:
    """The usual cause of a wrong mean."""
    parts = torch.tensor(extras, dtype=torch.float64).split(list(sizes))
    losses = [base + EXTRA * float(part.mean()) for part in parts]
    total = sum(loss * size for loss, size in zip(losses, sizes, strict=True))
    counts = {sum(train), sum(other), len(train), len(other)}
    known = {
        "the mean of the batches' means: the small last batch counts too much": sum(losses) / len(losses),
        "the sum over the batches, not a mean": sum(losses),
        "the sum over the reviews, not a mean": total,
        "the loss of the last batch only": losses[-1],
    }
    known |= {f"divided by {count}, the size of another set": total / count for count in counts - {sum(sizes)}}
    known |= {f"the batches' losses divided by {count}": sum(losses) / count for count in counts - {len(sizes)}}
    for name, value in known.items():
        if abs(value - got) < SAME:
            return f"this is {name}"
    return "the loss of another epoch, or of another set"


def patience_cause(done: int, stop: int, patience: int, script: Sequence[float]) -> str:
    """The usual cause of a wrong number of epochs."""
    best, counter = math.inf, 0
    for epoch, loss in enumerate(script, start=1):
        counter += loss >= best
        best = min(best, loss)
        if counter == patience and done == epoch:
            return "the counter is not set back to 0 when the loss improves"
    if done == stop + 1:
        return "the counter has to exceed patience before training stops"
    if done == stop - 1:
        return "the counter starts too high, or is compared with patience − 1"
    if done == len(script):
        return "each epoch is compared with the one before and not with the best, or nothing stops the loop"
    return "the counter counts something else than epochs without a new best loss"


def weights_cause(got: float, expected: float, last: float) -> str:
    """The usual cause of wrong weights at the end."""
    if abs(last - expected) < 1e-6:
        return "with falling validation losses the same weights come back: the best epoch is chosen by something else"
    if abs(got - last) < 1e-6:
        return "state_dict() was kept without a copy, so it moved on with training; or the best one was never loaded"
    return "another epoch's weights were kept"
