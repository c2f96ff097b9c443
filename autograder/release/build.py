"""Turns sources into release notebooks with nbgrader, refuses leaks, and writes stable bytes."""

from __future__ import annotations

import functools
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from autograder.release.leaks import hidden_lines, refuse_leaks
from autograder.release.source import ASSIGNMENT, SOLUTIONS, ReleaseError, ReleaseSource, read_source
from textlab.checks.failure import PLACEHOLDER

CODE_STUB = f'# Your code here, in place of the next line.\nraise NotImplementedError("{PLACEHOLDER}")'
TEXT_STUB = "*Your answer here.*"


def build_release(solutions: Path, out: Path) -> list[Path]:
    """Write the release of every `*.py` in `solutions` to `out`; the written paths, sorted.

    Notebooks in `out` that have no source any more are removed. Raises ReleaseError before anything is written.
    """
    made = _all_releases(solutions)
    out.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (out / f"{name}.ipynb").write_bytes(content)
    for path in out.glob("*.ipynb"):
        if path.stem not in made:
            path.unlink()
    return sorted(out / f"{name}.ipynb" for name in made)


def check_release(solutions: Path, out: Path) -> list[Path]:
    """The files of `out` that `build_release` would write anew, add or remove; empty when all is fresh."""
    made = _all_releases(solutions)
    stale = {path for path in out.glob("*.ipynb") if path.stem not in made}
    for name, content in made.items():
        path = out / f"{name}.ipynb"
        if not path.is_file() or path.read_bytes() != content:
            stale.add(path)
    return sorted(stale)


def solution_notebook(name: str, solutions: Path = SOLUTIONS) -> bytes:
    """The notebook with its solutions and hidden tests, not run, as the bytes of an .ipynb file."""
    return _bytes(read_source(name, solutions).notebook)


def release_notebook(name: str, solutions: Path = SOLUTIONS) -> bytes:
    """The notebook as students receive it, as the bytes of an .ipynb file. Raises ReleaseError."""
    return _release(name, (solutions / f"{name}.py").resolve(), _text(solutions / f"{name}.py"))


def _all_releases(solutions: Path) -> dict[str, bytes]:
    names = sorted(path.stem for path in solutions.glob("*.py"))
    if not names:
        raise ReleaseError(f"there is no notebook source (*.py) in {solutions}; name the folder solutions/")
    return {name: release_notebook(name, solutions) for name in names}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@functools.lru_cache(maxsize=16)
def _release(name: str, path: Path, text: str) -> bytes:
    """`text` is the content of `path`: a changed source is made anew, an unchanged one is not."""
    source = read_source(name, path.parent)
    hidden_lines(source)  # before nbgrader, whose own message for a lost marker names no line
    with tempfile.TemporaryDirectory(prefix="release-") as course:
        notebook = _generate(source, Path(course))
    notebook["metadata"] = nbformat.from_dict(source.notebook.metadata)
    refuse_leaks(source, notebook)
    try:
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
    except Exception as error:
        raise ReleaseError(f"{name}.ipynb is not valid: {error}") from error
    return _bytes(notebook)


def _generate(source: ReleaseSource, course: Path) -> Any:
    """Run nbgrader's generate_assignment on one notebook in a course of its own, without a gradebook."""
    folder = course / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / f"{source.name}.ipynb").write_bytes(_bytes(source.notebook))
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.assignment_id = ASSIGNMENT
    config.ClearSolutions.code_stub = {"python": CODE_STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    config.GenerateAssignment.no_database = True
    steps = GenerateAssignment.class_traits()["preprocessors"].default()
    config.GenerateAssignment.preprocessors = [step for step in steps if step is not SaveCells]
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.log = _quiet_log()
    try:
        converter.start()
    except Exception as error:
        raise ReleaseError(f"{source.path.name}: nbgrader cannot make the release: {error}") from error
    return nbformat.read(course / "release" / ASSIGNMENT / f"{source.name}.ipynb", as_version=4)


def _quiet_log() -> logging.Logger:
    """A logger that shows errors only: nbgrader tells of every step otherwise."""
    log = logging.getLogger("autograder.release.nbgrader")
    log.setLevel(logging.ERROR)
    return log


def _bytes(notebook: Any) -> bytes:
    """The same notebook always gives the same bytes: sorted keys, one blank, a newline at the end."""
    text = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return (json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
