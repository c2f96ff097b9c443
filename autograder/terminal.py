"""What the commands show in a terminal: progress, the table of a class, a warning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.record import Record
from autograder.reports.missing import without_answer
from autograder.sandbox import Level

console = Console()


def shown_progress(graded: Iterator[Record], total: int) -> Iterator[Record]:
    """The records as they come, under a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # A submission takes half a minute: the time that remains is judged by the last minutes, not by what came at once.
    with Progress(*columns, TimeRemainingColumn(), console=console, speed_estimate_period=600) as progress:
        task = progress.add_task("grading", total=total)
        for record in graded:
            progress.update(task, advance=1, description=f"graded {escape(record.student)}")
            yield record


def class_table(records: Iterable[Record]) -> Table:
    """One row a student: the score, and what was lost for which reason. Marks by role are in the other reports."""
    table = Table("student", "score", "lost")
    for record in records:
        bonus = f" ({record.bonus} bonus)" if record.bonus and record.graded else ""
        score = f"{record.score if record.graded else '–'}/{record.max_score}{bonus}"
        # Text, not markup: square brackets in a student's text mean nothing here.
        table.add_row(Text(record.student), score, Text(_lost(record)))
    return table


def _lost(record: Record) -> str:
    """What was wrong with the files, the first failures of a submission and what was not asked, in one cell."""
    lost = [check for check in record.checks if check.lost]
    if not lost and record.complete:
        return ""
    reasons: dict[str, list[str]] = {}
    for check in lost:
        reason = f"({check.outcome}) {(check.message.splitlines() or [''])[0]}"
        reasons.setdefault(reason, []).append(check.id)
    lines = [f"{', '.join(ids[:3])}{' …' if len(ids) > 3 else ''} {reason}" for reason, ids in reasons.items()]
    more = [f"… and {len(lines) - 3} more"] if len(lines) > 3 else []
    lines = lines[:3]
    return "\n".join([*record.problems[:2], *lines, *more, *without_answer(record)])


def warn_if_weak(level: Level) -> None:
    if level is not Level.BUBBLEWRAP:
        console.print(
            "[bold]Weak sandbox:[/bold] student code ran with your own rights and could read the graders. "
            "Run [bold]autograder doctor[/bold] to see what is missing."
        )
