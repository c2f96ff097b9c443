"""What is handed in along with the work hides none of it, in a folder and in a zip."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

import pytest

from tests.autograder.submissions.test_find import found, only, pack, plant

ENVIRONMENT = tuple(
    f"{part}/m{number}.py" for part in ("lib/python3.11/site-packages/torch", "bin") for number in range(70)
)
NOISE = {
    "named": [f"env/{name}" for name in ENVIRONMENT],
    "capitals": [f"VENV/{name}" for name in ("Lib/site-packages/a.py", "Scripts/activate_this.py")],
    "of-another-name": ["my-torch/pyvenv.cfg", *(f"my-torch/{name}" for name in ENVIRONMENT)],
    "conda": ["tools/conda-meta/history", *(f"tools/{name}" for name in ENVIRONMENT)],
    "here": ["pyvenv.cfg", *ENVIRONMENT, "share/kernel.ipynb"],
    "flat": [f"env/m{number}.py" for number in range(70)],
    "node": [f"web/node_modules/p{number}/index.ipynb" for number in range(70)],
    "checkpoints": [".ipynb_checkpoints/2_cnn-checkpoint.ipynb", "__MACOSX/._2_cnn.ipynb", "__pycache__/a.py"],
    "library": ["textlab/__init__.py", "textlab/checks/cnn.py", "textlab/definitions/cells.py"],
    "deep": [f"node_modules/{'a/' * 20}b.ipynb", f"env/lib/{'a/' * 20}b.py"],
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_not_looked_at(tmp_path: Path, noise: str, packed: bool) -> None:
    paths = [f"amy/{name}" for name in (*NOISE[noise], "2_cnn.ipynb", "old/1_rnn.ipynb")]
    paths += ["bob/2_cnn.ipynb"]
    source = pack(tmp_path / "a.zip", *paths) if packed else plant(tmp_path / "a", *paths)
    assert found(source) == {"amy": ["2_cnn.ipynb", "old/1_rnn.ipynb"], "bob": ["2_cnn.ipynb"]}


@pytest.mark.parametrize("packed", [False, True])
def test_a_notebook_that_is_kept_in_an_environment_is_found(tmp_path: Path, packed: bool) -> None:
    paths = [
        "amy/env/pyvenv.cfg",
        "amy/env/2_cnn.ipynb",
        "amy/env/mine/1_rnn.ipynb",
        "amy/env/lib/a.py",
        "bob/lib/2_cnn.ipynb",
    ]
    source = pack(tmp_path / "a.zip", *paths) if packed else plant(tmp_path / "a", *paths)
    assert found(source) == {"amy": ["env/2_cnn.ipynb", "env/mine/1_rnn.ipynb"], "bob": ["lib/2_cnn.ipynb"]}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("marks", [(".results/a/1.json",), ("grades.csv", "index.html", "feedback/amy.html")])
def test_reports_inside_the_class_are_no_student(tmp_path: Path, marks: tuple[str, ...], packed: bool) -> None:
    reports = [f"reports/{mark}" for mark in (*marks, "amy/report.json", "feedback/bob.html")]
    paths = ["amy/2_cnn.ipynb", "bob/2_cnn.ipynb", *reports]
    source = pack(tmp_path / "a.zip", *paths) if packed else plant(tmp_path / "a", *paths)
    assert found(source) == {"amy": ["2_cnn.ipynb"], "bob": ["2_cnn.ipynb"]}


def test_a_class_that_the_reports_were_written_into_is_found_again(tmp_path: Path) -> None:
    plant(tmp_path, "amy/2_cnn.ipynb", "amy/report.json", "bob/2_cnn.ipynb", "feedback/amy.html", ".results/1.json")
    assert found(tmp_path) == {"amy": ["2_cnn.ipynb"], "bob": ["2_cnn.ipynb"]}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_what_is_no_plain_file_is_named_and_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, "amy/2_cnn.ipynb")
    monkeypatch.chdir(tmp_path / "amy")
    os.mkfifo("1_rnn.ipynb")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("notes.py")
    Path("link.ipynb").symlink_to("/dev/zero")
    with contextlib.suppress(PermissionError):
        os.mknod("disk.ipynb", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    submission = only(tmp_path)
    assert [file.name for file in submission.files] == ["2_cnn.ipynb"]
    said = " ".join(submission.problems)
    assert "1_rnn.ipynb: is not a plain file but a named pipe" in said and "but a socket" in said
    assert "link.ipynb: is a link" in said
    assert not Path("disk.ipynb").exists() or "disk.ipynb: is not a plain file but a device" in said
