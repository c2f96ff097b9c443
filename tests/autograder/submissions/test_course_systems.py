"""Zips as Canvas, Moodle and Gradescope name them: whose is which file."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.submissions.course_systems import gradescope_students
from tests.autograder.submissions.test_find import found, pack, plant

METADATA = """---
submission_101:
  :submitters:
  - :name: Jane Doe
    :sid: '4711'
    :email: jane@example.org
  :created_at: 2026-03-05 10:12:12.123000000 Z
submission_102:
  :submitters:
  - :name: Max
    :sid:
    :email: max@example.org
  - :name: Ada
    :sid: 7
"""


def test_canvas_names_are_taken_apart(tmp_path: Path) -> None:
    class_zip = pack(
        tmp_path / "submissions.zip",
        "doejane_12345_678901_2_cnn.ipynb",
        "doejane_12345_678902_1_rnn-2.ipynb",
        "müllermax_LATE_12346_678903_2_cnn.ipynb",
    )
    assert found(class_zip) == {"doejane_12345": ["1_rnn.ipynb", "2_cnn.ipynb"], "müllermax_12346": ["2_cnn.ipynb"]}


def test_canvas_gives_groups_and_anonymous_students_other_names(tmp_path: Path) -> None:
    groups = pack(
        tmp_path / "groups.zip",
        *("team_a3_12345_67890_1_rnn.ipynb", "team_a3_12345_67891_2_cnn.ipynb"),
        *("group_7_late_12346_67892_2_cnn.ipynb", "teamb_12347_67893_2024_2_cnn.ipynb"),
        *("team_2024_12348_67894_1_rnn.ipynb", "team_2024_12348_67895_2_cnn.ipynb"),
    )
    assert found(groups) == {
        "group_7_12346": ["2_cnn.ipynb"],
        "team_2024_12348": ["1_rnn.ipynb", "2_cnn.ipynb"],
        "team_a3_12345": ["1_rnn.ipynb", "2_cnn.ipynb"],
        "teamb_12347": ["2024_2_cnn.ipynb"],
    }
    anonymous = pack(
        tmp_path / "anonymous.zip",
        *("anon_Qw3Rt_501_1_rnn.ipynb", "anon_Qw3Rt_502_2_cnn.ipynb", "LATE_anon_Zx9Cv_503_2_cnn-1.ipynb"),
        "anon_Bn4Mk_LATE_504_2_cnn.ipynb",
    )
    assert found(anonymous) == {
        "anon_Qw3Rt": ["1_rnn.ipynb", "2_cnn.ipynb"],
        "anon_Zx9Cv": ["2_cnn.ipynb"],
        "anon_Bn4Mk": ["2_cnn.ipynb"],
    }


def test_work_that_came_by_mail_changes_nobody_elses_name(tmp_path: Path) -> None:
    for late in ("by_mail.ipynb", "Eve 2_cnn.ipynb", "eve_12.ipynb"):
        path = pack(tmp_path / "class.zip", "roeada_12345_678_1_rnn.ipynb", "roeada_12345_679_2_cnn.ipynb", late)
        assert found(path) == {"roeada_12345": ["1_rnn.ipynb", "2_cnn.ipynb"], late[:-6]: [late]}
    moodle = pack(
        tmp_path / "m.zip",
        "Ada B_88_assignsubmission_file_/a/2_cnn.ipynb",
        "eve/2_cnn.ipynb",
        "Participant_9_assignsubmission_file_2_cnn.ipynb",
    )
    assert found(moodle) == {"Ada B_88": ["a/2_cnn.ipynb"], "Participant_9": ["2_cnn.ipynb"], "eve": ["2_cnn.ipynb"]}


@pytest.mark.parametrize("separator", ["/", ""])
def test_moodle_names_are_taken_apart(tmp_path: Path, separator: str) -> None:
    class_zip = pack(
        tmp_path / "Course-Assignment-12.zip",
        f"Jane van Doe_88_assignsubmission_file_{separator}2_cnn.ipynb",
        f"Jane van Doe_88_assignsubmission_file_{separator}1_rnn.ipynb",
        f"Participant 7_89_assignsubmission_file_{separator}2_cnn.ipynb",
    )
    assert found(class_zip) == {
        "Jane van Doe_88": ["1_rnn.ipynb", "2_cnn.ipynb"],
        "Participant 7_89": ["2_cnn.ipynb"],
    }


def test_gradescope_submissions_get_the_numbers_of_their_students(tmp_path: Path) -> None:
    export = plant(
        tmp_path / "assignment_5_export",
        "submission_101/2_cnn.ipynb",
        "submission_102/2_cnn.ipynb",
        "submission_103/2_cnn.ipynb",
    )
    (export / "submission_metadata.yml").write_text(METADATA, encoding="utf-8")
    expected = {name: ["2_cnn.ipynb"] for name in ("4711", "max@example.org+7", "submission_103")}
    assert found(export) == expected
    assert found(tmp_path) == expected


@pytest.mark.parametrize(
    "metadata", [b"", b"[1, 2]", b"submission_1: {:submitters: 3}", b"a: [", b"\xff", b"&a [*a]"]
)
def test_metadata_that_say_nothing_change_nothing(metadata: bytes) -> None:
    assert gradescope_students(["submission_1"], metadata) == {}


def test_a_class_of_ordinary_names_keeps_them(tmp_path: Path) -> None:
    plant(tmp_path, "anna_2023_12_cnn.ipynb", "bob.ipynb")
    assert found(tmp_path) == {"anna_2023_12_cnn": ["anna_2023_12_cnn.ipynb"], "bob": ["bob.ipynb"]}
