"""The graders of notebook 1, through the worker: wrong answers lose what the public checks name, and no more."""

from __future__ import annotations

import pytest

from tests.autograder.judge.conftest import Grade
from tests.solution_source import solution_source

pytestmark = pytest.mark.slow

GIVEN_F1 = "from textlab.training import f1_on\n\n\ndef own(model, batches):"


@pytest.mark.parametrize(
    "faults",
    [
        {
            ("dropout=between", "dropout=0.0"): {"rnn-dropout"},
            ("copy.deepcopy(model.state_dict())", "model.state_dict()"): {"train-best"},
            ("torch.cat(all_logits) > 0", "torch.cat(all_logits) > 0.5"): {"f1-one-half"},
        },
        {
            ("self.recurrent(packed)", "self.recurrent(embedded)"): {"rnn-summary", "rnn-padding"},
            ("waited == patience", "waited > patience"): {"train-patience"},
            ("model.train(learning)", "model.train()"): {"train-modes"},
            ("def f1_on(model, batches):", GIVEN_F1): {"f1-whole-set"},
        },
        {
            ("lr=learning_rate", "lr=1e-3"): {"train-adam"},
            ("total += loss.item() * len(batch)", "total = total + loss * len(batch)"): {"train-means"},
        },
    ],
    ids=["one fault a role", "given f1_on", "history"],
)
def test_every_fault_loses_the_checks_that_name_it_and_no_others(
    grade_source: Grade, faults: dict[tuple[str, str], set[str]]
) -> None:
    source = solution_source("1_rnn")
    for old, new in faults:
        assert old in source
        source = source.replace(old, new)
    results = grade_source({"1_rnn": source})
    found = {name for name, result in results.items() if result.outcome not in ("passed", "skipped")}
    assert found == set().union(*faults.values()), {name: results[name].message for name in found}
