"""Sub-words merged to words."""

from __future__ import annotations

import pytest

from textlab.attribution import Explanation, merge_subwords

PIECES = ["[CLS]", "play", "##ing", "un", "##believ", "##ably", "##", "[SEP]"]
SCORES = [0.5, 1.0, -0.25, 2.0, 4.0, 8.0, 0.125, -1.0]


def test_pieces_with_a_continuation_mark_join_the_word_before() -> None:
    words, scores = merge_subwords(PIECES, SCORES)
    assert words == ["[CLS]", "playing", "unbelievably", "##", "[SEP]"]
    assert scores == [0.5, 0.75, 14.0, 0.125, -1.0]
    assert sum(scores) == sum(SCORES)


def test_pieces_without_a_start_mark_join_the_word_before() -> None:
    words, scores = merge_subwords(["▁play", "ing", "▁", "x"], [1.0, 2.0, 4.0, 8.0], start="▁")
    assert words == ["playing", "x"]
    assert scores == [3.0, 12.0]


def test_neighbours_with_one_word_id_are_one_word() -> None:
    words, scores = merge_subwords(
        ["<s>", "a", "b", "b", "</s>", "<pad>"],
        [1.0, 2.0, 4.0, 8.0, 16.0, 32.0],
        word_ids=[None, 0, 1, 1, None, None],
    )
    assert words == ["<s>", "a", "bb", "</s>", "<pad>"]
    assert scores == [1.0, 2.0, 12.0, 16.0, 32.0]


def test_a_piece_that_goes_on_with_nothing_is_a_word() -> None:
    assert merge_subwords(["##ing", "a"], [1.0, 2.0]) == (["ing", "a"], [1.0, 2.0])
    assert merge_subwords([], []) == ([], [])


@pytest.mark.parametrize(
    ("scores", "word_ids", "message"), [([1.0], None, "2 tokens but 1 scores"), ([1.0, 2.0], [0], "but 1 word_ids")]
)
def test_unequal_numbers_are_refused(scores: list[float], word_ids: list[int | None] | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        merge_subwords(["a", "b"], scores, word_ids=word_ids)


def test_an_explanation_by_word_keeps_its_sum_and_its_unknown_words() -> None:
    pieces = Explanation(tuple(PIECES), tuple(SCORES), 0.9, 1e-4, unknown=(2, 7))
    words = pieces.by_word()
    assert words.tokens == ("[CLS]", "playing", "unbelievably", "##", "[SEP]")
    assert sum(words.scores) == sum(pieces.scores)
    assert words.unknown == (1, 4)
    assert (words.probability, words.delta) == (0.9, 1e-4)
