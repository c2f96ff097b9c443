"""The judge's end of the wire: one request, one checked answer, or the reason why the worker is lost."""

from __future__ import annotations

import time
from typing import Any, Literal

from torch import Tensor

from autograder.judge.called import Called
from autograder.judge.hushed import without_data
from autograder.sandbox import Limits, WorkerProcess
from autograder.wire.channel import Channel
from autograder.wire.frames import Frame, FrameError
from autograder.wire.values import Handle, pack, unpack
from textlab.checks.failure import StudentError

START_S = 120.0
LostOutcome = Literal["timeout", "memory", "crashed", "tampered"]


class WorkerLost(Exception):
    """The worker missed a deadline, died, grew too large or broke the protocol; it is of no use any more."""

    def __init__(self, outcome: LostOutcome, message: str) -> None:
        super().__init__(message)
        self.outcome: LostOutcome = outcome


class Worker:
    """One sandboxed worker. Requests raise StudentError for the student's faults and WorkerLost for its end."""

    def __init__(self, process: WorkerProcess, limits: Limits | None = None, device: str = "cpu") -> None:
        """`device` is where it trains."""
        self.device = device
        self.limits = limits or Limits()
        self.printed: list[str] = []
        self.hushed = False
        self.not_kept = 0
        """Characters that were printed since the worker was hushed."""
        self.lost: WorkerLost | None = None
        self._process = process
        self._channel = Channel(process.stream)
        self._called = Called()
        self._sequence = 0
        self._ready = False

    def wait_ready(self) -> None:
        """Wait until the worker has imported everything. Raises WorkerLost when it does not start."""
        if self._ready:
            return
        frame = self._exchange(None, START_S, "starting the worker")
        if frame.header.get("ready") is not True:
            self._lose("tampered", "the worker's first frame does not say that it is ready")
        self._ready = True

    def request(self, verb: str, seconds: float, **arguments: Any) -> Any:
        """Ask for one verb and give back its plain value: tensors, numbers, strings, lists, dictionaries."""
        if self.lost is not None:
            raise self.lost
        self.wait_ready()
        if self._channel.has_leftover():
            self._lose("tampered", f"the worker sent bytes that nobody asked for, before {verb}")
        self._sequence += 1
        tensors: dict[str, Tensor] = {}
        header = {"sequence": self._sequence, "verb": verb, "arguments": pack(arguments, tensors)}
        frame = self._exchange(Frame(header, tensors), seconds, verb, self._called.text(verb, arguments))
        value = self._read(frame, verb, self._called.text(verb, arguments))
        self._called.built(arguments, value)
        return value

    def hush(self) -> None:
        """Keep nothing that is said from now on: the worker gets hidden reviews, and could carry them out.

        What is printed is counted, and errors lose their text, until the worker ends.
        """
        self.hushed = True

    def retire(self) -> None:
        """End the worker; whoever needs one takes another."""
        self.lost = WorkerLost("crashed", "the worker was ended")
        self.close()

    def close(self) -> None:
        """End the worker and everything it started."""
        self._process.kill()

    def _exchange(self, request: Frame | None, seconds: float, verb: str, called: str = "the worker") -> Frame:
        """`called` is what a student reads when no answer comes, `verb` what a teacher reads when it is none."""
        if self.lost is not None:
            raise self.lost
        deadline = time.monotonic() + seconds
        try:
            if request is None:
                self._process.wait_started(seconds)
            else:
                self._channel.send(request, seconds)
            return self._channel.receive(deadline - time.monotonic(), self._watch)
        except TimeoutError:
            self._lose("timeout", f"{called} gave no answer within {seconds:g} s")
        except FrameError as error:
            self._lose("tampered", f"the answer to {verb} breaks the protocol: {error}")
        except (EOFError, OSError):
            self._lose("crashed", f"the process ended during {called}")
        raise AssertionError("unreachable")

    def _read(self, frame: Frame, verb: str, called: str) -> Any:
        """The value of an answer, everything about it checked; `called` is what of the student's ran."""
        header = frame.header
        printed = header.get("printed", "")
        if header.get("sequence") != self._sequence or not isinstance(printed, str):
            self._lose("tampered", f"the answer to {verb} is not the answer to this request")
        if self.hushed:
            self.not_kept += len(printed)
        else:
            self.printed.append(printed[:4000])
        error = header.get("student_error")
        if error is not None:
            if not (isinstance(error, list) and len(error) == 4 and all(isinstance(text, str) for text in error)):
                self._lose("tampered", f"the answer to {verb} holds an error of unknown form")
            told = StudentError(*(text[:1000] for text in error))
            raise without_data(told, called) if self.hushed else told
        try:
            return unpack(header.get("value"), frame.tensors, Handle)
        except FrameError as wrong:
            self._lose("tampered", f"the answer to {verb} breaks the protocol: {wrong}")

    def expect(self, good: bool, verb: str, fault: str) -> None:
        """End the worker as tampered unless an answer has the form that the verb promises."""
        if not good:
            self._lose("tampered", f"the answer to {verb} {fault}")

    def _watch(self) -> None:
        """Called while waiting: ends a worker that grew too large, notices one that died."""
        used = self._process.memory_bytes()
        if used > self.limits.memory_bytes:
            limit = self.limits.memory_bytes / 2**30
            self._lose("memory", f"more than {limit:.1f} GiB of memory were used")

    def _lose(self, outcome: LostOutcome, message: str) -> None:
        self.lost = WorkerLost(outcome, message)
        self.close()
        raise self.lost
