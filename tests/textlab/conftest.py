"""A web server on this machine, and archives to serve from it."""

from __future__ import annotations

import functools
import http.server
import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from textlab import imdb

REVIEWS_PER_CLASS = 20


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which its files are served."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder in place of the user's."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("TEXTLAB_CACHE", str(folder))
    return folder


Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """A function that writes an archive of (member, contents) pairs; contents None means as the member says."""

    def write(*members: tuple[tarfile.TarInfo | str, bytes | None], name: str = "data.tar.gz") -> Path:
        path = tmp_path / name
        with tarfile.open(path, "w:xz" if name.endswith("xz") else "w:gz") as tar:
            for member, contents in members:
                info = tarfile.TarInfo(member) if isinstance(member, str) else member
                if contents is None:
                    tar.addfile(info)
                else:
                    info.size = len(contents)
                    tar.addfile(info, io.BytesIO(contents))
        return path

    return write


@pytest.fixture
def small_imdb(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files of a data set laid out like the real one, with 20 reviews per class and part."""
    monkeypatch.setattr(imdb, "PER_CLASS", REVIEWS_PER_CLASS)
    files = {"aclImdb/README": b"about", "aclImdb/train/unsup/0_0.txt": b"no label"}
    for split in ("train", "test"):
        for kind in ("neg", "pos"):
            for number in range(REVIEWS_PER_CLASS):
                text = f"{split} {kind} number {number}<br /><br />second line"
                files[f"aclImdb/{split}/{kind}/{number}_7.txt"] = text.encode()
    return files
