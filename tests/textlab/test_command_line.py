"""The command `textlab`, run as students run it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.textlab.saved_notebooks import save
from textlab import command_line
from textlab.checks.blanks import BLANKS
from textlab.command_line import app

ROOT = Path(__file__).resolve().parents[2]
RUNNER = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, and a terminal of 100 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command_line.console, "_width", 100)
    return tmp_path


def test_check_says_per_blank_what_is_wrong_and_what_comes_next(folder: Path) -> None:
    save(folder, "2_cnn", ("torch.full_like(ids, pad_idx)", "torch.ones_like(ids)"))
    save(folder, "1_rnn", untouched=True)
    result = RUNNER.invoke(app, ["check"])
    assert result.exit_code == 1
    for line in (
        "○ rnn-layers · not attempted",
        "✓ cnn-forward · right",
        "✗ pad-reference · the baseline is not the padding token everywhere",
        "1_rnn          ░░░░░░░░░░░░░░░░░░░░ 0/4  about 80 min left",
        "3/14 done, next: rnn-layers, about 15 min",
    ):
        assert line in result.output, result.output
    assert max(map(len, result.output.splitlines())) <= 100


def test_a_notebook_in_the_folder_assignment_is_found_by_its_name_and_said_so(folder: Path) -> None:
    (folder / "assignment").mkdir()
    save(folder / "assignment", "2_cnn")
    result = RUNNER.invoke(app, ["check", "2_cnn.ipynb"])
    assert result.exit_code == 0, result.output
    assert "2_cnn.ipynb is taken from assignment" in result.output
    assert (folder / "assignment" / "results" / "progress.json").is_file()
    save(folder, "2_cnn", untouched=True)
    nearer = RUNNER.invoke(app, ["check", "2_cnn.ipynb"])
    assert nearer.exit_code == 1 and "is taken from" not in nearer.output


def test_a_notebook_that_is_nowhere_is_told_where_it_was_looked_for(folder: Path) -> None:
    result = RUNNER.invoke(app, ["check", "2_cnn.ipynb"])
    told = "".join(result.output.split())
    assert result.exit_code == 2
    assert "".join(f"there is no 2_cnn.ipynb in {folder}, nor in its folder assignment".split()) in told


def test_the_state_is_kept_for_the_next_call(folder: Path) -> None:
    path = save(folder, "2_cnn")
    assert RUNNER.invoke(app, ["check", str(path)]).exit_code == 0
    assert "✓ 2_cnn          cnn-forward" in RUNNER.invoke(app, ["list"]).output


def test_the_list_shows_whole_titles_in_a_narrow_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line.console, "_width", 50)
    listed = RUNNER.invoke(app, ["list"]).output
    assert all(blank.title in listed for blank in BLANKS.values()), listed


def test_a_damaged_notebook_is_named_and_the_others_are_checked(folder: Path) -> None:
    (folder / "1_rnn.ipynb").write_text('{"cells": [')
    save(folder, "2_cnn")
    result = RUNNER.invoke(app, ["check"])
    assert result.exit_code == 1
    assert "1_rnn.ipynb: is no notebook" in result.output
    assert "✓ cnn-forward · right" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nothing.ipynb"],
        ["check"],
        ["hint", "cnn-forwar"],
        ["hint", "cnn-forward", "4"],
        ["symptoms", "moon"],
    ],
)
def test_wrong_usage_ends_with_status_2(folder: Path, arguments: list[str]) -> None:
    assert RUNNER.invoke(app, arguments).exit_code == 2


def test_hints_come_in_three_steps(folder: Path) -> None:
    shown = [RUNNER.invoke(app, ["hint", "cnn-forward", str(step)]).output for step in (1, 2, 3)]
    assert len(set(shown)) == 3
    assert "textlab hint cnn-forward 3" in shown[1]


def test_symptoms_explains_a_pasted_error(folder: Path) -> None:
    result = RUNNER.invoke(
        app, ["symptoms", "RuntimeError:", "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x1)"]
    )
    assert result.exit_code == 0
    assert "in_features" in result.output


def test_watch_checks_again_what_a_save_changed_and_survives_a_half_written_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_line, "POLL_SECONDS", 0.05)
    path = save(folder, "2_cnn", untouched=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "textlab", "check", "--watch"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    try:
        seen = read_until(process.stdout, "watching")
        assert "○ cnn-forward · not attempted" in seen
        whole = path.read_text(encoding="utf-8")
        path.write_text(whole[: len(whole) // 2], encoding="utf-8")
        seen = read_until(process.stdout, "watching")
        assert "seems to be cut off" in seen
        save(folder, "2_cnn")
        assert "✓ cnn-forward · right" in read_until(process.stdout, "watching")
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()


def read_until(lines: Iterable[str], word: str) -> str:
    """Read lines up to the first that holds a word."""
    read = ""
    for line in lines:
        read += line
        if word in line:
            return read
    raise AssertionError(f"the command ended without {word!r}:\n{read}")


def test_a_file_is_read_when_it_has_come_to_rest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "2_cnn.ipynb"
    path.write_text("a")
    seen = command_line._stamps([path])
    writes = iter(["ab", "abc", None, None])

    def write(seconds: float) -> None:
        if (text := next(writes)) is not None:
            path.write_text(text)

    monkeypatch.setattr(time, "sleep", write)
    assert command_line._wait_for_a_save([path], seen)[0][1] == 3  # type: ignore[index]


def test_the_instructors_package_is_not_needed(folder: Path) -> None:
    save(folder, "2_cnn")
    code = (
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('autograder', 'reviewgen', 'nbgrader', 'nbformat'):\n"
        "            raise ImportError(f'{name} is blocked')\n"
        "sys.meta_path.insert(0, Blocked())\n"
        "from textlab.command_line import app\n"
        "app(['check'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("given", ["2_CNN.ipynb", "2-cnn.ipynb", "02 cnn (1).ipynb", "."])
def test_a_notebook_is_known_by_its_name_as_the_grader_knows_it(folder: Path, given: str) -> None:
    save(folder, "2_cnn").rename(folder / ("2_cnn.ipynb" if given == "." else given))
    result = RUNNER.invoke(app, ["check", given])
    assert result.exit_code == 0, result.output
    assert "✓ cnn-forward · right" in result.output


def test_a_folder_may_be_given(folder: Path) -> None:
    (folder / "work").mkdir()
    save(folder / "work", "2_cnn")
    assert RUNNER.invoke(app, ["check", "work"]).exit_code == 0
    assert RUNNER.invoke(app, ["check", "work/2_CNN.ipynb"]).exit_code == 0


@pytest.mark.parametrize(
    "content", ["{}", '{"cells": [{"cell_type": "code", "source": "def pad_reference(): pass"}]}']
)
def test_a_notebook_that_is_none_of_the_kits_is_named_and_the_others_are_checked(folder: Path, content: str) -> None:
    save(folder, "2_cnn")
    (folder / "scratch.ipynb").write_text(content)
    result = RUNNER.invoke(app, ["check", "scratch.ipynb", "2_cnn.ipynb"])
    assert result.exit_code == 0, result.output
    assert "left out: scratch.ipynb" in result.output
    assert "✓ cnn-forward · right" in result.output


def test_a_notebook_under_another_name_is_known_by_what_it_defines(folder: Path) -> None:
    save(folder, "2_cnn").rename(folder / "homework.ipynb")
    result = RUNNER.invoke(app, ["check", "homework.ipynb"])
    assert result.exit_code == 0, result.output
    assert "homework.ipynb is checked as 2_cnn.ipynb" in result.output
