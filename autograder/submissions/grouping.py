"""From what lies in a source to the students whose work it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from autograder.submissions.course_systems import METADATA, CourseName, course_names, gradescope_students
from autograder.submissions.group import Group, student_group
from autograder.submissions.levels import (
    assignment_folder,
    counts,
    holds_notebooks,
    is_one_student,
    is_one_students_course,
    students_folder,
)
from autograder.submissions.listing import Entry, Listing, UnreadableFileError
from autograder.submissions.noise import ignored, is_environment
from textlab.definitions.shown import shown
from textlab.notebook_name import named_exactly, named_like, rest_of_name, without_ending


def group_by_student(listing: Listing, assignment: str, notebooks: Collection[str], name: str) -> list[Group]:
    """Group a listing by student: find the level that holds the students, then take each one's files.

    `name` is that of the source, which is the student's where all in it is one student's work: the files and folders
    have the names of `notebooks` then.
    """
    if is_one_students_course(listing, notebooks, assignment):
        return [_assignment_group(listing, (), assignment, notebooks, name)]
    top = students_folder(listing, assignment)
    if is_one_student(listing, top, notebooks, assignment):
        return [student_group(listing, top, next((part for part in reversed(top) if part != "submitted"), name))]
    groups = [*_folders(listing, top, assignment, notebooks)]
    by_stem = {group.raw: group for group in groups}
    loose: list[Entry] = []
    here = [entry for entry in listing.files if entry.parts[:-1] == top]
    owners = _owners([entry.parts[-1] for entry in here if counts(entry)], notebooks)
    for entry in here:
        if counts(entry):
            # alice.ipynb beside alice.py or a folder alice: one student.
            stem = owners.get(entry.parts[-1]) or without_ending(entry.parts[-1])
            group = by_stem.setdefault(stem, Group(stem))
            group.add(entry, len(top))
            if any(named_exactly(entry.parts[-1], notebook) for notebook in notebooks):
                group.problems.append(
                    f"{entry.parts[-1]}: its name is a notebook's, and was taken for a student's. "
                    "Put each student's notebooks into a folder with the student's name."
                )
        elif entry.parts[-1] != METADATA:
            loose.append(entry)
    for path, text in listing.problems:
        if len(path) == len(top) + 1 and path not in listing.folders:
            group = by_stem.setdefault(without_ending(path[-1]), Group(without_ending(path[-1])))
            if text not in group.problems:
                group.problems.append(text)
    metadata = [entry for entry in listing.files if entry.parts == (*top, METADATA)]
    return _by_course_system(list(by_stem.values()), metadata, loose)


def _owners(names: Sequence[str], notebooks: Collection[str]) -> dict[str, str]:
    """Whose the files are that differ only in the notebook's name: "jane-1_rnn.ipynb" and "jane-2_cnn.ipynb"."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        like = [notebook for notebook in notebooks if named_like(name, notebook)]
        if len(like) == 1 and (owner := rest_of_name(name, like[0])):
            found.setdefault(owner, {})[name] = like[0]
    several = {owner: files for owner, files in found.items() if len(set(files.values())) > 1}
    return {name: owner for owner, files in several.items() for name in files}


def _folders(listing: Listing, top: tuple[str, ...], assignment: str, notebooks: Collection[str]) -> Iterator[Group]:
    """One student for each folder in `top`."""
    depth = len(top)
    folders = sorted(path for path in listing.folders if len(path) == depth + 1 and path[:depth] == top)
    in_course = any((*folder, assignment) in listing.folders for folder in folders)
    below = listing.split(depth + 1)
    systems = course_names([folder[-1] for folder in folders])
    for folder in folders:
        if folder[-1] in systems:
            # All that is in it was handed in for this assignment.
            yield student_group(below[folder], folder, folder[-1])
        elif assignment_folder(below[folder], folder, assignment) is not None:
            yield _assignment_group(below[folder], folder, assignment, notebooks, folder[-1])
        elif (
            not in_course
            or _submission_without_assignment(below[folder], folder)
            or holds_notebooks(below[folder], notebooks)
        ):
            if not is_environment(folder[-1]) or any(map(counts, below[folder].files)):
                yield student_group(below[folder], folder, folder[-1])
        else:
            others = sorted(path[-1] for path in listing.folders if path[:-1] == folder)
            group = Group(folder[-1])
            group.problems.append(f"no folder {assignment}, but {', '.join(map(shown, others))}. Rename it if it is.")
            yield group


def _assignment_group(
    listing: Listing, folder: tuple[str, ...], assignment: str, notebooks: Collection[str], raw: str
) -> Group:
    """What one student has in the folder of the assignment and beside it, without folders of other assignments."""
    own, depth = assignment_folder(listing, folder, assignment), len(folder) + 1
    parts = listing.split(depth)
    taken = {path for path, part in parts.items() if path == own or holds_notebooks(part, notebooks)}
    taken |= {entry.parts for entry in listing.files if entry.parts[:-1] == folder and counts(entry)}
    if own is not None and taken == {own}:
        return student_group(listing, own, raw)
    beside = {entry.parts for entry in listing.files if entry.parts[:-1] == folder}
    kept = Listing()
    for path in sorted(taken | beside):
        kept.files += parts[path].files
        kept.problems += parts[path].problems
    return student_group(kept, folder, raw)


def _submission_without_assignment(listing: Listing, folder: tuple[str, ...]) -> bool:
    """Tell whether a folder without the assignment is a faulty submission, not one of other assignments."""
    has_files = any(entry.parts[:-1] == folder and counts(entry) for entry in listing.files)
    return has_files or not any(path[:-1] == folder for path in listing.folders)


def _by_course_system(groups: Sequence[Group], metadata: Sequence[Entry], loose: Sequence[Entry] = ()) -> list[Group]:
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
    merged: dict[str, Group] = {}
    for group in groups:
        name = named.get(group.raw)
        student = name.student if name else group.raw
        _take_in(merged.setdefault(student, Group(student)), group, name)
    for entry in loose:
        for name in course_names([entry.parts[-1]]).values() if named else ():
            merged.setdefault(name.student, Group(name.student)).beside.append((name.file(entry.parts[-1]), entry))
    return list(merged.values())


def _take_in(kept: Group, group: Group, name: CourseName | None) -> None:
    """Add what one file or folder of a student holds, under the student's own names of the files."""
    names = {}
    for file, _ in group.beside:
        own = name.file(file) if name else file
        if name and own in {taken for taken, _ in kept.beside}:
            own = file.removeprefix(name.prefix)
        names[file] = own
    kept.files += [(names[file], read) for file, read in group.files if not ignored(names[file].rsplit("/", 1)[-1])]
    kept.beside += [(names[file], entry) for file, entry in group.beside]
    kept.problems += group.problems
