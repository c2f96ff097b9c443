"""What is served in place of a notebook's own vocabulary and vectors, whatever torchtext or gensim would make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor


class ServedVectors:
    """Words with their vectors, under the names that vocabularies and vectors of the usual libraries have."""

    def __init__(self) -> None:
        self.fill(["<unk>", "<pad>"], torch.zeros(2, 1))

    def fill(self, words: Sequence[str], matrix: Tensor) -> None:
        """Hold these words; row i of matrix [words, dim] is the vector of word i."""
        self.itos = list(words)
        self.index_to_key = self.itos
        self.stoi = {word: row for row, word in enumerate(self.itos)}
        self.key_to_index = self.stoi
        self.freqs = Counter(dict.fromkeys(self.itos[2:], 1))
        self.vectors = matrix.clone()
        self.dim = self.vector_size = matrix.shape[1]
        self.unk_index = 0

    def __len__(self) -> int:
        """How many words there are."""
        return len(self.itos)

    def __contains__(self, word: object) -> bool:
        """Whether this word is known."""
        return word in self.stoi

    def __iter__(self) -> Iterator[str]:
        """The words."""
        return iter(self.itos)

    def get_vecs_by_tokens(self, tokens: str | Sequence[str], lower_case_backup: bool = False) -> Tensor:
        """The vectors of some words, zero for unknown ones."""
        if isinstance(tokens, str):
            row = self.stoi.get(tokens)
            return torch.zeros(self.dim) if row is None else self.vectors[row].clone()
        return torch.stack([self.get_vecs_by_tokens(token) for token in tokens])

    def get_itos(self) -> list[str]:
        """The words in their order."""
        return self.itos

    def get_stoi(self) -> dict[str, int]:
        """The number of each word."""
        return self.stoi


class Vectors(ServedVectors):
    """In place of word vectors: an item is a vector."""

    def __getitem__(self, word: str) -> Tensor:
        """The vector of a word."""
        return self.get_vecs_by_tokens(word)

    get_vector = __getitem__


class Vocabulary(ServedVectors):
    """In place of a vocabulary: an item is a number."""

    def __getitem__(self, word: str) -> int:
        """The number of a word, 0 for unknown ones."""
        return self.stoi.get(word, 0)


class Field:
    """In place of a field of legacy torchtext, its vocabulary built already."""

    unk_token, pad_token = "<unk>", "<pad>"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocab = vocabulary

    def build_vocab(self, *arguments: Any, **keywords: Any) -> None:
        """Do nothing: the vocabulary is there."""


class Served:
    """The vocabulary and the vectors of one worker; filling them changes both."""

    def __init__(self) -> None:
        self.vectors = Vectors()
        self._vocabulary = Vocabulary()
        self.vocabulary = Field(self._vocabulary)

    def fill(self, words: Sequence[str], matrix: Tensor) -> None:
        """Hold these words with these vectors, [words, dim]."""
        self.vectors.fill(words, matrix)
        self._vocabulary.fill(words, matrix)
