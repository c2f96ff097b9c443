"""All graders on a hostile worker, each check asked whatever the others found."""

from __future__ import annotations

import dataclasses
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from autograder.contracts import load_contract
from autograder.judge.anywhere import MadeNetworks
from autograder.judge.judge import PYTEST
from autograder.judge.judging import Judging
from autograder.judge.plugin import GradingPlugin
from autograder.judge.undisturbed import undisturbed
from autograder.record import CheckResult
from autograder.rubric import Rubric
from autograder.thresholds import Budget, Thresholds
from tests.autograder.judge.conftest import tiny_data, tiny_few, tiny_thresholds
from tests.hostile.worker import HostileWorkers
from tests.solution_source import solution_source
from textlab.definitions import Cell, Definitions, slice_definitions


@dataclass
class Found:
    """What came of it."""

    answers: int = 0
    refused: int = 0
    escaped: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    errors: list[CheckResult] = field(default_factory=list)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By check, the last line of what it raised on a value."""
    earned: list[CheckResult] = field(default_factory=list)
    """Checks that gave points although one of their answers was hostile."""


class AskingAll(GradingPlugin):
    """Asks every check, and knows which of them had a hostile answer."""

    def __init__(self, judging: Judging, rubric: Rubric, workers: HostileWorkers, asked: Sequence[str]) -> None:
        super().__init__(judging, rubric, asked, each=self._note)
        self._workers = workers
        self._hostile = 0
        self.touched: set[str] = set()

    def _needs(self, name: str, item: pytest.Item) -> tuple[str, ...]:
        return ()

    def _note(self, plugin: GradingPlugin) -> None:
        if self._workers.lies > self._hostile:
            self.touched.add(list(self.results)[-1])
        self._hostile = self._workers.lies


@undisturbed()
def grade_hostile(
    contract: str, seed: int, tries: int, found: Found, asked: Sequence[str] = (), *, wild: bool, honest: bool = False
) -> None:
    """Ask the graders of a contract once; what comes of it is added to `found`."""
    rules = load_contract(contract)
    names = {name for role in rules.roles.values() for name in role.names.values()}
    chance = random.Random(seed)
    few = tiny_few()
    workers = HostileWorkers(chance, tries, wild=wild, honest=honest)
    judging = Judging(
        drawn_from={entry.id: f"{seed:064}" for entry in rules.rubric.checks},
        definitions={role.notebook: _definitions(role.notebook, names, honest) for role in rules.roles.values()},
        contract=rules.roles,
        data=tiny_data(),
        thresholds=_asking(tiny_thresholds()),
        workers=workers,
        few=dataclasses.replace(few, thresholds=_asked(few.thresholds)),
        served={role: {} for role in rules.roles},
        made={role: MadeNetworks(("model",), ("optimizer",), _all_defined(names)) for role in rules.roles},
    )
    plugin = AskingAll(judging, rules.rubric, workers, asked)
    try:
        status = pytest.main(PYTEST, plugins=[plugin])
        assert status in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), f"pytest ended with {status!r}"
    finally:
        judging.close()
    found.answers += workers.answers
    found.refused += workers.refused
    found.escaped += workers.escaped
    found.seconds |= plugin.seconds
    for name, result in plugin.results.items():
        found.outcomes[result.outcome] += 1
        if result.outcome == "error":
            found.errors.append(result)
        if result.fault:
            found.faults[name, result.fault.strip().splitlines()[-1]] += 1
        if result.points and name in plugin.touched:
            found.earned.append(result)


def _asking(thresholds: Thresholds) -> Thresholds:
    networks = {name: _asked(budget) for name, budget in thresholds.networks.items()}
    return dataclasses.replace(thresholds, networks=networks)


def _asked(budget: Budget) -> Budget:
    return dataclasses.replace(budget, f1_at_least=0.9)


def _definitions(notebook: str, names: set[str], honest: bool) -> Definitions:
    """Those of the solution where answers are honest."""
    return slice_definitions([Cell(1, solution_source(notebook))], sorted(names)) if honest else _all_defined(names)


def _all_defined(names: set[str]) -> Definitions:
    source = "\n".join(f"def {name}(*arguments):\n    return compute(arguments)\n" for name in sorted(names))
    return slice_definitions([Cell(1, source)], sorted(names))
