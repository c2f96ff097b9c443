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
MAX_ENTRIES = 300_000
"""Most files and folders in one source, what one student has beyond MAX_STUDENT_ENTRIES not counted."""
MAX_STUDENT_ENTRIES = 20_000
"""Most files and folders of one student that are looked at."""
MAX_SCAN = 1_000_000
"""Most names that are read of one folder or zip."""
CONTAINER = "submitted"
"""nbgrader's folder of students; elsewhere they are at the top."""
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


class Shares:
    """How much of a source each student has taken; beyond a share nothing of theirs is looked at."""

    def __init__(self, common: tuple[str, ...] = ()) -> None:
        """`common` are the folders that hold the whole class."""
        self.common = common
        self.total = 0
        self._counts: dict[tuple[str, ...], int] = defaultdict(int)

    def take(self, parts: tuple[str, ...], listing: Listing) -> bool:
        """Count one entry; False when its student has too many, which is a problem of that student."""
        top = self._top(parts)
        self._counts[top] += 1
        if self._counts[top] <= MAX_STUDENT_ENTRIES or parts == top:
            self.total += 1
            return True
        if self._counts[top] == MAX_STUDENT_ENTRIES + 1:
            what = f"holds more than {MAX_STUDENT_ENTRIES} files; the rest was not looked at"
            listing.problems.append((top, f"{'/'.join(top)}: {what}. Remove what is no work of yours."))
        return False

    def is_full(self, parts: tuple[str, ...]) -> bool:
        """Whether nothing more is looked at below a folder."""
        return self._counts[self._top(parts)] > MAX_STUDENT_ENTRIES

    def _top(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The folder of a student, as far as the path tells."""
        depth = len(self.common) if parts[: len(self.common)] == self.common else 0
        return parts[: depth + (2 if parts[depth : depth + 1] == (CONTAINER,) else 1)]


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
