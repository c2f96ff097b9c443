"""The homework's broken F1: the mean of the F1 of each batch, over a test set that is sorted by class."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.training import f1_of_logits


def f1_of_batches(logits: Tensor, labels: Tensor, batch_size: int) -> list[float]:
    """Each batch's F1, for logits and labels [reviews], batches in the order given.

    Their mean is the broken F1: F1 is no mean of parts. A batch of negative reviews has no true positive, so its F1
    is 0 whatever the model says.
    """
    pairs = zip(logits.split(batch_size), labels.split(batch_size), strict=True)
    return [f1_of_logits(*pair) for pair in pairs]


def sorted_by_class(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The reviews as the data set's files have them: one class after the other."""
    order = labels.argsort(stable=True)
    return logits[order], labels[order]


def shuffled(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The same reviews in an order that is drawn, the same at each call."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    return logits[order], labels[order]
