"""The commands `autograder course …`: nbgrader as the course's home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

course = typer.Typer(no_args_is_help=True, help="Make an nbgrader course.")
console = Console()


@course.command()
def init(
    folder: Annotated[Path, typer.Argument(help="the new course's folder")],
    course_id: Annotated[str, typer.Option(help="nbgrader's name of the course")] = "",
) -> None:
    """Make a course that nbgrader takes as it is, in which nbgrader autograde grades through the judge."""
    # Imported here: nbgrader takes seconds to import, and every judge process imports the command line.
    from autograder.course.create import create_course
    from autograder.release import ReleaseError

    try:
        for path in create_course(folder, course_id or folder.resolve().name):
            console.print(Text(f"made {path}"))
    except (OSError, ReleaseError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None


@course.command()
def collect(
    folder: Annotated[Path, typer.Argument(help="the course's folder")],
    source: Annotated[Path, typer.Argument(help="a zip or folder as Canvas, Moodle or Gradescope gives it")],
) -> None:
    """Put everybody's notebooks where nbgrader looks for them, under the names that it looks for."""
    # Imported here: the judge takes seconds to import.
    from autograder.course.collect import collect as collected
    from autograder.course.twice import listed_twice
    from autograder.submissions import SubmissionError

    try:
        found = collected(folder, source)
        table = folder / "gradebook.db"
        handed_in = [one.student for one in found if one.notebooks]
        warnings = listed_twice(table, handed_in) if table.is_file() else []
    except (OSError, SubmissionError) as error:
        console.print(Text(f"autograder: {error}"))
        raise typer.Exit(2) from None
    for one in found:
        console.print(Text(f"{one.student}: {', '.join(one.notebooks) or 'no notebook'}"))
        for problem in one.problems:
            console.print(Text(f"    {problem}"))
    for warning in warnings:
        console.print(Text(warning))
    empty = [one.student for one in found if not one.notebooks]
    told = f"{len(found) - len(empty)} submissions of {len(found)} students are in {folder / 'submitted'}"
    console.print(Text(f"{told}; nothing from {', '.join(empty)}" if empty else told))
