"""What autograder.py calls in a student's repository on Classroom 50: grades it and writes result.json.

Run: python -m autograder.exports.classroom50_run [REPOSITORY] [--result FILE] [--seconds N]
Ends with status 0 unless the grader itself failed.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime, timezone
from pathlib import Path

from autograder.exports.classroom50 import classroom50_result
from autograder.exports.single import NotGraded, grade_single
from autograder.reports.files import write_whole

PROGRAM = '''"""Classroom 50 calls this in a student's repository. The kit has to be installed on the runner."""

import subprocess
import sys

sys.exit(subprocess.call([sys.executable, "-m", "autograder.exports.classroom50_run", *sys.argv[1:]]))
'''
SECONDS = 1500.0


def grade_repository(repository: Path, result: Path, seconds: float = SECONDS) -> int:
    """Grade the notebooks at the top of a repository; the exit status."""
    owner = os.environ.get("OWNER") or os.environ.get("USERNAME") or "student"
    try:
        record = grade_single(repository, "".join(sign for sign in owner if sign.isalnum() or sign in "-_"), seconds)
        write_whole(result, classroom50_result(record, os.environ, datetime.now(timezone.utc)))
    except (NotGraded, OSError, ValueError) as error:
        print(f"not graded: {error}", file=sys.stderr)
        return 1
    print(f"{record.score} of {record.max_score} points")
    return 0


def main() -> None:
    """Read the arguments and grade."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", nargs="?", type=Path, default=Path())
    parser.add_argument("--result", type=Path, default=Path("result.json"))
    parser.add_argument("--seconds", type=float, default=SECONDS)
    given = parser.parse_args()
    sys.exit(grade_repository(given.repository, given.result, given.seconds))


if __name__ == "__main__":
    main()
