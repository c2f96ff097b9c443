"""The command `autograder`: grade a class, validate the kit, look at the sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.course_command import course
from autograder.export_command import export
from autograder.grade_command import Data, grade
from autograder.grading import grade_class
from autograder.judge.hidden_data import HIDDEN, OWN, hidden_folder
from autograder.judge.judge import Settings
from autograder.reports.files import write_whole
from autograder.rubric import load_rubric
from autograder.sandbox import Level, probe_levels, strongest, why_no_fork_server
from autograder.sandbox.cgroup import find_hierarchies
from autograder.submissions import Submission, SubmittedFile
from autograder.terminal import class_table, console, shown_progress, warn_if_weak

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(grade)
app.add_typer(export, name="export")
app.add_typer(course, name="course")


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
    hierarchies, reason = find_hierarchies()
    if hierarchies:
        console.print(Text(f"Memory and processes of workers are counted by the kernel: {reason}"))
    else:
        console.print(Text(f"Memory of workers is looked at every 50 ms, sockets by their number: {reason}"))
    if hidden_folder() == HIDDEN:
        console.print("Hidden reviews: drawn from the key that comes with the kit, which everybody can read.")
        console.print("Before a term, draw your own: autograder renew-hidden")
    warn_if_weak(strongest())


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
    records = {record.student: record for record in shown_progress(grade_class(submissions, settings, workers), 2)}
    console.print(class_table(records[name] for name in made))
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


if __name__ == "__main__":
    app()
