"""A submission whose notebooks several judges have at once gets the record that one judge gives it."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest

from autograder import judges
from autograder.grading import grade_class
from autograder.judge.client import Worker
from autograder.judge.judge import FoundOut, Settings, judge_submission
from autograder.judge.workers import Workers
from autograder.judges import JudgedPart, LocalJudges
from autograder.record import Record
from autograder.sandbox import strongest
from autograder.submissions import Submission, SubmittedFile

pytestmark = pytest.mark.usefixtures("lasting_server")

EMBEDDING = """import torch
print("from the first")
def f1_on(model, batches):
    print("50 %", end="\\r")
    return 0.5
"""
REFERENCE = """import torch
def pad_reference(ids, pad_idx):
    print("one", end="\\r")
    return torch.full_like(ids, pad_idx)
"""
MATRIX = "def embedding_matrix(vocabulary, vectors):\n    print('two')\n    return vectors.matrix\n"
BROKEN = "def ("
PARTS = ("1_rnn", "2_cnn", "3_glove_cnn", "4_transformer")


def notebook(*cells: str) -> bytes:
    """A notebook of these code cells."""
    made: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": c} for c in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def written_by(student: str) -> Submission:
    """Work in three notebooks that prints, and cells that do not parse."""
    files = {"1_rnn": (EMBEDDING, BROKEN), "2_cnn": (REFERENCE,), "3_glove_cnn": (BROKEN, MATRIX, f"# {student}")}
    given = (SubmittedFile(f"{name}.ipynb", notebook(*cells)) for name, cells in files.items())
    return Submission(student, tuple(given), ())


@pytest.fixture
def parts_asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Student and part of everything that is handed out in parts."""
    asked: list[tuple[str, str]] = []
    submit = LocalJudges.submit_part

    def noted(self: LocalJudges, submission: Submission, part: str) -> object:
        asked.append((submission.student, part))
        return submit(self, submission, part)

    monkeypatch.setattr(LocalJudges, "submit_part", noted)
    return asked


def graded(students: str, workers: int, settings: Settings | None = None) -> dict[str, Record]:
    """The records of these students but for the timings."""
    records = grade_class(
        [written_by(student) for student in students], settings or Settings(level=strongest()), workers
    )
    return {record.student: dataclasses.replace(record, seconds={}) for record in records}


def test_parts_that_are_judged_apart_make_the_same_record(tmp_path: Path, parts_asked: list[tuple[str, str]]) -> None:
    whole = graded("a", 1)
    assert parts_asked == []
    assert graded("a", 2, Settings(level=strongest(), store=tmp_path)) == whole
    assert parts_asked == [("a", part) for part in PARTS]
    record = whole["a"]
    assert record.score > 0
    assert len(record.problems) == 2
    assert "one" in record.printed
    # The store has the parts as if one judge had found them out.
    assert graded("a", 1, Settings(level=strongest(), store=tmp_path)) == whole


def test_the_first_and_the_last_of_a_class_are_judged_by_all(parts_asked: list[tuple[str, str]]) -> None:
    assert sorted(graded("abcd", 2)) == list("abcd")
    assert parts_asked == [(student, part) for student in "ad" for part in PARTS]


def dying(submission: Submission, settings: Settings, part: str) -> JudgedPart:
    """A judge that dies of one part and finds nothing out about the others."""
    if part == "3_glove_cnn":
        os._exit(9)
    return FoundOut((), (), 0.0, 0.0), {}


def test_a_judge_that_dies_of_a_part_costs_no_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = graded("abc", 1)
    monkeypatch.setattr(judges, "judge_part", dying)
    assert graded("abc", 2) == whole


def failing(submission: Submission, settings: Settings, part: str) -> JudgedPart:
    """A judge with a fault of its own."""
    raise ZeroDivisionError("a fault")


def test_a_fault_in_a_part_is_a_fault_of_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "judge_part", failing)
    (record,) = graded("a", 2).values()
    assert not record.graded
    assert record.problems[-1] == "the grader failed: ZeroDivisionError: a fault"


def test_a_worker_ends_with_the_checks_about_its_notebook(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    live: set[int] = set()
    most = []
    take, close = Workers.take, Worker.close

    def taken(self: Workers) -> Worker:
        worker = take(self)
        live.add(id(worker))
        most.append(len(live))
        return worker

    def closed(self: Worker) -> None:
        live.discard(id(self))
        close(self)

    monkeypatch.setattr(Workers, "take", taken)
    monkeypatch.setattr(Worker, "close", closed)
    judge_submission(written_by("a"), Settings(level=workers.level), workers)
    assert len(most) >= 3
    assert max(most) == 1
