"""The table of marks as CSV: one row a student, one column a role."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from autograder.record import Record
from autograder.reports.missing import missing_points

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def grades_csv(records: Iterable[Record], roles: Sequence[str]) -> str:
    """Columns student, score, max_score, bonus, one per role, problems, lost; rows in the order of the student ids.

    The bonus is part of the score, which may exceed the maximum. `lost` explains the points up to the maximum.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["student", "score", "max_score", "bonus", *roles, "problems", "lost"])
    for record in sorted(records, key=lambda record: record.student):
        scores = [record.role_score(role) for role in roles]
        weak = () if record.sandbox == "bubblewrap" else (f"graded at the weaker sandbox level {record.sandbox}",)
        # A fault of the grader is no mark: an empty cell is noticed before it is uploaded, a zero is not.
        marks = [record.score, record.bonus, *scores] if record.graded else [""] * (2 + len(roles))
        lost = "; ".join(map(str, missing_points(record)))
        row = [record.student, marks[0], record.max_score, *marks[1:], "; ".join([*weak, *record.problems]), lost]
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue()


def defused(cell: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading = + - @ gets a quotation mark before it."""
    # Some programs take the spaces away first.
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) or cell.lstrip().startswith(FORMULA_SIGNS) else cell
