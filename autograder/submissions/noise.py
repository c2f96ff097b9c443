"""What lies beside the work and is none of it: environments, packages, caches, and the reports of the kit itself."""

from __future__ import annotations

from collections.abc import Collection

_NEVER = frozenset({"__MACOSX", "__pycache__", "__pypackages__", "node_modules", "site-packages", "dist-packages"})
"""Folders that programs fill."""
_ENVIRONMENTS = frozenset({"env", "venv", "virtualenv"})
_ENVIRONMENT_MARKS = frozenset({"pyvenv.cfg", "conda-meta"})
_INSIDE_ENVIRONMENTS = frozenset(
    (
        "bin",
        "conda-meta",
        "dlls",
        "etc",
        "include",
        "lib",
        "lib64",
        "library",
        "libs",
        "man",
        "pkgs",
        "scripts",
        "share",
    )
)
_LIBRARY_MARKS = frozenset({"__init__.py", "checks", "definitions"})
"""What the kit's own library holds; students receive a copy, and the worker has its own."""


def ignored(name: str) -> bool:
    """Tell whether a file or folder is some tool's own: hidden, a checkpoint, a cache, installed packages."""
    return (name.startswith(".") and name.strip(".") != "") or name in _NEVER


def is_noise(name: str, children: Collection[str]) -> bool:
    """Tell from its name, and from those in it, whether a whole folder is none of a student's work."""
    return is_reports(children) or (name == "textlab" and _LIBRARY_MARKS.issubset(children))


def is_environment(name: str) -> bool:
    """Tell whether a folder is named like a virtual environment."""
    return name.lower() in _ENVIRONMENTS


def is_reports(children: Collection[str]) -> bool:
    """Tell whether a folder is one that `autograder grade` has written its reports into."""
    return ".results" in children or {"grades.csv", "feedback", "index.html"}.issubset(children)


def left_out(name: str, children: Collection[str]) -> set[str]:
    """Which children of a folder are not looked at, given its name and those of all children.

    Of an environment the notebooks that someone keeps in it stay.
    """
    found = {child for child in children if ignored(child)}
    if is_reports(children):
        # Someone graded with the class itself as the place of the reports.
        found.add("feedback")
    if is_environment(name) or not _ENVIRONMENT_MARKS.isdisjoint(children):
        found |= {child for child in children if child.lower() in _INSIDE_ENVIRONMENTS or child.endswith(".py")}
    return found
