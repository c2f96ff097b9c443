"""Corpora by name, the mini corpus, subsets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from textlab.corpus import Corpus, CorpusError, Review, balanced_subset, datasets_folder, load_corpus

HEADER = "label,text\n"


@pytest.fixture
def mini(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a mini corpus of five reviews; the folder of its files."""
    monkeypatch.setenv("TEXTLAB_DATASETS", str(tmp_path))
    folder = tmp_path / "mini"
    folder.mkdir()
    (folder / "train.csv").write_text(HEADER + '1,"Warm, ""lively"" and short."\n0,Café scenes drag.\n', "utf-8")
    (folder / "validation.csv").write_text(HEADER + "1,A treat.\n", "utf-8")
    (folder / "test.csv").write_text(HEADER + '0,"Two lines\nof boredom."\n1,Fine.\n', "utf-8")
    return folder


def test_mini_is_read_in_the_order_of_its_files(mini: Path) -> None:
    assert load_corpus() == Corpus(
        name="mini",
        train=(Review('Warm, "lively" and short.', 1), Review("Café scenes drag.", 0)),
        validation=(Review("A treat.", 1),),
        test=(Review("Two lines\nof boredom.", 0), Review("Fine.", 1)),
    )


def test_a_path_replaces_the_folder_of_mini(mini: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load_corpus()
    monkeypatch.delenv("TEXTLAB_DATASETS")
    assert load_corpus("mini", path=mini) == load_corpus("mini", path=str(mini)) == expected


def test_another_name_is_refused_with_the_names_there_are(mini: Path) -> None:
    with pytest.raises(ValueError, match='no corpus \'maxi\': the names are "mini" and "imdb"'):
        load_corpus("maxi")


def test_a_missing_file_is_named(mini: Path) -> None:
    (mini / "test.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"test\.csv"):
        load_corpus()


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ("text,label\n", "the first line is"),
        ("", "the first line is"),
        (HEADER, "no reviews"),
        (HEADER + "1,good\n2,bad\n", "line 3: .*is no review"),
        (HEADER + "1,good,fine\n", "line 2: .*is no review"),
        (HEADER + "1, \n", "line 2: .*is no review"),
        (HEADER + "1,good\n\n", "line 3: .*is no review"),
        (HEADER + '1,"never closed\n', "near line"),
    ],
)
def test_a_broken_file_is_refused_with_file_and_line(mini: Path, contents: str, message: str) -> None:
    (mini / "train.csv").write_text(contents, "utf-8")
    with pytest.raises(CorpusError, match=rf"train\.csv.*{message}"):
        load_corpus()


def test_a_file_in_another_encoding_is_refused(mini: Path) -> None:
    (mini / "train.csv").write_bytes(HEADER.encode() + b"1,caf\xe9\n")
    with pytest.raises(CorpusError, match="UTF-8"):
        load_corpus()


def test_the_data_folder_is_beside_the_package_unless_the_variable_moves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEXTLAB_DATASETS", raising=False)
    assert datasets_folder() == Path(__file__).resolve().parents[2] / "datasets"
    monkeypatch.setenv("TEXTLAB_DATASETS", str(tmp_path))
    assert datasets_folder() == tmp_path


def test_a_missing_data_folder_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTLAB_DATASETS", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError, match="none: set TEXTLAB_DATASETS"):
        load_corpus()


def numbered(count: int) -> tuple[Review, ...]:
    """Reviews of which every third is negative."""
    return tuple(Review(str(i), int(i % 3 > 0)) for i in range(count))


CORPUS = Corpus("numbers", train=numbered(60), validation=numbered(9), test=numbered(30))


def test_a_subset_is_balanced_keeps_the_order_and_leaves_other_parts_whole() -> None:
    subset = balanced_subset(CORPUS, train=12, test=8)
    assert Counter(review.label for review in subset.train) == {0: 6, 1: 6}
    assert Counter(review.label for review in subset.test) == {0: 4, 1: 4}
    assert subset.validation == CORPUS.validation
    assert list(subset.train) == [review for review in CORPUS.train if review in subset.train]
    assert subset == balanced_subset(CORPUS, train=12, test=8)


@pytest.mark.parametrize("size", [3, -2])
def test_a_subset_that_cannot_be_halved_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"train is {size}"):
        balanced_subset(CORPUS, train=size)


def test_a_subset_larger_than_a_class_allows_says_how_much_there_is() -> None:
    with pytest.raises(ValueError, match=r"only 3 negative and 4 positive reviews.*at most 6"):
        balanced_subset(CORPUS, validation=8)
