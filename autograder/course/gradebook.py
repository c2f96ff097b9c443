"""nbgrader's gradebook: marks out of it, for exporting them, and marks into it, from records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder.exports.marks import Mark, with_sum
from autograder.record import Record
from autograder.rubric import Entry, Manual, Rubric, load_rubric


def marks_of_gradebook(path: Path, marks: Sequence[Mark], assignment: str = "") -> list[Mark]:
    """The gradebook's marks: checks, written answers, extra credit and penalty together, as a person left them.

    Comments come from `marks`, with the sum in front. Whoever is in one of the two only is in the result, without a
    mark if need be.
    """
    rubric = load_rubric()
    assignment = assignment or rubric.assignment
    comments = {mark.student: mark.comment for mark in marks}
    found: dict[str, Mark] = {}
    with opened(path) as gradebook:
        most = _max_score(gradebook, assignment, rubric)
        for submission in gradebook.assignment_submissions(assignment):
            name = submission.student.id
            found[name] = with_sum(_mark(submission, name, most, comments.get(name, "")))
    for mark in marks:
        if mark.student not in found:
            found[mark.student] = Mark(mark.student, None, most, mark.comment)
    return sorted(found.values(), key=lambda mark: mark.student)


def write_marks(path: Path, records: Iterable[Record], assignment: str = "") -> list[str]:
    """Write the points of every graded cell into the gradebook; the students whom the grader failed on.

    Marks that a person gave stay. Raises ValueError when the assignment is not in the gradebook.
    """
    rubric = load_rubric()
    assignment = assignment or rubric.assignment
    failed = []
    with opened(path) as gradebook:
        _max_score(gradebook, assignment, rubric)
        for record in records:
            if not record.graded:
                failed.append(record.student)
                continue
            gradebook.update_or_create_student(record.student)
            gradebook.update_or_create_submission(assignment, record.student)
            for (notebook, cell), points in cell_scores(record, rubric).items():
                try:
                    grade = gradebook.find_grade(cell, notebook, assignment, record.student)
                except MissingEntry:
                    continue  # the course leaves this notebook out
                grade.auto_score = points
                grade.needs_manual_grade = grade.manual_score is not None
            _let_written_answers_wait(gradebook, assignment, record.student, rubric)
        gradebook.db.commit()
    return failed


def _let_written_answers_wait(gradebook: Any, assignment: str, student: str, rubric: Rubric) -> None:
    """nbgrader takes an answer for graded, with no points, that neither it nor a person has looked at."""
    for cell in rubric.manual:
        try:
            grade = gradebook.find_grade(cell.cell, cell.notebook, assignment, student)
        except MissingEntry:
            continue
        if grade.auto_score is None and grade.manual_score is None:
            grade.needs_manual_grade = True


def cell_scores(record: Record, rubric: Rubric) -> dict[tuple[str, str], int]:
    """Points by notebook and grade_id, of the cells that are graded automatically."""
    cells = {entry.id: (entry.notebook, entry.cell) for entry in rubric.checks}
    scores = dict.fromkeys(cells.values(), 0)
    for check in record.checks:
        scores[cells[check.id]] += check.points
    return scores


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The gradebook. Raises FileNotFoundError: nbgrader would make an empty one."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there; it is gradebook.db in the course's folder")
    with Gradebook(f"sqlite:///{path.resolve()}") as gradebook:
        yield gradebook


def _max_score(gradebook: Any, assignment: str, rubric: Rubric) -> float:
    """The assignment's points without the bonus."""
    try:
        found = gradebook.find_assignment(assignment)
    except MissingEntry:
        raise ValueError(
            f"the gradebook has no {assignment}; run nbgrader generate_assignment {assignment}"
        ) from None
    entries: list[Entry | Manual] = [*rubric.checks, *rubric.manual]
    bonus = {(entry.notebook, entry.cell) for entry in entries if entry.bonus}
    cells = [(book.name, cell) for book in found.notebooks for cell in book.grade_cells]
    return float(sum(cell.max_score for name, cell in cells if (name, cell.name) not in bonus))


def _mark(submission: Any, student: str, most: float, comment: str) -> Mark:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    by_hand = [grade for grade in grades if grade.auto_score is None or grade.manual_score is not None]
    waiting = any(grade.needs_manual_grade for grade in grades)
    written = None if waiting else float(sum(grade.score for grade in by_hand))
    penalty = float(submission.late_submission_penalty or 0.0)
    who = submission.student
    return Mark(
        student=student,
        name=" ".join(part for part in (who.first_name, who.last_name) if part),
        email=who.email or "",
        score=max(0.0, float(submission.score) - penalty),
        max_score=most,
        comment=comment,
        checks=float(sum(grade.score for grade in grades if grade not in by_hand)),
        written=written,
        penalty=penalty,
    )
