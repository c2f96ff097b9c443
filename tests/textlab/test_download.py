"""Downloads from a server on this machine."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pooch
import pytest

from textlab.download import DownloadError, cache_folder, download

CONTENTS = b"what was published" * 100
CHECKSUM = "sha256:" + hashlib.sha256(CONTENTS).hexdigest()
Served = tuple[Path, str]


def test_a_file_is_fetched_into_the_cache_with_a_progress_bar(
    served: Served, cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, address = served
    (folder / "file.bin").write_bytes(CONTENTS)
    path = download(f"{address}/file.bin", checksum=CHECKSUM)
    assert path == cache / "file.bin"
    assert path.read_bytes() == CONTENTS
    assert "100%" in capsys.readouterr().err


def test_a_file_in_the_cache_is_not_fetched_again(served: Served, cache: Path) -> None:
    folder, address = served
    (folder / "file.bin").write_bytes(CONTENTS)
    download(f"{address}/file.bin", checksum=CHECKSUM)
    (folder / "file.bin").unlink()
    assert download(f"{address}/file.bin", checksum=CHECKSUM).read_bytes() == CONTENTS


def test_a_damaged_file_in_the_cache_is_replaced(served: Served, cache: Path) -> None:
    folder, address = served
    (folder / "file.bin").write_bytes(CONTENTS)
    cache.mkdir()
    (cache / "file.bin").write_bytes(CONTENTS[:-1])
    assert download(f"{address}/file.bin", checksum=CHECKSUM).read_bytes() == CONTENTS


@pytest.mark.parametrize("sent", [CONTENTS[:-1], b"another file", b""])
def test_a_wrong_checksum_leaves_nothing_in_the_cache(served: Served, cache: Path, sent: bytes) -> None:
    folder, address = served
    (folder / "file.bin").write_bytes(sent)
    with pytest.raises(DownloadError, match=r"has not the expected checksum sha256:.*put it at .*file\.bin"):
        download(f"{address}/file.bin", checksum=CHECKSUM)
    assert list(cache.iterdir()) == []


def test_a_missing_file_is_said_with_the_address_and_the_remedy(served: Served, cache: Path) -> None:
    with pytest.raises(DownloadError, match=r"http://127\.0\.0\.1:\d+/none\.bin could not be fetched.*put it at"):
        download(f"{served[1]}/none.bin", checksum=CHECKSUM)


def test_a_server_that_does_not_answer_is_a_download_error(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(DownloadError, match="could not be fetched"):
        download("http://127.0.0.1:9/file.bin", checksum=CHECKSUM)


def test_a_cache_that_cannot_be_written_names_the_variable(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = served
    (folder / "file.bin").write_bytes(CONTENTS)
    (tmp_path / "taken").write_text("a file where the folder should be")
    monkeypatch.setenv("TEXTLAB_CACHE", str(tmp_path / "taken"))
    with pytest.raises(DownloadError, match="TEXTLAB_CACHE"):
        download(f"{address}/file.bin", checksum=CHECKSUM)


def test_the_cache_is_the_platforms_unless_the_variable_moves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TEXTLAB_CACHE", raising=False)
    assert cache_folder() == Path(pooch.os_cache("textlab"))
    monkeypatch.setenv("TEXTLAB_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
