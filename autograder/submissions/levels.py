"""Which folder of a source holds the students, and whether the source is one student's own folder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from autograder.submissions.course_systems import course_names
from autograder.submissions.listing import Entry, Listing
from textlab.notebook_name import (
    is_notebook,
    is_packed,
    is_script,
    named_exactly,
    named_like,
    plain_name,
)

Path = tuple[str, ...]
HANDED_OUT = "assignment"
"""The folder of the notebooks in the zip and in the repository that students receive."""


def counts(entry: Entry) -> bool:
    """Whether a file is a notebook or a script, or holds packed ones."""
    name = entry.parts[-1]
    return is_notebook(name) or is_script(name) or is_packed(name)


def students_folder(listing: Listing, assignment: str) -> Path:
    """The folder that holds the students: `submitted`, or the end of a chain of single folders."""
    top: Path = ()
    while True:
        if (*top, "submitted") in listing.folders:
            top = (*top, "submitted")
            continue
        folders = _folders_in(listing, top)
        if len(folders) != 1 or (*folders[0], assignment) in listing.folders or course_names([folders[0][-1]]):
            return top
        only = folders[0]
        below = _folders_in(listing, only)
        if any(counts(entry) for entry in _files_in(listing, top)) or not below:
            return top
        if any(counts(entry) for entry in _files_in(listing, only)):
            return top
        if any(_is_named(folder[-1], assignment) for folder in (only, *below)):
            return top
        top = only


def assignment_folder(listing: Listing, student: Path, assignment: str) -> Path | None:
    """The folder of the assignment in a student's, also where its name was changed a little."""
    if (*student, assignment) in listing.folders:
        return (*student, assignment)
    alike = [folder for folder in _folders_in(listing, student) if _plain(folder[-1]) == _plain(assignment)]
    return alike[0] if len(alike) == 1 else None


def is_one_students_course(listing: Listing, notebooks: Collection[str], assignment: str) -> bool:
    """Whether a source is what nbgrader calls a student's folder: it has the assignment, and others beside it.

    Where others beside it hold this assignment's notebooks they are students, and what has its name was handed out.
    """
    if (assignment,) not in listing.folders or ("submitted",) in listing.folders:
        return False
    others = {path[0]: part for path, part in listing.split(1).items() if path and path != (assignment,)}
    students = (
        name for name, part in others.items() if (name,) in listing.folders and _like(_names_in(part), notebooks)
    )
    return next(students, None) is None and not course_names(list(others))


def is_one_student(listing: Listing, top: Path, notebooks: Collection[str], assignment: str) -> bool:
    """Whether the files and folders in `top` are the work of one student, since they have the notebooks' names.

    A class has the students' names there.
    """
    folders = _folders_in(listing, top)
    if any((*folder, assignment) in listing.folders for folder in folders):
        return False
    above = [entry.parts[-1] for entry in _files_in(listing, top) if is_notebook(entry.parts[-1])]
    here = _known(above, notebooks)
    below = {
        folder: [name for name in _names_in(part) if is_notebook(name)]
        for folder, part in listing.split(len(top) + 1).items()
    }
    working = [folder for folder in folders if _known(below[folder], notebooks)]
    if here:
        all_named = all(_known([name], notebooks) for name in above)
        return (len(here) > 1 and len(working) < 2) or (all_named and not working)
    own = [folder for folder in working if _is_named(folder[-1], assignment, *notebooks)]
    return bool(own) and not any(below[folder] for folder in folders if folder not in own)


def holds_notebooks(listing: Listing, notebooks: Collection[str]) -> bool:
    """Whether a listing has a notebook of the assignment."""
    return bool(_known(_names_in(listing), notebooks))


def _folders_in(listing: Listing, folder: Path) -> list[Path]:
    return sorted(path for path in listing.folders if path[:-1] == folder and path)


def _files_in(listing: Listing, folder: Path) -> Iterable[Entry]:
    return (entry for entry in listing.files if entry.parts[:-1] == folder)


def _names_in(listing: Listing) -> Iterable[str]:
    return (entry.parts[-1] for entry in listing.files)


def _known(names: Iterable[str], notebooks: Collection[str]) -> set[str]:
    """Which notebooks the files of these names are."""
    known = (name for name in names if is_notebook(name))
    return {notebook for name in known for notebook in notebooks if named_exactly(name, notebook)}


def _like(names: Iterable[str], notebooks: Collection[str]) -> bool:
    return any(named_like(name, notebook) for name in names for notebook in notebooks)


def _is_named(folder: str, assignment: str, *notebooks: str) -> bool:
    """Whether a folder has the name of the assignment, of what was handed out, or of a notebook: no student's."""
    alike = _plain(folder) in (_plain(assignment), HANDED_OUT)
    return alike or any(named_exactly(folder, notebook) for notebook in notebooks)


def _plain(folder: str) -> str:
    """A folder's name without case, separators and the marks of a copy: "Text-Classification (1)"."""
    plain = unicodedata.normalize("NFKC", plain_name(folder)).lower()
    return re.sub(r"[\W_]+", "", re.sub(r"-(main|master)$", "", plain))
