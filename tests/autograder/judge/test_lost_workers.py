"""A worker that dies or lies at any verb costs the check that was running and nothing else."""

from __future__ import annotations

import functools
import select
import signal
from collections.abc import Callable
from typing import Any, cast

import pytest

from autograder.judge.border import Expected, T
from autograder.judge.client import Worker
from autograder.judge.workers import Workers
from autograder.rubric import load_rubric
from autograder.sandbox import ForkServer, Level, WorkerProcess, start_worker, strongest
from autograder.sandbox.fork_server import ForkedWorker
from autograder.wire.frames import PREFIX
from tests.autograder.judge.conftest import Grade
from tests.autograder.judge.test_client import Answer, FakeProcess, hang_up, nan_frame, other_shape, sends
from tests.solution_source import solution_source

FIRST_USER = {
    "load": "cnn-builds",
    "build": "cnn-builds",
    "parameters": "cnn-builds",
    "forward": "cnn-runs",
    "get_weights": "cnn-shapes",
    "gradients": "cnn-gradients",
    "fit": "cnn-f1",
    "predict": "cnn-f1",
    "call": "pad-reference",
    "vocabulary": "interpret-tokens",
    "probe": "interpret-tokens",
    "set_weights": "cnn-shapes",
}
FIRST_USER_1 = {
    "scripted": "train-history",
    "batches": "train-history",
    "lookup": "train-adam",
    "fit": "rnn-f1",
}
FIRST_USER_3 = {
    "vectors": "matrix-shape",
    "given": "glove-copy",
}
QUICK = ("load", "forward", "predict")


class MortalWorker(Worker):
    """A worker whose process is killed just before it is asked for a given verb."""

    def __init__(self, process: WorkerProcess, verb: str, deaths: list[str]) -> None:
        self._started = process
        super().__init__(process)
        self._verb = verb
        self._deaths = deaths

    def request(self, verb: str, seconds: float, expected: Expected[T], **arguments: Any) -> T:
        """Die once, at the first request for the verb."""
        self.wait_ready()
        if verb == self._verb and not self._deaths:
            self._deaths.append(verb)
            kill(self._started)
        return super().request(verb, seconds, expected, **arguments)


def kill(process: Any) -> None:
    """Kill it as somebody else would, without a word to whoever waits for its answer."""
    if isinstance(process, ForkedWorker):
        signal.pidfd_send_signal(process._first, signal.SIGKILL)
        select.select([process._first], [], [])  # process 1 of a namespace ends last
    else:
        process._process.kill()


class MortalWorkers(Workers):
    """Hands out workers that die once, at a given verb."""

    def __init__(self, server: ForkServer | None, verb: str) -> None:
        super().__init__(strongest(), server)
        self.deaths: list[str] = []
        self._verb = verb

    def _start(self) -> Worker:
        process = self._server.fork() if self._server is not None else start_worker(self.level)
        return MortalWorker(process, self._verb, self.deaths)


Mortal = Callable[[str], MortalWorkers]


@pytest.fixture
def mortal(worker_server: ForkServer | None) -> Mortal:
    """Makes workers that die once, at a given verb."""
    return functools.partial(MortalWorkers, worker_server)


@pytest.mark.parametrize(
    "verb", [pytest.param(verb, marks=() if verb in QUICK else pytest.mark.slow) for verb in FIRST_USER]
)
def test_killing_the_worker_at_a_verb_loses_that_check_only(grade_source: Grade, mortal: Mortal, verb: str) -> None:
    workers = mortal(verb)
    results = grade_source(solution_source(), workers)
    assert workers.deaths == [verb]
    # A killed pad_reference check is a failed one to the checks after it: they run on the kit's stand-in.
    lost = {name: result.outcome for name, result in results.items() if result.outcome not in ("passed", "skipped")}
    assert lost == {FIRST_USER[verb]: "crashed"}
    for name, result in results.items():
        if result.outcome == "skipped":
            reasons = ("not passed", "could not be trained", "nothing to check: there is no ")
            assert any(reason in result.message for reason in reasons), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("notebook", "verb", "check"),
    [("1_rnn", *pair) for pair in FIRST_USER_1.items()] + [("3_glove_cnn", *pair) for pair in FIRST_USER_3.items()],
)
def test_killing_the_worker_of_another_notebook_loses_that_check_only(
    grade_source: Grade, mortal: Mortal, notebook: str, verb: str, check: str
) -> None:
    workers = mortal(verb)
    results = grade_source({notebook: solution_source(notebook)}, workers)
    assert workers.deaths == [verb]
    lost = {name: result.outcome for name, result in results.items() if result.outcome not in ("passed", "skipped")}
    assert lost == {check: "crashed"}


class LyingWorkers(Workers):
    """Hands out workers that answer every request in the same bad way."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(Level.PROCESS)
        self._answer = answer

    def _start(self) -> Worker:
        return Worker(cast(WorkerProcess, FakeProcess(self._answer)))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (sends(b"13 passed in 0.01s\n"), "tampered"),
        (sends(PREFIX.pack(b"TLW1", 20, 10 * 2**30)), "tampered"),
        (nan_frame, "tampered"),
        (other_shape, "tampered"),
        (hang_up, "crashed"),
    ],
)
def test_a_worker_that_lies_about_everything_earns_nothing_and_the_judge_lives(
    grade_source: Grade, answer: Answer, outcome: str
) -> None:
    results = grade_source(solution_source(), LyingWorkers(answer))
    assert len(results) == len(load_rubric().checks)
    assert {result.outcome for result in results.values()} == {outcome, "skipped"}
    assert sum(result.points for result in results.values()) == 0


def test_the_solution_passes_every_check(grade_source: Grade) -> None:
    notebooks = ("1_rnn", "2_cnn", "3_glove_cnn", "4_transformer")
    results = grade_source({name: solution_source(name) for name in notebooks})
    assert {name: result.message for name, result in results.items() if result.outcome != "passed"} == {}
    assert list(results) == [entry.id for entry in load_rubric().checks]
