"""One page of HTML per student: the marks, what went wrong and where to go on. No hidden input stands in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.record import NO_NOTEBOOK, CheckResult, Record
from autograder.reports.files import write_whole
from autograder.reports.message import Message, shown_message
from autograder.reports.templates import template
from autograder.rubric import Entry, Manual, Rubric
from textlab.attribution import Explanation, to_html

TITLES = {
    "rnn": "Recurrent network",
    "training": "Training loop",
    "f1": "F1",
    "cnn": "Convolutional network",
    "interpret": "Explaining predictions",
    "glove": "Word vectors",
    "transformer": "Transformer",
}
"""What the parts of the assignment are called in reports; a role that is not here is called by its name."""
FOLDER = "feedback"
"""Where the pages lie, below the folder of the reports."""


@dataclass(frozen=True)
class Shown:
    """One check as a student sees it."""

    check: CheckResult
    message: Message


@dataclass(frozen=True)
class Part:
    """The checks of one role of one notebook."""

    notebook: str
    role: str
    checks: tuple[Shown, ...]

    @property
    def title(self) -> str:
        """What it is about."""
        return part_title(self.role)

    @property
    def points(self) -> int:
        """Points reached."""
        return sum(shown.check.points for shown in self.checks)

    @property
    def max_points(self) -> int:
        """Points that can be reached."""
        return sum(shown.check.max_points for shown in self.checks)

    @property
    def bonus(self) -> bool:
        """Whether its points come on top of the maximum."""
        return all(shown.check.bonus for shown in self.checks)

    @property
    def open(self) -> tuple[Shown, ...]:
        """Checks that lost points, shown at length."""
        return tuple(shown for shown in self.checks if shown.check.lost)

    @property
    def passed(self) -> tuple[Shown, ...]:
        """Checks that passed, one line each."""
        return tuple(shown for shown in self.checks if shown.check.outcome == "passed")

    @property
    def skipped(self) -> tuple[Shown, ...]:
        """Checks that were not asked."""
        return tuple(shown for shown in self.checks if shown.check.outcome == "skipped")


@dataclass(frozen=True)
class Step:
    """Where to go on."""

    notebook: str
    check: CheckResult
    message: Message
    waiting: int
    """Checks of the same notebook that were not asked."""


@dataclass(frozen=True)
class Bonus:
    """What is left for those who have everything else."""

    notebooks: str
    points: int


def part_title(role: str) -> str:
    """What a role is called in reports."""
    return TITLES.get(role, role)


def feedback_name(student: str) -> str:
    """The name of a student's page; student ids are safe as file names."""
    return f"{student}.html"


def write_feedback(records: Iterable[Record], rubric: Rubric, out: Path) -> None:
    """Write OUT/feedback/<student>.html for every record."""
    for record in records:
        write_whole(out / FOLDER / feedback_name(record.student), feedback_page(record, rubric), sync=False)


def feedback_page(record: Record, rubric: Rubric) -> str:
    """The page as one self-contained HTML text."""
    reasons = {check.message for check in record.checks if check.outcome == "error"}
    written = _written(record, rubric)
    return template("feedback.html").render(
        record=record,
        counts=_counts(record),
        problems=[problem for problem in record.problems if problem not in reasons],
        parts=parts(record, rubric),
        next=next_step(record, rubric),
        bonus=_bonus(rubric) if record.graded and record.complete and not record.bonus else None,
        written=sum(cell.points for cell in written),
        written_bonus=sum(cell.points for cell in written if cell.bonus),
        picture=to_html(_explanations(record)) if record.explained else "",
    )


def parts(record: Record, rubric: Rubric) -> list[Part]:
    """The checks by notebook and role, in the order of the rubric."""
    notebooks = {entry.id: entry.notebook for entry in rubric.checks}
    found: dict[tuple[str, str], list[Shown]] = {}
    for check in record.checks:
        place = (notebooks.get(check.id, ""), check.role)
        found.setdefault(place, []).append(Shown(check, _message(check, place[0], record.problems)))
    return [Part(notebook, role, tuple(checks)) for (notebook, role), checks in found.items()]


def next_step(record: Record, rubric: Rubric) -> Step | None:
    """The first check that lost points, else the first that was not asked; None when all passed but a bonus.

    Checks stand in the order in which they build on each other, so nothing has to be repaired before this one.
    """
    lost = [check for check in record.checks if check.lost and check.outcome != "error"]
    skipped = record.unasked
    first = next(iter([*lost, *skipped]), None)
    if first is None:
        return None
    notebooks = {entry.id: entry.notebook for entry in rubric.checks}
    notebook = notebooks.get(first.id, "")
    waiting = sum(notebooks.get(check.id, "") == notebook and check is not first for check in skipped)
    return Step(notebook, first, _message(first, notebook, record.problems), waiting)


def _message(check: CheckResult, notebook: str, problems: Iterable[str]) -> Message:
    """What a check says; where there was no notebook to check, what was wrong with the file, if that is known."""
    if notebook and check.outcome == "skipped" and check.message.startswith(NO_NOTEBOOK):
        for problem in problems:
            file, colon, reason = problem.partition(": ")
            if notebook in file and not reason.startswith("was graded as"):
                return Message(f"{file} could not be read: {reason}" if colon else problem, ())
    return shown_message(check)


def _counts(record: Record) -> str:
    """Such as "20 passed, 2 failed, 3 not asked"."""
    passed = sum(check.outcome == "passed" for check in record.checks)
    lost = sum(check.lost for check in record.checks)
    told = [(passed, "passed"), (lost, "failed"), (len(record.unasked), "not asked")]
    return ", ".join(f"{count} {said}" for count, said in told if count)


def _written(record: Record, rubric: Rubric) -> list[Manual]:
    """The cells that a person grades in the notebooks that were handed in and can be read."""
    notebooks = {entry.id: entry.notebook for entry in rubric.checks}
    # Checks that build on others say only that those have not passed, so one that says so speaks for its notebook.
    missing = {notebooks.get(check.id) for check in record.checks if check.message.startswith(NO_NOTEBOOK)}
    return [cell for cell in rubric.manual if cell.notebook not in missing]


def _bonus(rubric: Rubric) -> Bonus | None:
    """What the rubric has on top of the maximum; None when there is nothing."""
    entries: list[Entry | Manual] = [*rubric.checks, *rubric.manual]
    on_top = [entry for entry in entries if entry.bonus]
    names = dict.fromkeys(f"{entry.notebook}.ipynb" for entry in on_top)
    return Bonus(", ".join(names), sum(entry.points for entry in on_top)) if on_top else None


def _explanations(record: Record) -> list[Explanation]:
    return [
        Explanation(item.tokens, item.scores, item.probability, item.delta, unknown=item.unknown)
        for item in record.explained
    ]
