"""Checks of merge_pieces: sub-words back to words, their scores added."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, expect_shape, numbers_text
from textlab.checks.subject import Bench, Function
from textlab.text import UNK

START = "▁"
"""What begins a piece that begins a word; textlab.subwords has the same."""


@dataclass(frozen=True)
class Case:
    """The pieces of some words, and a score for each."""

    words: list[str]
    groups: list[list[str]]
    """The pieces of each word."""
    scores: Tensor
    """[pieces]"""

    @property
    def pieces(self) -> list[str]:
        """All pieces in their order."""
        return [piece for group in self.groups for piece in group]

    @property
    def sums(self) -> Tensor:
        """The scores [words], float64: those of a word's pieces added."""
        parts = self.scores.double().split([len(group) for group in self.groups])
        return torch.stack([part.sum() for part in parts])

    @property
    def call(self) -> str:
        """The call as students read it."""
        return f"merge_pieces({self.pieces}, scores [{len(self.pieces)}])"


def pieces_become_words(merge: Function, bench: Bench, draw: Draw) -> None:
    """Pieces become the words that they were cut from"""
    for case in _cases(draw):
        words, _ = _merged(merge, case)
        if words != case.words:
            raise CheckFailed(
                "the words are not those of the text",
                input=case.call,
                expected=str(case.words),
                got=str(words)[:300],
                likely=_cause(words, case),
                next=f"a piece that begins with {START} begins a word; every other piece goes on with the last word",
            )


def scores_are_added(merge: Function, bench: Bench, draw: Draw) -> None:
    """A word's score is the sum of its pieces' scores"""
    for case in _cases(draw):
        words, scores = _merged(merge, case)
        expect_shape(
            scores,
            [(len(case.words),)],
            input=case.call,
            likely=f"there are {len(words)} words: each needs one score",
            next="make words and scores grow together",
        )
        worst = int((scores.double() - case.sums).abs().argmax())
        if abs(float(scores[worst]) - float(case.sums[worst])) > 1e-4:
            own = case.scores.split([len(group) for group in case.groups])[worst]
            raise CheckFailed(
                f"the score of “{case.words[worst]}” is not the sum of its pieces' scores",
                input=f"{case.call}; the pieces {case.groups[worst]} have {numbers_text(own)}",
                expected=f"{float(case.sums[worst]):.4g}",
                got=f"{float(scores[worst]):.4g}",
                likely=_score_cause(scores.double(), case),
                next="add them: then the scores of all words still sum to F(x) − F(x′)",
            )


def _merged(merge: Function, case: Case) -> tuple[list[str], Tensor]:
    """Words and scores [words] as they came back; CheckFailed when they are something else."""
    result: Any = merge(case.pieces, case.scores)
    if isinstance(result, (list, tuple)) and len(result) == 2:
        words, scores = result
        if isinstance(scores, list):
            if all(isinstance(score, Tensor) and score.numel() == 1 for score in scores):
                scores = [float(score) for score in scores]
            if all(isinstance(score, (int, float)) for score in scores):
                scores = torch.tensor(scores, dtype=torch.float64)
        if isinstance(words, list) and isinstance(scores, Tensor):
            return [str(word) for word in words], scores
    raise CheckFailed(
        "merge_pieces does not give words and scores",
        input=case.call,
        expected="(words: list of str, scores: tensor or list of numbers [words])",
        got=type(result).__name__ if not isinstance(result, (list, tuple)) else f"{len(result)} values",
        likely="the return is missing, or a dictionary was made, which holds every word once only",
        next="end with: return words, scores",
    )


def _cases(draw: Draw) -> list[Case]:
    """Long and short words, a word twice in a row, a mark, an unknown character, a text that starts inside a word."""
    words = [draw.word() for _ in range(5)]
    twice = words[0]
    many = [*words[:2], twice, twice, ",", words[2] + words[3], UNK, words[4], "."]
    groups = [[START, UNK] if word == UNK else _cut(START + word, draw) for word in many]
    tail = _cut(draw.word(), draw)
    return [
        Case(many, groups, draw.normal(sum(map(len, groups)))),
        Case([words[1]], [[START + words[1]]], draw.normal(1)),
        Case(["".join(tail), twice], [tail, [START + twice]], draw.normal(len(tail) + 1)),
    ]


def _cut(word: str, draw: Draw) -> list[str]:
    """A word in two or three pieces, marks in one."""
    if len(word) < 5:
        return [word]
    places = [0, *draw.distinct(2, len(word) - 1, draw.integer(1, 2)), len(word)]
    return [word[start:end] for start, end in itertools.pairwise(places)]


def _cause(words: list[str], case: Case) -> str:
    """The usual cause of wrong words."""
    if any(START in word for word in words):
        return f"the mark {START} was left in the words"
    if len(words) < len(case.words):
        lost = len(words) == len(set(words)) and set(words) >= set(case.words)
        return "a dictionary holds a word that comes twice only once" if lost else "pieces of two words were joined"
    if len(words) > len(case.words):
        return f"pieces without {START} were made words of their own, or an underscore was looked for in its place"
    return f"letters were lost: take only the mark {START} away, at the beginning of a piece"


def _score_cause(got: Tensor, case: Case) -> str:
    """The usual cause of wrong scores: what explains them for all words."""
    ways: dict[str, Callable[[Tensor], Tensor]] = {
        "the mean of the pieces was taken: long words lose, and the sum is not kept": torch.mean,
        "only the score of the first piece was kept": lambda own: own[0],
        "only the score of the last piece was kept": lambda own: own[-1],
        "only the largest score was kept": torch.max,
        "absolute values were added: what speaks against the class counts as speaking for it": lambda own: (
            own.abs().sum()
        ),
    }
    parts = case.scores.double().split([len(group) for group in case.groups])
    for cause, way in ways.items():
        if torch.allclose(got, torch.stack([way(own) for own in parts]), atol=1e-4):
            return cause
    return "the scores were added to another word than their pieces"
