"""Which versions are at work, and in which lane: the line that notebooks and `autograder doctor` print."""

from __future__ import annotations

import platform
from importlib import metadata

from textlab.text import LANE

PACKAGES = ("textlab", "torch", "torchtext", "captum", "scikit-learn", "numpy")
_LANES = {
    "classic": "classic lane: the vocabulary comes from torchtext",
    "current": "current lane: the vocabulary comes from textlab, since torchtext does not load here",
}


def versions() -> dict[str, str]:
    """Version by name: Python, then the packages that decide results, as far as they are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def versions_line() -> str:
    """One line for people: all versions, and which lane is active."""
    return f"{', '.join(f'{name} {version}' for name, version in versions().items())}; {_LANES[LANE]}"
