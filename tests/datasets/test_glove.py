from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from glove import Settings, WordVectors, cooccurrences, read_vectors, train, write_vectors


def counts(texts: list[list[int]], size: int, window: int) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    table = np.zeros((size, size))
    words, contexts, values = cooccurrences(texts, size, window)
    table[words, contexts] = values
    return table


def test_pairs_count_one_over_their_distance_in_both_directions() -> None:
    table = counts([[0, 1, 2]], 3, 5)
    assert table.tolist() == [[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]]


def test_pairs_beyond_the_window_or_in_different_texts_do_not_count() -> None:
    assert counts([[0, 1, 2]], 3, 1)[0, 2] == 0
    assert counts([[0], [1]], 2, 5).sum() == 0


def test_the_model_learns_the_logarithms_of_the_counts() -> None:
    texts = ["red wine and bread"] * 40 + ["white wine and cheese"] * 40 + ["cold tea or milk"] * 40
    vectors = train(texts, Settings(dim=8, epochs=200, x_max=1.0))
    assert vectors.nearest("red", 1)[0][0] in {"white", "bread", "wine", "and"}
    near = dict(vectors.nearest("red", len(vectors.words)))
    assert near["white"] > near["milk"]


def test_training_twice_gives_the_same_numbers() -> None:
    texts = ["one two three", "two three four"] * 5
    first, second = (train(texts, Settings(dim=4, epochs=3)) for _ in range(2))
    assert np.array_equal(first.matrix, second.matrix)


def test_rare_words_get_no_vector() -> None:
    assert train(["a b c", "a b"], Settings(dim=4, epochs=1)).words == ("a", "b")


def test_a_file_reads_back(tmp_path: Path) -> None:
    written = WordVectors(("the", "café"), np.array([[0.25, -1.0], [-0.00001, 3.5]]))
    write_vectors(written, tmp_path / "v.txt")
    assert (tmp_path / "v.txt").read_text(encoding="utf-8") == "the 0.2500 -1.0000\ncafé 0.0000 3.5000\n"
    assert np.allclose(read_vectors(tmp_path / "v.txt").matrix, written.matrix, atol=1e-4)


def test_an_unknown_word_has_no_neighbours() -> None:
    with pytest.raises(ValueError, match="'tea' has no vector"):
        WordVectors(("the",), np.ones((1, 2))).nearest("tea", 1)
