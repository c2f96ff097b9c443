"""The floor: what a complete submission computes itself, in a process that is warm already.

    python -m benchmarks.throughput.floor CLASS

Every check is asked in this process (`in_process`), and only the time inside the student's own classes and functions
is counted: building, forward, training, prediction, attribution. Prints processor seconds per submission as JSON.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from autograder.contracts import load_contract
from autograder.release import ASSIGNMENT
from autograder.rubric import load_rubric
from benchmarks.throughput.in_process import ask, forget
from textlab.checks import local
from textlab.definitions import read_cells, slice_definitions
from textlab.definitions.loading import LoadedModule

KINDS = (("training", "train"), ("forward on", "train"), ("the explanation", "attribute"), ("interpret", "attribute"))
"""How a call is told, and what it is; the rest builds and runs networks."""


class Clock:
    """Adds up the seconds inside the student's code, by kind."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside = False

    @contextlib.contextmanager
    def student_code(self, call: str, locate: Callable[[BaseException], str]) -> Iterator[None]:
        """Takes the place of `local.student_code`, and looks at the clock."""
        outermost, self._inside = not self._inside, True
        start = time.process_time()
        try:
            with _student_code(call, locate):
                yield
        finally:
            if outermost:
                self._inside = False
                kind = next((kind for words, kind in KINDS if words in call), "forward")
                self.seconds[kind] = self.seconds.get(kind, 0.0) + time.process_time() - start


_student_code = local.student_code


def own_computation(folder: Path) -> dict[str, float]:
    """Seconds by kind that one student's notebooks compute themselves."""
    clock = Clock()
    forget()
    local.student_code = clock.student_code
    try:
        for notebook, names in names_of(folder).items():
            checks = [entry.id for entry in load_rubric().checks if entry.notebook == notebook]
            for check, why in ask(checks, names):
                raise RuntimeError(f"{check} of a complete submission failed: {why}")
    finally:
        local.student_code = _student_code
    return clock.seconds


def names_of(folder: Path) -> dict[str, Mapping[str, Any]]:
    """By notebook what its graded names are, without the cells that nothing graded needs."""
    roles = load_contract().roles
    found: dict[str, Mapping[str, Any]] = {}
    for notebook in dict.fromkeys(role.notebook for role in roles.values()):
        path = folder / f"{notebook}.ipynb"
        wanted = [name for role in roles.values() if role.notebook == notebook for name in role.names.values()]
        module = LoadedModule()
        for piece in slice_definitions(read_cells(path.name, path.read_bytes())[0], wanted).program:
            module.run(piece.cell, piece.line, piece.source)
        found[notebook] = {name: module.find(name) for name in wanted}
    return found


def main() -> None:
    """Measure two submissions after one that only warms the process up."""
    torch.set_num_threads(1)
    folders = sorted(path / ASSIGNMENT for path in Path(sys.argv[1]).iterdir())[:3]
    measured = [own_computation(folder) for folder in folders][1:]
    kinds = {kind for seconds in measured for kind in seconds}
    print(json.dumps({kind: sum(seconds[kind] for seconds in measured) / len(measured) for kind in sorted(kinds)}))


if __name__ == "__main__":
    main()
