"""Canvas: fills a column of the gradebook that the teacher exported, for importing it again."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.exports.marks import Mark, number, place_marks, user_number
from autograder.reports.grades import defused

NAME, KEYS, SECTION = "Student", ("SIS Login ID", "ID", "SIS User ID"), "Section"
KEPT = (NAME, "ID", "SIS User ID", "SIS Login ID", SECTION)
POSSIBLE = "Points Possible"


@dataclass(frozen=True)
class CanvasImport:
    """The file to import, and who is not in it."""

    text: str
    unmatched: tuple[str, ...]
    """A sentence about every student with a mark whom no row fits, or not one alone."""
    unmarked: tuple[str, ...]
    """Students of the gradebook without a mark; their cell stays as it was."""


def canvas_csv(marks: Sequence[Mark], roster: str, title: str) -> CanvasImport:
    """The import file: who somebody is, and one column with the marks.

    `roster` is the gradebook as Canvas exports it. Students are found by login, id or SIS id, whatever the case of
    letters. `title` is the column's header with the number that Canvas gave the assignment, "Homework 2 (1234)";
    Canvas makes a new assignment of a title without one. Raises ValueError when the roster has no such columns.
    """
    rows = list(csv.DictReader(io.StringIO(roster.removeprefix("\ufeff"))))
    header = list(rows[0]) if rows else []
    kept = [column for column in KEPT if column in header]
    keys = [column for column in KEYS if column in header]
    if NAME not in header or not keys:
        raise ValueError(f"the roster has the columns {header}; export the gradebook from Canvas and give that file")
    column = _column(header, title)
    by_key, unmatched = place_marks(marks, lambda student: _fitting(student, rows, keys))
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*kept, column])
    unmarked = []
    for place, row in enumerate(rows):
        if (row[NAME] or "").strip() == POSSIBLE:
            possible = row.get(column) or number(marks[0].max_score if marks else None)
            writer.writerow([*(row[name] or "" for name in kept), possible])
            continue
        mark = by_key.get(place)
        value = row.get(column) or "" if mark is None or mark.score is None else number(mark.score)
        if mark is None:
            unmarked.append(row[NAME] or "")
        writer.writerow([*(_cell(name, row[name]) for name in kept), value])
    return CanvasImport(text.getvalue(), unmatched, tuple(unmarked))


def _cell(column: str, value: str | None) -> str:
    """Names are texts that students choose; the keys go back as they came, or Canvas does not know them."""
    return defused(value or "") if column in (NAME, SECTION) else value or ""


def _column(header: Sequence[str], title: str) -> str:
    """The gradebook's own header of that assignment, which holds its number, else the title."""
    same = [column for column in header if column == title or column.rsplit(" (", 1)[0] == title]
    return same[0] if len(same) == 1 else title


def _fitting(student: str, rows: Sequence[dict[str, str]], keys: Sequence[str]) -> list[int]:
    """The places of the rows that fit a student's name, by the first key that any row fits by."""
    tried = [(key, student.casefold()) for key in keys]
    # Canvas itself writes the number in ID into the names of what was handed in.
    tried += [("ID", name) for name in [user_number(student)] if name and "ID" in keys]
    for key, wanted in tried:
        if places := [place for place, row in enumerate(rows) if (row[key] or "").strip().casefold() == wanted]:
            return places
    return []
