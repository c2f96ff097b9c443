"""GloVe word vectors: weighted least squares on log co-occurrence counts (Pennington et al., 2014)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from reviewgen import Recipe, draw_reviews
from torch import Tensor

from textlab.text import tokenize

# Text to learn words from: longer and plainer than the reviews of the corpus.
UNLABELLED = Recipe(
    kinds=(("plain", 80), ("negation", 4), ("contrast", 4), ("idiom", 12)),
    judgements=(0, 0, 0, 10, 40, 40, 10),
    neutral=(50, 40, 10),
    longest=90,
)


@dataclass(frozen=True)
class Settings:
    """How the vectors are trained; the names are those of the paper.

    reviews: unlabelled reviews drawn. reserved_share: chance of a word that training sets never show.
    x_max, alpha: the weighting function min(1, (count / x_max) ** alpha).
    """

    seed: int = 50
    reviews: int = 60_000
    reserved_share: float = 0.15
    dim: int = 50
    window: int = 10
    min_count: int = 2
    x_max: float = 5.0
    alpha: float = 0.75
    epochs: int = 10
    learning_rate: float = 0.05
    pairs_a_step: int = 8192


@dataclass(frozen=True)
class WordVectors:
    """words, most frequent first, and their vectors: [words, dim] float64."""

    words: tuple[str, ...]
    matrix: NDArray[np.float64]

    def nearest(self, word: str, count: int) -> list[tuple[str, float]]:
        """The words of highest cosine similarity, best first. Raises ValueError for an unknown word."""
        if word not in self.words:
            raise ValueError(f"'{word}' has no vector; take one of the {len(self.words)} words of the file")
        unit = self.matrix / np.linalg.norm(self.matrix, axis=1, keepdims=True)
        index = self.words.index(word)
        similarity = unit @ unit[index]
        order = [int(i) for i in np.argsort(-similarity, kind="stable") if i != index]
        return [(self.words[i], float(similarity[i])) for i in order[:count]]


def cooccurrences(
    texts: Sequence[Sequence[int]], size: int, window: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs (word, context word) and how often they stand near each other, each time counted 1 / distance.

    texts: token ids per text, from 0 to `size` - 1. Windows do not cross texts.
    """
    # Texts stand in one row, divided by `window` marks of -1, so that no pair spans two of them.
    gap = [-1] * window
    row = np.array([token for text in texts for token in (*text, *gap)], dtype=np.int64)
    counts = np.zeros(size * size)
    for distance in range(1, window + 1):
        left, right = row[:-distance], row[distance:]
        both = (left >= 0) & (right >= 0)
        found = np.bincount(left[both] * size + right[both], minlength=size * size)
        counts += found / distance
    table = counts.reshape(size, size)
    table = table + table.T
    words, contexts = np.nonzero(table)
    return words, contexts, table[words, contexts]


def train(texts: Iterable[str], settings: Settings) -> WordVectors:
    """Vectors of all words that occur `min_count` times; the same texts and settings give the same vectors."""
    tokens = [tokenize(text) for text in texts]
    counts = Counter(token for text in tokens for token in text)
    words = sorted((w for w, n in counts.items() if n >= settings.min_count), key=lambda w: (-counts[w], w))
    ids = {word: index for index, word in enumerate(words)}
    encoded = [[ids[token] for token in text if token in ids] for text in tokens]
    pairs = cooccurrences(encoded, len(words), settings.window)
    matrix = _descend(*(torch.from_numpy(part) for part in pairs), size=len(words), settings=settings)
    return WordVectors(tuple(words), matrix.numpy())


def _descend(words: Tensor, contexts: Tensor, counts: Tensor, *, size: int, settings: Settings) -> Tensor:
    """Minimise sum f(x) (w . c + b + d - log x)^2 with AdaGrad; returns w + c, [size, dim]."""
    source = torch.Generator().manual_seed(settings.seed)
    # Column dim holds the biases: w . c + b + d is one product once each side carries a 1 for the other's bias.
    shape = (2, size, settings.dim + 1)
    weights = (torch.rand(shape, generator=source, dtype=torch.float64) - 0.5) / settings.dim
    squares = torch.ones(shape, dtype=torch.float64)
    importance = (counts / settings.x_max).clamp(max=1.0) ** settings.alpha
    logs = counts.log()
    for _ in range(settings.epochs):
        order = torch.randperm(len(counts), generator=source)
        for step in order.split(settings.pairs_a_step):
            i, j = words[step], contexts[step]
            w, c = weights[0, i], weights[1, j]
            error = (w[:, :-1] * c[:, :-1]).sum(dim=1) + w[:, -1] + c[:, -1] - logs[step]
            slope = (importance[step] * error).unsqueeze(1)
            one = torch.ones_like(slope)
            gradients = torch.zeros(shape, dtype=torch.float64)
            gradients[0].index_add_(0, i, slope * torch.cat((c[:, :-1], one), dim=1))
            gradients[1].index_add_(0, j, slope * torch.cat((w[:, :-1], one), dim=1))
            squares += gradients**2
            weights -= settings.learning_rate * gradients / squares.sqrt()
    return weights[:, :, :-1].sum(dim=0)


def write_vectors(vectors: WordVectors, path: Path) -> None:
    """Write GloVe's text format: a word and its numbers a line, divided by spaces, four decimals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for word, row in zip(vectors.words, vectors.matrix, strict=True):
            # Adding 0.0 turns a rounded -0.0 into 0.0.
            numbers = " ".join(f"{round(float(value), 4) + 0.0:.4f}" for value in row)
            file.write(f"{word} {numbers}\n")


def read_vectors(path: Path) -> WordVectors:
    """The vectors of a file that `write_vectors` wrote."""
    lines = [line.split(" ") for line in path.read_text(encoding="utf-8").splitlines()]
    return WordVectors(tuple(line[0] for line in lines), np.array([line[1:] for line in lines], dtype=float))


def train_mini(path: Path, settings: Settings | None = None) -> None:
    """Train the vectors `mini` on unlabelled reviews from the generator and write them."""
    settings = settings or Settings()
    torch.set_num_threads(1)  # sums in another order would give other bytes
    reviews = draw_reviews(random.Random(settings.seed), reserved_share=settings.reserved_share, recipe=UNLABELLED)
    texts = [review.text for review in islice(reviews, settings.reviews)]
    write_vectors(train(texts, settings), path)
