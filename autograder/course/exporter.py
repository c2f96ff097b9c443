"""Reads submitted notebooks for nbgrader and does not give up on a broken one."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter

from autograder.course.submitted import submitted_notebook
from autograder.release import ReleaseError, release_notebook
from autograder.submissions.folder import read_file
from autograder.submissions.listing import MAX_FILE_BYTES, UnreadableFileError

TIMESTAMP = "timestamp.txt"


class SubmissionExporter(NotebookExporter):
    """As nbgrader's, but a notebook is read as far as it can be, and no answer gets lost (see `submitted_notebook`).

    Otherwise one broken file would cost a student the marks of all other notebooks, and one cell that was copied the
    written answers.
    """

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        """Keep nbgrader away from what is no plain file: it copies all that was handed in, and follows links."""
        super().__init__(*arguments, **keywords)  # type: ignore[no-untyped-call]
        converter: Any = self.parent
        odd = sorted({path.name for folder in list(converter.assignments) for path in _odd_files(Path(folder))})
        converter.coursedir.ignore = [*converter.coursedir.ignore, *map(glob.escape, odd)]
        for folder in list(converter.assignments):
            stamp = Path(folder) / TIMESTAMP
            if TIMESTAMP in odd and _is_odd(stamp):
                self.log.error("%s is not a plain file, so this submission is left out. Write the time anew", stamp)
                del converter.assignments[folder]

    def from_filename(self, filename: str, resources: Any = None, **keywords: Any) -> Any:
        """The notebook and its resources, as `Exporter.from_filename` gives them."""
        converter: Any = self.parent
        course = converter.coursedir
        place = resources["nbgrader"]
        path = Path(filename)
        submitted = Path(course.format_path(course.submitted_directory, place["student"], place["assignment"]))
        released = self._released(course, path.name, place["assignment"])
        if path.parent.resolve() != submitted.resolve() or released is None:
            return super().from_filename(filename, resources=resources, **keywords)
        content, problems = None, []
        try:
            content = read_file(path.parent.resolve() / path.name, path.name)
        except UnreadableFileError as error:
            problems = [str(error)]
        notebook, found = submitted_notebook(path.name, content, released)
        for problem in problems + found:
            self.log.warning("%s: %s", place["student"], problem)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return super().from_notebook_node(notebook, resources=resources, **keywords)  # type: ignore[no-untyped-call]

    def _released(self, course: Any, name: str, assignment: str) -> Any:
        """The notebook as students got it: from the course, else as the kit makes it; None where there is none."""
        path = Path(course.format_path(course.release_directory, ".", assignment)) / name
        if path.is_file() and path.stat().st_size <= MAX_FILE_BYTES:
            return nbformat.read(path, as_version=4)
        try:
            return nbformat.reads(release_notebook(Path(name).stem).decode("utf-8"), as_version=4)
        except (OSError, ReleaseError):
            return None


def _odd_files(folder: Path) -> Iterator[Path]:
    """Links, pipes, devices and sockets below a folder."""
    for place, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            if _is_odd(Path(place) / name):
                yield Path(place) / name


def _is_odd(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
