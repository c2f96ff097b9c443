"""A recipe's vocabulary, reviews and network, ready to train."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from autograder.calibration.models import solution
from benchmarks.on_imdb.encoded import Encoded, cut, renumbered
from benchmarks.on_imdb.recipes import Recipe
from textlab.batches import Batch, batches
from textlab.text import Vocabulary
from textlab.training import seed_everything
from textlab.vectors import Vectors

MIN_LENGTH = 5
"""Tokens that the widest kernel needs."""


@dataclass(frozen=True)
class Prepared:
    """Reviews as the network reads them."""

    recipe: Recipe
    vocabulary: Vocabulary
    rows: dict[str, list[list[int]]]
    labels: dict[str, list[int]]

    def batches(self, part: str, seed: int | None = None) -> Iterator[Batch]:
        """The batches of a part; a seed shuffles them, and puts reviews of like length together.

        Without one the shortest reviews come first, so that little is padded.
        """
        rows, labels = self.rows[part], self.labels[part]
        size = self.recipe.batch_size
        if seed is None:
            order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
            rows, labels, size = [rows[place] for place in order], [labels[place] for place in order], 256
        return batches(rows, labels, batch_size=size, pad_id=self.vocabulary.pad_id, min_length=MIN_LENGTH, seed=seed)


def prepare(recipe: Recipe, encoded: Encoded, vectors: Vectors | None, test: bool = True) -> Prepared:
    """Vocabulary from the training reviews (and the vectors' words), reviews cut as the recipe says."""
    vocabulary = vocabulary_of(recipe, encoded, vectors)
    numbers = renumbered(encoded, vocabulary)
    rows, labels = {}, {}
    for name, part in encoded.parts.items():
        if name == "test" and not test:
            continue
        count = recipe.train if name == "train" else None
        found = [numbers[cut(row, recipe.max_length, recipe.kept)] for row in part.rows(count)]
        rows[name] = [row.tolist() for row in found]
        labels[name] = part.labels[:count].tolist()
    return Prepared(recipe, vocabulary, rows, labels)


def vocabulary_of(recipe: Recipe, encoded: Encoded, vectors: Vectors | None) -> Vocabulary:
    """The most frequent tokens of the recipe's training reviews; behind them the words of the vectors."""
    part = encoded.parts["train"]
    count = recipe.train or len(part.ends)
    seen = np.bincount(part.ids[: part.ends[count - 1]], minlength=encoded.trained)
    # The tokens stand in the order of their frequency in all training reviews; here it is that in the first `count`.
    order = np.argsort(-seen, kind="stable")
    kept = [place for place in order[: recipe.max_size - 2].tolist() if seen[place] >= recipe.min_freq and place > 1]
    tokens = [*encoded.tokens[:2], *(encoded.tokens[place] for place in kept)]
    extra = vectors.words if recipe.vectors and vectors else ()
    return Vocabulary.from_tokens(list(dict.fromkeys([*tokens, *extra])))


def build(recipe: Recipe, vocabulary: Vocabulary, vectors: Vectors | None) -> nn.Module:
    """The solution's class with the recipe's arguments, its random numbers from the recipe's seed."""
    seed_everything(recipe.seed)
    made = solution(recipe.notebook, recipe.name)
    arguments = {**recipe.arguments, "pad_idx": vocabulary.pad_id}
    if "matrix" in inspect.signature(made).parameters:
        return made(matrix=matrix_of(recipe, vocabulary, vectors), **arguments)
    model: nn.Module = made(vocab_size=len(vocabulary), **arguments)
    embedding = model.get_submodule("embedding")
    with torch.no_grad():
        next(embedding.parameters()).mul_(recipe.embedding_std)
    return model


def matrix_of(recipe: Recipe, vocabulary: Vocabulary, vectors: Vectors | None) -> Tensor:
    """[words, width]: the solution's `embedding_matrix`, and small random numbers behind it.

    The vectors are scaled to the standard deviation that random embeddings start with.
    """
    generator = torch.Generator().manual_seed(recipe.seed)
    matrix = recipe.embedding_std * torch.randn(len(vocabulary), recipe.width, generator=generator)
    if recipe.vectors:
        assert vectors is not None
        embedding_matrix: Any = solution(recipe.notebook, "embedding_matrix")
        scale = recipe.embedding_std / vectors.matrix.std()
        scaled = Vectors(vectors.words, vectors.matrix * scale)
        matrix[:, : vectors.dim] = embedding_matrix(vocabulary, scaled)
    matrix[vocabulary.pad_id] = 0.0
    return matrix
