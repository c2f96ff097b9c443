"""Moodle: fills the worksheet that the teacher downloaded, in whatever language its headers are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.exports.marks import Mark, number, place_marks, user_number
from autograder.reports.grades import defused

GRADE, MAXIMUM, FEEDBACK = "Grade", "Maximum Grade", "Feedback comments"
DELIMITERS = (",", ";", "\t")


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


def moodle_worksheet(
    marks: Sequence[Mark], worksheet: str, grade_column: str = "", feedback_column: str = ""
) -> MoodleWorksheet:
    """The teacher's worksheet with grades and feedback filled in; all other cells stay as they are.

    Students are found by the number in the folder's name, or by any cell that equals their id (e-mail, the part of it
    before @, id number, full name), whatever the case of letters. Raises ValueError when the columns cannot be told,
    or when a mark can be larger than the worksheet's maximum grade.
    """
    mark_of_order, body = ("\ufeff", worksheet[1:]) if worksheet.startswith("\ufeff") else ("", worksheet)
    first = body.splitlines()[0] if body else ""
    delimiter = max(DELIMITERS, key=lambda sign: first.count(sign))
    rows = list(csv.reader(io.StringIO(body), delimiter=delimiter))
    if len(rows) < 2:
        raise ValueError("the worksheet has no students; download it from the assignment and give that file")
    header, students = rows[0], [row for row in rows[1:] if row]
    columns = _columns(header, students, grade_column, feedback_column)
    comma = _comma(students, columns)
    _refuse_larger(marks, students, columns)
    found, unmatched = place_marks(marks, _fitting(students))
    for place, mark in found.items():
        if mark.score is not None:
            grade = number(mark.score)
            students[place][columns.grade] = grade.replace(".", ",") if comma else grade
        if columns.feedback is not None:
            students[place][columns.feedback] = defused(mark.comment.replace("\n", "<br>"))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([header, *students])
    unmarked = tuple(row[0] for place, row in enumerate(students) if place not in found)
    return MoodleWorksheet(mark_of_order + text.getvalue(), unmatched, unmarked)


def _columns(header: list[str], rows: list[list[str]], grade: str, feedback: str) -> Columns:
    """By the given names, by the English ones, else by what stands in them."""
    for name in (grade, feedback):
        if name and name not in header:
            raise ValueError(f"the worksheet has no column {name!r}; it has {', '.join(header)}")
    maximum = header.index(MAXIMUM) if MAXIMUM in header else _maximum(rows, len(header))
    if grade or GRADE in header:
        grade_place = header.index(grade or GRADE)
    elif maximum is not None:
        grade_place = maximum - 1  # Moodle writes the maximum right of the grade
    else:
        raise ValueError(f"which column is the grade? Name it with --grade-column; there are {', '.join(header)}")
    if feedback or FEEDBACK in header:
        return Columns(grade_place, maximum, header.index(feedback or FEEDBACK))
    # Feedback comes last, after the two dates; without it the last column is the date of the grade.
    last = len(header) - 1
    dates = maximum is not None and last - maximum >= 4
    return Columns(grade_place, maximum, last if dates else None)


def _maximum(rows: list[list[str]], width: int) -> int | None:
    """The column whose cells all hold the same positive number, right of one with numbers or nothing."""
    for place in range(2, width):
        values = {row[place].strip() for row in rows if len(row) > place}
        before = [row[place - 1].strip() for row in rows if len(row) > place]
        if (
            len(values) == 1
            and (_number(values.pop()) or 0) > 0
            and all(not v or _number(v) is not None for v in before)
        ):
            return place
    return None


def _number(text: str) -> float | None:
    """A number with a decimal point or comma."""
    return float(text.replace(",", ".")) if re.fullmatch(r"\d+([.,]\d+)?", text) else None


def _comma(rows: list[list[str]], columns: Columns) -> bool:
    """Whether numbers are written with a decimal comma."""
    return columns.maximum is not None and any("," in row[columns.maximum] for row in rows)


def _refuse_larger(marks: Sequence[Mark], rows: list[list[str]], columns: Columns) -> None:
    if columns.maximum is None or not marks:
        return
    allowed = _number(rows[0][columns.maximum].strip())
    possible = max(mark.max_score for mark in marks)
    if allowed is not None and possible > allowed:
        raise ValueError(
            f"the worksheet's maximum grade is {number(allowed)}, the marks go to {number(possible)}; "
            "set the maximum in Moodle and download the worksheet again"
        )


def _fitting(rows: list[list[str]]) -> Callable[[str], set[int]]:
    """Gives the places of the rows that fit a student's name."""
    known: dict[str, set[int]] = {}
    numbered: dict[str, set[int]] = {}
    for place, row in enumerate(rows):
        for cell in (text.strip().casefold() for text in row):
            known.setdefault(cell, set()).add(place)
            if "@" in cell:
                known.setdefault(cell.split("@")[0], set()).add(place)
        if numbers := re.findall(r"\d+", row[0]):
            numbered.setdefault(numbers[-1], set()).add(place)
    return lambda student: numbered.get(user_number(student) or student) or known.get(student.casefold(), set())
