"""Moodle: fills the worksheet that the teacher downloaded, in whatever language its headers are."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.exports.marks import Mark, number
from autograder.exports.matching import Person, Roster
from autograder.exports.sheet import Row, Sheet, SheetError, parse_sheet, twice
from autograder.reports.grades import defused

GRADE, MAXIMUM, FEEDBACK = "Grade", "Maximum Grade", "Feedback comments"
PARTICIPANT = re.compile(r"(\D*)(\d+)")
"""The word for a participant, in the language of the worksheet, and the number in the names of what was handed in."""
DATE = re.compile(r"-|.*\d.*\d\d:\d\d.*|.*\b(19|20)\d\d\b.*", re.DOTALL)
"""What Moodle writes into columns of times."""


@dataclass(frozen=True)
class Columns:
    """Places of the columns that are filled or read."""

    grade: int
    maximum: int | None
    feedback: int | None


@dataclass(frozen=True)
class MoodleWorksheet:
    """The filled worksheet, and who is not in it."""

    text: str
    unmatched: tuple[str, ...]
    """A sentence about every student with a mark whom no row fits, or not one alone."""
    unmarked: tuple[str, ...]
    """First cells of rows without a mark; they stay as they were."""
    notes: tuple[str, ...]
    """What the teacher should know before uploading it, one sentence each."""


def moodle_worksheet(
    marks: Sequence[Mark],
    worksheet: str,
    grade_column: str = "",
    feedback_column: str = "",
    *,
    name: str = "the worksheet",
    groups: bool = False,
) -> MoodleWorksheet:
    """The teacher's worksheet with grades and feedback filled in; all other cells stay as they are.

    Students are found by all that stands left of the grade (see `Roster`; so `groups`): the participant's number,
    full name, address, the part of it before @, id number. Comments are HTML in Moodle, so their text is escaped.
    Raises SheetError when the columns cannot be told, or when a mark can be larger than the worksheet's maximum.
    """
    sheet = parse_sheet(worksheet, name)
    if not sheet.rows:
        raise SheetError(f"{name} has no students; download the worksheet from the assignment and give that file")
    columns = _columns(sheet, grade_column, feedback_column)
    comma = columns.maximum is not None and any("," in row.cells[columns.maximum] for row in sheet.rows)
    _refuse_larger(marks, sheet, columns)
    placement = Roster(_people(sheet, columns.grade), groups=groups).place(marks)
    for place, mark in placement.by_row.items():
        cells = sheet.rows[place].cells
        if mark.score is not None:
            grade = number(mark.score)
            cells[columns.grade] = grade.replace(".", ",") if comma else grade
        if columns.feedback is not None:
            cells[columns.feedback] = defused(html.escape(mark.comment).replace("\n", "<br>"))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=sheet.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([sheet.header, *(row.cells for row in sheet.rows)])
    unmarked = [row.cells[0] for place, row in enumerate(sheet.rows) if place not in placement.by_row]
    unmarked += [f"{mark.student} (not graded)" for mark in placement.by_row.values() if mark.score is None]
    no_feedback = "no column for feedback was found, so comments are left out; name it with --feedback-column"
    notes = () if columns.feedback is not None else (no_feedback,)
    byte_order_mark = "\ufeff" if worksheet.startswith("\ufeff") else ""
    return MoodleWorksheet(byte_order_mark + text.getvalue(), placement.unmatched, tuple(unmarked), notes)


def _columns(sheet: Sheet, grade: str, feedback: str) -> Columns:
    """By the given names, by the English ones, else by what stands in them. Raises SheetError."""
    header, rows = sheet.header, [row.cells for row in sheet.rows]
    for column in (grade, feedback):
        if column and column not in header:
            raise SheetError(f"{sheet.name} has no column {column!r}; it has {', '.join(header)}")
    for column in sorted({grade or GRADE, MAXIMUM, feedback or FEEDBACK} & set(twice(header))):
        raise SheetError(f"{sheet.name} has the column {column!r} more than once; download the worksheet again")
    maximum = header.index(MAXIMUM) if MAXIMUM in header else _maximum(rows, len(header))
    if grade or GRADE in header:
        grade_place = header.index(grade or GRADE)
    elif maximum is not None:
        grade_place = maximum - 1  # Moodle writes the maximum right of the grade
    else:
        raise SheetError(
            f"{sheet.name}: which column is the grade? Name it with --grade-column; there are {', '.join(header)}. "
            "If this is no grading worksheet, switch on offline grading worksheets in the assignment's settings"
        )
    if feedback or FEEDBACK in header:
        return Columns(grade_place, maximum, header.index(feedback or FEEDBACK))
    # Feedback comes last, after the two dates; without it the last column is the date of the grade.
    last = len(header) - 1
    comes_last = maximum is not None and last - maximum >= 4 and not any(DATE.fullmatch(row[last]) for row in rows)
    return Columns(grade_place, maximum, last if comes_last else None)


def _maximum(rows: list[list[str]], width: int) -> int | None:
    """The column whose cells all hold the same positive number, right of one with numbers or nothing."""
    for place in range(2, width):
        values = {row[place].strip() for row in rows}
        before = [row[place - 1].strip() for row in rows]
        if (
            len(values) == 1
            and (_number(values.pop()) or 0) > 0
            and all(not v or v == "-" or _number(v) is not None for v in before)
        ):
            return place
    return None


def _number(text: str) -> float | None:
    """A number with a decimal point or comma."""
    return float(text.replace(",", ".")) if re.fullmatch(r"\d+([.,]\d+)?", text) else None


def _refuse_larger(marks: Sequence[Mark], sheet: Sheet, columns: Columns) -> None:
    if columns.maximum is None or not marks:
        return
    possible = max(mark.max_score for mark in marks)
    for row in sheet.rows:
        allowed = _number(row.cells[columns.maximum].strip())
        if allowed is not None and possible > allowed:
            raise SheetError(
                f"the worksheet's maximum grade is {number(allowed)}, the marks go to {number(possible)}; "
                "set the maximum in Moodle and download the worksheet again"
            )


def _people(sheet: Sheet, grade: int) -> list[Person]:
    """Who the rows are about, by what stands left of the grade and differs from row to row."""
    telling = [place for place in range(grade) if _telling([row.cells[place].strip() for row in sheet.rows])]
    parts = [PARTICIPANT.fullmatch(row.cells[0].strip()) for row in sheet.rows]
    one_word = len({part and part[1].casefold() for part in parts}) == 1
    return [
        _person(sheet, row, telling, part if one_word else None) for row, part in zip(sheet.rows, parts, strict=True)
    ]


def _person(sheet: Sheet, row: Row, telling: list[int], part: re.Match[str] | None) -> Person:
    """`telling` are the columns that say who somebody is, `part` the word and the number of the first cell."""
    cells = {place: row.cells[place].strip() for place in {0, *telling}}
    ids = {sheet.header[place]: cell for place, cell in cells.items() if place != 1 or "@" in cell}
    name = "" if "@" in cells.get(1, "@") else cells[1]
    addresses = tuple(cell for cell in ids.values() if "@" in cell)
    return Person(row.line, ids, name, part[2] if part else "", part[1].strip() if part else "", addresses)


def _telling(values: list[str]) -> bool:
    """Whether a column tells people apart, as names and numbers do and a status does not."""
    filled = [value for value in values if value]
    return 2 * len(set(filled)) > len(filled)
