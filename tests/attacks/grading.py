"""Grades the attacks beside honest submissions, the way a class is graded, and says what came of each."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.grading import grade_class, judge_one
from autograder.judge.judge import Settings
from autograder.record import Record, record_json
from autograder.sandbox import Level, bubblewrap
from autograder.submissions import Submission, SubmissionError, find_submissions
from tests.attacks.attack import MARK, PORT, RAN, STOLEN, Attack
from tests.attacks.traces import traces

SECRET = "COURSE_SECRET"
LEFT = "LEFT BEHIND"
QUICK_S, LOAD_S, EXPLAIN_S = 8.0, 12.0, 20.0
HONEST_EVERY = 4


@dataclass(frozen=True)
class Verdict:
    """What came of one attack."""

    attack: Attack
    score: int
    outcomes: tuple[str, ...]
    """The outcome words of its checks, those that lost no worker last."""
    faults: tuple[str, ...]
    """Why it was not repelled; empty when it was."""


def judge_watched(submission: Submission, settings: Settings) -> Record:
    """Judge with short deadlines, and add a problem for everything that was there afterwards and not before."""
    from autograder import grading
    from autograder.judge import judging, remote

    judging.LOAD_S, remote.QUICK_S, remote.EXPLAIN_S = LOAD_S, QUICK_S, EXPLAIN_S
    judges = {os.getpid(), os.getppid()}
    before = traces(bubblewrap.UIDS, judges)
    record = judge_one(submission, settings)
    assert grading._workers is not None
    left = traces(bubblewrap.UIDS, judges) - before
    # The other judge is alive, this one may have its spare worker and nothing else.
    own = [f"worker {place}" for place in grading._workers.live()][1:]
    return dataclasses.replace(
        record, problems=(*record.problems, *(f"{LEFT}: {what}" for what in sorted({*left, *own})))
    )
