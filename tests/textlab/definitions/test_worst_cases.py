"""Slicing takes at most two seconds of processor time, whatever a notebook of a megabyte holds."""

from __future__ import annotations

import json
import time

import pytest

from autograder.contracts import load_contract
from autograder.judge.judge import _definitions, _misfit
from autograder.submissions import Submission, SubmittedFile
from tests.textlab.definitions.worst_cases import SHAPES, cells_of

MOST_S = 2.0
USUAL_S = 0.05
"""Processor time of `_turns` on the machine for which the bound is meant."""
SHORT = (
    "deep lists",
    "deep lists of comprehensions",
    "imports of everything",
    "functions that call the next",
    "functions that call the one before",
    "one name assigned from itself",
    "lists in lists",
    "brackets that do not close",
    "names that are declared global",
    "a number in base 16",
)


def _turns() -> float:
    """Processor time of some work, which other work on the same core makes longer."""
    begun = time.process_time()
    total = 0
    for number in range(10**6):
        total += number
    return time.process_time() - begun


def read_time(shape: str, size: int) -> float:
    """Processor time of all that is done with a notebook before anything of it is run, on the usual machine."""
    code = [
        {"cell_type": "code", "source": cell.source, "metadata": {}, "outputs": []} for cell in cells_of(shape, size)
    ]
    notebook = json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    contract = load_contract()
    submission = Submission("a", (SubmittedFile("2_cnn.ipynb", notebook),), ())
    before, begun = _turns(), time.process_time()
    *_, cells = _definitions(submission, contract.roles, contract.rubric)
    _misfit(cells, contract)
    taken = time.process_time() - begun
    return taken * min(1.0, USUAL_S / max(before, _turns()))


@pytest.mark.parametrize("shape", SHORT)
def test_a_long_notebook_is_followed_in_two_seconds(shape: str) -> None:
    # Other work on the machine may fall upon one try.
    assert any(read_time(shape, 150_000) <= MOST_S for _ in range(2))


@pytest.mark.slow
@pytest.mark.parametrize("size", [120_000, 400_000, 1_000_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_megabyte_is_followed_in_two_seconds(shape: str, size: int) -> None:
    assert any(read_time(shape, size) <= MOST_S for _ in range(2))
