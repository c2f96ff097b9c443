"""Which known mistake gives what a check of train_model has found: each is put in and computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from textlab.checks.failure import Cause
from textlab.checks.scripted import AFTERWARDS, EXTRA
from textlab.checks.training_log import TrainingLog, distance, is_best, stop_by

SAME = 1e-4
"""Losses that differ by less are the same."""
Run = tuple[Sequence[float], int, int]
"""The validation losses of a training, its patience, and after how many epochs it stopped."""


def list_text(values: Sequence[float], digits: int = 3) -> str:
    """The first losses, so many digits each."""
    return "[" + ", ".join(f"{float(value):.{digits}g}" for value in values[:16]) + "]"


def history_cause(history: Any) -> Cause | None:
    """Why this is no history."""
    if history is None:
        return Cause("nothing-returned", "train_model gives back nothing: the return is missing")
    if isinstance(history, dict):
        return Cause("history-keys", f"the keys are {', '.join(map(repr, history))}" if history else "it has no keys")
    return None


def length_cause(count: int, epochs: int, batches: int) -> Cause | None:
    """Why a list of losses has another length than there were epochs."""
    if count == 1:
        return Cause("one-epoch-only", "the losses of one epoch come back, as when the return is inside the loop")
    if batches > 1 and count == epochs * batches:
        return Cause("loss-of-every-batch", "the list holds one loss per batch")
    return None


def mean_cause(
    got: Sequence[Any],
    base: Sequence[float],
    extras: Sequence[int],
    sizes: Sequence[int],
    train: Sequence[int],
    other: Sequence[int],
) -> Cause | None:
    """The only known mistake that gives these means of two epochs."""
    parts = torch.tensor(extras, dtype=torch.float64).split(list(sizes))
    counts = {sum(train), sum(other), len(train), len(other)}

    def of_epoch(loss: float) -> dict[Cause, float]:
        losses = [loss + EXTRA * float(part.mean()) for part in parts]
        total, batches = sum(mean * size for mean, size in zip(losses, sizes, strict=True)), len(losses)
        return {
            Cause("mean-of-means", "this is the mean of the batches' means: the small last batch counts too much"):
                sum(losses) / batches,
            Cause("sum-not-mean", "this is the sum over the batches, not a mean"): sum(losses),
            Cause("sum-not-mean", "this is the sum over the reviews, not a mean"): total,
            Cause("last-batch-only", "this is the loss of the last batch only"): losses[-1],
            Cause("first-batch-only", "this is the loss of the first batch only"): losses[0],
            Cause("measured-afterwards", "the training loss was measured after the epoch, not while training"):
                total / sum(sizes) - (1.0 - AFTERWARDS) * loss,
            **{
                Cause("divided-by-another-set", f"the sum over the reviews is divided by {count}"): total / count
                for count in counts - {sum(sizes)}
            },
            **{
                Cause("divided-by-another-set", f"the batches' losses are divided by {count}"): sum(losses) / count
                for count in counts - {batches}
            },
        }  # fmt: skip

    if len(got) != len(base):
        return None
    predicted = [of_epoch(loss) for loss in base]
    fitting = [
        cause
        for cause in predicted[0]
        if all(abs(float(said) - epoch[cause]) < SAME for said, epoch in zip(got, predicted, strict=True))
    ]
    return fitting[0] if len(fitting) == 1 else None


def patience_cause(runs: Sequence[Run]) -> Cause | None:
    """The only known rule that stops each of these trainings where it stopped."""
    fitting = {cause.name: cause for cause, rule in RULES if all(rule(*run[:2]) == run[2] for run in runs)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def weights_cause(log: TrainingLog) -> Cause | None:
    """The only known mistake that leaves these weights, which are not those of the best epoch."""
    after = [validation.weights[0] for validation in log.validations]
    if distance(log.end, after[-1]) < 1e-6:
        if log.ends_with_loading:
            text = "the weights loaded at the end are the last ones: what was kept is no copy"
            return Cause("kept-without-copy", text)
        return Cause("never-loaded", "no weights were loaded after the last epoch")
    losses = [validation.loss for validation in log.validations]
    train_losses = [validation.train_loss for validation in log.validations]
    falls = [epoch for epoch in range(1, len(losses)) if losses[epoch] < losses[epoch - 1]]
    chosen = {
        Cause("chosen-by-training-loss", "these are the weights of the epoch with the best training loss"):
            train_losses.index(min(train_losses)),
        Cause("compared-with-the-epoch-before", "these are the weights of the last epoch that beat the one before"):
            falls[-1] if falls else 0,
        Cause("highest-loss", "these are the weights of the epoch with the highest validation loss"):
            losses.index(max(losses)),
    }  # fmt: skip
    fitting = [cause for cause, epoch in chosen.items() if distance(log.end, after[epoch]) < 1e-6]
    return fitting[0] if len(fitting) == 1 else None


def _never_reset(losses: Sequence[float], patience: int) -> int:
    missed = 0
    for epoch in range(1, len(losses) + 1):
        missed += not is_best(losses[:epoch])
        if missed == patience:
            return epoch
    return len(losses)


def _by(counts: Callable[[Sequence[float]], bool], more: int = 0) -> Callable[[Sequence[float], int], int]:
    return lambda losses, patience: stop_by(counts, losses, max(1, patience + more))


def _beats_by(delta: float) -> Callable[[Sequence[float]], bool]:
    """A loss counts when it is below the last one that counted by more than delta."""

    def counts(losses: Sequence[float]) -> bool:
        best = float("inf")
        for loss in losses:
            better = loss < best - delta
            best = loss if better else best
        return better

    return counts


def _always_after(epochs: int) -> Callable[[Sequence[float], int], int]:
    return lambda losses, _patience: stop_by(is_best, losses, epochs)


_DELTAS = (1e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 1e-1)
RULES: list[tuple[Cause, Callable[[Sequence[float], int], int]]] = [
    (Cause("counter-never-reset", "the counter is not set back to 0 when the loss improves"), _never_reset),
    (Cause("too-patient", "training stops one epoch late: the counter has to exceed patience"), _by(is_best, 1)),
    (Cause("too-impatient", "training stops one epoch early"), _by(is_best, -1)),
    (Cause("never-stops", "nothing ends the loop early"), lambda losses, _patience: len(losses)),
    (Cause("compared-with-the-epoch-before", "each epoch is compared with the one before, not with the best"),
     _by(lambda losses: losses[-1] < (losses[-2] if len(losses) > 1 else float("inf")))),
    (Cause("validation-loss-not-used", "something that is the same in every epoch decides, not the validation loss"),
     lambda losses, patience: min(1 + patience, len(losses))),
    *[
        (Cause("min-delta", "a small improvement does not count as a new best"), _by(_beats_by(delta)))
        for delta in _DELTAS
    ],
    *[
        (Cause("close-counts", "an epoch that is only close to the best loss counts as a new best"),
         _by(lambda losses, delta=delta: losses[-1] < min(losses[:-1], default=float("inf")) + delta))  # type: ignore[misc]
        for delta in _DELTAS
    ],
    *[
        (Cause("patience-not-used", f"training stops after {epochs} misses whatever patience is"),
         _always_after(epochs))
        for epochs in range(1, 11)
    ],
]  # fmt: skip
