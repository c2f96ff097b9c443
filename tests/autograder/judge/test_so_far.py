"""The record after each check, for machines that may end at any time."""

from __future__ import annotations

from autograder.contracts import load_contract
from autograder.judge.judge import run_graders
from autograder.judge.judging import Judging
from autograder.judge.plugin import NOT_REACHED, GradingPlugin
from autograder.judge.workers import Workers
from autograder.record import CheckResult
from autograder.rubric import load_rubric
from tests.autograder.judge.conftest import tiny_data, tiny_few, tiny_thresholds


def test_what_was_not_reached_yet_is_a_fault_of_the_grader(workers: Workers) -> None:
    nothing = Judging(
        drawn_from={entry.id: "0" * 64 for entry in load_rubric().checks},
        definitions={},
        contract=load_contract().roles,
        data=tiny_data(),
        thresholds=tiny_thresholds(),
        workers=workers,
        few=tiny_few(),
    )
    seen: list[tuple[CheckResult, ...]] = []

    def note(plugin: GradingPlugin) -> None:
        seen.append(plugin.so_far)

    rubric = load_rubric()
    results = run_graders(nothing, rubric, each=note).results
    assert [len(checks) for checks in seen] == [len(rubric.checks)] * len(rubric.checks)
    for reached, checks in enumerate(seen, start=1):
        assert sum(check.outcome != "error" for check in checks) == reached
        assert {check.message for check in checks if check.outcome == "error"} <= {NOT_REACHED}
    assert seen[-1] == tuple(results[entry.id] for entry in rubric.checks)
