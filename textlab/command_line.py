"""The command `textlab`: check saved notebooks, watch them, ask for a hint, look an error up."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

# What needs torch is imported inside the commands: help, hints and wrong usage answer at once.

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console(highlight=False)
POLL_SECONDS = 0.5

Stamps = list[tuple[int, int] | None]


@app.callback()
def any_output() -> None:
    """Check the notebooks of the kit, ask for hints, look errors up."""
    # Windows writes a file or a pipe in a code page that lacks ✓ and ○: a question mark is better than a crash.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@app.command()
def check(
    notebooks: Annotated[
        list[Path] | None,
        typer.Argument(help="notebooks, or a folder of them; if none: those of the kit, here or in ./assignment"),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="stay, and check again what a save changes")] = False,
) -> None:
    """Check saved notebooks without running them; show what is right, what is wrong, and what comes next.

    Ends with status 0 when every blank is right, 1 when one is not, 2 for wrong usage.
    """
    with console.status("starting…"):
        from textlab.self_study import NotebookError
        from textlab.study_report import StudyReport
    try:
        paths = _meant(notebooks or [])
    except NotebookError as error:
        _fail(str(error))
    report = StudyReport(console)
    try:
        seen = _stamps(paths)
        right = report.show(paths)
        while watch:
            console.print("watching; save a notebook to check it again, Ctrl+C ends", style="dim")
            seen = _wait_for_a_save(paths, seen)
            console.clear()
            right = report.show(paths)
    except KeyboardInterrupt:
        console.print("stopped")
        raise typer.Exit(130) from None
    raise typer.Exit(0 if right else 1)


@app.command()
def hint(
    blank: Annotated[str, typer.Argument(help="the blank, such as cnn-forward")],
    step: Annotated[int, typer.Argument(min=1, max=3, help="1 the idea, 2 the tool, 3 almost the code")] = 1,
) -> None:
    """Show the first, second or third hint for a blank."""
    from textlab.checks.card import hint_text

    try:
        text = hint_text(blank, step)
    except KeyError as error:
        _fail(str(error.args[0]))
    console.print(Text(text))
    if step < 3:
        console.print(Text(f"more: textlab hint {blank} {step + 1}"), style="dim")


@app.command("list")
def list_blanks() -> None:
    """List all blanks: notebook, minutes, and how the last check of each came out."""
    from textlab.self_study import find_notebooks
    from textlab.study_report import StudyReport

    try:
        folder = find_notebooks(Path.cwd())[0].parent
    except ValueError:
        folder = Path.cwd()
    StudyReport(console).list_blanks(folder)


@app.command()
def symptoms(
    error: Annotated[list[str] | None, typer.Argument(help="the text of an error; if none: all symptoms")] = None,
) -> None:
    """Say what an error text means, what usually causes it here, and what to do."""
    from textlab.checks.symptoms import matching_symptoms
    from textlab.study_report import labelled

    found = matching_symptoms(" ".join(error or []))
    if not found:
        _fail("this text is in no list; give the last line of the error, with its type, such as 'KeyError: superb'")
    for symptom in found:
        console.print(Text(symptom.means), style="bold")
        rows = [("text", symptom.shown), ("likely", symptom.likely), ("next", symptom.next)]
        for label, text in rows:
            console.print(Text(labelled(label, text, console.width)))


def _meant(given: Sequence[Path]) -> list[Path]:
    """The notebooks to check; says which file is taken where it is not the one that was named, and which is left out.

    Raises NotebookError when none is one of the kit's.
    """
    from textlab.self_study import NotebookError, find_notebooks, found_notebooks, stem_named, stem_of

    if not given:
        return find_notebooks(Path.cwd())
    paths = list(dict.fromkeys(path for named in given for path in found_notebooks(named)))
    by_name = {stem_named(path) for path in paths}
    refused: dict[Path, NotebookError] = {}
    for path in paths:
        try:
            stem = stem_of(path)
            if not stem_named(path) and stem in by_name:
                raise NotebookError(f"{path}: its name is none of the kit's, and {stem}.ipynb is here, too")
            if not stem_named(path):
                console.print(Text(f"{path.name} is checked as {stem}.ipynb; name it so before you hand it in"))
        except NotebookError as error:
            refused[path] = error
    if len(refused) == len(paths):
        raise refused[paths[0]]
    for why in refused.values():
        console.print(Text(f"left out: {why}"))
    for path in paths:
        if path not in given and path.parent not in given:
            console.print(Text(f"{path.name} is taken from {path.parent}"))
    return [path for path in paths if path not in refused]


def _stamps(paths: Sequence[Path]) -> Stamps:
    """Time of change and size of each file; None where there is none."""
    found: Stamps = []
    for path in paths:
        try:
            status = path.stat()
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append(None)
    return found


def _wait_for_a_save(paths: Sequence[Path], seen: Stamps) -> Stamps:
    """Return when a file is another one than seen and has come to rest, so that no half-written one is read."""
    before = seen
    while True:
        time.sleep(POLL_SECONDS)
        now = _stamps(paths)
        if now != seen and now == before and None not in now:
            return now
        before = now


def _fail(message: str) -> NoReturn:
    """Wrong usage: say what, end with status 2."""
    Console(stderr=True, highlight=False).print(Text(f"textlab: {message}"))
    raise typer.Exit(2)


if __name__ == "__main__":
    app()
