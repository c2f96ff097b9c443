"""The graders of the bonus, through the worker: wrong answers lose what the public checks name, and no more."""

from __future__ import annotations

import pytest

from tests.autograder.judge.conftest import Grade
from tests.solution_source import solution_source

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "faults",
    [
        {},
        {
            (" + self.positions.weight[: text.shape[1]]", ""): {"transformer-order"},
            ("self.positions = nn.Embedding(max_length, emb_dim)", "pass"): set(),
            ("        additional_forward_args=(ids == pad_idx,),\n", ""): {"label-delta"},
            ("sums[-1] += float(score)", "sums[-1] = float(score)"): {"pieces-merged"},
        },
        {
            ("(hidden * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)", "hidden.mean(dim=1)"): {
                "transformer-padding"
            },
            ("target=labels.index(label)", "target=0"): {"label-scores"},
            ("2 * emb_dim, dropout,", "2 * emb_dim, 0.2,"): {"transformer-learning"},
        },
        {("self.dropout(mean))", "self.dropout(mean)).softmax(dim=1)"): {"transformer-shapes"}},
    ],
    ids=["solution", "one fault a blank", "others", "softmax"],
)
def test_every_fault_loses_the_checks_that_name_it_and_no_others(
    grade_source: Grade, faults: dict[tuple[str, str], set[str]]
) -> None:
    source = solution_source("4_transformer")
    for old, new in faults:
        assert old in source
        source = source.replace(old, new)
    results = grade_source({"4_transformer": source})
    found = {name for name, result in results.items() if result.outcome not in ("passed", "skipped")}
    expected: set[str] = set().union(*faults.values())
    assert found == expected, {name: results[name].message for name in found ^ expected}
    if not faults:
        assert sum(result.points for result in results.values()) == 8
