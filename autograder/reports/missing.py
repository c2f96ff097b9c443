"""Why points are missing from a mark: what failed, what was left blank, and what could not be asked because of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.record import NO_NOTEBOOK, NOT_ATTEMPTED, OUTCOMES, CheckResult, Record, not_passed

BLANK, ABSENT, UNASKED = "not attempted", "no notebook", "not asked"
NAMED = 4
"""Names in one line; the others are counted."""


@dataclass(frozen=True)
class Missing:
    """The points that are missing for one reason, without the bonus."""

    reason: str
    """BLANK, ABSENT, UNASKED, or the outcome of checks that were lost."""
    names: tuple[str, ...]
    """Roles of which everything is missing for this reason, and single checks of the others."""
    points: int

    def __str__(self) -> str:
        """Such as "not attempted: cnn, matrix-shape (37 points)"."""
        more = f" and {len(self.names) - NAMED} more" if len(self.names) > NAMED else ""
        points = f"{self.points} point{'s' if self.points != 1 else ''}"
        return f"{self.reason}: {', '.join(self.names[:NAMED])}{more} ({points})"


def missing_points(record: Record) -> list[Missing]:
    """All points between the mark and the maximum by their reason, those of lost checks first."""
    reasons = _reasons(record)
    found = []
    for reason in (*OUTCOMES, BLANK, ABSENT, UNASKED):
        checks = [check for check in record.checks if not check.bonus and reasons[check.id] == reason]
        if checks and reason != "passed":
            names = _by_role(checks, record) if reason not in OUTCOMES else (check.id for check in checks)
            found.append(Missing(reason, tuple(names), sum(check.max_points for check in checks)))
    return found


def without_answer(record: Record) -> list[str]:
    """One line for each reason why checks were not asked; of an untouched submission only that it is one."""
    found = [missing for missing in missing_points(record) if missing.reason not in OUTCOMES]
    untouched = all(check.outcome == "skipped" for check in record.checks)
    if untouched and [missing.reason for missing in found] == [BLANK]:
        return [BLANK]
    return [str(missing) for missing in found]


def _reasons(record: Record) -> dict[str, str]:
    """By check its outcome, or why it was not asked: what builds on a blank is as blank as that."""
    found: dict[str, str] = {}
    inherited: dict[str, str] = {}
    # Checks stand in the order in which they build on each other.
    for check in record.checks:
        if check.outcome != "skipped":
            found[check.id] = check.outcome
            continue
        if check.message == NOT_ATTEMPTED:
            reason = BLANK
        elif check.message.startswith(NO_NOTEBOOK):
            reason = ABSENT
        else:
            reason = inherited.get(check.message, UNASKED)
        found[check.id] = inherited[not_passed(check.title)] = reason
    return found


def _by_role(checks: Iterable[CheckResult], record: Record) -> Iterable[str]:
    """The role in place of its checks where it is all of them, else the check."""
    here = {check.id for check in checks}
    whole = {check.role for check in record.checks} - {check.role for check in record.checks if check.id not in here}
    return dict.fromkeys(check.role if check.role in whole else check.id for check in checks)
