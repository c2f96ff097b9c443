"""Kills workers, their server, judges and runs at random moments; the reports come out as if nothing had happened.

`make kills` (`python -m tests.kills --kills 200`) grades a small class into an empty folder, and again, and kills
something now and then. After each run every report is either whole or not there, and after some runs one that is left
alone gives the same bytes as an undisturbed one; then it begins anew with an empty folder. Status 1 otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import multiprocessing.context
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil

from autograder.command_line import app
from autograder.grade_command import RESULTS
from autograder.judge.judge import Settings, load_data
from autograder.record import read_record
from autograder.sandbox import strongest, why_no_fork_server
from autograder.sandbox.user_ids import UIDS
from tests.attacks.traces import traces
from tests.solution_source import solution_source

TARGETS = ("worker", "server", "judge", "command")
RUNS = 4
"""Runs that are disturbed before one is left alone."""
PAUSES = 3
"""About how many kills a run sees, if none ends it."""
PATIENCE = 20
"""How many times as long as an undisturbed run a disturbed one may take."""
FORK = multiprocessing.get_context("fork")
Run = multiprocessing.context.ForkProcess


def main() -> int:
    """Kill as often as asked and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        faults, killed = disturb(Path(folder), arguments.kills, random.Random(arguments.seed))
    print(*faults, sep="\n")
    print(f"{killed.total()} kills ({', '.join(f'{killed[target]} {target}' for target in TARGETS)})")
    print(f"{len(faults)} faults")
    return 1 if faults else 0


def disturb(folder: Path, kills: int, chance: random.Random) -> tuple[list[str], Counter[str]]:
    """Grade into folders below `folder` and kill `kills` times; what was wrong, and how often what was killed."""
    # Runs are forked from here: what every one of them would import and read anyway is there already.
    load_data(Settings())
    strongest(), why_no_fork_server()
    write_class(folder / "submitted")
    before, begun = traces(), time.monotonic()
    start(folder, "undisturbed").join()
    lasted, faults, killed = time.monotonic() - begun, list[str](), Counter[str]()
    while killed.total() < kills:
        shutil.rmtree(folder / "disturbed", ignore_errors=True)
        for _ in range(RUNS):
            told = f"after {dict(killed)}"
            faults += [f"{told}: {fault}" for fault in disturbed_run(folder, lasted, chance, killed)]
        start(folder, "disturbed").join()
        faults += [f"{name} differs {told}" for name in differing(folder / "undisturbed", folder / "disturbed")]
        print(f"{killed.total()} kills, {len(faults)} faults", flush=True)
    time.sleep(1)
    return [*faults, *(f"left behind: {trace}" for trace in sorted(traces() - before))], killed


def disturbed_run(folder: Path, lasted: float, chance: random.Random, killed: Counter[str]) -> list[str]:
    """Grade the class and kill now and then until the run ends; what is wrong then."""
    run, begun = start(folder, "disturbed"), time.monotonic()
    while run.is_alive() and time.monotonic() < begun + PATIENCE * lasted:
        run.join(chance.uniform(0, 2 * lasted / PAUSES))
        target = chance.choice(TARGETS)
        if run.is_alive() and kill(run, target, chance):
            killed[target] += 1
    faults = broken(folder / "disturbed")
    if run.is_alive():
        faults.append("the run did not end")
        run.kill()
    run.join()
    return faults


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


def start(folder: Path, out: str) -> Run:
    """Start `autograder grade`."""
    run = FORK.Process(target=_grade, args=(folder / "submitted", folder / out))
    run.start()
    return run


def _grade(submitted: Path, out: Path) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    app(["grade", str(submitted), "--out", str(out), "--workers", "2"])


def kill(run: Run, target: str, chance: random.Random) -> bool:
    """Kill the run itself or one of its processes of that kind; False when there is none at the moment."""
    command = run.pid or 0
    found = [command]
    if target != "command":
        with contextlib.suppress(psutil.Error):
            family = psutil.Process(command).children(recursive=True)
            found = [process.pid for process in family if _kind(process, command) == target]
    if not found or not run.is_alive():
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
    """Names of reports that are not the same, apart from timings, and of files that only one folder has.

    What is kept for the next run holds timings under a seal and is no report.
    """
    names = {
        str(path.relative_to(folder))
        for folder in (expected, got)
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] != RESULTS
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
