"""The judge's end of the wire: one request, one checked answer, or the reason why the worker is lost."""

from __future__ import annotations

import time
from collections import deque
from typing import Any, Literal, NoReturn, TypeVar

from torch import Tensor

from autograder.budget import Clock
from autograder.judge.border import MOST_HEADER, Expected, Misfit, read_answer
from autograder.judge.called import Called
from autograder.judge.hushed import without_data
from autograder.sandbox import Limits, WorkerProcess
from autograder.wire.channel import Channel
from autograder.wire.frames import Frame, FrameError
from autograder.wire.values import pack

T = TypeVar("T")
START_S = 120.0
SHORT_S = 0.02
"""An answer that takes no longer is not worth a look at what the worker uses."""
GROWING_S, GROWING_BYTES = 3.0, 128 * 2**20
"""Memory that grows by so much in the last seconds before a deadline is taken for growing without end."""
SEEN = 100
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
        self.answers = 0
        """How many requests it has answered."""
        self.clock: Clock | None = None
        """What is left of the submission's budget."""
        self._process = process
        self._channel = Channel(process.stream)
        self._called = Called()
        self._processor_s = 0.0
        self._seen: deque[tuple[float, int]] = deque(maxlen=SEEN)
        """When its memory was measured last, and what it was."""
        self._sequence = 0
        self._ready = False

    def wait_ready(self) -> None:
        """Wait until the worker has imported everything. Raises WorkerLost when it does not start."""
        if self._ready:
            return
        frame = self._exchange(None, START_S, "starting the worker", (MOST_HEADER, 0))
        if frame.header.get("ready") is not True:
            self._lose("tampered", "the worker's first frame does not say that it is ready")
        self._ready = True

    def request(self, verb: str, seconds: float, expected: Expected[T], **arguments: Any) -> T:
        """Ask for one verb and give back the value that was expected."""
        if self.lost is not None:
            raise self.lost
        self.wait_ready()
        if self._channel.has_leftover():
            self._lose("tampered", f"the worker sent bytes that nobody asked for, before {verb}")
        self._sequence += 1
        tensors: dict[str, Tensor] = {}
        packed = pack(arguments, tensors)
        header = {"sequence": self._sequence, "verb": verb, "arguments": packed, "most": list(expected.most)}
        called = self._called.text(verb, arguments)
        frame = self._exchange(Frame(header, tensors), seconds, verb, expected.most, called)
        self.answers += 1
        try:
            answer = read_answer(frame, self._sequence, expected)
        except Misfit as wrong:
            self._lose("tampered", f"the answer to {verb} {wrong}")
        if self.hushed:
            self.not_kept += len(answer.printed)
        else:
            self.printed.append(answer.printed)
        if answer.error is not None:
            raise without_data(answer.error, called) if self.hushed else answer.error
        value: T = answer.value  # type: ignore[assignment]
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

    def _exchange(
        self, request: Frame | None, seconds: float, verb: str, most: tuple[int, int], called: str = "the worker"
    ) -> Frame:
        """A frame of at most so many bytes in header and body.

        `called` is what a student reads when no answer comes, `verb` what a teacher reads when it is none.
        """
        if self.lost is not None:
            raise self.lost
        left = seconds if self.clock is None else min(seconds, self.clock.left)
        deadline = time.monotonic() + left
        try:
            if request is None:
                self._process.wait_started(left)
            else:
                self._channel.send(request, left)
            begun = time.monotonic()
            left = deadline - begun
            answer = self._channel.receive(left, self._watch, most_header=most[0], most_body=most[1])
            if time.monotonic() - begun > SHORT_S:
                self._watch()
            return answer
        except TimeoutError:
            if self.clock is not None and self.clock.spent:
                self._lose("timeout", self.clock.reason)
            if self._is_growing():
                self._lose("memory", f"{called} took ever more memory and gave no answer within {seconds:g} s")
            self._lose("timeout", f"{called} gave no answer within {seconds:g} s")
        except FrameError as error:
            self._lose("tampered", f"the answer to {verb} breaks the protocol: {error}")
        except (EOFError, OSError):
            if self._process.usage().out_of_memory:
                self._lose("memory", f"more than {self.limits.memory_bytes / 2**30:.1f} GiB of memory were used")
            self._lose("crashed", f"the process ended during {called}")

    def _watch(self) -> None:
        """Called while waiting: ends a worker that grew too large, notices one that died."""
        usage = self._process.usage()
        if usage.memory_bytes > self.limits.memory_bytes or usage.out_of_memory:
            limit = self.limits.memory_bytes / 2**30
            self._lose("memory", f"more than {limit:.1f} GiB of memory were used")
        if usage.kernel_bytes > self.limits.kernel_bytes:
            limit = self.limits.kernel_bytes / 2**20
            self._lose("memory", f"more than {limit:.0f} MiB of memory were used in sockets, pipes and files")
        if self.clock is not None:
            self.clock.workers_s += usage.processor_s - self._processor_s
            if self.clock.spent:
                self._lose("timeout", self.clock.reason)
        self._processor_s = usage.processor_s
        self._seen.append((time.monotonic(), usage.own_bytes))

    def _is_growing(self) -> bool:
        """Whether its memory was still growing when its time was over: a slower machine makes no other outcome."""
        now = time.monotonic()
        last = [used for at, used in self._seen if at > now - GROWING_S]
        return len(last) > 1 and last[-1] - last[0] > GROWING_BYTES

    def _lose(self, outcome: LostOutcome, message: str) -> NoReturn:
        self.lost = WorkerLost(outcome, message)
        self.close()
        raise self.lost
