"""Answers whose marks are known: accepted variants in tests/variants, faulty mutants in tests/mutants.

A variant is a percent script: its cells take the place of the solution's cells that define the same names. A mutant
is a few replacements in the solution's answer cells, with the checks that have to fail and its true cause: the name,
or names, by which a message may call it (`Cause` in textlab/checks/failure.py). Each is about one notebook.
"""

from __future__ import annotations

import ast
import functools
import json
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext

from autograder.release import solution_notebook
from autograder.rubric import load_rubric
from autograder.submissions import Submission, SubmittedFile

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent
NOTEBOOKS = tuple(dict.fromkeys(entry.notebook for entry in load_rubric().checks))
TRAINED = {"rnn-class": "rnn-f1", "glove-class": "glove-f1", "transformer-class": "transformer-f1"}
"""The check that trains what an answer cell defines; no other check of the notebook needs it."""


@dataclass(frozen=True)
class Answer:
    """One notebook as somebody might hand it in, and what has to come out."""

    name: str
    notebook: str
    why: str
    fails: frozenset[str]
    """Checks that have to fail; none for a variant."""
    unchecked: frozenset[str]
    """Checks that cannot be asked any more."""
    cells: tuple[str, ...]
    causes: frozenset[str]
    """Names under which a message may name the true cause; none for a variant."""
    checks: tuple[str, ...]
    """The checks that are asked: those of its notebook, without training that its change cannot touch."""

    @property
    def is_variant(self) -> bool:
        """Whether it has to get full marks."""
        return not self.fails

    @property
    def kind(self) -> str:
        """As its folder is called."""
        return "variant" if self.is_variant else "mutant"

    @property
    def submission(self) -> Submission:
        """The notebook, handed in under the answer's name."""
        cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in self.cells]
        content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
        return Submission(self.name, (SubmittedFile(f"{self.notebook}.ipynb", content.encode()),), ())


def load_answers() -> list[Answer]:
    """The solution of every notebook, then all variants, then all mutants.

    Raises ValueError that names the file and the answer when one is not right.
    """
    solutions = [_answer(f"solution of {name}", name, "as in solutions/", _sources(name)) for name in NOTEBOOKS]
    variants = [_variant(path) for path in sorted((FOLDER / "variants").glob("*/*.py"))]
    mutants = [mutant for path in sorted((FOLDER / "mutants").glob("*.toml")) for mutant in _mutants(path.stem, path)]
    answers = [*solutions, *variants, *mutants]
    names = [answer.name for answer in answers]
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise ValueError(f"answers with the same name: {', '.join(double)}")
    return answers


def _variant(path: Path) -> Answer:
    """The solution with cells of its own; the first comment or docstring says what is different."""
    notebook = path.parent.name
    own = [cell.source for cell in jupytext.read(path, fmt="py:percent").cells if cell.cell_type == "code"]
    defined = set().union(*(_defined(source) for source in own))
    kept = _sources(notebook)
    replaced = [grade_id for grade_id, source in kept.items() if _defined(source) & defined]
    if not replaced:
        raise ValueError(f"{path}: defines nothing that the solution of {notebook} defines")
    cells: dict[str, str] = {}
    for key, source in kept.items():
        if key == replaced[0]:
            cells |= {f"own {number}": text for number, text in enumerate(own)}
        elif key not in replaced:
            cells[key] = source
    why = own[0].splitlines()[0].lstrip("# ")
    return _answer(f"{notebook}: {path.stem.replace('_', ' ')}", notebook, why, cells, touched=replaced)


def _mutants(notebook: str, path: Path) -> Iterable[Answer]:
    known = {entry.id for entry in load_rubric().checks if entry.notebook == notebook}
    blanks = [key for key in _sources(notebook) if not key.isdecimal()]
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]:
        where = f"{path.name}, {entry.get('name', 'a mutant without a name')}"
        if set(entry) - {"name", "why", "cause", "fails", "unchecked", "changes"} or not (
            entry.get("fails") and entry.get("cause")
        ):
            raise ValueError(f"{where}: write name, why, cause, fails, changes, and unchecked where there is some")
        fails, unchecked = frozenset(entry["fails"]), frozenset(entry.get("unchecked", []))
        if fails & unchecked or (fails | unchecked) - known:
            odd = ", ".join(sorted((fails & unchecked) | ((fails | unchecked) - known)))
            raise ValueError(f"{where}: {odd} is no check of {notebook}, or stands there twice")
        cells, touched = dict(_sources(notebook)), []
        for old, new in entry["changes"]:
            places = [key for key in blanks if old in cells[key]]
            if len(places) != 1 or cells[places[0]].count(old) != 1:
                raise ValueError(f"{where}: the answer cells have to hold {old!r} once; they do not")
            cells[places[0]] = cells[places[0]].replace(old, new)
            touched.append(places[0])
        name = f"{notebook}: {entry['name']}"
        cause = entry["cause"]
        causes = [cause] if isinstance(cause, str) else cause
        yield _answer(name, notebook, entry["why"], cells, fails, unchecked, touched, causes)


def _answer(
    name: str,
    notebook: str,
    why: str,
    cells: dict[str, str],
    fails: frozenset[str] = frozenset(),
    unchecked: frozenset[str] = frozenset(),
    touched: Collection[str] = (*TRAINED, "cnn-class"),
    causes: Collection[str] = (),
) -> Answer:
    spared = {check for cell, check in TRAINED.items() if cell not in touched}
    if "cnn-class" not in touched and "interpret-own-cnn" in unchecked:
        spared.add("cnn-f1")  # nobody looks at the network that it trains
    asked = [entry.id for entry in load_rubric().checks if entry.notebook == notebook and entry.id not in spared]
    return Answer(name, notebook, why, fails, unchecked, tuple(cells.values()), frozenset(causes), tuple(asked))


@functools.cache
def _sources(notebook: str) -> dict[str, str]:
    """The solution's code cells: answer cells by grade_id, the others by their number."""
    content: Any = json.loads(solution_notebook(notebook))
    cells = {}
    for number, cell in enumerate(content["cells"]):
        if cell["cell_type"] == "code":
            marks = cell["metadata"].get("nbgrader", {})
            source = "".join(cell["source"])
            cells[marks["grade_id"] if marks.get("solution") else str(number)] = source
    return cells


def _defined(source: str) -> set[str]:
    """The classes and functions that a cell defines at its top."""
    tree = ast.parse(source)
    return {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
