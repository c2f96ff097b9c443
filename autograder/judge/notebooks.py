"""Which file of a submission is which notebook: told by its name, else by what it defines."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.submissions import SubmittedFile
from textlab.definitions import Cell, read_cells


def notebook_cells(
    files: Sequence[SubmittedFile], wanted: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[Cell]], list[str]]:
    """The cells of each notebook that was handed in and can be read, and what was odd about the files.

    `wanted` has the stems of the notebooks and the names that each should define. Of several files for one
    notebook the one that is named best and holds code counts.
    """
    playing, problems = files_playing(files, wanted)
    found: dict[str, list[Cell]] = {}
    for notebook, named in playing.items():
        for number, file in enumerate(named):
            cells, unreadable = read_cells(file.name, file.content)
            problems += unreadable
            if cells:
                found[notebook] = cells
                problems += [
                    f"{other.name}: was not graded, since {file.name} is here, too. Hand in one of them."
                    for other in named[number + 1 :]
                ]
                break
    return found, list(dict.fromkeys(problems))


def files_playing(
    files: Sequence[SubmittedFile], wanted: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[SubmittedFile]], list[str]]:
    """The files that may be each notebook, the best named first, and which had to be guessed; `wanted` as above."""
    found: dict[str, list[SubmittedFile]] = {}
    problems: list[str] = []
    free = [file for file in files if not any(plays(file.name, notebook) for notebook in wanted)]
    sources = {file.name: _source(file) for file in free}
    for notebook, names in wanted.items():
        named = [file for file in files if plays(file.name, notebook)]
        if not named:
            counts = [_defined(sources[file.name], names) for file in free]
            if not any(counts):
                continue
            named = [free[counts.index(max(counts))]]
            problems.append(f"{named[0].name}: was graded as {notebook}.ipynb. Name it so.")
        found[notebook] = sorted(named, key=lambda file: _oddness(file.name, notebook))
    return found, problems


def plays(name: str, notebook: str) -> bool:
    """Whether a file is named like a notebook, or almost so."""
    return _plain(notebook) in _plain(name)


def _oddness(name: str, notebook: str) -> tuple[bool, bool, bool, str]:
    """Sorts the files of a notebook: its very name first, then copies of that name, then longer names."""
    exact = Path(name).name.lower() == f"{notebook}.ipynb".lower()
    return not exact, _plain(name) != _plain(notebook), not name.lower().endswith(".ipynb"), name


def _plain(name: str) -> str:
    """A file name without folder, ending, case and the copy marks that browsers add: "2_CNN (1).ipynb" → "2_cnn"."""
    stem = Path(name.replace("\\", "/")).name.rsplit(".", 1)[0].lower()
    return re.sub(r"\s*(\(\d+\)|[-_ ]copy\d*)$", "", stem)


def _source(file: SubmittedFile) -> str:
    return "\n".join(cell.source for cell in read_cells(file.name, file.content)[0])


def _defined(source: str, names: Sequence[str]) -> int:
    """How many of the names the source defines."""
    return sum(re.search(rf"^\s*(class|def)\s+{name}\b", source, re.MULTILINE) is not None for name in names)
