"""Where submissions are judged: a few processes of this machine, each with workers of its own.

The process that hands out submissions watches them: a judge that exceeds a submission's budget is ended from outside,
whatever its code is doing, and what it had found out by then counts.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Protocol

import psutil
import torch

from autograder.budget import Budget
from autograder.judge.judge import FoundOut, Settings, judge_parts, load_data, record_of
from autograder.judge.unfinished import unfinished
from autograder.judge.workers import Workers
from autograder.record import Record
from autograder.sandbox import ForkServer, Level, why_no_fork_server
from autograder.submissions import Submission
from autograder.watched import BEGUN, EXCEEDED, RESULT, SO_FAR, Account, JudgeProcess, Task

Judge = Callable[[Submission, Settings], Record]
Judged = tuple[Record, dict[str, bytes]]
"""A record, and what is new for the store, by key."""
JudgedPart = tuple[FoundOut, dict[str, bytes]]
"""What was found out about a part of a submission, and what is new for the store."""

FORKS = sys.platform == "linux"
"""Whether judges are forked; elsewhere libraries may have started threads that a fork breaks."""
PARENT_DEATH_SIGNAL = 1
WATCH_S = 0.1
"""How often judges are looked at."""
SPARE_BYTES = 2 * 2**30
"""Addresses that a judge may reserve beyond the memory that it may use."""
TRIES = 2
"""How often a submission is judged whose judge died."""

_workers: Workers | None = None
_told: Callable[[FoundOut], None] | None = None
"""In a judge's process: takes what was found out so far."""


class Judges(Protocol):
    """Whoever judges submissions, in processes of their own."""

    @property
    def count(self) -> int:
        """How many judge at the same time."""

    def submit(self, judge: Judge | None, submission: Submission) -> Future[Judged]:
        """Let the next free judge have it. The future raises BrokenProcessPool when judges died of it."""

    def submit_part(self, submission: Submission, part: str) -> Future[JudgedPart]:
        """Let the next free judge have a part of it; the others may be judged at the same time."""

    def wait(self, futures: Sequence[Future[Any]]) -> None:
        """Wait until one of these is done."""

    def close(self, *, at_once: bool = False) -> None:
        """End all judges, in the middle of their work if told so."""


class LocalJudges:
    """Judges on this machine. Nothing is started before the first submission comes.

    They are watched while somebody waits for them (`wait`), by the thread that waits.
    """

    def __init__(self, settings: Settings, count: int = 0) -> None:
        """`count` judges work at once (0: one per core), with GPUs at most one on each."""
        self.count = min(count or cores(), len(settings.gpus) or sys.maxsize)
        self._settings = settings
        self._budget: Budget = settings.limits
        self._server: ForkServer | None = None
        self._warm = False
        self._processes: list[JudgeProcess] = []
        self._queue: deque[Task] = deque()
        self._in_parts: tuple[Submission, Account] | None = None
        """The submission that was handed out in parts last."""
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def submit(self, judge: Judge | None, submission: Submission) -> Future[Judged]:
        """Let the next free judge have it. The future raises BrokenProcessPool when judges died of it."""

        def judged(value: Any) -> Judged:
            if isinstance(value[0], FoundOut):
                return record_of(submission, self._settings, [value[0]]), value[1]
            done: Judged = value
            return done

        work = (judge_and_keep, (judge, submission, self._settings))
        return self._take(Task(work, Account(self._budget), judged, partial(self._ended, submission, None)))

    def submit_part(self, submission: Submission, part: str) -> Future[JudgedPart]:
        """Let the next free judge have a part of it; the others may be judged at the same time."""
        if self._in_parts is None or self._in_parts[0] is not submission:
            # Parts of a submission draw from one budget.
            self._in_parts = submission, Account(self._budget)
        work = (judge_part, (submission, self._settings, part))
        return self._take(Task(work, self._in_parts[1], lambda value: value, partial(self._ended, submission, part)))

    def wait(self, futures: Sequence[Future[Any]]) -> None:
        """Wait until one of these is done, and watch the judges meanwhile."""
        while not any(future.done() for future in futures):
            self._hand_out()
            self._look()

    def close(self, *, at_once: bool = False) -> None:
        """End all judges, in the middle of their work if told so."""
        for process in self._processes:
            process.end(at_once=at_once)
        self._processes.clear()
        self._queue.clear()
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def _ended(
        self, submission: Submission, part: str | None, so_far: FoundOut | None, outcome: Any, reason: str
    ) -> JudgedPart:
        """What a judge had found out that was ended, the rest with this outcome; nothing of it is kept."""
        return unfinished(submission, self._settings, part, so_far, outcome, reason), {}

    def _take(self, task: Task) -> Future[Any]:
        self._queue.append(task)
        self._hand_out()
        return task.future

    def _hand_out(self) -> None:
        """Give every judge that has nothing to do what waits longest."""
        while self._queue:
            while self._queue and (reason := self._queue[0].account.exceeded):
                self._queue.popleft().exceed(*reason)
            if not self._queue:
                return
            free = next((process for process in self._processes if process.task is None), None)
            if free is None and len(self._processes) < self.count:
                free = self._start(len(self._processes))
            if free is None:
                return
            task = self._queue.popleft()
            if not free.give(task):
                self._bury(free)

    def _look(self) -> None:
        """Hear what judges say, for a moment; end those that exceed a budget, and replace those that died."""
        busy = {process.connection: process for process in self._processes if process.task is not None}
        sentinels = {process.sentinel: process for process in busy.values()}
        ready = wait([*busy, *sentinels], WATCH_S)
        for process in busy.values():
            if (process.connection in ready and not process.hear()) or process.sentinel in ready:
                self._bury(process)
            elif process.task is not None and (excess := process.excess()):
                task = process.task
                process.end(at_once=True)
                task.exceed(*excess)
                self._replace(process)

    def _bury(self, process: JudgeProcess) -> None:
        """Take what a judge had that has died, and let another one try."""
        while process.task is not None and process.hear():
            pass
        task = process.task
        process.end(at_once=True)
        if task is not None:
            task.tries += 1
            if task.tries < TRIES:
                self._queue.appendleft(task)
            else:
                task.future.set_exception(BrokenProcessPool(f"a judge died {TRIES} times"))
        self._replace(process)

    def _replace(self, process: JudgeProcess) -> None:
        place = self._processes.index(process)
        self._processes[place] = self._made(place)

    def _start(self, place: int) -> JudgeProcess:
        if not self._warm:
            self._server = fork_server(self._settings.level, gpu=bool(self._settings.gpus))
            # Judges that are forked share what is read and imported now. Threads of torch do not outlive a fork.
            torch.set_num_threads(1)
            load_data(self._settings)
            self._scratch = tempfile.TemporaryDirectory(prefix="judges-")
            self._warm = True
        self._processes.append(self._made(place))
        return self._processes[-1]

    def _made(self, place: int) -> JudgeProcess:
        """A judge's process; each has one of the devices, and a folder for what its workers write."""
        assert self._scratch is not None
        device = f"cuda:{place}" if self._settings.gpus else "cpu"
        context = multiprocessing.get_context("fork" if FORKS else "spawn")
        scratch = Path(tempfile.mkdtemp(dir=self._scratch.name))
        for folder in (scratch.parent, scratch):
            # A worker with a user id of its own has its folder below.
            folder.chmod(0o711)
        return JudgeProcess(context, _judge, (self._settings, self._server, device, os.getpid()), scratch)


def fork_server(level: Level, *, gpu: bool = False) -> ForkServer | None:
    """A fork server that warms up, where the level has one and it works here; with `gpu` for use of the GPUs."""
    wanted = level is Level.BUBBLEWRAP and why_no_fork_server() is None
    return ForkServer(gpu=gpu) if wanted else None


def judge_one(submission: Submission, settings: Settings) -> Record:
    """Judge one submission with this process's workers."""
    return record_of(submission, settings, [_find_out(submission, settings, None)[0]])


def judge_and_keep(judge: Judge | None, submission: Submission, settings: Settings) -> Judged | JudgedPart:
    """In a judge's process: the record, or what there is to find out for one, and what is new for the store."""
    return _find_out(submission, settings, None) if judge is None else (judge(submission, settings), {})


def judge_part(submission: Submission, settings: Settings, part: str) -> JudgedPart:
    """In a judge's process: what there is to find out about one part, and what is new for the store."""
    return _find_out(submission, settings, part)


def _find_out(submission: Submission, settings: Settings, part: str | None) -> JudgedPart:
    assert _workers is not None
    new: dict[str, bytes] = {}
    return judge_parts(submission, settings, _workers, _told, keep=new.__setitem__, only=part), new


def _judge(connection: Connection, scratch: Path, settings: Settings, server: Any, device: str, above: int) -> None:
    """In a judge's process: do what comes, until there is nothing more."""
    global _workers, _told
    # The command is told to stop, and ends its judges.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if FORKS:
        _die_with(above)
        # A thread of the command's may have been writing at the fork, and hold the old ones for ever.
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
    tempfile.tempdir = str(scratch)
    torch.set_num_threads(1)
    _workers = Workers(settings.level, server, device)
    _told = lambda found: connection.send((SO_FAR, found))  # noqa: E731
    try:
        _workers.prepare()
        load_data(settings)
        if not settings.gpus:
            _bound_memory(settings.limits)
        while (work := connection.recv()) is not None:
            function, arguments = work
            connection.send((BEGUN, None))
            try:
                answer = (RESULT, function(*arguments))
            except MemoryError:
                answer = (EXCEEDED, ("memory", "the judge ran out of memory over what was handed in"))
            except Exception as error:
                answer = (RESULT, error)
            connection.send(answer)
    except EOFError:
        pass
    finally:
        _workers.close()


def _bound_memory(budget: Budget) -> None:
    """Let the kernel refuse this process more addresses than a submission may need, between two looks at it."""
    if FORKS:
        import resource

        most = psutil.Process().memory_info().vms + budget.memory_bytes + SPARE_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _die_with(above: int) -> None:
    """Let the kernel kill this process when the one that forked it ends, however that ends."""
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != above:
        os._exit(1)


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
