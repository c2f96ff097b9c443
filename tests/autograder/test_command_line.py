"""The commands besides grade: validate, release, student, renew-hidden."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import command_line, grade_command
from autograder.grading import failed_record
from autograder.judge.hidden_data import HIDDEN
from autograder.judge.judge import Settings
from autograder.record import Record
from autograder.sandbox import Finding, Level
from autograder.submissions import HandedIn, Submission

run = CliRunner().invoke


@pytest.mark.slow
def test_validate_gives_the_solution_full_marks_and_the_untouched_release_none() -> None:
    result = run(command_line.app, ["validate"])
    assert result.exit_code == 0, result.output
    assert "valid: the solution gets full marks" in result.output


def test_release_check_finds_assignment_fresh() -> None:
    result = run(command_line.app, ["release", "--check"])
    assert result.exit_code == 0, result.output


def test_student_writes_the_zip_where_it_is_told(tmp_path: Path) -> None:
    result = run(command_line.app, ["student", "--out", str(tmp_path / "new" / "kit.zip")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "new" / "kit.zip").stat().st_size > 100_000


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the hidden folder that the command may change."""
    copy = tmp_path / "hidden"
    shutil.copytree(HIDDEN, copy)
    monkeypatch.setattr(command_line, "HIDDEN", copy)
    return copy


def test_a_key_of_ones_own_draws_other_reviews_and_the_same_key_the_same(hidden: Path) -> None:
    before = (hidden / "mini" / "test.csv").read_bytes()
    own = hidden / "own"
    drawn = []
    for _ in range(2):
        result = run(command_line.app, ["renew-hidden", "--key", "our course, autumn"])
        assert result.exit_code == 0, result.output
        drawn.append((own / "mini" / "test.csv").read_bytes())
    assert drawn[0] == drawn[1] != before
    assert len(drawn[0].splitlines()) == len(before.splitlines())
    assert (own / "key").read_text(encoding="utf-8") == "our course, autumn\n"
    assert (own / "key").stat().st_mode & 0o077 == 0
    assert (hidden / "mini" / "test.csv").read_bytes() == before


def test_an_empty_key_changes_nothing_and_says_so(hidden: Path) -> None:
    result = run(command_line.app, ["renew-hidden", "--key", "  "])
    assert result.exit_code == 2
    assert "key is empty" in result.output
    assert not (hidden / "own").exists()


def test_nothing_is_graded_below_the_sandbox_floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finding = Finding(Level.BUBBLEWRAP, False, "bwrap is not installed: run apt-get install bubblewrap as root")
    monkeypatch.setattr(grade_command, "strongest", lambda: Level.PROCESS)
    monkeypatch.setattr(grade_command, "probe_levels", lambda: (finding,))
    result = run(
        command_line.app,
        ["grade", "examples/submitted", "--out", str(tmp_path / "out"), "--sandbox-floor", "bubblewrap"],
    )
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "apt-get install bubblewrap" in said
    assert "nothing was graded" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("place", ["out", "marks of today"])
def test_the_students_of_a_class_stay_the_same_when_the_reports_lie_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def marked(handed_in: Iterable[Submission], settings: Settings, *_: object, **__: object) -> Iterator[Record]:
        for submission in handed_in:
            seen.append(submission.student)
            yield failed_record(submission, settings, "not judged")

    seen: list[str] = []
    monkeypatch.setattr(grade_command, "grade_class", marked)
    monkeypatch.chdir(tmp_path)
    Path(place).mkdir()
    for name in ("amy.ipynb", "bob.ipynb"):
        Path(name).write_text("{}", encoding="utf-8")
    for out in (place, place, "elsewhere"):
        seen.clear()
        assert run(command_line.app, ["grade", ".", "--out", out, "--cache", "cache"]).exit_code == 1
        assert seen == ["amy", "bob"]


def test_a_student_who_gives_the_own_folder_is_one_student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def marked(handed_in: HandedIn, *_: object, **__: object) -> Iterator[Record]:
        seen.extend(handed_in.students)
        return iter(())

    seen: list[str] = []
    monkeypatch.setattr(grade_command, "grade_class", marked)
    (tmp_path / "jane").mkdir()
    for name in ("1_rnn.ipynb", "2_cnn.ipynb"):
        (tmp_path / "jane" / name).write_text("{}", encoding="utf-8")
    for contract, students in (("kit", ["jane"]), ("original", ["1_rnn", "2_cnn"])):
        seen.clear()
        arguments = [str(tmp_path / "jane"), "--out", str(tmp_path / "out"), "--contract", contract]
        run(command_line.app, ["grade", *arguments])
        assert seen == students
