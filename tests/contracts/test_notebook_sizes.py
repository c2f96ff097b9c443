"""A class that reads sizes from the notebook loses one check, which names the variable and the argument."""

from __future__ import annotations

import pytest

from autograder.record import Record
from tests.contracts.conftest import Grade, notebook_source

HEAD = "hidden_dim * 2 if bidirectional else hidden_dim, "
CHANGES = {
    "dim in place of its argument emb_dim": ("DIM = 300\n", "nn.Conv1d(emb_dim, ", "nn.Conv1d(DIM, ", ""),
    "CLASSES in place of its argument output_dim": (
        "",
        f"{HEAD}output_dim",
        f"{HEAD}CLASSES",
        "CLASSES = len(LABEL.vocab)\n",
    ),
    "BOTH in place of its argument bidirectional": ("BOTH = True\n", "if self.both:", "if BOTH:", ""),
}


def failed(record: Record) -> dict[str, str]:
    """The first line of what each check says that has not passed."""
    return {check.id: check.message.splitlines()[0] for check in record.checks if check.outcome != "passed"}


@pytest.mark.slow
@pytest.mark.parametrize("said", CHANGES)
def test_a_size_from_the_notebook_costs_one_check_that_names_it(grade: Grade, said: str) -> None:
    before, old, new, after = CHANGES[said]
    source = notebook_source("lstm_conv1d")
    assert old in source
    record = grade(f"{before}{source.replace(old, new)}\n{after}")
    assert [text.lower() for text in failed(record).values()] == [
        f"{'cnn' if 'emb' in said else 'rnnbaseline'} reads the notebook's {said.lower()}"
    ]
    assert {check.cause for check in record.checks if check.outcome != "passed"} == {"size-from-the-notebook"}


@pytest.mark.slow
def test_a_constant_that_does_no_harm_costs_nothing(grade: Grade) -> None:
    source = notebook_source("lstm_conv1d").replace("padding_idx=pad_idx", "padding_idx=pad_idx, sparse=SPARSE")
    assert failed(grade(f"{source}\nSPARSE = False\n")) == {}
