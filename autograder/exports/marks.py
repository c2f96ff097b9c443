"""The mark of a student as course systems take it: one number, where it comes from, and a comment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.record import Record, read_record
from autograder.reports.message import GRADER_FAILED, shown_message

COMMENT_LIMIT = 2000


@dataclass(frozen=True)
class Mark:
    """One student's mark."""

    student: str
    score: float | None
    """What counts: checks and written answers, less the penalty; None when the grader failed or nothing is known."""
    max_score: float
    comment: str
    """What was lost, for the student to read."""
    checks: float | None = None
    written: float | None = None
    """Points for written answers; None when nobody has graded them."""
    penalty: float = 0.0
    name: str = ""
    """The student's, where nbgrader's table of students has one."""
    email: str = ""


def read_records(reports: Path) -> list[Record]:
    """The records below a folder of reports, by student.

    Raises ValueError naming the file when one is no record, FileNotFoundError with the remedy when there is none.
    """
    found = []
    for path in sorted(reports.glob("*/report.json")):
        try:
            found.append(read_record(path.read_text(encoding="utf-8")))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path}: {error}; grade this student again") from None
    if not found:
        raise FileNotFoundError(f"{reports} holds no <student>/report.json; run autograder grade, or name its --out")
    return sorted(found, key=lambda record: record.student)


def marks_of(records: Iterable[Record]) -> list[Mark]:
    """Marks from the checks alone."""
    return [
        Mark(
            student=record.student,
            score=float(record.score) if record.graded else None,
            max_score=float(record.max_score),
            comment=comment(record),
            checks=float(record.score) if record.graded else None,
        )
        for record in records
    ]


def comment(record: Record) -> str:
    """The points and what was lost, as plain text without anything hidden."""
    if not record.graded:
        return GRADER_FAILED
    lines = [reached(record), *record.problems]
    for check in record.checks:
        if check.lost:
            lines.append(f"{check.title} ({check.points} of {check.max_points}): {shown_message(check).what}")
    if skipped := len(record.unasked):
        lines.append(f"{skipped} check{'s were' if skipped > 1 else ' was'} not asked.")
    return _limited("\n".join(lines))


def reached(record: Record) -> str:
    """The points of the checks and how many there are; those on top are named, or nobody understands "97 of 90"."""
    extra = f" and {record.max_bonus} extra" if record.max_bonus else ""
    return f"{record.score} points from the checks, of {record.max_score}{extra}."


def with_sum(mark: Mark) -> Mark:
    """The mark with what it is made of in front of its comment."""
    if mark.score is None:
        return mark
    parts = [f"{number(mark.checks)} from the checks"]
    parts.append("written answers are not graded yet" if mark.written is None else f"{number(mark.written)} by hand")
    if mark.penalty:
        parts.append(f"{number(mark.penalty)} less for lateness")
    head = f"{number(mark.score)} of {number(mark.max_score)} points: {', '.join(parts)}."
    return replace(mark, comment=_limited("\n".join([head, mark.comment]).strip()))


def _limited(text: str) -> str:
    return text if len(text) <= COMMENT_LIMIT else text[: COMMENT_LIMIT - 1] + "…"


def number(value: float | None) -> str:
    """A mark without needless digits; empty when there is none."""
    return "" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
