"""Tokenizer and vocabulary."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from importlib.util import find_spec

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from textlab.text import LANE, PAD, UNK, Vocabulary, tokenize

TEXTS = ["a good film", "a bad film", "a film"]


def test_tokens_are_lower_case_words_and_punctuation_marks() -> None:
    found = tokenize('A "Fine" film, isn\'t it?<br />Yes (it is); 1.5: so!')
    assert " ".join(found) == "a fine film , isn ' t it ? yes ( it is ) 1 . 5 so !"


def test_importing_the_module_prints_no_warning_of_torchtext() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", "import textlab.text"], capture_output=True, text=True, check=True
    )
    assert "deprecated" not in done.stderr + done.stdout


def test_the_lane_is_current_where_torchtext_does_not_load() -> None:
    code = (
        "import sys; sys.modules['torchtext'] = None\n"
        "from textlab.text import LANE, Vocabulary; print(LANE, Vocabulary.build(['b a b']).tokens)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "current ['<unk>', '<pad>', 'b', 'a']\n"


def test_the_lane_is_classic_where_torchtext_is_installed() -> None:
    assert (LANE == "classic") == bool(find_spec("torchtext"))


def test_special_tokens_come_first_then_frequent_ones_then_the_alphabet() -> None:
    assert Vocabulary.build(TEXTS).tokens == [UNK, PAD, "a", "film", "bad", "good"]


def test_special_tokens_have_their_ids() -> None:
    vocabulary = Vocabulary.build(TEXTS)
    assert (vocabulary.unk_id, vocabulary.pad_id) == (vocabulary[UNK], vocabulary[PAD]) == (0, 1)


def test_a_special_token_inside_a_text_gets_no_second_id() -> None:
    assert Vocabulary.build(["<unk> <pad> film"]).tokens == [UNK, PAD, "film"]


def test_min_freq_keeps_tokens_that_occur_that_often() -> None:
    assert Vocabulary.build(TEXTS, min_freq=2).tokens == [UNK, PAD, "a", "film"]


def test_max_size_counts_the_special_tokens() -> None:
    assert Vocabulary.build(TEXTS, max_size=3).tokens == [UNK, PAD, "a"]


@pytest.mark.parametrize(("option", "value"), [("min_freq", 0), ("max_size", 2)])
def test_a_vocabulary_of_special_tokens_only_is_refused(option: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{option} is {value}"):
        Vocabulary.build(TEXTS, **{option: value})


def test_unknown_tokens_get_the_id_of_unk_and_are_not_added() -> None:
    vocabulary = Vocabulary.build(TEXTS)
    size = len(vocabulary)
    assert vocabulary["zebra"] == vocabulary.stoi["zebra"] == vocabulary.encode("zebra")[0] == 0
    assert "zebra" not in vocabulary and "film" in vocabulary
    assert len(vocabulary) == len(vocabulary.stoi) == size


def test_a_vocabulary_can_be_walked_through_and_ends() -> None:
    vocabulary = Vocabulary.build(TEXTS)
    assert list(vocabulary) == vocabulary.tokens
    assert [token for _, token in zip(range(len(vocabulary) + 9), vocabulary, strict=False)] == vocabulary.tokens


def test_encode_and_decode_are_inverse_for_known_tokens() -> None:
    vocabulary = Vocabulary.build(TEXTS)
    ids = vocabulary.encode("A good film")
    assert vocabulary.decode(ids) == ["a", "good", "film"]
    assert vocabulary.decode(torch.tensor(ids)) == ["a", "good", "film"]


def test_encode_cuts_at_max_length() -> None:
    vocabulary = Vocabulary.build(TEXTS)
    assert vocabulary.encode("a good film", max_length=2) == vocabulary.encode("a good")


@pytest.mark.parametrize("index", [-1, 6])
def test_decode_refuses_ids_without_a_token(index: int) -> None:
    with pytest.raises(IndexError, match=f"id {index} has no token"):
        Vocabulary.build(TEXTS).decode([2, index])


def test_a_vocabulary_comes_back_from_its_tokens() -> None:
    vocabulary = Vocabulary.build(TEXTS)
    again = Vocabulary.from_tokens(vocabulary.tokens)
    assert again.itos == vocabulary.itos
    assert again.stoi == vocabulary.stoi


@pytest.mark.parametrize("tokens", [[], [UNK], [PAD, UNK, "a"], ["a", UNK, PAD]])
def test_from_tokens_wants_the_special_tokens_first(tokens: list[str]) -> None:
    with pytest.raises(ValueError, match="starts with"):
        Vocabulary.from_tokens(tokens)


def test_from_tokens_names_a_token_that_is_there_twice() -> None:
    with pytest.raises(ValueError, match="'film' is in the vocabulary twice"):
        Vocabulary.from_tokens([UNK, PAD, "film", "a", "film"])


@settings(deadline=None, max_examples=10)  # building takes torchtext 0.1 s
@given(st.lists(st.text(alphabet="abc .", max_size=20), min_size=1, max_size=5))
def test_every_training_token_is_known_and_in_order_of_frequency(texts: list[str]) -> None:
    vocabulary = Vocabulary.build(texts)
    counts = Counter(token for text in texts for token in tokenize(text))
    found = [counts[token] for token in vocabulary.tokens[2:]]
    assert found == sorted(counts.values(), reverse=True)
