"""A class that was interrupted is graded to its end, with the bytes that an undisturbed grading writes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.autograder.quick_class import write_class, written

COUNT = 40
WAIT_S = 120.0


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that is quick to grade."""
    return write_class(tmp_path_factory.mktemp("class"), COUNT)


def command(submitted: Path, out: Path, *more: str) -> list[str]:
    """The command that grades the class with one judge."""
    program = [sys.executable, "-m", "autograder.command_line", "grade", str(submitted), "--out", str(out)]
    return [*program, "--workers", "1", *more]


def run(submitted: Path, out: Path, *more: str) -> str:
    """Grade to the end; what was said."""
    done = subprocess.run(command(submitted, out, *more), capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def interrupt(submitted: Path, out: Path, how: signal.Signals, after: int) -> int:
    """Grade until so many reports are there, and send a signal; the exit status."""
    process = subprocess.Popen(command(submitted, out), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + WAIT_S
    while len(list(out.glob("*/report.json"))) < after:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(how)
    said, _ = process.communicate(timeout=WAIT_S)
    if how is signal.SIGINT:
        assert b"the same command goes on there" in said
    return process.returncode


@pytest.mark.slow
def test_killed_and_interrupted_runs_end_with_the_bytes_of_an_undisturbed_one(
    submitted: Path, tmp_path: Path
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    run(submitted, whole)
    assert interrupt(submitted, cut, signal.SIGKILL, after=3) == -signal.SIGKILL
    assert interrupt(submitted, cut, signal.SIGINT, after=9) == 130
    assert not (cut / "index.html").exists()
    before = {path: path.stat().st_mtime_ns for path in cut.glob("*/report.json")}
    assert len(before) >= 9
    said = run(submitted, cut)
    known = int(next(line for line in said.splitlines() if "have not changed since" in line).split()[0])
    assert 9 <= known < COUNT
    # What was there already was not even written again.
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert written(cut) == written(whole)
    again = run(submitted, cut)
    assert f"{COUNT} of {COUNT} were graded before" in again
    assert written(cut) == written(whole)
    assert f"graded anew: {COUNT} of {COUNT} are as they were kept" in run(submitted, cut, "--no-cache")
    assert written(cut) == written(whole)
