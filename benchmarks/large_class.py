"""How much memory a class of 1,000 takes: made-up submissions that need next to no work, handed in as one zip.

    python benchmarks/large_class.py [--students N]

Prints the wall time, the most memory that the command or one of its judges took, and what grading again takes.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zipfile
from pathlib import Path

from autograder.release import ASSIGNMENT, release_notebook
from benchmarks.throughput.ours import grade

NOTEBOOK = "2_cnn"
PADDING = 400_000
"""Bytes of a made-up picture in each notebook, so that a class does not fit into memory by being tiny."""


def write_zip(path: Path, students: int) -> Path:
    """Untouched notebooks with a picture, no two the same."""
    content = json.loads(release_notebook(NOTEBOOK))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(students):
            content["metadata"]["picture"] = f"{number:06d}" * (PADDING // 6)
            packed.writestr(f"student{number:05d}/{ASSIGNMENT}/{NOTEBOOK}.ipynb", json.dumps(content))
    return path


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=1000)
    students = parser.parse_args().students
    with tempfile.TemporaryDirectory() as folder:
        source, out = write_zip(Path(folder) / "class.zip", students), Path(folder) / "out"
        first = grade(source, out)
        again = grade(source, out, fresh=False)
    print(f"{students} submissions of {PADDING / 1e6:.1f} MB: {first.seconds:.0f} s")
    print(f"largest process {first.largest_mb:.0f} MB, all processes together {first.memory_mb:.0f} MB")
    print(f"again: {again.seconds:.0f} s, {1000 * again.seconds / students:.1f} ms each; {again.largest_mb:.0f} MB")


if __name__ == "__main__":
    main()
