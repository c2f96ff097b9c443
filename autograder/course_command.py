"""The commands `autograder course …`: nbgrader as the course's home."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

course = typer.Typer(no_args_is_help=True, help="Make an nbgrader course.")
console = Console()


@course.callback()
def _group() -> None:
    """Keeps `init` a command of its own while it is the only one."""


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
