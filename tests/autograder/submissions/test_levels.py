"""Whose work is what: students by their folders and files, and one student's own folder in place of a class."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from autograder.submissions import find_submissions, open_class, read_student
from tests.autograder.submissions.test_find import ASSIGNMENT, found, pack, plant

Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD")
NOTEBOOKS = ("1_rnn", "2_cnn")


@pytest.mark.parametrize(
    "paths",
    [
        ("1_rnn.ipynb", "2_cnn.ipynb"), ("2_CNN (1).ipynb",), ("1-rnn.ipynb", "2_cnn.ipynb", "notes.ipynb"),
        ("1_rnn.ipynb", "2_cnn.ipynb", "old/2_cnn.ipynb", "data/reviews.csv", "env/lib/a.py"),
        ("assignment/2_cnn.ipynb", "datasets/mini/test.csv", "scratch.ipynb"),
        ("Text-Classification (1)/2_cnn.ipynb", "results/progress.json"),
        ("1_rnn.ipynb", f"{ASSIGNMENT}/2_cnn.ipynb"),
        ("1_rnn/1_rnn.ipynb", "2_cnn/2_cnn.ipynb"), ("2_cnn.ipynb", "2_cnn.py"), ("2_cnn.ipynb", "2_cnn-Copy1.ipynb"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_what_has_the_names_of_notebooks_is_the_work_of_one_student(
    tmp_path: Path, paths: tuple[str, ...], packed: bool
) -> None:
    source = pack(tmp_path / "jane.zip", *paths) if packed else plant(tmp_path / "jane", *paths)
    (submission,) = find_submissions(source, notebooks=NOTEBOOKS)
    expected = sorted(path for path in paths if path.endswith((".ipynb", ".py")) and not path.startswith("env"))
    assert submission.student == "jane"
    assert [file.name for file in submission.files] == expected


@pytest.mark.parametrize(
    ("paths", "students"),
    [
        (("amy.ipynb", "bob.ipynb"), ["amy", "bob"]),
        (("2_cnn_amy.ipynb", "2_cnn_bob.ipynb"), ["2_cnn_amy", "2_cnn_bob"]),
        (("amy/2_cnn.ipynb", "bob/2_cnn.ipynb", "1_rnn.ipynb", "2_cnn.ipynb"), ["1_rnn", "2_cnn", "amy", "bob"]),
        (("amy.ipynb", "2_cnn.ipynb"), ["2_cnn", "amy"]),
        (("assignment/2_cnn.ipynb", "amy/homework.ipynb"), ["amy", "assignment"]),
        (("amy/2_cnn.ipynb",), ["amy"]), (("amy/assignment/2_cnn.ipynb",), ["amy"]),
        (("amy/2_cnn.ipynb", "env/lib/a.py"), ["amy"]),
        ((f"{ASSIGNMENT}/2_cnn.ipynb", "amy/2_cnn.ipynb", "bob/2_cnn.ipynb"), ["amy", "bob", ASSIGNMENT]),
        (("Ada B_88_assignsubmission_file_/mine/2_cnn.ipynb",), ["Ada B_88"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("packed", [False, True])
def test_a_class_has_the_names_of_students(
    tmp_path: Path, paths: tuple[str, ...], students: list[str], packed: bool
) -> None:
    source = pack(tmp_path / "class.zip", *paths) if packed else plant(tmp_path / "class", *paths)
    submissions = find_submissions(source, notebooks=NOTEBOOKS)
    assert [submission.student for submission in submissions] == students
    for submission in submissions:
        said = "its name is a notebook's, and was taken for a student's" in " ".join(submission.problems)
        assert said == (submission.student in NOTEBOOKS)


@pytest.mark.parametrize(
    ("one", "other", "owner"),
    [
        ("jane_1_rnn.ipynb", "jane_2_cnn.ipynb", "jane"),
        ("1-RNN Jane Doe.ipynb", "2-cnn Jane Doe (1).ipynb", "Jane Doe"),
        ("Jane Doe - 1_rnn.ipynb", "Jane Doe - 2_cnn.ipynb", "Jane Doe"),
        ("T_jdoe_attempt_2026-05-01-10-12-12_1_rnn.ipynb", "T_jdoe_attempt_2026-05-01-10-12-12_2_cnn.ipynb",
         "T_jdoe_attempt_2026-05-01-10-12-12"),
    ],
)  # fmt: skip
def test_files_that_differ_in_the_notebooks_name_only_are_of_one_student(
    tmp_path: Path, one: str, other: str, owner: str
) -> None:
    plant(tmp_path, one, other, "ben_2_cnn.ipynb", "cleo.ipynb")
    submissions = {each.student: each for each in find_submissions(tmp_path, notebooks=NOTEBOOKS)}
    assert set(submissions) == {owner, "ben_2_cnn", "cleo"}
    assert sorted(file.name for file in submissions[owner].files) == sorted([one, other])


def test_a_folder_of_the_assignment_with_another_spelling_is_found(tmp_path: Path) -> None:
    plant(tmp_path, f"amy/{ASSIGNMENT}/2_cnn.ipynb", "bob/Text-Classification/2_cnn.ipynb", "bob/homework_1/a.ipynb")
    assert found(tmp_path) == {"amy": ["2_cnn.ipynb"], "bob": ["2_cnn.ipynb"]}


def test_work_beside_the_folder_of_the_assignment_is_found(tmp_path: Path) -> None:
    plant(tmp_path, f"amy/{ASSIGNMENT}/2_cnn.ipynb", "amy/1_rnn.ipynb", "amy/homework_1/a.ipynb", "bob/2_cnn.ipynb")
    assert found(tmp_path) == {"amy": ["1_rnn.ipynb", f"{ASSIGNMENT}/2_cnn.ipynb"], "bob": ["2_cnn.ipynb"]}


def test_work_in_a_folder_of_another_name_is_found(tmp_path: Path) -> None:
    plant(tmp_path, f"amy/{ASSIGNMENT}/2_cnn.ipynb", "amy/weekly/1_rnn.ipynb", "amy/homework_1/a.ipynb")
    plant(tmp_path, "bob/hw/2_cnn.ipynb", "cy/homework_1/a.ipynb")
    amy, bob, cy = find_submissions(tmp_path, notebooks=NOTEBOOKS)
    assert [file.name for file in amy.files] == [f"{ASSIGNMENT}/2_cnn.ipynb", "weekly/1_rnn.ipynb"]
    assert [file.name for file in bob.files] == ["hw/2_cnn.ipynb"]
    assert cy.files == () and "no folder text_classification, but homework_1" in cy.problems[0]
    (alone,) = find_submissions(tmp_path / "amy", notebooks=NOTEBOOKS[1:])
    assert [file.name for file in alone.files] == ["2_cnn.ipynb"]


def test_work_of_a_course_system_is_found_at_any_depth(tmp_path: Path) -> None:
    plant(tmp_path, f"Ada B_88_assignsubmission_file_/{ASSIGNMENT}/2_cnn.ipynb")
    plant(tmp_path, "Bob_89_assignsubmission_file_/my work/2_cnn.ipynb", "Bob_89_assignsubmission_onlinetext_/a.html")
    assert found(tmp_path) == {"Ada B_88": [f"{ASSIGNMENT}/2_cnn.ipynb"], "Bob_89": ["my work/2_cnn.ipynb"]}


def test_who_handed_in_no_notebook_at_all_is_listed(tmp_path: Path) -> None:
    names = ("roeada_12345_678_2_cnn.ipynb", "doeben_12346_679_essay.pdf", "doeben_12346_680_._2_cnn.ipynb")
    ben, ada = find_submissions(pack(tmp_path / "a.zip", *names))
    assert ada.student == "roeada_12345" and ada.problems == ()
    assert ben.student == "doeben_12346" and ben.files == () and "No notebook" in ben.problems[0]


def test_two_attempts_of_a_file_stay_two_files(tmp_path: Path) -> None:
    names = ("roeada_12345_678_2_cnn.ipynb", "roeada_12345_679_2_cnn-1.ipynb")
    assert found(pack(tmp_path / "a.zip", *names)) == {"roeada_12345": ["2_cnn-1.ipynb", "2_cnn.ipynb"]}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("asked", FORMS)
def test_letters_may_be_composed_in_any_way(tmp_path: Path, form: Form, asked: Form) -> None:
    plant(tmp_path, unicodedata.normalize(form, f"Zoë/{ASSIGNMENT}/2_cnn.ipynb"), f"amy/{ASSIGNMENT}/2_cnn.ipynb")
    (zoe,) = find_submissions(tmp_path, students=[unicodedata.normalize(asked, "Zoë")])
    assert zoe.student == "Zoë" and len(zoe.files) == 1 and zoe.problems == ()
    (alone,) = find_submissions(tmp_path / unicodedata.normalize(asked, "Zoë"))
    assert alone.student == "Zoë" and len(alone.files) == 1


def test_the_place_of_the_reports_is_no_student_even_when_it_is_empty(tmp_path: Path) -> None:
    plant(tmp_path, "amy/2_cnn.ipynb")
    (tmp_path / "out").mkdir()
    with open_class(tmp_path, skipped=[tmp_path / "out"]) as handed_in:
        assert handed_in.students == ("amy",)


def test_a_repository_is_the_work_of_one_student_at_any_depth(tmp_path: Path) -> None:
    plant(tmp_path, "Untitled.ipynb", "assignment/2_cnn.ipynb", ".git/2_cnn.ipynb", "venv/lib/a.py")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "Untitled.ipynb")
    submission = read_student(tmp_path, "ada", NOTEBOOKS)
    assert submission.student == "ada"
    assert [file.name for file in submission.files] == ["Untitled.ipynb", "assignment/2_cnn.ipynb"]
    assert "is a link" in submission.problems[0]


@pytest.mark.parametrize("packed", [False, True])
def test_a_thousand_files_do_not_hide_the_work(tmp_path: Path, packed: bool) -> None:
    paths = [
        f"amy/{letter}{number}.{ending}" for letter in "0z" for number in range(300) for ending in ("ipynb", "py")
    ]
    paths += ["amy/deep/er/2-cnn.ipynb", "amy/my 1_rnn.ipynb"]
    source = pack(tmp_path / "a.zip", *paths) if packed else plant(tmp_path / "a", *paths)
    (amy,) = find_submissions(source, notebooks=NOTEBOOKS)
    assert {"deep/er/2-cnn.ipynb", "my 1_rnn.ipynb"} < {file.name for file in amy.files}
    assert "1202 notebooks and scripts were handed in; 200 count" in " ".join(amy.problems)
