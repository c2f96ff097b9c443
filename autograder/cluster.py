"""Judges on a Dask cluster: one in each of its worker processes, on as many machines as it has."""

from __future__ import annotations

import importlib
import socket
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any

import torch

from autograder.judge.judge import Settings, judge_parts, load_data, record_of
from autograder.judge.workers import Workers
from autograder.judges import Judge, Judged, JudgedPart, fork_server
from autograder.sandbox import Level, strongest
from autograder.store.keys import machinery
from autograder.submissions import Submission

CONNECT_S = 30.0
WORKERS_S = 600.0
"""How long a batch system may take until the first of its jobs runs."""


class ClusterError(RuntimeError):
    """The cluster cannot be used; the text says why and what to do."""


class ClusterJudges:
    """Judges in the worker processes of a Dask cluster. What dies with a machine is judged on another one."""

    def __init__(self, settings: Settings, address: str) -> None:
        """Connect to the scheduler and wait for a first worker. Raises ClusterError."""
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise ClusterError("--cluster needs Dask: run pip install 'textlab[cluster]'") from None
        try:
            self._client: Any = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise ClusterError(
                f"no Dask scheduler answers at {address}: {error}; start one: dask scheduler"
            ) from None
        try:
            self._client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError:
            self._client.close()
            raise ClusterError(f"no worker has joined the scheduler at {address}: start some: dask worker") from None
        self._settings = settings
        self._machinery = machinery(settings.data, settings.data_path)
        self._executor: Any = self._client.get_executor(pure=False)

    @property
    def count(self) -> int:
        """How many processes judge now; workers may come and go."""
        return max(1, len(self._client.nthreads()))

    def submit(self, judge: Judge | None, submission: Submission) -> Future[Judged]:
        """Let the cluster have it. Raises ClusterError when the scheduler is gone."""
        self._expect_a_scheduler()
        future: Future[Judged] = self._executor.submit(judge_here, judge, submission, self._settings, self._machinery)
        return future

    def submit_part(self, submission: Submission, part: str) -> Future[JudgedPart]:
        """Let the cluster have a part of it. Raises ClusterError when the scheduler is gone."""
        self._expect_a_scheduler()
        future: Future[JudgedPart] = self._executor.submit(
            judge_part_here, submission, self._settings, self._machinery, part
        )
        return future

    def wait(self, futures: Sequence[Future[Any]]) -> None:
        """Wait until one of these is done."""
        wait(futures, return_when=FIRST_COMPLETED)

    def close(self, *, at_once: bool = False) -> None:
        """Leave the cluster as it is, without what was asked of it if told so."""
        self._executor.shutdown(wait=not at_once)
        self._client.close()

    def _expect_a_scheduler(self) -> None:
        if self._client.status != "running":
            raise ClusterError("the Dask scheduler is gone; start it again, and the same command goes on")


@dataclass(frozen=True)
class _Place:
    """What a process of the cluster judges with."""

    level: Level
    workers: Workers


_place: _Place | None = None
_one_at_a_time = threading.Lock()


def judge_here(judge: Judge | None, submission: Submission, settings: Settings, asked: str) -> Judged:
    """In a process of the cluster: what a judge on the instructor's machine would find out.

    Raises ClusterError when the kit here is another one, or its sandbox is weaker.
    """
    if judge is not None:
        with _one_at_a_time:
            _expect_the_same(settings, asked)
            return judge(submission, settings), {}
    found, new = judge_part_here(submission, settings, asked)
    return record_of(submission, settings, [found]), new


def judge_part_here(submission: Submission, settings: Settings, asked: str, part: str | None = None) -> JudgedPart:
    """The same for one part, or for all of them without making a record of it. Raises ClusterError as well."""
    global _place
    with _one_at_a_time:
        _expect_the_same(settings, asked)
        if _place is None or _place.level is not settings.level:
            torch.set_num_threads(1)
            _place = _Place(settings.level, Workers(settings.level, fork_server(settings.level)))
            _place.workers.prepare()
        load_data(settings)
        new: dict[str, bytes] = {}
        return judge_parts(submission, settings, _place.workers, keep=new.__setitem__, only=part), new


def _expect_the_same(settings: Settings, asked: str) -> None:
    """Raise ClusterError unless kit and sandbox are those of the command."""
    if machinery(settings.data, settings.data_path) != asked:
        raise ClusterError(
            f"{socket.gethostname()} has another kit, key, data or packages than the command: "
            "install the same there, with the same autograder/hidden/own"
        )
    if strongest() < settings.level:
        raise ClusterError(f"{socket.gethostname()} has no {settings.level.word}: run autograder doctor there")
