"""Grades a class: a map over submissions, with every submission in the hands of one of a few judges."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.util import Finalize

import torch

from autograder.contracts import load_contract
from autograder.judge.judge import Settings, judge_submission, load_data
from autograder.judge.workers import Workers
from autograder.record import CheckResult, Record
from autograder.sandbox import ForkServer, Level, why_no_fork_server
from autograder.submissions import Submission

Judge = Callable[[Submission, Settings], Record]

FORKS = sys.platform == "linux"
"""Whether judges are forked; elsewhere libraries may have started threads that a fork breaks."""
PARENT_DEATH_SIGNAL = 1

_workers: Workers | None = None


def grade_class(
    submissions: Sequence[Submission], settings: Settings, workers: int = 0, judge: Judge | None = None
) -> Iterator[Record]:
    """The record of every submission, as they are ready. `workers` judges work at once (0: one per core).

    A judge that dies costs its own submission the marks (outcome `error`), never another one.
    """
    with contextlib.ExitStack() as stack:
        server = fork_server(settings.level)
        if server is not None:
            stack.callback(server.close)
        yield from _grade(list(submissions), settings, workers, judge or judge_one, server)


def fork_server(level: Level) -> ForkServer | None:
    """A fork server that warms up, where the level has one and it works here."""
    wanted = level is Level.BUBBLEWRAP and why_no_fork_server() is None
    return ForkServer() if wanted else None


def _grade(
    waiting: list[Submission], settings: Settings, workers: int, judge: Judge, server: ForkServer | None
) -> Iterator[Record]:
    # Where judges are forked, they share what is read and imported now. Threads of torch do not outlive a fork.
    torch.set_num_threads(1)
    load_data(settings)
    context = multiprocessing.get_context("fork" if FORKS else "spawn")
    alone = False
    while waiting:
        count = 1 if alone else workers or _cores()
        died: list[Submission] = []
        given = (settings, server, os.getpid())
        with ProcessPoolExecutor(min(count, len(waiting)), context, _start_judge, given) as pool:
            futures = {pool.submit(judge, submission, settings): submission for submission in waiting}
            for future in as_completed(futures):
                record = _finished(future, futures[future], settings)
                if record is None:
                    died.append(futures[future])
                else:
                    yield record
        # A judge that died took its pool with it. Which submission did it? Judged one by one, it is the first.
        died.sort(key=waiting.index)
        if died and alone:
            yield failed_record(died.pop(0), settings, "the judge of this submission died twice")
        waiting, alone = died, True


def judge_one(submission: Submission, settings: Settings) -> Record:
    """Judge one submission with this process's workers."""
    assert _workers is not None
    return judge_submission(submission, settings, _workers)


def failed_record(submission: Submission, settings: Settings, reason: str) -> Record:
    """The record of a submission that could not be judged for a fault of the kit."""
    contract = load_contract(settings.contract)
    rubric = contract.rubric
    checks = tuple(
        CheckResult(
            entry.id, entry.id, entry.role, 0, entry.points, "error", reason, "", entry.visibility, entry.bonus
        )
        for entry in rubric.checks
    )
    return Record(
        student=submission.student,
        assignment=rubric.assignment,
        data=settings.data,
        contract=contract.name,
        files=(),
        sha256=submission.sha256,
        checks=checks,
        problems=(*submission.problems, reason),
        printed="",
        sandbox=settings.level.word,
        versions={"python": platform.python_version()},
        seconds={"total": 0.0},
    )


def _finished(future: Future[Record], submission: Submission, settings: Settings) -> Record | None:
    """The record, or None when the pool broke before this one was judged."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:
        return failed_record(submission, settings, f"the grader failed: {type(error).__name__}: {error}")


def _start_judge(settings: Settings, server: ForkServer | None, above: int) -> None:
    """In a judge's process, once: warm a worker, and read the data where they are not shared."""
    global _workers
    if FORKS:
        _die_with(above)
        # A thread of the command's may have been writing at the fork, and hold the old ones for ever.
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    torch.set_num_threads(1)
    _workers = Workers(settings.level, server)
    _workers.prepare()
    # A pool's processes skip atexit; this runs when they end, before they wait for anything.
    Finalize(None, _workers.close, exitpriority=10)
    load_data(settings)


def _die_with(above: int) -> None:
    """Let the kernel kill this process when the one that forked it ends, however that ends."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != above:
        os._exit(1)


def _cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
