"""The checks of merge_pieces on right and on wrong answers."""

from __future__ import annotations

import pytest

from tests.textlab.checks.answers import Change, answer, expect_named, failing
from textlab.checks import pieces
from textlab.checks.local import LocalBench, LocalFunction
from textlab.subwords import START

CHECKS = (pieces.pieces_become_words, pieces.scores_are_added)
BY_NUMBER = """
def merge_pieces(pieces, scores):
    begins = torch.tensor([True] + [piece.startswith(START) for piece in pieces[1:]])
    numbers = begins.cumsum(0) - 1
    sums = torch.zeros(int(numbers[-1]) + 1).index_add(0, numbers, scores)
    words = [""] * len(sums)
    for number, piece in zip(numbers.tolist(), pieces):
        words[number] += piece.removeprefix(START)
    return words, sums
"""
BY_TEXT = """
def merge_pieces(pieces, scores):
    groups = []
    for piece, score in zip(pieces, scores):
        if not groups or piece[0] == START:
            groups.append([])
        groups[-1].append((piece, score))
    words = ["".join(piece for piece, _ in group).replace(START, "") for group in groups]
    return words, [sum(score for _, score in group) for group in groups]
"""
DICTIONARY = """
def merge_pieces(pieces, scores):
    found, word = {}, ""
    for piece, score in zip(pieces, scores):
        word = piece.removeprefix(START) if piece.startswith(START) else word + piece
        found[word] = float(score)
    return list(found), list(found.values())
"""
LAST = "sums[-1] += float(score)"
WORD = "piece.removeprefix(START)"


@pytest.mark.parametrize("extra", ["", BY_NUMBER, BY_TEXT], ids=["solution", "index_add", "groups"])
@pytest.mark.parametrize("seed", range(6))
def test_a_right_answer_passes_every_check(extra: str, seed: int) -> None:
    merge = LocalFunction(answer("merge_pieces", extra=extra, notebook="4_transformer"))
    assert failing(CHECKS, merge, LocalBench(), seed=seed) == {}


@pytest.mark.parametrize(
    ("changes", "expected", "cause"),
    [
        pytest.param([(LAST, "sums[-1] = max(sums[-1], float(score))")], "scores_are_added", "largest", id="largest"),
        pytest.param([(LAST, "pass")], "scores_are_added", "first piece", id="first"),
        pytest.param([(LAST, "sums[-1] = float(score)")], "scores_are_added", "last piece", id="last"),
        pytest.param([(LAST, "sums[-1] = abs(sums[-1]) + abs(float(score))")], "scores_are_added", "", id="absolute"),
        pytest.param([(WORD, "piece")], "pieces_become_words", "left in the words", id="mark left"),
        pytest.param([("startswith(START)", 'startswith("_")')], {"pieces_become_words", "scores_are_added"},
                     "", id="underscore"),
        pytest.param([("not merged", "True")], {"pieces_become_words", "scores_are_added"},
                     "every piece was made a word", id="no merging"),
        pytest.param([("return merged, sums", "return sums")], {"pieces_become_words", "scores_are_added"},
                     "values", id="scores only"),
        pytest.param([(" or not merged", "")], {"pieces_become_words", "scores_are_added"}, "", id="first piece"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_named(changes: list[Change], expected: str | set[str], cause: str) -> None:
    merge = LocalFunction(answer("merge_pieces", changes, notebook="4_transformer"))
    expect_named(failing(CHECKS, merge, LocalBench()), expected, cause)


def test_the_mean_is_named() -> None:
    mean = BY_TEXT.replace("[sum(score for _, score in group)", "[sum(score for _, score in group) / len(group)")
    merge = LocalFunction(answer("merge_pieces", extra=mean, notebook="4_transformer"))
    expect_named(failing(CHECKS, merge, LocalBench()), "scores_are_added", "mean of the pieces")


def test_a_dictionary_is_named() -> None:
    merge = LocalFunction(answer("merge_pieces", extra=DICTIONARY, notebook="4_transformer"))
    expect_named(failing(CHECKS, merge, LocalBench()), {"pieces_become_words", "scores_are_added"}, "")


def test_the_checks_know_the_mark_of_the_tokenizer() -> None:
    assert pieces.START == START
