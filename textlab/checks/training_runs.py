"""Calls of train_model on scripted networks: what goes in, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from textlab.checks.failure import CheckFailed
from textlab.checks.scripted import NO_PULL, TRAIN, VALIDATION
from textlab.checks.subject import Bench, Function, Model
from textlab.checks.training_causes import history_cause
from textlab.checks.training_log import TrainingLog, read_log

History = dict[str, list[Any]]
KEYS = ("train_loss", "validation_loss")


def run(
    train_model: Function,
    bench: Bench,
    model: Model,
    *,
    validation_sizes: Sequence[int] = (3,),
    **keywords: float,
) -> tuple[Any, str]:
    """Train a scripted model on reviews that are all alike; what comes back, and the keywords of the call."""
    train, validation = batches(bench, TRAIN, [3, 3, 3]), batches(bench, VALIDATION, validation_sizes)
    return train_model(model, train, validation, **keywords), ", ".join(f"{k}={v}" for k, v in keywords.items())


def trained(
    train_model: Function, bench: Bench, model: Model, *, validation_sizes: Sequence[int] = (3,), **keywords: float
) -> tuple[TrainingLog, str]:
    """The log of such a training, and the keywords of the call."""
    _, call = run(train_model, bench, model, validation_sizes=validation_sizes, **keywords)
    return read_log(model), call


def history_of(history: Any, call: str) -> History:
    """What train_model gave back. CheckFailed when it is no history."""
    good = isinstance(history, dict) and all(isinstance(history.get(key), list) and history[key] for key in KEYS)
    good = good and all(is_number(value) for key in KEYS for value in history[key])
    if not good:
        raise CheckFailed(
            "train_model does not give back a history",
            input=f"train_model(model, train, validation, {call})",
            expected='{"train_loss": [one number per epoch], "validation_loss": [one number per epoch]}',
            got=str(history)[:200],
            likely=history_cause(history),
            next='end with: return {"train_loss": …, "validation_loss": …}',
        )
    return {key: list(history[key]) for key in KEYS}


def batches(
    bench: Bench,
    split: int,
    sizes: Sequence[int],
    extras: Sequence[int] | None = None,
    pulls: Sequence[int] | None = None,
) -> object:
    """Batches of scripted reviews of one set, positive and negative in turn; extras per review, pulls per batch."""
    count = sum(sizes)
    labels = torch.tensor([float(number % 2) for number in range(count)])
    third = torch.zeros(count).long() if extras is None else torch.tensor(extras)
    pull = torch.tensor([2 * NO_PULL] * len(sizes) if pulls is None else pulls).repeat_interleave(torch.tensor(sizes))
    ids = torch.stack([torch.full((count,), split), labels.long(), third, pull], dim=1)
    return bench.batches(ids, torch.full((count,), 4), labels, sizes)


def is_number(value: object) -> bool:
    """Whether a loss is a number, or a tensor that holds one."""
    if isinstance(value, Tensor):
        return value.numel() == 1
    return isinstance(value, (int, float)) and not isinstance(value, bool)
