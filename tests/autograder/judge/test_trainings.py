"""Graded training in one worker, its measure in another: only the weights can carry what was learnt."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from autograder.judge.checks import Note
from autograder.judge.f1_bound import expect_f1
from autograder.judge.remote import RemoteModel
from autograder.judge.trainings import train_apart
from tests.autograder.judge.conftest import tiny_data, tiny_thresholds
from textlab.checks.failure import CheckFailed, StudentError
from textlab.training import TrainingPlan

PLAN = TrainingPlan(1, 16, 0, pad_id=1)


class Learning:
    """A model that learns which token praises, in its weights or beside them."""

    def __init__(self, in_weights: bool = True, fails: str = "") -> None:
        self.in_weights, self.fails = in_weights, fails
        self.weights = {"w": torch.zeros(30)}
        self.beside: Tensor | None = None
        self.log: list[str] = []
        self.not_kept = 7

    def hush(self) -> None:
        """Note it."""
        self.log.append("hush")

    def retire(self) -> None:
        """Note it."""
        self.log.append("retire")

    def fit(self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan) -> list[float]:
        """Learn that token 2 praises and token 3 blames."""
        assert self.log == ["hush"]
        learnt = torch.zeros(30)
        learnt[2], learnt[3] = 1.0, -1.0
        if self.in_weights:
            self.weights["w"] = learnt
        else:
            self.beside = learnt
        return [0.1]

    def get_weights(self) -> dict[str, Tensor]:
        """The weights."""
        return dict(self.weights)

    def set_weights(self, weights: dict[str, Tensor]) -> None:
        """Take them."""
        self.weights = dict(weights)

    def predict(self, ids: Tensor, lengths: Tensor, **_: Any) -> Tensor:
        """The sum of what is known of the tokens."""
        assert "retire" not in self.log
        if self.fails:
            raise StudentError("CNN.forward", self.fails, "")
        return (self.weights["w"] if self.beside is None else self.beside)[ids].sum(dim=1)


def trained(**how: Any) -> tuple[Any, list[Learning]]:
    """What is measured of such models, and the models that were built."""
    built: list[Learning] = []

    def build() -> RemoteModel:
        built.append(Learning(**how))
        return cast(RemoteModel, built[-1])

    data = tiny_data()
    return train_apart(build, data.train, data.test, PLAN), built


def test_what_is_in_the_weights_is_measured_in_a_fresh_worker() -> None:
    (found, weights), built = trained()
    assert found.f1 == 1.0
    assert found.from_weights
    assert found.not_kept == 14
    assert [model.log for model in built] == [["hush", "retire"], ["hush"]]
    assert torch.equal(weights["w"], built[1].weights["w"])


def test_what_is_kept_beside_the_weights_is_left_behind_and_told() -> None:
    (found, _), _ = trained(in_weights=False)
    assert found.f1 < 0.8
    assert not found.from_weights
    budget = dataclasses.replace(tiny_thresholds().networks["cnn"], f1_at_least=0.9)
    with pytest.raises(CheckFailed, match="too low") as caught:
        expect_f1([found], tiny_data(), budget, Note())
    assert caught.value.cause == "learnt-outside-the-weights"
    assert "state_dict" in caught.value.rows["next"]


def test_an_error_ends_both_workers() -> None:
    built: list[Learning] = []

    def build() -> RemoteModel:
        built.append(Learning(fails="ValueError" if built else ""))
        return cast(RemoteModel, built[-1])

    data = tiny_data()
    with pytest.raises(StudentError):
        train_apart(build, data.train, data.test, PLAN)
    assert [model.log[-1] for model in built] == ["retire", "retire"]
