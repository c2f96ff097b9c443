from __future__ import annotations

from pathlib import Path

import pytest
from cards import corpus_card, vectors_card
from glove import read_vectors
from reviewgen import DrawnReview
from scores import MINI, VECTORS, Bound, bounds, read_corpus, read_scores, unseen_share


def test_the_committed_corpus_and_figures_keep_all_bounds() -> None:
    assert [bound.name for bound in bounds(read_corpus(MINI), read_scores()) if not bound.holds] == []


def test_the_committed_cards_are_what_the_program_writes() -> None:
    corpus, scores = read_corpus(MINI), read_scores()
    assert (MINI / "README.md").read_text(encoding="utf-8") == corpus_card(corpus, scores)
    card = vectors_card(read_vectors(VECTORS), scores)
    assert (VECTORS.parent / "README.md").read_text(encoding="utf-8") == card


def test_the_vectors_are_small_and_know_the_words_that_training_lacks() -> None:
    assert VECTORS.stat().st_size <= 3_500_000
    assert read_vectors(VECTORS).matrix.shape[1] == 50
    from textlab.text import tokenize

    corpus, words = read_corpus(MINI), set(read_vectors(VECTORS).words)
    known = {token for row in corpus["train"] for token in tokenize(row.text)}
    unseen = {token for row in corpus["test"] for token in tokenize(row.text)} - known
    assert len(unseen & words) > 0.9 * len(unseen)


def test_a_bound_includes_its_ends() -> None:
    assert Bound("x", 0.9, 0.9, 1).holds
    assert not Bound("x", 0.89, 0.9, 1).holds
    assert not Bound("x", 1.1, 0.9, 1).holds


def test_unseen_share_counts_tokens_of_the_test_set() -> None:
    corpus = {"train": [DrawnReview("a b", 1)], "validation": [], "test": [DrawnReview("a c c d", 0)]}
    assert unseen_share(corpus) == pytest.approx(0.75)


def test_scores_keep_model_size_and_seeds_apart(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_text('{"cnn/1000/0": 0.8, "cnn/1000/1": 0.7, "cnn/4000/0": 0.9}', encoding="utf-8")
    assert read_scores(path) == {("cnn", 1000): [0.8, 0.7], ("cnn", 4000): [0.9]}
