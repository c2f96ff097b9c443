"""Cells that parse as they are are read once for a whole class; nobody may notice it."""

from __future__ import annotations

import pytest

from tests.solution_source import solution_source
from textlab.definitions import Cell, statements
from textlab.definitions.statements import read_statements

ODD = (
    "x = 1\r\ny = x\r",
    "    indented = 1\n    more = indented",
    "%matplotlib inline\nimport torch\n!pip install x",
    "%%time\nz = 3",
    "%%bash\na=1",
    "def broken(:\n    pass\n\nfine = 1",
    "if True:\n\tx = 1\n        y = 2",
    "x = 1",
    "",
    "#",
    "(" * 300 + ")" * 300,
    "a" * 30_000 + " = 1",
)


@pytest.fixture
def cells() -> list[Cell]:
    """Odd cells, then the cells of a solution."""
    sources = [*ODD, *solution_source("2_cnn").split("\n# ---\n")]
    return [Cell(number, source) for number, source in enumerate(sources, 1)]


def test_what_is_kept_is_what_reading_anew_gives(cells: list[Cell], monkeypatch: pytest.MonkeyPatch) -> None:
    statements._read_plain.cache_clear()
    first, second = read_statements(cells), read_statements(cells)
    assert statements._read_plain.cache_info().hits >= len(cells) - 1
    monkeypatch.setattr(statements, "LONGEST_KEPT", -1)
    assert repr(read_statements(cells)) == repr(first) == repr(second)


def test_the_same_text_elsewhere_in_a_notebook_is_another_cell() -> None:
    one, two = (read_statements([Cell(number, "x = 1")]).statements[0] for number in (3, 8))
    assert (one.cell, two.cell) == (3, 8)
