"""Word vectors from text files and from published zip files."""

from __future__ import annotations

import hashlib
import math
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from textlab import vectors
from textlab.vectors import Vectors, VectorsError, load_vectors

TEXT = "film 0.5 -1 2e-1\ngood 1 2 3\n. 0 0 0\n"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "words.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_text_file_is_read(tmp_path: Path) -> None:
    found = load_vectors(write(tmp_path, TEXT))
    assert (len(found), found.dim, found.words) == (3, 3, ["film", "good", "."])
    assert torch.equal(found.matrix, torch.tensor([[0.5, -1.0, 0.2], [1, 2, 3], [0, 0, 0]]))
    assert torch.equal(found["good"], found.matrix[1])
    assert "film" in found and "movie" not in found


def test_a_word_without_a_vector_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="movie"):
        load_vectors(write(tmp_path, TEXT))["movie"]


@pytest.mark.parametrize("space", ["\u00a0", "\u0085", "\u2028", "\r.\r"])
def test_unusual_spaces_belong_to_the_word(tmp_path: Path, space: str) -> None:
    assert load_vectors(write(tmp_path, f"a{space}b 1 2\nc 3 4\n")).words == [f"a{space}b", "c"]


@pytest.mark.parametrize("text", ["a 1 2\r\nb 3 4\r\n", "a 1 2\nb 3 4", "a 1 2 \nb 3 4 \n"])
def test_line_ends_and_spaces_before_them_do_not_matter(tmp_path: Path, text: str) -> None:
    assert load_vectors(write(tmp_path, text)).matrix.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a 1 2\nb 1\n", "line 2: 1 numbers after b'b', there must be a word and 2"),
        ("a 1 2\nb 1 2 3\n", "line 2: 3 numbers"),
        ("a 1 2\n\nb 1 2\n", "line 2: 0 numbers"),
        ("a 1 2\n 1 2\n", "line 2: 2 numbers after b''"),
        ("a 1 2\nb 1  2\n", "line 2: 3 numbers"),
        ("a 1 2\nb 1 x\n", "line 2, word 'b': could not convert"),
        ("a 1 2\nb 1 2\na 3 4\n", "line 3: the word 'a' has a vector already"),
        ("a 1 2\nb 1 nan\n", "line 2, word 'b': a number is not finite"),
        ("a 1 2\nb -inf 1\n", "line 2, word 'b': a number is not finite"),
        ("a 1 2\nb 1e39 1\n", "line 2, word 'b': a number is not finite"),
        ("2 300\na 1 2\n", "line 1: 1 numbers after the word.*no header line"),
        (b"a 1 2\n\xff 1 2\n", "line 2: the word .* is not UTF-8"),
        ("", "words.txt is empty"),
    ],
)
def test_a_broken_file_is_refused_with_file_and_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(VectorsError, match=rf"words\.txt.*{message}" if text else message):
        load_vectors(write(tmp_path, text))


def test_another_dimension_than_asked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VectorsError, match="line 1: 3 numbers after b'film', there must be a word and 50"):
        load_vectors(write(tmp_path, TEXT), dim=50)


def test_mini_comes_from_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTLAB_DATASETS", str(tmp_path))
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors" / "mini.50d.txt").write_text("film" + " 0.5" * 50 + "\n")
    assert load_vectors("mini").dim == load_vectors("mini", 50).dim == 50


def test_a_name_that_is_neither_file_nor_set_is_refused_with_the_names(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"one of mini, 6B, 42B, 840B, twitter\.27B"):
        load_vectors("7B", 50)


@pytest.mark.parametrize(("name", "dim"), [("6B", 25), ("6B", None), ("42B", 100), ("twitter.27B", 300)])
def test_a_dimension_that_a_set_does_not_have_is_refused_before_any_download(name: str, dim: int | None) -> None:
    with pytest.raises(ValueError, match=f"GloVe {name} has no dimension {dim}: give one of"):
        load_vectors(name, dim)


def publish(served: tuple[Path, str], text: bytes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Serve a small glove.6B.zip with 50 numbers a word where the official one is looked for."""
    folder, address = served
    path = folder / "glove.6B.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("glove.6B.50d.txt", text)
    checksum = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(vectors, "_ADDRESS", f"{address}/")
    monkeypatch.setitem(vectors._PUBLISHED, "6B", replace(vectors._PUBLISHED["6B"], checksum=checksum))
    return path


def line(word: bytes, number: float) -> bytes:
    return word + f" {number}".encode() * 50 + b"\n"


def test_published_vectors_are_downloaded_once_and_read_inside_the_zip_file(
    served: tuple[Path, str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = publish(served, line(b"film", 1) + line(b"good", 2), monkeypatch)
    first = load_vectors("6B", 50)
    path.unlink()
    assert first.words == load_vectors("6B", 50).words == ["film", "good"]
    assert first["good"].tolist() == [2.0] * 50
    assert [file.name for file in cache.iterdir()] == ["glove.6B.zip"]


def test_repeated_and_undecodable_words_of_published_files_are_left_out(
    served: tuple[Path, str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(served, line(b"film", 1) + line(b"\xff", 5) + line(b"film", 2) + line(b"good", 3), monkeypatch)
    found = load_vectors("6B", 50)
    assert found.words == ["film", "good"]
    assert found.matrix[:, 0].tolist() == [1.0, 3.0]


def test_a_zip_file_without_the_member_is_refused(
    served: tuple[Path, str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(served, line(b"film", 1), monkeypatch)
    with pytest.raises(VectorsError, match=r"glove\.6B\.zip is damaged"):
        load_vectors("6B", 100)


@pytest.mark.parametrize("matrix", [torch.zeros(3, 2), torch.zeros(2)])
def test_words_and_matrix_must_fit_together(matrix: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="2 words need a matrix"):
        Vectors(["a", "b"], matrix)


def test_words_must_differ() -> None:
    with pytest.raises(ValueError, match="twice"):
        Vectors(["a", "a"], torch.zeros(2, 2))


@pytest.mark.skipif("TEXTLAB_GLOVE" not in os.environ, reason="set TEXTLAB_GLOVE to a GloVe text file")
def test_real_vectors_put_related_words_near_each_other() -> None:
    found = load_vectors(os.environ["TEXTLAB_GLOVE"])
    assert len(found) > 1000 and math.isfinite(float(found.matrix.abs().sum()))
    near, far = (torch.cosine_similarity(found["movie"], found[word], dim=0) for word in ("film", "kilometers"))
    assert near > far
