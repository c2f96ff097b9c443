"""The files of one student before and while they are read."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from autograder.submissions.beside import choose_beside
from autograder.submissions.listing import MEBIBYTE, Entry, Listing, UnreadableFileError
from autograder.submissions.safe_name import RULE
from autograder.submissions.submission import Submission, SubmittedFile
from textlab.definitions.shown import shown
from textlab.notebook_name import is_notebook, is_packed, is_script, named_exactly, named_like

MAX_FILES = 200
"""Most notebooks and scripts of one student."""
MAX_STUDENT_BYTES = 128 * MEBIBYTE
"""Most bytes of one student."""


class Group:
    """The files of one student before they are read."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.files: list[tuple[str, Callable[[], bytes]]] = []
        self.beside: list[tuple[str, Entry]] = []
        """What may come along with the notebooks."""
        self.problems: list[str] = []
        self.notebooks: Sequence[str] = ()
        """The names of the assignment's notebooks: files that are named so come first where there are too many."""

    def add(self, entry: Entry, depth: int) -> None:
        """Add a file under its path below that depth, as what it is."""
        name = "/".join(entry.parts[depth:])
        if is_packed(name):
            self.problems.append(f"{name}: packed files inside a submission are not opened. Unpack it.")
            return
        if is_notebook(name) or is_script(name):
            self.files.append((name, entry.read))
        self.beside.append((name, entry))

    def read(self, student: str) -> Submission:
        """Read the files; what cannot be read becomes a problem."""
        problems = list(self.problems)
        if student != unicodedata.normalize("NFC", self.raw):
            problems.append(f"The student {shown(self.raw)!r} is listed as {student!r}: in names, {RULE}.")
        files: list[SubmittedFile] = []
        total = 0
        for name, read in sorted(self.files, key=lambda file: self._rank(file[0]))[:MAX_FILES]:
            try:
                content = read()
            except UnreadableFileError as error:
                problems.append(str(error))
                continue
            total += len(content)
            if total > MAX_STUDENT_BYTES:
                limit = MAX_STUDENT_BYTES // MEBIBYTE
                problems.append(
                    f"{name}: left out, the files have more than {limit} MiB together. Clear the outputs."
                )
                break
            files.append(SubmittedFile(name, content))
        if len(self.files) > MAX_FILES:
            told = f"{len(self.files)} notebooks and scripts were handed in"
            problems.append(f"{told}; {MAX_FILES} count, those named like the assignment's first. Remove the rest.")
        if not self.files and not problems:
            problems.append("No notebook was found. Hand in the .ipynb files.")
        files.sort(key=lambda file: file.name)
        notebooks = [file.name for file in files if not is_script(file.name)]
        beside, left_out = choose_beside(notebooks or [file.name for file in files], self.beside)
        return Submission(student, tuple(files), (*problems, *left_out), beside)

    def _rank(self, name: str) -> tuple[bool, bool, bool, int, str]:
        exact = any(named_exactly(name, notebook) for notebook in self.notebooks)
        like = any(named_like(name, notebook) for notebook in self.notebooks)
        return not exact, not like, is_script(name), name.count("/"), name


def student_group(listing: Listing, folder: tuple[str, ...], raw: str) -> Group:
    """Gather everything below `folder` for one student, and the problems of the paths above it as well."""
    group = Group(raw)
    for entry in listing.files:
        if entry.parts[: len(folder)] == folder:
            group.add(entry, len(folder))
    for path, text in listing.problems:
        if path[: len(folder)] == folder or (path and path == folder[: len(path)]):
            group.problems.append(text)
    return group
