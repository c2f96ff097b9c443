"""Grades a class: a map over submissions, each in the hands of one of a few judges, or of several that are free."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Sequence, Sized
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from autograder.cluster import ClusterError, ClusterJudges
from autograder.contracts import load_contract
from autograder.judge.judge import Settings, record_of
from autograder.judge.parts import part_names
from autograder.judges import Judge, Judged, JudgedPart, Judges, LocalJudges, cores, judge_one
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
    store knows is not judged again; `results` says afterwards what that was. A submission that exceeds its budget
    keeps what was found out by then. A judge that dies twice costs its own submission the marks (outcome `error`),
    never another one.
    """
    total = len(submissions) if isinstance(submissions, Sized) else None
    if total is not None:
        workers = min(workers or cores(), total * max(1, len(_parts(settings, judge))))
    judges: Judges = ClusterJudges(settings, cluster) if cluster else LocalJudges(settings, workers)
    try:
        yield from _grade(iter(submissions), settings, judges, judge, results or Results(settings), total)
    except BaseException:
        # Nobody waits for what is being judged now; it was not kept, so it is judged the next time.
        judges.close(at_once=True)
        raise
    judges.close()


@dataclass(frozen=True, eq=False)
class _Handed:
    """A submission that judges have: one of them the whole, or each a part."""

    submission: Submission
    whole: Future[Judged] | None
    parts: Sequence[Future[JudgedPart]] = ()

    @property
    def open(self) -> list[Future[Any]]:
        """What is still waited for."""
        futures: list[Future[Any]] = [*self.parts] if self.whole is None else [self.whole]
        return [future for future in futures if not future.done()]

    def judged(self, settings: Settings) -> Judged:
        """What was found out; raises what a judge raised."""
        if self.whole is not None:
            return self.whole.result()
        found = [future.result() for future in self.parts]
        new = {key: kept for _, some in found for key, kept in some.items()}
        return record_of(self.submission, settings, [one for one, _ in found]), new


def _grade(
    stream: Iterator[Submission],
    settings: Settings,
    judges: Judges,
    judge: Judge | None,
    results: Results,
    total: int | None,
) -> Iterator[Record]:
    handed: list[_Handed] = []
    parts = _parts(settings, judge)
    taken, first = 0, True
    while True:
        while sum(len(each.open) for each in handed) < AHEAD * judges.count:
            if (submission := next(stream, None)) is None:
                break
            taken += 1
            known = results.known(submission)
            if known is not None:
                yield known
                continue
            # Many judges give the first report sooner, and at the end some would have nothing to do.
            last = total is not None and total - taken < judges.count - 1
            if parts and judges.count > 1 and (first or last):
                handed.append(_Handed(submission, None, [judges.submit_part(submission, part) for part in parts]))
            else:
                handed.append(_Handed(submission, judges.submit(judge, submission)))
            first = False
        if not handed:
            return
        if all(each.open for each in handed):
            judges.wait([future for each in handed for future in each.open])
        ended = [each for each in handed if not each.open]
        handed = [each for each in handed if each not in ended]
        for each in ended:
            if each.whole is None and any(isinstance(part.exception(), BrokenProcessPool) for part in each.parts):
                # A judge that dies of a part may still do the whole.
                handed.append(_Handed(each.submission, judges.submit(judge, each.submission)))
            else:
                yield results.take_in(each.submission, _finished(each, settings))


def _parts(settings: Settings, judge: Judge | None) -> tuple[str, ...]:
    """The parts that may be judged apart, if there are several."""
    if judge is not None or settings.checks or settings.shuffle is not None:
        return ()
    names = part_names(load_contract(settings.contract).roles)
    return names if len(names) > 1 else ()


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


def _finished(handed: _Handed, settings: Settings) -> Judged:
    """What was found out; a record without marks where that could not be."""
    try:
        return handed.judged(settings)
    except BrokenProcessPool:
        return failed_record(handed.submission, settings, "the judge of this submission died twice"), {}
    except CancelledError:
        raise ClusterError("the Dask scheduler is gone; start it again, and the same command goes on") from None
    except Exception as error:
        reason = f"the grader failed: {type(error).__name__}: {error}"
        return failed_record(handed.submission, settings, reason), {}
