"""What a student reads about F1: the value, the line, and where right solutions lie."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from autograder.judge.f1_bound import expect_f1
from autograder.judge.hidden_data import Encoded
from autograder.thresholds import Budget, Calibration
from textlab.checks.failure import CheckFailed
from textlab.checks.local import LocalModel
from textlab.training import TrainingPlan

BOUND = Budget({}, 10, 10, 1, 5, 8, f1_at_least=0.8, calibration=Calibration((0.85, 0.95), 1e-5, 1e-4, 30))
LABELS = torch.tensor([1.0] * 50 + [0.0] * 50)
REVIEWS = Encoded(torch.ones(100, 8, dtype=torch.long), torch.full((100,), 8), LABELS)


class Answers(LocalModel):
    """A model that finds some of the positive reviews."""

    def __init__(self, found: int) -> None:
        super().__init__(torch.nn.Identity(), "answers")
        self.found = found

    def fit(self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan) -> list[float]:
        """Nothing to train."""
        return [0.5]

    def predict(self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False) -> Tensor:
        """1 for the first reviews, −1 for the others."""
        return torch.tensor([1.0] * self.found + [-1.0] * (len(ids) - self.found))


def noted(found: int, bound: Budget = BOUND) -> str:
    """What a passing check notes."""
    notes: list[str] = []
    expect_f1(Answers(found), REVIEWS, REVIEWS, bound.plan(0, 0), bound, notes.append)
    return notes[0]


def test_a_good_f1_is_noted_with_the_line_and_where_right_solutions_lie() -> None:
    said = noted(45)
    assert said.startswith("F1 0.947, at least 0.800 was asked; nine in ten right solutions get 0.850 to 0.950")
    assert "near the line" not in said


def test_an_f1_that_passes_below_right_solutions_is_said_to_be_near_the_line() -> None:
    assert "F1 0.824" in noted(35)
    assert "near the line" in noted(35)


def test_a_low_f1_fails_with_the_value_the_line_and_where_right_solutions_lie() -> None:
    with pytest.raises(CheckFailed) as failed:
        noted(30)
    said = str(failed.value)
    assert all(text in said for text in ("F1 0.750", "0.800", "0.850 to 0.950"))


def test_a_bound_that_was_not_calibrated_claims_nothing_about_right_solutions() -> None:
    assert "right solutions" not in noted(35, dataclasses.replace(BOUND, calibration=None))
