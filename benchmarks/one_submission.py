"""How much processor time one complete submission takes, and which checks take it.

    python benchmarks/one_submission.py

Grades the solution of all notebooks on one core and prints seconds of processor time, those of the workers included.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time

import psutil
import torch

from autograder.judge.judge import Settings, judge_submission, load_data
from autograder.judge.workers import Workers
from autograder.judges import fork_server
from autograder.release import solution_notebook
from autograder.rubric import load_rubric
from autograder.sandbox import strongest
from autograder.submissions import Submission, SubmittedFile

LISTED = 12


def main() -> None:
    """Grade the solution once and print the figures."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    notebooks = sorted({entry.notebook for entry in load_rubric().checks})
    files = tuple(SubmittedFile(f"{name}.ipynb", solution_notebook(name)) for name in notebooks)
    settings = Settings(level=strongest())
    server = fork_server(settings.level)
    load_data(settings)
    workers = Workers(settings.level, server)
    # The first one waits for what warms up once a class.
    workers.take().close()
    watch, start = Watch(), time.monotonic()
    record = judge_submission(Submission("solution", files, ()), settings, workers)
    wall = time.monotonic() - start
    used = watch.stop()
    workers.close()
    if server is not None:
        server.close()
    print(f"{record.score} of {record.max_score} points, {used:.1f} s of processor time, {wall:.1f} s of wall time")
    print("a worker that starts ahead for the next submission is counted, too")
    stages = sorted(record.seconds.items(), key=lambda item: -item[1])
    for name, seconds in stages[:LISTED]:
        print(f"{name:20} {seconds:6.2f} s of wall time")


class Watch(threading.Thread):
    """Adds up the processor time of this process and of all its descendants, workers that end among them."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._own = psutil.Process()
        self._seen: dict[psutil.Process, float] = {}
        self._ended = threading.Event()
        self._before = self._look()
        self.start()

    def run(self) -> None:
        """Look again and again."""
        while not self._ended.wait(0.1):
            self._look()

    def stop(self) -> float:
        """Seconds since the beginning."""
        self._ended.set()
        self.join()
        return self._look() - self._before

    def _look(self) -> float:
        for process in (self._own, *self._own.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                self._seen[process] = times.user + times.system
        return sum(self._seen.values())


if __name__ == "__main__":
    main()
