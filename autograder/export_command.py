"""The commands `autograder export …`: records become the files of course systems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from autograder.contracts import KIT, load_contract
from autograder.exports.canvas import canvas_csv
from autograder.exports.classroom50 import classroom50_result
from autograder.exports.gradescope import gradescope_results
from autograder.exports.gradescope_zip import build_gradescope_zip
from autograder.exports.junit import junit_xml
from autograder.exports.marks import Mark, marks_of, read_records
from autograder.exports.moodle import moodle_worksheet
from autograder.exports.sheet import read_text
from autograder.exports.table import marks_csv
from autograder.record import Record
from autograder.reports.files import write_whole
from autograder.reports.pages import write_pages

export = typer.Typer(no_args_is_help=True, help="Write marks and feedback for a course system.")
console = Console()

Reports = Annotated[Path, typer.Argument(help="folder of the reports, the --out of autograder grade")]
To = Annotated[Path | None, typer.Option(help="where to write; if not given: in the folder of the reports")]
Gradebook = Annotated[
    Path | None, typer.Option(help="nbgrader's gradebook.db: marks with written answers and late penalties")
]
Groups = Annotated[
    bool, typer.Option("--groups", help="names of what was handed in are those of groups: go by the number alone")
]
Index = Annotated[
    str, typer.Option(envvar="TORCH_INDEX", help="package index with CPU-only wheels of torch, for the other machine")
]


@export.command("csv")
def csv_table(
    reports: Reports = Path("out"),
    to: To = None,
    gradebook: Gradebook = None,
) -> None:
    """A table: student, score, where it comes from, and what was lost."""
    with _faults():
        _write(to or reports / "marks.csv", marks_csv(_marks(reports, gradebook)))


@export.command()
def pages(
    reports: Reports = Path("out"),
    contract: Annotated[str, typer.Option(help="as for autograder grade")] = "kit",
) -> None:
    """The class page, the students' pages and grades.csv into the folder of the reports, without grading again."""
    with _faults():
        write_pages(read_records(reports), load_contract(contract).rubric, reports)
        _made(reports / "index.html")


@export.command()
def canvas(
    roster: Annotated[Path, typer.Option(help="the gradebook as Canvas exports it")],
    title: Annotated[str, typer.Option(help="the column, with its number when it has one: 'Homework 2 (1234)'")],
    reports: Reports = Path("out"),
    to: To = None,
    gradebook: Gradebook = None,
    new: Annotated[bool, typer.Option("--new", help="the title is that of a new assignment")] = False,
    groups: Groups = False,
) -> None:
    """A CSV that Canvas's gradebook imports; students are found by login, id, SIS id, number and name."""
    with _faults():
        text, note = read_text(roster)
        marks = _marks(reports, gradebook)
        made = canvas_csv(marks, text, title, name=roster.name, new=new, groups=groups)
        _write(to or reports / "canvas.csv", made.text, roster)
        _left_out(made.unmatched, made.unmarked, (note, *made.notes))


@export.command()
def moodle(
    worksheet: Annotated[Path, typer.Option(help="the grading worksheet as you downloaded it")],
    reports: Reports = Path("out"),
    to: To = None,
    gradebook: Gradebook = None,
    grade_column: Annotated[str, typer.Option(help="its header, where it is not found")] = "",
    feedback_column: Annotated[str, typer.Option(help="its header, where it is not found")] = "",
    groups: Groups = False,
) -> None:
    """Your own Moodle worksheet, in any language, with grades and feedback comments."""
    with _faults():
        text, note = read_text(worksheet)
        marks, columns = _marks(reports, gradebook), (grade_column, feedback_column)
        made = moodle_worksheet(marks, text, *columns, name=worksheet.name, groups=groups)
        _write(to or reports / "moodle.csv", made.text, worksheet)
        _left_out(made.unmatched, made.unmarked, (note, *made.notes))


@export.command()
def nbgrader(
    gradebook: Annotated[Path, typer.Option(help="nbgrader's gradebook.db")], reports: Reports = Path("out")
) -> None:
    """The points of every graded cell into nbgrader's gradebook; what a person graded stays."""
    from autograder.course.gradebook import write_marks
    from autograder.course.twice import listed_twice

    with _faults():
        records = read_records(reports)
        failed = write_marks(gradebook, records)
        for student in failed:
            console.print(Text(f"the grader failed on {student}: no mark was written"))
        for warning in listed_twice(gradebook, [one.student for one in records if one.student not in failed]):
            console.print(Text(warning))
        _made(gradebook)


@export.command()
def junit(reports: Reports = Path("out"), to: To = None) -> None:
    """JUnit XML: a suite per student, a case per check."""
    with _faults():
        _write(to or reports / "junit.xml", junit_xml(read_records(reports)))


@export.command()
def gradescope(reports: Reports = Path("out"), to: To = None, torch_index: Index = "") -> None:
    """The autograder zip to upload, and a results.json for each report."""
    to = to or reports / "gradescope"
    with _faults():
        _made(build_gradescope_zip(to / "autograder.zip", torch_index))
        _write_each(reports, to / "results", "results.json", gradescope_results)


@export.command()
def classroom50(reports: Reports = Path("out"), to: To = None, torch_index: Index = "") -> None:
    """The autograder's folder, the template repository, and a result.json for each report."""
    # Imported here: nbgrader takes seconds to import.
    from autograder.exports.classroom50_files import write_autograder, write_template

    to, now = to or reports / "classroom50", datetime.now(timezone.utc)
    with _faults():
        for path in write_autograder(to / "autograder", torch_index):
            _made(path)
        write_template(to / "template")
        _made(to / "template")
        _write_each(reports, to / "results", "result.json", lambda record: classroom50_result(record, {}, now, now))


def _write_each(reports: Path, to: Path, name: str, written: Callable[[Record], str]) -> None:
    """A file for each report, if there are any yet."""
    if not list(reports.glob("*/report.json")):
        return
    for record in read_records(reports):
        write_whole(to / record.student / name, written(record))
    _made(to / f"<student>/{name}")


def _marks(reports: Path, gradebook: Path | None) -> list[Mark]:
    records = read_records(reports)
    marks = marks_of(records)
    if gradebook is None:
        _say_what_is_missing(records)
        return marks
    # Imported here: nbgrader takes seconds to import.
    from autograder.course.gradebook import marks_of_gradebook
    from autograder.course.twice import listed_twice

    found = marks_of_gradebook(gradebook, marks)
    for warning in listed_twice(gradebook, [mark.student for mark in found if mark.score is not None]):
        console.print(Text(warning))
    waiting = [mark.student for mark in found if mark.written is None]
    if waiting:
        console.print(Text(f"written answers are not graded yet: {', '.join(waiting)}"))
    return found


def _say_what_is_missing(records: Sequence[Record]) -> None:
    """Say that marks from the checks alone lack the points that a person gives: a column of 100 does not show it."""
    written = sum(cell.points for cell in load_contract(KIT).rubric.manual if not cell.bonus)
    for most in sorted({record.max_score for record in records if record.contract == KIT}):
        missing = f"the {written} points for written answers are missing"
        console.print(Text(f"marks are of {most}: {missing} (--gradebook takes them from nbgrader)"))


def _write(to: Path, text: str, given: Path | None = None) -> None:
    """Write a file and say where. Raises ValueError where that is the file that it was made from."""
    if given is not None and to.exists() and to.samefile(given):
        raise ValueError(f"{to} is the file that you gave, and would be written over; name another one with --to")
    write_whole(to, text)
    _made(to)


def _made(path: Path) -> None:
    console.print(Text(f"made {path}"))


def _left_out(unmatched: Sequence[str], unmarked: Sequence[str], notes: Sequence[str]) -> None:
    for note in filter(None, notes):
        console.print(Text(f"note: {note}"))
    for sentence in unmatched:
        console.print(Text(f"not in it: {sentence}"))
    for student in unmarked:
        console.print(Text(f"without a mark: {student}"))


@contextmanager
def _faults() -> Iterator[None]:
    """What is wrong with the arguments in one sentence, and status 2."""
    try:
        yield
    except (OSError, ValueError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
