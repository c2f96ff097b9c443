"""The checks of embedding_matrix on a bank of answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.textlab.checks.answers import expect_fault
from textlab.checks import assess, matrix
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError
from textlab.checks.local import LocalBench, LocalFunction
from textlab.text import PAD, Vocabulary
from textlab.vectors import Vectors

CHECKS = (
    matrix.matrix_has_its_shape,
    matrix.known_words_have_their_vectors,
    matrix.padding_row_is_zero,
    matrix.unknown_words_are_small_and_told_apart,
)
Answer = Callable[[Vocabulary, Vectors], Tensor]


def small(rows: int, dim: int) -> Tensor:
    """Small numbers, the same at every call."""
    return 0.1 * torch.randn(rows, dim, generator=torch.Generator().manual_seed(3))


def row_loop(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Right: one row after the other."""
    found = small(len(vocabulary), vectors.dim)
    for row, token in enumerate(vocabulary.tokens):
        if token in vectors:
            found[row] = vectors[token]
    found[vocabulary.pad_id] = 0
    return found


def over_the_vectors(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Right: from the vectors' side, with uniform numbers, through stoi."""
    generator = torch.Generator().manual_seed(1)
    found = torch.rand(len(vocabulary), vectors.dim, generator=generator) * 0.5 - 0.25
    for word in vectors.words:
        if word in vocabulary.stoi:
            found[vocabulary.stoi[word]] = vectors[word]
    found[vocabulary.pad_id] = torch.zeros(vectors.dim)
    return found


def stacked(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Right: a list of rows, torch's own state seeded and put back."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        drawn = [torch.empty(vectors.dim).normal_(std=0.05) for _ in vocabulary.tokens]
    rows = [vectors[t] if t in vectors else drawn[i] for i, t in enumerate(vocabulary.itos)]
    rows[vocabulary.pad_id] = torch.zeros(vectors.dim)
    return torch.stack(rows)


def rows_of_the_vectors(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: the vectors decide the rows."""
    return vectors.matrix.clone()


def transposed(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: a word a column."""
    return row_loop(vocabulary, vectors).T


def float64(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong type."""
    return row_loop(vocabulary, vectors).double()


def as_list(vocabulary: Vocabulary, vectors: Vectors) -> Any:
    """Wrong: a list."""
    return row_loop(vocabulary, vectors).tolist()


def order_of_the_vectors(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: known words are filled in one after the other."""
    found = small(len(vocabulary), vectors.dim)
    for row, word in enumerate(word for word in vectors.words if word in vocabulary):
        found[row + 2] = vectors[word]
    found[vocabulary.pad_id] = 0
    return found


def shifted(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: the special tokens were not counted."""
    found = small(len(vocabulary), vectors.dim)
    for row, token in enumerate(vocabulary.tokens[2:]):
        if token in vectors:
            found[row] = vectors[token]
    found[vocabulary.pad_id] = 0
    return found


def capitalised(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: looks words up with a capital letter."""
    found = row_loop(vocabulary, vectors)
    for row, token in enumerate(vocabulary.tokens):
        if token.capitalize() in vectors:
            found[row] = vectors[token.capitalize()]
    return found


def upper_when_missing(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: an unknown word borrows the vector of its upper case, which is another word."""
    found = row_loop(vocabulary, vectors)
    for row, token in enumerate(vocabulary.tokens):
        if token not in vectors and token.upper() in vectors:
            found[row] = vectors[token.upper()] * 3
    return found


def never_filled(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: random numbers only."""
    found = small(len(vocabulary), vectors.dim)
    found[vocabulary.pad_id] = 0
    return found


def normalised(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: every vector has length one."""
    return torch.nn.functional.normalize(row_loop(vocabulary, vectors), dim=1)


def padding_from_vectors(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: padding gets the vector of the word <pad>."""
    found = row_loop(vocabulary, vectors)
    if PAD in vectors:
        found[vocabulary.pad_id] = vectors[PAD]
    return found


def padding_forgotten(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: padding is an unknown word."""
    found = row_loop(vocabulary, vectors)
    found[vocabulary.pad_id] = 0.01
    return found


def zeros(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: unknown words are zero."""
    found = torch.zeros(len(vocabulary), vectors.dim)
    for row, token in enumerate(vocabulary.tokens):
        if token in vectors:
            found[row] = vectors[token]
    found[vocabulary.pad_id] = 0
    return found


def large(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: unknown words at torch's standard deviation."""
    found = row_loop(vocabulary, vectors)
    for row, token in enumerate(vocabulary.tokens):
        if token not in vectors and row != vocabulary.pad_id:
            found[row] *= 10
    return found


def unseeded(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: other numbers at every call."""
    found = row_loop(vocabulary, vectors)
    for row, token in enumerate(vocabulary.tokens):
        if token not in vectors and row != vocabulary.pad_id:
            found[row] = 0.1 * torch.randn(vectors.dim)
    return found


def one_for_all(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
    """Wrong: all unknown words share a row."""
    found = row_loop(vocabulary, vectors)
    for row, token in enumerate(vocabulary.tokens):
        if token not in vectors and row != vocabulary.pad_id:
            found[row] = small(1, vectors.dim)[0]
    return found


def first_fault(answer: Answer, seed: int = 0) -> tuple[str, Exception] | None:
    """The name of the first check that fails, and its failure."""
    for check in CHECKS:
        try:
            check(LocalFunction(answer), LocalBench(), Draw(seed))
        except (CheckFailed, StudentError) as failure:
            return check.__name__, failure
    return None


SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 5))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("answer", [row_loop, over_the_vectors, stacked])
def test_right_answers_pass_whatever_is_drawn(answer: Answer, seed: int) -> None:
    assert first_fault(answer, seed) is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (rows_of_the_vectors, "matrix_has_its_shape"),
        (transposed, "matrix_has_its_shape"),
        (float64, "matrix_has_its_shape"),
        (as_list, "matrix_has_its_shape"),
        (order_of_the_vectors, "known_words_have_their_vectors"),
        (shifted, "known_words_have_their_vectors"),
        (capitalised, "known_words_have_their_vectors"),
        (never_filled, "known_words_have_their_vectors"),
        (normalised, "known_words_have_their_vectors"),
        (padding_from_vectors, "padding_row_is_zero"),
        (padding_forgotten, "padding_row_is_zero"),
        (zeros, "unknown_words_are_small_and_told_apart"),
        (large, "unknown_words_are_small_and_told_apart"),
        (unseeded, "unknown_words_are_small_and_told_apart"),
        (one_for_all, "unknown_words_are_small_and_told_apart"),
        (upper_when_missing, "known_words_have_their_vectors"),
    ],
)
def test_wrong_answers_fail_in_the_check_that_names_the_fault(answer: Answer, check: str, seed: int) -> None:
    expect_fault(first_fault(answer, seed), check)


def test_upper_case_order_and_columns_are_named_as_the_cause() -> None:
    answers = (capitalised, shifted, transposed)
    causes = {answer.__name__: str((first_fault(answer) or ("", ""))[1]) for answer in answers}
    assert "stacked along axis 1" in causes["transposed"]
    assert "with a capital" in causes["capitalised"]
    assert "each vector is in row i -2" in causes["shifted"]


def test_only_the_known_rows_are_lost_by_a_wrong_order() -> None:
    lost = []
    for check in CHECKS:
        try:
            check(LocalFunction(normalised), LocalBench(), Draw(1))
        except CheckFailed:
            lost.append(check.__name__)
    assert lost == ["known_words_have_their_vectors"]


def test_the_blank_as_handed_out_is_not_attempted() -> None:
    def handed_out(vocabulary: Vocabulary, vectors: Vectors) -> Tensor:
        raise NotImplementedError("this blank is not written yet")

    assert assess("embedding-matrix", handed_out).state == "not attempted"
    assert assess("embedding-matrix", row_loop).state == "right"
    assert assess("embedding-matrix", zeros).state == "wrong"
