"""The same submission gets the same mark, whatever the order of its checks and whoever is graded beside it."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.grading import grade_class, judge_one
from autograder.judge.judge import Settings
from autograder.record import CheckResult, Record
from autograder.sandbox import strongest
from autograder.submissions import Submission
from tests.answer_bank import load_answers

pytestmark = pytest.mark.usefixtures("lasting_server")

SAME = "2_cnn: dropout made in forward"
BESIDE = ("2_cnn: short sentences not padded", "1_rnn: gru")
TRAINED = ("cnn-f1", "rnn-f1", "interpret-own-cnn")


def judge_shuffled(submission: Submission, settings: Settings) -> Record:
    """Judge with the order of checks shuffled by the number at the end of the student's name."""
    seed = int(submission.student.rsplit(" ", 1)[-1])
    return judge_one(submission, dataclasses.replace(settings, shuffle=seed))


def marks(times: int, checks: tuple[str, ...]) -> list[tuple[CheckResult, ...]]:
    """What the same submission gets, so many times, among others."""
    answers = {answer.name: answer.submission for answer in load_answers()}
    handed_in = []
    for number in range(times):
        name = SAME if number % 2 else BESIDE[number // 2 % len(BESIDE)]
        handed_in += [
            dataclasses.replace(answers[SAME], student=f"same {number}"),
            *([dataclasses.replace(answers[name], student=f"other {number}")] if name != SAME else []),
        ]
    records = grade_class(handed_in, Settings(level=strongest(), checks=checks), 2, judge_shuffled)
    return [record.checks for record in records if record.student.startswith("same")]


def asked(training: bool) -> tuple[str, ...]:
    """Checks of notebook 2, with or without those that need a trained network."""
    answer = next(answer for answer in load_answers() if answer.name == SAME)
    return tuple(name for name in answer.checks if training or name not in TRAINED)


def test_three_gradings_in_shuffled_order_give_the_same_results() -> None:
    first, *others = marks(3, asked(training=False))
    assert len(others) == 2
    assert all(other == first for other in others)
    assert {check.id for check in first if check.outcome == "failed"} == {"cnn-dropout"}


@pytest.mark.slow
def test_twenty_gradings_with_training_give_the_same_results() -> None:
    first, *others = marks(20, asked(training=True))
    assert len(others) == 19
    assert all(other == first for other in others)
