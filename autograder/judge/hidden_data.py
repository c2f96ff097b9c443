"""The reviews that graded networks are trained and tested on, as token ids. Texts never leave the judge."""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from autograder.thresholds import load_thresholds
from textlab.corpus import Review, load_corpus
from textlab.text import Vocabulary

HIDDEN = Path(__file__).parent.parent / "hidden"
OWN = "own"
"""The folder below HIDDEN with a teacher's own key and reviews; git does not track it."""
MAX_WORDS = 20_000


@dataclass(frozen=True)
class Encoded:
    """Reviews as padded ids [reviews, length], lengths [reviews] and labels [reviews]."""

    ids: Tensor
    lengths: Tensor
    labels: Tensor

    def renamed(self, names: Tensor) -> Encoded:
        """The same reviews with every id i replaced by names[i]."""
        return Encoded(names[self.ids], self.lengths, self.labels)

    def first(self, reviews: int, max_length: int) -> Encoded:
        """The first reviews, cut to that many tokens."""
        lengths = self.lengths[:reviews].clamp(max=max_length)
        return Encoded(self.ids[:reviews, :max_length], lengths, self.labels[:reviews])


@dataclass(frozen=True)
class HiddenData:
    """Training and test reviews and the size of their vocabulary; `<unk>` is id 0 and `<pad>` id 1."""

    train: Encoded
    test: Encoded
    vocab_size: int
    vocabulary: Vocabulary | None = None
    """What the ids mean; None when they were renamed."""


@functools.lru_cache(maxsize=2)
def load_hidden(data: str, path: Path | None = None) -> HiddenData:
    """The hidden reviews of `mini`, or a fixed balanced part of `imdb` (an archive or folder at `path`).

    Raises FileNotFoundError with a remedy when they are not there.
    """
    budget = load_thresholds(data)
    if data == "mini":
        train, test = (read_reviews(hidden_folder() / "mini" / f"{part}.csv") for part in ("train", "test"))
    else:
        corpus = load_corpus(data, path=path)
        train, test = list(corpus.train), list(corpus.test)
    train, test = balanced(train, budget.train), balanced(test, budget.test)
    vocabulary = Vocabulary.build((review.text for review in train), max_size=MAX_WORDS)
    encode = functools.partial(encode_reviews, vocabulary=vocabulary, max_length=budget.max_length)
    return HiddenData(encode(train), encode(test), len(vocabulary), vocabulary)


def hidden_folder() -> Path:
    """Where key and hidden reviews lie: the teacher's own folder where there is one, else the kit's."""
    return HIDDEN / OWN if (HIDDEN / OWN / "key").is_file() else HIDDEN


def read_reviews(path: Path) -> list[Review]:
    """The reviews of a file with the columns label, text. Raises FileNotFoundError with the remedy."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; make datasets draws the hidden reviews anew")
    with path.open(encoding="utf-8", newline="") as file:
        return [Review(row["text"], int(row["label"])) for row in csv.DictReader(file)]


def balanced(reviews: Sequence[Review], count: int) -> list[Review]:
    """The first `count` reviews, half of each class, in their order."""
    left = {0: count // 2, 1: count // 2}
    chosen = []
    for review in reviews:
        if left[review.label] > 0:
            left[review.label] -= 1
            chosen.append(review)
    return chosen


def encode_reviews(reviews: Sequence[Review], vocabulary: Vocabulary, max_length: int) -> Encoded:
    """The reviews as ids, cut to `max_length` tokens."""
    rows = [torch.tensor(vocabulary.encode(review.text, max_length=max_length)) for review in reviews]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=float(vocabulary.pad_id))
    lengths = torch.tensor([len(row) for row in rows])
    return Encoded(ids.long(), lengths, torch.tensor([float(review.label) for review in reviews]))
