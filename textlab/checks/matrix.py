"""Checks of embedding_matrix: word vectors as the rows of an embedding."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import (
    Cause,
    CheckFailed,
    NotChecked,
    StudentError,
    expect_close,
    expect_shape,
    numbers_text,
    shape_text,
)
from textlab.checks.matrix_cases import LARGE, Words, draw_words
from textlab.checks.matrix_causes import row_cause, shape_cause
from textlab.checks.subject import Bench, Function
from textlab.text import PAD, UNK

SAME = 1e-6
LARGE_DEVIATION = 0.35
"""Standard deviation from which a large vocabulary has numbers above 1 for certain."""
PARALLEL = 0.9999
"""Cosine from which two vectors are the same but for their length."""


def matrix_has_its_shape(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """The matrix has one row for every token, as float32"""
    for dim in (draw.integer(3, 6), draw.integer(7, 12)):
        words = draw_words(bench, draw, dim)
        got = _matrix(embedding_matrix, words)
        expect_shape(
            got,
            [words.shape],
            axes="tokens × vectors.dim",
            input=words.call,
            likely=shape_cause(got, words),
            next="start from a tensor with len(vocabulary) rows and vectors.dim columns",
        )
        if got.dtype != torch.float32:
            raise CheckFailed(
                "the matrix has another type",
                input=words.call,
                expected="torch.float32, as the layers of a network have it",
                got=str(got.dtype),
                likely=Cause("matrix-of-another-dtype", f"the numbers came back as {got.dtype}"),
                next="make the matrix with torch, which takes float32 unless told otherwise",
            )


def known_words_have_their_vectors(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """Row i holds the vector of token i, for every word that the vectors know"""
    for size in (None, LARGE + draw.integer(0, 400)):
        words = draw_words(bench, draw, draw.integer(4, 9), size=size, other_forms=size is None)
        # An error on a large vocabulary is this check's business, any other one is that of the shape's.
        got = _shaped(embedding_matrix, words) if size is None else _matrix(embedding_matrix, words)
        expect_shape(
            got, [words.shape], input=words.call, likely=None, next="print the matrix's shape and len(vocabulary)"
        )
        rows = words.known
        # In its own type, which the shape's check charges.
        expected, got = words.expected(rows).to(got.dtype).float(), got.float()
        off = (got[rows] - expected).abs().amax(dim=1)
        if bool((off > SAME).any()):
            row = int(rows[off > SAME][0])
            token, vector = words.tokens[row], expected[off > SAME][0]
            expect_close(
                got[row],
                vector,
                tolerance=SAME,
                what=f"the row of “{token}” is not its vector",
                input=f"{words.call}[{row}], where vocabulary.tokens[{row}] is “{token}”",
                likely=row_cause(got, words),
                next="row i belongs to vocabulary.tokens[i]: look that word up in the vectors as it is written",
            )
        _expect_not_borrowed(got, words)
        _expect_unchanged(bench, words)


def padding_row_is_zero(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """The row of the padding token is zero"""
    for has_vector in (True, False):
        words = draw_words(bench, draw, draw.integer(4, 9), padding_has_vector=has_vector)
        row = _shaped(embedding_matrix, words)[1].float()
        if not bool(row.any()):
            continue
        cause = (
            None if has_vector else Cause("padding-as-unknown", "the padding token was treated as an unknown word")
        )
        if has_vector and torch.allclose(row, words.vectors_of([PAD])[0], atol=SAME):
            cause = Cause("padding-has-its-vector", f"the padding token got the vector of the word {PAD}")
        expect_close(
            row,
            torch.zeros_like(row),
            tolerance=0.0,
            what="the row of the padding token is not zero",
            input=f"{words.call}[1], where vocabulary.tokens[1] is “{PAD}”; these vectors "
            + (f"hold a word {PAD}, too" if has_vector else f"hold no word {PAD}"),
            likely=cause,
            next="set the row vocabulary.pad_id to zero at the end",
        )


def unknown_words_are_small_and_told_apart(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """Unknown words and `<unk>` get small random numbers, the same at every call"""
    words = draw_words(bench, draw, draw.integer(6, 12), ends_known=False)
    got, again = (_shaped(embedding_matrix, words).float() for _ in range(2))
    where = f"{words.call}, the {len(words.unknown)} rows of {UNK} and of words without a vector"
    expect_close(
        again[words.unknown],
        got[words.unknown],
        tolerance=0.0,
        what="two calls give two matrices",
        input=f"{where}, twice",
        likely=Cause("random-numbers-not-seeded", "the random numbers move on from call to call: nothing seeds them"),
        next="draw them with generator=torch.Generator().manual_seed(seed)",
    )
    _expect_told_apart(got, words)
    large = draw_words(bench, draw, 4, size=LARGE + draw.integer(0, 400), ends_known=False)
    got = _shaped(embedding_matrix, large).float()
    _expect_told_apart(got, large)
    numbers = got[_own_rows(got, large)]
    if float(numbers.abs().max()) > 1.0 and float(numbers.std()) > LARGE_DEVIATION:
        raise CheckFailed(
            "the rows of unknown words are large",
            input=f"{large.call}, the {len(large.unknown)} rows of {UNK} and of words without a vector",
            expected="numbers between −1 and 1, most of them within 0.3",
            got=f"numbers up to {float(numbers.abs().max()):.2f}",
            likely=Cause("unknown-rows-large", f"their standard deviation is {float(numbers.std()):.2g}"),
            next="multiply by 0.1",
        )
    _expect_others_undisturbed(embedding_matrix, words)


def _expect_others_undisturbed(embedding_matrix: Function, words: Words) -> None:
    """Fail when what a program draws afterwards follows from the call, not from its own seed."""
    first, second = (embedding_matrix.drawn_afterwards(seed, words.vocabulary, words.handle) for seed in (11, 12))
    for name, one, other in zip(("torch", "numpy", "random"), first, second, strict=True):
        if one == other:
            raise CheckFailed(
                f"the call sets {name}'s random numbers for the whole program",
                input=f"{words.call}, then a random number from {name}, after two different seeds",
                expected="two different numbers: only the program's own seed decides them",
                got=f"{one:.6f} both times",
                likely=Cause("global-seed-set", f"the function seeds {name}'s global state"),
                next="draw from a generator of your own: generator=torch.Generator().manual_seed(seed)",
            )


def _own_rows(got: Tensor, words: Words) -> list[int]:
    """The rows of unknown words that hold no vector of another word: those are charged with the known ones."""
    held = set(map(tuple, words.vectors.tolist()))
    rows = [row for row in words.unknown if tuple(got[row].tolist()) not in held]
    if len(rows) < 2:
        raise NotChecked("the rows of unknown words hold the vectors of others")
    return rows


def _expect_told_apart(got: Tensor, words: Words) -> None:
    """Fail when a row of an unknown word is zero or holds one number only, or two are the same."""
    rows = _own_rows(got, words)
    if bool(got[1].any()) and 0 in rows and not bool(got[0].any()):
        rows.remove(0)  # Zero in place of the padding's row, which is charged there.
    unknown = got[rows]
    where = f"{words.call}, the {len(rows)} rows of {UNK} and of words without a vector"
    sizes = unknown.abs().amax(dim=1)
    if bool((sizes == 0).any()):
        row = rows[int((sizes == 0).nonzero()[0])]
        every = Cause("unknown-rows-zero", "every unknown word has zeros, as if only known words were filled in")
        raise CheckFailed(
            "an unknown word has a row of zeros",
            input=f"{words.call}[{row}], where vocabulary.tokens[{row}] is “{words.tokens[row]}”",
            expected="small random numbers; zeros are what padding has",
            got=numbers_text(got[row]),
            likely=_zero_cause(sizes, rows) if bool(sizes[1:].any()) else every,
            next="start from small random numbers for all rows, then fill in the known ones",
        )
    if bool((unknown == unknown[:, :1]).all()):
        raise CheckFailed(
            "the row of an unknown word is one number, again and again",
            input=where,
            expected=f"{unknown.shape[1]} random numbers in each row",
            got=numbers_text(unknown[0]),
            likely=Cause("unknown-rows-constant", "one number was drawn for each row"),
            next="draw [len(vocabulary), vectors.dim] numbers",
        )
    different = len(torch.unique(unknown, dim=0))
    if different < len(unknown):
        one = Cause("one-row-for-all-unknown", "the same numbers are in the rows of all unknown words")
        raise CheckFailed(
            "two unknown words have the same row",
            input=where,
            expected=f"{len(unknown)} different rows",
            got=f"{different} different rows",
            likely=one if len(torch.unique(unknown[1:], dim=0)) == 1 else None,
            next="draw numbers for all rows at once",
        )


def _zero_cause(sizes: Tensor, rows: list[int]) -> Cause | None:
    """Whether the zeros are those of `<unk>`, or of all rows from one on."""
    zero = (sizes == 0).nonzero().flatten().tolist()
    if zero == [0] and rows[0] == 0:
        return Cause("unk-row-zero", f"only {UNK} has zeros: it is an unknown word as well")
    if zero == list(range(zero[0], len(sizes))):
        return Cause("rows-cut-off", f"all unknown words from row {rows[zero[0]]} on have zeros")
    return None


def _expect_not_borrowed(got: Tensor, words: Words) -> None:
    """Fail when an unknown word has the vector of another word, such as its upper case or its singular."""
    if len(words.words) > LARGE // 10:
        return
    cosines = torch.nn.functional.normalize(got, dim=1) @ torch.nn.functional.normalize(words.vectors, dim=1).T
    for row in words.unknown:
        place = int(cosines[row].argmax())
        if float(cosines[row, place]) > PARALLEL:
            token, other = words.tokens[row], words.words[place]
            case = Cause("looked-up-in-another-case", "upper and lower case were taken for the same word")
            raise CheckFailed(
                f"the row of “{token}” is the vector of another word",
                input=f"{words.call}[{row}], where vocabulary.tokens[{row}] is “{token}”",
                expected="small random numbers: the vectors do not know the word as it is written",
                got=f"{numbers_text(got[row])}, the vector of “{other}”",
                likely=case
                if other.lower() == token
                else Cause("another-word-looked-up", f"the vector of “{other}” was taken for “{token}”"),
                next="look every token up as it is written: token in vectors, vectors[token]",
            )


def _expect_unchanged(bench: Bench, words: Words) -> None:
    """Fail when the call changed the vectors that it was given."""
    now = bench.read_vectors(words.handle)
    if now.shape != words.vectors.shape or not torch.equal(now, words.vectors):
        raise CheckFailed(
            "the call changed the vectors that it was given",
            input=f"{words.call}, then vectors.matrix",
            expected=numbers_text(words.vectors),
            got=numbers_text(now),
            likely=Cause("vectors-changed", "the function writes into the vectors themselves"),
            next="copy a vector before you change it: vectors[word].clone()",
        )


def _matrix(embedding_matrix: Function, words: Words) -> Tensor:
    """What the function gives; CheckFailed when it is no tensor."""
    got: Any = embedding_matrix(words.vocabulary, words.handle)
    if not isinstance(got, Tensor):
        raise CheckFailed(
            "the matrix is not a tensor",
            input=words.call,
            expected=f"a tensor {shape_text(words.shape)}",
            got=type(got).__name__,
            likely=Cause("no-return", "nothing came back: the return is missing") if got is None else None,
            next="return one tensor; torch.stack makes one of a list",
        )
    return got


def _shaped(embedding_matrix: Function, words: Words) -> Tensor:
    """The matrix; NotChecked when there is none of the shape that the other checks need: the first check says so."""
    try:
        got: Any = embedding_matrix(words.vocabulary, words.handle)
    except StudentError as error:
        if error.not_attempted:
            raise
        raise NotChecked("embedding_matrix raises an error") from None
    if not isinstance(got, Tensor) or tuple(got.shape) != words.shape:
        raise NotChecked("the matrix does not have one row for every token")
    return got
