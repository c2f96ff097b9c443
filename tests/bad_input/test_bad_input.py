"""Whatever students hand in, each gets the mark that is due or a problem that names file and remedy."""

from __future__ import annotations

import ast
import csv
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.contracts import load_contract
from autograder.judge.judge import MAX_PROBLEMS, _definitions, _limited
from autograder.record import Record, read_record
from autograder.submissions import Submission, find_submissions
from autograder.submissions.safe_name import safe_name
from tests.bad_input.gallery import STUDENTS, BadInput, gallery, hand_in, zips


def program(submission: Submission) -> tuple[str | None, list[str]]:
    """What the worker would run for pad_reference, as trees without places, and the problems."""
    found, _, problems, _ = _definitions(submission, load_contract().roles, load_contract().rubric)
    if "2_cnn" not in found or "pad_reference" in found["2_cnn"].missing:
        return None, problems
    return " ".join(sorted(ast.dump(ast.parse(piece.source)) for piece in found["2_cnn"].program)), problems


GOOD = gallery()[0]


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is run of the well-saved notebook."""
    (submission,) = find_submissions(hand_in(GOOD, tmp_path_factory.mktemp("good")))
    found = program(submission)[0]
    assert found and "full_like" in found
    return found


@pytest.mark.parametrize("given", gallery(), ids=lambda given: given.name)
def test_it_is_run_like_the_well_saved_or_its_fault_is_named(given: BadInput, expected: str, tmp_path: Path) -> None:
    (submission,) = find_submissions(hand_in(given, tmp_path))
    found, problems = program(submission)
    assert found == (expected if given.graded else None)
    own = [problem for problem in _limited(problems) if not problem.endswith("was not handed in")]
    if not given.says and not given.student:
        assert own == []
    assert not given.says or any(given.says in problem for problem in own), own
    for problem in own[: MAX_PROBLEMS - 1]:
        assert problem.endswith("."), problem
        assert ". " in problem or "; in names, " in problem, f"no remedy in {problem!r}"
    assert len("".join(own)) < 10_000


@pytest.mark.parametrize("raw", STUDENTS)
def test_any_student_id_becomes_a_name_that_says_so(raw: str, tmp_path: Path) -> None:
    (submission,) = find_submissions(hand_in(BadInput("", GOOD.files, student=raw), tmp_path))
    assert submission.student == safe_name(raw[:120])
    assert any("in names, " in problem for problem in submission.problems) == (submission.student != raw[:120])


@pytest.mark.parametrize("system", zips())
def test_zips_of_course_systems_are_run_like_the_folder(system: str, expected: str, tmp_path: Path) -> None:
    content, students = zips()[system]
    path = tmp_path / "class.zip"
    path.write_bytes(content)
    found = find_submissions(path)
    assert tuple(submission.student for submission in found) == students
    assert {program(submission)[0] for submission in found} == {expected}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs another user to ask as")
def test_what_may_not_be_read_is_a_problem_of_its_student(tmp_path: Path) -> None:
    hand_in(GOOD, tmp_path)
    hand_in(BadInput("closed", GOOD.files), tmp_path)
    hand_in(BadInput("closed-folder", GOOD.files), tmp_path)
    (tmp_path / "closed" / "text_classification" / "2_cnn.ipynb").chmod(0)
    (tmp_path / "closed-folder" / "text_classification").chmod(0)
    tmp_path.chmod(0o755)
    for above in tmp_path.parents:
        if above.stat().st_uid == os.getuid() and not above.stat().st_mode & 0o1:
            above.chmod(above.stat().st_mode | 0o11)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        # Root may read everything: ask as somebody else.
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        with os.fdopen(write, "w") as told:
            for submission in find_submissions(tmp_path):
                told.write(f"{submission.student}: {len(submission.files)} {' '.join(submission.problems)}\n")
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        closed, folder, good = told.read().splitlines()
    os.waitpid(child, 0)
    (tmp_path / "closed-folder" / "text_classification").chmod(0o755)
    assert "2_cnn.ipynb: cannot be read: Permission denied. Allow reading it." in closed
    assert "cannot be listed: Permission denied. Allow reading it." in folder
    assert good == "well-saved: 1 "


@pytest.mark.slow
def test_the_whole_gallery_in_one_class_gets_its_marks_in_report_and_table(tmp_path: Path) -> None:
    for given in gallery():
        hand_in(given, tmp_path / "submitted")
    out = tmp_path / "out"
    result = CliRunner().invoke(app, ["grade", str(tmp_path / "submitted"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        table = {row["student"]: row for row in csv.DictReader(file)}
    assert len(table) == len(gallery())
    good = _record(out, GOOD)
    assert good.score > 0
    for given in gallery():
        record = _record(out, given)
        row = table[record.student] if record.student in table else table[f"'{record.student}"]
        assert record.score == (good.score if given.graded else 0), given.name
        assert int(row["score"]) == record.score
        assert any(given.says in problem for problem in record.problems), given.name
        assert given.says in row["problems"]
        assert given.student or given.name in result.output


def _record(out: Path, given: BadInput) -> Record:
    name = safe_name(given.student[:120]) if given.student else given.name
    return read_record((out / name / "report.json").read_text(encoding="utf-8"))
