"""From a download to nbgrader's folders."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.course.collect import collect
from autograder.release import ASSIGNMENT
from autograder.submissions import SubmissionError


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A folder that looks like a course."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def download(tmp_path: Path) -> Path:
    """A download of Moodle's."""
    path = tmp_path / "download.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name in (
            "Ada B_501_assignsubmission_file_/2_cnn (1).ipynb",
            "Bob_502_assignsubmission_file_/notes.ipynb",
        ):
            made.writestr(name, json.dumps({"cells": [{"cell_type": "code", "source": f"# {name}"}]}))
    return path


def test_notebooks_get_the_names_and_places_that_nbgrader_looks_for(course: Path, download: Path) -> None:
    ada, bob = collect(course, download)
    assert (ada.student, ada.notebooks, ada.problems) == ("Ada B_501", ("2_cnn",), ())
    assert (bob.student, bob.notebooks) == ("Bob_502", ())
    assert bob.problems == ("notes.ipynb: was not graded, since it defines no name that is asked for.",)
    placed = course / "submitted" / "Ada B_501" / ASSIGNMENT / "2_cnn.ipynb"
    assert "/2_cnn (1).ipynb" in placed.read_text(encoding="utf-8")
    assert not (course / "submitted" / "Bob_502").exists()


def test_a_good_copy_is_taken_before_a_damaged_one(course: Path, tmp_path: Path) -> None:
    good = json.dumps(
        {"cells": [{"cell_type": "code", "source": "def pad_reference(ids, pad_idx):\n    return ids"}]}
    )
    (tmp_path / "handed_in" / "ada").mkdir(parents=True)
    for name, content in (("2_cnn.ipynb", good[:-9]), ("2_cnn (1).ipynb", good)):
        (tmp_path / "handed_in" / "ada" / name).write_text(content, encoding="utf-8")
    (ada,) = collect(course, tmp_path / "handed_in")
    assert (course / "submitted" / "ada" / ASSIGNMENT / "2_cnn.ipynb").read_text(encoding="utf-8") == good
    said = "2_cnn.ipynb: was not graded, since it is damaged, and 2_cnn (1).ipynb was graded as 2_cnn.ipynb."
    assert ada.problems[0].startswith("2_cnn.ipynb: is no notebook")
    assert ada.problems[1:] == (f"{said} Hand in one of them.",)


def test_small_files_beside_a_notebook_are_collected_with_it(course: Path, tmp_path: Path) -> None:
    notebook = {"cells": [{"cell_type": "code", "source": "def pad_reference(ids, pad_idx):\n    return ids"}]}
    given = tmp_path / "handed_in" / "ada" / "work"
    (given / "data").mkdir(parents=True)
    for name, content in (("2_cnn.ipynb", json.dumps(notebook)), ("data/cfg.json", "{}"), ("my_layers.py", "x = 1")):
        (given / name).write_text(content, encoding="utf-8")
    (given / "best.pt").write_bytes(b"")
    (tmp_path / "handed_in" / "bob").mkdir()
    (tmp_path / "handed_in" / "bob" / "2_cnn.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    ada, _ = collect(course, tmp_path / "handed_in")
    placed = course / "submitted" / "ada" / ASSIGNMENT
    found = {path.relative_to(placed).as_posix() for path in placed.rglob("*") if path.is_file()}
    assert found == {"2_cnn.ipynb", "data/cfg.json", "my_layers.py"}
    assert [problem for problem in ada.problems if "left out" in problem] == [
        problem for problem in ada.problems if "best.pt" in problem
    ]


def test_collecting_again_writes_over_and_keeps_the_time_stamp(course: Path, download: Path) -> None:
    folder = course / "submitted" / "Ada B_501" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / "timestamp.txt").write_text("2026-05-01 12:00:00 UTC", encoding="utf-8")
    (folder / "2_cnn.ipynb").write_text("old", encoding="utf-8")
    collect(course, download)
    assert (folder / "2_cnn.ipynb").read_text(encoding="utf-8") != "old"
    assert (folder / "timestamp.txt").is_file()


def test_files_beside_a_notebook_come_along(course: Path, tmp_path: Path) -> None:
    for name, text in (
        ("2_cnn.ipynb", "{}"), ("helper.py", "SIZE = 3"), ("data/sizes.json", "[3]"), ("photo.png", "…"),
    ):  # fmt: skip
        path = tmp_path / "in" / "ada" / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "in" / "bob").mkdir()
    ada, _ = collect(course, tmp_path / "in")
    folder = course / "submitted" / "ada" / ASSIGNMENT
    assert ada.notebooks == ("2_cnn",) and not [problem for problem in ada.problems if "helper" in problem]
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert there == ["2_cnn.ipynb", "data/sizes.json", "helper.py"]
    assert (folder / "helper.py").read_text(encoding="utf-8") == "SIZE = 3"


def test_a_link_in_the_course_is_replaced_and_nobody_waits_for_a_pipe(
    course: Path, download: Path, tmp_path: Path
) -> None:
    folder = course / "submitted" / "Ada B_501" / ASSIGNMENT
    folder.mkdir(parents=True)
    (tmp_path / "private.txt").write_text("mine", encoding="utf-8")
    (folder / "2_cnn.ipynb").symlink_to(tmp_path / "private.txt")
    collect(course, download)
    assert (tmp_path / "private.txt").read_text(encoding="utf-8") == "mine"
    (folder / "2_cnn.ipynb").unlink()
    os.mkfifo(folder / "2_cnn.ipynb")
    collect(course, download)
    assert (folder / "2_cnn.ipynb").is_file()


def test_a_folder_that_is_no_course_is_refused_with_the_remedy(tmp_path: Path, download: Path) -> None:
    with pytest.raises(SubmissionError, match="Run autograder course init"):
        collect(tmp_path, download)


def test_the_command_says_who_handed_in_what(course: Path, download: Path) -> None:
    result = CliRunner().invoke(app, ["course", "collect", str(course), str(download)])
    assert result.exit_code == 0, result.output
    assert "Ada B_501: 2_cnn" in result.output and "Bob_502: no notebook" in result.output
    told = " ".join(result.output.split())
    assert "1 submissions of 2 students are in" in told and told.endswith("nothing from Bob_502")
    assert CliRunner().invoke(app, ["course", "collect", str(course), "nothing.zip"]).exit_code == 2
