"""The homework's broken F1: the mean of the F1 of each batch, over a test set that is sorted by class."""

from __future__ import annotations

import math

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


def f1_of_rates(recall: float, false_alarms: float) -> float:
    """F1 over two equal classes: so many of the positive are found, so many of the negative called positive."""
    return 2 * recall / (1 + recall + false_alarms)


def broken_f1_of(recall: float) -> float:
    """The broken F1 over two equal classes, one after the other, of a model that finds this share of the positive.

    Half of the batches have 0. In the others nothing can be called positive by mistake: precision is 1.
    """
    return f1_of_rates(recall, 0.0) / 2


def recall_behind(broken: float) -> float:
    """The share of the positive that a broken F1 stands for, the inverse of `broken_f1_of`."""
    return broken / (1 - broken)


def highest_broken_f1(reviews: int, batch_size: int) -> float:
    """What no model's broken F1 exceeds over so many reviews, the first half of them negative.

    A little over one half: of the batches without F1 0 one holds both classes, and the last may be short.
    """
    batches = math.ceil(reviews / batch_size)
    return 1 - reviews // 2 // batch_size / batches
