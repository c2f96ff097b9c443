"""A submitted notebook for nbgrader: whatever was done to its cells, a written answer is not lost."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from autograder.course.submitted import submitted_notebook
from autograder.release import release_notebook

NAME = "2_cnn.ipynb"
TEXT = release_notebook("2_cnn").decode("utf-8")
RELEASED = nbformat.reads(TEXT, as_version=4)
ANSWER = "It is good for praise that may stand anywhere."
GRADED = {
    cell.metadata.nbgrader.grade_id for cell in RELEASED.cells if cell.metadata.get("nbgrader", {}).get("grade")
}
Notebook = dict[str, Any]


def released() -> Notebook:
    found: Notebook = json.loads(TEXT)
    return found


def place(notebook: Notebook, grade_id: str = "reflection-cnn") -> int:
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
    return ids.index(grade_id)


def answered() -> Notebook:
    notebook = released()
    notebook["cells"][place(notebook)]["source"] = f"## Reflection\n\n1. {ANSWER}"
    return notebook


def read(notebook: Notebook | bytes | None) -> Any:
    content = json.dumps(notebook).encode() if isinstance(notebook, dict) else notebook
    made = submitted_notebook(NAME, content, RELEASED)[0]
    nbformat.validate(made)
    return made


def reflection(made: Any) -> str:
    (cell,) = [one for one in made.cells if one.metadata.get("nbgrader", {}).get("grade_id") == "reflection-cnn"]
    return str(cell.source)


def waits(made: Any) -> bool:
    return bool(reflection(made) != RELEASED.cells[place(released())].source)


def graded(made: Any) -> list[str]:
    metadata = [cell.metadata.get("nbgrader", {}) for cell in made.cells]
    return sorted(meta["grade_id"] for meta in metadata if meta.get("grade"))


def copied_test(notebook: Notebook) -> None:
    notebook["cells"].insert(3, {**copy.deepcopy(notebook["cells"][place(notebook, "pad-reference")]), "id": "copy"})


def copied_and_original_left(notebook: Notebook) -> None:
    at = place(notebook)
    original = released()["cells"][at]
    notebook["cells"].insert(at, {**original, "id": "copy"})


def answered_in_a_copy_without_metadata(notebook: Notebook) -> None:
    at = place(notebook)
    original = released()["cells"][at]
    lines = "".join(original["source"]).replace("*Your answer here.*", ANSWER)
    notebook["cells"][at : at + 1] = [original, {"cell_type": "markdown", "metadata": {}, "source": lines}]


def answered_in_a_new_cell(notebook: Notebook) -> None:
    at = place(notebook)
    notebook["cells"][at : at + 1] = [
        released()["cells"][at],
        {"cell_type": "markdown", "metadata": {}, "source": [ANSWER]},
    ]


def answered_in_a_comment(notebook: Notebook) -> None:
    answered_in_a_new_cell(notebook)
    notebook["cells"][-1] |= {"cell_type": "code", "source": f"# 1. {ANSWER}\n# 2."}


def answered_in_a_string(notebook: Notebook) -> None:
    answered_in_a_new_cell(notebook)
    notebook["cells"][-1] |= {"cell_type": "code", "source": f'"""1. {ANSWER}"""'}


def turned_into_code(notebook: Notebook) -> None:
    notebook["cells"][place(notebook)] |= {"cell_type": "code", "outputs": [], "execution_count": None}


def without_metadata(notebook: Notebook) -> None:
    del notebook["metadata"]
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def without_metadata_and_ids(notebook: Notebook) -> None:
    without_metadata(notebook)
    for cell in notebook["cells"]:
        cell.pop("id", None)
        del cell["metadata"]


def without_version(notebook: Notebook) -> None:
    del notebook["nbformat"], notebook["nbformat_minor"]


def with_strange_metadata(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {"nbgrader": {}} if "nbgrader" not in cell["metadata"] else cell["metadata"]
        cell["metadata"] |= {"tags": 7, "collapsed": "yes"}
    notebook["metadata"] |= {"widgets": {"application/vnd.jupyter.widget-state+json": {"a": {}}}, "kernelspec": 3}


def with_an_old_schema(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] = {
                "grade_id": cell["metadata"]["nbgrader"]["grade_id"],
                "schema_version": 99,
            }


def with_ids_twice(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "same id!"


def of_version_3(notebook: Notebook) -> None:
    cells = notebook.pop("cells")
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    notebook |= {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}


def with_odd_cells(notebook: Notebook) -> None:
    notebook["cells"][2:2] = [7, None, {}, {"cell_type": "sketch", "source": {"a": 1}}, {"cell_type": "code"}]


CHANGES: list[Callable[[Notebook], None]] = [
    copied_test,
    copied_and_original_left,
    answered_in_a_copy_without_metadata,
    answered_in_a_new_cell,
    answered_in_a_comment,
    answered_in_a_string,
    turned_into_code,
    without_metadata,
    without_metadata_and_ids,
    without_version,
    with_strange_metadata,
    with_an_old_schema,
    with_ids_twice,
    of_version_3,
    with_odd_cells,
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_answer_waits_whatever_was_done_to_the_notebook(change: Callable[[Notebook], None]) -> None:
    notebook = answered()
    change(notebook)
    made = read(notebook)
    assert ANSWER in reflection(made) and waits(made)
    assert graded(made) == sorted(GRADED)


@pytest.mark.parametrize("answer", CHANGES[:7])
def test_an_answer_waits_after_two_changes_and_with_the_cells_in_any_order(
    answer: Callable[[Notebook], None],
) -> None:
    for seed, damage in enumerate(CHANGES[7:14]):
        notebook = answered()
        answer(notebook)
        random.Random(seed).shuffle(notebook["cells"])
        damage(notebook)
        made = submitted_notebook(NAME, json.dumps(notebook).encode(), RELEASED)[0]
        assert ANSWER in reflection(made) and graded(made) == sorted(GRADED), damage


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_an_answer_is_read_in_any_encoding(encoding: str) -> None:
    notebook = answered()
    notebook["cells"][place(notebook)]["source"] += " Wörter zählen."
    text = json.dumps(notebook, ensure_ascii=False)
    made = read(text.encode(encoding, "replace"))
    assert "Wörter zählen." in reflection(made)


def test_an_answer_that_was_not_given_does_not_wait() -> None:
    made = read(released())
    assert not waits(made) and graded(made) == sorted(GRADED)
    notebook = released()
    notebook["cells"][5]["source"] = [*notebook["cells"][5]["source"], "\n"]
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": '# hint("cnn-layers", 2)\n'})
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": "model(ids)"})
    copied_test(notebook)
    assert not waits(read(notebook))


def test_answers_in_several_copies_are_all_shown() -> None:
    notebook = answered()
    other = {
        **notebook["cells"][place(notebook)],
        "source": "2. Another baseline asks another question.",
        "id": "two",
    }
    notebook["cells"].append(other)
    assert ANSWER in reflection(read(notebook)) and "another question" in reflection(read(notebook))


def test_a_cell_that_was_removed_waits_and_shows_what_was_written_elsewhere() -> None:
    notebook = answered()
    notebook["cells"][place(notebook)] = {"cell_type": "markdown", "metadata": {}, "source": ANSWER}
    made = read(notebook)
    assert ANSWER in reflection(made) and "is not in what was handed in" in reflection(made)


@pytest.mark.parametrize("content", [None, b"", b"not json", b'{"cells": 3}', b'{"cells": []}'])
def test_what_cannot_be_read_is_looked_at_by_a_person(content: bytes | None) -> None:
    made = read(content)
    assert waits(made) and "could not be read" in reflection(made) and graded(made) == sorted(GRADED)


def test_of_a_file_that_breaks_off_the_cells_before_the_break_are_shown() -> None:
    text = json.dumps(answered())
    made = read(text[: text.index("pad-reference-blank")].encode())
    assert waits(made) and graded(made) == sorted(GRADED)
    assert any("class CNN" in cell.source for cell in made.cells)


def test_metadata_is_the_release_s_and_a_picture_that_is_missing_is_harmless() -> None:
    notebook = answered()
    with_strange_metadata(notebook)
    picture = {"image/png": "aGVsbG8="}
    source = "![a](attachment:there.png) ![b](attachment:gone.png)"
    notebook["cells"].append(
        {"cell_type": "markdown", "metadata": {}, "source": source, "attachments": {"there.png": picture, "odd": 7}}
    )
    made = read(notebook)
    assert made.metadata == RELEASED.metadata
    assert made.cells[-1].source == "![a](attachment:there.png) ![b](missing-attachment:gone.png)"
    assert made.cells[-1].attachments == {"there.png": picture}
