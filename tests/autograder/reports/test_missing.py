"""Why points are missing: every one is put down to a reason, on all pages that a teacher reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

import pytest

from autograder.record import NO_NOTEBOOK, NOT_ATTEMPTED, Record, not_passed
from autograder.reports.class_page import class_page
from autograder.reports.grades import grades_csv
from autograder.reports.missing import ABSENT, BLANK, UNASKED, missing_points, without_answer
from autograder.rubric import load_rubric
from autograder.terminal import class_table
from tests.records import record

RUBRIC = load_rubric()
POINTS = {entry.id: entry.points for entry in RUBRIC.checks}


def of_role(*roles: str) -> list[str]:
    return [entry.id for entry in RUBRIC.checks if entry.role in roles]


def points(*checks: str) -> int:
    return sum(POINTS[check] for check in checks)


def skipped(messages: Mapping[str, str], made: Record | None = None) -> Record:
    """A record in which these checks were not asked, for the reason that their message gives."""
    made = made or record()
    checks = (
        replace(check, points=0, outcome="skipped", message=messages[check.id]) if check.id in messages else check
        for check in made.checks
    )
    return replace(made, checks=tuple(checks))


def blank(*roles: str) -> dict[str, str]:
    """As the judge says it: the first check of a role is a blank, the others build on it."""
    said: dict[str, str] = {}
    for role in roles:
        first, *others = of_role(role)
        said |= {first: NOT_ATTEMPTED} | dict.fromkeys(others, not_passed(first))
    return said


ONE_FAULT_REST_BLANK = skipped(
    blank("cnn", "interpret", "glove", "transformer"), record("ada", {"rnn-shapes": "failed"})
)
ONE_FAULT_LINE = f"not attempted: cnn, interpret, glove ({points(*of_role('cnn', 'interpret', 'glove'))} points)"


def test_what_builds_on_a_blank_or_on_an_absent_notebook_is_put_down_to_it() -> None:
    absent = {"matrix-shape": f"{NO_NOTEBOOK}there is none", "matrix-rows": not_passed("matrix-shape")}
    found = missing_points(skipped({**blank("cnn"), **absent}))
    assert [(missing.reason, missing.names, missing.points) for missing in found] == [
        (BLANK, ("cnn",), points(*of_role("cnn"))),
        (ABSENT, ("matrix-shape", "matrix-rows"), points("matrix-shape", "matrix-rows")),
    ]


def test_what_builds_on_a_failed_check_is_not_asked_and_long_lists_are_counted() -> None:
    names = of_role("cnn")[1:8]
    made = skipped(dict.fromkeys(names, not_passed("cnn-builds")), record(outcomes={"cnn-builds": "timeout"}))
    assert [str(missing) for missing in missing_points(made)] == [
        "timeout: cnn-builds (1 point)",
        f"{UNASKED}: {', '.join(names[:4])} and 3 more ({points(*names)} points)",
    ]


@pytest.mark.parametrize(
    "made",
    [
        record(),
        ONE_FAULT_REST_BLANK,
        skipped(blank(*RUBRIC.roles)),
        skipped({"cnn-f1": "not checked: every review gets the same logit"}),
        record(outcomes={"cnn-f1": "failed", "rnn-f1": "memory", "pieces-merged": "failed"}),
    ],
)
def test_the_reasons_account_for_every_point_up_to_the_maximum(made: Record) -> None:
    missing = sum(missing.points for missing in missing_points(made))
    assert missing == made.max_score - (made.score - made.bonus)


def test_the_terminal_the_class_page_and_the_table_explain_the_blanks_beside_one_fault() -> None:
    (cell,) = class_table([ONE_FAULT_REST_BLANK]).columns[2].cells
    assert str(cell).splitlines() == ["rnn-shapes (failed) the result has the wrong shape", ONE_FAULT_LINE]
    page = class_page([ONE_FAULT_REST_BLANK], RUBRIC.roles)
    assert f'rnn-shapes</span><div class="soft">{ONE_FAULT_LINE}</div>' in page
    (row,) = csv.DictReader(io.StringIO(grades_csv([ONE_FAULT_REST_BLANK], RUBRIC.roles)))
    assert row["lost"] == f"failed: rnn-shapes (1 point); {ONE_FAULT_LINE}"
    assert row["problems"] == ""


def test_an_untouched_submission_is_told_from_one_that_is_half_done() -> None:
    untouched, half = skipped(blank(*RUBRIC.roles)), skipped(blank("cnn"))
    assert without_answer(untouched) == ["not attempted"]
    assert without_answer(half) == [f"not attempted: cnn ({points(*of_role('cnn'))} points)"]


def test_a_missing_bonus_needs_no_words() -> None:
    made = skipped(blank("transformer"))
    assert made.complete and missing_points(made) == []
    assert [str(cell) for cell in class_table([made]).columns[2].cells] == [""]
    assert '<span class="soft">nothing</span>' in class_page([made], RUBRIC.roles)
    tried = class_page([record(outcomes={"pieces-merged": "failed"})], RUBRIC.roles)
    assert "pieces-merged" in tried and '<span class="soft">nothing</span>' not in tried
