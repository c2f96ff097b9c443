"""Grades one submission in a process of its own, within a time limit: what a course system's machine asks for."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.record import Record, read_record
from autograder.rubric import load_rubric

NOTEBOOKS = (".ipynb", ".py")


class NotGraded(Exception):
    """The grader gave no record: it ran out of time or failed. The text says which."""


def grade_single(folder: Path, student: str, seconds: float) -> Record:
    """The record of the notebooks in a folder. Raises NotGraded."""
    with tempfile.TemporaryDirectory(prefix="single-") as made:
        out, submitted = Path(made) / "out", Path(made) / "submitted"
        own = submitted / student / load_rubric().assignment
        own.mkdir(parents=True)
        for path in sorted(folder.iterdir()):
            # A link would be followed on the teacher's machine, so it is left out.
            if path.suffix in NOTEBOOKS and path.is_file() and not path.is_symlink():
                shutil.copyfile(path, own / path.name)
        command = [sys.executable, "-m", "autograder.command_line", "grade", str(submitted), "--out", str(out)]
        said = _run([*command, "--workers", "1"], seconds)
        report = next(out.glob("*/report.json"), None)
        if report is None:
            raise NotGraded(f"the grader left no report: {said[-500:]}")
        return read_record(report.read_text(encoding="utf-8"))


def _run(command: list[str], seconds: float) -> str:
    """Run the command with all its children ended after so many seconds; what it printed."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        return process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired:
        raise NotGraded(f"the grader did not end within {seconds:g} s") from None
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[str]) -> None:
    """End the process and the workers that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
