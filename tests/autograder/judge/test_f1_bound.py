"""What a student reads about F1: the value, the line, and where right solutions lie."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from autograder.judge.border import Expected, T
from autograder.judge.checks import Note
from autograder.judge.client import Worker
from autograder.judge.f1_bound import expect_f1, train_networks
from autograder.judge.hidden_data import Encoded
from autograder.judge.remote import RemoteNetwork
from autograder.record import Measured
from autograder.thresholds import Budget, Calibration
from autograder.wire.values import Handle
from autograder.worker.printed import Printed
from autograder.worker.session import Session
from tests.autograder.judge.untrained import Untrained
from textlab.checks.failure import CheckFailed

BOUND = Budget({}, 10, 10, 1, 5, 8, f1_at_least=0.8, calibration=Calibration((0.85, 0.95), 1e-5, 1e-4, 30))
LABELS = torch.tensor([1.0] * 50 + [0.0] * 50)
REVIEWS = Encoded(torch.ones(100, 8, dtype=torch.long), torch.full((100,), 8), LABELS)


@dataclass(frozen=True)
class Task:
    """The same reviews for training and for the test."""

    train: Encoded = REVIEWS
    test: Encoded = REVIEWS
    name: str = "imdb"


class Answers(Untrained):
    """A model that finds some of the positive reviews."""

    def __init__(self, found: int) -> None:
        super().__init__()
        self.found = found

    def predict(
        self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False, device: str = "cpu"
    ) -> Tensor:
        """1 for the first reviews, −1 for the others."""
        return torch.tensor([1.0] * self.found + [-1.0] * (len(ids) - self.found))


def judged(bound: Budget, *found: int) -> tuple[Note, list[int]]:
    """The note of a check whose networks find so many positive reviews, and the seeds that they started from."""
    note, seeds, waiting = Note(), [], list(found)

    def build(seed: int) -> Answers:
        seeds.append(seed)
        return Answers(waiting.pop(0))

    with contextlib.suppress(CheckFailed):
        expect_f1(train_networks(build, Task(), bound.plan(0, 0), bound), Task(), bound, note)
    return note, seeds


def noted(found: int, bound: Budget = BOUND) -> str:
    """What a passing check notes."""
    return judged(bound, found)[0].text


@pytest.mark.parametrize(("found", "f1"), [(45, 0.9474), (30, 0.75)])
def test_the_number_and_its_line_are_kept_whatever_the_outcome(found: int, f1: float) -> None:
    note, _ = judged(BOUND, found)
    assert note.number == Measured("F1", f1, 0.8)


def test_a_good_f1_is_noted_with_the_line_and_where_right_solutions_lie() -> None:
    said = noted(45)
    assert said.startswith(
        "F1 0.9474 on imdb, at least 0.8000 was asked; nine in ten right solutions get 0.850 to 0.950"
    )
    assert "near the line" not in said


def test_the_line_is_shown_to_its_last_digit() -> None:
    assert "at least 0.7905 was asked" in noted(45, dataclasses.replace(BOUND, f1_at_least=0.7905))


def test_an_f1_that_passes_below_right_solutions_is_said_to_be_near_the_line() -> None:
    assert "F1 0.8235" in noted(35)
    assert "near the line" in noted(35)


def test_a_low_f1_fails_with_the_value_the_line_and_where_right_solutions_lie() -> None:
    trained = train_networks(lambda seed: Answers(30), Task(), BOUND.plan(0, 0), BOUND)
    with pytest.raises(CheckFailed) as failed:
        expect_f1(trained, Task(), BOUND, Note())
    said = str(failed.value)
    assert all(text in said for text in ("F1 0.7500 on imdb (", "0.8000", "0.850 to 0.950"))


def test_a_first_training_is_not_measured_by_the_best_of_two() -> None:
    twice = dataclasses.replace(BOUND, trainings=2)
    first, second = judged(twice, 35)[0].text, judged(twice, 30, 35)[0].text
    assert "0.850 to 0.950 in the best of 2 trainings" in first
    assert "near the line" not in first
    assert "near the line" in second


def test_a_bound_that_was_not_calibrated_claims_nothing_about_right_solutions() -> None:
    assert "right solutions" not in noted(35, dataclasses.replace(BOUND, calibration=None))


@pytest.mark.parametrize(
    ("trainings", "found", "f1"),
    [
        (1, (30, 45), 0.75),
        (2, (45, 50), 0.9474),
        (2, (30, 45), 0.9474),
        (2, (32, 28), 0.7805),
        (3, (30, 20, 45), 0.9474),
    ],
)
def test_a_network_that_misses_the_line_is_trained_again_and_the_best_counts(
    trainings: int, found: tuple[int, ...], f1: float
) -> None:
    note, seeds = judged(dataclasses.replace(BOUND, trainings=trainings), *found)
    assert note.number == Measured("F1", f1, 0.8)
    assert len(set(seeds)) == len(seeds) == (1 if found[0] == 45 else trainings)


def test_a_second_training_is_told_with_both_values() -> None:
    twice = dataclasses.replace(BOUND, trainings=2)
    assert "F1 0.9474 on imdb, the best of 2 trainings: 0.7500, 0.9474" in judged(twice, 30, 45)[0].text
    assert "F1 0.9474 on imdb, at least" in judged(twice, 45)[0].text


class InSession(Worker):
    """A worker whose session runs in this process."""

    def __init__(self, source: str) -> None:
        self.session = Session(Printed())
        self.session.answer("load", {"program": [[1, 1, source]], "names": []})

    def request(self, verb: str, seconds: float, expected: Expected[T], **arguments: Any) -> T:
        """Ask the session; models go by their number."""
        named = {
            key: self.session.resolve(value.number) if isinstance(value, Handle) else value
            for key, value in arguments.items()
        }
        return expected.read(self.session.answer(verb, named))


def test_the_seed_decides_what_a_network_starts_from(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(sys, stream, getattr(sys, stream))  # a session takes both
    worker = InSession("from torch import nn\nclass Head(nn.Linear):\n    pass")
    build = RemoteNetwork("Head", lambda: worker, 1.0).start({"in_features": 3, "out_features": 2})
    first, again, other = (build(seed).get_weights()["weight"] for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
