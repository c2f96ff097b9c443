"""Classroom 50: result.json, the autograder's folder, and the template of students' repositories."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import jsonschema
import pytest

from autograder.exports import classroom50_run, kit_files
from autograder.exports.classroom50 import classroom50_result, release_body
from autograder.exports.classroom50_files import RUNTIME, write_autograder, write_template
from autograder.exports.kit_files import kit_members
from autograder.exports.single import NotGraded
from autograder.record import Record
from tests.records import record

SCHEMA = json.loads((Path(kit_files.__file__).parent / "classroom50.schema.json").read_text(encoding="utf-8"))
LOST = record("ada", {"cnn-f1": "failed", "rnn-f1": "timeout", "glove-f1": "skipped"})
HANDED_IN = datetime(2026, 5, 1, 12, 0, tzinfo=timezone.utc)
GRADED = datetime(2026, 5, 1, 12, 3, tzinfo=timezone.utc)
ENVIRONMENT = {
    "CLASSROOM": "nlp", "ASSIGNMENT": "text", "OWNER": "ada", "SUBMISSION_TAG": "submit/20260501-abcdef0",
    "COMMIT_URL": "the commit",
}  # fmt: skip


def valid(text: str) -> dict[str, object]:
    """The parsed file, which has to follow its schema."""
    fields: dict[str, object] = json.loads(text)
    jsonschema.validate(fields, SCHEMA)
    return fields


def test_the_result_has_integers_that_add_up_and_what_the_environment_says() -> None:
    fields = valid(classroom50_result(LOST, ENVIRONMENT, HANDED_IN, GRADED))
    tests: list[dict[str, int]] = fields["tests"]  # type: ignore[assignment]
    assert fields["score"] == sum(test["score"] for test in tests) == LOST.score
    assert fields["max-score"] == sum(test["max-score"] for test in tests) == LOST.max_score + LOST.max_bonus
    assert (fields["classroom"], fields["owner"], fields["review"]) == ("nlp", "ada", "the commit")
    assert (fields["datetime"], fields["graded_at"]) == ("2026-05-01T12:00:00Z", "2026-05-01T12:03:00Z")
    assert len(tests) == len(LOST.checks)


def test_students_read_what_was_lost_but_no_input_of_a_hidden_check() -> None:
    said = "too low\n  input     a secret review\n  got       `0.7`\n<b>"
    body = release_body(record("ada", {"cnn-f1": "failed", "cnn-shapes": "failed"}, message=said))
    assert body.count("secret review") == 1, "cnn-shapes is public"
    assert "**cnn-f1**: 0 of 3\n\n    too low\n      got" in body
    assert all(line.startswith("    ") for line in body.splitlines() if "<b>" in line)


def test_there_is_no_result_when_the_grader_failed() -> None:
    with pytest.raises(ValueError, match="run it again"):
        classroom50_result(record(outcomes={"cnn-f1": "error"}), {}, HANDED_IN, GRADED)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A student's repository with one commit."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "2_cnn.ipynb").write_text("{}", encoding="utf-8")
    dated = {**os.environ, "GIT_COMMITTER_DATE": "2026-05-01T14:00:00+02:00"}
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for arguments in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "answers"]):
        subprocess.run(["git", *arguments], cwd=folder, env=dated, check=True)
    return folder


def test_a_repository_is_graded_and_was_handed_in_when_it_was_committed(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grade(folder: Path, student: str, seconds: float) -> Record:
        assert (folder, student) == (repository, "ada")
        return LOST

    monkeypatch.setattr(classroom50_run, "grade_single", grade)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert classroom50_run.grade_repository(repository, tmp_path / "result.json") == 0
    assert valid((tmp_path / "result.json").read_text(encoding="utf-8"))["datetime"] == "2026-05-01T12:00:00Z"


def test_a_fault_of_the_grader_is_one_of_the_infrastructure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder: Path, student: str, seconds: float) -> Record:
        raise NotGraded("out of time")

    monkeypatch.setattr(classroom50_run, "grade_single", fail)
    assert classroom50_run.grade_repository(tmp_path, tmp_path / "result.json") == 1
    assert not (tmp_path / "result.json").exists()
    assert classroom50_run.committed(tmp_path) is None


def test_the_autograders_folder_holds_the_kit_but_not_the_teachers_own_reviews(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    own = project / "autograder" / "hidden" / "own"
    own.mkdir(parents=True)
    (own / "key").write_text("secret", encoding="utf-8")
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        (project / name).write_text("x", encoding="utf-8")
    shared = {name for name, _, _ in kit_members("", own=False, project=project)}
    assert "autograder/hidden/own/key" not in shared
    assert "autograder/hidden/own/key" in {name for name, _, _ in kit_members("", own=True, project=project)}

    written = write_autograder(tmp_path / "made", "")
    assert [path.name for path in written] == ["autograder.py", "runtime.json", "kit.zip"]
    assert json.loads(written[1].read_text(encoding="utf-8")) == RUNTIME
    with zipfile.ZipFile(written[2]) as kit:
        assert "autograder/hidden/key" in kit.namelist()
        assert not [name for name in kit.namelist() if "/own/" in name]
        subprocess.run(["bash", "-n"], input=kit.read("install_kit.sh"), check=True)
    # The service fetches no folder that is larger.
    assert sum(path.stat().st_size for path in written) < 10 * 2**20


@pytest.mark.parametrize("address", ['a"b', "a b", "$(touch x)", "a\nb", "`x`"])
def test_an_address_that_could_end_its_line_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        list(kit_members(address, own=False))


def test_the_template_holds_what_students_receive_and_how_to_hand_it_in(tmp_path: Path) -> None:
    write_template(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"assignment/1_rnn.ipynb", "assignment/textlab/text.py", "requirements.txt", ".gitignore"} <= names
    assert "git push" in (tmp_path / "README.md").read_text(encoding="utf-8")
    # The service writes its own workflow, and a second one would grade twice.
    assert not [name for name in names if name.startswith((".github", "autograder", "solutions"))]


def test_autograder_py_grades_with_the_kit_of_its_python_and_nothing_of_the_repository(
    repository: Path, tmp_path: Path
) -> None:
    (repository / "autograder").mkdir()
    (repository / "autograder" / "__init__.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    program = write_autograder(tmp_path / "made", "")[0]
    done = subprocess.run(
        [sys.executable, str(program), "--help"], cwd=repository, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "--result" in done.stdout, done.stderr


def test_autograder_py_installs_the_kit_where_there_is_none(repository: Path, tmp_path: Path) -> None:
    program = write_autograder(tmp_path / "made", "")[0]
    # A kit that notes how it was installed: the real one takes minutes.
    made = '"$1/bin/python"'
    noting = f"rm -f {made}; printf '#!/bin/sh\\necho \"$@\" > ran\\n' > {made}; chmod +x {made}"
    with zipfile.ZipFile(program.parent / "kit.zip", "w") as kit:
        kit.writestr("install_kit.sh", noting)
    venv.create(tmp_path / "bare")
    bare = tmp_path / "bare" / "bin" / "python"
    subprocess.run([str(bare), str(program)], cwd=repository, env={"PATH": os.defpath}, check=True)
    assert (repository / "ran").read_text(encoding="utf-8").strip() == "-I -m autograder.exports.classroom50_run"
