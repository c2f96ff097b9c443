"""A few hidden reviews and a matrix of word vectors: what the network that starts from vectors is trained on.

They come from `mini` whatever data set a class is graded on, because `mini` is what our vectors were made for.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from autograder.judge.hidden_data import Encoded, balanced, encode_reviews, hidden_folder, read_reviews, with_misled
from autograder.thresholds import Budget, load_thresholds
from textlab.checks.draw import Draw
from textlab.corpus import Review
from textlab.text import Vocabulary
from textlab.vectors import load_vectors

UNKNOWN_SIZE = 0.1


@dataclass(frozen=True)
class FewReviews:
    """Training and test reviews, the matrix of their words' vectors, the padding id, the budget and the bound."""

    train: Encoded
    test: Encoded
    matrix: Tensor
    """[words, dim] float32; row i is the vector of id i."""
    pad_id: int
    thresholds: Budget
    name: ClassVar[str] = "mini"
    """What they are called in messages."""

    def disguised(self, draw: Draw) -> FewReviews:
        """The same task under renamed ids, in a drawn order, its vectors turned in space: none tells a word."""
        names = draw.permutation(len(self.matrix))
        turn, _ = torch.linalg.qr(draw.normal(self.matrix.shape[1], self.matrix.shape[1]))
        matrix = torch.empty_like(self.matrix)
        matrix[names] = self.matrix @ turn
        pad_id = int(names[self.pad_id])
        train, test = (part.renamed(names).shuffled(draw) for part in (self.train, self.test))
        return FewReviews(train, test, matrix, pad_id, self.thresholds)


@functools.cache
def load_few() -> FewReviews:
    """The first reviews of the hidden `mini`, with vectors.

    Raises FileNotFoundError with a remedy when the reviews are not there.
    """
    train, test = (read_reviews(hidden_folder() / "mini" / f"{part}.csv") for part in ("train", "test"))
    return encode_few(train, test, load_thresholds("mini").networks["glove_cnn"])


def encode_few(train: Sequence[Review], test: Sequence[Review], thresholds: Budget) -> FewReviews:
    """As many reviews as the budget has, and the vectors `mini` of all words.

    Words that the training reviews lack have their vectors too: that is what vectors are for.
    """
    train, test = balanced(train, thresholds.train), balanced(test, thresholds.test)
    vectors = load_vectors("mini")
    trained = Vocabulary.build(review.text for review in train)
    vocabulary = Vocabulary.from_tokens(list(dict.fromkeys([*trained.tokens, *vectors.words])))
    matrix = torch.randn(len(vocabulary), vectors.dim, generator=torch.Generator().manual_seed(0)) * UNKNOWN_SIZE
    for row, token in enumerate(vocabulary.tokens):
        if token in vectors:
            matrix[row] = vectors[token]
    matrix[vocabulary.pad_id] = 0.0
    encode = functools.partial(encode_reviews, vocabulary=vocabulary, max_length=thresholds.max_length)
    encoded = with_misled(encode(train), encode(test), [thresholds])
    return FewReviews(*encoded, matrix, vocabulary.pad_id, thresholds)
