"""A class that is quick to grade, and what a grading has written: for tests of how a class is graded."""

from __future__ import annotations

import json
from pathlib import Path

from tests.autograder.test_grading import SUBMITTED

RIGHT = "import torch\n\ndef pad_reference(ids, pad_idx):\n    return torch.full_like(ids, pad_idx)\n"


def write_class(folder: Path, count: int) -> Path:
    """Untouched notebooks, no two the same, one function right in a quarter of them; the folder."""
    notebook = json.loads((SUBMITTED / "untouched" / "text_classification" / "2_cnn.ipynb").read_bytes())
    for number in range(count):
        cell: dict[str, object] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        source = f"{RIGHT if number % 4 == 0 else ''}\n# {number}"
        content = {**notebook, "cells": [*notebook["cells"], {**cell, "source": source}]}
        path = folder / f"student{number:04d}" / "text_classification" / "2_cnn.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def written(out: Path) -> dict[str, object]:
    """All reports and pages by their path; of the reports all but the timings."""
    found: dict[str, object] = {}
    for path in sorted(out.rglob("*")):
        if not path.is_file() or ".results" in path.parts:
            continue
        if path.name == "report.json":
            found[str(path.relative_to(out))] = {**json.loads(path.read_bytes()), "seconds": None}
        else:
            found[str(path.relative_to(out))] = path.read_bytes()
    return found
