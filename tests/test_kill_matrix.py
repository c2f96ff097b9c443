"""Right and wrong answers are graded as they say, and the program that grades them notices when they are not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.grading import failed_record
from autograder.judge.hidden_data import HIDDEN, read_reviews
from autograder.judge.judge import Settings
from autograder.record import CheckResult, Outcome
from autograder.rubric import load_rubric
from autograder.sandbox import strongest
from tests.answer_bank import NOTEBOOKS, Answer, load_answers
from tests.kept_records import KeptRecords
from tests.kill_matrix import KEPT, PAGE, Verdict, judge_answers, matrix_page, without_training
from tests.secrets_in_text import told_secrets

pytestmark = pytest.mark.usefixtures("lasting_server")

FEW = [
    "1_rnn: weights in a file",
    "1_rnn: dropout made in forward",
    "2_cnn: lazy layers",
    "2_cnn: baseline of fixed length",
    "3_glove_cnn: shared memory",
]


def answer(name: str) -> Answer:
    """The answer of that name."""
    return next(answer for answer in load_answers() if answer.name == name)


def verdict(outcomes: dict[str, Outcome], name: str = "2_cnn: stride 2", message: str = "") -> Verdict:
    """A verdict on an answer: every check has passed but those named."""
    asked = answer(name)
    points = {entry.id: entry.points for entry in load_rubric().checks}
    checks = [
        CheckResult(
            id=check,
            title="",
            role="cnn",
            points=points[check] if check not in outcomes else 0,
            max_points=points[check],
            outcome=outcomes.get(check, "passed"),
            message=message if check in outcomes else "",
            hint="",
            visibility="public",
        )
        for check in asked.checks
    ]
    return Verdict(asked, tuple(checks))


def test_there_are_enough_answers_and_every_check_has_a_mutant_to_catch() -> None:
    answers = load_answers()
    assert sum(answer.is_variant for answer in answers) - len(NOTEBOOKS) >= 20
    assert sum(not answer.is_variant for answer in answers) >= 60
    caught = frozenset().union(*(answer.fails for answer in answers))
    uncaught = {entry.id for entry in load_rubric().checks} - caught
    assert not uncaught


def test_what_was_graded_is_kept_for_the_same_answer_and_checks_only(tmp_path: Path) -> None:
    settings = Settings(level=strongest())
    kept, asked = KeptRecords(tmp_path, settings), answer("2_cnn: stride 2")
    failed = failed_record(asked.submission, settings, "the judge died")
    kept.keep(asked, failed)
    assert kept.find(asked) is None
    record = dataclasses.replace(failed, checks=())
    kept.keep(asked, record)
    assert KeptRecords(tmp_path, settings).find(asked) == record
    assert kept.find(without_training(asked)) is None
    assert kept.find(dataclasses.replace(asked, cells=(*asked.cells, "x = 1"))) is None
    assert [found.checks for found in judge_answers([asked], folder=tmp_path)] == [()]


def test_a_mutant_that_loses_what_it_names_is_as_it_should_be() -> None:
    assert verdict({"cnn-computes": "failed"}).faults == []


@pytest.mark.parametrize(
    ("outcomes", "fault"),
    [
        ({}, "survived: cnn-computes"),
        ({"cnn-computes": "failed", "cnn-shapes": "failed"}, "failed unasked: cnn-shapes"),
        ({"cnn-computes": "failed", "cnn-f1": "skipped"}, "not checked: cnn-f1"),
        ({"cnn-computes": "skipped"}, "survived: cnn-computes"),
    ],
)
def test_a_mutant_that_loses_anything_else_is_a_fault(outcomes: dict[str, Outcome], fault: str) -> None:
    assert verdict(outcomes).faults == [fault]


def test_messages_are_counted_by_the_cause_that_they_name() -> None:
    found = verdict({"cnn-computes": "failed", "cnn-shapes": "failed", "cnn-head": "failed"})
    causes = {"cnn-computes": "stride", "cnn-shapes": "", "cnn-head": "another"}
    checks = tuple(dataclasses.replace(check, cause=causes.get(check.id, "")) for check in found.checks)
    found = Verdict(dataclasses.replace(found.answer, causes=frozenset({"stride"})), checks)
    assert found.named == causes
    assert found.mistaken == {"cnn-head": "another"}
    page = matrix_page([found])
    assert "| the true cause | 1 | 33.3% |" in page
    assert "| cnn-head | stride | another |" in page


def test_a_message_that_shows_the_solution_is_a_fault() -> None:
    told = "next  return self.linear(self.dropout( torch.cat(pooled, dim=1)))".replace("( t", "(t")
    assert verdict({"cnn-computes": "failed"}, message=told).faults


def test_hidden_reviews_are_found_in_a_message_and_public_words_are_not() -> None:
    review = read_reviews(HIDDEN / "mini" / "test.csv")[7].text
    assert told_secrets(f"got  {review[:80]}")
    assert not told_secrets("expected  a logit for every review, not one for every token of the batch")


def test_a_few_answers_are_graded_as_they_say() -> None:
    few = [without_training(answer(name)) for name in FEW]
    faults = {found.answer.name: found.faults for found in judge_answers(few)}
    assert faults == {name: [] for name in FEW}


@pytest.mark.slow
def test_all_answers_are_graded_as_they_say_and_the_page_says_so() -> None:
    answers = load_answers()
    verdicts = sorted(judge_answers(answers, folder=KEPT), key=lambda found: answers.index(found.answer))
    assert {found.answer.name: found.faults for found in verdicts if found.faults} == {}
    assert matrix_page(verdicts) == PAGE.read_text(encoding="utf-8"), "stale: run make mutants"


def test_without_training_nothing_is_asked_of_trained_networks() -> None:
    asked = answer("2_cnn: stride 2")
    left = without_training(dataclasses.replace(asked, fails=frozenset({"cnn-f1", "cnn-computes"})))
    assert "cnn-f1" not in left.checks
    assert left.fails == {"cnn-computes"}
