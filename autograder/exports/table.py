"""Marks as a plain CSV table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from autograder.exports.marks import Mark, number
from autograder.reports.grades import defused

COLUMNS = ("student", "score", "max_score", "checks", "written", "penalty", "comment")


def marks_csv(marks: Iterable[Mark]) -> str:
    """One row a student, by student; texts are quoted and no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for mark in sorted(marks, key=lambda mark: mark.student):
        numbers = [mark.score, mark.max_score, mark.checks, mark.written, mark.penalty]
        writer.writerow([defused(mark.student), *map(number, numbers), defused(mark.comment)])
    return text.getvalue()
