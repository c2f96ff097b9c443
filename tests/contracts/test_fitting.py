"""Notebooks that were written for another contract are told so, in place of a failure for every check."""

from __future__ import annotations

import pytest

from autograder.contracts import load_contract
from autograder.judge.fitting import better_contract
from autograder.release import solution_notebook
from tests.contracts.conftest import NOTEBOOKS, Grade, notebook_source
from textlab.definitions import Cell, read_cells

KIT = ["1_rnn", "2_cnn", "3_glove_cnn", "4_transformer"]
HOMEWORK = sorted(path.stem for path in NOTEBOOKS.glob("*.py"))


def homework(name: str) -> list[Cell]:
    """The cells of an example of the homework."""
    return list(read_cells(f"{name}.py", notebook_source(name).encode())[0])


@pytest.mark.parametrize("name", HOMEWORK)
def test_homework_is_told_from_the_kits_own_notebooks(name: str) -> None:
    assert better_contract(homework(name), load_contract()) == "original"
    assert better_contract(homework(name), load_contract("original")) == ""


@pytest.mark.parametrize("name", KIT)
def test_the_kits_own_notebooks_fit_the_kit(name: str) -> None:
    cells, _ = read_cells(f"{name}.ipynb", solution_notebook(name))
    assert better_contract(list(cells), load_contract()) == ""


@pytest.mark.parametrize(
    "source",
    [
        "x = 1",
        "class CNN(nn.Module):\n    def __init__(self, vocab_size, emb_dim, out_channels, sizes, dropout): pass",
        "class CNN(nn.Module):\n    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes): pass",
        "class CNN(nn.Module):\n    def __init__(self, **options): pass",
        "class CNN(nn.Module):\n    pass",
        "class CNN(",
    ],
)
def test_a_class_that_fits_no_contract_is_graded_as_asked(source: str) -> None:
    assert better_contract([Cell(1, source)], load_contract()) == ""


def test_homework_under_the_kits_contract_gets_one_sentence(grade: Grade) -> None:
    record = grade(notebook_source("lstm_conv1d"), "kit")
    assert record.score == 0
    assert {check.outcome for check in record.checks} == {"skipped"}
    assert [problem for problem in record.problems if "--contract original" in problem] == [record.problems[0]]
    assert any("--contract original" in check.message for check in record.checks if check.id == "rnn-builds")
