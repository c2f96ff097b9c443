"""A judge's process as the one that hands out submissions sees it: what it has, what it says, what it uses."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import psutil

from autograder.budget import Budget

BEGUN, SO_FAR, RESULT, EXCEEDED = "begun", "so far", "result", "exceeded"
"""What a judge says: that it begins; what it has found out so far; what came of it; which limit it noticed itself."""
BEGIN_S = 120.0
"""How long a fresh judge may take to read what all submissions are judged with."""
END_S = 5.0
Excess = tuple[Literal["timeout", "memory"], str]
"""The outcome, and the reason in words."""


@dataclass(eq=False)
class Account:
    """What a submission, or its parts together, have used of its budget."""

    budget: Budget
    ended_s: float = 0.0
    """Wall time of what has ended."""
    running: set[Task] = field(default_factory=set)

    @property
    def exceeded(self) -> Excess | None:
        """Whether the wall time is used up."""
        now = time.monotonic()
        used = self.ended_s + sum(now - task.begun for task in self.running)
        limit = self.budget.wall_s + self.budget.grace_s
        return ("timeout", f"it took longer than {limit:g} s in all and was ended") if used > limit else None


@dataclass(eq=False)
class Task:
    """Something for a judge to do."""

    work: tuple[Callable[..., Any], tuple[Any, ...]]
    account: Account
    finished: Callable[[Any], Any]
    """Makes what the future gives of what the judge says."""
    ended: Callable[[Any, str, str], Any]
    """The same where the judge was ended: from what it had found out so far, the outcome, and the reason."""
    future: Future[Any] = field(default_factory=Future)
    so_far: Any = None
    tries: int = 0
    begun: float = 0.0

    def begin(self) -> None:
        """Let its time run."""
        self.begun, self.so_far = time.monotonic(), None
        self.account.running.add(self)

    def stop(self) -> None:
        """Let its time stop."""
        if self in self.account.running:
            self.account.running.discard(self)
            self.account.ended_s += time.monotonic() - self.begun

    def exceed(self, outcome: str, reason: str) -> None:
        """Finish with what was found out so far."""
        self.finish(self.ended(self.so_far, outcome, reason))

    def finish(self, value: Any) -> None:
        """Finish with what came of it."""
        try:
            self.future.set_result(self.finished(value))
        except Exception as error:
            self.future.set_exception(error)


class JudgeProcess:
    """One judge. It gets one task at a time, and everything that it starts ends with it."""

    def __init__(self, context: Any, judge: Callable[..., None], arguments: tuple[Any, ...], scratch: Path) -> None:
        """Start `judge` with its end of the connection, its folder, and these arguments."""
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self.task: Task | None = None
        self._scratch = scratch
        self._process = context.Process(target=judge, args=(theirs, scratch, *arguments), daemon=False)
        self._process.start()
        theirs.close()
        self._used = psutil.Process(self._process.pid)
        self._memory = self._processor = self._given = 0.0

    @property
    def sentinel(self) -> int:
        """Becomes ready when the process has ended."""
        sentinel: int = self._process.sentinel
        return sentinel

    def give(self, task: Task) -> bool:
        """Give it something to do; False when it has died."""
        self.task, self._given = task, time.monotonic()
        try:
            self.connection.send(task.work)
        except (OSError, psutil.Error):
            return False
        return True

    def hear(self) -> bool:
        """Take one thing that it says; False when it has nothing more to say, ever."""
        try:
            kind, value = self.connection.recv()
        except (EOFError, OSError):
            return False
        assert self.task is not None
        if kind == BEGUN:
            self.task.begin()
            with contextlib.suppress(psutil.Error):
                self._memory, self._processor = self._memory_now(), self._processor_now()
            return True
        if kind == SO_FAR:
            self.task.so_far = value
            return True
        task, self.task = self.task, None
        task.stop()
        if kind == EXCEEDED:
            task.exceed(*value)
        elif isinstance(value, Exception):
            task.future.set_exception(value)
        else:
            task.finish(value)
        return True

    def excess(self) -> Excess | None:
        """Which limit it exceeds."""
        assert self.task is not None
        budget = self.task.account.budget
        if self.task not in self.task.account.running:
            if time.monotonic() - self._given > BEGIN_S:
                self._process.kill()
            return None
        try:
            processor, memory = self._processor_now() - self._processor, self._memory_now() - self._memory
        except psutil.Error:
            return None  # it has ended, and its sentinel says so
        if memory > budget.memory_bytes:
            return "memory", f"the judge took more than {budget.memory_bytes / 2**30:.1f} GiB of memory over it"
        if processor > budget.processor_s + budget.grace_s:
            limit = budget.processor_s + budget.grace_s
            return "timeout", f"the judge took more than {limit:g} s of processor time over it"
        return self.task.account.exceeded

    def end(self, *, at_once: bool) -> None:
        """End the process, in the middle of its work if told so, and all that it has started."""
        if self.task is not None:
            self.task.stop()
            self.task = None
        if not at_once:
            with contextlib.suppress(OSError):
                self.connection.send(None)
            self._process.join(END_S)
        family: list[psutil.Process] = []
        if self._process.is_alive():
            with contextlib.suppress(psutil.Error):
                family = self._used.children(recursive=True)
            self._process.kill()
            for child in family:
                with contextlib.suppress(psutil.Error):
                    child.kill()
        self._process.join()
        psutil.wait_procs(family, timeout=END_S)
        self.connection.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _memory_now(self) -> float:
        return float(self._used.memory_info().rss)

    def _processor_now(self) -> float:
        times = self._used.cpu_times()
        return float(times.user + times.system)
