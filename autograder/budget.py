"""What one submission may use of the machine in all: wall time, processor time, and the judge's own memory."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

GIBIBYTE = 2**30


@dataclass(frozen=True)
class Budget:
    """The bounds of one submission, its worker's and its judge's work together."""

    wall_s: float = 240.0
    """Wall time; every deadline of a single call draws from what is left of it."""
    processor_s: float = 240.0
    """Processor time: of the judge, and of all workers together."""
    memory_bytes: int = 2 * GIBIBYTE
    """What a judge's memory may grow by; a worker has a limit of its own (`Limits`)."""
    grace_s: float = 15.0
    """How long after its budget a judge is ended that has not noticed by itself."""


BUDGETS = {"mini": Budget(), "imdb": Budget(wall_s=3600.0, processor_s=3600.0)}
"""By data; graded training on IMDB takes minutes."""


def budget_of(data: str) -> Budget:
    """The budget of a submission that is graded on this data."""
    return BUDGETS.get(data, Budget())


@dataclass
class Clock:
    """What one submission has used of its budget; it starts when it is made."""

    budget: Budget
    workers_s: float = 0.0
    """Processor time of its workers."""
    _start: float = field(default_factory=time.monotonic)
    _processor: float = field(default_factory=time.process_time)

    @property
    def left(self) -> float:
        """Seconds of wall time that are left, and none when the processor time is used up."""
        used = max(self.workers_s, time.process_time() - self._processor)
        if used > self.budget.processor_s:
            return 0.0
        return max(0.0, self._start + self.budget.wall_s - time.monotonic())

    @property
    def spent(self) -> bool:
        """Whether nothing is left."""
        return self.left <= 0.0

    @property
    def reason(self) -> str:
        """What a student reads whose submission has used up its budget."""
        limits = f"{self.budget.wall_s:g} s, or {self.budget.processor_s:g} s of processor time"
        return f"the submission has used up the time of all its checks together ({limits})"
