"""What Windows and macOS do differently: line ends, code pages, paths with blanks and umlauts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from tests.textlab.saved_notebooks import save
from textlab.checks.progress import note_states, read_states
from textlab.corpus import datasets_folder, load_corpus
from textlab.self_study import read_answers
from textlab.vectors import load_vectors

ROOT = Path(__file__).resolve().parents[2]


def with_windows_line_ends(source: Path, target: Path) -> Path:
    """A copy of a text file as Git or an editor leaves it on Windows."""
    content = source.read_bytes()
    assert b"\n" in content and b"\r" not in content
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.replace(b"\n", b"\r\n"))
    return target


def test_a_corpus_with_windows_line_ends_is_the_same(tmp_path: Path) -> None:
    for path in (datasets_folder() / "mini").glob("*.csv"):
        with_windows_line_ends(path, tmp_path / path.name)
    assert load_corpus("mini", path=tmp_path) == load_corpus("mini")


def test_vectors_with_windows_line_ends_are_the_same(tmp_path: Path) -> None:
    kept = datasets_folder() / "vectors" / "mini.50d.txt"
    ours, theirs = load_vectors(kept), load_vectors(with_windows_line_ends(kept, tmp_path / kept.name))
    assert ours.words == theirs.words and ours.matrix.equal(theirs.matrix)


@pytest.mark.parametrize("where", ["file", "cells"])
def test_a_notebook_with_windows_line_ends_has_the_same_definitions(where: str, tmp_path: Path) -> None:
    path = save(tmp_path, "2_cnn")
    digests = [answer.digest for answer in read_answers(path)]
    notebook = json.loads(path.read_text(encoding="utf-8"))
    if where == "cells":
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    path.write_bytes(json.dumps(notebook, indent=1).replace("\n", "\r\n").encode())
    again = read_answers(path)
    assert len(digests) > 3 and not [answer for answer in again if answer.definitions.missing]
    assert [answer.digest for answer in again] == digests


def test_progress_is_read_after_an_editor_changed_its_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "results" / "progress.json"
    states = note_states({"cnn-forward": "right"}, path)
    with_windows_line_ends(path, path)
    assert read_states(path) == states == {"cnn-forward": "right"}


# macOS hands out names with their accents apart; to a program that only passes them on that is another name.
@pytest.mark.parametrize("form", [pytest.param("NFC", marks=pytest.mark.slow), "NFD"])
def test_a_terminal_of_another_code_page_and_a_folder_with_blanks_and_umlauts_do_no_harm(
    form: Literal["NFC", "NFD"], tmp_path: Path
) -> None:
    folder = tmp_path / unicodedata.normalize(form, "Übung 3 (Größe) 中")
    folder.mkdir()
    save(folder, "2_cnn", ("torch.full_like(ids, pad_idx)", "torch.ones_like(ids)  # größer, “ist” ✓"))
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment |= {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-m", "textlab", "check"], cwd=folder, env=environment, capture_output=True, check=False
    )
    printed = done.stdout.decode("cp1252")
    assert done.returncode == 1 and done.stderr == b"", done.stderr.decode("cp1252")
    assert "? pad-reference · the baseline is not the padding token everywhere" in printed
    assert "cnn-forward · right" in printed
    assert read_states(folder / "results" / "progress.json")["pad-reference"] == "wrong"
