"""Grades one submission in a process of its own, within a time limit: what a course system's machine asks for.

Run by `grade_single`: python -m autograder.exports.single FOLDER REPORT STUDENT
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from autograder.contracts import load_contract
from autograder.record import Record, read_record, record_json
from autograder.reports.files import write_whole
from autograder.submissions import read_student

# Isolated: a package of the grader's name in the folder where it was started is not imported.
JUDGE = (sys.executable, "-I", "-m", "autograder.exports.single")


class NotGraded(Exception):
    """The grader gave no record: it ran out of time or failed before its first check. The text says which."""


def grade_single(folder: Path, student: str, seconds: float) -> Record:
    """The record of the notebooks in a folder, at any depth; links are not followed.

    When the grader is ended by the time limit, or dies, it is the record so far: the checks that were not reached are
    faults of the grader, so the record is not `graded`. Raises NotGraded when not one check was reached.
    """
    with tempfile.TemporaryDirectory(prefix="single-") as made:
        report = Path(made) / "report.json"
        fault = _run([*JUDGE, str(folder.resolve()), str(report), student], seconds)
        if not report.is_file():
            raise NotGraded(fault or "the grader left no report")
        record = read_record(report.read_text(encoding="utf-8"))
        return replace(record, problems=(*record.problems, fault)) if fault else record


def judge_into(folder: Path, report: Path, student: str) -> None:
    """Judge a folder's notebooks in this process and write the record after every check: any time may be the last."""
    # Imported here: the process that waits for this one need not load torch.
    import torch

    from autograder.judge.judge import Settings, judge_submission, load_data, wanted_names
    from autograder.judge.workers import Workers
    from autograder.judges import fork_server
    from autograder.sandbox import strongest

    submission = read_student(folder, student, tuple(wanted_names(load_contract().roles)))
    settings = Settings(level=strongest())
    torch.set_num_threads(1)
    workers = Workers(settings.level, fork_server(settings.level))
    load_data(settings)

    def keep(record: Record) -> None:
        write_whole(report, record_json(record))

    keep(judge_submission(submission, settings, workers, keep))


def _run(command: list[str], seconds: float) -> str:
    """Run the command with all its children ended after so many seconds; what was wrong, or nothing."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said = process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        return f"the grader did not end within {seconds:g} s"
    finally:
        _end_group(process)
    return f"the grader ended with status {process.returncode}: {said[-500:]}" if process.returncode else ""


def _end_group(process: subprocess.Popen[str]) -> None:
    """End the process and the workers that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    judge_into(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
