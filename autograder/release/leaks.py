"""Finds what must not reach students: markers, lines of a solution, lines of a hidden test."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from autograder.release.source import ReleaseError, ReleaseSource

BEGIN = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\s*$")
END = re.compile(r"### END (SOLUTION|HIDDEN TESTS)\s*$")
# nbgrader reads any comment with these words, so none of them may be left in the release.
ANY_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")
# Shorter lines (`)`, `else:`) stand in any program and give nothing away.
TELLING = 12


@dataclass(frozen=True)
class HiddenLine:
    """One line between markers."""

    cell: str
    line: int
    """Counted from 1 within the cell."""
    kind: str
    text: str


def hidden_lines(source: ReleaseSource) -> tuple[list[HiddenLine], list[str]]:
    """The lines between markers, and all others, each without the blanks at its ends.

    Raises ReleaseError when a marker is misspelt, not closed, not opened, in a cell of the wrong kind, or
    missing from a cell that needs one.
    """
    hidden: list[HiddenLine] = []
    visible: list[str] = []
    for number, cell in enumerate(source.notebook.cells, start=1):
        name = _name(cell, number)
        marks = cell.metadata.get("nbgrader", {})
        opened, seen = "", set[str]()
        for line, text in enumerate(cell.source.splitlines(), start=1):
            where = f"{source.path.name}, cell {name}, line {line}"
            begin, end = BEGIN.search(text), END.search(text)
            if begin:
                if opened:
                    raise ReleaseError(f"{where}: a region begins inside a region; close the first one")
                opened = begin[1]
                seen.add(opened)
                if not marks.get("solution" if opened == "SOLUTION" else "grade"):
                    raise ReleaseError(f"{where}: {text.strip()} in a cell of another kind; mark the cell")
            elif end:
                if end[1] != opened:
                    raise ReleaseError(f"{where}: {text.strip()} closes no such region; add its beginning")
                opened = ""
            elif ANY_MARKER.search(text):
                raise ReleaseError(f"{where}: {text.strip()!r} is no marker; write ### BEGIN … or ### END …")
            elif opened:
                hidden.append(HiddenLine(name, line, opened.lower(), text.strip()))
            else:
                visible.append(text.strip())
        if opened:
            raise ReleaseError(f"{source.path.name}, cell {name}: ### BEGIN {opened} is never closed")
        needed = "SOLUTION" if marks.get("solution") else "HIDDEN TESTS" if marks.get("grade") else ""
        if needed and needed not in seen:
            raise ReleaseError(f"{source.path.name}, cell {name}: there is no ### BEGIN {needed} in it")
    return hidden, visible


def refuse_leaks(source: ReleaseSource, released: Any) -> None:
    """Raise ReleaseError when the released notebook holds a marker, a hidden line, or an output."""
    hidden, visible = hidden_lines(source)
    public = set(visible)
    secrets = [line for line in hidden if len(line.text) >= TELLING and line.text not in public]
    for number, cell in enumerate(released.cells, start=1):
        where = f"{source.name}.ipynb, cell {_name(cell, number)}"
        if cell.get("outputs") or cell.get("execution_count") is not None:
            raise ReleaseError(f"{where}: there is an output; release from the source, not from a run")
        for line, text in enumerate(cell.source.splitlines(), start=1):
            if ANY_MARKER.search(text):
                raise ReleaseError(f"{where}, line {line}: the marker {text.strip()!r} survives; fix its cell")
            for secret in secrets:
                if secret.text in text:
                    raise ReleaseError(
                        f"{where}, line {line}: {text.strip()!r} shows the {secret.kind} of cell {secret.cell}, "
                        f"line {secret.line}; reword one of the two"
                    )


def _name(cell: Any, number: int) -> str:
    """The cell's grade_id, else its number."""
    grade_id: str = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    return grade_id or str(number)
