"""The two lanes give the same tokens, ids, order and vectors: textlab's own code is compared with torchtext."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from textlab.corpus import load_corpus
from textlab.text import PAD, UNK, Vocabulary, frequent_first, tokenize
from textlab.vectors import load_vectors

pytest.importorskip("torchtext", reason="torchtext is in the classic lane only")

# isort: split
import torchtext.vocab
from torchtext.data.utils import get_tokenizer

basic_english = get_tokenizer("basic_english")
ROOT = Path(__file__).parents[2]

# What the tokenizer treats in a special way, what looks like it, and letters whose lower case is unusual.
PIECES = [
    *"aB1'\".,()!?;:-<>/\\\n\t\r\v\f\0&#_",
    *("<br />", "<br", " />", "<br/>", "<BR />", "<br  />", "<p>", "&quot;", "&#39;", "...", "n't", UNK, PAD),
    *"\u00a0\u0085\u1680\u2003\u2028\u2029\u202f\u3000\u200b\u200d\ufeff\x1c\x1f",
    *"éÉßẞİıſΣσςǅŉﬁ\u0301\u0307中あ한ع’“”…¿！？。，",
    "\U0001f600",
    "\U0001d400",
]
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.text(max_size=60))
quick = settings(deadline=None, max_examples=300, derandomize=True)
thorough = settings(deadline=None, max_examples=10_000, derandomize=True, suppress_health_check=list(HealthCheck))


def by_torchtext(
    train: Sequence[str], texts: Sequence[str], min_freq: int, max_size: int | None
) -> tuple[list[str], dict[str, int], list[list[int]]]:
    """Tokens by id, ids by token, and the ids of `texts`, for a vocabulary of `train`.

    torchtext's own object takes over 100 MB and has to be gone before a failed test keeps this frame alive.
    """
    vocabulary = torchtext.vocab.build_vocab_from_iterator(
        map(basic_english, train), min_freq=min_freq, specials=[UNK, PAD], max_tokens=max_size
    )
    vocabulary.set_default_index(vocabulary[UNK])
    return vocabulary.get_itos(), vocabulary.get_stoi(), [vocabulary(basic_english(text)) for text in texts]


def same_vocabulary(train: Sequence[str], texts: Sequence[str], min_freq: int, max_size: int | None) -> None:
    """Assert that both lanes build the same vocabulary of `train` and give every text the same ids."""
    tokens, ids_of_tokens, ids_of_texts = by_torchtext(train, texts, min_freq, max_size)
    ours = Vocabulary.from_tokens(frequent_first(train, min_freq, max_size))
    assert ours.tokens == tokens
    assert dict(ours.stoi) == ids_of_tokens
    assert [ours.encode(text) for text in texts] == ids_of_texts


@quick
@given(texts)
@example('<br;/>it"s <b"r />a "(test)": 1.5, don\'t!?')
def test_tokens_are_the_same(text: str) -> None:
    assert tokenize(text) == basic_english(text)


@pytest.mark.slow
@thorough
@given(texts)
def test_tokens_of_ten_thousand_odd_texts_are_the_same(text: str) -> None:
    assert tokenize(text) == basic_english(text)


# torchtext takes 0.1 s for a vocabulary: few of them, each of many texts, and no search for the smallest failure.
unshrunk = settings(quick, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
many = st.lists(texts, min_size=50, max_size=60)
bounds = (st.integers(1, 3), st.none() | st.integers(3, 60))


@settings(unshrunk, max_examples=10)
@given(many, *bounds, texts)
@example(["<unk> <pad> b a <pad>"], 1, 4, "c")
def test_vocabularies_and_ids_are_the_same(texts: list[str], min_freq: int, max_size: int | None, new: str) -> None:
    same_vocabulary(texts, [*texts, new], min_freq, max_size)


@pytest.mark.slow
@settings(unshrunk, max_examples=200)
@given(many, *bounds, texts)
def test_vocabularies_of_ten_thousand_odd_texts_are_the_same(
    texts: list[str], min_freq: int, max_size: int | None, new: str
) -> None:
    same_vocabulary(texts, [*texts, new], min_freq, max_size)


@pytest.mark.slow
@pytest.mark.skipif("TEXTLAB_IMDB" not in os.environ, reason="set TEXTLAB_IMDB to the archive of the real reviews")
def test_all_real_reviews_have_the_same_tokens_and_ids() -> None:
    corpus = load_corpus("imdb", path=os.environ["TEXTLAB_IMDB"])
    reviews = [review.text for part in (corpus.train, corpus.validation, corpus.test) for review in part]
    assert len(reviews) == 50_000
    assert all(tokenize(text) == basic_english(text) for text in reviews)
    train = [review.text for review in corpus.train]
    for min_freq, max_size in [(1, None), (5, 30_000)]:
        same_vocabulary(train, reviews, min_freq, max_size)


@pytest.fixture(autouse=True)
def _certificates_stay_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    """torchtext's reader of vectors switches their verification off for the whole process; put it back."""
    monkeypatch.setattr(ssl, "_create_default_https_context", ssl._create_default_https_context)


def same_vectors(path: Path) -> None:
    """Assert that both readers give the same words in the same order and bitwise the same numbers."""
    with tempfile.TemporaryDirectory() as cache:
        theirs = torchtext.vocab.Vectors(str(path), cache=cache)
    ours = load_vectors(path)
    assert ours.words == theirs.itos
    assert ours.matrix.numpy().tobytes() == theirs.vectors.numpy().tobytes()


words = st.text(st.characters(exclude_characters=" \n", exclude_categories=["Cs"]), min_size=1, max_size=8)
numbers = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False).map(repr), min_size=4, max_size=4)


@settings(quick, max_examples=50)
@given(st.dictionaries(words, numbers, min_size=1, max_size=8), st.sampled_from(["\n", "\r\n", " \n"]))
@example({"film": ["0.1", "1e-46", "-0.0", "16777217"]}, "\n")
def test_vectors_are_the_same(rows: dict[str, list[str]], end: str) -> None:
    text = end.join(" ".join([word, *fields]) for word, fields in rows.items())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "words.txt"
        path.write_bytes(text.encode())
        same_vectors(path)


def test_the_vectors_of_the_kit_are_the_same() -> None:
    same_vectors(ROOT / "datasets" / "vectors" / "mini.50d.txt")


@pytest.mark.skipif("TEXTLAB_GLOVE" not in os.environ, reason="set TEXTLAB_GLOVE to a GloVe text file")
def test_real_vectors_are_the_same() -> None:
    same_vectors(Path(os.environ["TEXTLAB_GLOVE"]))
