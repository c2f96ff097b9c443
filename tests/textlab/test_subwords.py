"""Sub-words: the same pieces at every run, no text lost, unknown letters told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from textlab.corpus import load_corpus
from textlab.subwords import START, Subwords
from textlab.text import UNK, tokenize

TEXTS = [review.text for review in load_corpus("mini", seed=0).train[:800]]
PROGRAM = """
import hashlib
from textlab.corpus import load_corpus
from textlab.subwords import Subwords
texts = [review.text for review in load_corpus("mini", seed=0).train[:800]]
print(hashlib.sha256(" ".join(Subwords.train(texts, 900).tokens).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def subwords() -> Subwords:
    """Pieces learnt from some reviews."""
    return Subwords.train(TEXTS, 900)


def test_pieces_joined_are_the_words_of_the_text(subwords: Subwords) -> None:
    for text in TEXTS[:100]:
        assert "".join(subwords.pieces(text)).split(START)[1:] == tokenize(text)


def test_every_id_has_its_piece_and_special_ones_come_first(subwords: Subwords) -> None:
    assert len(subwords) == 900 == len(set(subwords.tokens))
    assert subwords.tokens[subwords.unk_id] == UNK
    assert subwords.tokens[subwords.pad_id] == "<pad>"
    ids = subwords.encode(TEXTS[0])
    assert [subwords.tokens[index] for index in ids] == subwords.pieces(TEXTS[0])
    assert subwords.encode(TEXTS[0], max_length=3) == ids[:3]


def test_unknown_words_have_pieces_and_unknown_letters_are_unknown(subwords: Subwords) -> None:
    assert UNK not in subwords.pieces("filmishly")
    assert len(subwords.pieces("filmishly")) > 1
    assert subwords.pieces("日") == [START, UNK]


def test_special_tokens_in_a_text_are_text(subwords: Subwords) -> None:
    assert subwords.pad_id not in subwords.encode("I like <pad> a lot")


def test_a_size_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="size is 2"):
        Subwords.train(TEXTS, 2)


def test_training_gives_the_same_pieces_in_every_process() -> None:
    found = {
        subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
        for _ in range(3)
    }
    assert len(found) == 1
