"""The reviews that graded networks are trained and tested on, as token ids. Texts never leave the judge."""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from autograder.judge.phrases import misled_by_phrases
from autograder.thresholds import Budget, load_thresholds
from textlab.checks.draw import Draw
from textlab.corpus import Review, load_corpus
from textlab.text import Vocabulary, tokenize
from textlab.weights import EMBEDDING

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
    misled: Tensor | None = None
    """Which of the reviews [reviews] counting phrases gets wrong; None where nobody asks."""

    def renamed(self, names: Tensor) -> Encoded:
        """The same reviews with every id i replaced by names[i]."""
        return replace(self, ids=names[self.ids])

    def ordered(self, order: Tensor) -> Encoded:
        """The same reviews, those of the given numbers [reviews], in that order."""
        misled = None if self.misled is None else self.misled[order]
        return Encoded(self.ids[order], self.lengths[order], self.labels[order], misled)

    def shuffled(self, draw: Draw) -> Encoded:
        """The same reviews in a drawn order, so that no place means anything in another submission."""
        return self.ordered(draw.permutation(len(self.ids)))

    def longest(self) -> Tensor:
        """The numbers of the longest quarter of the reviews."""
        return (self.lengths >= self.lengths.float().quantile(0.75)).nonzero().flatten()

    def first(self, reviews: int, max_length: int) -> Encoded:
        """The first reviews, cut to that many tokens."""
        lengths = self.lengths[:reviews].clamp(max=max_length)
        misled = None if self.misled is None else self.misled[:reviews]
        return Encoded(self.ids[:reviews, :max_length], lengths, self.labels[:reviews], misled)


def renamed_weights(weights: Mapping[str, Tensor], names: Tensor) -> dict[str, Tensor]:
    """A network's weights once every id i is called names[i]: row i of its embedding becomes row names[i]."""
    rows = weights.get(EMBEDDING)
    if rows is None or len(rows) != len(names):
        return dict(weights)  # of another network than was asked for: it cannot be set
    return {**weights, EMBEDDING: torch.empty_like(rows).index_copy(0, names, rows)}


@dataclass(frozen=True)
class HiddenData:
    """Training and test reviews and the size of their vocabulary."""

    train: Encoded
    test: Encoded
    vocab_size: int
    pad_id: int = Vocabulary.pad_id
    vocabulary: Vocabulary | None = None
    """What the ids mean; None when they were renamed."""
    name: str = "mini"
    """What they are called in messages."""

    def part(self, budget: Budget) -> HiddenData:
        """As many reviews and tokens as a budget has."""
        train, test = (
            part.first(count, budget.max_length)
            for part, count in ((self.train, budget.train), (self.test, budget.test))
        )
        return replace(self, train=train, test=test)

    def renamed(self, names: Tensor) -> HiddenData:
        """The same reviews with every id i replaced by names[i], so that what was learnt by heart means nothing."""
        train, test = self.train.renamed(names), self.test.renamed(names)
        return replace(self, train=train, test=test, pad_id=int(names[self.pad_id]), vocabulary=None)

    def disguised(self, names: Tensor, draw: Draw) -> HiddenData:
        """The same reviews with every id i replaced by names[i], in a drawn order."""
        told = self.renamed(names)
        return replace(told, train=told.train.shuffled(draw), test=told.test.shuffled(draw))


@functools.lru_cache(maxsize=2)
def load_hidden(data: str, path: Path | None = None) -> HiddenData:
    """The hidden reviews of `mini`, or a fixed balanced part of the short ones of `imdb` (archive or folder, `path`).

    Raises FileNotFoundError with a remedy when they are not there.
    """
    if data == "mini":
        train, test = (read_reviews(hidden_folder() / "mini" / f"{part}.csv") for part in ("train", "test"))
    else:
        train, test = short_reviews(path)
    return replace(encode_hidden(train, test, list(load_thresholds(data).networks.values())), name=data)


def short_reviews(path: Path | None) -> tuple[list[Review], list[Review]]:
    """Training and test reviews of `imdb` that no budget cuts, in their order.

    A network learns more from them in the same time: the first words of a long review seldom say what it thinks.
    """
    corpus = load_corpus("imdb", path=path)
    longest = max(budget.max_length for budget in load_thresholds("imdb").networks.values())
    train, test = (
        [review for review in part if len(tokenize(review.text)) <= longest] for part in (corpus.train, corpus.test)
    )
    return train, test


def encode_hidden(train: Sequence[Review], test: Sequence[Review], budgets: Sequence[Budget]) -> HiddenData:
    """As many reviews and tokens as the largest budget needs, with the vocabulary of the training reviews.

    Raises ValueError with a remedy when there are fewer reviews than that.
    """
    train = balanced(train, max(budget.train for budget in budgets))
    test = balanced(test, max(budget.test for budget in budgets))
    vocabulary = Vocabulary.build((review.text for review in train), max_size=MAX_WORDS)
    longest = max(budget.max_length for budget in budgets)
    encode = functools.partial(encode_reviews, vocabulary=vocabulary, max_length=longest)
    encoded = with_misled(encode(train), encode(test), budgets)
    return HiddenData(*encoded, len(vocabulary), vocabulary=vocabulary)


def with_misled(train: Encoded, test: Encoded, budgets: Sequence[Budget]) -> tuple[Encoded, Encoded]:
    """Training and test reviews; these with what counting phrases gets wrong, if a budget asks for it."""
    if all(budget.phrases is None for budget in budgets):
        return train, test
    return train, replace(test, misled=misled_by_phrases(train, test))


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
    """The first `count` reviews, half of each class, in their order. Raises ValueError when there are too few."""
    left = {0: count // 2, 1: count // 2}
    chosen = []
    for review in reviews:
        if left[review.label] > 0:
            left[review.label] -= 1
            chosen.append(review)
    if any(left.values()):
        raise ValueError(
            f"there are {len(reviews):,} hidden reviews; {count:,} are needed, half of each class: run autograder "
            "renew-hidden, or with --data imdb ask for fewer in autograder/thresholds.json (train, test)"
        )
    return chosen


def encode_reviews(reviews: Sequence[Review], vocabulary: Vocabulary, max_length: int) -> Encoded:
    """The reviews as ids, cut to `max_length` tokens."""
    rows = [torch.tensor(vocabulary.encode(review.text, max_length=max_length)) for review in reviews]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=float(vocabulary.pad_id))
    lengths = torch.tensor([len(row) for row in rows])
    return Encoded(ids.long(), lengths, torch.tensor([float(review.label) for review in reviews]))
