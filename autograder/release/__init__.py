"""Makes what students receive (`assignment/`) from the one source of each notebook (`solutions/`).

`build_release` writes the notebooks, `check_release` says which are stale, `solution_notebook` and
`release_notebook` give one notebook as bytes without writing anything.
"""

from __future__ import annotations

from autograder.release.build import build_release, check_release, release_notebook, solution_notebook
from autograder.release.source import ASSIGNMENT, SOLUTIONS, ReleaseError, ReleaseSource, read_source

__all__ = [
    "ASSIGNMENT",
    "SOLUTIONS",
    "ReleaseError",
    "ReleaseSource",
    "build_release",
    "check_release",
    "read_source",
    "release_notebook",
    "solution_notebook",
]
