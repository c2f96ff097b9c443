"""One submission may use so much time and memory in all, whatever takes it; the class goes on."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable

import pytest

from autograder import judges
from autograder.budget import BUDGETS, Budget, Clock
from autograder.grading import failed_record, grade_class
from autograder.judge.judge import FoundOut, Settings
from autograder.judge.unfinished import _nothing
from autograder.judges import JudgedPart
from autograder.record import Record
from autograder.submissions import Submission
from autograder.watched import Account, Task

pytestmark = pytest.mark.usefixtures("lasting_server")

QUICK = Budget(wall_s=1.0, processor_s=1.0, memory_bytes=200 * 2**20, grace_s=0.5)
PATIENT = Budget(wall_s=100.0, memory_bytes=200 * 2**20)
NAMES = ("a", "greedy", "b", "c")


def looping(submission: Submission, settings: Settings) -> Record:
    """A judge that loses itself in one student's work, in C code that no signal of Python's interrupts."""
    if submission.student == "greedy":
        re.match(r"(a|a)*$", "a" * 60 + "b")
    return failed_record(submission, settings, "marked")


def sleeping(submission: Submission, settings: Settings) -> Record:
    """A judge that waits for ever and uses no processor time."""
    if submission.student == "greedy":
        time.sleep(600)
    return failed_record(submission, settings, "marked")


def filling(submission: Submission, settings: Settings) -> Record:
    """A judge that takes ever more memory."""
    kept = []
    while submission.student == "greedy":
        kept.append(b"x" * 2**24)
        time.sleep(0.02)
    return failed_record(submission, settings, "marked")


@pytest.mark.parametrize(
    ("judge", "budget", "outcome"),
    [(looping, QUICK, "timeout"), (sleeping, QUICK, "timeout"), (filling, PATIENT, "memory")],
)
def test_a_judge_over_budget_is_ended_from_outside_and_the_class_goes_on(
    judge: Callable[[Submission, Settings], Record], budget: Budget, outcome: str
) -> None:
    submissions = [Submission(name, (), ()) for name in NAMES]
    begun = time.monotonic()
    records = {record.student: record for record in grade_class(submissions, Settings(budget=budget), 2, judge)}
    assert time.monotonic() - begun < 60
    assert {check.outcome for check in records["greedy"].checks} == {outcome}
    assert records["greedy"].score == 0
    assert all(records[name].problems[-1] == "marked" for name in NAMES if name != "greedy")


def telling(submission: Submission, settings: Settings, part: str | None) -> JudgedPart:
    """A judge that has answered two checks when it loses itself."""
    nothing = _nothing(submission, settings, part)
    (first, *others) = nothing.results
    answered = [dataclasses.replace(check, outcome="passed", points=check.max_points) for check in first.checks[:2]]
    first = dataclasses.replace(first, checks=(*answered, *first.checks[2:]))
    assert judges._told is not None
    judges._told(FoundOut((), (first, *others), 0.0, 0.0))
    time.sleep(600)
    raise AssertionError


def test_checks_that_were_answered_keep_their_results(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges, "_find_out", telling)
    (record,) = grade_class([Submission("a", (), ())], Settings(budget=QUICK), 1)
    assert [check.outcome for check in record.checks[:3]] == ["passed", "passed", "timeout"]
    assert {check.outcome for check in record.checks[2:]} == {"timeout"}
    assert record.score == sum(check.max_points for check in record.checks[:2]) > 0
    assert not record.lasting
    assert "longer than 1.5 s" in record.problems[-1]


def test_parts_of_a_submission_draw_from_one_budget() -> None:
    account = Account(Budget(wall_s=100.0, grace_s=0.0))
    tasks = [Task((print, ()), account, print, print) for _ in range(3)]
    for task in tasks:
        task.begin()
        task.begun -= 30
    assert account.exceeded is None
    tasks[0].stop()
    tasks[1].begun -= 20
    assert account.exceeded is not None
    assert account.exceeded[0] == "timeout"


def test_processor_time_counts_as_well() -> None:
    clock = Clock(Budget(wall_s=100, processor_s=5))
    assert clock.left > 90
    clock.workers_s = 5.5
    assert clock.spent


def test_the_worst_case_is_five_minutes() -> None:
    budget = BUDGETS["mini"]
    assert budget.wall_s + budget.grace_s < 5 * 60
    assert budget.processor_s + budget.grace_s < 5 * 60
