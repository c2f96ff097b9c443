"""Measures our grader against stock nbgrader, otter-grader and the floor, and writes docs/benchmarks.md.

    python -m benchmarks.throughput [PART …] [--students N] [--peers N]

Without names everything is measured, about 25 minutes on two cores. What was measured is kept below build/, so that
single parts can be measured again; `report` alone writes the page from what is there.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograder.reports.files import write_whole
from benchmarks.throughput.handed_in import write_class
from benchmarks.throughput.large import measure_large
from benchmarks.throughput.ours import grade, regrade_s, stages
from benchmarks.throughput.peers import ROOT, measure_nbgrader, measure_otter
from benchmarks.throughput.report import write_report

BUILD = ROOT / "build" / "throughput"
PARTS = ("ours", "again", "scaling", "stages", "floor", "large", "nbgrader", "otter", "report")
SCALED = 6
"""Submissions that are graded once with one worker and once with two."""
COUNTS = {"one": 1, "two": 2}


def main() -> None:
    """Measure the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[], metavar="PART")
    parser.add_argument("--students", type=int, default=20, help="complete submissions in the class")
    parser.add_argument("--peers", type=int, default=2, help="how many of them nbgrader and otter-grader grade")
    asked = parser.parse_args()
    kept = BUILD / "measured.json"
    measured: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    submitted = BUILD / "submitted"
    shutil.rmtree(submitted, ignore_errors=True)
    write_class(submitted, asked.students)
    few = BUILD / "few"
    shutil.rmtree(few, ignore_errors=True)
    write_class(few, SCALED)
    for part in asked.parts or PARTS:
        print(f"{part} …", flush=True)
        if part == "report":
            write_report(measured, ROOT / "docs")
            return
        measured[part] = measure(part, submitted, few, asked.peers)
        measured[part]["cores"] = cores()
        measured[part]["load"] = os.getloadavg()[0]
        write_whole(kept, json.dumps(measured, indent=2))


def measure(part: str, submitted: Path, few: Path, peers: int) -> dict[str, Any]:
    """One part, as JSON has it."""
    if part == "floor":
        command = [sys.executable, "-m", "benchmarks.throughput.floor", str(submitted)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        seconds: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return {"seconds": seconds}
    if part in ("nbgrader", "otter"):
        found = (measure_nbgrader if part == "nbgrader" else measure_otter)(submitted, peers, BUILD)
        return dataclasses.asdict(found)
    if part == "large":
        return measure_large(BUILD / "large")
    if part == "stages":
        return {"seconds": stages(few, BUILD / "pages")}
    if part == "scaling":
        runs = {name: grade(few, BUILD / "out-few", "--workers", str(count)) for name, count in COUNTS.items()}
        return {name: dataclasses.asdict(run) for name, run in runs.items()}
    out = BUILD / "out"
    if part == "again":
        return {
            "seconds": regrade_s(submitted, out),
            "command": dataclasses.asdict(grade(submitted, out, fresh=False)),
        }
    return {"students": len(list(submitted.iterdir())), "both": dataclasses.asdict(grade(submitted, out))}


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
