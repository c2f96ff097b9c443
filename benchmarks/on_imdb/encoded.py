"""The reviews as token ids, kept in a folder so that one run after the other need not cut the texts anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textlab.corpus import SPLITS, Corpus, load_corpus
from textlab.text import Vocabulary, tokenize

SEED = 0
"""Of the split: which tenth of the training reviews is for validation."""


@dataclass(frozen=True)
class Part:
    """The reviews of one part of the corpus, one after the other."""

    ids: NDArray[np.int32]
    """[tokens of all reviews], places in `Encoded.tokens`."""
    ends: NDArray[np.int64]
    """[reviews], where each review ends in `ids`."""
    labels: NDArray[np.int8]
    """[reviews] 1 positive, 0 negative."""

    def rows(self, count: int | None = None) -> list[NDArray[np.int32]]:
        """The ids of the first `count` reviews, or of all."""
        return np.split(
            self.ids[: self.ends[count - 1] if count else None], self.ends[: (count or len(self.ends)) - 1]
        )


@dataclass(frozen=True)
class Encoded:
    """All reviews as ids in one list of tokens."""

    tokens: tuple[str, ...]
    """`<unk>`, `<pad>`, the tokens of the training reviews, the most frequent first; then those of the others."""
    trained: int
    """So many tokens occur in the training reviews, the two special ones counted."""
    parts: dict[str, Part]


def load_encoded(path: Path | None, folder: Path) -> Encoded:
    """The reviews of the archive or folder at `path` (None: downloaded), encoded once and kept in `folder`."""
    file = folder / "encoded.npz"
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        _write(load_corpus("imdb", path=path, seed=SEED), file)
    with np.load(file) as kept:
        parts = {name: Part(*(kept[f"{name}_{field}"] for field in ("ids", "ends", "labels"))) for name in SPLITS}
        tokens = tuple(kept["tokens"].tobytes().decode().split("\n"))
        return Encoded(tokens, int(kept["trained"]), parts)


def _write(corpus: Corpus, file: Path) -> None:
    known = Vocabulary.build(review.text for review in corpus.train).tokens
    places = {token: place for place, token in enumerate(known)}
    arrays: dict[str, NDArray[Any]] = {"trained": np.array(len(known))}
    for name in SPLITS:
        reviews = getattr(corpus, name)
        rows = [[places.setdefault(token, len(places)) for token in tokenize(review.text)] for review in reviews]
        arrays[f"{name}_ids"] = np.array([place for row in rows for place in row], dtype=np.int32)
        arrays[f"{name}_ends"] = np.cumsum([len(row) for row in rows])
        arrays[f"{name}_labels"] = np.array([review.label for review in reviews], dtype=np.int8)
    arrays["tokens"] = np.frombuffer("\n".join(places).encode(), dtype=np.uint8)
    part = file.with_suffix(".part.npz")
    np.savez(part, allow_pickle=False, **arrays)
    part.rename(file)


def renumbered(encoded: Encoded, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """[tokens]: the id in `vocabulary` of every token of `encoded`; unknown ones have that of `<unk>`."""
    return np.array([vocabulary[token] for token in encoded.tokens], dtype=np.int64)


def cut(row: NDArray[np.int32], length: int, kept: str) -> NDArray[np.int32]:
    """At most `length` ids of a review: its `first`, its `last`, or half of them from both `ends`."""
    if len(row) <= length:
        return row
    if kept == "ends":
        return np.concatenate([row[: length // 2], row[len(row) - (length - length // 2) :]])
    return row[:length] if kept == "first" else row[len(row) - length :]
