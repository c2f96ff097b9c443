"""A term: ten submissions, late, resubmitted and broken ones among them; every figure is the same everywhere."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timezone

import nbformat
import pytest
from nbgrader.plugins import CsvExportPlugin, LateSubmissionPlugin
from traitlets.config import Config

from autograder.course.gradebook import cell_scores, marks_of_gradebook, write_marks
from autograder.exports.canvas import canvas_csv
from autograder.exports.classroom50 import classroom50_result
from autograder.exports.gradescope import gradescope_results
from autograder.exports.junit import junit_xml
from autograder.exports.marks import Mark, marks_of, read_records
from autograder.exports.moodle import moodle_worksheet
from autograder.exports.table import marks_csv
from autograder.record import Outcome, Record
from autograder.release import ASSIGNMENT, release_notebook
from autograder.reports.class_page import class_page
from autograder.rubric import load_rubric
from tests.autograder.course.conftest import NOTEBOOKS, Course

pytestmark = pytest.mark.slow

RUBRIC = load_rubric()
NOW = datetime(2026, 5, 3, tzinfo=timezone.utc)
DUE = "2026-05-01 12:00:00 UTC"
LATE = ("dan", "eve")
PENALTY = 2.0
"""Per notebook."""
CHECKS = [entry.id for entry in RUBRIC.checks]
STUDENTS = ["ada", "bob", "cy", "dan", "eve", "fay", "gus", "hal", "ivy", "joe"]
WRITTEN = {student: float(place % 4) for place, student in enumerate(STUDENTS)}


def outcomes(place: int) -> dict[str, Outcome]:
    """Student number `place` loses that many checks."""
    return dict.fromkeys(CHECKS[: 3 * place : 3], "failed")


def answered() -> dict[str, bytes]:
    """The released notebooks with a written answer in the second."""
    texts = {name: release_notebook(name) for name in NOTEBOOKS}
    notebook = nbformat.reads(texts["2_cnn"].decode(), as_version=4)
    cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "reflection-cnn")
    cell.source += "\nThe maximum forgets the place."
    return {**texts, "2_cnn": nbformat.writes(notebook).encode()}


class TwoPoints(LateSubmissionPlugin):  # type: ignore[misc]
    """Every late notebook loses two points."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """As nbgrader asks for it."""
        return min(score, PENALTY) if total_seconds_late > 0 else None


@pytest.fixture
def term(course: Course) -> Course:
    """The course after handing in, grading, handing in again, grading again, and reading the written answers."""
    course.api.update_config(Config({"AssignLatePenalties": {"plugin_class": TwoPoints}}))
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)
    for place, student in enumerate(STUDENTS):
        day = "02" if student in LATE else "01"
        texts = answered() if student != "gus" else {**answered(), "3_glove_cnn": b"half a file {"}
        course.submit(student, texts, f"2026-05-{day} 11:00:00 UTC")
        course.outcomes[student] = outcomes(place)
        result = course.run("autograde", student)
        assert result["success"], result["log"]
    course.submit("joe", answered(), "2026-05-01 11:30:00 UTC")
    course.outcomes["joe"] = outcomes(1)
    result = course.run("autograde", "joe")
    assert result["success"], result["log"]
    with course.gradebook() as gradebook:
        for student, points in WRITTEN.items():
            grade = gradebook.find_grade("reflection-cnn", "2_cnn", ASSIGNMENT, student)
            grade.manual_score, grade.needs_manual_grade = points, False
        # A person has looked at the file that could not be read.
        unread = gradebook.find_grade("reflection-glove", "3_glove_cnn", ASSIGNMENT, "gus")
        assert unread.needs_manual_grade
        unread.manual_score, unread.needs_manual_grade = 0.0, False
        gradebook.db.commit()
    return course


def expected(record: Record) -> float:
    """What a student has to get in the end."""
    penalty = PENALTY * len(NOTEBOOKS) if record.student in LATE else 0.0
    return record.score + WRITTEN[record.student] - penalty


def test_every_figure_agrees_everywhere(term: Course) -> None:
    records = read_records(term.folder / "reports")
    totals = {record.student: expected(record) for record in records}
    assert sorted(totals) == STUDENTS and len(set(totals.values())) >= 5
    assert term.judged.count("joe") == 2 * len(NOTEBOOKS)

    marks = marks_of_gradebook(term.folder / "gradebook.db", marks_of(records))
    assert {mark.student: mark.score for mark in marks} == totals
    assert {mark.student: mark.written for mark in marks} == WRITTEN
    for record in records:
        scores = term.scores(record.student)
        for cell, points in cell_scores(record, RUBRIC).items():
            assert scores[cell][0] == points, (record.student, cell)

    assert of_nbgrader(term) == totals
    assert of_csv(marks) == totals
    assert of_canvas(marks) == totals
    assert of_moodle(marks) == totals
    for record in records:
        fields = json.loads(gradescope_results(record))
        assert fields["score"] == sum(test["score"] for test in fields["tests"]) == record.score
        assert json.loads(classroom50_result(record, {}, NOW, NOW))["score"] == record.score
        page = (term.folder / "reports" / "feedback" / f"{record.student}.html").read_text(encoding="utf-8")
        bonus = f" points: {record.score - record.bonus} of {record.max_score} and {record.bonus} bonus points"
        assert f"<b>{record.score}{bonus if record.bonus else f' of {record.max_score} points'}</b>" in page
    assert write_marks(term.folder / "gradebook.db", records) == []
    again = marks_of_gradebook(term.folder / "gradebook.db", marks_of(records))
    assert {mark.student: mark.score for mark in again} == totals
    failures = sum(check.lost for record in records for check in record.checks)
    assert junit_xml(records).count("<failure") == failures
    shown = class_page(records, RUBRIC.roles)
    assert all(f'<td class="n">{record.score} / {record.max_score}</td>' in shown for record in records)

    for student in STUDENTS:
        result = term.run("generate_feedback", student)
        assert result["success"], result["log"]
        assert "points" in term.feedback(student)


def of_nbgrader(term: Course) -> dict[str, float]:
    """Totals of nbgrader export."""
    to = term.folder / "grades.csv"
    config = Config()
    config.CsvExportPlugin.to = str(to)
    exporter = CsvExportPlugin(config=config)
    exporter.to = str(to)
    with term.gradebook() as gradebook:
        exporter.export(gradebook)
    with to.open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def of_csv(marks: list[Mark]) -> dict[str, float]:
    """Totals of our table."""
    return {row["student"]: float(row["score"]) for row in csv.DictReader(io.StringIO(marks_csv(marks)))}


def of_canvas(marks: list[Mark]) -> dict[str, float]:
    """Totals of the file for Canvas."""
    lines = [f'"{student.title()}, X",{place},{student.upper()},A' for place, student in enumerate(STUDENTS)]
    made = canvas_csv(marks, "\n".join(["Student,ID,SIS Login ID,Section", *lines]), "Text (7)")
    assert not made.unmatched and not made.unmarked
    return {row["SIS Login ID"].lower(): float(row["Text (7)"]) for row in csv.DictReader(io.StringIO(made.text))}


def of_moodle(marks: list[Mark]) -> dict[str, float]:
    """Totals of a filled German worksheet."""
    header = "ID,Name,E-Mail,Status,Bewertung,Bestwertung,Änderbar,Abgabe,Bewertet,Feedback als Kommentar"
    lines = [f"Teilnehmer/in{place},X,{student}@x.org,-,,100.00,Ja,-,-," for place, student in enumerate(STUDENTS)]
    made = moodle_worksheet(marks, "\n".join([header, *lines]))
    assert not made.unmatched and not made.unmarked
    return {row["E-Mail"].split("@")[0]: float(row["Bewertung"]) for row in csv.DictReader(io.StringIO(made.text))}
