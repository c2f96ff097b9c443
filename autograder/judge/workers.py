"""Keeps one warm worker ahead, so that a submission need not wait for torch to be imported."""

from __future__ import annotations

from autograder.judge.client import Worker
from autograder.sandbox import Level, start_worker


class Workers:
    """Hands out workers that have never seen a submission."""

    def __init__(self, level: Level) -> None:
        self.level = level
        self._spare: Worker | None = None

    def prepare(self) -> None:
        """Start to warm up a worker without waiting for it."""
        self._spare = self._spare or self._start()

    def take(self) -> Worker:
        """A fresh worker; the next one starts to warm up at once."""
        worker, self._spare = self._spare or self._start(), None
        worker.wait_ready()
        self.prepare()
        return worker

    def _start(self) -> Worker:
        return Worker(start_worker(self.level))

    def close(self) -> None:
        """End the spare."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None
