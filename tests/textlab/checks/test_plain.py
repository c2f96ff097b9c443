"""What is read of the student's values, and what is told to be too large."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from textlab.checks.failure import StudentError
from textlab.checks.local import LocalModel
from textlab.checks.plain import LARGEST, MAX_ITEMS, MAX_TEXT, plain_value

DEEP: list[object] = [[[[[[[[0.5]]]]]]]]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (10**400, "1329 bits"),
        (-(2**63) - 1, "at most 64 are read"),
        (-2 * LARGEST, "too large"),
        (float("inf"), "inf"),
        (torch.full((2,), 1e30), "beyond 1e+15"),
        (torch.tensor([float("nan"), 1.0]), "NaN"),
        (torch.ones((1,) * 17), "17 axes"),
        ("x" * (MAX_TEXT + 1), "characters"),
        ([0] * (MAX_ITEMS + 1), "items"),
        (dict.fromkeys(range(MAX_ITEMS + 1), 0), "items"),
        (DEEP, "deep"),
    ],
)
def test_what_is_too_large_is_told(value: object, said: str) -> None:
    with pytest.raises(StudentError) as caught:
        plain_value(value, "f()")
    assert said in str(caught.value)


def test_what_is_large_is_read_as_it_is() -> None:
    for value in (2**63 - 1, -(2**63), LARGEST, "x" * MAX_TEXT, [[[[[0.5]]]]], {"a": [True, None]}):
        assert plain_value(value, "f()") == value
    assert plain_value("\ud800", "f()") == "\\ud800"


class Masked(nn.Module):
    """A network with a mask of infinities, which its code adds to scores."""

    mask: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(2, 1)
        self.register_buffer("mask", torch.tensor([0.0, -float("inf")]))
        self.register_buffer("scale", torch.ones(1))


def test_a_buffer_that_cannot_be_read_is_left_out_and_stays() -> None:
    network = Masked()
    model = LocalModel(network, "Masked")
    weights = model.get_weights()
    assert sorted(weights) == ["fc.bias", "fc.weight", "scale"]
    model.set_weights({name: value + 1 for name, value in weights.items()})
    assert float(network.mask[1]) == -float("inf")
    assert torch.equal(model.get_weights()["fc.weight"], weights["fc.weight"] + 1)
    with pytest.raises(StudentError, match="missing"):
        model.set_weights({"scale": torch.ones(1)})


def test_a_parameter_that_cannot_be_read_is_told() -> None:
    network = Masked()
    nn.init.constant_(network.fc.weight, 1e20)
    with pytest.raises(StudentError, match="beyond"):
        LocalModel(network, "Masked").get_weights()


def test_more_parameters_than_can_be_read_are_told() -> None:
    network = nn.ModuleList(nn.Linear(1, 1) for _ in range(300))
    with pytest.raises(StudentError, match="600 parameters"):
        LocalModel(network, "Many").parameters()
