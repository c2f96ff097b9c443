"""Notebooks are known by their names, whatever browsers and services have made of these."""

from __future__ import annotations

import pytest

from textlab.notebook_name import is_notebook, named_exactly, named_like

NOTEBOOKS = ("1_rnn", "2_cnn", "3_glove_cnn")


@pytest.mark.parametrize(
    "name",
    [
        "2_cnn.ipynb", "2_CNN.IPYNB", "2-cnn.ipynb", "2 cnn.ipynb", "2cnn.ipynb", "02_cnn.ipynb", "2．cnn.ipynb",
        "2_cnn.ipynb.txt", "2_cnn.ipynb.json", "2_cnn.ipynb (1)", "2_cnn.ipynb.ipynb", "2_cnn.ipynb~",
        "2_cnn (1).ipynb", "2_cnn(1).ipynb", "2_cnn (1) (2).ipynb", "2_cnn-1.ipynb", "2_cnn-Copy1.ipynb",
        "2_cnn copy 2.ipynb", "2_cnn - Copy (2).ipynb", "2_cnn - Kopie.ipynb", "2_cnn-checkpoint.ipynb",
        "Copy of 2_cnn.ipynb", "Copy of Copy of 2_cnn.ipynb", "Kopie von 2_cnn.ipynb", "Copia di 2_cnn.ipynb",
        "work/2_cnn.ipynb", "work\\2_cnn.ipynb",
    ],
)  # fmt: skip
def test_marks_of_a_copy_and_endings_change_no_name(name: str) -> None:
    assert is_notebook(name)
    assert [notebook for notebook in NOTEBOOKS if named_exactly(name, notebook)] == ["2_cnn"]
    assert [notebook for notebook in NOTEBOOKS if named_like(name, notebook)] == ["2_cnn"]


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("doe_2-CNN_final.ipynb", ["2_cnn"]), ("3-glove-cnn.ipynb", ["3_glove_cnn"]), ("12_cnn.ipynb", []),
        ("1_rnn and 2_cnn.ipynb", ["1_rnn", "2_cnn"]), ("cnn.ipynb", []), ("3_cnn.ipynb", []), ("21_rnn.ipynb", []),
    ],
)  # fmt: skip
def test_a_longer_name_holds_the_name_of_a_notebook_or_not(name: str, like: list[str]) -> None:
    assert [notebook for notebook in NOTEBOOKS if named_like(name, notebook)] == like


@pytest.mark.parametrize("name", ["2_cnn.py", "2_cnn.ipynb.zip", ".ipynb", "2_cnn.ipynbx", "notes.txt", "ipynb"])
def test_other_files_are_no_notebooks(name: str) -> None:
    assert not is_notebook(name)
