"""The command `autograder`: grade a class, validate the kit, look at the sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.grading import grade_class
from autograder.judge.hidden_data import HIDDEN
from autograder.judge.judge import Settings
from autograder.record import Record, record_json
from autograder.reports.class_page import class_page
from autograder.reports.files import write_whole
from autograder.reports.grades import grades_csv
from autograder.rubric import load_rubric
from autograder.sandbox import Level, probe_levels, strongest
from autograder.submissions import Submission, SubmissionError, SubmittedFile, find_submissions

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()
STYLES = {"passed": "blue", "skipped": "dim"}


class Data(str, Enum):
    """The reviews that graded networks are trained and tested on."""

    mini = "mini"
    imdb = "imdb"


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(help="nbgrader's submitted folder, a folder of notebooks, or a zip")],
    out: Annotated[Path, typer.Option(help="folder for the reports")] = Path("out"),
    workers: Annotated[int, typer.Option(min=0, help="submissions graded at once; 0: one per core")] = 0,
    data: Annotated[Data, typer.Option(help="reviews for the F1 check")] = Data.mini,
    data_path: Annotated[
        Path | None, typer.Option(envvar="TEXTLAB_IMDB", help="archive or folder of the IMDB reviews")
    ] = None,
    student: Annotated[list[str] | None, typer.Option(help="grade only this student; may be repeated")] = None,
) -> None:
    """Grade submissions and write OUT/<student>/report.json, OUT/grades.csv and OUT/index.html.

    Ends with status 0 when every submission got a mark, 1 when the grader failed on one, 2 for wrong arguments.
    """
    try:
        found = find_submissions(submissions, students=student or ())
    except SubmissionError as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    settings = Settings(data=data.value, data_path=data_path, level=strongest())
    records = _grade(found, settings, workers, out)
    _write_class(records, out)
    console.print(_table(records))
    console.print(f"{len(records)} submissions · sandbox: {settings.level.word} · {out / 'index.html'}")
    _warn_if_weak(settings.level)
    failed = [record for record in records if any(check.outcome == "error" for check in record.checks)]
    for record in failed:
        console.print(
            f"[bold]the grader failed[/bold] on {record.student}: see {out / record.student / 'report.json'}"
        )
    raise typer.Exit(1 if failed else 0)


@app.command()
def doctor() -> None:
    """Say which sandbox levels work here, and why the others do not."""
    table = Table("level", "works", "why")
    for finding in probe_levels():
        table.add_row(finding.level.word, "yes" if finding.works else "no", finding.reason)
    console.print(table)
    console.print(f"autograder grade uses: [bold]{strongest().word}[/bold]")
    _warn_if_weak(strongest())


@app.command()
def validate(
    workers: Annotated[int, typer.Option(min=0, help="submissions graded at once; 0: one per core")] = 0,
) -> None:
    """Grade the solution, which has to get full marks, and the untouched release, which has to get none."""
    # Imported here: nbgrader takes seconds to import, and every judge process imports this module.
    from autograder.release import release_notebook, solution_notebook

    notebooks = sorted({entry.notebook for entry in load_rubric().checks})
    made = {"solution": solution_notebook, "untouched": release_notebook}
    submissions = [
        Submission(name, tuple(SubmittedFile(f"{stem}.ipynb", make(stem)) for stem in notebooks), ())
        for name, make in made.items()
    ]
    settings = Settings(level=strongest())
    records = {record.student: record for record in _progress(grade_class(submissions, settings, workers), 2)}
    console.print(_table(records[name] for name in made))
    solution, untouched = records["solution"], records["untouched"]
    if solution.score == solution.max_score and untouched.score == 0:
        console.print("valid: the solution gets full marks, the untouched release none")
        return
    for check in (*solution.checks, *untouched.checks):
        if check.message and (check in solution.checks or check.points):
            console.print(Text(f"{check.id} ({check.outcome}): {check.message}"))
    console.print("[bold]not valid:[/bold] the graders and the solution do not agree")
    raise typer.Exit(1)


@app.command()
def release(
    check: Annotated[bool, typer.Option("--check", help="only say whether assignment/ is stale")] = False,
) -> None:
    """Make assignment/ from solutions/ with nbgrader, and refuse to let a solution or a hidden test through."""
    from autograder.release import SOLUTIONS, ReleaseError, build_release, check_release

    out = SOLUTIONS.parent / "assignment"
    try:
        if not check:
            for path in build_release(SOLUTIONS, out):
                console.print(Text(f"made {path.relative_to(SOLUTIONS.parent)}"))
            return
        stale = check_release(SOLUTIONS, out)
    except ReleaseError as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    for path in stale:
        console.print(Text(f"stale: {path.relative_to(SOLUTIONS.parent)}; run make release"))
    raise typer.Exit(1 if stale else 0)


@app.command()
def student(out: Annotated[Path, typer.Option(help="the zip to write")] = Path("build/student.zip")) -> None:
    """Make the zip that students receive."""
    from autograder.release.bundle import build_bundle

    try:
        console.print(Text(f"made {build_bundle(out)}"))
    except FileNotFoundError as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None


@app.command("renew-hidden")
def renew_hidden(
    key: Annotated[str, typer.Option(prompt=True, hide_input=True, help="a secret line of your own")],
) -> None:
    """Draw the graders' hidden reviews anew from a key of your own; the key also decides all inputs of checks."""
    from reviewgen import draw_hidden

    if not key.strip():
        console.print("autograder: the key is empty; give at least a few characters of your own")
        raise typer.Exit(2)
    draw_hidden(key, HIDDEN / "mini", families=HIDDEN / "families.json")
    write_whole(HIDDEN / "key", key.strip() + "\n")
    console.print(Text(f"drew {', '.join(sorted(path.name for path in (HIDDEN / 'mini').glob('*.csv')))} anew"))


def _progress(graded: Iterator[Record], total: int) -> Iterator[Record]:
    """The records as they come, under a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("grading", total=total)
        for record in graded:
            progress.update(task, advance=1, description=f"graded {escape(record.student)}")
            yield record


def _grade(found: list[Submission], settings: Settings, workers: int, out: Path) -> list[Record]:
    """Grade, writing each report as soon as it is there; the records in the order of the students."""
    records = []
    for record in _progress(grade_class(found, settings, workers), len(found)):
        write_whole(out / record.student / "report.json", record_json(record))
        records.append(record)
    return sorted(records, key=lambda record: record.student)


def _write_class(records: list[Record], out: Path) -> None:
    roles = load_rubric().roles
    write_whole(out / "grades.csv", grades_csv(records, roles))
    write_whole(out / "index.html", class_page(records, roles))


def _table(records: Iterable[Record]) -> Table:
    """One row a student: score, roles, and what was lost for which reason."""
    roles = load_rubric().roles
    table = Table("student", "score", *roles, "lost")
    for record in records:
        scores = [str(record.role_score(role)) for role in roles]
        # Text, not markup: square brackets in a student's text mean nothing here.
        table.add_row(Text(record.student), f"{record.score}/{record.max_score}", *scores, Text(_lost(record)))
    return table


def _lost(record: Record) -> str:
    """The first failures of a submission in one cell."""
    lost = [check for check in record.checks if check.outcome not in ("passed", "skipped")]
    if not lost:
        idle = any(check.message.startswith("not attempted") for check in record.checks)
        return "\n".join([*(["not attempted"] if idle else []), *record.problems[:2]])
    reasons: dict[str, list[str]] = {}
    for check in lost:
        reason = f"({check.outcome}) {(check.message.splitlines() or [''])[0]}"
        reasons.setdefault(reason, []).append(check.id)
    lines = [f"{', '.join(ids[:3])}{' …' if len(ids) > 3 else ''} {reason}" for reason, ids in reasons.items()]
    more = [f"… and {len(lines) - 3} more"] if len(lines) > 3 else []
    lines = lines[:3]
    return "\n".join([*lines, *more, *record.problems[:2]])


def _warn_if_weak(level: Level) -> None:
    if level is not Level.BUBBLEWRAP:
        console.print(
            "[bold]Weak sandbox:[/bold] student code ran with your own rights and could read the graders. "
            "Run [bold]autograder doctor[/bold] to see what is missing."
        )


if __name__ == "__main__":
    app()
