"""Compares what two lanes said of the same submissions, check by check.

    autograder grade examples/submitted --out out/classic      # with .venv
    autograder grade examples/submitted --out out/current      # with .venv-current
    python benchmarks/compare_lanes.py out/classic out/current

Each argument is a folder of reports, or the file that `make mutants MATRIX=FILE` writes. Ends with status 1 when a
verdict differs or is on one side only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

Verdicts = dict[tuple[str, str], str]


def main(arguments: list[str]) -> int:
    """Print every difference; the exit status."""
    if len(arguments) != 2:
        print("give two folders of reports, or two matrices")
        return 2
    left, right = (verdicts(Path(argument)) for argument in arguments)
    found = list(differences(left, right))
    print(*found, f"{len(left)} and {len(right)} verdicts, {len(found)} differences", sep="\n")
    return 1 if found or not left else 0


def differences(left: Verdicts, right: Verdicts) -> Iterator[str]:
    """One line for every check of a submission on which the two sides disagree."""
    for key in sorted(left.keys() | right.keys()):
        if left.get(key) != right.get(key):
            yield f"{key[0]}, {key[1]}: {left.get(key, 'missing')} | {right.get(key, 'missing')}"


def verdicts(path: Path) -> Verdicts:
    """Outcome by submission and check id."""
    if path.is_dir():
        reports = [json.loads(file.read_text(encoding="utf-8")) for file in path.glob("*/report.json")]
        return {
            (report["student"], check["id"]): check["outcome"] for report in reports for check in report["checks"]
        }
    rows = json.loads(path.read_text(encoding="utf-8"))
    found = {(row["answer"], "points lost"): str(row["lost"]) for row in rows}
    for row in rows:
        found.update({(row["answer"], check): word for word in ("failed", "unchecked") for check in row[word]})
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
