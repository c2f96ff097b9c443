"""Checks of embedding_matrix: word vectors as the rows of an embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked, expect_close, expect_shape, numbers_text, shape_text
from textlab.checks.subject import Bench, Function
from textlab.text import PAD, UNK


@dataclass(frozen=True)
class Words:
    """A vocabulary and vectors that know some of its words, on the student's side of the border."""

    tokens: list[str]
    known: list[str]
    vectors: Tensor
    """[words of the vectors, dim]; the first rows belong to `known`, the others to words that nobody asks for."""
    vocabulary: object
    handle: object

    @property
    def call(self) -> str:
        """The call as students read it."""
        rows, dim = self.vectors.shape
        return f"embedding_matrix(vocabulary of {len(self.tokens)} tokens, {rows} vectors of {dim} numbers)"

    def rows(self, known: bool) -> list[int]:
        """Ids of the words that the vectors know, or of the others and `<unk>`."""
        return [row for row, token in enumerate(self.tokens) if token != PAD and (token in self.known) == known]


def matrix_has_its_shape(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """The matrix has one row for every token, as float32"""
    for dim in (draw.integer(3, 6), draw.integer(7, 12)):
        words = _words(bench, draw, dim)
        got = _matrix(embedding_matrix, words)
        expect_shape(
            got,
            [(len(words.tokens), dim)],
            axes="tokens × vectors.dim",
            input=words.call,
            likely="the vectors stand in the columns: they were stacked along axis 1"
            if tuple(got.shape) == (dim, len(words.tokens))
            else "the rows are those of the vectors, or only those of known words: the vocabulary decides",
            next="start from a tensor with len(vocabulary) rows and vectors.dim columns",
        )
        if got.dtype != torch.float32:
            raise CheckFailed(
                "the matrix has another type",
                input=words.call,
                expected="torch.float32, as the layers of a network have it",
                got=str(got.dtype),
                likely="the numbers went through numpy, or a tensor of integers was filled",
                next="make the matrix with torch, which takes float32 unless told otherwise",
            )


def known_words_have_their_vectors(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """Row i holds the vector of token i, for every word that the vectors know"""
    words = _words(bench, draw, draw.integer(4, 9))
    got = _shaped(embedding_matrix, words)
    for row in words.rows(known=True):
        token = words.tokens[row]
        expected = words.vectors[words.known.index(token)]
        expect_close(
            got[row],
            expected,
            tolerance=1e-6,
            what=f"the row of “{token}” is not its vector",
            input=f"{words.call}[{row}], where vocabulary.tokens[{row}] is “{token}”",
            likely=_row_cause(got, row, words),
            next="row i belongs to vocabulary.tokens[i]: look that word up in the vectors, as it is written there",
        )


def padding_row_is_zero(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """The row of the padding token is zero"""
    words = _words(bench, draw, draw.integer(4, 9), padding_has_vector=True)
    row = _shaped(embedding_matrix, words)[1]
    expect_close(
        row,
        torch.zeros_like(row),
        tolerance=0.0,
        what="the row of the padding token is not zero",
        input=f"{words.call}[1], where vocabulary.tokens[1] is “{PAD}”; these vectors hold a word {PAD}, too",
        likely="the padding token was treated like any other word, or like an unknown one",
        next="set the row vocabulary.pad_id to zero at the end",
    )


def unknown_words_are_small_and_told_apart(embedding_matrix: Function, bench: Bench, draw: Draw) -> None:
    """Unknown words and `<unk>` get small random numbers, the same at every call"""
    words = _words(bench, draw, draw.integer(6, 12))
    got, again = (_shaped(embedding_matrix, words) for _ in range(2))
    rows = words.rows(known=False)
    unknown = got[rows]
    where = f"{words.call}, the {len(rows)} rows of {UNK} and of words without a vector"
    expect_close(
        again,
        got,
        tolerance=0.0,
        what="two calls give two matrices",
        input=f"{words.call}, twice",
        likely="the random numbers come from torch's global state, which moves on with every draw",
        next="draw them with generator=torch.Generator().manual_seed(seed)",
    )
    if float(unknown.abs().max()) > 1.0:
        raise CheckFailed(
            "the rows of unknown words are large",
            input=where,
            expected="numbers between −1 and 1, most of them within 0.3",
            got=f"numbers up to {float(unknown.abs().max()):.2f}",
            likely="torch.randn has a standard deviation of 1; torch.empty holds anything at all",
            next="multiply by 0.1",
        )
    sizes = unknown.abs().max(dim=1).values
    if bool((sizes == 0).any()):
        row = rows[int((sizes == 0).nonzero()[0])]
        raise CheckFailed(
            "an unknown word has a row of zeros",
            input=f"{words.call}[{row}], where vocabulary.tokens[{row}] is “{words.tokens[row]}”",
            expected="small random numbers; zeros are what padding has",
            got=numbers_text(got[row]),
            likely="the matrix starts as zeros and only known words are filled in",
            next="start from small random numbers for all rows, then fill in the known ones",
        )
    if len(torch.unique(unknown, dim=0)) < len(rows):
        raise CheckFailed(
            "two unknown words have the same row",
            input=where,
            expected=f"{len(rows)} different rows",
            got=f"{len(torch.unique(unknown, dim=0))} different rows",
            likely="one random vector was drawn and used for all, or the generator was seeded anew for every row",
            next="draw numbers for all rows at once",
        )


def _words(bench: Bench, draw: Draw, dim: int, padding_has_vector: bool = False) -> Words:
    """Made-up words in the order of the vocabulary, about half of them in the vectors, in another order.

    The vectors hold each known word in upper case too, with other numbers, and words that the vocabulary lacks.
    """
    made = list(dict.fromkeys(draw.word() for _ in range(draw.integer(16, 24))))
    tokens = [UNK, PAD, *made]
    known = [made[place] for place in draw.permutation(len(made)).tolist()[: len(made) // 2]]
    others = [word.capitalize() for word in known] + [word + "x" for word in made[:5]]
    others += [word.upper() for word in made if word not in known]
    if padding_has_vector:
        others.append(PAD)
    vectors = draw.normal(len(known) + len(others), dim)
    handle = bench.vectors([*known, *others], vectors)
    return Words(tokens, known, vectors, bench.vocabulary(tokens), handle)


def _matrix(embedding_matrix: Function, words: Words) -> Tensor:
    """What the function gives; CheckFailed when it is no tensor."""
    got: Any = embedding_matrix(words.vocabulary, words.handle)
    if not isinstance(got, Tensor):
        raise CheckFailed(
            "the matrix is not a tensor",
            input=words.call,
            expected=f"a tensor {shape_text((len(words.tokens), words.vectors.shape[1]))}",
            got=type(got).__name__,
            likely="the return is missing, or gives a list of vectors",
            next="return one tensor; torch.stack makes one of a list",
        )
    return got


def _shaped(embedding_matrix: Function, words: Words) -> Tensor:
    """The matrix; NotChecked when it has not the shape that the other checks need."""
    got = _matrix(embedding_matrix, words)
    if tuple(got.shape) != (len(words.tokens), words.vectors.shape[1]):
        raise NotChecked("the matrix does not have one row for every token")
    return got.float()


def _row_cause(got: Tensor, row: int, words: Words) -> str:
    """The usual cause of a wrong row."""
    same = (words.vectors - got[row]).abs().max(dim=1).values < 1e-6
    if bool(same[len(words.known) :].any()):
        return "the word was looked up in upper case, which is another word to the vectors"
    own = words.vectors[words.known.index(words.tokens[row])]
    elsewhere = ((got - own).abs().max(dim=1).values < 1e-6).nonzero().flatten().tolist()
    if elsewhere:
        return f"its vector stands in row {elsewhere[0]}: another order, or shifted because two tokens are special"
    if bool(same.any()):
        return "this row holds the vector of another word: the rows are in another order"
    if not bool(got[row].any()):
        return "the row was never filled in"
    return "the vector was changed or scaled, or the word was taken for an unknown one"
