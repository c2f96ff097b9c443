"""The class that all graders get: complete submissions in nbgrader's layout, no two the same."""

from __future__ import annotations

from pathlib import Path

from autograder.release import ASSIGNMENT
from examples.make_class import ALL, CNN, CONV2D, NOTEBOOK, answers, filled

CLASSES = {
    "1_rnn": "RNNBaseline",
    "2_cnn": "CNN",
    "3_glove_cnn": "GloVeCNN",
    "4_transformer": "TransformerClassifier",
}


def write_class(folder: Path, students: int) -> Path:
    """Write the submissions; the folder."""
    for number in range(1, students + 1):
        for notebook in ALL:
            path = folder / f"student{number:02d}" / ASSIGNMENT / f"{notebook}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(submission(notebook, number))
    return folder


def submission(notebook: str, number: int) -> bytes:
    """A solved notebook, every other one with Conv2d; a comment in its class makes its code one of a kind."""
    solved = answers(notebook)
    if notebook == NOTEBOOK and number % 2:
        solved[CNN] = CONV2D
    begins = f"class {CLASSES[notebook]}(nn.Module):\n"
    (cell,) = (name for name, source in solved.items() if begins in source)
    solved[cell] = solved[cell].replace(begins, f"{begins}    # by student {number}\n", 1)
    return filled(solved, notebook)
