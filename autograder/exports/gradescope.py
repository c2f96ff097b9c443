"""Gradescope's results.json from a record."""

from __future__ import annotations

import json
from typing import Any

from autograder.exports.marks import reached
from autograder.record import CheckResult, Record
from autograder.reports.message import Message, shown_message

VISIBILITY = {"public": "visible", "hidden": "after_published"}
"""Checks that run in the notebook are shown at once. Gradescope hides the total while a test is hidden."""
FAILED = (
    "The grader did not come to an end, so this is no mark. Your work lost no points by it: "
    "your teacher has to run the autograder again."
)
"""What a student reads when there is no mark."""


def gradescope_results(record: Record) -> str:
    """The file as JSON. A record without a mark gives a valid file that says so, with the checks that were asked."""
    extra: dict[str, Any] = {"graded": record.graded, "sandbox": record.sandbox, "sha256": record.sha256}
    said = [reached(record)]
    if record.graded:
        said += record.problems
    else:
        said = [FAILED, "So far:", *said]
        extra["reason"] = "; ".join([*record.problems, *_faults(record)])
    fields: dict[str, Any] = {
        "score": record.score,
        "output": "\n".join(said),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": extra,
        "tests": [_test(number, check) for number, check in enumerate(record.checks, start=1)],
    }
    if total := record.seconds.get("total"):
        fields["execution_time"] = round(total)
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def failed_results(reason: str) -> str:
    """A valid file for a run that did not end; `reason` is for the teacher."""
    fields = {
        "score": 0,
        "output": FAILED,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"graded": False, "reason": reason},
    }
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def message_text(message: Message) -> str:
    """A message as aligned lines."""
    return "\n".join([message.what, *(f"  {label:<9} {text}" for label, text in message.rows)]).strip()


def _faults(record: Record) -> list[str]:
    """What the grader failed on, one line each, once each."""
    return list(dict.fromkeys(check.message.splitlines()[0] for check in record.checks if check.outcome == "error"))


def _test(number: int, check: CheckResult) -> dict[str, Any]:
    hint = [f"hint: {check.hint}"] if check.hint and check.lost else []
    said = "not asked: " if check.outcome == "skipped" else ""
    fields = {
        "name": check.title,
        "number": str(number),
        "output": "\n".join([said + message_text(shown_message(check)), *hint]).strip(),
        "tags": [check.role, check.outcome],
        "visibility": VISIBILITY[check.visibility],
        "extra_data": {"id": check.id},
    }
    if check.outcome == "error":
        return fields  # no points: zero of three would read as a mark
    status = "passed" if check.outcome == "passed" else "failed"
    return {"score": check.points, "max_score": check.max_points, "status": status, **fields}
