"""The real data set's loader, on a small copy of its layout and, where it is at hand, on the data themselves."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from textlab import imdb
from textlab.archive import ArchiveError
from textlab.corpus import Corpus, CorpusError, load_corpus
from textlab.download import DownloadError

Files = dict[str, bytes]
Pack = Callable[..., Path]


def labels(corpus: Corpus, split: str) -> dict[int, int]:
    return Counter(review.label for review in getattr(corpus, split))


def write(files: Files, folder: Path) -> Path:
    for path, contents in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(contents)
    return folder


@pytest.mark.parametrize("name", ["imdb.tar.gz", "imdb.tar.xz"])
def test_an_archive_is_read_in_place(pack: Pack, small_imdb: Files, name: str) -> None:
    corpus = load_corpus("imdb", path=pack(*small_imdb.items(), name=name))
    assert labels(corpus, "train") == {0: 18, 1: 18}
    assert labels(corpus, "validation") == {0: 2, 1: 2}
    assert labels(corpus, "test") == {0: 20, 1: 20}


def test_archive_folder_and_parent_folder_give_the_same_corpus(pack: Pack, small_imdb: Files, tmp_path: Path) -> None:
    folder = write(small_imdb, tmp_path / "unpacked")
    corpora = [load_corpus("imdb", path=p) for p in (pack(*small_imdb.items()), folder, folder / "aclImdb")]
    assert corpora[0] == corpora[1] == corpora[2]


def test_the_order_of_the_members_does_not_matter(pack: Pack, small_imdb: Files) -> None:
    forwards = load_corpus("imdb", path=pack(*small_imdb.items(), name="1.tar.gz"))
    backwards = load_corpus("imdb", path=pack(*reversed(small_imdb.items()), name="2.tar.gz"))
    assert forwards == backwards


def test_classes_are_mixed_and_the_seed_decides_how(pack: Pack, small_imdb: Files) -> None:
    archive = pack(*small_imdb.items())
    one, again, two = (load_corpus("imdb", path=archive, seed=seed) for seed in (1, 1, 2))
    assert one == again != two
    for split in ("train", "test"):
        found = [review.label for review in getattr(one, split)]
        assert found != sorted(found) and found != sorted(found, reverse=True)
    assert set(one.validation) != set(two.validation)
    assert set(one.test) == set(two.test)


def test_labels_belong_to_their_texts_and_splits_do_not_mix(pack: Pack, small_imdb: Files) -> None:
    corpus = load_corpus("imdb", path=pack(*small_imdb.items()))
    for split, official in (("train", "train"), ("validation", "train"), ("test", "test")):
        for review in getattr(corpus, split):
            assert review.text.startswith(f"{official} {'pos' if review.label else 'neg'} ")
    assert not set(corpus.train) & set(corpus.validation)


def test_a_run_of_line_breaks_becomes_one_space(pack: Pack, small_imdb: Files) -> None:
    corpus = load_corpus("imdb", path=pack(*small_imdb.items()))
    for review in corpus.train:
        assert re.fullmatch(r"train (pos|neg) number \d+ second line", review.text)


def test_missing_reviews_are_counted_and_named(pack: Pack, small_imdb: Files) -> None:
    del small_imdb["aclImdb/test/pos/3_7.txt"]
    with pytest.raises(CorpusError, match=r"data\.tar\.gz: 19 reviews in test/pos, there must be 20"):
        load_corpus("imdb", path=pack(*small_imdb.items()))


def test_a_review_that_is_not_utf8_is_named(pack: Pack, small_imdb: Files) -> None:
    small_imdb["aclImdb/train/pos/3_7.txt"] = b"caf\xe9"
    with pytest.raises(CorpusError, match=r"aclImdb/train/pos/3_7\.txt is not UTF-8"):
        load_corpus("imdb", path=pack(*small_imdb.items()))


def test_a_missing_archive_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.tar\.gz: give the path of aclImdb_v1\.tar\.gz"):
        load_corpus("imdb", path=tmp_path / "none.tar.gz")


def test_a_folder_without_the_data_names_what_is_missing(small_imdb: Files, tmp_path: Path) -> None:
    shutil.rmtree(write(small_imdb, tmp_path / "unpacked") / "aclImdb" / "test" / "neg")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*test.neg"):
        load_corpus("imdb", path=tmp_path / "unpacked")


def serve(served: tuple[Path, str], archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `archive` what the official address serves."""
    folder, address = served
    shutil.copy(archive, folder / "aclImdb_v1.tar.gz")
    digest = hashlib.md5((folder / "aclImdb_v1.tar.gz").read_bytes()).hexdigest()
    monkeypatch.setattr(imdb, "URL", f"{address}/aclImdb_v1.tar.gz")
    monkeypatch.setattr(imdb, "CHECKSUM", f"md5:{digest}")


def test_without_a_path_the_archive_is_downloaded_unpacked_and_kept(
    pack: Pack,
    small_imdb: Files,
    served: tuple[Path, str],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = pack(*small_imdb.items())
    serve(served, archive, monkeypatch)
    first = load_corpus("imdb")
    shutil.rmtree(served[0])
    (cache / "aclImdb_v1.tar.gz").unlink()
    assert load_corpus("imdb") == first == load_corpus("imdb", path=archive)
    assert not (cache / "aclImdb" / "aclImdb" / "train" / "unsup").exists()


def test_a_download_with_a_wrong_checksum_is_refused(
    pack: Pack,
    small_imdb: Files,
    served: tuple[Path, str],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    serve(served, pack(*small_imdb.items()), monkeypatch)
    monkeypatch.setattr(imdb, "CHECKSUM", "md5:" + "0" * 32)
    with pytest.raises(DownloadError, match="checksum"):
        load_corpus("imdb")
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("damage", ["truncated", "hostile"])
def test_a_served_archive_that_is_broken_or_hostile_leaves_no_folder(
    pack: Pack,
    small_imdb: Files,
    served: tuple[Path, str],
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: str,
) -> None:
    if damage == "hostile":
        archive = pack(*small_imdb.items(), ("../train/pos/0_1.txt", b"out"))
    else:
        archive = pack(*small_imdb.items())
        archive.write_bytes(archive.read_bytes()[:-100])
    serve(served, archive, monkeypatch)
    with pytest.raises(ArchiveError):
        load_corpus("imdb")
    assert [path.name for path in cache.iterdir()] == ["aclImdb_v1.tar.gz"]


def test_the_official_address_and_checksum_are_the_published_ones() -> None:
    assert imdb.URL == "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
    assert imdb.CHECKSUM == "md5:7c2ac02c03563afcf9b574c7e56c153a"
    assert imdb.PER_CLASS == 12_500


@pytest.mark.slow
@pytest.mark.skipif("TEXTLAB_IMDB" not in os.environ, reason="set TEXTLAB_IMDB to the archive or the folder")
def test_all_fifty_thousand_real_reviews_are_read() -> None:
    corpus = load_corpus("imdb", path=os.environ["TEXTLAB_IMDB"])
    assert labels(corpus, "train") == {0: 11_250, 1: 11_250}
    assert labels(corpus, "validation") == {0: 1_250, 1: 1_250}
    assert labels(corpus, "test") == {0: 12_500, 1: 12_500}
    everything = (*corpus.train, *corpus.validation, *corpus.test)
    assert all(review.text.strip() and "<br" not in review.text for review in everything)
