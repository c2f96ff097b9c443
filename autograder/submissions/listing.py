"""What lies in a folder or a zip: paths and ways to read them, nothing extracted, nothing followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from autograder.submissions.safe_name import safe_name

MAX_FILE_BYTES = 64 * 2**20
"""Largest file that is read."""
MAX_ARCHIVE_BYTES = 2**30
"""Most bytes that one zip may unpack to, over all the files that are read."""
MAX_ENTRIES = 200_000
"""Most files and folders in one source."""
MAX_DEPTH = 8
"""Deepest folder that is looked into."""

MEBIBYTE = 2**20


class UnreadableFileError(Exception):
    """A file cannot be read; the text is a problem for the student's report."""


@dataclass(frozen=True)
class Entry:
    """A file that could be read."""

    parts: tuple[str, ...]
    """Path below the source, as safe names."""
    read: Callable[[], bytes]
    """Return the content; raises UnreadableFileError."""
    size: Callable[[], int]
    """Return the size in bytes, as far as it is known without reading."""


@dataclass
class Listing:
    """Everything below a source."""

    files: list[Entry] = field(default_factory=list)
    folders: set[tuple[str, ...]] = field(default_factory=set)
    problems: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    """Path and text of what was renamed or left out."""

    def split(self, depth: int) -> dict[tuple[str, ...], Listing]:
        """Return one listing for each folder at `depth`; problems above it go to none of them."""
        below: dict[tuple[str, ...], Listing] = defaultdict(Listing)
        for entry in self.files:
            below[entry.parts[:depth]].files.append(entry)
        for folder in self.folders:
            below[folder[:depth]].folders.add(folder)
        for path, text in self.problems:
            below[path[:depth]].problems.append((path, text))
        return below


class Names:
    """Gives every raw path one safe path: the same for the same, another for another."""

    def __init__(self) -> None:
        self._safe: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
        self._taken: set[tuple[str, ...]] = set()

    def safe(self, raw: tuple[str, ...]) -> tuple[str, ...]:
        """Return the safe path for a raw one."""
        if raw not in self._safe:
            above = self.safe(raw[:-1])
            name = safe_name(raw[-1])
            path = (*above, name)
            number = 2
            while path in self._taken:
                stem, dot, suffix = name.rpartition(".")
                path = (*above, f"{stem}-{number}{dot}{suffix}" if stem else f"{name}-{number}")
                number += 1
            self._taken.add(path)
            self._safe[raw] = path
        return self._safe[raw]


def too_big(name: str, size: int) -> UnreadableFileError:
    """Return the error for a file of `size` bytes."""
    return UnreadableFileError(
        f"{name}: has {size / MEBIBYTE:.0f} MiB, over the limit of {MAX_FILE_BYTES // MEBIBYTE} MiB. "
        "Clear its outputs and save it again."
    )
