"""Made-up sentences in which only the order of two words decides: what the transformer is trained on.

A small transformer learns less from a few thousand reviews than a network that counts words, so its F1 on reviews
would tell nothing. Here counting words is worth nothing, and a sound transformer is nearly always right.
"""

from __future__ import annotations

import torch

from autograder.judge.hidden_data import Encoded, HiddenData
from autograder.thresholds import Budget
from textlab.checks.draw import Draw

VOCAB_SIZE = 40
SHORTEST = 6
"""Tokens of a sentence; the longest has as many as the budget allows."""
FIRST, SECOND = 2, 3
"""Positive sentences hold the first of these words somewhere before the second, negative ones after it."""


def draw_sentences(budget: Budget, draw: Draw) -> HiddenData:
    """Training and test sentences of random words, half of each class; every sentence holds both words once."""
    train, test = (_sentences(count, budget, draw) for count in (budget.train, budget.test))
    return HiddenData(train, test, VOCAB_SIZE, name="drawn sentences")


def _sentences(count: int, budget: Budget, draw: Draw) -> Encoded:
    padding = HiddenData.pad_id
    ids = draw.token_ids(count, budget.max_length, VOCAB_SIZE, avoid=[0, padding, FIRST, SECOND])
    lengths = torch.tensor([draw.integer(SHORTEST, budget.max_length) for _ in range(count)])
    labels = (torch.arange(count) % 2).float()
    for row, length, label in zip(ids, lengths.tolist(), labels.tolist(), strict=True):
        early, late = draw.distinct(0, length - 1, 2)
        row[early], row[late] = (FIRST, SECOND) if label else (SECOND, FIRST)
        row[length:] = padding
    return Encoded(ids, lengths, labels)
