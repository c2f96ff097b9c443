"""Checks of merge_pieces: sub-words back to words, their scores added."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, expect_shape, numbers_text
from textlab.checks.interpretation import as_tensor
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
        if words != case.words and words != [word.replace(START, "") for word in case.words]:
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
            likely=Cause("scores-of-pieces", "there is still one score for every piece")
            if len(case.pieces) == scores.numel() != len(words)
            else None,
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
        words, scores = result[0], as_tensor(result[1])
        if isinstance(words, list) and isinstance(scores, Tensor):
            return [str(word) for word in words], scores
    raise CheckFailed(
        "merge_pieces does not give words and scores",
        input=case.call,
        expected="(words: list of str, scores: tensor or list of numbers [words])",
        got=type(result).__name__ if not isinstance(result, (list, tuple)) else f"{len(result)} values",
        likely=Cause("no-return", "nothing came back: the return is missing") if result is None else None,
        next="end with: return words, scores",
    )


def _cases(draw: Draw) -> list[Case]:
    """Words in one to six pieces, at the end too, a word twice in a row, a mark, an unknown character, a capital, a
    mark inside a piece, a text that starts inside a word.
    """
    words = [draw.word() for _ in range(5)]
    capital = draw.word().capitalize()
    # A piece of three with the mark inside, which begins no word: the mark may be left in it, or taken away.
    inner = [words[0][:3], words[1][:2] + START + words[1][2:], words[2][:3]]
    twice = words[0]
    many = [*words[:2], twice, twice, ",", words[2] + words[3], UNK, words[4], "."]
    groups = [[START, UNK] if word == UNK else _cut(START + word, draw) for word in many]
    tail, letters = _cut(draw.word(), draw), list(words[4])
    letters[0] = START + letters[0]
    return [
        _case(many, groups, draw),
        _case([words[1]], [[START + words[1]]], draw),
        _case(["".join(tail), twice], [tail, [START + twice]], draw),
        _case([words[3], words[4], capital], [_cut(START + words[3], draw), letters, [START + capital]], draw),
        _case(["".join(inner), twice], [[START + inner[0], *inner[1:]], [START + twice]], draw),
    ]


def _case(words: list[str], groups: list[list[str]], draw: Draw) -> Case:
    return Case(words, groups, draw.normal(sum(map(len, groups))))


def _cut(word: str, draw: Draw) -> list[str]:
    """A word in two or three pieces, marks in one."""
    if len(word) < 5:
        return [word]
    places = [0, *draw.distinct(2, len(word) - 1, draw.integer(1, 2)), len(word)]
    return [word[start:end] for start, end in itertools.pairwise(places)]


def _cause(words: list[str], case: Case) -> Cause | None:
    """The mistake that gives exactly these words."""
    right, groups = case.words, case.groups
    joined = "".join(case.pieces)
    starts = [piece.startswith(START) for piece in case.pieces]
    named = [
        ("mark-left-in-words", f"the mark {START} was left in the words", ["".join(group) for group in groups]),
        ("last-word-left-out", "the last word was left out", right[:-1]),
        ("first-word-left-out", "the first word was left out", right[1:]),
        (
            "words-held-once",
            "a word that comes twice is held once",
            list(dict.fromkeys(right)),
        ),
        ("pieces-not-merged", "every piece was made a word", [piece.removeprefix(START) for piece in case.pieces]),
        ("pieces-not-merged", "every piece was made a word, its mark left in it", case.pieces),
        ("all-pieces-joined", "all pieces were joined to one word", [joined.replace(START, "")]),
        ("all-pieces-joined", "all pieces were joined to one word", [joined]),
        ("rest-of-words-left-out", "the pieces that go on with a word were left out", _first_pieces(groups)),
        ("words-lower-cased", "the words were put in lower case", [word.lower() for word in right]),
        ("mark-anywhere", "a word was begun at a mark inside a piece", _begun_at_marks(case.pieces)),
        ("text-begins-inside-a-word", "the first piece was left out where it has no mark", right[not starts[0] :]),
    ]
    return next((Cause(name, said) for name, said, made in named if words == made != right), None)


def _begun_at_marks(pieces: list[str]) -> list[str]:
    found: list[str] = []
    for piece in pieces:
        if START in piece or not found:
            found.append(piece.removeprefix(START))
        else:
            found[-1] += piece
    return found


def _first_pieces(groups: list[list[str]]) -> list[str]:
    return [group[0].removeprefix(START) for group in groups]


def _score_cause(got: Tensor, case: Case) -> Cause | None:
    """The mistake that explains the scores of all words."""

    def running(own: Tensor) -> Tensor:
        found: Tensor = functools.reduce(lambda mean, score: (mean + score) / 2, own)
        return found

    ways: dict[tuple[str, str], Callable[[Tensor], Tensor]] = {
        ("mean-of-pieces", "the mean of the pieces was taken: long words lose, and the sum is not kept"): torch.mean,
        ("mean-of-pieces", "the mean of a word's score so far and of the next piece was taken"): running,
        ("first-piece-only", "only the score of the first piece was kept"): lambda own: own[0],
        ("last-piece-only", "only the score of the last piece was kept"): lambda own: own[-1],
        ("largest-piece-only", "only the largest score was kept"): torch.max,
        ("largest-piece-only", "only the score largest in size was kept"): lambda own: own[own.abs().argmax()],
        ("absolute-values", "absolute values were added: what speaks against the class counts as speaking for it"): (
            lambda own: own.abs().sum()
        ),
        ("scores-rounded", "the scores were cut to whole numbers"): lambda own: own.trunc().sum(),
    }
    for digits in range(4):
        said = f"the scores were rounded to {digits} digits"
        ways["scores-rounded", said] = functools.partial(_rounded, digits=digits)
    parts = case.scores.double().split([len(group) for group in case.groups])
    for (name, said), way in ways.items():
        if torch.allclose(got, torch.stack([way(own) for own in parts]), atol=1e-5):
            return Cause(name, said)
    return None


def _rounded(own: Tensor, digits: int) -> Tensor:
    return own.sum().round(decimals=digits)
