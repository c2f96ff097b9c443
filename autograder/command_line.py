"""The command `autograder`: grade a class, validate the kit, look at the sandbox."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.cluster import ClusterError
from autograder.contracts import Contract, load_contract
from autograder.course_command import course
from autograder.export_command import export
from autograder.grading import grade_class
from autograder.judge.hidden_data import HIDDEN, OWN, hidden_folder, load_hidden
from autograder.judge.judge import Settings
from autograder.record import Record, read_record, record_json
from autograder.reports.feedback import write_feedback
from autograder.reports.files import NotWrittenError, write_whole
from autograder.reports.pages import write_class_pages
from autograder.reports.rows import Rows
from autograder.rubric import Rubric, load_rubric
from autograder.sandbox import Level, probe_levels, strongest, why_no_fork_server
from autograder.store.results import Results
from autograder.submissions import Submission, SubmissionError, SubmittedFile, open_class

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(export, name="export")
app.add_typer(course, name="course")
console = Console()

RESULTS = ".results"
"""The store's folder below OUT: who removes the reports removes what they came from."""


class Data(str, Enum):
    """The reviews that graded networks are trained and tested on."""

    mini = "mini"
    imdb = "imdb"


class Floor(str, Enum):
    """The weakest sandbox that an instructor accepts."""

    process = "process"
    bubblewrap = "bubblewrap"


@app.command()
def grade(
    submissions: Annotated[
        Path, typer.Argument(help="nbgrader's submitted folder, a folder of notebooks, one notebook, or a zip")
    ],
    out: Annotated[Path, typer.Option(help="folder for the reports")] = Path("out"),
    workers: Annotated[int, typer.Option(min=0, help="submissions graded at once; 0: one per core")] = 0,
    data: Annotated[Data, typer.Option(help="reviews for the F1 check")] = Data.mini,
    data_path: Annotated[
        Path | None, typer.Option(envvar="TEXTLAB_IMDB", help="archive or folder of the IMDB reviews")
    ] = None,
    student: Annotated[list[str] | None, typer.Option(help="grade only this student; may be repeated")] = None,
    contract: Annotated[
        str, typer.Option(help="what the notebooks were written for: kit, original, or the path of a contract, .toml")
    ] = "kit",
    sandbox_floor: Annotated[
        Floor, typer.Option(envvar="AUTOGRADER_SANDBOX_FLOOR", help="grade nothing behind a weaker wall than this")
    ] = Floor.process,
    cluster: Annotated[
        str, typer.Option(help="address of a Dask scheduler whose workers grade, such as tcp://10.0.0.1:8786")
    ] = "",
    cache: Annotated[
        Path | None, typer.Option(help="folder of results that need not be found out again; default: OUT/.results")
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="grade everything, and say whether it is as it was kept")
    ] = False,
) -> None:
    """Grade submissions; write OUT/<student>/report.json, OUT/grades.csv, OUT/index.html and OUT/feedback/.

    May be interrupted: the same command goes on there. Ends with status 0 when every submission got a mark, 1 when
    the grader failed on one, 2 for wrong arguments and when a report cannot be written, 130 when it was interrupted.
    """
    try:
        found = open_class(submissions, students=student or ())
    except SubmissionError as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    _refuse_below(sandbox_floor)
    settings = Settings(
        data=data.value,
        data_path=data_path,
        level=strongest(),
        contract=contract,
        store=(cache or out / RESULTS).resolve(),
        fresh=no_cache,
    )
    try:
        agreed = load_contract(contract)
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / ".writable", "")
        (out / ".writable").unlink()
        load_hidden(settings.data, settings.data_path)
    except (OSError, ValueError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    rows, results = Rows(), Results(settings)
    try:
        with found:
            graded = grade_class(found, settings, workers, results=results, cluster=cluster)
            for record in _progress(graded, len(found)):
                _write_student(record, agreed.rubric, out)
                rows.add(record)
        records = rows.records
        if student:
            _add_earlier(rows, out, agreed)
        write_class_pages(rows.records, agreed.rubric, out)
    except (NotWrittenError, ClusterError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        count = f"{len(rows.records)} of {len(found)}"
        console.print(Text(f"interrupted: {count} are graded and kept; the same command goes on there"))
        raise typer.Exit(130) from None
    console.print(_table(records))
    count = f"{len(records)} submission{'s' if len(records) != 1 else ''}"
    console.print(Text(f"{count} · sandbox: {settings.level.word} · {out / 'index.html'}"))
    _say_what_was_known(results, records)
    _warn_if_weak(settings.level)
    failed = [record for record in records if not record.graded]
    for record in failed:
        console.print(Text(f"the grader failed on {record.student}: see {out / record.student / 'report.json'}"))
    raise typer.Exit(1 if failed else 0)


@app.command()
def doctor() -> None:
    """Say which versions are at work, which sandbox levels work here, and why the others do not."""
    from textlab.versions import versions_line

    console.print(Text(versions_line()))
    table = Table("level", "works", "why")
    for finding in probe_levels():
        table.add_row(finding.level.word, "yes" if finding.works else "no", finding.reason)
    console.print(table)
    console.print(f"autograder grade uses: [bold]{strongest().word}[/bold]")
    if strongest() is Level.BUBBLEWRAP:
        reason = why_no_fork_server()
        console.print(
            Text(f"Workers are {'forked by a warm server' if reason is None else f'started one by one: {reason}'}")
        )
    if hidden_folder() == HIDDEN:
        console.print("Hidden reviews: drawn from the key that comes with the kit, which everybody can read.")
        console.print("Before a term, draw your own: autograder renew-hidden")
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
    if solution.complete and solution.bonus == solution.max_bonus and untouched.score == 0:
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
    """Make assignment/ from solutions/ with nbgrader, and refuse to let a solution or a hidden test through.

    README's badges for hosted notebooks are made too, from the address in pyproject.toml.
    """
    from autograder.release import SOLUTIONS, ReleaseError, build_release, check_release
    from autograder.release.badges import fresh_readme

    out, readme = SOLUTIONS.parent / "assignment", SOLUTIONS.parent / "README.md"
    try:
        text = readme.read_text(encoding="utf-8")
        badges = fresh_readme(text, sorted(path.stem for path in SOLUTIONS.glob("*.py")))
        if not check:
            for path in build_release(SOLUTIONS, out):
                console.print(Text(f"made {path.relative_to(SOLUTIONS.parent)}"))
            write_whole(readme, badges)
            return
        stale = check_release(SOLUTIONS, out) + ([readme] if badges != text else [])
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
    key: Annotated[
        str, typer.Option(prompt="A secret line of your own", hide_input=True, help="without it you are asked")
    ],
) -> None:
    """Draw the graders' hidden reviews anew from a key of your own; the key also decides all inputs of checks."""
    from reviewgen import draw_hidden

    if not key.strip():
        console.print("autograder: the key is empty; give at least a few characters of your own")
        raise typer.Exit(2)
    own = HIDDEN / OWN
    draw_hidden(key, own / "mini", families=HIDDEN / "families.json")
    write_whole(own / "key", key.strip() + "\n")
    (own / "key").chmod(0o600)
    console.print(Text(f"drew new hidden reviews into {own}; git does not track it. Keep it, do not publish it."))


@app.command()
def calibrate(
    data: Annotated[Data, typer.Option(help="reviews to train on")] = Data.mini,
    data_path: Annotated[
        Path | None, typer.Option(envvar="TEXTLAB_IMDB", help="archive or folder of the IMDB reviews")
    ] = None,
    seeds: Annotated[int, typer.Option(min=2, help="trainings of every model; known ones are not repeated")] = 30,
    only: Annotated[str, typer.Option(help="networks to measure, with commas: rnn,cnn,glove_cnn,delta")] = "",
    workers: Annotated[int, typer.Option(min=1, help="processes")] = 2,
    out: Annotated[Path | None, typer.Option(help="folder for all files, instead of docs/ and autograder/")] = None,
) -> None:
    """Train right and weak models over many seeds and choose the thresholds; docs/calibration.md says how.

    May be interrupted: it goes on where it stopped. Ends with status 1 when no threshold keeps both error rates.
    """
    from autograder.calibration.calibrate import CalibrationError, find_outcomes, measure_missing, missing_runs
    from autograder.calibration.calibrate import networks_of as known_networks
    from autograder.calibration.measured import Measured
    from autograder.calibration.products import Products

    networks = only.split(",") if only else known_networks(data.value)
    unknown = sorted(set(networks) - set(known_networks(data.value)))
    if unknown:
        console.print(f"autograder: no network {unknown[0]!r}; there are {', '.join(known_networks(data.value))}")
        raise typer.Exit(2)
    products = Products(out, out / "thresholds.json") if out else Products()
    measured = Measured(products.measured)
    runs = list(missing_runs(data.value, data_path, networks, seeds, measured))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("training", total=len(runs))
        measure_missing(runs, measured, workers, lambda done, _: progress.update(task, completed=done))
    outcomes = find_outcomes(measured)
    try:
        products.write(outcomes)
    except CalibrationError as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(1) from None
    for found in outcomes:
        known = found.calibration
        rates = f"false fail at most {known.false_fail:.0e}, false pass at most {known.false_pass:.0e}"
        console.print(f"{found.data} {found.network}: {found.threshold:g}, {rates}, {known.seeds} seeds")


def _refuse_below(floor: Floor) -> None:
    """End with status 2 and the remedy when the strongest wall that works is below the floor."""
    if strongest() >= Level[floor.name.upper()]:
        return
    for finding in probe_levels():
        if not finding.works:
            console.print(Text(f"autograder: {finding.level.word} does not work: {finding.reason}"))
    found = f"the sandbox floor is {floor.value} and only {strongest().word} works"
    console.print(Text(f"autograder: nothing was graded, since {found}"))
    raise typer.Exit(2)


def _progress(graded: Iterator[Record], total: int) -> Iterator[Record]:
    """The records as they come, under a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # A submission takes half a minute: the time that remains is judged by the last minutes, not by what came at once.
    with Progress(*columns, TimeRemainingColumn(), console=console, speed_estimate_period=600) as progress:
        task = progress.add_task("grading", total=total)
        for record in graded:
            progress.update(task, advance=1, description=f"graded {escape(record.student)}")
            yield record


def _write_student(record: Record, rubric: Rubric, out: Path) -> None:
    """Write a student's report and page; a report that is there already is left alone, which spares the disk."""
    path, text = out / record.student / "report.json", record_json(record)
    if not (path.is_file() and path.read_bytes() == text.encode()):
        write_whole(path, text)
    write_feedback([record], rubric, out)


def _add_earlier(rows: Rows, out: Path, contract: Contract) -> None:
    """Add the reports of other students that lie in OUT already: grading one again keeps the class together."""
    now = {record.student for record in rows.records}
    for path in sorted(out.glob("*/report.json")):
        if path.parent.name not in now:
            try:
                record = read_record(path.read_text(encoding="utf-8"))
                if record.contract != contract.name:
                    raise ValueError(f"graded by the contract {record.contract}")
                write_feedback([record], contract.rubric, out)
                rows.add(record)
            except (ValueError, KeyError, TypeError) as error:
                console.print(Text(f"left out of the class page: {path} ({error})"))


def _say_what_was_known(results: Results, records: list[Record]) -> None:
    """Say which records come from the store, and whether they were right where they were found out again."""
    known = [record for record in records if record.student in results.known_students]
    if known:
        console.print(Text(f"{len(known)} of {len(records)} were graded before and have not changed since"))
    if results.confirmed or results.refuted:
        same = f"{len(results.confirmed)} of {len(results.confirmed) + len(results.refuted)} are as they were kept"
        told = f"; not the same: {', '.join(sorted(results.refuted))}" if results.refuted else ""
        console.print(Text(f"graded anew: {same}{told}"))


def _table(records: Iterable[Record]) -> Table:
    """One row a student: the score, and what was lost for which reason. Marks by role are in the other reports."""
    table = Table("student", "score", "lost")
    for record in records:
        bonus = f" ({record.bonus} bonus)" if record.bonus and record.graded else ""
        score = f"{record.score if record.graded else '–'}/{record.max_score}{bonus}"
        # Text, not markup: square brackets in a student's text mean nothing here.
        table.add_row(Text(record.student), score, Text(_lost(record)))
    return table


def _lost(record: Record) -> str:
    """What was wrong with the files and the first failures of a submission, in one cell."""
    lost = [check for check in record.checks if check.outcome not in ("passed", "skipped")]
    if not lost:
        untouched = any(check.message == "not attempted yet" for check in record.checks)
        said = ["not attempted"] if untouched else []
        return "" if record.complete else "\n".join([*said, *record.problems[:3]])
    reasons: dict[str, list[str]] = {}
    for check in lost:
        reason = f"({check.outcome}) {(check.message.splitlines() or [''])[0]}"
        reasons.setdefault(reason, []).append(check.id)
    lines = [f"{', '.join(ids[:3])}{' …' if len(ids) > 3 else ''} {reason}" for reason, ids in reasons.items()]
    more = [f"… and {len(lines) - 3} more"] if len(lines) > 3 else []
    lines = lines[:3]
    return "\n".join([*record.problems[:2], *lines, *more])


def _warn_if_weak(level: Level) -> None:
    if level is not Level.BUBBLEWRAP:
        console.print(
            "[bold]Weak sandbox:[/bold] student code ran with your own rights and could read the graders. "
            "Run [bold]autograder doctor[/bold] to see what is missing."
        )


if __name__ == "__main__":
    app()
