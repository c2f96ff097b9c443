"""Students who are in nbgrader's table under two ids, and the sum in front of a comment."""

from __future__ import annotations

import zipfile
from pathlib import Path

import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.course.twice import listed_twice
from autograder.exports.marks import Mark, with_sum

ANNA = ("10001", "Anna", "Adams", "anna.adams@example.org")
BOB = ("bob", "Bob", "Brown", "")


@pytest.fixture(autouse=True)
def no_alembic(monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader asks a program of its own for the version of a new table, which takes seconds."""
    monkeypatch.setattr(nbgrader.api, "get_alembic_version", lambda: "0")


@pytest.fixture
def gradebook(tmp_path: Path) -> Path:
    """A gradebook with an imported table, and a folder's student as nbgrader makes one."""
    path = tmp_path / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as made:
        for number, first, last, email in (ANNA, BOB):
            made.add_student(number, first_name=first, last_name=last, email=email)
        made.add_student("of_a_folder")
    return path


@pytest.mark.parametrize("folder", ["adamsanna_10001", "Anna Adams_77", "adamsanna_77", "anna.adams", "AnnaAdams"])
def test_a_student_with_two_ids_is_named_with_both_and_the_remedy(gradebook: Path, folder: str) -> None:
    (said,) = listed_twice(gradebook, [folder, "bob"])
    assert said.startswith(f"{folder} is 10001 (Anna Adams)")
    assert f"write {folder} as the id" in said and said.endswith("nbgrader db student remove 10001")


def test_a_folder_that_fits_nobody_is_named_with_those_who_handed_in_nothing(gradebook: Path) -> None:
    (said,) = listed_twice(gradebook, ["of_a_folder", "bob"])
    assert said.startswith("of_a_folder is no id of the imported table. If it is one of 10001, ")


def test_a_number_under_another_name_is_not_taken_for_the_student(gradebook: Path) -> None:
    (said,) = listed_twice(gradebook, ["adamsbert_10001", "bob"])
    assert said.startswith("adamsbert_10001 is no id of the imported table") and "student remove" not in said


def test_nothing_is_said_where_ids_agree_or_no_table_was_imported(gradebook: Path, tmp_path: Path) -> None:
    assert listed_twice(gradebook, ["10001", "bob"]) == []
    assert listed_twice(gradebook, ["10001", "bob", "guest"]) == []
    with Gradebook(f"sqlite:///{tmp_path / 'other.db'}") as made:
        made.add_student("adamsanna_10001")
    assert listed_twice(tmp_path / "other.db", ["adamsanna_10001", "x"]) == []


def test_collect_warns_when_the_table_has_other_ids(gradebook: Path, tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text("", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as made:
        made.writestr("adamsanna_10001_5551_2_cnn.ipynb", "{}")
        made.writestr("brownbob_10002_5552_2_cnn.ipynb", "{}")
    result = CliRunner().invoke(app, ["course", "collect", str(tmp_path), str(tmp_path / "download.zip")])
    told = " ".join(result.output.split())
    assert result.exit_code == 0, told
    assert "adamsanna_10001 is 10001 (Anna Adams)" in told and "brownbob_10002 is bob (Bob Brown)" in told


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (
            Mark("a", 100.0, 100.0, "97 …", 97.0, 5.0, 2.0),
            "100 of 100 points: 97 from the checks, 5 by hand, 2 less for",
        ),
        (Mark("a", 97.0, 100.0, "97 …", 97.0, None), "97 of 100 points: 97 from the checks, written answers are not"),
    ],
)
def test_a_comment_says_what_the_mark_is_made_of(mark: Mark, said: str) -> None:
    head, rest = with_sum(mark).comment.split("\n")
    assert head.startswith(said) and rest == "97 …"
