"""What is known of a submission whose judge was ended: the checks that were answered, and why the others were not."""

from __future__ import annotations

import dataclasses

from autograder.contracts import load_contract
from autograder.judge.judge import FoundOut, Settings
from autograder.judge.limits import HINTS
from autograder.judge.parts import PartResult, parts_of
from autograder.judge.plugin import NOT_REACHED
from autograder.record import CheckResult, Outcome
from autograder.rubric import Entry
from autograder.submissions import Submission


def unfinished(
    submission: Submission,
    settings: Settings,
    part: str | None,
    so_far: FoundOut | None,
    outcome: Outcome,
    reason: str,
) -> FoundOut:
    """What was found out `so_far`; the checks that were not answered get the outcome. `part` None: of all parts."""
    if so_far is None:
        so_far = _nothing(submission, settings, part)
    results = tuple(
        dataclasses.replace(
            result, checks=tuple(_answered(check, outcome, f"not checked: {reason}") for check in result.checks)
        )
        for result in so_far.results
    )
    problems = (*so_far.problems, f"Not all was checked: {reason}.")
    return dataclasses.replace(so_far, results=results, problems=problems)


def _answered(check: CheckResult, outcome: Outcome, message: str) -> CheckResult:
    if check.outcome != "error" or check.message != NOT_REACHED:
        return check
    return dataclasses.replace(check, outcome=outcome, message=message, hint=HINTS.get(outcome, ""))


def _nothing(submission: Submission, settings: Settings, part: str | None) -> FoundOut:
    contract = load_contract(settings.contract)
    parts = [one for one in parts_of(contract.rubric, contract.roles, {}, {}, {}) if part in (None, one.name)]
    results = tuple(PartResult(tuple(map(_open, one.entries)), "") for one in parts)
    return FoundOut(submission.problems, results, 0.0, 0.0)


def _open(entry: Entry) -> CheckResult:
    return CheckResult(
        entry.id, entry.id, entry.role, 0, entry.points, "error", NOT_REACHED, "", entry.visibility, entry.bonus
    )
