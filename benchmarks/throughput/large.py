"""A class of 1,000: made-up submissions that need next to no work, handed in as one zip."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from pathlib import Path
from typing import Any

from autograder.release import ASSIGNMENT, release_notebook
from benchmarks.throughput.ours import grade

STUDENTS = 1_000
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


def measure_large(folder: Path) -> dict[str, Any]:
    """What grading the class takes, and grading it again."""
    folder.mkdir(parents=True, exist_ok=True)
    source, out = write_zip(folder / "class.zip", STUDENTS), folder / "out"
    first = dataclasses.replace(grade(source, out), scores=())
    again = dataclasses.replace(grade(source, out, fresh=False), scores=())
    runs = {"first": dataclasses.asdict(first), "again": dataclasses.asdict(again)}
    return {"students": STUDENTS, "megabytes": PADDING / 1e6, **runs}
