"""From a path to the submissions below it, whatever the layout."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from autograder.submissions.archive import Archive
from autograder.submissions.folder import list_folder, read_file
from autograder.submissions.group import Group, student_group
from autograder.submissions.grouping import group_by_student
from autograder.submissions.safe_name import safe_name, student_name
from autograder.submissions.submission import Submission, SubmissionError
from textlab.definitions.shown import shown
from textlab.notebook_name import is_notebook, is_script, without_ending

WANTED = (
    "nbgrader's folder of submissions (<student>/<assignment>/*.ipynb), a folder of notebooks, "
    "a folder with one folder a student, one notebook, or a zip of one of these"
)


def find_submissions(
    source: Path,
    *,
    assignment: str = "text_classification",
    students: Collection[str] = (),
    notebooks: Collection[str] = (),
) -> list[Submission]:
    """All submissions of `open_class` at once, read into memory."""
    with open_class(source, assignment=assignment, students=students, notebooks=notebooks) as handed_in:
        return list(handed_in)


def open_class(
    source: Path,
    *,
    assignment: str = "text_classification",
    students: Collection[str] = (),
    notebooks: Collection[str] = (),
    skipped: Collection[Path] = (),
) -> HandedIn:
    """List the submissions at `source`, sorted by student; the files of one are read when it is its turn.

    `source` is nbgrader's `submitted` folder (or the course above it, or one student's folder in it),
    a flat folder of notebooks (each is one student, named by the file's stem), a folder with one
    sub-folder a student, a single notebook, or a zip of any of these. Where files or folders have the names of
    `notebooks` in place of students', all is the work of one student, whose name is that of the folder or zip. Hidden
    files, checkpoints, environments and reports are not looked at, nor are the folders `skipped`. `students`
    restricts the answer to these identifiers, and only their files are read.

    What cannot be read is a problem of its student. Raises SubmissionError when the path does not exist,
    holds no submission, or lacks one of `students`.
    """
    source = _existing(Path(source))
    if source.is_dir():
        groups = _folder_groups(source, assignment, notebooks, skipped)
        return HandedIn(_named(source, groups, students, notebooks))
    if source.suffix.lower() == ".zip":
        archive = Archive(source)
        try:
            groups = group_by_student(archive.listing(), assignment, notebooks, source.stem)
            named = _named(source, groups, students, notebooks)
        except BaseException:
            archive.close()
            raise
        return HandedIn(named, archive.close)
    if not is_notebook(source.name) and not is_script(source.name):
        raise SubmissionError(f"{shown(str(source))}: is neither a notebook nor a zip. Give {WANTED}.")
    resolved = source.resolve()
    name = safe_name(source.name)
    in_course = resolved.parent.name == assignment
    group = Group(resolved.parent.parent.name if in_course else without_ending(source.name))
    # The instructor named this file, so a link in its place is followed.
    group.files.append((name, lambda: read_file(resolved, name)))
    if in_course:
        group.beside += [("/".join(entry.parts), entry) for entry in list_folder(resolved.parent).files]
    return HandedIn(_named(source, [group], students, notebooks))


def read_student(folder: Path, student: str, notebooks: Collection[str] = ()) -> Submission:
    """The submission that a folder is, such as a repository: notebooks at any depth, all of one student.

    Raises SubmissionError when the folder cannot be listed.
    """
    group = student_group(list_folder(folder), (), student)
    group.notebooks = tuple(notebooks)
    return group.read(student_name(student))


def _existing(source: Path) -> Path:
    """The path as the file system has it, whose letters may be composed in another way. Raises SubmissionError."""
    for form in (str(source), *(unicodedata.normalize(form, str(source)) for form in ("NFC", "NFD"))):
        if Path(form).exists():
            return Path(form)
    raise SubmissionError(f"{shown(str(source))}: there is no such file or folder. Give {WANTED}.")


class HandedIn:
    """What a class handed in: the students are known, and the files of one are read when it is their turn."""

    def __init__(self, groups: Mapping[str, Group], close: Callable[[], None] = lambda: None) -> None:
        self._groups = groups
        self._close = close

    @property
    def students(self) -> tuple[str, ...]:
        """The identifiers in their order."""
        return tuple(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def __iter__(self) -> Iterator[Submission]:
        """Read one submission after the other; none is kept."""
        return (group.read(student) for student, group in self._groups.items())

    def __enter__(self) -> HandedIn:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()


def _folder_groups(
    source: Path, assignment: str, notebooks: Collection[str], skipped: Collection[Path]
) -> list[Group]:
    """Group the files of a folder, which may be any level of nbgrader's layout."""
    resolved = source.resolve()
    listing = list_folder(resolved, skipped)
    if resolved.name == assignment and resolved.parent.name:
        return [student_group(listing, (), resolved.parent.name)]
    return group_by_student(listing, assignment, notebooks, resolved.name)


def _named(
    source: Path, groups: Iterable[Group], students: Collection[str], notebooks: Collection[str]
) -> dict[str, Group]:
    """The groups that are asked for, under identifiers that are safe and unique, in the order of these."""
    by_student: dict[str, Group] = {}
    taken: set[str] = set()
    for group in sorted(groups, key=lambda group: group.raw.encode("utf-8", "surrogateescape")):
        identifier = student_name(group.raw)
        number = 2
        # Some file systems take two names for one that differ in case only.
        while identifier.casefold() in taken:
            identifier = safe_name(f"{student_name(group.raw)[:100]}-{number}")
            number += 1
        taken.add(identifier.casefold())
        by_student[identifier] = group
        group.notebooks = tuple(notebooks)
    if not by_student:
        raise SubmissionError(f"{shown(str(source))}: holds no submission. Give {WANTED}.")
    # As the shell completes a name, its letters may be composed in another way.
    chosen = {student if student in by_student else student_name(student) for student in students}
    unknown = sorted(chosen - by_student.keys())
    if unknown:
        asked = ", ".join(repr(shown(student)) for student in unknown)
        near = sorted({match for name in unknown for match in difflib.get_close_matches(name, by_student, n=3)})
        known = near or sorted(by_student)[:5]
        raise SubmissionError(
            f"{shown(str(source))}: no submission of {asked}; there are {len(by_student)} students, "
            f"such as {', '.join(repr(name) for name in known)}. Check the spelling."
        )
    return {student: by_student[student] for student in sorted(chosen or by_student)}
