"""The real reviews that graded networks are trained and tested on: short ones, whole, half of each class."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.judge import hidden_data
from autograder.judge.hidden_data import load_hidden, short_reviews
from autograder.thresholds import load_thresholds
from textlab.corpus import Corpus, Review
from textlab.text import tokenize

LONGEST = max(budget.max_length for budget in load_thresholds("imdb").networks.values())


def test_only_reviews_that_no_budget_cuts_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = Review("good " * LONGEST, 1), Review("good " * LONGEST + "!", 0)
    corpus = Corpus("imdb", (short, long, short), (), (long, short))
    monkeypatch.setattr(hidden_data, "load_corpus", lambda name, path: corpus)
    assert short_reviews(None) == ([short, short], [short])


@pytest.mark.slow
@pytest.mark.skipif("TEXTLAB_IMDB" not in os.environ, reason="needs the real reviews: set TEXTLAB_IMDB")
def test_there_are_enough_of_them_and_none_is_cut() -> None:
    path = Path(os.environ["TEXTLAB_IMDB"])
    data = load_hidden("imdb", path)
    labels = {tuple(tokenize(review.text)): review.label for review in short_reviews(path)[0]}
    tokens = data.vocabulary.tokens if data.vocabulary else []
    for part, size in ((data.train, 3000), (data.test, 2000)):
        assert len(part.ids) == size
        assert part.labels.sum() == size / 2
    row = tuple(tokens[place] for place in data.train.ids[0, : int(data.train.lengths[0])])
    assert labels[row] == data.train.labels[0]
