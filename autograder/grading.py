"""Grades a class: a map over submissions, with every submission in the hands of one of a few judges."""

from __future__ import annotations

import multiprocessing
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.util import Finalize

from autograder.contracts import load_contract
from autograder.judge.hidden_data import load_hidden
from autograder.judge.judge import Settings, judge_submission
from autograder.judge.workers import Workers
from autograder.record import CheckResult, Record
from autograder.submissions import Submission

Judge = Callable[[Submission, Settings], Record]

_workers: Workers | None = None


def grade_class(
    submissions: Sequence[Submission], settings: Settings, workers: int = 0, judge: Judge | None = None
) -> Iterator[Record]:
    """The record of every submission, as they are ready. `workers` judges work at once (0: one per core).

    A judge that dies costs its own submission the marks (outcome `error`), never another one.
    """
    waiting = list(submissions)
    alone = False
    while waiting:
        count = 1 if alone else workers or _cores()
        died: list[Submission] = []
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(min(count, len(waiting)), context, _start_judge, (settings,)) as pool:
            futures = {pool.submit(judge or judge_one, submission, settings): submission for submission in waiting}
            for future in as_completed(futures):
                record = _finished(future, futures[future], settings)
                if record is None:
                    died.append(futures[future])
                else:
                    yield record
        # A judge that died took its pool with it. Which submission did it? Judged one by one, it is the first.
        died.sort(key=waiting.index)
        if died and alone:
            yield failed_record(died.pop(0), settings, "the judge of this submission died twice")
        waiting, alone = died, True


def judge_one(submission: Submission, settings: Settings) -> Record:
    """Judge one submission with this process's workers."""
    assert _workers is not None
    return judge_submission(submission, settings, _workers)


def failed_record(submission: Submission, settings: Settings, reason: str) -> Record:
    """The record of a submission that could not be judged for a fault of the kit."""
    contract = load_contract(settings.contract)
    rubric = contract.rubric
    checks = tuple(
        CheckResult(
            entry.id, entry.id, entry.role, 0, entry.points, "error", reason, "", entry.visibility, entry.bonus
        )
        for entry in rubric.checks
    )
    return Record(
        student=submission.student,
        assignment=rubric.assignment,
        data=settings.data,
        contract=contract.name,
        files=(),
        sha256=submission.sha256,
        checks=checks,
        problems=(*submission.problems, reason),
        printed="",
        sandbox=settings.level.word,
        versions={"python": platform.python_version()},
        seconds={"total": 0.0},
    )


def _finished(future: Future[Record], submission: Submission, settings: Settings) -> Record | None:
    """The record, or None when the pool broke before this one was judged."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except Exception as error:
        return failed_record(submission, settings, f"the grader failed: {type(error).__name__}: {error}")


def _start_judge(settings: Settings) -> None:
    """In a judge's process, once: warm a worker while the data is read."""
    global _workers
    import torch

    torch.set_num_threads(1)
    _workers = Workers(settings.level)
    _workers.prepare()
    # A pool's processes skip atexit; this runs when they end, before they wait for anything.
    Finalize(None, _workers.close, exitpriority=10)
    load_hidden(settings.data, settings.data_path)


def _cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
