"""Reads rubric.toml: which checks there are, what each is worth, and which notebook cell shows it."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RUBRIC = Path(__file__).parent / "rubric.toml"


@dataclass(frozen=True)
class Entry:
    """One check of the rubric."""

    id: str
    role: str
    notebook: str
    cell: str
    points: int
    visibility: Literal["public", "hidden"]
    bonus: bool = False
    """Whether its points come on top of the assignment's 100."""


@dataclass(frozen=True)
class Manual:
    """One cell that a person grades."""

    notebook: str
    cell: str
    points: int
    bonus: bool = False


@dataclass(frozen=True)
class Rubric:
    """All checks in the order in which they are run, and the cells that a person grades."""

    assignment: str
    checks: tuple[Entry, ...]
    manual: tuple[Manual, ...]

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in their order."""
        return tuple(dict.fromkeys(entry.role for entry in self.checks))

    def is_bonus(self, notebook: str) -> bool:
        """Whether all points of a notebook are bonus points, so that nobody has to hand it in."""
        return all(entry.bonus for entry in self.checks if entry.notebook == notebook)

    def cell_points(self, notebook: str) -> dict[str, int]:
        """Points per graded cell of a notebook."""
        points: dict[str, int] = {}
        entries: list[Entry | Manual] = [*self.checks, *self.manual]
        for entry in entries:
            if entry.notebook == notebook:
                points[entry.cell] = points.get(entry.cell, 0) + entry.points
        return points


@functools.cache
def load_rubric(path: Path = RUBRIC) -> Rubric:
    """The rubric. Raises ValueError that names the file and the entry when one is not right."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    try:
        checks = tuple(Entry(**entry) for entry in content["check"])
        manual = tuple(Manual(**entry) for entry in content.get("manual", []))
    except (TypeError, KeyError) as error:
        raise ValueError(f"{path}: an entry has a missing or an unknown field: {error}") from None
    entries: list[Entry | Manual] = [*checks, *manual]
    for entry in entries:
        if not isinstance(entry.points, int) or entry.points < 0:
            raise ValueError(f"{path}: {entry.cell} has {entry.points!r} points; write an integer from 0 up")
    ids = [check.id for check in checks]
    double = sorted({name for name in ids if ids.count(name) > 1})
    if double:
        raise ValueError(f"{path}: {', '.join(double)} stands there twice; every check needs an id of its own")
    return Rubric(content["assignment"], checks, manual)


def cell_points(notebook: str) -> dict[str, int]:
    """Points per graded cell (grade_id) of a notebook, such as "2_cnn"."""
    return load_rubric().cell_points(notebook)
