"""The release holds what students may see, all of it, and always the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.release import (
    ReleaseError,
    build_release,
    check_release,
    read_source,
    release_notebook,
    solution_notebook,
)
from autograder.release.leaks import refuse_leaks
from autograder.release.source import SOLUTIONS
from autograder.rubric import cell_points

ROOT = Path(__file__).resolve().parents[2]

SOURCE = '''\
# %% [markdown]
# # A demonstration
# %% nbgrader={"grade_id": "double-blank", "kind": "answer"}
def double(number):
    """Twice the number."""
    ### BEGIN SOLUTION
    twice_the_number = number + number
    return twice_the_number
    ### END SOLUTION
# %% nbgrader={"grade_id": "double", "kind": "test"}
print("is it doubled?")
### BEGIN HIDDEN TESTS
assert double(21) == 42, "half a secret"
### END HIDDEN TESTS
# %% [markdown] nbgrader={"grade_id": "why", "kind": "manual"}
# Why twice?
#
# ### BEGIN SOLUTION
# Because two is the smallest prime.
# ### END SOLUTION
'''


@pytest.fixture
def solutions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one small source, whose points the rubric knows."""
    monkeypatch.setattr("autograder.release.source.cell_points", lambda _name: {"double": 3, "why": 1})
    folder = tmp_path / "solutions"
    folder.mkdir()
    (folder / "demo.py").write_text(SOURCE, encoding="utf-8")
    return folder


def notebook(content: bytes) -> Any:
    """The notebook in these bytes."""
    return nbformat.reads(content.decode(), as_version=4)


def graded(content: bytes) -> dict[str, Any]:
    """nbgrader's metadata by grade_id."""
    marks = [cell.metadata.get("nbgrader") for cell in notebook(content).cells]
    return {mark["grade_id"]: mark for mark in marks if mark}


def test_the_committed_assignment_is_what_the_sources_give() -> None:
    stale = check_release(SOLUTIONS, ROOT / "assignment")
    assert not stale, f"stale: {[path.name for path in stale]}; run make release"


def test_every_committed_source_has_the_points_of_the_rubric() -> None:
    for path in SOLUTIONS.glob("*.py"):
        marks = graded(release_notebook(path.stem))
        assert {name: mark["points"] for name, mark in marks.items() if mark["grade"]} == cell_points(path.stem)


@pytest.mark.parametrize(
    ("name", "points"), [("1_rnn", 35), ("2_cnn", 40), ("3_glove_cnn", 25), ("4_transformer", 10)]
)
def test_a_notebook_is_worth_its_points(name: str, points: int) -> None:
    assert sum(mark.get("points", 0) for mark in graded(release_notebook(name)).values()) == points


def test_students_get_stubs_where_the_solution_was(solutions: Path) -> None:
    cells = notebook(release_notebook("demo", solutions)).cells
    assert "raise NotImplementedError(" in cells[2].source and '"""Twice the number."""' in cells[2].source
    assert cells[3].source == 'print("is it doubled?")'
    assert "Why twice?" in cells[4].source and "Your answer here" in cells[4].source
    text = release_notebook("demo", solutions).decode()
    for secret in ("twice_the_number", "half a secret", "smallest prime", "BEGIN", "HIDDEN"):
        assert secret not in text


def test_the_solution_notebook_keeps_solution_and_hidden_tests(solutions: Path) -> None:
    text = solution_notebook("demo", solutions).decode()
    assert "twice_the_number = number + number" in text and "half a secret" in text


def test_cells_carry_complete_nbgrader_metadata(solutions: Path) -> None:
    marks = graded(release_notebook("demo", solutions))
    flags = {name: (mark["grade"], mark["solution"], mark["locked"]) for name, mark in marks.items()}
    assert flags == {
        "double-blank": (False, True, False),
        "double": (True, False, True),
        "why": (True, True, False),
    }
    assert all(mark["schema_version"] == 3 and len(mark["checksum"]) == 32 for mark in marks.values())
    assert (marks["double"]["points"], marks["why"]["points"]) == (3, 1)


def test_the_bytes_are_the_same_in_another_folder(solutions: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "demo.py").write_text(SOURCE, encoding="utf-8")
    content = release_notebook("demo", solutions)
    assert content == release_notebook("demo", other)
    assert content.endswith(b"}\n") and list(json.loads(content)) == sorted(json.loads(content))


def test_an_edit_changes_the_id_of_no_other_cell(solutions: Path) -> None:
    before = [cell.id for cell in notebook(release_notebook("demo", solutions)).cells]
    (solutions / "demo.py").write_text("# %% [markdown]\n# new\n" + SOURCE, encoding="utf-8")
    after = [cell.id for cell in notebook(release_notebook("demo", solutions)).cells]
    assert after[1:] == before


def test_check_names_edited_missing_and_left_over_files(solutions: Path, tmp_path: Path) -> None:
    out = tmp_path / "assignment"
    assert check_release(solutions, out) == [out / "demo.ipynb"]
    assert build_release(solutions, out) == [out / "demo.ipynb"]
    assert check_release(solutions, out) == []
    (out / "demo.ipynb").write_bytes((out / "demo.ipynb").read_bytes() + b"\n")
    (out / "old.ipynb").write_text("{}")
    assert check_release(solutions, out) == [out / "demo.ipynb", out / "old.ipynb"]
    build_release(solutions, out)
    assert sorted(path.name for path in out.iterdir()) == ["demo.ipynb"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    ### END SOLUTION\n", "", r"cell double-blank: ### BEGIN SOLUTION is never closed"),
        ("### BEGIN HIDDEN TESTS", "### BEGIN HIDEN TESTS", r"cell double, line 4: .* closes no such region"),
        ("### BEGIN HIDDEN TESTS\n", "## BEGIN HIDDEN TESTS: 2\n", r"cell double, line 2: .* is no marker"),
        ("### BEGIN HIDDEN TESTS", "### BEGIN SOLUTION", r"cell double, line 2: .* another kind"),
        ("# Why twice?", "# Because two is the smallest prime.", None),
        ('print("is', 'twice_the_number = number + number\nprint("is', None),
        ('print("is', 'x = 1  # assert double(21) == 42, "half a secret"\nprint("is', r"shows the hidden tests"),
        (
            '"double-blank", "kind": "answer"',
            '"double-blank", "kind": "blank"',
            r"cell 2: .* write grade_id and kind",
        ),
        ('"grade_id": "why"', '"grade_id": "reason"', r"cell 4: reason is of kind 'manual': add it to"),
        ('"grade_id": "double-blank"', '"grade_id": "double"', r"cell 2: double is of kind 'answer'"),
    ],
)
def test_a_faulty_source_is_refused_by_cell(solutions: Path, old: str, new: str, message: str | None) -> None:
    path = solutions / "demo.py"
    path.write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    if message is None:  # the same line stands in the visible text on purpose, so it is no secret
        release_notebook("demo", solutions)
        return
    with pytest.raises(ReleaseError, match=message):
        release_notebook("demo", solutions)


def test_nothing_is_written_when_one_source_is_faulty(solutions: Path, tmp_path: Path) -> None:
    (solutions / "zero.py").write_text(SOURCE.replace("    ### END SOLUTION\n", "", 1), encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"zero\.py"):
        build_release(solutions, tmp_path / "assignment")
    assert not (tmp_path / "assignment").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("    twice_the_number = number + number", "shows the solution of cell double-blank, line 4"),
        ("### END HIDDEN TESTS", "the marker .* survives"),
    ],
)
def test_a_line_that_nbgrader_left_in_is_found(solutions: Path, line: str, message: str) -> None:
    released = notebook(release_notebook("demo", solutions))
    source = read_source("demo", solutions)
    refuse_leaks(source, released)
    released.cells[3].source += f"\n{line}"
    with pytest.raises(ReleaseError, match=f"cell double, line 2: .*{message}"):
        refuse_leaks(source, released)


def test_an_output_is_refused(solutions: Path) -> None:
    released = notebook(release_notebook("demo", solutions))
    released.cells[3].outputs = [nbformat.v4.new_output("stream", text="42")]
    with pytest.raises(ReleaseError, match="there is an output"):
        refuse_leaks(read_source("demo", solutions), released)


def test_an_unknown_name_lists_the_notebooks(solutions: Path) -> None:
    with pytest.raises(ReleaseError, match="demo"):
        release_notebook("nothing", solutions)
