"""Word vectors in GloVe's text format: a word and its numbers a line, separated by single spaces.

torchtext's own reader is not used: it keeps a pickled copy that it loads unchecked, switches off the
verification of certificates for the whole process, and neither names the line of an error nor reports
repeated words.
"""

from __future__ import annotations

import zipfile
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from textlab.corpus import datasets_folder
from textlab.download import download


class VectorsError(ValueError):
    """A file of word vectors is not what it should be."""


class Vectors:
    """Words and one vector each.

    words: list of n words. matrix: Tensor [n, dim] float32, row i belongs to `words[i]`. dim: numbers per word.
    """

    def __init__(self, words: list[str], matrix: Tensor) -> None:
        """words: n different words; matrix: [n, dim]. Raises ValueError when they do not fit together."""
        if matrix.dim() != 2 or len(words) != len(matrix):
            raise ValueError(f"{len(words)} words need a matrix [{len(words)}, dim], not {list(matrix.shape)}")
        self.words = words
        self.matrix = matrix
        self.dim: int = matrix.shape[1]
        self._rows = {word: row for row, word in enumerate(words)}
        if len(self._rows) != len(words):
            raise ValueError("a word is in the list twice: keep one")

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: object) -> bool:
        return word in self._rows

    def __getitem__(self, word: str) -> Tensor:
        """The vector of `word`, Tensor [dim]. Raises KeyError for a word without one: ask `word in vectors`."""
        return self.matrix[self._rows[word]]

    def __repr__(self) -> str:
        return f"Vectors({len(self)} words, dim={self.dim})"


@dataclass(frozen=True)
class _Published:
    """A set of vectors at Stanford: one zip file with a text file per dimension."""

    file: str
    dims: tuple[int, ...]
    checksum: str


_ADDRESS = "https://nlp.stanford.edu/data/"
_PUBLISHED = {
    "6B": _Published(
        "glove.6B.zip",
        (50, 100, 200, 300),
        "sha256:617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
    ),
    "42B": _Published(
        "glove.42B.300d.zip",
        (300,),
        "sha256:03d5d7fa28e58762ace4b85fb71fe86a345ef0b5ff39f5390c14869da0fc1970",
    ),
    "840B": _Published(
        "glove.840B.300d.zip",
        (300,),
        "sha256:c06db255e65095393609f19a4cfca20bf3a71e20cc53e892aafa490347e3849f",
    ),
    "twitter.27B": _Published(
        "glove.twitter.27B.zip",
        (25, 50, 100, 200),
        "sha256:792af52f795d1a32c9842a3240f5f3fe5e941a8ff6df5eb0f9d668092ebc019c",
    ),
}


def load_vectors(name_or_path: str | Path = "mini", dim: int | None = None) -> Vectors:
    """Word vectors by name, or from a text file.

    "mini": 50 numbers a word, comes with the kit, knows the words of the mini corpus.
    "6B", "42B", "840B", "twitter.27B": GloVe (Pennington et al. 2014), downloaded once (0.9 to 2.2 GB) and kept
        in the cache; `dim` is one of 50, 100, 200, 300 for 6B and 25, 50, 100, 200 for twitter.27B.
    a path: a file in GloVe's text format; `dim`, if given, is what it must have.

    Raises ValueError for a dimension that a set does not have, FileNotFoundError, DownloadError, and
    VectorsError with the line number for a broken file.
    """
    published = _PUBLISHED.get(str(name_or_path))
    if published is not None:
        return _load_published(str(name_or_path), published, dim)
    path = datasets_folder() / "vectors" / "mini.50d.txt" if name_or_path == "mini" else Path(name_or_path)
    if not path.is_file():
        names = ", ".join(["mini", *_PUBLISHED])
        raise FileNotFoundError(f"there is no file {path}: give the path of a text file, or one of {names}")
    with path.open("rb") as lines:
        return _parse(lines, str(path), dim)


def _load_published(name: str, published: _Published, dim: int | None) -> Vectors:
    if dim is None and len(published.dims) == 1:
        dim = published.dims[0]
    if dim not in published.dims:
        raise ValueError(f"GloVe {name} has no dimension {dim}: give one of {published.dims}")
    archive = download(_ADDRESS + published.file, checksum=published.checksum)
    member = f"glove.{name}.{dim}d.txt"
    try:
        # Read inside the zip file: nothing is unpacked, so nothing half unpacked can be left behind.
        with zipfile.ZipFile(archive) as zipped, zipped.open(member) as lines:
            return _parse(lines, f"{archive}, {member}", dim, lenient=True)
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
        raise VectorsError(f"{archive} is damaged ({error}): delete it and load again") from error


def _parse(lines: Iterable[bytes], source: str, dim: int | None, *, lenient: bool = False) -> Vectors:
    """Vectors from `lines`; all must have `dim` numbers, or as many as the first line has.

    lenient: for published files, whose checksum was verified: a word that is there twice keeps its first
    vector, and a word that is no UTF-8 is left out, instead of an error.
    """
    words: dict[str, None] = {}
    numbers = array("f")
    for number, line in enumerate(lines, start=1):
        where = f"{source}, line {number}"
        name, *fields = line.rstrip(b" \r\n").split(b" ")
        if dim is None:
            dim = len(fields)
            if dim < 2:
                raise VectorsError(
                    f"{where}: {dim} numbers after the word; a line is a word and its numbers, separated by "
                    "single spaces, and there is no header line"
                )
        if len(fields) != dim or not name:
            raise VectorsError(f"{where}: {len(fields)} numbers after {name!r:.40}, there must be a word and {dim}")
        try:
            word = name.decode("utf-8")
        except UnicodeDecodeError as error:
            if lenient:
                continue
            raise VectorsError(f"{where}: the word {name!r:.40} is not UTF-8 ({error})") from error
        if word in words:
            if lenient:
                continue
            raise VectorsError(f"{where}: the word {word!r} has a vector already: delete one of the two lines")
        try:
            vector = array("f", map(float, fields))
        except ValueError as error:
            raise VectorsError(f"{where}, word {word!r}: {error}") from error
        if not np.isfinite(vector).all():
            raise VectorsError(f"{where}, word {word!r}: a number is not finite")
        words[word] = None
        numbers.extend(vector)
    if not words:
        raise VectorsError(f"{source} is empty: a line is a word and its numbers")
    return Vectors(list(words), torch.from_numpy(np.asarray(numbers)).view(len(words), -1))
