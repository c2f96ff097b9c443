"""nbgrader autograde and autograder grade, both with the real judge, give the same marks cell by cell."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.course.gradebook import cell_scores
from autograder.grading import grade_class
from autograder.judge.judge import Settings
from autograder.release import ASSIGNMENT
from autograder.rubric import load_rubric
from autograder.sandbox import strongest
from autograder.submissions import find_submissions
from tests.autograder.course.conftest import Course, api_of

pytestmark = pytest.mark.slow

SUBMITTED = Path(__file__).parents[3] / "examples" / "submitted"
STUDENT = "wrong_kernel_sizes"


def test_both_ways_of_grading_give_the_same_points_per_cell(released_course: Path, tmp_path: Path) -> None:
    folder = tmp_path / "course"
    shutil.copytree(released_course, folder)
    shutil.copytree(SUBMITTED / STUDENT, folder / "submitted" / STUDENT)
    course = Course(folder, api_of(folder), {}, [])
    result = course.run("autograde", STUDENT)
    assert result["success"], result["log"]
    (submission,) = find_submissions(SUBMITTED, assignment=ASSIGNMENT, students=[STUDENT])
    (record,) = grade_class([submission], Settings(level=strongest()), workers=1)
    expected = cell_scores(record, load_rubric())
    scores = course.scores(STUDENT)
    assert {cell: scores[cell][0] for cell in expected} == expected
    assert 0 < record.score < record.max_score
