"""The class on one page of HTML: marks, the hardest checks, and every student's results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from autograder.record import OUTCOMES, Record

TEMPLATES = Path(__file__).parent


@dataclass(frozen=True)
class Hard:
    """How one check went in the class."""

    title: str
    passed: int
    lost: int
    """Students who failed it, without those for whom it was not checked."""
    commonest: str
    """The first line of the commonest message."""


@dataclass(frozen=True)
class Bar:
    """One bar of the distribution."""

    label: str
    count: int
    height: float
    """Share of the highest bar."""


def class_page(records: Sequence[Record], roles: Sequence[str]) -> str:
    """The page as one self-contained HTML text, students in the order of their ids."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    ordered = sorted(records, key=lambda record: record.student)
    outcomes = Counter(check.outcome for record in ordered for check in record.checks)
    return environment.get_template("class_page.html").render(
        records=ordered,
        roles=roles,
        bars=distribution(ordered),
        hard=hardest(ordered),
        outcomes=[(outcome, outcomes[outcome]) for outcome in OUTCOMES if outcomes[outcome]],
        mean=sum(record.score for record in ordered) / max(1, len(ordered)),
        weak=sorted({record.sandbox for record in ordered} - {"bubblewrap"}),
    )


def distribution(records: Sequence[Record]) -> list[Bar]:
    """How many students reached which tenth of the points."""
    shares = [min(9, 10 * record.score // max(1, record.max_score)) for record in records]
    counts = Counter(shares)
    highest = max(counts.values(), default=1)
    labels = [f"{10 * tenth}–{10 * tenth + 9}%" for tenth in range(9)] + ["90–100%"]
    return [Bar(label, counts[tenth], counts[tenth] / highest) for tenth, label in enumerate(labels)]


def hardest(records: Sequence[Record]) -> list[Hard]:
    """The checks by how many lost points on them, most first; checks that all passed are left out."""
    found = []
    for same in zip(*(record.checks for record in records), strict=True):
        lost = [check for check in same if check.outcome not in ("passed", "skipped")]
        if not lost:
            continue
        first_lines = Counter((check.message.splitlines() or [check.outcome])[0] for check in lost)
        passed = sum(check.outcome == "passed" for check in same)
        found.append(Hard(same[0].title, passed, len(lost), first_lines.most_common(1)[0][0]))
    return sorted(found, key=lambda hard: -hard.lost)
