"""Code cells come out of whatever students' programs save, and a clear problem out of the rest."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textlab.definitions import Cell, read_cells
from textlab.definitions import cells as cells_module

CELLS = [
    {"cell_type": "markdown", "source": "# Title"},
    {"cell_type": "code", "source": ["x = 1\n", "y = 'é'"], "outputs": [], "metadata": {}},
    {"cell_type": "code", "source": "  \n"},
    {"cell_type": "code", "source": "z = 3"},
]


def notebook(cells: object = CELLS) -> str:
    return json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}, ensure_ascii=False)


def read(content: bytes | str, name: str = "2_cnn.ipynb") -> tuple[list[tuple[int, str]], list[str]]:
    raw = content.encode() if isinstance(content, str) else content
    cells, problems = read_cells(name, raw)
    return [(cell.number, cell.source) for cell in cells], problems


def test_cells_are_numbered_as_a_reader_counts_them() -> None:
    assert read(notebook()) == ([(2, "x = 1\ny = 'é'"), (4, "z = 3")], [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le"])
def test_byte_order_marks_and_wide_encodings_are_read(encoding: str) -> None:
    assert read(notebook().encode(encoding)) == ([(2, "x = 1\ny = 'é'"), (4, "z = 3")], [])


def test_a_windows_encoding_is_read_and_reported() -> None:
    cells, problems = read(notebook().encode("cp1252"))
    assert cells[0] == (2, "x = 1\ny = 'é'")
    assert len(problems) == 1 and "2_cnn.ipynb" in problems[0] and "Save it as UTF-8" in problems[0]


def test_format_3_is_read() -> None:
    sheet = {"cells": [{"cell_type": "heading", "source": "T"}, {"cell_type": "code", "input": ["a = 1\n", "b = 2"]}]}
    assert read(json.dumps({"worksheets": [sheet, sheet], "nbformat": 3})) == (
        [(2, "a = 1\nb = 2"), (4, "a = 1\nb = 2")],
        [],
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"\x00" * 100, "empty"),
        (notebook()[:120].encode(), "no notebook"),
        (b"PK\x03\x04 not json", "no notebook"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 100_000, "nested too deep"),
        (b"9" * 10_000, "cannot be read"),
        (b"[1, 2]", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": []}', "no code"),
        (notebook([{"cell_type": "code", "source": " "}]).encode(), "no code"),
    ],
)
def test_what_is_no_notebook_gets_one_problem_that_names_the_file(content: bytes, what: str) -> None:
    cells, problems = read(content)
    assert cells == []
    assert len(problems) == 1
    assert problems[0].startswith("2_cnn.ipynb: ") and what in problems[0] and problems[0].endswith(".")


def test_a_cut_notebook_is_called_cut() -> None:
    assert "cut off" in read(notebook()[:120])[1][0]


SHEETS = {"nbformat": 3, "worksheets": [{"metadata": {}, "cells": [{"cell_type": "code", "input": "a"}, 1, 2]}]}


@pytest.mark.parametrize(
    "whole", [notebook(), json.dumps(SHEETS), json.dumps({"metadata": {"cells": [3]}, "cells": CELLS})]
)
def test_of_a_notebook_cut_anywhere_the_whole_cells_before_the_cut_count(whole: str) -> None:
    expected, counts = read(whole)[0], set()
    for end in range(1, len(whole)):
        cells, problems = read(whole[:end])
        assert cells == expected[: len(cells)]
        assert len([problem for problem in problems if problem.startswith("2_cnn.ipynb: is ")]) == 1
        assert not cells or "hand in the whole file" in problems[0]
        counts.add(len(cells))
    assert counts == set(range(len(expected) + 1))


def test_the_cells_before_a_merge_that_was_not_finished_count() -> None:
    cells, problems = read(
        notebook().replace(', {"cell_type": "code", "source": "z', '\n<<<<<<< HEAD\n, {"source": "z')
    )
    assert cells == [(2, "x = 1\ny = 'é'")]
    assert "line 2 column 1; only the cells before it count, which are 3" in problems[0]


def test_odd_cells_are_reported_and_the_others_read() -> None:
    odd: list[object] = [3, {"cell_type": "code"}, {"cell_type": "code", "source": [1]}, {}, None, CELLS[3]]
    cells, problems = read(notebook(odd))
    assert cells == [(6, "z = 3")]
    assert [problem.split(": ")[1][:6] for problem in problems] == ["cell 1", "cell 2", "cell 3", "cell 5"]


def test_half_a_surrogate_pair_becomes_a_character_that_can_be_encoded() -> None:
    cells, _ = read('{"cells": [{"cell_type": "code", "source": "s = \'\\ud800\'"}]}')
    assert cells == [(1, "s = '?'")]


def test_a_plain_script_is_one_cell() -> None:
    assert read("import torch\nx = 1\n", "2_cnn.py") == ([(1, "import torch\nx = 1\n")], [])


def test_a_script_of_blanks_or_text_only_holds_no_code() -> None:
    assert "holds no code" in read(b"\x0b", "a.py")[1][0]
    assert "holds no code" in read("# %% [markdown]\n# Text", "a.py")[1][0]


def test_a_percent_script_has_several_cells_and_keeps_line_numbers() -> None:
    script = "x = 1\n# %% [markdown]\n# Text\n# %%\ny = 2\n#%% title\nz = 3"
    assert read(script, "2_cnn.py")[0] == [(1, "x = 1"), (3, "# %%\ny = 2"), (4, "#%% title\nz = 3")]


def test_a_script_exported_by_jupyter_has_its_cells() -> None:
    assert read("# In[1]:\n\nx = 1\n\n# In[ ]:\ny = 2", "a.py")[0] == [
        (1, "# In[1]:\n\nx = 1\n"),
        (2, "# In[ ]:\ny = 2"),
    ]


def test_a_notebook_named_py_is_read_as_a_notebook() -> None:
    assert read(notebook(), "2_cnn.py")[0][0][0] == 2


def test_code_beyond_the_limit_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_module, "MAX_SOURCE", 20)
    cells, problems = read(notebook([{"cell_type": "code", "source": "x" * 15}] * 3))
    assert len(cells) == 1
    assert "cell 2 and later do not count" in problems[0]


def test_cells_beyond_the_limit_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_module, "MAX_CELLS", 2)
    cells, problems = read(notebook())
    assert [number for number, _ in cells] == [2]
    assert "has 4 cells; the first 2 count" in problems[0]


def test_a_file_of_too_many_values_is_refused_before_it_fills_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells_module, "MAX_VALUES", 10)
    assert "Clear its outputs" in read(notebook())[1][0]


def test_problems_never_show_control_characters_of_a_file_name() -> None:
    assert "\x1b" not in read(b"", "\x1b[31mred.ipynb")[1][0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "code"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON, st.booleans())
def test_no_json_makes_the_reader_raise(value: object, as_notebook: bool) -> None:
    read_cells("a.ipynb", json.dumps({"cells": value} if as_notebook else value).encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["a.ipynb", "a.py"]))
def test_no_bytes_make_the_reader_raise(content: bytes, name: str) -> None:
    cells, problems = read_cells(name, content)
    assert cells or problems
    for cell in cells:
        cell.source.encode("utf-8")


ANSWER = "def pad_reference(ids, pad_idx):\n    return ids * 0 + pad_idx"


def text_cell(source: str, kind: str, handed_out: str = "") -> bytes:
    """A notebook with an import and a cell of text, which nbgrader may have handed out as another kind."""
    metadata = {"nbgrader": {"cell_type": handed_out}} if handed_out else {}
    cells = [
        {"cell_type": "code", "source": "import torch", "metadata": {}},
        {"cell_type": kind, "source": source, "metadata": metadata},
    ]
    return json.dumps({"cells": cells}).encode()


@pytest.mark.parametrize(("kind", "word"), [("markdown", "Markdown"), ("raw", "Raw")])
def test_code_in_a_cell_of_text_comes_along_as_text(kind: str, word: str) -> None:
    cells, problems = read_cells("a.ipynb", text_cell(ANSWER, kind))
    assert cells == [Cell(1, "import torch"), Cell(2, ANSWER, word)] and not problems


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_cell_that_nbgrader_handed_out_as_code_is_code_again(kind: str) -> None:
    content = text_cell(ANSWER, kind, "code")
    cells, problems = read_cells("a.ipynb", content)
    assert cells == [Cell(1, "import torch"), Cell(2, ANSWER)]
    assert problems == ["a.ipynb: cell 2 is a text cell and was read as code. Make it a code cell again."]
    assert read_cells("a.ipynb", content, restore=False)[0][1].kind != "code"


@pytest.mark.parametrize(
    "text",
    [
        "# The baseline\nWrite `def pad_reference(ids, pad_idx)`.",
        "```python\ndef pad_reference(ids, pad_idx):\n    return ids\n```",
        "Complete this:\n\ndef pad_reference(ids, pad_idx):\n    return ids",
        "class of 2024",
    ],
)
def test_a_text_about_code_is_no_code(text: str) -> None:
    assert read_cells("a.ipynb", text_cell(text, "markdown"))[0] == [Cell(1, "import torch")]


def test_a_text_that_was_handed_out_as_text_stays_text() -> None:
    assert read_cells("a.ipynb", text_cell("My answer.", "markdown", "markdown"))[0] == [Cell(1, "import torch")]
