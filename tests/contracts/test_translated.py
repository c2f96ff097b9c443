"""What a network's output is, is found out from what it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from autograder.contracts import load_contract
from autograder.judge.client import Worker
from autograder.judge.remote import RemoteModel
from autograder.judge.translated import TranslatedNetwork


class OneWeight:
    """A model of one weight, 1 as it is built, whose output follows from it and from numbers of the reviews."""

    def __init__(self, output: Callable[[Tensor, Tensor], Tensor]) -> None:
        self._output = output
        self._weights = {"weight": torch.ones(1), "steps": torch.tensor(3)}

    def get_weights(self) -> dict[str, Tensor]:
        """The weight, and a counter, which no scale may touch."""
        return self._weights

    def set_weights(self, weights: dict[str, Tensor]) -> None:
        """Take other weights."""
        assert weights["steps"] == 3
        self._weights = weights

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """One number per review."""
        return self._output(self._weights["weight"], ids.double().mean(1, keepdim=True).float())


def nobody() -> Worker:
    """No worker is asked."""
    raise AssertionError


@pytest.mark.parametrize(
    ("output", "probabilities"),
    [
        pytest.param(lambda weight, reviews: torch.sigmoid(weight * reviews - 15), True, id="probabilities"),
        pytest.param(lambda weight, reviews: torch.sigmoid(-(weight**3) * reviews), True, id="all 0 when large"),
        pytest.param(lambda weight, reviews: weight * reviews - 15, False, id="logits"),
        pytest.param(lambda weight, reviews: weight * reviews / 100, False, id="logits from 0 to 1 as built"),
        pytest.param(lambda weight, reviews: torch.softmax(weight * reviews, 1), False, id="softmax over a column"),
    ],
)
def test_probabilities_are_told_from_logits(output: Callable[[Tensor, Tensor], Tensor], probabilities: bool) -> None:
    role = load_contract("original").roles["cnn"]
    network = TranslatedNetwork("CNN", nobody, 1.0, role=role, with_lengths=False, probabilities={})
    model: Any = OneWeight(output)
    assert network._gives_probabilities(cast(RemoteModel, model), 30) is probabilities
