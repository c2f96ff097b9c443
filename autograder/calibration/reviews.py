"""The hidden reviews of one calibration run."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from reviewgen import hidden_corpus

from autograder.judge.hidden_data import HIDDEN, short_reviews
from textlab.corpus import Review


@dataclass(frozen=True)
class Reviews:
    """Training and test reviews."""

    train: tuple[Review, ...]
    test: tuple[Review, ...]


@functools.lru_cache(maxsize=2)
def draw_reviews(data: str, path: Path | None, seed: int) -> Reviews:
    """Reviews of `mini` drawn from a key of their own for every seed, or those of the archive at `path`.

    The archive's are those that graders take, the same for all seeds.

    A teacher draws hidden reviews from a secret key, so a threshold has to hold for every key.
    """
    if data == "mini":
        drawn = hidden_corpus(f"calibration {seed}", families=HIDDEN / "families.json")
        train, test = ([Review(row.text, row.label) for row in drawn[split]] for split in ("train", "test"))
        return Reviews(tuple(train), tuple(test))
    return _archive(path)


@functools.cache
def _archive(path: Path | None) -> Reviews:
    train, test = short_reviews(path)
    return Reviews(tuple(train), tuple(test))
