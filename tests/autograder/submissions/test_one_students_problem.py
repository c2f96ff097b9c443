"""Whatever one student hands in, the others are graded: too many files, odd files, and names of the kit's own."""

from __future__ import annotations

import os
import socket
import zipfile
from pathlib import Path

import pytest

from autograder.submissions import Submission, find_submissions, folder, listing
from autograder.submissions.safe_name import OURS, student_name

CODE = "x = 1"


def hand_in(place: Path, name: str = "2_cnn.py") -> None:
    """One file of code."""
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(CODE, encoding="utf-8")


def by_student(source: Path) -> dict[str, Submission]:
    """The submissions below a path."""
    return {one.student: one for one in find_submissions(source)}


@pytest.mark.parametrize("wrappers", [(), ("class",), ("submitted",), ("course", "submitted")])
@pytest.mark.parametrize("packed", [False, True])
def test_a_student_with_too_many_files_keeps_the_notebook_and_costs_others_nothing(
    tmp_path: Path, wrappers: tuple[str, ...], packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MAX_STUDENT_ENTRIES", 20)
    top = (tmp_path / "in").joinpath(*wrappers)
    for student in ("amy", "many", "zoe", *(f"s{number}" for number in range(30))):
        hand_in(top / student / "text_classification")
    for number in range(30):
        hand_in(top / "many" / "text_classification" / f"d{number % 5}", f"{number}.txt")
    source = tmp_path / "in"
    if packed:
        source = tmp_path / "in.zip"
        with zipfile.ZipFile(source, "w") as packing:
            for path in sorted((tmp_path / "in").rglob("*")):
                packing.write(path, path.relative_to(tmp_path / "in"))
    found = by_student(source)
    assert len(found) == 33
    assert all([file.content for file in one.files] == [CODE.encode()] for one in found.values())
    told = [name for name, one in found.items() if any("more than 20 files" in text for text in one.problems)]
    assert told == ["many"]


def test_a_folder_of_endless_names_is_read_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_SCAN", 10)
    for number in range(30):
        hand_in(tmp_path / "many", f"{number}.txt")
    hand_in(tmp_path / "amy")
    assert len(by_student(tmp_path)["amy"].files) == 1


def test_odd_files_are_named_and_the_rest_counts(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("secret = 1", encoding="utf-8")
    for student in ("amy", "odd"):
        hand_in(tmp_path / "class" / student)
    place = tmp_path / "class" / "odd"
    os.mkfifo(place / "1_rnn.ipynb")
    (place / "3_glove_cnn.ipynb").symlink_to(tmp_path / "secret.py")
    (place / "more").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(place)
        try:
            listening.bind("4_transformer.ipynb")
        finally:
            os.chdir(here)
        found = by_student(tmp_path / "class")
    assert [file.name for file in found["odd"].files] == ["2_cnn.py"]
    assert not found["amy"].problems
    told = " ".join(found["odd"].problems)
    assert all(word in told for word in ("named pipe", "is a link", "socket"))


@pytest.mark.parametrize("name", [*sorted(OURS), "Index.HTML", "FEEDBACK", "Grades.csv"])
def test_no_student_has_the_name_of_a_report(name: str, tmp_path: Path) -> None:
    assert student_name(name).casefold() not in OURS
    assert student_name(student_name(name)) == student_name(name)
    hand_in(tmp_path / name)
    hand_in(tmp_path / "amy")
    found = by_student(tmp_path)
    assert sorted(found) == sorted(["amy", f"_{name}"])
    assert any("is listed as" in problem for problem in found[f"_{name}"].problems)


def test_students_whose_names_differ_in_case_get_folders_of_their_own(tmp_path: Path) -> None:
    for name in ("Amy", "amy", "AMY"):
        hand_in(tmp_path / name)
    found = by_student(tmp_path)
    assert len({name.casefold() for name in found}) == len(found) == 3
