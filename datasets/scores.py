"""What was measured of the corpus, and the bounds that it must keep."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from reviewgen import DrawnReview

from textlab.text import tokenize

HERE = Path(__file__).resolve().parent
MINI = HERE / "mini"
FIGURES = MINI / "measurements.json"
VECTORS = HERE / "vectors" / "mini.50d.txt"
FULL, SMALL = 4000, 1000
TITLES = {
    "majority": "Always positive",
    "word list": "Counting words of praise and blame",
    "bag of words": "Bag of words, logistic regression",
    "cnn": "CNN",
    "rnn": "RNN (two-way LSTM)",
    "glove cnn": "GloVe CNN",
}

Corpus = dict[str, list[DrawnReview]]
Scores = dict[tuple[str, int], list[float]]


@dataclass(frozen=True)
class Bound:
    """A figure that must lie between two values, ends included."""

    name: str
    value: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether it does."""
        return self.low <= self.value <= self.high


def read_corpus(folder: Path) -> Corpus:
    """Rows by split."""
    corpus: Corpus = {}
    for split in ("train", "validation", "test"):
        with (folder / f"{split}.csv").open(encoding="utf-8", newline="") as file:
            corpus[split] = [DrawnReview(row["text"], int(row["label"])) for row in csv.DictReader(file)]
    return corpus


def read_scores(path: Path = FIGURES) -> Scores:
    """F1 values, one a seed, by model and number of training reviews."""
    scores: Scores = {}
    for name, value in json.loads(path.read_text(encoding="utf-8")).items():
        model, size, _ = name.split("/")
        scores.setdefault((model, int(size)), []).append(value)
    return scores


def unseen_share(corpus: Corpus) -> float:
    """Share of the test set's tokens that no training review has."""
    known = {token for row in corpus["train"] for token in tokenize(row.text)}
    tokens = [token for row in corpus["test"] for token in tokenize(row.text)]
    return sum(token not in known for token in tokens) / len(tokens)


def bounds(corpus: Corpus, scores: Scores) -> list[Bound]:
    """What must hold of the corpus and of the figures."""
    texts = [row.text for rows in corpus.values() for row in rows]
    lengths = [len(tokenize(text)) for text in texts]
    types = {token for text in texts for token in tokenize(text)}
    simple = scores["bag of words", FULL]
    gain = mean(scores["glove cnn", SMALL]) - mean(scores["cnn", SMALL])
    result = [
        Bound("word types", len(types), 3000, 1e9),
        Bound("shortest review, tokens", min(lengths), 12, 60),
        Bound("median review, tokens", median(lengths), 24, 32),
        Bound("longest review, tokens", max(lengths), 12, 60),
        Bound("different reviews, all splits", len(set(texts)), len(texts), len(texts)),
        Bound("share of unseen test tokens", unseen_share(corpus), 0.02, 0.06),
        Bound("seeds", len(simple), 10, 1e9),
        Bound("bag of words, lowest F1", min(simple), 0.78, 0.88),
        Bound("bag of words, highest F1", max(simple), 0.78, 0.88),
    ]
    for model in ("cnn", "rnn"):
        found = scores[model, FULL]
        lead = min(high - low for high, low in zip(found, simple, strict=True))
        result.append(Bound(f"{TITLES[model]}, lowest F1", min(found), 0.90, 1))
        result.append(Bound(f"{TITLES[model]}, smallest lead over bag of words", lead, 0.04, 1))
    return [*result, Bound(f"GloVe CNN's mean gain, {SMALL:,} training reviews", gain, 0.015, 1)]
