"""Reads the hidden source of a notebook: a jupytext percent script with short nbgrader marks.

A percent script diffs line by line and is checked by ruff like any other file. A cell that nbgrader has to
know carries one mark, and the rest of its metadata is filled in here:

    # %% nbgrader={"grade_id": "cnn-class", "kind": "answer"}        a blank, not graded itself
    # %% nbgrader={"grade_id": "cnn-layers", "kind": "test"}         a test cell, graded automatically
    # %% [markdown] nbgrader={"grade_id": "reflection", "kind": "manual"}   an answer that a person grades
    # %% nbgrader={"grade_id": "setup", "kind": "given"}             locked: students cannot change it

Points are not written in the source: they come from the rubric.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat

from autograder.release.set_up import set_up_cell
from autograder.rubric import cell_points, load_rubric

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
ASSIGNMENT = load_rubric().assignment

# kind -> (grade, solution, locked), as nbgrader's schema 3 wants them.
KINDS = {
    "answer": (False, True, False),
    "test": (True, False, True),
    "manual": (True, True, False),
    "given": (False, False, True),
}
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class ReleaseError(Exception):
    """A notebook cannot be released; the message names the file, the cell, the line and the remedy."""


@dataclass(frozen=True)
class ReleaseSource:
    """One notebook with its solution and its hidden tests."""

    name: str
    path: Path
    notebook: Any
    """nbformat 4.5 notebook without outputs, its nbgrader metadata complete."""


def read_source(name: str, solutions: Path = SOLUTIONS) -> ReleaseSource:
    """The source called `name` (such as "2_cnn"), with points from the rubric and cell ids that stay the same.

    Its first code cell is `set_up_cell`, which no source holds.

    Raises ReleaseError when there is no such file, a mark is wrong, or marks and rubric disagree.
    """
    path = solutions / f"{name}.py"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in solutions.glob("*.py"))) or "none"
        raise ReleaseError(f"there is no source {path}; the notebooks in {solutions} are: {known}")
    read = jupytext.read(path, fmt="py:percent")
    points = cell_points(name)
    cells, ids = [], set[str]()
    for number, cell in enumerate(read.cells, start=1):
        where = f"{path.name}, cell {number}"
        marks = _marks(where, cell, points)
        if marks and marks["grade_id"] in ids:
            raise ReleaseError(f"{where}: grade_id {marks['grade_id']!r} is taken; each cell needs its own")
        new: Any = nbformat.v4.new_markdown_cell if cell.cell_type == "markdown" else nbformat.v4.new_code_cell
        tags = {key: cell.metadata[key] for key in ("tags",) if key in cell.metadata}
        made = new(cell.source, metadata={**tags, "nbgrader": marks} if marks else tags)
        made["id"] = _cell_id(marks["grade_id"] if marks else "", cell.source, ids)
        ids.add(made["id"])
        cells.append(made)
    missing = sorted(set(points) - ids)
    if missing:
        raise ReleaseError(
            f"{path.name}: the rubric gives points to {', '.join(missing)}, but no cell has this grade_id; "
            "mark the cell, or change autograder/rubric.toml"
        )
    source = set_up_cell()
    first = next((index for index, cell in enumerate(cells) if cell.cell_type == "code"), 0)
    # Folded in JupyterLab and on hosted notebooks: it runs, and nobody has to read it.
    folded = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    cells.insert(first, nbformat.v4.new_code_cell(source, id=_cell_id("", source, ids), metadata=folded))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    notebook["nbformat_minor"] = 5
    return ReleaseSource(name, path, notebook)


def _marks(where: str, cell: Any, points: dict[str, int]) -> dict[str, Any]:
    """Complete nbgrader metadata of a cell, empty when it has no mark."""
    mark = cell.metadata.get("nbgrader")
    if mark is None:
        return {}
    if not isinstance(mark, dict) or set(mark) != {"grade_id", "kind"} or mark["kind"] not in KINDS:
        raise ReleaseError(f"{where}: mark {mark!r}; write grade_id and kind, one of {', '.join(KINDS)}")
    grade_id = mark["grade_id"]
    if not re.fullmatch(r"[a-zA-Z0-9_\-]+", grade_id):
        raise ReleaseError(f"{where}: grade_id {grade_id!r}; use letters, digits, - and _ only")
    grade, solution, locked = KINDS[mark["kind"]]
    if grade != (grade_id in points):
        remedy = "add it to autograder/rubric.toml" if grade else "only test and manual cells have points"
        raise ReleaseError(f"{where}: {grade_id} is of kind {mark['kind']!r}: {remedy}")
    full = {
        "cell_type": cell.cell_type,
        "grade": grade,
        "grade_id": grade_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {**full, "points": points[grade_id]} if grade else full


def _cell_id(grade_id: str, source: str, taken: set[str]) -> str:
    """The grade_id, else a digest of the text, so that an edit elsewhere changes no other cell's id."""
    if grade_id:
        return grade_id
    repeat = 0
    while True:
        made = hashlib.sha256(f"{source}\0{repeat}".encode()).hexdigest()[:12]
        if made not in taken:
            return made
        repeat += 1
