"""The sentences that the transformer is trained on: the order of two words decides, and nothing else."""

from __future__ import annotations

import torch

from autograder.judge.hidden_data import Encoded
from autograder.judge.word_order import FIRST, SECOND, SHORTEST, VOCAB_SIZE, draw_sentences
from autograder.thresholds import load_thresholds
from textlab.checks.draw import Draw

BUDGET = load_thresholds("mini").networks["transformer"]


def parts(seed: int) -> list[Encoded]:
    data = draw_sentences(BUDGET, Draw(seed))
    assert data.vocab_size == VOCAB_SIZE and data.pad_id == 1
    return [data.train, data.test]


def test_the_first_word_comes_first_in_positive_sentences_only() -> None:
    for part in parts(1):
        for row, label in zip(part.ids.tolist(), part.labels.tolist(), strict=True):
            assert (row.count(FIRST), row.count(SECOND)) == (1, 1)
            assert (row.index(FIRST) < row.index(SECOND)) == bool(label)


def test_half_of_the_sentences_are_positive_and_padding_stands_at_the_end() -> None:
    for part, count in zip(parts(2), (BUDGET.train, BUDGET.test), strict=True):
        assert part.ids.shape == (count, BUDGET.max_length) and part.labels.sum() == count // 2
        places = torch.arange(BUDGET.max_length)
        assert torch.equal(part.ids == 1, places >= part.lengths[:, None])
        assert part.lengths.min() >= SHORTEST and part.ids.max() < VOCAB_SIZE and (part.ids > 0).all()


def test_the_same_seed_gives_the_same_sentences_and_another_one_others() -> None:
    first, again, other = parts(3)[0], parts(3)[0], parts(4)[0]
    assert torch.equal(first.ids, again.ids) and not torch.equal(first.ids, other.ids)
