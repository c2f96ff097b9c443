"""Training on real reviews: what is read of them, going on after a stop, and the report of the records."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch

from benchmarks.on_imdb import measuring
from benchmarks.on_imdb.encoded import Encoded, Part, cut, renumbered
from benchmarks.on_imdb.measuring import SENTENCES, explained_reviews, measure
from benchmarks.on_imdb.prepared import Prepared, build, matrix_of, prepare, vocabulary_of
from benchmarks.on_imdb.recipes import RECIPES, Recipe
from benchmarks.on_imdb.training import best_epoch, predict, train
from textlab.vectors import Vectors

TOKENS = ("<unk>", "<pad>", "the", "film", "is", "fine", "dull", "unseen")
CPU = torch.device("cpu")
SMALL = Recipe(
    "2_cnn",
    "CNN",
    {"emb_dim": 4, "out_channels": 3, "kernel_sizes": [1, 2], "dropout": 0.5},
    max_length=6,
    min_freq=1,
    epochs=3,
    batch_size=4,
    embedding_dropout=0.3,
)


def part(*rows: list[int]) -> Part:
    """Reviews of these ids; every second one is positive."""
    ids = np.array([place for row in rows for place in row], dtype=np.int32)
    labels = np.arange(len(rows), dtype=np.int8) % 2
    return Part(ids, np.cumsum([len(row) for row in rows]), labels)


@pytest.fixture
def encoded() -> Encoded:
    """24 training reviews, one of each class for validation and for testing; 7 stands in a test review only."""
    train_rows = [[2, 3, 4, 5], [2, 3, 4, 6, 6]] * 12
    return Encoded(
        TOKENS, 7, {"train": part(*train_rows), "validation": part([4, 5], [6]), "test": part([7, 5], [6])}
    )


@pytest.fixture
def prepared(encoded: Encoded) -> Prepared:
    """The small recipe's reviews."""
    return prepare(SMALL, encoded, None)


@pytest.mark.parametrize(("kept", "rest"), [("first", [0, 1, 2, 3]), ("last", [2, 3, 4, 5]), ("ends", [0, 1, 4, 5])])
def test_a_long_review_is_cut_where_the_recipe_says(kept: str, rest: list[int]) -> None:
    assert cut(np.arange(6, dtype=np.int32), 4, kept).tolist() == rest
    assert cut(np.arange(4, dtype=np.int32), 4, kept).tolist() == [0, 1, 2, 3]


def test_words_of_the_test_reviews_are_unknown(encoded: Encoded) -> None:
    vocabulary = vocabulary_of(SMALL, encoded, None)
    assert vocabulary.tokens == ["<unk>", "<pad>", "the", "film", "is", "dull", "fine"]
    assert renumbered(encoded, vocabulary).tolist() == [0, 1, 2, 3, 4, 6, 5, 0]


def test_fewer_reviews_give_a_smaller_vocabulary(encoded: Encoded) -> None:
    few = dataclasses.replace(SMALL, train=1)
    assert "dull" not in vocabulary_of(few, encoded, None)
    assert len(prepare(few, encoded, None).rows["train"]) == 1


def test_every_review_of_a_part_is_found(prepared: Prepared) -> None:
    assert prepared.rows["test"] == [[0, 6], [5]]
    assert prepared.labels["test"] == [0, 1]


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(prepared: Prepared, tmp_path: Path) -> None:
    whole = build(SMALL, prepared.vocabulary, None)
    history = train(whole, prepared, CPU, tmp_path / "whole.pt")

    class StoppedError(Exception):
        pass

    def stop(epoch: dict[str, float]) -> None:
        raise StoppedError

    first = build(SMALL, prepared.vocabulary, None)
    with pytest.raises(StoppedError):
        train(first, prepared, CPU, tmp_path / "half.pt", tell=stop)
    second = build(SMALL, prepared.vocabulary, None)
    resumed = train(second, prepared, CPU, tmp_path / "half.pt")
    assert [item["train_loss"] for item in resumed] == [item["train_loss"] for item in history]
    assert torch.equal(predict(second, prepared, "test", CPU)[0], predict(whole, prepared, "test", CPU)[0])


@pytest.mark.parametrize("weights", ["best", "last"])
def test_the_weights_that_the_recipe_names_come_back(
    weights: Literal["best", "last"], prepared: Prepared, tmp_path: Path
) -> None:
    # So large a learning rate that the loss goes up again.
    wild = dataclasses.replace(
        prepared, recipe=dataclasses.replace(SMALL, learning_rate=3.0, epochs=6, weights=weights)
    )
    model = build(wild.recipe, wild.vocabulary, None)
    history = train(model, wild, CPU, tmp_path / "run.pt")
    assert best_epoch(history) < 5
    logits, labels = predict(model, wild, "validation", CPU)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)
    kept = best_epoch(history) if weights == "best" else 5
    assert float(loss) == pytest.approx(history[kept]["validation_loss"])


def test_small_random_numbers_stand_behind_the_vectors(encoded: Encoded) -> None:
    vectors = Vectors(["fine", "other"], torch.tensor([[1.0, -1.0], [3.0, -3.0]]))
    recipe = dataclasses.replace(SMALL, notebook="3_glove_cnn", name="GloVeCNN", vectors=True, width=5)
    vocabulary = vocabulary_of(recipe, encoded, vectors)
    matrix = matrix_of(recipe, vocabulary, vectors)
    scale = 0.1 / float(vectors.matrix.std())
    assert matrix.shape == (8, 5)
    assert matrix[vocabulary["fine"], :2].tolist() == pytest.approx([scale, -scale])
    assert 0 < float(matrix[vocabulary["fine"], 2:].abs().max()) < 1
    assert not matrix[vocabulary.pad_id].any()


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_builds_the_solutions_class(name: str, encoded: Encoded) -> None:
    recipe = dataclasses.replace(RECIPES[name], train=None)
    vectors = Vectors(["fine"], torch.randn(1, 25)) if recipe.vectors else None
    vocabulary = vocabulary_of(recipe, encoded, vectors)
    assert type(build(recipe, vocabulary, vectors)).__name__ == recipe.name


@pytest.mark.parametrize("name", ["rnn", "cnn"])
def test_measured_explanations_add_up(name: str, prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = dataclasses.replace(RECIPES[name], max_length=6)
    model = build(recipe, prepared.vocabulary, None)
    found = measure(model, dataclasses.replace(prepared, recipe=recipe), CPU)
    assert found["test"]["reviews"] == found["attribution"]["reviews"] == 2
    assert found["attribution"]["delta"]["largest"] < 1e-3
    assert "finer" not in found["attribution"]
    ends = found["attribution"]["roughest"][0], found["attribution"]["roughest"][-1]
    rows = [[prepared.vocabulary.pad_id] * len(row) for row in prepared.rows["test"]]
    padding = dataclasses.replace(prepared, recipe=recipe, rows={"test": rows})
    for end, reviews in zip(ends, (padding, dataclasses.replace(prepared, recipe=recipe)), strict=True):
        assert min(abs(predict(model, reviews, "test", CPU)[0] - end)) < 1e-5
    monkeypatch.setattr(measuring, "ROUGH", -1)
    assert explained_reviews(model, dataclasses.replace(prepared, recipe=recipe))["finer"]["steps"] == 500
    assert [item["label"] for item in found["explanations"]] == [label for _, label in SENTENCES]
    assert found["explanations"][0]["tokens"][:3] == ["i", "laughed", ","]
