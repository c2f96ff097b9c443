"""One fault costs the points of one fault."""

from __future__ import annotations

import pytest

from autograder.record import CheckResult
from tests.autograder.judge.conftest import Grade
from tests.solution_source import solution_source

REFERENCE = "return torch.full_like(ids, pad_idx)"


def lost(results: dict[str, CheckResult]) -> dict[str, str]:
    """What did not pass of the notebook that was handed in, and why."""
    return {
        name: result.message
        for name, result in results.items()
        if result.outcome != "passed" and result.role in ("cnn", "interpret")
    }


def changed(old: str, new: str) -> str:
    """The solution with one thing changed."""
    source = solution_source()
    assert source.count(old) == 1
    return source.replace(old, new)


@pytest.mark.parametrize(
    "fault", ["return torch.zeros_like(ids)", "return torch.full((1, 7), pad_idx)", "raise ValueError('unfinished')"]
)
def test_a_wrong_baseline_costs_the_baseline_only(grade_source: Grade, fault: str) -> None:
    results = grade_source(changed(REFERENCE, fault))
    assert set(lost(results)) == {"pad-reference"}


def test_scores_as_a_numpy_array_or_a_list_count(grade_source: Grade) -> None:
    for form in ("detach().numpy()", "tolist()"):
        source = solution_source().replace("return tokens, ", "result = tokens, ") + (
            f"\n    return result[0], result[1].{form}, result[2]\n"
        )
        results = grade_source(source)
        assert lost(results) == {}


def test_a_notebook_without_the_class_is_told_the_reason_once(grade_source: Grade) -> None:
    results = grade_source(changed("class CNN(", "class Cnn("))
    cnn = [result for result in results.values() if result.role == "cnn"]
    assert [result.outcome for result in cnn] == ["failed"] + ["skipped"] * (len(cnn) - 1)
    assert "Cnn" in cnn[0].message
