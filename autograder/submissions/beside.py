"""The files that were handed in beside a notebook and come along with it: which, and what is said of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from autograder.submissions.listing import Entry, UnreadableFileError
from autograder.submissions.submission import SubmittedFile
from textlab.definitions.beside import KINDS, MAX_FILES, why_left_out

QUIET = (
    *(".ipynb", ".md", ".rst", ".pdf", ".html", ".htm", ".docx", ".odt", ".png", ".jpg", ".jpeg", ".gif", ".svg"),
    *(".log", ".ipynb.txt", ".ipynb.json", ".lock", ".cfg", ".ini"),
)
"""Endings of documents, pictures and settings, which are left out without a word."""
NOT_THE_STUDENTS = frozenset({"timestamp.txt", "progress.json"})
"""Files that nbgrader and the kit's own checks write beside notebooks."""
NAMED = 3
"""Most files that one sentence names."""


def choose_beside(
    notebooks: Iterable[str], candidates: Sequence[tuple[str, Entry]]
) -> tuple[tuple[SubmittedFile, ...], list[str]]:
    """The files that come along, sorted by name, and one sentence for each reason why others do not.

    `notebooks` and the names of `candidates` are paths in the student's folder. Those count that lie in a notebook's
    folder or below it.
    """
    folders = {str(PurePosixPath(name).parent) for name in notebooks}
    environments = {str(PurePosixPath(name).parent) for name, _ in candidates if name.endswith("pyvenv.cfg")}
    taken: list[SubmittedFile] = []
    left: dict[str, list[str]] = {}
    for name, entry in sorted(candidates, key=lambda candidate: (candidate[0].count("/"), candidate[0])):
        relative = _relative(name, folders)
        if relative is None or _is_quiet(name) or not environments.isdisjoint(_above(name)):
            continue
        reason = why_left_out(relative, entry.size() if relative.lower().endswith(KINDS) else 0)
        if not reason and len(taken) == MAX_FILES:
            reason = f"{MAX_FILES} files come along at most"
        if not reason:
            try:
                content = entry.read()
                reason = why_left_out(relative, len(content))
            except UnreadableFileError as error:
                reason = str(error).split(": ", 1)[-1].split(". ")[0]
        if not reason:
            taken.append(SubmittedFile(name, content))
        else:
            left.setdefault(reason, []).append(name)
    return tuple(sorted(taken, key=lambda file: file.name)), [_told(names, why) for why, names in left.items()]


def beside_notebook(
    notebook: str, beside: Iterable[SubmittedFile], playing: Collection[str]
) -> tuple[SubmittedFile, ...]:
    """The files that come along with one notebook, under their names in its folder.

    What plays a notebook, named in `playing`, is not beside another one.
    """
    folder = str(PurePosixPath(notebook).parent)
    named = [(_relative(file.name, {folder}), file) for file in beside if file.name not in playing]
    found = [SubmittedFile(name, file.content) for name, file in named if name and not why_left_out(name)]
    return tuple(found[:MAX_FILES])


def told_beside(beside: Mapping[str, Sequence[SubmittedFile]]) -> dict[str, dict[str, str]]:
    """By notebook, the digests of what comes along with it; nothing where nothing does."""
    return {notebook: {file.name: file.sha256 for file in files} for notebook, files in beside.items() if files}


def _relative(name: str, folders: Collection[str]) -> str | None:
    """The path from the nearest of the folders that a file lies in; None when it lies in none of them."""
    folder = next((above for above in _above(name) if above in folders), None)
    return None if folder is None else str(PurePosixPath(name).relative_to(folder))


def _above(name: str) -> Iterator[str]:
    return map(str, PurePosixPath(name).parents)


def _is_quiet(name: str) -> bool:
    path = PurePosixPath(name.lower())
    odd = path.name in NOT_THE_STUDENTS or not path.suffix or name.lower().endswith(QUIET)
    return odd or not {"site-packages", "node_modules"}.isdisjoint(path.parts)


def _told(names: Sequence[str], why: str) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}: left out beside the notebook, since {why}."
