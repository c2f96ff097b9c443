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


def test_a_failed_import_is_named_where_a_check_needs_it(grade_source: Grade) -> None:
    source = solution_source().replace("import torch.nn.functional as F", "import no_such_package.functional as F")
    found = lost(grade_source(source))
    message = next(text for text in found.values() if "NameError" in text)
    cell = next(number for number, part in enumerate(source.split("# ---\n"), 1) if "no_such_package" in part)
    assert f"because cell {cell}, line 1 failed: ModuleNotFoundError: No module named 'no_such_package'" in message
    assert "mend the import" in message


def test_what_stops_a_definition_is_named_with_its_place_and_a_remedy(grade_source: Grade) -> None:
    source = changed(REFERENCE, f'baseline = ids * 0 + pad_idx\n    raise NotImplementedError("x")\n    {REFERENCE}')
    source = source.replace("def forward(self, text):", "def forward(self, text)")
    found = lost(grade_source(source))
    forgotten, unread = found["pad-reference"], found["cnn-builds"]
    assert "still stands in pad_reference" in forgotten and "cell " in forgotten and "delete the line" in forgotten
    assert "does not parse" in unread and "in: def forward(self, text)" in unread and "typo" in unread
