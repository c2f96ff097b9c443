"""Our own command on the class: throughput, scaling, memory, what is spent where, and grading again."""

from __future__ import annotations

import contextlib
import json
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import torch

from autograder.grade_command import RESULTS, write_student
from autograder.grading import grade_class
from autograder.judge import border
from autograder.judge.border import Expected
from autograder.judge.client import Worker
from autograder.judge.judge import Settings, judge_submission, load_data
from autograder.judge.workers import Workers
from autograder.judges import fork_server
from autograder.record import Record
from autograder.reports.pages import write_class_pages
from autograder.reports.rows import Rows
from autograder.rubric import load_rubric
from autograder.sandbox import strongest
from autograder.store.results import Results
from autograder.submissions import find_submissions, open_class

STAGES = {
    "load": ("load",),
    "build": ("build", "made", "probe", "scripted", "lookup", "batches", "vocabulary", "vectors", "signature"),
    "train": ("fit", "predict"),
    "attribute": ("call",),
}
"""By stage the worker's verbs; all others run the network forward or read its weights."""


@dataclass(frozen=True)
class Run:
    """One run of the command."""

    seconds: float
    first_s: float
    """From the command to the first report."""
    memory_mb: float
    """The most that all its processes took together, shared pages counted once."""
    largest_mb: float
    """The most that the command or a judge took by itself."""
    scores: tuple[int, ...]


def grade(submitted: Path, out: Path, *options: str, fresh: bool = True) -> Run:
    """Run `autograder grade`, watch it, and read what it wrote."""
    if fresh:
        shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "autograder.command_line", "grade", str(submitted), "--out", str(out), *options]
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    watch = Watch(process.pid, out)
    status = process.wait()
    seconds = time.monotonic() - start
    watch.stop()
    if status != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {status}")
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("*/report.json"))]
    first = seconds if watch.first is None else watch.first - start
    return Run(seconds, first, watch.together_mb, watch.largest_mb, tuple(report["score"] for report in reports))


class Watch(threading.Thread):
    """Notes when the first report is there, and the memory of a command and all that it started."""

    def __init__(self, pid: int, out: Path) -> None:
        super().__init__(daemon=True)
        self.first: float | None = None
        self.together_mb = self.largest_mb = 0.0
        self._top, self._out, self._ended = psutil.Process(pid), out, threading.Event()
        self.start()

    def run(self) -> None:
        """Look again and again; the memory less often, since that is work."""
        count = 0
        while not self._ended.wait(0.05):
            if self.first is None and next(self._out.glob("*/report.json"), None):
                self.first = time.monotonic()
            if count % 20 == 0:
                self._look()
            count += 1

    def stop(self) -> None:
        """End looking."""
        self._ended.set()
        self.join()

    def _look(self) -> None:
        together = 0.0
        with contextlib.suppress(psutil.Error):
            for process in (self._top, *self._top.children(recursive=True)):
                with contextlib.suppress(psutil.Error, AttributeError):
                    memory = process.memory_full_info()
                    together += memory.pss / 2**20
                    if process == self._top or process.ppid() == self._top.pid:
                        self.largest_mb = max(self.largest_mb, memory.rss / 2**20)
        self.together_mb = max(self.together_mb, together)


def stages(submitted: Path, folder: Path) -> dict[str, float]:
    """Seconds by stage of one submission, judged in this process by warm workers; the median of three others."""
    torch.set_num_threads(1)
    settings = Settings(level=strongest())
    server = fork_server(settings.level)
    load_data(settings)
    workers = Workers(settings.level, server)
    workers.prepare()
    measured = []
    try:
        idle = round_trip(workers)
        for submission in find_submissions(submitted)[:4]:
            with timed(idle) as clock:
                start = time.perf_counter()
                record = judge_submission(submission, settings, workers)
                clock["judge"] = time.perf_counter() - start - sum(clock.values())
                start = time.perf_counter()
                write_reports(record, folder)
                clock["report"] = time.perf_counter() - start
            measured.append(dict(clock))
    finally:
        workers.close()
        if server is not None:
            server.close()
    # The first one finds nothing warm.
    return {stage: statistics.median(one.get(stage, 0.0) for one in measured[1:]) for stage in measured[-1]}


def regrade_s(submitted: Path, out: Path) -> float:
    """Seconds per submission when all of them are known and all pages are written again; the best of five times."""
    settings = Settings(level=strongest(), store=(out / RESULTS).resolve())
    taken = []
    for _ in range(5):
        start, results, rows = time.perf_counter(), Results(settings), Rows()
        with open_class(submitted) as handed_in:
            for record in grade_class(handed_in, settings, results=results):
                write_student(record, load_rubric(), out)
                rows.add(record)
        write_class_pages(rows.records, load_rubric(), out)
        taken.append((time.perf_counter() - start) / len(rows.records))
        if len(results.known_students) != len(rows.records):
            raise RuntimeError(f"{out} does not hold all results")
    return min(taken)


def write_reports(record: Record, folder: Path) -> None:
    """What the command writes about one student, and the class page of that one."""
    rows = Rows()
    rows.add(record)
    write_student(record, load_rubric(), folder)
    write_class_pages(rows.records, load_rubric(), folder)


def round_trip(workers: Workers) -> float:
    """Seconds that a request takes which asks for nothing."""
    worker, taken = workers.take(), []
    for _ in range(50):
        start = time.perf_counter()
        worker.request("vocabulary", 10.0, border.handle(), tokens=["<unk>", "<pad>"])
        taken.append(time.perf_counter() - start)
    worker.close()
    return statistics.median(taken)


@contextlib.contextmanager
def timed(idle: float) -> Iterator[dict[str, float]]:
    """Adds up what a judge waits for: workers that start, requests, and by stage what is done for them."""
    clock: dict[str, float] = {"start": 0.0, "request": 0.0}
    by_verb = {verb: stage for stage, verbs in STAGES.items() for verb in verbs}
    request, take = Worker.request, Workers.take

    def timed_request(self: Worker, verb: str, seconds: float, expected: Expected[Any], **arguments: Any) -> Any:
        stage, start = by_verb.get(verb, "forward"), time.perf_counter()
        try:
            return request(self, verb, seconds, expected, **arguments)
        finally:
            clock["request"] += idle
            clock[stage] = clock.get(stage, 0.0) + time.perf_counter() - start - idle

    def timed_take(self: Workers) -> Worker:
        start = time.perf_counter()
        try:
            return take(self)
        finally:
            clock["start"] += time.perf_counter() - start

    Worker.request, Workers.take = timed_request, timed_take  # type: ignore[method-assign]
    try:
        yield clock
    finally:
        Worker.request, Workers.take = request, take  # type: ignore[method-assign]
