"""Files that other programs read: JUnit XML, Gradescope's and Classroom 50's results, and the table of marks."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.exports import gradescope_box, single
from autograder.exports.gradescope import FAILED, failed_results, gradescope_results
from autograder.exports.gradescope_zip import build_gradescope_zip
from autograder.exports.junit import junit_xml
from autograder.exports.marks import marks_of, read_records
from autograder.exports.single import NotGraded, grade_single
from autograder.exports.table import COLUMNS, marks_csv
from autograder.record import Record, record_json
from tests.records import record

EXPORTS = Path(gradescope_box.__file__).parent
LOST = record("ada", {"cnn-f1": "failed", "rnn-f1": "timeout", "glove-f1": "skipped"})
SECRET = "too low\n  input     a secret review\n  got       0.7"


def valid(name: str, text: str) -> dict[str, object]:
    """The parsed file, which has to follow its schema."""
    schema = json.loads((EXPORTS / f"{name}.schema.json").read_text(encoding="utf-8"))
    fields: dict[str, object] = json.loads(text)
    jsonschema.validate(fields, schema)
    return fields


def test_a_junit_reader_counts_what_the_record_says() -> None:
    suites = JUnitXml.fromstring(junit_xml([LOST, record("bob", {"cnn-f1": "error"})]).encode())
    ada, bob = list(suites)
    assert (ada.name, ada.tests, ada.failures, ada.skipped, ada.errors) == ("ada", len(LOST.checks), 2, 1, 0)
    kinds = {case.name: type(case.result[0]) for case in ada if case.result}
    assert kinds == {"cnn-f1": Failure, "rnn-f1": Failure, "glove-f1": Skipped}
    assert [type(case.result[0]) for case in bob if case.result] == [Error]


def test_what_xml_forbids_does_not_break_it() -> None:
    odd = record("a\x00<b>", {"cnn-f1": "failed"}, message="\x1b[31mred\x1b[0m & <tag> \ud800")
    (suite,) = list(JUnitXml.fromstring(junit_xml([odd]).encode()))
    assert suite.name == "a?<b>"
    (case,) = [case for case in suite if case.result]
    assert case.result[0].message == "?[31mred?[0m & <tag> ?"


def test_gradescope_gets_every_check_with_its_points_and_visibility() -> None:
    fields = valid("gradescope", gradescope_results(LOST))
    tests: list[dict[str, object]] = fields["tests"]  # type: ignore[assignment]
    assert fields["score"] == sum(test["score"] for test in tests) == LOST.score  # type: ignore[misc]
    shown = {test["extra_data"]["id"]: test["visibility"] for test in tests}  # type: ignore[index]
    assert shown["cnn-f1"] == "after_published" and shown["cnn-shapes"] == "visible"
    assert [test["status"] for test in tests].count("failed") == 3


@pytest.mark.parametrize("written", [gradescope_results, lambda made: marks_csv(marks_of([made]))])
def test_no_input_of_a_hidden_check_leaves_in_an_export(written: object) -> None:
    text = written(record(outcomes={"cnn-f1": "failed"}, message=SECRET))  # type: ignore[operator]
    assert "too low" in text and "secret review" not in text


def test_a_fault_of_the_grader_is_no_mark_shows_the_other_checks_and_no_traceback() -> None:
    broken = record(outcomes={"cnn-f1": "error"}, message="the grader itself failed\nTraceback")
    fields = valid("gradescope", gradescope_results(broken))
    extra: dict[str, object] = fields["extra_data"]  # type: ignore[assignment]
    assert (extra["graded"], extra["reason"]) == (False, "the grader itself failed")
    assert str(fields["output"]).startswith(FAILED) and "Traceback" not in str(fields)
    tests: list[dict[str, object]] = fields["tests"]  # type: ignore[assignment]
    assert [test["extra_data"] for test in tests if "score" not in test] == [{"id": "cnn-f1"}]
    assert fields["score"] == sum(test.get("score", 0) for test in tests) == broken.score  # type: ignore[misc]


def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: Record | Exception) -> dict[str, object]:
    """results.json after a run in Gradescope's folders in which grading ends so."""

    def grade(folder: Path, student: str, seconds: float) -> Record:
        assert folder == tmp_path / "submission" and student == "ada@example.org"
        valid("gradescope", (tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    (tmp_path / "submission").mkdir()
    metadata = {"users": [{"email": "ada@example.org", "name": "Ada"}]}
    (tmp_path / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    monkeypatch.setattr(gradescope_box, "grade_single", grade)
    monkeypatch.setattr(gradescope_box, "memory", lambda: gradescope_box.SEPARATE)
    monkeypatch.setattr(gradescope_box, "why_no_fork_server", lambda: None)
    gradescope_box.grade_box(tmp_path)
    return valid("gradescope", (tmp_path / "results" / "results.json").read_text(encoding="utf-8"))


def test_results_lie_there_before_during_and_after_grading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert box(tmp_path, monkeypatch, LOST)["score"] == LOST.score


@pytest.mark.parametrize("fault", [NotGraded("the grader did not end within 1 s"), OSError("disk full")])
def test_results_are_valid_after_a_crash_and_a_time_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    assert box(tmp_path, monkeypatch, fault)["extra_data"] == {"graded": False, "reason": str(fault)}


@pytest.mark.parametrize(("mebibytes", "fork_server"), [(768, None), (1536, "bubblewrap does not work")])
def test_too_small_a_machine_gives_no_mark_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mebibytes: int, fork_server: str | None
) -> None:
    monkeypatch.setattr(gradescope_box, "why_no_fork_server", lambda: fork_server)
    (tmp_path / "memory.max").write_text(f"{mebibytes * 2**20}\n", encoding="ascii")
    (tmp_path / "unlimited").write_text("max\n", encoding="ascii")
    monkeypatch.setattr(gradescope_box, "LIMITS", (tmp_path / "memory.max", tmp_path / "unlimited"))
    assert gradescope_box.grade_box(tmp_path) is False
    fields = valid("gradescope", (tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert f"has {mebibytes} MiB" in str(fields["extra_data"]) and "choose a larger container" in str(
        fields["extra_data"]
    )


def test_a_grader_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(NotGraded, match=r"within 0\.1 s"):
        grade_single(tmp_path, "ada", 0.1)


def test_what_was_found_before_the_time_was_up_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    so_far = record("ada", {"rnn-f1": "failed", "cnn-f1": "error"}, message="not reached")
    (tmp_path / "so_far.json").write_text(record_json(so_far), encoding="utf-8")
    program = (
        f"import shutil, sys, time; shutil.copyfile({str(tmp_path / 'so_far.json')!r}, sys.argv[2]); time.sleep(60)"
    )
    monkeypatch.setattr(single, "JUDGE", (sys.executable, "-c", program))
    found = grade_single(tmp_path, "ada", 3.0)
    assert found == replace(so_far, problems=("the grader did not end within 3 s",))
    fields = valid("gradescope", gradescope_results(found))
    assert fields["score"] == so_far.score > 0
    assert fields["extra_data"]["reason"] == "the grader did not end within 3 s; not reached"  # type: ignore[index]


def test_a_grader_that_dies_says_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "JUDGE", (sys.executable, "-c", "raise MemoryError('no room')"))
    with pytest.raises(NotGraded, match=r"status 1: (.|\n)*MemoryError: no room"):
        grade_single(tmp_path, "ada", 60.0)


def test_the_kit_is_not_taken_from_where_the_grader_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "__init__.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    said = subprocess.run([*single.JUDGE, "--"], capture_output=True, text=True, check=False)
    assert "taken over" not in said.stderr and "IndexError" in said.stderr


def test_the_judge_gets_the_folder_as_it_is_and_the_name_of_the_student(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there.json").write_text(record_json(record("ada")), encoding="utf-8")
    program = (
        "import shutil, sys; assert sys.argv[3] == 'ada' and sys.argv[1].startswith('/');"
        "shutil.copyfile(sys.argv[1] + '/there.json', sys.argv[2])"
    )
    monkeypatch.setattr(single, "JUDGE", (sys.executable, "-c", program))
    monkeypatch.chdir(tmp_path)
    assert grade_single(Path(), "ada", 60.0) == record("ada")


def test_the_last_words_of_a_run_are_valid() -> None:
    assert valid("gradescope", failed_results("why"))["score"] == 0


def test_the_zip_for_gradescope_holds_the_programs_as_programs_and_is_always_the_same(tmp_path: Path) -> None:
    made = build_gradescope_zip(tmp_path / "one.zip")
    assert made.read_bytes() == build_gradescope_zip(tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(made) as bundle:
        names = bundle.namelist()
        for program in ("setup.sh", "run_autograder", "install_kit.sh"):
            assert bundle.getinfo(program).external_attr >> 16 & 0o111 == 0o111
            subprocess.run(["bash", "-n"], input=bundle.read(program), check=True)
    for needed in ("requirements.lock", "textlab/text.py", "autograder/rubric.toml", "datasets/mini/train.csv"):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "examples/", "/")) or ".." in name]


def test_the_table_of_marks_is_read_back() -> None:
    rows = list(csv.DictReader(io.StringIO(marks_csv(marks_of([LOST, record("=bob", {"cnn-f1": "error"})])))))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["student"] == "'=bob" and rows[0]["score"] == ""
    assert rows[1]["score"] == str(LOST.score) and "1 check was not asked" in rows[1]["comment"]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A folder of reports as autograder grade leaves it."""
    for made in (LOST, record("bob")):
        path = tmp_path / "out" / made.student / "report.json"
        path.parent.mkdir(parents=True)
        path.write_text(record_json(made), encoding="utf-8")
    return tmp_path / "out"


@pytest.mark.parametrize(
    ("arguments", "made"),
    [
        (["csv"], ["file"]),
        (["junit"], ["file"]),
        (["classroom50"], ["file/results/ada/result.json", "file/autograder/kit.zip", "file/template/README.md"]),
        (["gradescope"], ["file/results/ada/results.json", "file/autograder.zip"]),
    ],
)
def test_each_format_has_a_command(reports: Path, tmp_path: Path, arguments: list[str], made: list[str]) -> None:
    result = CliRunner().invoke(app, ["export", *arguments, str(reports), "--to", str(tmp_path / "file")])
    assert result.exit_code == 0, result.output
    assert all((tmp_path / name).is_file() for name in made)


@pytest.mark.parametrize(
    ("arguments", "made"),
    [(["csv"], "marks.csv"), (["junit"], "junit.xml"), (["gradescope"], "gradescope/autograder.zip")],
)
def test_without_a_place_exports_go_below_the_reports_and_say_so(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], made: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    result = CliRunner().invoke(app, ["export", *arguments, str(reports)])
    assert result.exit_code == 0, result.output
    assert (reports / made).is_file() and not list(here.iterdir())
    assert str(reports / made) in "".join(result.output.split("\n"))


@pytest.mark.parametrize(("format_", "given"), [("canvas", "--roster"), ("moodle", "--worksheet")])
def test_the_file_that_an_export_is_made_from_is_not_written_over(
    reports: Path, tmp_path: Path, format_: str, given: str
) -> None:
    table = tmp_path / "grades.csv"
    table.write_text(
        "Student,ID,SIS Login ID,Section,Grade,Maximum Grade\nAda,1,ada,A,,110\n", encoding="utf-8", newline=""
    )
    before = table.read_bytes()
    title = ["--title", "Text"] if format_ == "canvas" else []
    arguments = ["export", format_, str(reports), given, str(table), *title, "--to", str(table)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2 and "is the file that you gave" in " ".join(result.output.split())
    assert table.read_bytes() == before


def test_pages_are_made_from_reports_without_grading_again(reports: Path) -> None:
    result = CliRunner().invoke(app, ["export", "pages", str(reports)])
    assert result.exit_code == 0, result.output
    assert (reports / "index.html").is_file() and (reports / "feedback" / "bob.html").is_file()
    assert "ada" in (reports / "grades.csv").read_text(encoding="utf-8")


def test_students_without_a_place_are_named_by_the_command(reports: Path, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Student,ID,SIS Login ID,Section\nAda,1,ada,A\nEve,2,eve,A\n", encoding="utf-8")
    made = tmp_path / "canvas.csv"
    arguments = ["--roster", str(roster), "--title", "Text", "--to", str(made)]
    result = CliRunner().invoke(app, ["export", "canvas", str(reports), *arguments])
    assert result.exit_code == 0, result.output
    assert "not in it: bob has a mark, but no row fits" in result.output and "without a mark: Eve" in result.output


def test_marks_without_the_written_answers_say_so_where_there_are_any(reports: Path) -> None:
    said = "marks are of 90: the 10 points for written answers are missing"
    assert said in " ".join(CliRunner().invoke(app, ["export", "csv", str(reports)]).output.split())
    for student in ("ada", "bob"):
        path = reports / student / "report.json"
        path.write_text(path.read_text(encoding="utf-8").replace('"contract": "kit"', '"contract": "original"'))
    assert "written answers" not in CliRunner().invoke(app, ["export", "csv", str(reports)]).output


def test_a_folder_without_reports_is_refused_with_the_remedy(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", "csv", str(tmp_path)])
    assert result.exit_code == 2
    assert "run autograder grade" in result.output


def test_a_broken_report_is_named(reports: Path) -> None:
    (reports / "bob" / "report.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bob/report\.json: no report of schema"):
        read_records(reports)
