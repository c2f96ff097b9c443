"""Keeps one warm worker ahead, so that a submission need not wait for one to start."""

from __future__ import annotations

from autograder.budget import Clock
from autograder.judge.client import Worker, WorkerLost
from autograder.sandbox import ForkServer, Level, ServerLost, start_worker


class Workers:
    """Hands out workers that have never seen a submission: forked by the server, or started one by one without it."""

    def __init__(self, level: Level, server: ForkServer | None = None, device: str = "cpu") -> None:
        """They train on the device; a server has to have been started for that."""
        self.level = level
        self._device = device
        self._server = server
        self._spare: Worker | None = None
        self.clock: Clock | None = None
        """What is left of the budget of the submission that is being judged; None where nothing bounds it."""

    def begin(self, clock: Clock) -> None:
        """Workers are for another submission from now on."""
        self.clock = clock

    def prepare(self) -> None:
        """Start to warm up a worker without waiting for it."""
        self._spare = self._spare or self._start()

    def take(self) -> Worker:
        """A fresh worker; the next one starts to warm up at once."""
        worker, self._spare = self._spare or self._start(), None
        try:
            worker.wait_ready()
        except WorkerLost:
            if self._server is None:
                raise
            # Without its server this judge goes on more slowly.
            self._server = None
            worker = self._start()
            worker.wait_ready()
        worker.clock = self.clock
        self.prepare()
        return worker

    def _start(self) -> Worker:
        if self._server is not None:
            try:
                return Worker(self._server.fork(), device=self._device)
            except ServerLost:
                self._server = None
        return Worker(start_worker(self.level, gpu=self._device != "cpu"), device=self._device)

    def close(self) -> None:
        """End the spare."""
        if self._spare is not None:
            self._spare.close()
            self._spare = None
