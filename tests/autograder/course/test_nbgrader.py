"""nbgrader in a course of the kit: marks, messages, broken files, regrading, penalties, and what stays hidden."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from traitlets.config import Config
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.course import judge_cells
from autograder.course.gradebook import cell_scores, marks_of_gradebook, write_marks
from autograder.exports.marks import marks_of
from autograder.record import read_record
from autograder.release import ASSIGNMENT, release_notebook
from autograder.release.leaks import hidden_lines
from autograder.release.source import read_source
from autograder.rubric import load_rubric
from autograder.sandbox import Level
from tests.autograder.course.conftest import NOTEBOOKS, Course, api_of
from tests.records import record

pytestmark = pytest.mark.slow

RUBRIC = load_rubric()
MANUAL = {(cell.notebook, cell.cell) for cell in RUBRIC.manual}
LOST = {"cnn-f1": "failed", "rnn-shapes": "timeout", "glove-f1": "skipped"}


def test_the_release_is_what_students_get_from_the_kit(course: Course) -> None:
    for name in NOTEBOOKS:
        made = nbformat.read(course.folder / "release" / ASSIGNMENT / f"{name}.ipynb", as_version=4)
        wanted = nbformat.reads(release_notebook(name).decode(), as_version=4)
        assert [(cell.source, cell.metadata) for cell in made.cells] == [
            (cell.source, cell.metadata) for cell in wanted.cells
        ]


def test_every_graded_cell_gets_the_points_that_the_record_gives(course: Course) -> None:
    course.submit("ada")
    course.outcomes["ada"] = LOST  # type: ignore[assignment]
    result = course.run("autograde", "ada")
    assert result["success"], result["log"]
    scores = course.scores("ada")
    expected = cell_scores(record("ada", LOST), RUBRIC)  # type: ignore[arg-type]
    assert {cell: score for cell, (score, _) in scores.items() if cell not in MANUAL} == expected
    written = read_record((course.folder / "reports" / "ada" / "report.json").read_text(encoding="utf-8"))
    assert cell_scores(written, RUBRIC) == expected
    assert (course.folder / "reports" / "feedback" / "ada.html").is_file()


def test_written_answers_are_left_to_a_person_and_unchanged_ones_give_nothing(course: Course) -> None:
    notebook = nbformat.reads(release_notebook("2_cnn").decode(), as_version=4)
    cell = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "reflection-cnn")
    cell.source += "\nBecause of the maximum."
    texts = {name: release_notebook(name) for name in NOTEBOOKS}
    course.submit("ada", {**texts, "2_cnn": nbformat.writes(notebook).encode()})
    course.run("autograde", "ada")
    scores = course.scores("ada")
    assert scores[("2_cnn", "reflection-cnn")] == (None, True)
    assert scores[("1_rnn", "reflection-rnn")] == (0.0, False)


def test_feedback_holds_our_messages_and_nothing_hidden(course: Course) -> None:
    course.submit("ada")
    course.outcomes["ada"] = {"cnn-f1": "failed", "rnn-f1": "failed"}
    course.run("autograde", "ada")
    result = course.run("generate_feedback", "ada")
    assert result["success"], result["log"]
    shown = course.feedback("ada")
    assert "failed: cnn-f1 (0 of 3)" in shown and "too low" in shown
    assert "a secret review" not in shown
    public = {line for name in NOTEBOOKS for line in release_notebook(name).decode().split('"')}
    hidden = {line.text for name in NOTEBOOKS for line in hidden_lines(read_source(name))[0] if len(line.text) > 20}
    assert hidden and not [text for text in hidden - public if text in shown]
    assert "HIDDEN TESTS" not in shown


def test_a_notebook_that_cannot_be_read_costs_only_its_own_marks(course: Course) -> None:
    texts = {name: release_notebook(name) for name in NOTEBOOKS}
    course.submit("ada", {**texts, "2_cnn": b"not json at all"})
    course.outcomes["ada"] = {entry.id: "skipped" for entry in RUBRIC.checks if entry.notebook == "2_cnn"}
    result = course.run("autograde", "ada")
    assert result["success"], result["log"]
    scores = course.scores("ada")
    assert scores[("2_cnn", "cnn-layers")] == (0.0, False)
    assert scores[("1_rnn", "rnn-layers")][0] == RUBRIC.cell_points("1_rnn")["rnn-layers"]
    assert scores[("2_cnn", "reflection-cnn")] == (None, True), "a person has to look at the file"
    kept = (course.folder / "autograded" / "ada" / ASSIGNMENT / "2_cnn.ipynb").read_text(encoding="utf-8")
    assert "could not be read" in kept


def test_a_test_cell_that_a_student_deleted_still_counts(course: Course) -> None:
    notebook = nbformat.reads(release_notebook("1_rnn").decode(), as_version=4)
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "rnn-layers"]
    course.submit("ada", {"1_rnn": nbformat.writes(notebook).encode()})
    course.run("autograde", "ada")
    assert course.scores("ada")[("1_rnn", "rnn-layers")][0] == RUBRIC.cell_points("1_rnn")["rnn-layers"]


def test_an_answer_waits_though_a_cell_was_copied_and_widgets_have_no_state(course: Course) -> None:
    notebook = nbformat.reads(release_notebook("2_cnn").decode(), as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    cells["reflection-cnn"].source += "\nBecause of the maximum."
    notebook.cells.insert(1, nbformat.from_dict({**cells["pad-reference"], "id": "copy"}))
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"a": {"model_name": "HBoxModel"}}}
    course.submit("ada", {"2_cnn": b"\xef\xbb\xbf" + nbformat.writes(notebook).encode()})
    result = course.run("autograde", "ada")
    assert result["success"], result["log"]
    assert course.scores("ada")[("2_cnn", "reflection-cnn")] == (None, True)
    assert course.scores("ada")[("2_cnn", "pad-reference")][0] == RUBRIC.cell_points("2_cnn")["pad-reference"]
    result = course.run("generate_feedback", "ada")
    assert result["success"], result["log"]
    assert "Because of the maximum." in course.feedback("ada")


def test_pipes_and_links_block_nothing_and_are_not_copied(course: Course) -> None:
    course.submit("ada", {"1_rnn": release_notebook("1_rnn")})
    submitted = course.folder / "submitted" / "ada" / ASSIGNMENT
    os.mkfifo(submitted / "2_cnn.ipynb")
    os.mkfifo(submitted / "pipe")
    (submitted / "endless.csv").symlink_to("/dev/zero")
    (submitted / "[a]*.txt").symlink_to(course.folder / "nbgrader_config.py")
    (submitted / "gone").symlink_to("/nowhere")
    result = course.run("autograde", "ada")
    assert result["success"], result["log"]
    assert sorted(path.name for path in (course.folder / "autograded" / "ada" / ASSIGNMENT).iterdir()) == [
        "1_rnn.ipynb", "2_cnn.ipynb",
    ]  # fmt: skip
    course.submit("bob")
    os.mkfifo(course.folder / "submitted" / "bob" / ASSIGNMENT / "timestamp.txt")
    assert "is left out" in course.run("autograde", "bob")["log"]


def test_a_fault_of_the_grader_gives_no_zero_but_an_error(course: Course) -> None:
    course.submit("ada")
    course.outcomes["ada"] = {"cnn-f1": "error"}
    result = course.run("autograde", "ada")
    assert not result["success"] and "the grader failed" in result["log"]
    assert not (course.folder / "autograded" / "ada").exists() or not list(
        (course.folder / "autograded" / "ada").rglob("*.ipynb")
    )


def test_the_late_penalty_of_the_documentation_is_taken_off(course: Course) -> None:
    page = (Path(__file__).parents[3] / "docs" / "exports" / "nbgrader.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    settings = course.folder / "nbgrader_config.py"
    settings.write_text(settings.read_text(encoding="utf-8") + snippet, encoding="utf-8")
    course.api = api_of(course.folder)
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate="2026-05-01 12:00:00 UTC")
    for student, time in (("ada", "2026-05-02 13:00:00 UTC"), ("bob", "2026-05-01 11:59:00 UTC")):
        course.submit(student, timestamp=time)
        assert course.run("autograde", student)["success"]
    full = record("ada").score
    found = {mark.student: mark for mark in marks_of_gradebook(course.folder / "gradebook.db", [])}
    assert (found["bob"].penalty, found["bob"].score) == (0, full)
    assert found["ada"].penalty == pytest.approx(0.2 * full) and found["ada"].score == pytest.approx(0.8 * full)


def test_nothing_is_graded_below_the_sandbox_floor(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_cells, "strongest", lambda: Level.PROCESS)
    course.submit("ada")
    course.api.update_config(Config({"JudgeCells": {"sandbox_floor": "bubblewrap"}}))
    result = course.run("autograde", "ada")
    assert not result["success"] and "only process works: see autograder doctor" in result["log"]
    assert course.judged == []


def test_regrading_keeps_what_a_person_gave_and_asks_to_look_again(course: Course) -> None:
    course.submit("ada")
    course.outcomes["ada"] = {"cnn-kernel-sizes": "failed"}
    course.run("autograde", "ada")
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("cnn-layers", "2_cnn", ASSIGNMENT, "ada")
        grade.manual_score = 5
        gradebook.db.commit()
    course.outcomes["ada"] = {}
    course.run("autograde", "ada", force=True)
    assert course.scores("ada")[("2_cnn", "cnn-layers")] == (RUBRIC.cell_points("2_cnn")["cnn-layers"], True)
    with course.gradebook() as gradebook:
        assert gradebook.find_grade("cnn-layers", "2_cnn", ASSIGNMENT, "ada").score == 5


def test_marks_of_the_gradebook_have_written_answers_and_no_bonus_in_the_maximum(course: Course) -> None:
    course.submit("ada")
    course.run("autograde", "ada")
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("reflection-cnn", "2_cnn", ASSIGNMENT, "ada")
        grade.manual_score, grade.needs_manual_grade = 4, False
        gradebook.db.commit()
    full = record("ada")
    (mark,) = marks_of_gradebook(course.folder / "gradebook.db", marks_of([full]))
    assert (mark.score, mark.checks, mark.written) == (full.score + 4, full.score, 4)
    assert mark.max_score == full.max_score + sum(cell.points for cell in RUBRIC.manual if not cell.bonus) == 100


def test_records_can_be_written_into_the_gradebook_and_give_the_same_marks(course: Course) -> None:
    course.submit("ada")
    course.outcomes["ada"] = LOST  # type: ignore[assignment]
    course.run("autograde", "ada")
    database = course.folder / "gradebook.db"
    failed = write_marks(database, [record("bob", LOST), record("eve", {"cnn-f1": "error"})])  # type: ignore[arg-type]
    assert failed == ["eve"]
    assert {course.scores("bob")[cell] for cell in MANUAL} == {(None, True)}, "written answers wait"
    ada, bob = course.scores("ada"), course.scores("bob")
    assert {cell: ada[cell] for cell in ada if cell not in MANUAL} == {
        cell: bob[cell] for cell in bob if cell not in MANUAL
    }


def test_a_gradebook_without_the_assignment_or_no_gradebook_is_refused(course: Course, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gradebook\.db in the course's folder"):
        marks_of_gradebook(tmp_path / "nothing.db", [])
    with pytest.raises(ValueError, match="run nbgrader generate_assignment other"):
        write_marks(course.folder / "gradebook.db", [], "other")


def test_a_course_is_not_made_over_another_one(course: Course) -> None:
    result = CliRunner().invoke(app, ["course", "init", str(course.folder)])
    assert result.exit_code == 2
    assert "is there already" in result.output.replace("\n", " ")
