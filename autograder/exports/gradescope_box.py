"""What run_autograder calls on Gradescope's machine: grades /autograder/submission and writes results.json.

Run: python -m autograder.exports.gradescope_box [FOLDER] [--seconds N]
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from autograder.exports.gradescope import failed_results, gradescope_results
from autograder.exports.single import NotGraded, grade_single
from autograder.reports.files import write_whole
from autograder.sandbox import why_no_fork_server

FOLDER = Path("/autograder")
SECONDS = 540.0
"""A minute less than the ten that an autograder may take."""
MEBIBYTE = 2**20
FORKED, SEPARATE = 1200 * MEBIBYTE, 2400 * MEBIBYTE
"""Memory below which nothing is graded, with workers that share it and with workers that do not: a worker that is
killed for lack of memory would cost points."""
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
"""Where a container says how much memory it has."""


def grade_box(folder: Path, seconds: float = SECONDS) -> bool:
    """Grade the submission below `folder`; whether there is a mark. A valid results.json lies there in any case."""
    results = folder / "results" / "results.json"
    write_whole(results, failed_results("the grader was ended before it was done"))
    found, needed = memory(), FORKED if why_no_fork_server() is None else SEPARATE
    if found < needed:
        small = f"the machine has {found // MEBIBYTE} MiB of memory and the grader needs {needed // MEBIBYTE}"
        write_whole(results, failed_results(f"{small}: choose a larger container"))
        return False
    try:
        record = grade_single(folder / "submission", student_of(folder / "submission_metadata.json"), seconds)
    except (NotGraded, OSError, ValueError) as error:
        write_whole(results, failed_results(str(error)))
        return False
    write_whole(results, gradescope_results(record))
    return record.graded


def memory() -> int:
    """Bytes that this machine or container has."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in LIMITS:
        text = path.read_text(encoding="ascii").strip() if path.is_file() else ""
        found += [int(text)] if text.isdigit() else []
    return min(found)


def student_of(metadata: Path) -> str:
    """The e-mail address of the first submitter as Gradescope names it, "student" when it does not."""
    try:
        users = json.loads(metadata.read_text(encoding="utf-8"))["users"]
        name = str(users[0]["email"])
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return "student"
    return "".join(sign if sign.isalnum() or sign in "@._-" else "_" for sign in name)[:100].strip(".") or "student"


def main() -> None:
    """Ends with status 0 even without a mark: results.json says what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args()
    print("graded" if grade_box(given.folder, given.seconds) else "not graded: see results/results.json")


if __name__ == "__main__":
    main()
