"""Classroom 50's result.json from a record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from autograder.exports.gradescope import message_text
from autograder.exports.marks import reached
from autograder.record import Record
from autograder.reports.message import shown_message

SCHEMA = "classroom50/result/v1"
UTC = "%Y-%m-%dT%H:%M:%SZ"


def classroom50_result(record: Record, environment: Mapping[str, str], handed_in: datetime, graded: datetime) -> str:
    """The file as JSON; what the service knows about the submission comes from its environment variables.

    The service asks for a maximum that is the sum over all checks, so bonus points are part of it here. Raises
    ValueError when the grader itself failed: that is a fault of the infrastructure and no result.
    """
    if not record.graded:
        raise ValueError(f"the grader failed on {record.student}: there is no result to report; run it again")
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "classroom": environment.get("CLASSROOM", ""),
        "assignment": environment.get("ASSIGNMENT", record.assignment),
        "assignment_type": environment.get("ASSIGNMENT_TYPE", "individual"),
        "owner": environment.get("OWNER") or environment.get("USERNAME") or record.student,
        "submission": environment.get("SUBMISSION_TAG", ""),
        "commit": environment.get("COMMIT_URL", ""),
        "release": environment.get("RELEASE_URL", ""),
        "review": environment.get("REVIEW_URL") or environment.get("COMMIT_URL", ""),
        "datetime": handed_in.strftime(UTC),
        "graded_at": graded.strftime(UTC),
        "score": record.score,
        "max-score": record.max_score + record.max_bonus,
        "tests": [
            {
                "test-name": check.title,
                "passed": check.outcome == "passed",
                "score": check.points,
                "max-score": check.max_points,
            }
            for check in record.checks
        ],
    }
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def release_body(record: Record) -> str:
    """What students read in the release of their submission: points and lost checks, as Markdown, nothing hidden."""
    lines = [f"**{reached(record)}**", ""]
    lines += [_indented(problem) for problem in record.problems]
    for check in record.checks:
        if check.lost:
            hint = f"\nhint: {check.hint}" if check.hint else ""
            said = message_text(shown_message(check)) + hint
            lines += ["", f"**{check.title}**: {check.points} of {check.max_points}", "", _indented(said)]
    return "\n".join(lines) + "\n"


def _indented(text: str) -> str:
    """A block of code, in which nothing that a student wrote means anything."""
    return "\n".join(f"    {line}" for line in text.splitlines())
