"""What a failure says about tensors that differ."""

from __future__ import annotations

import pytest
import torch

from textlab.checks.failure import CheckFailed, expect_close


@pytest.mark.parametrize(
    ("got", "said"),
    [([1.0, 2.0, 3.5, 4.0], "[3, 4] from value 3 of 4 on, within 0.1"), ([1.5], "[1], within 0.1")],
)
def test_the_first_value_shown_is_counted_from_one(got: list[float], said: str) -> None:
    asked = torch.arange(1.0, len(got) + 1)
    with pytest.raises(CheckFailed) as failed:
        expect_close(torch.tensor(got), asked, tolerance=0.1, what="off", input="f(x)", likely="a", next="b")
    assert failed.value.rows["expected"] == said
