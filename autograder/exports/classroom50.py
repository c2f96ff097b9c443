"""Classroom 50's result.json from a record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from autograder.record import Record

SCHEMA = "classroom50/result/v1"


def classroom50_result(record: Record, environment: Mapping[str, str], when: datetime) -> str:
    """The file as JSON; what the service knows about the submission comes from its environment variables.

    Raises ValueError when the grader itself failed: that is a fault of the infrastructure and no result.
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
        "review": environment.get("REVIEW_URL", ""),
        "datetime": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": record.score,
        "max-score": record.max_score,
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
