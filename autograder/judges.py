"""Where submissions are judged: a few processes of this machine, each with workers of its own."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.queues import SimpleQueue
from multiprocessing.util import Finalize
from typing import ParamSpec, Protocol, TypeVar

import torch

from autograder.judge.judge import FoundOut, Settings, judge_parts, judge_submission, load_data
from autograder.judge.workers import Workers
from autograder.record import Record
from autograder.sandbox import ForkServer, Level, why_no_fork_server
from autograder.submissions import Submission

Judge = Callable[[Submission, Settings], Record]
Judged = tuple[Record, dict[str, bytes]]
"""A record, and what is new for the store, by key."""
JudgedPart = tuple[FoundOut, dict[str, bytes]]
"""What was found out about a part of a submission, and what is new for the store."""

P = ParamSpec("P")
T = TypeVar("T")

FORKS = sys.platform == "linux"
"""Whether judges are forked; elsewhere libraries may have started threads that a fork breaks."""
PARENT_DEATH_SIGNAL = 1

_workers: Workers | None = None


class Judges(Protocol):
    """Whoever judges submissions, in processes of their own."""

    @property
    def count(self) -> int:
        """How many judge at the same time."""

    def submit(self, judge: Judge | None, submission: Submission) -> Future[Judged]:
        """Let the next free judge have it. The future raises BrokenProcessPool when a judge died meanwhile."""

    def submit_part(self, submission: Submission, part: str) -> Future[JudgedPart]:
        """Let the next free judge have a part of it; the others may be judged at the same time."""

    def submit_alone(self, judge: Judge | None, submission: Submission) -> Future[Judged]:
        """Let a judge have it that has nothing else, after one has died: all others are ended."""

    def close(self, *, at_once: bool = False) -> None:
        """End all judges, in the middle of their work if told so."""


class LocalJudges:
    """Judges on this machine. Nothing is started before the first submission comes."""

    def __init__(self, settings: Settings, count: int = 0) -> None:
        """`count` judges work at once (0: one per core), with GPUs at most one on each."""
        self.count = min(count or cores(), len(settings.gpus) or sys.maxsize)
        self._settings = settings
        self._server: ForkServer | None = None
        self._warm = False
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, judge: Judge | None, submission: Submission) -> Future[Judged]:
        """Let the next free judge have it. The future raises BrokenProcessPool when a judge died meanwhile."""
        return self._submit(judge_and_keep, judge, submission, self._settings)

    def submit_part(self, submission: Submission, part: str) -> Future[JudgedPart]:
        """Let the next free judge have a part of it; the others may be judged at the same time."""
        return self._submit(judge_part, submission, self._settings, part)

    def submit_alone(self, judge: Judge | None, submission: Submission) -> Future[Judged]:
        """Let a new judge have it that gets nothing else; the result is there when this returns."""
        # The pool has ended the others when one died.
        self._pool = None
        with self._start(1) as pool:
            return pool.submit(judge_and_keep, judge, submission, self._settings)

    def close(self, *, at_once: bool = False) -> None:
        """End all judges, in the middle of their work if told so."""
        if at_once:
            for process in multiprocessing.active_children():
                process.kill()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
        if self._server is not None:
            self._server.close()
            self._server = None

    def _submit(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> Future[T]:
        self._pool = self._pool or self._start(self.count)
        try:
            return self._pool.submit(work, *arguments, **named)
        except BrokenProcessPool as error:
            # A judge died while there was nothing to wait for.
            future: Future[T] = Future()
            future.set_exception(error)
            return future

    def _start(self, count: int) -> ProcessPoolExecutor:
        if not self._warm:
            self._server = fork_server(self._settings.level, gpu=bool(self._settings.gpus))
            # Judges that are forked share what is read and imported now. Threads of torch do not outlive a fork.
            torch.set_num_threads(1)
            load_data(self._settings)
            self._warm = True
        context = multiprocessing.get_context("fork" if FORKS else "spawn")
        devices = context.SimpleQueue()
        for number in range(count):
            devices.put(f"cuda:{number}" if self._settings.gpus else "cpu")
        return ProcessPoolExecutor(count, context, _start_judge, (self._settings, self._server, devices, os.getpid()))


def fork_server(level: Level, *, gpu: bool = False) -> ForkServer | None:
    """A fork server that warms up, where the level has one and it works here; with `gpu` for use of the GPUs."""
    wanted = level is Level.BUBBLEWRAP and why_no_fork_server() is None
    return ForkServer(gpu=gpu) if wanted else None


def judge_one(submission: Submission, settings: Settings) -> Record:
    """Judge one submission with this process's workers."""
    return judge_and_keep(None, submission, settings)[0]


def judge_and_keep(judge: Judge | None, submission: Submission, settings: Settings) -> Judged:
    """In a judge's process: the record, and what is new for the store."""
    if judge is not None:
        return judge(submission, settings), {}
    assert _workers is not None
    new: dict[str, bytes] = {}
    return judge_submission(submission, settings, _workers, keep=new.__setitem__), new


def judge_part(submission: Submission, settings: Settings, part: str) -> JudgedPart:
    """In a judge's process: what there is to find out about one part, and what is new for the store."""
    assert _workers is not None
    new: dict[str, bytes] = {}
    return judge_parts(submission, settings, _workers, keep=new.__setitem__, only=part), new


def _start_judge(settings: Settings, server: ForkServer | None, devices: SimpleQueue[str], above: int) -> None:
    """In a judge's process, once: warm a worker, and read the data where they are not shared.

    Each judge takes one of the devices.
    """
    global _workers
    # The command is told to stop, and ends its judges.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if FORKS:
        _die_with(above)
        # A thread of the command's may have been writing at the fork, and hold the old ones for ever.
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    torch.set_num_threads(1)
    _workers = Workers(settings.level, server, devices.get())
    _workers.prepare()
    # A pool's processes skip atexit; this runs when they end, before they wait for anything.
    Finalize(None, _workers.close, exitpriority=10)
    load_data(settings)


def _die_with(above: int) -> None:
    """Let the kernel kill this process when the one that forked it ends, however that ends."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != above:
        os._exit(1)


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
