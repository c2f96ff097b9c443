"""Vocabularies, and word vectors that know some of their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.subject import Bench
from textlab.text import PAD, UNK

LARGE = 10_300
"""Tokens of a vocabulary that is larger than any number somebody writes out."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Words:
    """A vocabulary and vectors that know some of its words, on the student's side of the border."""

    tokens: list[str]
    words: list[str]
    """Of the vectors."""
    vectors: Tensor
    """[words of the vectors, dim]"""
    vocabulary: object
    handle: object

    @property
    def call(self) -> str:
        """The call as students read it."""
        rows, dim = self.vectors.shape
        return f"embedding_matrix(vocabulary of {len(self.tokens)} tokens, {rows} vectors of {dim} numbers)"

    @property
    def shape(self) -> tuple[int, int]:
        """Of the matrix."""
        return len(self.tokens), self.vectors.shape[1]

    @property
    def known(self) -> Tensor:
        """The rows of tokens that the vectors know, but for the padding's, ascending."""
        words = set(self.words)
        return torch.tensor([row for row, token in enumerate(self.tokens) if token != PAD and token in words])

    @property
    def unknown(self) -> list[int]:
        """The rows of `<unk>` and of the tokens that the vectors do not know."""
        words = set(self.words)
        return [row for row, token in enumerate(self.tokens) if token != PAD and token not in words]

    def vectors_of(self, words: Sequence[str]) -> Tensor:
        """The vectors of some words, [words, dim]."""
        places = {word: place for place, word in enumerate(self.words)}
        return self.vectors[[places[word] for word in words]]

    def expected(self, rows: Tensor) -> Tensor:
        """The vectors of the tokens of known rows."""
        return self.vectors_of([self.tokens[row] for row in rows.tolist()])


def draw_words(
    bench: Bench,
    draw: Draw,
    dim: int,
    *,
    size: int | None = None,
    ends_known: bool = True,
    padding_has_vector: bool = False,
    other_forms: bool = False,
) -> Words:
    """Made-up words in the order of the vocabulary, about half of them in the vectors, in another order.

    ends_known: whether the vectors know the first and the last word of the vocabulary. The first and the last word of
    the vectors are in the vocabulary, others are not. other_cases: whether the vectors hold each word of the
    vocabulary in upper case too, with other numbers.
    """
    made = _made_up(draw, size or draw.integer(18, 26))
    inner = [made[1:-1][place] for place in draw.permutation(len(made) - 2).tolist()]
    known = inner[: len(made) // 2] + ([made[0], made[-1]] if ends_known else [])
    others = [word + "x" for word in made[:5]]
    if other_forms:
        others += [word.capitalize() for word in made] + [word.upper() for word in made if word not in known]
    if padding_has_vector:
        others.append(PAD)
    middle = [*known[2:], *others]
    words = [known[0], *(middle[place] for place in draw.permutation(len(middle)).tolist()), known[1]]
    vectors = draw.normal(len(words), dim)
    plurals = [word + "s" for word in known[2:5]] if other_forms else []
    tokens = [UNK, PAD, made[0], *plurals, *made[1:]]
    return Words(tokens, words, vectors, bench.vocabulary(tokens), bench.vectors(words, vectors))


def _made_up(draw: Draw, count: int) -> list[str]:
    """Different words, whose order says nothing about the alphabet."""
    start = draw.integer(0, 26**4)
    return [_word(start + int(number)) for number in draw.permutation(count)]


def _word(number: int) -> str:
    """Seven letters; different numbers below 26⁵ have different ones."""
    number = number * 7919 % 26**7
    return "".join(LETTERS[number // 26**place % 26] for place in range(7))
