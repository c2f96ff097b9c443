"""Canvas: fills a column of the gradebook that the teacher exported, for importing it again."""

from __future__ import annotations

import csv
import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.exports.marks import Mark, number
from autograder.exports.matching import Person, Roster
from autograder.exports.sheet import Row, Sheet, SheetError, parse_sheet, twice
from autograder.reports.grades import defused

NAMES = (("Student",), ("LastName", "FirstName"))
"""How Canvas names the columns of names, by a setting of the gradebook."""
SECTION = "Section"
KEYS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
KEPT = (*KEYS, "Root Account", SECTION)
"""In the order in which Canvas reads them."""
CALCULATED = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)( \(.*\))?$")
"""Columns that Canvas computes or does not import."""
READ_ONLY, POSSIBLE = "(read only)", "Points Possible"
NUMBERED_TITLE = re.compile(r"(?P<title>.*?)\s*\((?P<number>\d+)\)", re.DOTALL)
LIKENESS = 0.75
"""Titles at least this alike are taken for a slip."""


@dataclass(frozen=True)
class CanvasImport:
    """The file to import, and who is not in it."""

    text: str
    unmatched: tuple[str, ...]
    """A sentence about every student with a mark whom no row fits, or not one alone."""
    unmarked: tuple[str, ...]
    """Students of the gradebook without a mark; their cell stays as it was."""
    notes: tuple[str, ...]
    """What the teacher should know before importing it, one sentence each."""


def canvas_csv(
    marks: Sequence[Mark],
    roster: str,
    title: str,
    *,
    name: str = "the roster",
    new: bool = False,
    groups: bool = False,
) -> CanvasImport:
    """The import file: who somebody is, and one column with the marks.

    `roster` is the gradebook as Canvas exports it, with commas or semicolons, with names in one column or two, or as
    a spreadsheet program saved it; `name` is its file, for messages. Students are found by all that the roster knows
    of them (see `Roster`; so `groups`). `title` is the column's header, with or without the number that Canvas gave
    the assignment: "Homework 2 (1234)". Raises SheetError when the roster is none, when several columns have that
    title, or when one has almost that title and `new` does not say that a new assignment is meant.
    """
    sheet = parse_sheet(roster, name)
    columns = _columns(sheet)
    column, notes = _column(sheet, title.strip(), new)
    rows = [row for row in sheet.rows if not _of_assignments(row, columns)]
    people = [_person(sheet, row, columns) for row in rows]
    placement = Roster(people, groups=groups).place(marks)
    comma = any(re.fullmatch(r"\d+,\d+", cell.strip()) for row in sheet.rows for cell in row.cells)
    kept = [columns[key] for key in columns]
    values = {}
    for place, mark in placement.by_row.items():
        if mark.score is not None:
            score = number(mark.score)
            values[rows[place].line] = score.replace(".", ",") if comma else score
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sheet.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*columns, sheet.header[column] if column is not None else title.strip()])
    for row in sheet.rows:
        value = row.cells[column] if column is not None else ""
        if POSSIBLE in row.cells[0]:
            most = number(marks[0].max_score if marks else None)
            notes += _too_small(value, marks)
            value = value or most
        cells = [_cell(key, row.cells[place]) for key, place in zip(columns, kept, strict=True)]
        writer.writerow([*cells, values.get(row.line, value)])
    unmarked = [person.name for place, person in enumerate(people) if place not in placement.by_row]
    unmarked += [f"{mark.student} (not graded)" for mark in placement.by_row.values() if mark.score is None]
    return CanvasImport(text.getvalue(), placement.unmatched, tuple(unmarked), tuple(notes))


def _columns(sheet: Sheet) -> dict[str, int]:
    """The places of the columns that say who somebody is, in Canvas's order. Raises SheetError."""
    places = {column.casefold(): place for place, column in enumerate(sheet.header)}
    names = next((pair for pair in NAMES if all(one.casefold() in places for one in pair)), None)
    if names is None or not any(key.casefold() in places for key in KEYS):
        shown = ", ".join(sheet.header[:8])
        raise SheetError(f"{sheet.name} has the columns {shown}; export the gradebook from Canvas and give that file")
    if double := [column for column in twice(sheet.header) if column in (*names, *KEPT)]:
        raise SheetError(f"{sheet.name} has the column {double[0]} more than once; export the gradebook again")
    return {column: places[column.casefold()] for column in (*names, *KEPT) if column.casefold() in places}


def _person(sheet: Sheet, row: Row, columns: dict[str, int]) -> Person:
    """Raises SheetError where the cells are not in their columns, or a spreadsheet program changed a number."""
    names = [row.cells[columns[column]].strip() for column in columns if column in (*NAMES[0], *NAMES[1])]
    ids = {key: row.cells[columns[key]].strip() for key in KEYS if key in columns}
    canvas_id = ids.get("ID", "")
    if canvas_id and not re.fullmatch(r"\d+(~\d+)?", canvas_id):
        why = (
            "no number of Canvas's. A comma in a name that has no quotation marks moves the cells, and a spreadsheet"
        )
        raise sheet.fault(row, f"ID is {canvas_id!r}, {why} program shortens numbers; export the gradebook again")
    for key, value in ids.items():
        if re.fullmatch(r"\d+([.,]\d+)?E\+?\d+", value, re.IGNORECASE):
            what = f"{key} is {value!r}: a spreadsheet program shortened the number"
            raise sheet.fault(row, f"{what}; export the gradebook again and do not save it in between")
    return Person(row.line, ids, ", ".join(filter(None, names)), canvas_id)


def _of_assignments(row: Row, columns: dict[str, int]) -> bool:
    """Whether a row is about the assignments and not about a student, such as "Manual Posting", in any language."""
    return POSSIBLE in row.cells[0] or not any(row.cells[place].strip() for place in columns.values())


def _cell(column: str, value: str) -> str:
    """Names are texts that students choose; the keys go back as they came, or Canvas does not know them."""
    return value if column in (*KEYS, "Root Account") else defused(value)


def _column(sheet: Sheet, title: str, new: bool) -> tuple[int | None, list[str]]:
    """The place of the assignment's column, None for a new one, and what to say about it. Raises SheetError."""
    if not title:
        raise SheetError("the title is empty; give the header of the assignment's column")
    if title.casefold() in {column.casefold() for column in (*NAMES[0], *NAMES[1], *KEPT)}:
        raise SheetError(f"{title!r} is no assignment; give the header of the assignment's column")
    who = {column.casefold() for column in (*NAMES[0], *NAMES[1], *KEPT)}
    there = {place: column for place, column in enumerate(sheet.header) if column and column.casefold() not in who}
    same = [place for place, column in there.items() if column == title]
    same = same or [place for place, column in there.items() if _plain(column) == _plain(title)]
    same = same or [place for place, column in there.items() if _plain(_bare(column)) == _plain(title)]
    shown = ", ".join(repr(there[place]) for place in same)
    if len(same) > 1:
        raise SheetError(f"{sheet.name} has {len(same)} columns for {title!r}: {shown}. Give one with its number")
    if same:
        possible = [row.cells[same[0]].strip() for row in sheet.rows if POSSIBLE in row.cells[0]]
        if CALCULATED.search(there[same[0]]) or READ_ONLY in possible:
            raise SheetError(f"Canvas computes the column {shown} itself; give that of the assignment")
        return same[0], []
    assignments = [column for column in there.values() if not CALCULATED.search(column)]
    near = [one for one in assignments if _plain(_bare(one)) == _plain(_bare(title)) or _alike(one, title)]
    if near and not new:
        told = " or ".join(repr(column) for column in near[:3])
        raise SheetError(
            f"{sheet.name} has no column {title!r}. Did you mean {told}? With --new Canvas makes a new assignment"
        )
    others = f"; the roster has {', '.join(map(repr, assignments[:8]))}" if assignments else ""
    return None, [f"the roster has no column {title!r}: Canvas will make a new assignment of it{others}"]


def _alike(column: str, title: str) -> bool:
    return difflib.SequenceMatcher(None, _plain(_bare(column)), _plain(_bare(title))).ratio() >= LIKENESS


def _bare(title: str) -> str:
    """A title without the assignment's number."""
    found = NUMBERED_TITLE.fullmatch(title)
    return found["title"] if found else title


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()


def _too_small(possible: str, marks: Sequence[Mark]) -> list[str]:
    """A sentence where Canvas's points possible are fewer than the marks'."""
    most = max((mark.max_score for mark in marks), default=0.0)
    if re.fullmatch(r"\d+([.,]\d+)?", possible.strip()) and float(possible.replace(",", ".")) < most:
        return [f"points possible are {possible.strip()} in this column, and the marks go to {number(most)}"]
    return []
