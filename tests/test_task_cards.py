"""The cards that open the tasks: complete, and the same points and minutes as the rubric and the checks know."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from autograder.release import SOLUTIONS, release_notebook
from autograder.rubric import cell_points
from textlab.checks.blanks import BLANKS, Blank
from textlab.self_study import kit_notebooks

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
HEAD = re.compile(r"\(`[a-z0-9-]+`, (?P<points>\d+) points?, about (?P<minutes>\d+) minutes, (?P<rest>.*)\)$", re.M)
PARTS = ("Goal", "Given", "Asked", "Shapes", "Done when")


def cells(stem: str, kind: str) -> list[str]:
    """The sources of a released notebook's cells of one kind."""
    notebook = json.loads(release_notebook(stem))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def card_of(blank: Blank) -> str:
    """The text of the card that opens the task of a blank."""
    quoted = "\n".join(cells(blank.notebook, "markdown"))
    cards = [part for part in re.split(r"(?=### Task)", quoted) if f"(`{blank.id}`," in part.split("\n")[0]]
    assert len(cards) == 1, f"{blank.notebook} opens no task, or several, for {blank.id}"
    return cards[0]


@pytest.mark.parametrize("blank", BLANKS.values(), ids=lambda blank: blank.id)
def test_a_card_names_goal_given_asked_shapes_and_end(blank: Blank) -> None:
    card = card_of(blank)
    assert not [part for part in PARTS if f"**{part}**" not in card]


@pytest.mark.parametrize("blank", BLANKS.values(), ids=lambda blank: blank.id)
def test_points_minutes_and_importance_are_those_of_the_rubric_and_the_checks(blank: Blank) -> None:
    head = HEAD.search(card_of(blank))
    assert head is not None
    assert int(head["points"]) == cell_points(blank.notebook)[blank.id]
    assert int(head["minutes"]) == blank.minutes
    assert re.fullmatch(r"importance [123] of 3", head["rest"])


@pytest.mark.parametrize("stem", kit_notebooks())
def test_running_all_cells_spoils_nothing(stem: str) -> None:
    for source in cells(stem, "code"):
        assert not re.search(r"^\s*(hint|symptom)\(", source, re.MULTILINE), source
    shown = [source for source in cells(stem, "code") if re.search(r"^# hint\(", source, re.MULTILINE)]
    assert len(shown) == sum(blank.notebook == stem for blank in BLANKS.values()), "a hint waits below each blank"


def test_every_notebook_has_its_blanks() -> None:
    assert kit_notebooks() == sorted(path.stem for path in SOLUTIONS.glob("*.py"))


def test_the_changelog_begins_with_the_version_of_the_package() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    newest = re.search(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == version, "write what changed for learners, under the version of pyproject.toml"
