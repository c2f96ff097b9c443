"""List a folder of submissions without following links."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path

from autograder.submissions.listing import (
    MAX_DEPTH,
    MAX_ENTRIES,
    MAX_FILE_BYTES,
    MAX_SCAN,
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


def list_folder(source: Path, skipped: Collection[Path] = ()) -> Listing:
    """List a folder without following links, and without looking at the folders `skipped`.

    Raises SubmissionError when the folder itself cannot be listed or holds too much.
    """
    listing = Listing()
    names = Names()
    stack: list[tuple[Path, tuple[str, ...]]] = [(source, ())]
    shares = Shares()
    while stack:
        folder, raw_above = stack.pop()
        above = names.safe(raw_above)
        if above and shares.is_full(above):
            continue
        try:
            with os.scandir(folder) as scan:
                children = sorted(islice(scan, MAX_SCAN), key=_order)
        except OSError as error:
            if not above:
                raise SubmissionError(
                    f"{shown(str(source))}: cannot be listed: {error.strerror}. Allow reading it."
                ) from error
            listing.problems.append(
                (above, f"{'/'.join(above)}: cannot be listed: {error.strerror}. Allow reading it.")
            )
            continue
        if shares.total + (0 if above else len(children)) > MAX_ENTRIES:
            raise SubmissionError(
                f"{shown(str(source))}: holds more than {MAX_ENTRIES} entries. Give the folder of the class."
            )
        inside = [child.name for child in children]
        if above and is_noise(folder.name, inside):
            listing.folders.discard(above)
            continue
        noise = left_out(folder.name if above else "", inside)
        if above == shares.common and (only := _only_folder(children, noise)):
            # A folder around the class is no student.
            shares.common = names.safe((*raw_above, only))
        for child in children:
            if child.name in noise:
                continue
            raw = (*raw_above, child.name)
            parts = names.safe(raw)
            if not shares.take(parts, listing):
                break
            if parts[-1] != unicodedata.normalize("NFC", child.name):
                text = f"{'/'.join(parts)}: was named {shown(child.name)!r}; in names, {RULE}."
                listing.problems.append((parts, text))
            if child.is_symlink():
                listing.problems.append(
                    (parts, f"{'/'.join(parts)}: is a link and was not followed. Hand in the file itself.")
                )
            elif child.is_dir(follow_symlinks=False):
                if Path(child.path) in skipped:
                    continue
                listing.folders.add(parts)
                if len(parts) > MAX_DEPTH:
                    listing.problems.append(
                        (
                            parts,
                            f"{'/'.join(parts)}: is nested too deep to be looked into. Move its files up.",
                        )
                    )
                else:
                    stack.append((Path(child.path), raw))
            elif (kind := _special(child)) is not None:
                listing.problems.append((parts, f"{'/'.join(parts)}: {kind}. Hand in the notebook itself."))
            else:
                listing.files.append(_entry(Path(child.path), parts))
    listing.files.sort(key=lambda entry: entry.parts)
    return listing


def _only_folder(children: Sequence[os.DirEntry[str]], noise: Collection[str]) -> str:
    """The name of the one folder beside which there is nothing to grade; "" when there is no such thing."""
    shown_children = [child for child in children if child.name not in noise]
    folders = [child.name for child in shown_children if child.is_dir(follow_symlinks=False)]
    works = any(child.name.endswith((".ipynb", ".py")) for child in shown_children)
    return folders[0] if len(folders) == 1 and not works else ""


def _order(child: os.DirEntry[str]) -> tuple[bool, bytes]:
    """Notebooks first, so that they are looked at where there is too much."""
    return not child.name.endswith((".ipynb", ".py")), os.fsencode(child.name)


def _entry(path: Path, parts: tuple[str, ...]) -> Entry:
    return Entry(parts, lambda: read_file(path, "/".join(parts)), lambda: _size(path))


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _special(child: os.DirEntry[str]) -> str | None:
    """What is wrong with a file that must not be opened: reading a pipe may wait, and a device may act."""
    try:
        mode = child.stat(follow_symlinks=False).st_mode
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    kinds = (
        (stat.S_ISFIFO, "named pipe"),
        (stat.S_ISSOCK, "socket"),
        (stat.S_ISCHR, "device"),
        (stat.S_ISBLK, "device"),
    )
    kind = next((word for test, word in kinds if test(mode)), "special file")
    return None if stat.S_ISREG(mode) else f"is not a plain file but a {kind}, and was left out"


def read_file(path: Path, name: str) -> bytes:
    """Return the bytes of a regular file; raises UnreadableFileError that calls it `name`."""
    # Not to follow a link that took the file's place, and not to wait for the writer of a pipe.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableFileError(f"{name}: is not a plain file. Hand in the notebook itself.")
            content = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(f"{name}: cannot be read: {error.strerror}. Allow reading it.") from error
    if len(content) > MAX_FILE_BYTES:
        raise too_big(name, status.st_size)
    return content
