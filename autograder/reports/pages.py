"""All pages of a class, from its records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from autograder.record import Record
from autograder.reports.class_page import class_page
from autograder.reports.feedback import write_feedback
from autograder.reports.files import write_whole
from autograder.reports.grades import grades_csv
from autograder.rubric import Rubric


def write_pages(records: Sequence[Record], rubric: Rubric, out: Path) -> None:
    """Write OUT/index.html, OUT/grades.csv and a page for every student. The records are of one rubric."""
    write_feedback(records, rubric, out)
    write_class_pages(records, rubric, out)


def write_class_pages(records: Sequence[Record], rubric: Rubric, out: Path) -> None:
    """Write OUT/index.html and OUT/grades.csv; rows of `Rows` will do as records."""
    write_whole(out / "grades.csv", grades_csv(records, rubric.roles))
    write_whole(out / "index.html", class_page(records, rubric.roles))
