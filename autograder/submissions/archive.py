"""Read a zip of submissions in memory: no path, link, or announced size in it is trusted."""

from __future__ import annotations

import lzma
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from autograder.submissions.listing import (
    MAX_ARCHIVE_BYTES,
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_SCAN,
    MEBIBYTE,
    Entry,
    Listing,
    Names,
    Shares,
    UnreadableFileError,
    too_big,
)
from autograder.submissions.noise import is_noise, left_out
from autograder.submissions.safe_name import RULE
from autograder.submissions.submission import SubmissionError
from textlab.definitions.shown import shown


class Archive:
    """An open zip file whose members are read into memory, never extracted."""

    def __init__(self, path: Path) -> None:
        """Open the zip; raises SubmissionError when it is none, is damaged, or holds too many files."""
        try:
            self._zip = zipfile.ZipFile(path)
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
            struct.error,
        ) as error:
            raise SubmissionError(f"{shown(str(path))}: cannot be read as a zip: {error}. Pack it again.") from error
        self._path = path
        self._left = MAX_ARCHIVE_BYTES
        if len(self._zip.infolist()) > MAX_SCAN:
            self._zip.close()
            raise SubmissionError(f"{shown(str(path))}: holds more than {MAX_SCAN} files. Pack only the submissions.")

    def close(self) -> None:
        """Close the zip file."""
        self._zip.close()

    def listing(self) -> Listing:
        """List the members; a path that tries to leave its folder is kept under a safe name and reported."""
        listing = Listing()
        names = Names()
        by_path: dict[tuple[str, ...], Entry] = {}
        members = [(info, _parts(info)) for info in self._zip.infolist()]
        skipped, shares = _Skipped(raw for _, raw in members), Shares(names.safe(_around(members)))
        # Notebooks first, so that they are looked at where there is too much.
        members.sort(key=lambda member: not member[1][-1:] or not member[1][-1].endswith((".ipynb", ".py")))
        for info, raw in members:
            if not raw or skipped(raw):
                continue
            if len(raw) > MAX_DEPTH + 1:
                parts = names.safe(raw[:MAX_DEPTH])
                text = f"{'/'.join(parts)}/…: is nested too deep to be read. Move it up."
                listing.folders.update(parts[:depth] for depth in range(1, len(parts) + 1))
                listing.problems.append((parts, text))
                continue
            parts = names.safe(raw)
            if not shares.take(parts, listing):
                continue
            if shares.total > MAX_ENTRIES:
                raise SubmissionError(
                    f"{shown(str(self._path))}: holds more than {MAX_ENTRIES} files. Pack only the submissions."
                )
            if parts != tuple(unicodedata.normalize("NFC", part) for part in raw):
                text = f"{'/'.join(parts)}: the zip calls it {shown(info.filename)!r}; in names, {RULE}."
                listing.problems.append((parts, text))
            if info.is_dir():
                listing.folders.add(parts)
                continue
            listing.folders.update(parts[:depth] for depth in range(1, len(parts)))
            if stat.S_ISLNK(info.external_attr >> 16):
                text = f"{'/'.join(parts)}: is a link and was not followed. Hand in the file itself."
                listing.problems.append((parts, text))
            else:
                if parts in by_path:
                    text = f"{'/'.join(parts)}: is in the zip more than once; the last one counts. Pack it once."
                    listing.problems.append((parts, text))
                by_path[parts] = self._entry(info, parts)
        listing.files = [by_path[parts] for parts in sorted(by_path)]
        return listing

    def _entry(self, info: zipfile.ZipInfo, parts: tuple[str, ...]) -> Entry:
        return Entry(parts, lambda: self._read(info, "/".join(parts)), lambda: info.file_size)

    def _read(self, info: zipfile.ZipInfo, name: str) -> bytes:
        if info.flag_bits & 0x1:
            raise UnreadableFileError(f"{name}: is encrypted. Pack it without a password.")
        if info.file_size > MAX_FILE_BYTES:
            raise too_big(name, info.file_size)
        if info.file_size > self._left:
            raise UnreadableFileError(
                f"{name}: the zip unpacks to over {MAX_ARCHIVE_BYTES // MEBIBYTE} MiB. Split it."
            )
        self._left -= info.file_size
        try:
            with self._zip.open(info) as stream:
                # The announced size may be a lie: never read more than it.
                content = stream.read(info.file_size + 1)
        except (
            lzma.LZMAError,
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            ValueError,
            NotImplementedError,
        ) as error:
            raise UnreadableFileError(
                f"{name}: is damaged in the zip: {shown(str(error))}. Pack it again."
            ) from error
        if len(content) > info.file_size:
            raise UnreadableFileError(f"{name}: is longer than the zip announces. Pack it again.")
        return content


class _Skipped:
    """Tells which paths of a zip are not looked at, since what lies beside them shows what they are."""

    def __init__(self, paths: Iterable[tuple[str, ...]]) -> None:
        self._inside: dict[tuple[str, ...], set[str]] = {}
        self._known: dict[tuple[str, ...], bool] = {(): False}
        for path in paths:
            # Nothing deeper is read, and a path may have thousands of folders.
            for depth in range(min(len(path), MAX_DEPTH + 1)):
                self._inside.setdefault(path[:depth], set()).add(path[depth])

    def __call__(self, path: tuple[str, ...]) -> bool:
        """Whether a path, or a folder above it, is skipped."""
        path = path[: MAX_DEPTH + 1]
        for depth in range(1, len(path) + 1):
            part, above = path[:depth], path[: depth - 1]
            if part not in self._known:
                known = part[-1] in left_out(above[-1] if above else "", self._inside[above])
                self._known[part] = known or is_noise(part[-1], self._inside.get(part, ()))
            if self._known[part]:
                return True
        return False


def _around(members: Sequence[tuple[zipfile.ZipInfo, tuple[str, ...]]]) -> tuple[str, ...]:
    """The folders that everything in a zip lies in."""
    paths = [raw if info.is_dir() else raw[:-1] for info, raw in members if raw]
    pairs = zip(min(paths)[:MAX_DEPTH], max(paths)[:MAX_DEPTH], strict=False) if paths else ()
    return tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _parts(info: zipfile.ZipInfo) -> tuple[str, ...]:
    """The folders and the name of a member; some Windows programs separate folders by backslashes."""
    return tuple(part for part in _name(info).replace("\\", "/").split("/") if part not in {"", "."})


def _name(info: zipfile.ZipInfo) -> str:
    """The name in the zip; many programs write UTF-8 without saying so, and zipfile then reads it as cp437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename
