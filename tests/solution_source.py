"""The solution's definitions as source text, taken from solutions/ so that tests have no copy of their own."""

from __future__ import annotations

import functools

from autograder.contracts import load_contract
from autograder.release import solution_notebook
from textlab.definitions import read_cells, slice_definitions


@functools.cache
def solution_source(notebook: str = "2_cnn") -> str:
    """The cells that define what the contract names, joined by lines "# ---"."""
    cells, problems = read_cells(f"{notebook}.ipynb", solution_notebook(notebook))
    assert not problems
    names = [
        name for role in load_contract().roles.values() if role.notebook == notebook for name in role.names.values()
    ]
    sliced = slice_definitions(cells, names)
    assert not sliced.missing
    return "\n# ---\n".join(piece.source for piece in sliced.program)
