"""Checks a saved notebook: its definitions by name, and a card for each of its blanks.

The notebook is not run. Each blank's classes and functions are loaded with just the statements that they need, so
a training loop does not run, and one broken cell does not hide the others.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from textlab.checks.blanks import BLANKS, Blank
from textlab.checks.card import Card, assess
from textlab.checks.symptoms import UNKNOWN, find_symptom
from textlab.definitions import Cell, Definitions, read_cells, slice_definitions
from textlab.definitions.loading import LoadedModule, bound_names

# Values of the kit's own settings, so that a name that depends on data gets the small corpus, at once and offline.
SERVED = {"DATA": "mini", "IMDB_PATH": None, "VECTORS_PATH": None, "DEVICE": "cpu"}
TRAINING = frozenset({"fit", "train_model", "trained", "backward", "step"})
"""Functions whose call at a notebook's top level means training; such statements are left out."""
HINT = "textlab hint {}"


class NotebookError(ValueError):
    """A notebook cannot be checked; the message names the file and the remedy."""


@dataclass(frozen=True)
class Answer:
    """What a notebook holds for one blank."""

    blank: Blank
    definitions: Definitions

    @property
    def digest(self) -> str:
        """Changes when the code behind the blank does."""
        text = repr((self.definitions.program, sorted(self.definitions.missing.items())))
        return hashlib.sha256(text.encode()).hexdigest()


def kit_notebooks() -> list[str]:
    """The stems of the kit's notebooks, in order."""
    return list(dict.fromkeys(blank.notebook for blank in BLANKS.values()))


def find_notebooks(folder: Path) -> list[Path]:
    """The kit's notebooks in a folder or in its folder `assignment`. Raises NotebookError when there is none."""
    for place in (folder, folder / "assignment"):
        found = [place / f"{stem}.ipynb" for stem in kit_notebooks() if (place / f"{stem}.ipynb").is_file()]
        if found:
            return found
    first = f"{kit_notebooks()[0]}.ipynb"
    raise NotebookError(f"no notebook in {folder}: run textlab in the folder that holds {first}, or name a notebook")


def found_notebook(path: Path) -> Path:
    """The notebook that is meant: as named, or of that name in the folder `assignment`.

    Raises NotebookError that says where it was looked for.
    """
    inside = path.parent / "assignment" / path.name
    for place in (path, inside):
        if place.is_file():
            return place
    looked = path.parent if path.is_absolute() else Path.cwd() / path.parent
    raise NotebookError(f"there is no {path.name} in {looked}, nor in its folder assignment; check name and folder")


def stem_of(path: Path) -> str:
    """Which of the kit's notebooks a file is, by its name. Raises NotebookError when it is none, or is not there."""
    first = kit_notebooks()[0]
    if not path.is_file():
        raise NotebookError(f"{path}: there is no such file; name a notebook, such as {first}.ipynb")
    stem = next((stem for stem in kit_notebooks() if stem in path.stem), "")
    if not stem:
        raise NotebookError(
            f"{path}: none of the kit's notebooks; keep its name in yours, such as {first}-copy.ipynb"
        )
    return stem


def read_answers(path: Path) -> list[Answer]:
    """What a saved notebook holds for each of its blanks. Raises NotebookError when it cannot be read."""
    stem = stem_of(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotebookError(f"{path}: cannot be read ({error.strerror}); check the name and the folder") from None
    # Jupyter opens no damaged file, and blanks behind the break were not deleted: the file is what has to be told of.
    cells, problems = read_cells(path.name, content, rescue=False)
    if not cells:
        # The reader speaks to those who hand in; here nothing was handed in yet.
        said = " ".join(problems).split(": ", 1)[-1].split(". ")[0].rstrip(".")
        raise NotebookError(f"{path}: {said}. Open it in Jupyter and save it; if that fails, unpack a fresh copy")
    return [Answer(blank, _definitions(cells, blank)) for blank in BLANKS.values() if blank.notebook == stem]


def assess_answer(answer: Answer) -> Card:
    """The card for what a notebook holds; the student's code runs in this process."""
    blank = answer.blank
    if answer.definitions.missing:
        name, reason = next(iter(answer.definitions.missing.items()))
        return _not_loaded(blank, name, reason, "the cell was deleted, or the name changed")
    left_out = [piece for piece in answer.definitions.program if _trains(piece.source)]
    with _guarded(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        module = LoadedModule()
        for name, value in SERVED.items():
            module.replace(name, value)
        for piece in answer.definitions.program:
            if piece not in left_out:
                module.run(piece.cell, piece.line, piece.source)
        sources: list[Any] = [module.find(name) for name in blank.names]
        for name, source in zip(blank.names, sources, strict=True):
            if not callable(source):
                reason = module.failures[0] if module.failures else f"{name} is a {type(source).__name__}"
                return _not_loaded(blank, name, reason, "a line that the definition needs fails before it")
        card = _with_place(assess(blank.id, *sources, hint=HINT), answer)
    if left_out and card.state in ("raised", "wrong"):
        note = (
            f"cell {left_out[0].cell} trains a network, so it is not run here; hand over what it makes as an argument"
        )
        return replace(card, rows=(*card.rows, ("note", note)))
    return card


def _with_place(card: Card, answer: Answer) -> Card:
    """A card of a fault says in which cell the answer stands, where the fault itself does not say more."""
    if card.state not in ("raised", "wrong") or any(label == "where" for label, _ in card.rows):
        return card
    program = answer.definitions.program
    places = []
    for name in answer.blank.names:
        cell = next((piece.cell for piece in reversed(program) if name in bound_names(piece.source)), None)
        places += [] if cell is None else [f"cell {cell}, {name}"]
    rows = (*card.rows[:-2], ("where", "; ".join(places)), *card.rows[-2:]) if places else card.rows
    return replace(card, rows=rows)


def _definitions(cells: Sequence[Cell], blank: Blank) -> Definitions:
    return slice_definitions(cells, blank.names, SERVED)


def _trains(source: str) -> bool:
    """Whether a statement trains a network when it is run, and does not only define how."""
    statement = ast.parse(source).body[0]
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return False
    called = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)]
    names = {node.id if isinstance(node, ast.Name) else getattr(node, "attr", "") for node in called}
    return bool(names & TRAINING)


def _not_loaded(blank: Blank, name: str, reason: str, likely: str) -> Card:
    known = find_symptom("", reason)
    step = f"put {name} back as the notebook gave it" if known is UNKNOWN else known.next
    rows = (
        ("input", f"{blank.notebook}.ipynb, read without running it"),
        ("expected", f"a class or function {name}"),
        ("got", reason),
        ("likely", likely if known is UNKNOWN else known.likely),
        ("next", f"{step}; or {HINT.format(blank.id)} (1 of 3)"),
    )
    return Card(blank.id, blank.title, "raised", f"{name} could not be loaded", rows)


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    """Undo what loading and a student's code change for all; nothing waits for input."""
    main, dtype, standard_input = sys.modules["__main__"], torch.get_default_dtype(), sys.stdin
    sys.stdin = io.StringIO()
    try:
        yield
    finally:
        sys.modules["__main__"], sys.stdin = main, standard_input
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(True)
