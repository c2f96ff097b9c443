"""A submitted notebook as nbgrader can take it: every graded cell once, and no written answer lost.

nbgrader matches cells by their metadata. Copies, other programs and damage leave cells with too much of it or none,
and an answer that nbgrader does not find would get a zero at once. Here it waits for a person instead.
"""

from __future__ import annotations

import ast
import re
import urllib.parse
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat.v4
from nbformat import NotebookNode

from textlab.definitions.cells import read_raw_cells

KINDS = ("markdown", "code", "raw")
CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
ATTACHMENT = re.compile(r"attachment:([^\s)\"'>]+)")
TELLING = 30
"""So many characters of a line say whose text it is."""
MOST = 20_000
"""Most characters that are gathered for one answer."""
RULE = "\n\n---\n\n"
ELSEWHERE = "*This cell is as it was handed out. What the student wrote elsewhere in the notebook:*"
NOT_THERE = "*This cell is not in what was handed in. What the student wrote elsewhere in the notebook:*"
NOTHING = "*(nothing)*"
UNREADABLE = (
    "**This notebook could not be read**, so look at the file itself. The released one stands here in its place."
)


@dataclass
class _Cell:
    """A cell of the student's, and which graded cell of the release it is."""

    kind: str
    source: str
    id: str
    claimed: str
    """What its metadata says; "" where that is no cell of the release."""
    attachments: dict[str, Any] = field(default_factory=dict)
    grade_id: str = ""
    """Which cell it is taken for."""


def submitted_notebook(name: str, content: bytes | None, released: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook for nbgrader, and what was wrong with the file; `content` is None where it could not be read.

    All metadata is the release's, so whatever a program left in the student's own harms nothing. A written answer is
    as the release has it only where it is there, unchanged, and nothing was written elsewhere.
    """
    raw, problems = read_raw_cells(name, content) if content is not None else ([], [])
    asked = {grade_id: cell for cell in released.cells if (grade_id := _grade_id(cell))}
    cells = [cell for one in raw if (cell := _cell(one, asked))]
    if not cells:
        return _unreadable(released), problems
    _take_by_metadata(cells)
    _take_the_rest(cells, asked, released)
    _gather(cells, asked, released)
    _add_missing(cells, asked, released)
    made = [_made(cell, asked.get(cell.grade_id), number) for number, cell in enumerate(cells)]
    return _notebook(released, made), problems


def _grade_id(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _written(cell: NotebookNode) -> bool:
    """Whether a person grades what the student writes there."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade") and meta.get("solution"))


def _cell(raw: object, asked: Mapping[str, NotebookNode]) -> _Cell | None:
    """A cell out of JSON that may be anything."""
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = source.encode("utf-8", "replace").decode("utf-8") if isinstance(source, str) else ""
    kind = raw.get("cell_type")
    if kind == "heading":
        level = raw.get("level")
        kind, source = "markdown", f"{'#' * (level if isinstance(level, int) else 1)} {source}"
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    claimed = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    cell_id = raw.get("id")
    return _Cell(
        kind=kind if kind in KINDS else "raw",
        source=source,
        id=cell_id if isinstance(cell_id, str) and CELL_ID.fullmatch(cell_id) else "",
        claimed=claimed if isinstance(claimed, str) and claimed in asked else "",
        attachments=_attachments(raw.get("attachments")),
    )


def _attachments(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        return {}
    return {
        name: files
        for name, files in raw.items()
        if isinstance(files, dict) and files and all(isinstance(text, str) for text in files.values())
    }


def _take_by_metadata(cells: Sequence[_Cell]) -> None:
    for cell in cells:
        cell.grade_id = cell.claimed


def _take_the_rest(cells: Sequence[_Cell], asked: Mapping[str, NotebookNode], released: NotebookNode) -> None:
    """Find graded cells that lost their metadata: by id, by source, and written answers by their questions."""
    for grade_id, cell in asked.items():
        free = [one for one in cells if not one.grade_id]
        if any(one.grade_id == grade_id for one in cells):
            same = []
        else:
            same = [one for one in free if one.id and one.id == cell.get("id")]
            same = same or [one for one in free if _plain(one.source) == _plain(cell.source)]
        if _written(cell):
            lines = _telling_lines(cell, released)
            same += [one for one in free if one not in same and lines & set(map(str.strip, one.source.splitlines()))]
        for one in same:
            one.grade_id = grade_id


def _telling_lines(cell: NotebookNode, released: NotebookNode) -> set[str]:
    """The long lines that this cell of the release has and no other."""
    others = {line.strip() for one in released.cells if one is not cell for line in one.source.splitlines()}
    return {line for line in map(str.strip, cell.source.splitlines()) if len(line) >= TELLING} - others


def _gather(cells: Sequence[_Cell], asked: Mapping[str, NotebookNode], released: NotebookNode) -> None:
    """Leave each graded cell once; a written answer has all that was written into its copies, or else elsewhere."""
    for grade_id, cell in asked.items():
        copies = [one for one in cells if one.grade_id == grade_id]
        if not copies:
            continue
        # Of code the last copy counts, as it does when a notebook is run.
        kept = copies[0] if _written(cell) else copies[-1]
        for one in copies:
            one.grade_id = grade_id if one is kept else ""
        if not _written(cell):
            continue
        changed = list(dict.fromkeys(one.source for one in copies if one.source != cell.source))
        if changed:
            kept.source = RULE.join(changed)
            kept.attachments = {name: file for one in copies for name, file in one.attachments.items()}
        elif stray := _strays(cells, released):
            kept.source = RULE.join([cell.source, ELSEWHERE, *stray])[:MOST]


def _strays(cells: Sequence[_Cell], released: NotebookNode) -> list[str]:
    """Texts that are not in the release, comments without code among them."""
    known = {_plain(cell.source) for cell in released.cells}
    return [
        cell.source
        for cell in cells
        if not cell.grade_id and _plain(cell.source) not in known and (cell.kind != "code" or _only_text(cell.source))
    ]


def _only_text(source: str) -> bool:
    """Whether a code cell holds nothing but prose: in comments that are no code, in strings, or as it stands."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    if all(line.startswith("#") for line in lines):
        return any(_parsed(line.strip("# ")) is None for line in lines)
    tree = _parsed(source)
    if tree is None:
        return not any(line.startswith(("%", "!")) for line in lines)
    return all(
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
        for one in tree.body
    )


def _parsed(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _plain(source: str) -> str:
    return "\n".join(line.strip() for line in source.splitlines() if line.strip())


def _add_missing(cells: list[_Cell], asked: Mapping[str, NotebookNode], released: NotebookNode) -> None:
    """Put graded cells back that are not there, each behind the one that is before it in the release."""
    place = 0
    for grade_id, cell in asked.items():
        here = [number for number, one in enumerate(cells) if one.grade_id == grade_id]
        if not here:
            source = cell.source
            if _written(cell):
                source = RULE.join([source, NOT_THERE, *(_strays(cells, released) or [NOTHING])])[:MOST]
                place = len(cells)
            elif not cell.metadata.nbgrader.get("grade"):
                continue
            cells.insert(place, _Cell(cell.cell_type, source, "", grade_id, {}, grade_id))
            here = [place]
        place = here[0] + 1


def _made(cell: _Cell, released: NotebookNode | None, number: int) -> NotebookNode:
    """The cell as nbformat writes it; outputs are made anew."""
    kind = cell.kind if released is None else released.cell_type
    metadata = {} if released is None else {"nbgrader": released.metadata.nbgrader}
    new: Any = getattr(nbformat.v4, f"new_{kind}_cell")
    made: NotebookNode = new(cell.source, metadata=nbformat.from_dict(metadata), id=f"cell-{number}")
    if kind == "markdown":
        if cell.attachments:
            made.attachments = nbformat.from_dict(cell.attachments)
        # nbconvert gives up on a picture that is not there.
        made.source = ATTACHMENT.sub(
            lambda found: found[0] if urllib.parse.unquote(found[1]) in cell.attachments else f"missing-{found[0]}",
            cell.source,
        )
    return made


def _unreadable(released: NotebookNode) -> NotebookNode:
    """The released notebook with a note; written answers wait for a person, who reads the file."""
    cells = [_made(_Cell("markdown", UNREADABLE, "", ""), None, 0)]
    for number, cell in enumerate(released.cells, 1):
        source = RULE.join([cell.source, UNREADABLE]) if _written(cell) else cell.source
        one = _Cell(cell.cell_type, source, "", "")
        cells.append(_made(one, cell if _grade_id(cell) else None, number))
    return _notebook(released, cells)


def _notebook(released: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    new: Any = nbformat.v4.new_notebook
    made: NotebookNode = new(cells=cells, metadata=released.metadata)
    return made
