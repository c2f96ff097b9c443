"""What students receive holds all they need and nothing of the instructor's."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.judge.hidden_data import HIDDEN
from autograder.release import SOLUTIONS, read_source
from autograder.release.bundle import PROJECT, build_bundle
from autograder.release.leaks import hidden_lines


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The zip."""
    return build_bundle(tmp_path / "student.zip")


def texts(bundle: Path) -> dict[str, str]:
    """The readable files of the zip by name."""
    with zipfile.ZipFile(bundle) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if name.endswith((".py", ".ipynb", ".csv", ".md", ".txt"))
        }


def test_it_holds_notebooks_library_corpus_and_what_to_install(bundle: Path) -> None:
    names = set(texts(bundle))
    for part in ("README.md", "requirements.txt", "assignment/2_cnn.ipynb", "assignment/textlab/checks/cnn.py"):
        assert f"text_classification/{part}" in names
    assert "text_classification/assignment/datasets/mini/train.csv" in names


def test_no_solution_hidden_test_hidden_review_or_threshold_is_in_it(bundle: Path) -> None:
    together = "\n".join(texts(bundle).values())
    notebooks = "\n".join(text for name, text in texts(bundle).items() if name.endswith(".ipynb"))
    assert "BEGIN SOLUTION" not in together
    assert "BEGIN HIDDEN" not in together
    assert "f1_at_least" not in together
    assert not [name for name in texts(bundle) if "autograder" in name or "solutions" in name or "reviewgen" in name]
    found = {path.stem: hidden_lines(read_source(path.stem)) for path in SOLUTIONS.glob("*.py")}
    shown = {line for _, visible in found.values() for line in visible}
    for name, (hidden, _) in found.items():
        assert len(hidden) > 20
        telling = {line.text for line in hidden if len(line.text) > 11} - shown
        assert not [line for line in telling if line in notebooks], name
    public = set(together.splitlines())
    secret = (HIDDEN / "mini" / "test.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert not [line for line in secret if line in public]
    assert (HIDDEN / "key").read_text(encoding="utf-8").strip() not in together


def test_the_same_project_gives_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    assert bundle.read_bytes() == build_bundle(tmp_path / "again.zip").read_bytes()


def test_the_library_in_the_bundle_works_without_the_project(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "text_classification" / "assignment"
    code = (
        "import textlab, textlab.corpus; from textlab.checks import assess\n"
        "def pad_reference(ids, pad_idx): raise NotImplementedError\n"
        "state = assess('pad-reference', pad_reference).state\n"
        "print(textlab.__file__, len(textlab.corpus.load_corpus().train), state)"
    )
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout.split(maxsplit=1) == [f"{folder}/textlab/__init__.py", "4000 not attempted\n"]
    assert str(PROJECT / "textlab") not in result.stdout
