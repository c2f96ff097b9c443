"""Grading a class from the command line: what is written, what is said, and what a fault costs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.grading import failed_record, grade_class
from autograder.judge.judge import Settings
from autograder.record import Record, read_record
from autograder.reports.missing import ABSENT, BLANK, missing_points
from autograder.submissions import Submission

SUBMITTED = Path(__file__).parents[2] / "examples" / "submitted"
SOLVED = ("solved_conv1d", "solved_conv2d")


def grade(out: Path, *students: str, source: Path = SUBMITTED) -> tuple[int, str]:
    """Run `autograder grade` for some students of the example class; exit status and what was printed."""
    chosen = [word for student in students for word in ("--student", student)]
    result = CliRunner().invoke(app, ["grade", str(source), "--out", str(out), *chosen])
    return result.exit_code, result.output


def report(out: Path, student: str, timings: bool = True) -> dict[str, object]:
    """A written report, without its timings when told so."""
    fields: dict[str, object] = json.loads((out / student / "report.json").read_text(encoding="utf-8"))
    if not timings:
        fields.pop("seconds")
    return fields


def test_submissions_without_anything_to_run_get_a_mark_and_a_reason(tmp_path: Path) -> None:
    status, printed = grade(tmp_path, "untouched", "not_json")
    assert status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".results",
        "feedback",
        "grades.csv",
        "index.html",
        "not_json",
        "untouched",
    ]
    untouched, broken = report(tmp_path, "untouched"), report(tmp_path, "not_json")
    assert untouched["score"] == broken["score"] == 0
    assert {check["outcome"] for check in untouched["checks"]} == {"skipped"}  # type: ignore[attr-defined]
    assert broken["problems"]
    assert "not attempted" in printed
    assert "no notebook" in printed
    # What builds on a blank, or on a notebook that is not there, is called so as well.
    for student, reason in (("untouched", BLANK), ("not_json", ABSENT)):
        made = read_record((tmp_path / student / "report.json").read_text(encoding="utf-8"))
        assert [(missing.reason, missing.points) for missing in missing_points(made)] == [(reason, made.max_score)]


def test_a_notebook_that_was_not_handed_in_is_one_problem_and_its_checks_are_skipped(tmp_path: Path) -> None:
    status, printed = grade(tmp_path, "not_json")
    assert status == 0
    fields = report(tmp_path, "not_json")
    assert [problem for problem in fields["problems"] if "1_rnn" in problem] == [  # type: ignore[attr-defined]
        "1_rnn.ipynb was not handed in"
    ]
    first = [check for check in fields["checks"] if check["role"] in ("rnn", "training", "f1")]  # type: ignore[attr-defined]
    assert {check["outcome"] for check in first} == {"skipped"}
    assert "nothing to check: there is no 1_rnn.ipynb that could be read" in {check["message"] for check in first}
    assert "1_rnn.ipynb" in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "no/such/folder"], "no/such/folder"),
        (["grade", str(SUBMITTED), "--student", "nobody_here"], "nobody_here"),
    ],
)
def test_wrong_arguments_end_with_status_2_and_a_remedy(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert said in "".join(result.output.split("\n"))


def test_doctor_names_the_level_that_will_be_used() -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert "autograder grade uses" in result.output


@pytest.mark.slow
def test_the_example_class_gets_the_marks_that_its_readme_promises_twice_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert grade(first)[0] == grade(second)[0] == 0
    students = sorted(path.name for path in SUBMITTED.iterdir())
    for student in students:
        assert report(first, student, timings=False) == report(second, student, timings=False), student
    for name in ("grades.csv", "index.html"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    scores = {student: report(first, student) for student in students}
    for student, fields in scores.items():
        full = fields["score"] - fields["bonus"] == fields["max_score"]  # type: ignore[operator]
        assert full == (student in SOLVED), f"{student}: {fields}"
    outcomes = {
        student: {check["id"]: check["outcome"] for check in fields["checks"]}  # type: ignore[attr-defined]
        for student, fields in scores.items()
    }
    assert outcomes["endless_loop"]["cnn-runs"] == "timeout"
    assert outcomes["wrong_kernel_sizes"]["cnn-kernel-sizes"] == "failed"
    assert outcomes["syntax_error"]["cnn-shapes"] == "passed"
    assert outcomes["syntax_error"]["interpret-tokens"] == "failed"
    assert scores["always_equal"]["score"] == scores["untouched"]["score"] == scores["not_json"]["score"] == 0


def dying_judge(submission: Submission, settings: Settings) -> Record:
    """A judge that dies on one student and marks the others."""
    if submission.student == "deadly":
        os._exit(9)
    return failed_record(submission, settings, "marked")


def test_a_judge_that_dies_costs_one_submission_only() -> None:
    names = ["a", "b", "deadly", "c", "d"]
    submissions = [Submission(name, (), ()) for name in names]
    records = {record.student: record for record in grade_class(submissions, Settings(), 2, dying_judge)}
    assert sorted(records) == sorted(names)
    reasons = {name: found.problems[-1] for name, found in records.items()}
    assert reasons == {**dict.fromkeys(names, "marked"), "deadly": "the judge of this submission died twice"}


def sleeping_judge(submission: Submission, settings: Settings) -> Record:
    """A judge that says who it is and then takes very long."""
    Path(submission.student).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(600)
    raise AssertionError


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere judges notice it when they ask for the next submission"
)
def test_judges_end_with_a_command_that_is_killed(tmp_path: Path) -> None:
    said = tmp_path / "judge"
    command = os.fork()
    if command == 0:
        with contextlib.suppress(BaseException):
            list(grade_class([Submission(str(said), (), ())], Settings(), 1, sleeping_judge))
        os._exit(0)
    assert soon(lambda: said.exists() and said.read_text(encoding="ascii") != "")
    judge = int(said.read_text(encoding="ascii"))
    assert psutil.pid_exists(judge)
    os.kill(command, signal.SIGKILL)
    os.waitpid(command, 0)
    assert soon(lambda: not psutil.pid_exists(judge))


def soon(true: Callable[[], bool]) -> bool:
    """Whether something becomes true within a minute."""
    end = time.monotonic() + 60
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()
