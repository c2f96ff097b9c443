"""The class on one page of HTML: marks, parts, the hardest checks, doubtful cases, and a link to every student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from autograder.record import OUTCOMES, CheckResult, Outcome, Record
from autograder.reports.feedback import FOLDER, feedback_name, part_title
from autograder.reports.missing import without_answer
from autograder.reports.templates import template

NEAR = 0.03
"""A number this near to its bound is shown to the teacher: another seed might have decided otherwise."""
SHOWN = 10
"""Rows of a table that are open; the others are folded."""
FEW = 4
"""Lost checks that are named in a student's row."""
NAMED = 30
"""Students who are named beside a hard check."""
MEANINGS: dict[Outcome, str] = {
    "failed": "a rule of the notebook does not hold; the message has a counterexample",
    "timeout": "no answer within the time of the call",
    "memory": "more memory than a worker may take",
    "disk": "more files than a worker may write",
    "processes": "more processes or threads than a worker may start",
    "output": "an answer larger than a worker may give",
    "crashed": "the code ended its process",
    "tampered": "the answer broke the worker's rules: look at this code yourself",
    "error": "the grader itself failed: no mark, grade again",
    "skipped": "not attempted, no notebook, or what it builds on has not passed; a bonus left out is not counted",
}


@dataclass(frozen=True)
class Hard:
    """How one check went in the class."""

    title: str
    part: str
    passed: int
    lost: int
    """Students who failed it, without those for whom it was not checked."""
    commonest: str
    """The first line of the commonest message."""
    times: int
    """How many students got it."""
    students: tuple[tuple[str, str], ...]
    """Who lost points on it, with their pages; the first of them."""


@dataclass(frozen=True)
class Kind:
    """One outcome other than passed, over all checks of all students."""

    outcome: Outcome
    meaning: str
    checks: int
    students: int


@dataclass(frozen=True)
class Bar:
    """One bar of the distribution."""

    label: str
    count: int
    height: float
    """Share of the highest bar."""


@dataclass(frozen=True)
class PartMarks:
    """One role in the class."""

    role: str
    title: str
    mean: float
    max_points: int
    full: int
    """Students with all of its points."""
    none: int
    """Students with none of them."""


@dataclass(frozen=True)
class NearCase:
    """A check whose number lies near its bound."""

    student: str
    page: str
    check: CheckResult


@dataclass(frozen=True)
class Row:
    """One student in the table."""

    record: Record
    page: str
    score: str
    percent: int
    points: tuple[int, ...]
    """Per role."""
    lost: tuple[CheckResult, ...]
    without_answer: tuple[str, ...]
    """Which points are missing because nothing was asked."""


@dataclass(frozen=True)
class Ungraded:
    """A submission that the grader failed on."""

    student: str
    reason: str


def class_page(records: Sequence[Record], roles: Sequence[str]) -> str:
    """The page as one HTML text that needs nothing but the students' pages, students in the order of their ids."""
    ordered = sorted(records, key=lambda record: record.student)
    scores = [record.score for record in ordered if record.graded]
    return template("class_page.html").render(
        records=ordered,
        rows=[_row(record, roles) for record in ordered],
        roles=roles,
        folder=FOLDER,
        bars=distribution(ordered),
        parts=part_marks(ordered, roles),
        hard=hardest(ordered),
        kinds=failures_by_kind(ordered),
        problems=Counter(text for record in ordered for text in dict.fromkeys(record.problems)).most_common(SHOWN),
        near=near_threshold(ordered),
        margin=NEAR,
        shown=SHOWN,
        few=FEW,
        complete=sum(record.complete for record in ordered),
        untouched=scores.count(0),
        mean=fmean(scores) if scores else 0.0,
        median=median(scores) if scores else 0.0,
        weak=sorted({record.sandbox for record in ordered} - {"bubblewrap"}),
        ungraded=[_ungraded(record) for record in ordered if not record.graded],
    )


def distribution(records: Sequence[Record]) -> list[Bar]:
    """How many students reached which tenth of the points; submissions without a mark are left out."""
    shares = [min(9, 10 * record.score // max(1, record.max_score)) for record in records if record.graded]
    counts = Counter(shares)
    highest = max(counts.values(), default=1)
    labels = [f"{10 * tenth}–{10 * tenth + 9}" for tenth in range(9)] + ["90–100"]
    return [Bar(label, counts[tenth], counts[tenth] / highest) for tenth, label in enumerate(labels)]


def part_marks(records: Sequence[Record], roles: Sequence[str]) -> list[PartMarks]:
    """Mean and extremes per role."""
    graded = [record for record in records if record.graded]
    found = []
    for role in roles if graded else ():
        most = sum(check.max_points for check in graded[0].checks if check.role == role)
        scores = [record.role_score(role) for record in graded]
        found.append(PartMarks(role, part_title(role), fmean(scores), most, scores.count(most), scores.count(0)))
    return found


def hardest(records: Sequence[Record]) -> list[Hard]:
    """The checks by how many lost points on them, most first; checks that all passed are left out."""
    found = []
    for same in zip(*(record.checks for record in records), strict=True):
        lost = [(record.student, check) for record, check in zip(records, same, strict=True) if check.lost]
        if not lost:
            continue
        first_lines = Counter((check.message.splitlines() or [check.outcome])[0] for _, check in lost)
        commonest, times = first_lines.most_common(1)[0]
        found.append(
            Hard(
                title=same[0].title,
                part=part_title(same[0].role),
                passed=sum(check.outcome == "passed" for check in same),
                lost=len(lost),
                commonest=commonest,
                times=times,
                students=tuple((student, feedback_name(student)) for student, _ in lost[:NAMED]),
            )
        )
    return sorted(found, key=lambda hard: -hard.lost)


def failures_by_kind(records: Sequence[Record]) -> list[Kind]:
    """Every outcome that there is besides passed, in the order of the record's own list."""
    found = []
    for outcome, meaning in ((outcome, MEANINGS[outcome]) for outcome in OUTCOMES if outcome in MEANINGS):
        counts = [_count(record, outcome) for record in records]
        if any(counts):
            found.append(Kind(outcome, meaning, sum(counts), sum(count > 0 for count in counts)))
    return found


def _count(record: Record, outcome: Outcome) -> int:
    if outcome == "skipped":
        return len(record.unasked)
    return sum(check.outcome == outcome for check in record.checks)


def near_threshold(records: Sequence[Record]) -> list[NearCase]:
    """The checks that a little more or less would have decided otherwise, nearest first."""
    found = [
        (abs(check.measured.value - check.measured.at_least), record.student, check)
        for record in records
        for check in record.checks
        if check.measured is not None and abs(check.measured.value - check.measured.at_least) <= NEAR
    ]
    found.sort(key=lambda case: case[:2])
    return [NearCase(student, feedback_name(student), check) for _, student, check in found]


def _row(record: Record, roles: Sequence[str]) -> Row:
    return Row(
        record=record,
        page=feedback_name(record.student),
        score=str(record.score) if record.graded else "–",
        percent=min(100, 100 * record.score // max(1, record.max_score)),
        points=tuple(record.role_score(role) for role in roles),
        lost=tuple(check for check in record.checks if check.lost),
        without_answer=tuple(without_answer(record)),
    )


def _ungraded(record: Record) -> Ungraded:
    reason = next(check.message for check in record.checks if check.outcome == "error")
    return Ungraded(record.student, (reason.strip().splitlines() or [""])[-1])
