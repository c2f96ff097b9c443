"""Grades a class: a map over submissions, with every submission in the hands of one of a few judges."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sized
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool

from autograder.cluster import ClusterError, ClusterJudges
from autograder.contracts import load_contract
from autograder.judge.judge import Settings
from autograder.judges import Judge, Judged, Judges, LocalJudges, cores, judge_one
from autograder.record import CheckResult, Record
from autograder.store.results import Results
from autograder.submissions import Submission

__all__ = ["Judge", "failed_record", "grade_class", "judge_one"]

AHEAD = 2
"""Submissions that are read and waiting or being judged, for each judge."""


def grade_class(
    submissions: Iterable[Submission],
    settings: Settings,
    workers: int = 0,
    judge: Judge | None = None,
    results: Results | None = None,
    cluster: str = "",
) -> Iterator[Record]:
    """The record of every submission, as they are ready. `workers` judges work at once (0: one per core).

    With the address of a Dask scheduler as `cluster` its workers are the judges. Raises ClusterError then.

    Submissions are read as judges need them, so a class of any size takes the same memory. What the settings'
    store knows is not judged again; `results` says afterwards what that was. A judge that dies costs its own
    submission the marks (outcome `error`), never another one.
    """
    if isinstance(submissions, Sized):
        workers = min(workers or cores(), len(submissions))
    judges: Judges = ClusterJudges(settings, cluster) if cluster else LocalJudges(settings, workers)
    try:
        yield from _grade(iter(submissions), settings, judges, judge, results or Results(settings))
    except BaseException:
        # Nobody waits for what is being judged now; it was not kept, so it is judged the next time.
        judges.close(at_once=True)
        raise
    judges.close()


def _grade(
    stream: Iterator[Submission], settings: Settings, judges: Judges, judge: Judge | None, results: Results
) -> Iterator[Record]:
    in_flight: dict[Future[Judged], Submission] = {}
    while True:
        while len(in_flight) < AHEAD * judges.count and (submission := next(stream, None)) is not None:
            known = results.known(submission)
            if known is not None:
                yield known
            else:
                in_flight[judges.submit(judge, submission)] = submission
        if not in_flight:
            return
        done, _ = wait(in_flight, return_when=FIRST_COMPLETED)
        found = [(each := in_flight.pop(future), _finished(future, each, settings)) for future in done]
        if any(judged is None for _, judged in found):
            # A judge that died took the others with it, and nobody knows which submission did it.
            found += [(each, _finished(future, each, settings)) for future, each in in_flight.items()]
            in_flight.clear()
        for each, judged in found:
            if judged is None:
                judged = _finished(judges.submit_alone(judge, each), each, settings)
            died = "the judge of this submission died twice"
            yield results.take_in(each, judged or (failed_record(each, settings, died), {}))


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


def _finished(future: Future[Judged], submission: Submission, settings: Settings) -> Judged | None:
    """What was found out, or None when a judge died before this one was judged."""
    try:
        return future.result()
    except BrokenProcessPool:
        return None
    except CancelledError:
        raise ClusterError("the Dask scheduler is gone; start it again, and the same command goes on") from None
    except Exception as error:
        return failed_record(submission, settings, f"the grader failed: {type(error).__name__}: {error}"), {}
