"""What autograder.py calls in a student's repository on Classroom 50: grades it and writes what is read there.

That is result.json for the service, and release-body.md for the student.

Run: python -I -m autograder.exports.classroom50_run [REPOSITORY] [--result FILE] [--seconds N]
Ends with status 0 unless the grader itself failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from autograder.exports.classroom50 import classroom50_result, release_body
from autograder.exports.single import NotGraded, grade_single
from autograder.reports.files import write_whole

SECONDS = 1500.0


def grade_repository(repository: Path, result: Path, seconds: float = SECONDS) -> int:
    """Grade the notebooks of a repository; the exit status."""
    owner = os.environ.get("OWNER") or os.environ.get("USERNAME") or "student"
    try:
        student = "".join(sign for sign in owner if sign.isalnum() or sign in "-_") or "student"
        record = grade_single(repository, student, seconds)
        now = datetime.now(timezone.utc)
        write_whole(result, classroom50_result(record, os.environ, committed(repository) or now, now))
        write_whole(result.with_name("release-body.md"), release_body(record))
    except (NotGraded, OSError, ValueError) as error:
        print(f"not graded: {error}", file=sys.stderr)
        return 1
    print(f"{record.score} of {record.max_score} points")
    return 0


def committed(repository: Path) -> datetime | None:
    """When the graded commit was made, which is when the student handed in; None where there is no commit."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(repository), "log", "-1", "--format=%cI"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
        return datetime.fromisoformat(said.strip().replace("Z", "+00:00")).astimezone(timezone.utc)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None


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
