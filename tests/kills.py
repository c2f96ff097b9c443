"""Kills workers, their server, judges and runs at random moments; the reports come out as if nothing had happened.

`python -m tests.kills --kills 200` grades a small class again and again into one folder and kills something in each
run. After each kill every report is either whole or not there; an undisturbed run at the end gives the same bytes as
one into an empty folder. Status 1 otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from autograder.record import read_record
from autograder.sandbox.user_ids import UIDS
from tests.attacks.traces import traces
from tests.solution_source import solution_source

COMMAND = "from autograder.command_line import app; app()"
TARGETS = ("worker", "server", "judge", "command")


def main() -> int:
    """Kill as often as asked and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return disturb(Path(folder), arguments.kills, random.Random(arguments.seed))


def disturb(folder: Path, kills: int, chance: random.Random) -> int:
    """Grade into `folder`, killing `kills` times; 0 when the reports are as those of an undisturbed run."""
    class_folder, out = folder / "submitted", folder / "disturbed"
    write_class(class_folder)
    before, begun = traces(), time.monotonic()
    start(class_folder, folder / "undisturbed").wait()
    lasted, faults, done = time.monotonic() - begun, [], 0
    while done < kills:
        run = start(class_folder, out)
        time.sleep(chance.uniform(0, lasted))
        target = chance.choice(TARGETS)
        if kill(run, target, chance):
            done += 1
            print(f"{done}/{kills} killed a {target}", flush=True)
        if target == "command":
            run.wait()
        # The run ends by itself: nothing that was killed may stop it.
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(timeout=20 * lasted)
        if run.poll() is None:
            faults.append(f"the run did not end after a {target} was killed")
            run.kill()
        faults += [f"after killing a {target}: {fault}" for fault in broken(out)]
    start(class_folder, out).wait()
    time.sleep(1)
    faults += [f"left behind: {trace}" for trace in sorted(traces() - before)]
    faults += [f"{name} differs" for name in differing(folder / "undisturbed", out)]
    print(*faults, sep="\n")
    print(f"{kills} kills, {len(faults)} faults")
    return 1 if faults else 0


def write_class(folder: Path) -> None:
    """Three students: two of them with something to run, none with anything to train."""
    cells = solution_source("2_cnn").split("\n# ---\n")
    source = "\n# %%\n".join(cell for cell in cells if not cell.startswith("class CNN"))
    for student, content in (
        ("ada", source),
        ("bob", "def pad_reference(ids, pad_idx):\n    return ids\n"),
        ("eve", "("),
    ):
        path = folder / student / "text_classification" / "2_cnn.py"
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")


def start(class_folder: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start `autograder grade`."""
    command = [sys.executable, "-c", COMMAND, "grade", str(class_folder), "--out", str(out), "--workers", "2"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(run: subprocess.Popen[bytes], target: str, chance: random.Random) -> bool:
    """Kill the run itself or one of its processes of that kind; False when there is none at the moment."""
    found = [run.pid]
    if target != "command":
        with contextlib.suppress(psutil.Error):
            family = psutil.Process(run.pid).children(recursive=True)
            found = [process.pid for process in family if _kind(process, run.pid) == target]
    if not found or run.poll() is not None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(chance.choice(found), signal.SIGKILL)
    return True


def broken(out: Path) -> list[str]:
    """Reports that are there and not whole."""
    faults = []
    for path in out.glob("*/report.json"):
        try:
            read_record(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError) as error:
            faults.append(f"{path.name} of {path.parent.name} is not whole: {error}")
    return faults


def differing(expected: Path, got: Path) -> list[str]:
    """Names of reports that are not the same, apart from timings, and of files that only one folder has."""
    names = {
        str(path.relative_to(folder)) for folder in (expected, got) for path in folder.rglob("*") if path.is_file()
    }
    return sorted(name for name in names if _content(expected / name) != _content(got / name))


def _content(path: Path) -> Any:
    if not path.is_file():
        return None
    if path.name != "report.json":
        return path.read_bytes()
    fields = json.loads(path.read_text(encoding="utf-8"))
    return {name: value for name, value in fields.items() if name != "seconds"}


def _kind(process: psutil.Process, command: int) -> str:
    """What a process of a run is; empty for those that only stand between others, and for one that has ended."""
    with contextlib.suppress(psutil.Error):
        if process.uids().real in UIDS:
            return "worker"
        if process.name() == "bwrap":
            return ""
        return "judge" if process.ppid() == command else "server"
    return ""


if __name__ == "__main__":
    sys.exit(main())
