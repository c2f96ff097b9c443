"""Records made by hand, for tests of what reads them."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.record import CheckResult, GradedFile, Outcome, Record
from autograder.rubric import load_rubric


def record(
    student: str = "ada",
    outcomes: Mapping[str, Outcome] | None = None,
    message: str = "the result has the wrong shape\n  input     3 reviews",
    problems: tuple[str, ...] = (),
    sandbox: str = "bubblewrap",
) -> Record:
    """A record of the real rubric in which every check passed but those named in `outcomes`."""
    checks = []
    for entry in load_rubric().checks:
        outcome = (outcomes or {}).get(entry.id, "passed")
        points = entry.points if outcome == "passed" else 0
        said = "" if outcome == "passed" else message
        checks.append(
            CheckResult(
                entry.id, entry.id, entry.role, points, entry.points, outcome, said, "", entry.visibility, entry.bonus
            )
        )
    return Record(
        student=student,
        assignment="text_classification",
        data="mini",
        contract="kit",
        files=(GradedFile("2_cnn.ipynb", "0" * 64),),
        sha256="1" * 64,
        checks=tuple(checks),
        problems=problems,
        printed="",
        sandbox=sandbox,
        versions={"torch": "2.3.1"},
        seconds={"total": 1.0},
    )
