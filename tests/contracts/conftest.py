"""Grades notebooks by a contract with the real graders and workers, on data so small that training takes no time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.judge import judge
from autograder.judge.judge import Settings, judge_submission
from autograder.judge.workers import Workers
from autograder.record import Record
from autograder.submissions import Submission, SubmittedFile
from tests.autograder.judge.conftest import tiny_data, tiny_few, tiny_thresholds

NOTEBOOKS = Path(__file__).parent / "notebooks"
Grade = Callable[..., Record]


def notebook_source(name: str) -> str:
    """The source of an example notebook."""
    return (NOTEBOOKS / f"{name}.py").read_text(encoding="utf-8")


@pytest.fixture
def grade(monkeypatch: pytest.MonkeyPatch, workers: Workers) -> Grade:
    """Grades the source of one notebook, under any file name."""
    monkeypatch.setattr(judge, "load_hidden", lambda data, path: tiny_data())
    monkeypatch.setattr(judge, "load_thresholds", lambda data: tiny_thresholds())
    monkeypatch.setattr(judge, "load_few", tiny_few)

    def graded(source: str, contract: str = "original") -> Record:
        submission = Submission("ada", (SubmittedFile("my homework.py", source.encode()),), ())
        return judge_submission(submission, Settings(contract=contract), workers)

    return graded
