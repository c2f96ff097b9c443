"""Grades one submission in a process of its own, within a time limit: what a course system's machine asks for.

Run by `grade_single`: python -m autograder.exports.single SUBMITTED REPORT
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from autograder.record import Record, read_record, record_json
from autograder.reports.files import write_whole
from autograder.rubric import load_rubric
from autograder.submissions import find_submissions

# Isolated: a package of the grader's name in the folder where it was started is not imported.
JUDGE = (sys.executable, "-I", "-m", "autograder.exports.single")
SUFFIXES = (".ipynb", ".py")


class NotGraded(Exception):
    """The grader gave no record: it ran out of time or failed before its first check. The text says which."""


def grade_single(folder: Path, student: str, seconds: float) -> Record:
    """The record of the notebooks in a folder.

    When the grader is ended by the time limit, or dies, it is the record so far: the checks that were not reached are
    faults of the grader, so the record is not `graded`. Raises NotGraded when not one check was reached.
    """
    with tempfile.TemporaryDirectory(prefix="single-") as made:
        report, submitted = Path(made) / "report.json", Path(made) / "submitted"
        own = submitted / student / load_rubric().assignment
        own.mkdir(parents=True)
        for path in handed_in(folder):
            (own / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / path, own / path)
        fault = _run([*JUDGE, str(submitted), str(report)], seconds)
        if not report.is_file():
            raise NotGraded(fault or "the grader left no report")
        record = read_record(report.read_text(encoding="utf-8"))
        return replace(record, problems=(*record.problems, fault)) if fault else record


def handed_in(folder: Path) -> list[Path]:
    """The notebooks at the top of a folder, else those in the folders below; relative paths.

    Links are left out: they would be followed on the teacher's machine.
    """
    top = sorted(path.name for path in folder.iterdir() if path.suffix in SUFFIXES and _plain(path))
    if any(name.endswith(".ipynb") for name in top):
        return [Path(name) for name in top]
    below = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [Path(place) / name for name in sorted(names) if name.endswith(".ipynb")]
        below += [path.relative_to(folder) for path in paths if _plain(path)]
    return below or [Path(name) for name in top]


def _plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def judge_into(submitted: Path, report: Path) -> None:
    """Judge the only submission in this process and write its record after every check: any time may be the last."""
    # Imported here: the process that waits for this one need not load torch.
    import torch

    from autograder.judge.judge import Settings, judge_submission, load_data
    from autograder.judge.workers import Workers
    from autograder.judges import fork_server
    from autograder.sandbox import strongest

    (submission,) = find_submissions(submitted)
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
    judge_into(Path(sys.argv[1]), Path(sys.argv[2]))
