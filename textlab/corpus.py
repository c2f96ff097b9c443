"""Reviews and their labels, in three parts: train, validation, test."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

SPLITS = ("train", "validation", "test")


class CorpusError(ValueError):
    """The files of a corpus are not what they should be."""


class Review(NamedTuple):
    """One review."""

    text: str
    label: int
    """1 positive, 0 negative."""


@dataclass(frozen=True)
class Corpus:
    """Labelled reviews. Train on `train`, choose on `validation`, look at `test` once."""

    name: str
    train: tuple[Review, ...]
    validation: tuple[Review, ...]
    test: tuple[Review, ...]


def load_corpus(name: str = "mini", *, path: Path | str | None = None, seed: int = 0) -> Corpus:
    """The corpus called `name`.

    "mini": short reviews that come with the kit. `path` is another folder with train.csv, validation.csv and
        test.csv (columns label,text). The order is that of the files; `seed` is not used.
    "imdb": the Large Movie Review Dataset, 50,000 reviews, downloaded once (84 MB) and kept in the cache;
        with `path`, the archive (.tar.gz, .tar.xz) or the extracted folder there is read instead. `seed`
        decides the order and which tenth of the training reviews is held out for validation.

    Raises ValueError for another name, FileNotFoundError when a file is missing, CorpusError when one is
    broken, ArchiveError and DownloadError (see `textlab.archive`, `textlab.download`).
    """
    if name == "mini":
        folder = datasets_folder() / "mini" if path is None else Path(path)
        return Corpus(name, *(_read_csv(folder / f"{split}.csv") for split in SPLITS))
    if name == "imdb":
        from textlab import imdb  # here, because textlab.imdb needs the records above

        return imdb.load(path, seed=seed)
    raise ValueError(f'there is no corpus {name!r}: the names are "mini" and "imdb"')


def balanced_subset(
    corpus: Corpus, *, train: int | None = None, validation: int | None = None, test: int | None = None
) -> Corpus:
    """The corpus cut to these numbers of reviews, half of them positive; None keeps a part whole.

    The first reviews of each class are taken, in their order, so the same corpus gives the same subset.
    Raises ValueError for an odd or negative number, or when a class has too few reviews.
    """
    return Corpus(
        corpus.name,
        train=_balanced(corpus, "train", train),
        validation=_balanced(corpus, "validation", validation),
        test=_balanced(corpus, "test", test),
    )


def datasets_folder() -> Path:
    """The folder with the kit's own data: $TEXTLAB_DATASETS, else `datasets` beside the package.

    Raises FileNotFoundError when there is no such folder.
    """
    chosen = os.environ.get("TEXTLAB_DATASETS")
    folder = Path(chosen) if chosen else Path(__file__).resolve().parent.parent / "datasets"
    if not folder.is_dir():
        raise FileNotFoundError(
            f"there is no data folder {folder}: set TEXTLAB_DATASETS to the folder `datasets` of the kit"
        )
    return folder


def _balanced(corpus: Corpus, split: str, size: int | None) -> tuple[Review, ...]:
    reviews: tuple[Review, ...] = getattr(corpus, split)
    if size is None:
        return reviews
    if size < 0 or size % 2:
        raise ValueError(f"{split} is {size}: a balanced subset needs an even number of reviews")
    taken = {0: 0, 1: 0}
    chosen = []
    for review in reviews:
        if taken[review.label] < size // 2:
            taken[review.label] += 1
            chosen.append(review)
    if len(chosen) < size:
        raise ValueError(
            f"{split} is {size}, but corpus {corpus.name!r} has there only {taken[0]} negative and "
            f"{taken[1]} positive reviews to take: ask for at most {2 * min(taken.values())}"
        )
    return tuple(chosen)


def _read_csv(path: Path) -> tuple[Review, ...]:
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}: a corpus folder holds train.csv, validation.csv and test.csv; "
            "`make datasets` makes the kit's own"
        )
    reviews = []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, strict=True)
        try:
            header = next(rows, [])
            if header != ["label", "text"]:
                raise CorpusError(f"{path}: the first line is {header!r}, it must be label,text")
            for row in rows:
                if len(row) != 2 or row[0] not in ("0", "1") or not row[1].strip():
                    raise CorpusError(
                        f"{path}, line {rows.line_num}: {row!r:.80} is no review: a line is 0 or 1, a comma, a text"
                    )
                reviews.append(Review(row[1], int(row[0])))
        except (csv.Error, UnicodeDecodeError) as error:
            raise CorpusError(
                f"{path}, near line {rows.line_num + 1}: {error}; the file must be CSV in UTF-8"
            ) from error
    if not reviews:
        raise CorpusError(f"{path}: no reviews after the header; put one a line")
    return tuple(reviews)
