"""The Large Movie Review Dataset (Maas et al., ACL 2011): 50,000 reviews, half of them for testing."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from textlab.archive import extract, read_members
from textlab.corpus import Corpus, CorpusError, Review
from textlab.download import cache_folder, download

URL = "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
CHECKSUM = "md5:7c2ac02c03563afcf9b574c7e56c153a"
PER_CLASS = 12_500
"""Reviews per class in each of the two official parts."""
HELD_OUT = 10
"""One in so many training reviews is for validation."""

_LABELS = {"neg": 0, "pos": 1}
_REVIEW_FILE = re.compile(r"(?:.*/)?(train|test)/(neg|pos)/(\d+)_\d+\.txt")
_LINE_BREAKS = re.compile(r"<br />(?:<br />)*")


def load(path: Path | str | None = None, *, seed: int = 0) -> Corpus:
    """The reviews as a corpus of 22,500 training, 2,500 validation and 25,000 test reviews, all balanced.

    path: the archive or the extracted folder (`aclImdb` or its parent); None downloads it into the cache.
    seed: order of the reviews, and which training reviews are held out for validation. The archive and the
    folder give the same corpus. Every run of `<br />` in a text becomes one space.
    Raises FileNotFoundError, ArchiveError, DownloadError, and CorpusError when reviews are missing.
    """
    source = fetch() if path is None else Path(path)
    files = _from_folder(source) if source.is_dir() else _from_archive(source)
    parts = _sorted_parts(files, source)
    train: list[Review] = []
    validation: list[Review] = []
    test: list[Review] = []
    order = random.Random(seed)
    for label in _LABELS.values():
        reviews = parts["train", label]
        order.shuffle(reviews)
        held_out = len(reviews) // HELD_OUT
        validation += reviews[:held_out]
        train += reviews[held_out:]
        test += parts["test", label]
    for part in (train, validation, test):
        order.shuffle(part)
    return Corpus("imdb", tuple(train), tuple(validation), tuple(test))


def fetch() -> Path:
    """The extracted folder in the cache, downloaded and unpacked first if it is not there.

    Raises DownloadError, ArchiveError.
    """
    folder = cache_folder() / "aclImdb"
    if not folder.is_dir():
        extract(download(URL, checksum=CHECKSUM), folder, _is_review)
    return folder


def _is_review(path: str) -> bool:
    return _REVIEW_FILE.fullmatch(path) is not None


def _from_archive(archive: Path) -> Iterator[tuple[str, bytes]]:
    if not archive.is_file():
        raise FileNotFoundError(
            f"there is no archive or folder {archive}: give the path of aclImdb_v1.tar.gz or of the "
            "extracted folder aclImdb, or no path to download it"
        )
    return read_members(archive, _is_review)


def _from_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    root = folder / "aclImdb" if (folder / "aclImdb").is_dir() else folder
    for split in ("train", "test"):
        for kind in _LABELS:
            place = root / split / kind
            if not place.is_dir():
                raise FileNotFoundError(
                    f"there is no folder {place}: give the extracted folder aclImdb (with train/pos, "
                    "train/neg, test/pos, test/neg), its parent, or the archive"
                )
            for file in place.iterdir():
                path = f"{split}/{kind}/{file.name}"
                if _is_review(path):
                    yield path, file.read_bytes()


def _sorted_parts(files: Iterable[tuple[str, bytes]], source: Path) -> dict[tuple[str, int], list[Review]]:
    """Reviews by (split, label), each list in the order of the files' numbers; the counts are checked."""
    numbered: dict[tuple[str, int], list[tuple[int, str]]] = {
        (split, label): [] for split in ("train", "test") for label in _LABELS.values()
    }
    for path, contents in files:
        match = _REVIEW_FILE.fullmatch(path)
        assert match is not None  # both readers give review files only
        split, kind, number = match.groups()
        try:
            text = contents.decode("utf-8")
        except UnicodeDecodeError as error:
            raise CorpusError(f"{source}: {path} is not UTF-8 text ({error}): fetch the data again") from error
        if "<br />" in text:
            text = _LINE_BREAKS.sub(" ", text)
        numbered[split, _LABELS[kind]].append((int(number), text))
    for (split, label), reviews in numbered.items():
        if len(reviews) != PER_CLASS:
            kind = "pos" if label else "neg"
            raise CorpusError(
                f"{source}: {len(reviews)} reviews in {split}/{kind}, there must be {PER_CLASS}: "
                "files are missing or too many, fetch the data again"
            )
    return {key: [Review(text, key[1]) for _, text in sorted(found)] for key, found in numbered.items()}
