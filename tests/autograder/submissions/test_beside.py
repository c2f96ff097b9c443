"""What comes along with a notebook, and what does not."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from autograder.submissions import Submission, SubmittedFile, find_submissions
from autograder.submissions.beside import beside_notebook
from textlab.definitions.beside import MAX_BYTES, MAX_FILES, why_left_out

ASSIGNMENT = "text_classification"


def put(folder: Path, files: dict[str, bytes]) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def handed_in(folder: Path, **more: bytes) -> Submission:
    """The only submission of a class with one student, who handed in a notebook and `more`."""
    put(folder / "ada" / ASSIGNMENT, {"2_cnn.ipynb": b"{}", **more})
    (submission,) = find_submissions(folder)
    return submission


def names(submission: Submission) -> list[str]:
    """The names of what comes along."""
    return [file.name for file in submission.beside]


def test_small_files_of_text_come_along_and_weights_are_named(tmp_path: Path) -> None:
    found = handed_in(
        tmp_path, **{"layers.py": b"x = 1", "data/cfg.json": b"{}", "best.pt": b"0", "README.md": b"hi"}
    )
    assert names(found) == ["data/cfg.json", "layers.py"]
    assert [problem for problem in found.problems if "best.pt" in problem]
    assert not [problem for problem in found.problems if "README" in problem]


def test_what_lies_above_the_notebook_stays_there(tmp_path: Path) -> None:
    put(tmp_path / "ada", {"a/b/2_cnn.ipynb": b"{}", "a/above.json": b"1", "a/b/beside.json": b"2"})
    put(tmp_path / "bob", {"2_cnn.ipynb": b"{}"})
    ada = find_submissions(tmp_path, students=["ada"])[0]
    assert names(ada) == ["a/b/beside.json"]


def test_too_large_and_too_many_files_are_left_out_and_named_in_one_sentence_each(tmp_path: Path) -> None:
    many = {f"d{number:04}.txt": b"x" for number in range(1000)}
    found = handed_in(tmp_path, **many, **{"big.json": b"1" * (2 * MAX_BYTES)})
    assert len(found.beside) == MAX_FILES
    assert "big.json" not in names(found)
    told = [problem for problem in found.problems if "left out" in problem]
    assert len(told) == 2
    assert any("big.json" in problem and "1 MiB" in problem for problem in told)
    assert any(f"and {1000 - MAX_FILES - 3} more" in problem for problem in told)


@pytest.mark.parametrize("name", ["torch.py", "random.py", "textlab/__init__.py", "sitecustomize.py", "numpy.py"])
def test_no_file_takes_the_place_of_an_installed_module(tmp_path: Path, name: str) -> None:
    found = handed_in(tmp_path, **{name: b"raise SystemExit"})
    assert not found.beside
    assert any(name in problem and "installed module" in problem for problem in found.problems)


def test_a_module_beside_where_the_grader_was_started_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"my_layers.py": b""})
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert why_left_out("my_layers.py") == ""


@pytest.mark.parametrize("name", ["../x.py", "/etc/x.json", "a/../../x.py", "a//x.py", "a\\..\\x.py", "x\0.py", ""])
def test_no_name_leaves_the_folder(name: str) -> None:
    assert "folder" in why_left_out(name)


def test_hostile_names_in_a_zip_stay_in_the_students_folder(tmp_path: Path) -> None:
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"ada/{ASSIGNMENT}/2_cnn.ipynb", "{}")
        file.writestr(f"ada/{ASSIGNMENT}/../../evil.py", "1")
        file.writestr(f"ada/{ASSIGNMENT}/..\\evil2.py", "1")
    (ada,) = find_submissions(path)
    assert all(".." not in file.name.split("/") for file in ada.beside)


def test_links_and_pipes_do_not_come_along(tmp_path: Path) -> None:
    put(tmp_path / "ada" / ASSIGNMENT, {"2_cnn.ipynb": b"{}"})
    (tmp_path / "secret.json").write_text("{}")
    (tmp_path / "ada" / ASSIGNMENT / "cfg.json").symlink_to(tmp_path / "secret.json")
    os.mkfifo(tmp_path / "ada" / ASSIGNMENT / "pipe.json")
    (found,) = find_submissions(tmp_path)
    assert not found.beside


def test_a_virtual_environment_does_not_come_along(tmp_path: Path) -> None:
    found = handed_in(
        tmp_path, **{"env/pyvenv.cfg": b"", "env/lib/python3.11/site-packages/rich.py": b"", "env/x.py": b""}
    )
    assert not found.beside


def test_files_of_a_canvas_download_come_along_with_their_student(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "doejane_12_34_2_cnn.ipynb": b"{}",
            "doejane_12_35_layers.py": b"x = 1",
            "doejane_12_36_cfg.json": b"{}",
            "roebob_13_37_2_cnn.ipynb": b"{}",
        },
    )
    bob, jane = sorted(find_submissions(tmp_path), key=lambda found: "jane" in found.student)
    assert names(jane) == ["cfg.json", "layers.py"]
    assert not bob.beside


def test_what_comes_along_counts_in_the_digest(tmp_path: Path) -> None:
    file, extra = SubmittedFile("2_cnn.ipynb", b"{}"), SubmittedFile("cfg.json", b"{}")
    alone, beside = Submission("ada", (file,), ()), Submission("ada", (file,), (), (extra,))
    assert len({alone.sha256, beside.sha256, Submission("ada", (file, extra), ()).sha256}) == 3


def test_one_notebook_gets_the_files_of_its_own_folder_under_relative_names() -> None:
    files = [SubmittedFile(name, b"") for name in ("a/x.py", "a/b/y.json", "z.json", "a/2_cnn.py")]
    found = beside_notebook("a/2_cnn.ipynb", files, {"a/2_cnn.py"})
    assert [file.name for file in found] == ["x.py", "b/y.json"]


def test_a_notebook_that_is_given_in_nbgraders_folder_has_its_files(tmp_path: Path) -> None:
    handed_in(tmp_path, **{"cfg.json": b"{}"})
    (found,) = find_submissions(tmp_path / "ada" / ASSIGNMENT / "2_cnn.ipynb")
    assert names(found) == ["cfg.json"]
