"""A class graded on a Dask cluster that loses a machine gets the bytes that one machine writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder import cluster
from autograder.cluster import ClusterError, ClusterJudges, judge_here
from autograder.command_line import app
from autograder.grading import failed_record
from autograder.judge.judge import Settings
from autograder.record import Record
from autograder.sandbox import Level
from autograder.store.keys import machinery
from autograder.submissions import Submission
from tests.autograder.quick_class import write_class, written

WAIT_S = 180.0
ADA = Submission("ada", (), ())


@dataclass
class Cluster:
    """A scheduler and three workers, each a process of its own."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def quiet(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a process that nobody listens to."""
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    """The cluster, on the loopback interface."""
    pytest.importorskip("distributed")
    place = tmp_path / "scheduler.json"
    program = [sys.executable, "-m", "dask"]
    loopback = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(place)]
    scheduler = quiet([*program, "scheduler", *loopback, "--port", "0"])
    own = ["--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path)]
    started = [quiet([*program, "worker", *loopback, *own]) for _ in range(3)]
    try:
        deadline = time.monotonic() + WAIT_S
        while not place.is_file() or not place.read_text(encoding="utf-8").strip():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield Cluster(json.loads(place.read_text(encoding="utf-8"))["address"], started)
    finally:
        for process in (*started, scheduler):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_writes_what_one_machine_writes(dask: Cluster, tmp_path: Path) -> None:
    submitted = write_class(tmp_path / "class", 40)
    command = [sys.executable, "-m", "autograder.command_line", "grade", str(submitted), "--out"]
    local, spread = tmp_path / "local", tmp_path / "spread"
    process = subprocess.Popen([*command, str(spread), "--cluster", dask.address], stdout=subprocess.PIPE)
    deadline = time.monotonic() + WAIT_S
    while len(list(spread.glob("*/report.json"))) < 5:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    dask.workers[0].send_signal(signal.SIGKILL)
    at_the_kill = len(list(spread.glob("*/report.json")))
    said, _ = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0, said
    assert at_the_kill < 40
    done = subprocess.run([*command, str(local)], capture_output=True, timeout=WAIT_S, check=False)
    assert done.returncode == 0, done.stdout
    assert written(spread) == written(local)


def test_without_a_scheduler_nothing_is_graded_and_the_reason_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    submitted, out = write_class(tmp_path / "class", 1), tmp_path / "out"
    arguments = ["grade", str(submitted), "--out", str(out), "--cluster", "tcp://127.0.0.1:9"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in " ".join(result.output.split())


def test_without_dask_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match="pip install"):
        ClusterJudges(Settings(), "tcp://127.0.0.1:9")


def marked(submission: Submission, settings: Settings) -> Record:
    """A judge that says where it runs."""
    return failed_record(submission, settings, f"process {os.getpid()}")


def test_a_machine_with_another_kit_refuses() -> None:
    settings = Settings()
    record, new = judge_here(marked, ADA, settings, machinery(settings.data, None))
    assert (record.problems, new) == ((f"process {os.getpid()}",), {})
    with pytest.raises(ClusterError, match="another kit"):
        judge_here(marked, ADA, settings, "0" * 64)


def test_a_machine_with_a_weaker_sandbox_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(level=Level.BUBBLEWRAP)
    monkeypatch.setattr(cluster, "strongest", lambda: Level.PROCESS)
    with pytest.raises(ClusterError, match="has no bubblewrap"):
        judge_here(marked, ADA, settings, machinery(settings.data, None))
