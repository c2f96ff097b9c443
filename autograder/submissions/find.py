"""From a path to the submissions below it, whatever the layout."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.submissions.archive import Archive
from autograder.submissions.beside import choose_beside
from autograder.submissions.course_systems import METADATA, course_names, gradescope_students
from autograder.submissions.folder import list_folder, read_file
from autograder.submissions.listing import MEBIBYTE, Entry, Listing, UnreadableFileError
from autograder.submissions.safe_name import RULE, safe_name
from autograder.submissions.submission import Submission, SubmissionError, SubmittedFile
from textlab.definitions.shown import shown

NOTEBOOK_SUFFIXES = (".ipynb", ".py", ".ipynb.txt", ".ipynb.json")
"""Files that are read; browsers add the endings of the last two."""
PACKED_SUFFIXES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")
"""Files that are reported as packed."""
MAX_FILES = 50
"""Most notebooks of one student."""
MAX_STUDENT_BYTES = 128 * MEBIBYTE
"""Most bytes of one student."""

WANTED = (
    "nbgrader's folder of submissions (<student>/<assignment>/*.ipynb), a folder of notebooks, "
    "a folder with one folder a student, one notebook, or a zip of one of these"
)


def find_submissions(
    source: Path, *, assignment: str = "text_classification", students: Collection[str] = ()
) -> list[Submission]:
    """All submissions of `open_class` at once, read into memory."""
    with open_class(source, assignment=assignment, students=students) as handed_in:
        return list(handed_in)


def open_class(source: Path, *, assignment: str = "text_classification", students: Collection[str] = ()) -> HandedIn:
    """List the submissions at `source`, sorted by student; the files of one are read when it is its turn.

    `source` is nbgrader's `submitted` folder (or the course above it, or one student's folder in it),
    a flat folder of notebooks (each is one student, named by the file's stem), a folder with one
    sub-folder a student, a single notebook, or a zip of any of these. Hidden files and checkpoints are
    not looked at. `students` restricts the answer to these identifiers, and only their files are read.

    What cannot be read is a problem of its student. Raises SubmissionError when the path does not exist,
    holds no submission, or lacks one of `students`.
    """
    source = Path(source)
    if not source.exists():
        raise SubmissionError(f"{shown(str(source))}: there is no such file or folder. Give {WANTED}.")
    if source.is_dir():
        return HandedIn(_named(source, _folder_groups(source, assignment), students))
    if source.suffix.lower() == ".zip":
        archive = Archive(source)
        try:
            groups = _named(source, _group(archive.listing(), assignment), students)
        except BaseException:
            archive.close()
            raise
        return HandedIn(groups, archive.close)
    if not source.name.lower().endswith(NOTEBOOK_SUFFIXES):
        raise SubmissionError(f"{shown(str(source))}: is neither a notebook nor a zip. Give {WANTED}.")
    resolved = source.resolve()
    name = safe_name(source.name)
    student = resolved.parent.parent.name if resolved.parent.name == assignment else _stem(source.name)
    group = _Group(student)
    # The instructor named this file, so a link in its place is followed.
    group.files.append((name, lambda: read_file(resolved, name)))
    if resolved.parent.name == assignment:
        group.beside += [("/".join(entry.parts), entry) for entry in list_folder(resolved.parent).files]
    return HandedIn(_named(source, [group], students))


class HandedIn:
    """What a class handed in: the students are known, and the files of one are read when it is their turn."""

    def __init__(self, groups: Mapping[str, _Group], close: Callable[[], None] = lambda: None) -> None:
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


class _Group:
    """The files of one student before they are read."""

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.files: list[tuple[str, Callable[[], bytes]]] = []
        self.beside: list[tuple[str, Entry]] = []
        """What may come along with the notebooks."""
        self.problems: list[str] = []

    def read(self, student: str) -> Submission:
        """Read the files; what cannot be read becomes a problem."""
        problems = list(self.problems)
        if student != self.raw:
            problems.append(f"The student {shown(self.raw)!r} is listed as {student!r}: in names, {RULE}.")
        files: list[SubmittedFile] = []
        total = 0
        for name, read in sorted(self.files, key=lambda file: file[0])[:MAX_FILES]:
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
            problems.append(
                f"{len(self.files)} notebooks were handed in; the first {MAX_FILES} count. Remove the rest."
            )
        if not self.files and not problems:
            problems.append("No notebook was found. Hand in the .ipynb files.")
        notebooks = [file.name for file in files if not file.name.lower().endswith(".py")]
        beside, left_out = choose_beside(notebooks or [file.name for file in files], self.beside)
        return Submission(student, tuple(files), (*problems, *left_out), beside)


def _stem(name: str) -> str:
    """Return a file's name without its ending."""
    lowered = name.lower()
    for suffix in sorted(NOTEBOOK_SUFFIXES + PACKED_SUFFIXES, key=len, reverse=True):
        if lowered.endswith(suffix) and len(lowered) > len(suffix):
            return name[: -len(suffix)]
    return name


def _folder_groups(source: Path, assignment: str) -> list[_Group]:
    """Group the files of a folder, which may be any level of nbgrader's layout."""
    resolved = source.resolve()
    if resolved.name == assignment and resolved.parent.name:
        return [_student(list_folder(resolved), (), resolved.parent.name)]
    if (resolved / assignment).is_dir() and not (resolved / "submitted").is_dir():
        listing = list_folder(resolved)
        return [_student(listing, (assignment,), resolved.name)]
    return _group(list_folder(resolved), assignment)


def _group(listing: Listing, assignment: str) -> list[_Group]:
    """Group a listing by student: find the level that holds the students, then take each one's files."""
    top = _top(listing, assignment)
    depth = len(top)
    folders = sorted(path for path in listing.folders if len(path) == depth + 1 and path[:depth] == top)
    in_course = any((*folder, assignment) in listing.folders for folder in folders)
    below = listing.split(depth + 1)
    groups = []
    for folder in folders:
        own = (*folder, assignment)
        if own in listing.folders:
            groups.append(_student(below[folder], own, folder[-1]))
        elif not in_course or _submission_without_assignment(below[folder], folder):
            groups.append(_student(below[folder], folder, folder[-1]))
        else:
            others = sorted(path[-1] for path in listing.folders if path[:-1] == folder)
            group = _Group(folder[-1])
            group.problems.append(f"no folder {assignment}, but {', '.join(map(shown, others))}. Rename it if it is.")
            groups.append(group)
    by_stem = {group.raw: group for group in groups}
    loose: list[Entry] = []
    for entry in listing.files:
        if len(entry.parts) != depth + 1 or entry.parts[:depth] != top:
            continue
        if _is_notebook(entry) or _is_packed(entry):
            # alice.ipynb beside alice.py or a folder alice: one student.
            stem = _stem(entry.parts[-1])
            if stem not in by_stem:
                by_stem[stem] = _Group(stem)
                groups.append(by_stem[stem])
            _add(by_stem[stem], entry, depth)
            if not _is_packed(entry):
                by_stem[stem].beside.append((entry.parts[-1], entry))
        elif entry.parts[-1] != METADATA:
            loose.append(entry)
    for path, text in listing.problems:
        if len(path) == depth + 1 and path not in listing.folders:
            stem = _stem(path[-1])
            if stem not in by_stem:
                by_stem[stem] = _Group(stem)
                groups.append(by_stem[stem])
            if text not in by_stem[stem].problems:
                by_stem[stem].problems.append(text)
    metadata = [entry for entry in listing.files if entry.parts == (*top, METADATA)]
    return _by_course_system(groups, metadata, loose)


def _by_course_system(groups: list[_Group], metadata: Sequence[Entry], loose: Sequence[Entry] = ()) -> list[_Group]:
    """The groups under the students' names where a course system has named folders and files.

    `loose` are files of other kinds beside the students' folders and notebooks, whose names may say whose they are.
    """
    raws = [group.raw for group in groups]
    named = course_names(raws)
    for entry in metadata:
        try:
            named = named or gradescope_students(raws, entry.read())
        except UnreadableFileError:
            continue
    merged: dict[str, _Group] = {}
    for group in groups:
        name = named.get(group.raw)
        student = name.student if name else group.raw
        kept = merged.setdefault(student, _Group(student))
        kept.files += [(name.file(file) if name else file, read) for file, read in group.files]
        kept.beside += [(name.file(file) if name else file, entry) for file, entry in group.beside]
        kept.problems += group.problems
    for entry in loose if named else ():
        for name in course_names([entry.parts[-1]]).values():
            if name.student in merged:
                merged[name.student].beside.append((name.file(entry.parts[-1]), entry))
    return list(merged.values())


def _top(listing: Listing, assignment: str) -> tuple[str, ...]:
    """Return the folder that holds the students: `submitted`, or the end of a chain of single folders."""
    top: tuple[str, ...] = ()
    while True:
        if (*top, "submitted") in listing.folders:
            top = (*top, "submitted")
            continue
        folders = [path for path in listing.folders if len(path) == len(top) + 1 and path[: len(top)] == top]
        if len(folders) != 1 or (*folders[0], assignment) in listing.folders:
            return top
        only = folders[0]
        above = any(e.parts[: len(top)] == top and len(e.parts) == len(top) + 1 and _counts(e) for e in listing.files)
        inside = any(e.parts[:-1] == only and _counts(e) for e in listing.files)
        if above or inside or not any(path[:-1] == only for path in listing.folders):
            return top
        top = only


def _submission_without_assignment(listing: Listing, folder: tuple[str, ...]) -> bool:
    """Tell whether a folder without the assignment is a faulty submission, not one of other assignments."""
    has_files = any(entry.parts[:-1] == folder and _counts(entry) for entry in listing.files)
    return has_files or not any(path[:-1] == folder for path in listing.folders)


def _student(listing: Listing, folder: tuple[str, ...], raw: str) -> _Group:
    """Gather everything below `folder` for one student, and the problems of the paths above it as well."""
    group = _Group(raw)
    depth = len(folder)
    for entry in listing.files:
        if entry.parts[:depth] == folder and (_is_notebook(entry) or _is_packed(entry)):
            _add(group, entry, depth)
        if entry.parts[:depth] == folder and not _is_packed(entry):
            group.beside.append(("/".join(entry.parts[depth:]), entry))
    for path, text in listing.problems:
        if path[:depth] == folder or (path and path == folder[: len(path)]):
            group.problems.append(text)
    return group


def _add(group: _Group, entry: Entry, depth: int) -> None:
    name = "/".join(entry.parts[depth:])
    if _is_notebook(entry):
        group.files.append((name, entry.read))
    else:
        group.problems.append(f"{name}: packed files inside a submission are not opened. Unpack it.")


def _is_notebook(entry: Entry) -> bool:
    return entry.parts[-1].lower().endswith(NOTEBOOK_SUFFIXES)


def _is_packed(entry: Entry) -> bool:
    return entry.parts[-1].lower().endswith(PACKED_SUFFIXES)


def _counts(entry: Entry) -> bool:
    return _is_notebook(entry) or _is_packed(entry)


def _named(source: Path, groups: Iterable[_Group], students: Collection[str]) -> dict[str, _Group]:
    """The groups that are asked for, under identifiers that are safe and unique, in the order of these."""
    by_student: dict[str, _Group] = {}
    for group in sorted(groups, key=lambda group: group.raw.encode("utf-8", "surrogateescape")):
        identifier = safe_name(group.raw)
        number = 2
        while identifier in by_student:
            identifier = safe_name(f"{safe_name(group.raw)[:100]}-{number}")
            number += 1
        by_student[identifier] = group
    if not by_student:
        raise SubmissionError(f"{shown(str(source))}: holds no submission. Give {WANTED}.")
    unknown = sorted(set(students) - by_student.keys())
    if unknown:
        asked = ", ".join(repr(shown(student)) for student in unknown)
        near = sorted({match for name in unknown for match in difflib.get_close_matches(name, by_student, n=3)})
        known = near or sorted(by_student)[:5]
        raise SubmissionError(
            f"{shown(str(source))}: no submission of {asked}; there are {len(by_student)} students, "
            f"such as {', '.join(repr(name) for name in known)}. Check the spelling."
        )
    return {student: by_student[student] for student in sorted(set(students) or by_student)}
