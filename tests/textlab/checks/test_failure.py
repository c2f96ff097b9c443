"""What a failure says about tensors that differ."""

from __future__ import annotations

import pytest
import torch

from textlab.checks.failure import NO_KNOWN_CAUSE, Cause, CheckFailed, StudentError, expect_close


@pytest.mark.parametrize(
    ("got", "said"),
    [([1.0, 2.0, 3.5, 4.0], "[3, 4] from value 3 of 4 on, within 0.1"), ([1.5], "[1], within 0.1")],
)
def test_the_first_value_shown_is_counted_from_one(got: list[float], said: str) -> None:
    asked = torch.arange(1.0, len(got) + 1)
    with pytest.raises(CheckFailed) as failed:
        expect_close(torch.tensor(got), asked, tolerance=0.1, what="off", input="f(x)", likely=None, next="b")
    assert failed.value.rows["expected"] == said


def fail(likely: Cause | None) -> CheckFailed:
    """A failure with that cause."""
    return CheckFailed("off", input="f(x)", expected="1", got="2", likely=likely, next="print x")


def test_a_failure_names_a_cause_only_when_it_has_one() -> None:
    known = fail(Cause("stride", "the convolutions have stride 2"))
    assert known.cause == "stride"
    assert known.rows["likely"] == "the convolutions have stride 2"
    unknown = fail(None)
    assert unknown.cause == ""
    assert unknown.rows["likely"] == NO_KNOWN_CAUSE


def test_an_error_names_its_symptom_as_its_cause() -> None:
    raised = StudentError("CNN.forward(ids [3, 9])", "RuntimeError", "mat1 and mat2 shapes cannot be multiplied")
    assert raised.cause == "linear-width"
    assert StudentError("f()", "ValueError", "odd").cause == ""
