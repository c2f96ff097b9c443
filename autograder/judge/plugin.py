"""The pytest plugin that turns tests into check results."""

from __future__ import annotations

import functools
import random
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from autograder.judge.checks import ATTRIBUTE, Declaration, Note
from autograder.judge.client import WorkerLost
from autograder.judge.f1_bound import Train
from autograder.judge.judging import Judging, NotHandedIn
from autograder.judge.limits import HINTS, exceeded
from autograder.judge.own_cnn import explain_own_cnn
from autograder.judge.remote import RemoteNetwork, Repair
from autograder.judge.repairs import IsolatedFailure, charged, find_repair
from autograder.judge.subjects import Subjects
from autograder.record import NOT_ATTEMPTED, CheckResult, ExplainedSentence, Outcome, not_passed
from autograder.rubric import Entry, Rubric
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked, StudentError
from textlab.definitions.shown import plain_lines

MESSAGE_LIMIT = 3000
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
OF_THE_MACHINE = (OSError, ImportError, KeyboardInterrupt, pytest.exit.Exception)
"""Exceptions that no value brings about."""
EXPECTED = (pytest.skip.Exception, NotHandedIn, CheckFailed, StudentError, WorkerLost, MemoryError)
"""Exceptions that have an outcome of their own."""
NOT_REACHED = "the grader was ended before it asked this check; no points were lost by your work"


class GradingPlugin(Subjects):
    """Hooks for one submission; `results` holds what each check found."""

    def __init__(
        self,
        judging: Judging,
        rubric: Rubric,
        asked: Sequence[str] = (),
        shuffle: int | None = None,
        each: Callable[[GradingPlugin], None] = lambda plugin: None,
    ) -> None:
        """`each` is called after every check."""
        self.judging = judging
        self._each = each
        self.results: dict[str, CheckResult] = {}
        self.seconds: dict[str, float] = {}
        self._notes: dict[str, Note] = {}
        self._entries = {entry.id: entry for entry in rubric.checks}
        self._items: dict[str, pytest.Item] = {}
        self._answered = 0
        """How many requests workers had answered when the check began."""
        self._isolated: set[str] = set()
        """Checks whose fault is made good for those that build on them."""
        self._last: dict[str, str] = {}
        """By notebook the last check about it."""
        self.explained: tuple[ExplainedSentence, ...] = ()
        self._asked = set(asked) or set(self._entries)
        self._shuffle = shuffle

    @property
    def so_far(self) -> tuple[CheckResult, ...]:
        """All checks in the rubric's order; those that were not reached yet are a fault of the grader."""
        left = {name: item for name, item in self._items.items() if name not in self.results}
        open_ = {
            name: _result(self._entries[name], item, _declaration(item), "error", NOT_REACHED)
            for name, item in left.items()
        }
        return tuple({**open_, **self.results}[name] for name in self._entries)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Nobody reads pytest's own tracebacks, and its usual ones parse whole modules."""
        config.option.tbstyle = "native"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Run the checks in the rubric's order; other contracts have other checks. Each has to have its test."""
        declared = {_declaration(item).id: item for item in items}
        if not set(self._entries) <= set(declared):
            odd = ", ".join(sorted(set(self._entries) - set(declared)))
            raise pytest.UsageError(f"the rubric names checks that no grader declares: {odd}")
        self._items = declared = {name: item for name, item in declared.items() if name in self._entries}
        for name in set(self._entries) - self._asked:
            item = declared[name]
            self.results[name] = _result(self._entries[name], item, _declaration(item), "skipped", "not asked")
        order = list(self._entries)
        earlier = {name: (*self._needs(name, item), *_declaration(item).after) for name, item in declared.items()}
        if self._shuffle is not None:
            random.Random(self._shuffle).shuffle(order)
        asked = [name for name in _in_order(order, earlier) if name in self._asked]
        items[:] = [declared[name] for name in asked]
        self._last = {notebook: name for name in asked if (notebook := self._notebook(name))}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check whose premise failed; ask nothing more when the submission's budget is used up."""
        self._answered = self.judging.answers
        for name in self._needs(_declaration(item).id, item):
            # A contract may leave a check out: nothing is known against it then.
            needed = self.results.get(name)
            if needed is not None and needed.outcome != "passed" and name not in self._isolated:
                pytest.skip(not_passed(needed.title))
        clock = self.judging.workers.clock
        if clock is not None and clock.spent:
            raise WorkerLost("timeout", f"not checked: {clock.reason}")

    def _needs(self, name: str, item: pytest.Item) -> tuple[str, ...]:
        """The checks that one builds on: its own, and the premise that the contract names for its role."""
        role = self.judging.contract.get(self._entries[name].role)
        premise = (role.premise,) if role and role.premise not in ("", name) else ()
        return (*premise, *_declaration(item).needs)

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[Any]:
        """Name the fault that keeps a class from running, and make it good for the checks to come."""
        try:
            return (yield)
        except (CheckFailed, StudentError) as error:
            networks = [value for value in pyfuncitem.funcargs.values() if isinstance(value, RemoteNetwork)]
            if isinstance(error, NotChecked) or not networks or networks[0].repair != Repair():
                raise
            network, role = networks[0], self._entries[_declaration(pyfuncitem).id].role
            read = self.judging.definitions[self.judging.contract[role].notebook].globals_used
            repair = find_repair(network, role, read.get(network.name, ()))
            if repair == Repair():
                raise
            self.judging.repairs[network.name] = repair
            raise charged(error, network.name, repair) from None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
        """Note the outcome."""
        report = yield
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            declaration = _declaration(item)
            error = None if call.excinfo is None else call.excinfo.value
            self.seconds[declaration.id] = call.duration
            fault = ""
            if error is not None and _is_unexpected(error) and self._is_the_students(item, error):
                # Values of theirs took part; which of the two is wrong, a person can tell from the traceback.
                error, fault = unusable(error), _traceback(error)
            outcome, message = _verdict(error)
            if isinstance(error, IsolatedFailure):
                self._isolated.add(declaration.id)
            note = self._notes.get(declaration.id, Note())
            said = note.text if outcome == "passed" else message
            result = _result(self._entries[declaration.id], item, declaration, outcome, said)
            cause = error.cause if outcome == "failed" and isinstance(error, (CheckFailed, StudentError)) else ""
            self.results[declaration.id] = replace(result, measured=note.number, cause=cause, fault=fault)
            self._each(self)
        if call.when == "teardown":
            self._leave(_declaration(item).id)
        return report

    def _is_the_students(self, item: pytest.Item, error: BaseException) -> bool:
        """Whether values of the submission took part in what raised, so that one of them may be the reason."""
        if isinstance(error, OF_THE_MACHINE):
            return False
        carried = getattr(item, "funcargs", {}).get("trained")
        return bool(carried) or self.judging.answers > self._answered

    def _leave(self, check: str) -> None:
        """After the last check about a notebook its worker need not wait in memory for the others."""
        self.judging.end_hushed()
        notebook = self._notebook(check)
        if self._last.get(notebook) != check:
            return
        explained = self.judging.contract.get("cnn")
        if explained is not None and explained.notebook == notebook:
            self.explained = explain_own_cnn(self.judging)
        self.judging.end(notebook)

    def _notebook(self, check: str) -> str:
        """The notebook that a check is about; "" where the contract has no such role."""
        role = self.judging.contract.get(self._entries[check].role)
        return role.notebook if role else ""

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """Inputs for this check."""
        return self.judging.draw(_declaration(request.node).id)

    @pytest.fixture
    def note(self, request: pytest.FixtureRequest) -> Note:
        """Says what was measured; students read it when the check passes, too."""
        return self._notes.setdefault(_declaration(request.node).id, Note())

    @pytest.fixture
    def train(self, request: pytest.FixtureRequest) -> Train:
        """Trains a network and measures it, unless that is known."""
        return functools.partial(self.judging.trainings.train, _declaration(request.node).id)


def _in_order(order: Sequence[str], earlier: Mapping[str, Sequence[str]]) -> list[str]:
    """The checks in the given order, each behind those that it builds on."""
    placed: dict[str, None] = {}

    def place(name: str) -> None:
        for other in earlier[name]:
            if other in earlier and other not in placed:
                place(other)
        placed[name] = None

    for name in order:
        if name not in placed:
            place(name)
    return list(placed)


def _declaration(item: pytest.Item) -> Declaration:
    declaration = getattr(item.function, ATTRIBUTE, None)  # type: ignore[attr-defined]
    if not isinstance(declaration, Declaration):
        raise pytest.UsageError(f"{item.nodeid} is not declared with @check")
    return declaration


def _result(entry: Entry, item: pytest.Item, declared: Declaration, outcome: Outcome, message: str) -> CheckResult:
    title = (item.function.__doc__ or entry.id).strip().splitlines()[0]  # type: ignore[attr-defined]
    return CheckResult(
        id=entry.id,
        title=title,
        role=entry.role,
        points=entry.points if outcome == "passed" else 0,
        max_points=entry.points,
        outcome=outcome,
        message=plain_lines(ADDRESS.sub("0x…", message)[:MESSAGE_LIMIT]),
        hint=declared.hint if outcome == "failed" else HINTS.get(outcome, ""),
        visibility=entry.visibility,
        bonus=entry.bonus,
    )


def _verdict(error: BaseException | None) -> tuple[Outcome, str]:
    """The outcome and the text that the student reads."""
    if error is None:
        return "passed", ""
    if isinstance(error, (pytest.skip.Exception, NotHandedIn, NotChecked)):
        return "skipped", str(error)
    if isinstance(error, CheckFailed):
        return "failed", str(error)
    if isinstance(error, StudentError):
        if error.not_attempted:
            return "skipped", NOT_ATTEMPTED
        return exceeded(error) or "failed", str(error)
    if isinstance(error, WorkerLost):
        return error.outcome, str(error)
    if isinstance(error, MemoryError):
        return "memory", "the judge ran out of memory over what was handed in"
    return "error", f"the grader itself failed; no points were lost by your work\n{_traceback(error)}"


def _is_unexpected(error: BaseException) -> bool:
    """Whether it is an exception that no check raises on purpose."""
    return not isinstance(error, EXPECTED)


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-3:])


def unusable(error: BaseException) -> CheckFailed:
    """The failure of a check that could do nothing with a value of the student's."""
    return CheckFailed(
        "the check cannot compute with what your code gave back",
        input="what your code gave back in this check",
        expected="tensors and numbers of the sizes that the notebook asks for",
        got=f"{type(error).__name__}: {error}"[:300],
        likely=None,
        next="run this exercise's card in the notebook; where it passes, show this message to your instructor",
    )
