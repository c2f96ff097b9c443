"""How much processor time one complete submission takes, and which checks take it.

    python benchmarks/one_submission.py

Grades the solution of all notebooks on one core and prints seconds of processor time, those of the workers included.
"""

from __future__ import annotations

import os
import resource
import time

import torch

from autograder.judge.hidden_data import load_hidden
from autograder.judge.judge import Settings, judge_submission
from autograder.judge.workers import Workers
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
    load_hidden(settings.data)
    workers = Workers(settings.level)
    workers.prepare()
    before, start = processor_seconds(), time.monotonic()
    record = judge_submission(Submission("solution", files, ()), settings, workers)
    wall = time.monotonic() - start
    workers.close()
    used = processor_seconds() - before
    print(f"{record.score} of {record.max_score} points, {used:.1f} s of processor time, {wall:.1f} s of wall time")
    print("a worker that starts ahead for the next submission is counted, too")
    stages = sorted(record.seconds.items(), key=lambda item: -item[1])
    for name, seconds in stages[:LISTED]:
        print(f"{name:20} {seconds:6.2f} s of wall time")


def processor_seconds() -> float:
    """User and system time of this process and of all children that have ended."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, whose))


if __name__ == "__main__":
    main()
