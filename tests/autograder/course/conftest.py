"""A course made by the kit, with nbgrader in this process and a judge that needs no time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config.loader import PyFileConfigLoader

from autograder.course import judge_cells
from autograder.course.create import create_course
from autograder.judge.judge import Settings
from autograder.record import Outcome, Record
from autograder.release import ASSIGNMENT, release_notebook
from autograder.rubric import load_rubric
from autograder.submissions import Submission
from tests.records import record

NOTEBOOKS = sorted({entry.notebook for entry in load_rubric().checks})
HIDDEN_MESSAGE = "too low\n  input     a secret review\n  got       0.7"
Outcomes = dict[str, Outcome]


@dataclass
class Course:
    """A course folder, nbgrader on it, and what the judge will find."""

    folder: Path
    api: Any
    outcomes: dict[str, Outcomes]
    """By student."""
    judged: list[str]
    """Students in the order in which the judge was asked."""

    def submit(self, student: str, texts: Mapping[str, bytes] | None = None, timestamp: str = "") -> None:
        """Hand in all notebooks as released, or those given."""
        target = self.folder / "submitted" / student / ASSIGNMENT
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name, content in (texts or {name: release_notebook(name) for name in NOTEBOOKS}).items():
            (target / f"{name}.ipynb").write_bytes(content)
        if timestamp:
            (target / "timestamp.txt").write_text(timestamp, encoding="utf-8")

    def run(self, verb: str, student: str, **arguments: object) -> dict[str, Any]:
        """One of nbgrader's verbs for a student."""
        result: dict[str, Any] = getattr(self.api, verb)(ASSIGNMENT, student, **arguments)
        return result

    def gradebook(self) -> Any:
        """The opened gradebook."""
        return Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}")

    def scores(self, student: str) -> dict[tuple[str, str], tuple[float | None, bool]]:
        """Automatic score and whether a person has to look, by notebook and cell."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission(ASSIGNMENT, student)
            return {
                (book.name, grade.name): (grade.auto_score, grade.needs_manual_grade)
                for book in submission.notebooks
                for grade in book.grades
            }

    def feedback(self, student: str) -> str:
        """All of nbgrader's feedback for a student."""
        files = sorted((self.folder / "feedback" / student).rglob("*.html"))
        return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.fixture(scope="session")
def released_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course after generate_assignment, to be copied."""
    folder = tmp_path_factory.mktemp("course") / "course"
    create_course(folder, "course")
    result = api_of(folder).generate_assignment(ASSIGNMENT)
    assert result["success"], result["log"]
    return folder


@pytest.fixture
def course(released_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    """A fresh copy of the released course."""
    folder = tmp_path / "course"
    shutil.copytree(released_course, folder)
    made = Course(folder, api_of(folder), {}, [])
    monkeypatch.setattr(judge_cells, "judged", judge_of(made))
    yield made


def judge_of(course: Course) -> Callable[[Submission, Settings], Record]:
    """A judge that finds what the course says, and fails with `error` outcomes as the real one does."""

    def judged(submission: Submission, settings: Settings) -> Record:
        course.judged.append(submission.student)
        outcomes = course.outcomes.get(submission.student, {})
        if "error" in outcomes.values():
            raise judge_cells.NotJudged("the grader failed")
        found = record(submission.student, outcomes, message=HIDDEN_MESSAGE, problems=submission.problems)
        return replace(found, sha256=submission.sha256)

    return judged


def api_of(folder: Path) -> Any:
    """nbgrader with the settings of the course's own file."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    return NbGraderAPI(CourseDirectory(config=config), config=config)
