from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from reviewgen import Lexicon, draw_corpus, draw_hidden, write_corpus

from textlab.text import tokenize

ROOT = Path(__file__).parents[2]
FAMILIES = ROOT / "autograder" / "hidden" / "families.json"
SPLITS = ("train", "validation", "test")


def read(folder: Path) -> dict[str, bytes]:
    return {split: (folder / f"{split}.csv").read_bytes() for split in SPLITS}


def test_a_seed_gives_the_same_reviews_and_another_seed_others() -> None:
    assert draw_corpus(1, (40, 20, 20)) == draw_corpus(1, (40, 20, 20))
    assert draw_corpus(1, (40, 20, 20))["train"] != draw_corpus(2, (40, 20, 20))["train"]


def test_the_order_of_hashes_does_not_matter() -> None:
    program = "from reviewgen import draw_corpus; print(draw_corpus(3, (40, 20, 20)))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "datasets")},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1


def test_splits_are_balanced_have_no_repeats_and_keep_their_lengths() -> None:
    corpus = draw_corpus(4, (1000, 300, 300))
    texts = [row.text for rows in corpus.values() for row in rows]
    assert len(set(texts)) == len(texts) == 1600
    for rows in corpus.values():
        assert sum(row.label for row in rows) * 2 == len(rows)
    assert all(12 <= len(tokenize(text)) <= 60 for text in texts)


def test_training_shows_no_reserved_evaluative_word_and_the_test_set_does() -> None:
    sections = [s for n, s in Lexicon.load().sections.items() if n.startswith(("good.", "bad."))]
    reserved = {word for section in sections for word in section.reserved if " " not in word}
    corpus = draw_corpus(5, (1000, 20, 500))
    words = {split: {t for row in rows for t in tokenize(row.text)} for split, rows in corpus.items()}
    assert not words["train"] & reserved
    assert len(words["test"] & reserved) > 20


def test_odd_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="must be even"):
        draw_corpus(1, (3, 2, 2))


def test_files_have_a_head_line_and_read_back(tmp_path: Path) -> None:
    corpus = draw_corpus(6, (20, 10, 10))
    write_corpus(corpus, tmp_path)
    assert b"\r" not in read(tmp_path)["train"]
    with (tmp_path / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["text"], int(row["label"])) for row in csv.DictReader(file)]
    assert rows == [tuple(row) for row in corpus["train"]]


def test_a_key_decides_the_hidden_sets(tmp_path: Path) -> None:
    for name, key in (("a", "spring"), ("b", b"spring\n"), ("c", "autumn")):
        draw_hidden(key, tmp_path / name, families=FAMILIES, sizes=(20, 10, 10))
    assert read(tmp_path / "a") == read(tmp_path / "b")
    assert all(read(tmp_path / "a")[split] != read(tmp_path / "c")[split] for split in SPLITS)


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the key is empty"):
        draw_hidden(" \n", tmp_path, families=FAMILIES)


def test_hidden_sets_use_phrases_that_the_public_corpus_never_shows() -> None:
    phrases = ("wrong horse", "right horse", "wore thin", "by no means", "far cry", "less than meets", "more here")
    public = (ROOT / "datasets" / "mini" / "train.csv").read_text(encoding="utf-8")
    hidden = (ROOT / "autograder" / "hidden" / "mini" / "test.csv").read_text(encoding="utf-8")
    assert not [phrase for phrase in phrases if phrase in public]
    assert [phrase for phrase in phrases if phrase in hidden]


def test_no_hidden_review_is_public() -> None:
    texts = {}
    for name, folder in (("public", ROOT / "datasets" / "mini"), ("hidden", ROOT / "autograder" / "hidden" / "mini")):
        texts[name] = {line for data in read(folder).values() for line in data.splitlines()[1:]}
    assert not texts["public"] & texts["hidden"]


def test_articles_fit_and_no_word_stands_twice_in_a_row() -> None:
    for folder in (ROOT / "datasets" / "mini", ROOT / "autograder" / "hidden" / "mini"):
        for data in read(folder).values():
            text = data.decode("utf-8")
            assert not re.findall(r"\ba [aei]\w+|\ban [bcdfgj-np-tv-z]\w+|\b(\w+) \1\b", text)
