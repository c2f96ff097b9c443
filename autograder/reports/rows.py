"""The records of a class as far as the pages of the whole class need them, so that a large class fits in memory."""

from __future__ import annotations

import dataclasses

from autograder.record import CheckResult, Record


class Rows:
    """Collects records without what only a student's own page shows."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._seen: dict[CheckResult, CheckResult] = {}

    def add(self, record: Record) -> None:
        """Keep what the class page, the table of marks and the terminal show of a record."""
        checks = tuple(self._brief(check) for check in record.checks)
        self._records.append(
            dataclasses.replace(record, checks=checks, printed="", files=(), explained=(), seconds={})
        )

    @property
    def records(self) -> list[Record]:
        """In the order of the student ids."""
        return sorted(self._records, key=lambda record: record.student)

    def _brief(self, check: CheckResult) -> CheckResult:
        """A check with the first line of its message; the same object for all students for whom it is the same."""
        # Of a fault of the grader the class page shows the last line.
        message = check.message if check.outcome == "error" else (check.message.splitlines() or [""])[0]
        brief = dataclasses.replace(check, message=message, hint="")
        return self._seen.setdefault(brief, brief)
