"""Checks a saved notebook: its definitions by name, and a card for each of its blanks.

The notebook is not run. Each blank's classes and functions are loaded with just the statements that they need, so
a training loop does not run, and one broken cell does not hide the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textlab.checks.blanks import BLANKS, Blank
from textlab.checks.card import Card, assess
from textlab.checks.failure import NO_KNOWN_CAUSE
from textlab.checks.symptoms import UNKNOWN, find_symptom
from textlab.definitions import Cell, Definitions, defined_names, read_cells, slice_definitions
from textlab.definitions.loading import LoadedModule, bound_names
from textlab.definitions.own_settings import SETTINGS, settings_of
from textlab.definitions.surroundings import notebook_at
from textlab.notebook_name import is_notebook, named_exactly, named_like

HINT = "textlab hint {}"


class NotebookError(ValueError):
    """A notebook cannot be checked; the message names the file and the remedy."""


@dataclass(frozen=True)
class Answer:
    """What a notebook holds for one blank."""

    blank: Blank
    definitions: Definitions
    folder: Path
    """The notebook's, in which its code runs."""

    @property
    def digest(self) -> str:
        """Changes when the code behind the blank does."""
        found = self.definitions
        text = repr((found.programs, sorted(found.missing.items()), sorted(found.lost.items())))
        return hashlib.sha256(text.encode()).hexdigest()


def kit_notebooks() -> list[str]:
    """The stems of the kit's notebooks, in order."""
    return list(dict.fromkeys(blank.notebook for blank in BLANKS.values()))


def find_notebooks(folder: Path) -> list[Path]:
    """The kit's notebooks in a folder or in its folder `assignment`, named as the grader takes them.

    Of several files for one notebook the best named counts. Raises NotebookError when there is none.
    """
    for place in (folder, folder / "assignment"):
        named = [_named(place, stem) for stem in kit_notebooks()]
        if found := [path for path in named if path is not None]:
            return found
    first = f"{kit_notebooks()[0]}.ipynb"
    raise NotebookError(f"no notebook in {folder}: run textlab in the folder that holds {first}, or name a notebook")


def found_notebooks(path: Path) -> list[Path]:
    """The notebooks that are meant: those of a folder; one as named, or of almost that name, here or in `assignment`.

    Raises NotebookError that says where it was looked for.
    """
    if path.is_dir():
        return find_notebooks(path)
    for place in (path, path.parent / "assignment" / path.name):
        if place.is_file():
            return [place]
    for stem in kit_notebooks():
        for folder in (path.parent, path.parent / "assignment") if named_exactly(path.name, stem) else ():
            if (other := _named(folder, stem)) is not None:
                return [other]
    looked = path.parent if path.is_absolute() else Path.cwd() / path.parent
    raise NotebookError(f"there is no {path.name} in {looked}, nor in its folder assignment; check name and folder")


def _named(folder: Path, stem: str) -> Path | None:
    """The file in a folder that is named best like a notebook; None when none is."""
    if not folder.is_dir():
        return None
    like = [path for path in folder.iterdir() if is_notebook(path.name) and named_like(path.name, stem)]

    def oddness(path: Path) -> tuple[bool, bool, str]:
        return path.name.lower() != f"{stem}.ipynb", not named_exactly(path.name, stem), path.name

    # On some systems two names that differ in case only are one file.
    exact = folder / f"{stem}.ipynb"
    return exact if exact.is_file() else min((path for path in like if path.is_file()), key=oddness, default=None)


def stem_of(path: Path) -> str:
    """Which of the kit's notebooks a file is, by its name, else by what it defines.

    Raises NotebookError when it is none, or is not there.
    """
    first = kit_notebooks()[0]
    if not path.is_file():
        raise NotebookError(f"{path}: there is no such file; name a notebook, such as {first}.ipynb")
    stem = stem_named(path) or _stem_by_content(path)
    if not stem:
        raise NotebookError(
            f"{path}: none of the kit's notebooks; keep its name in yours, such as {first}-copy.ipynb"
        )
    return stem


def stem_named(path: Path) -> str:
    """Which of the kit's notebooks a file is by its name; "" when the name does not say."""
    return next((stem for stem in kit_notebooks() if named_like(path.name, stem)), "")


def _stem_by_content(path: Path) -> str:
    """The notebook of which a file defines most; "" when it defines nothing that a blank asks for."""
    try:
        cells, _ = read_cells(path.name, path.read_bytes(), rescue=False, restore=False)
    except OSError:
        return ""
    defined = {*defined_names(cells, classes=True), *defined_names(cells, classes=False)}
    asked = {
        stem: {name for blank in BLANKS.values() if blank.notebook == stem for name in blank.names}
        for stem in kit_notebooks()
    }
    shares = {stem: len(defined & names) / len(names) for stem, names in asked.items()}
    best = max(shares, key=lambda stem: shares[stem])
    return best if shares[best] else ""


def read_answers(path: Path) -> list[Answer]:
    """What a saved notebook holds for each of its blanks. Raises NotebookError when it cannot be read."""
    stem = stem_of(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotebookError(f"{path}: cannot be read ({error.strerror}); check the name and the folder") from None
    # Jupyter opens no damaged file, and blanks behind the break were not deleted: the file is what has to be told of.
    cells, problems = read_cells(path.name, content, rescue=False, restore=False)
    if not cells:
        # The reader speaks to those who hand in; here nothing was handed in yet.
        said = " ".join(problems).split(": ", 1)[-1].split(". ")[0].rstrip(".")
        raise NotebookError(f"{path}: {said}. Open it in Jupyter and save it; if that fails, unpack a fresh copy")
    folder = path.resolve().parent
    return [Answer(blank, _definitions(cells, blank), folder) for blank in BLANKS.values() if blank.notebook == stem]


def assess_answer(answer: Answer) -> Card:
    """The card for what a notebook holds; the student's code runs in this process."""
    blank = answer.blank
    if answer.definitions.missing:
        name, reason = next(iter(answer.definitions.missing.items()))
        return _not_loaded(blank, name, reason)
    with (
        notebook_at(answer.folder),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        modules = {part.names: LoadedModule(answer.folder) for part in answer.definitions.programs}
        for part in answer.definitions.programs:
            module = modules[part.names]
            module.enter()
            module.lose(answer.definitions.lost)
            for name, value in SETTINGS.items():
                module.replace(name, value)
            for piece in part.program:
                module.run(piece.cell, piece.line, piece.source)
        modules[()].enter()
        homes = {name: modules[names] for names in modules for name in names or blank.names}
        sources: list[Any] = [homes[name].find(name) for name in blank.names]
        for name, source in zip(blank.names, sources, strict=True):
            if not callable(source):
                failures = homes[name].failures
                reason = failures[0] if failures else f"{name} is a {type(source).__name__}"
                return _not_loaded(blank, name, reason)
        card = _with_place(assess(blank.id, *sources, hint=HINT), answer)
    if answer.definitions.not_run and card.state in ("raised", "wrong"):
        return replace(card, rows=(*card.rows, ("note", answer.definitions.not_run[0])))
    return card


def _with_place(card: Card, answer: Answer) -> Card:
    """A card of a fault says in which cell the answer stands, where the fault itself does not say more."""
    if card.state not in ("raised", "wrong") or any(label == "where" for label, _ in card.rows):
        return card
    places = []
    for name in answer.blank.names:
        program = answer.definitions.program_of(name)
        cell = next((piece.cell for piece in reversed(program) if name in bound_names(piece.source)), None)
        places += [] if cell is None else [f"cell {cell}, {name}"]
    rows = (*card.rows[:-2], ("where", "; ".join(places)), *card.rows[-2:]) if places else card.rows
    return replace(card, rows=rows)


def _definitions(cells: Sequence[Cell], blank: Blank) -> Definitions:
    return slice_definitions(cells, blank.names, settings_of(cells))


def _not_loaded(blank: Blank, name: str, reason: str) -> Card:
    known = find_symptom("", reason)
    step = f"put {name} back as the notebook gave it" if known is UNKNOWN else known.next
    rows = (
        ("input", f"{blank.notebook}.ipynb, read without running it"),
        ("expected", f"a class or function {name}"),
        ("got", reason),
        ("likely", NO_KNOWN_CAUSE if known is UNKNOWN else known.likely),
        ("next", f"{step}; or {HINT.format(blank.id)} (1 of 3)"),
    )
    return Card(blank.id, blank.title, "raised", f"{name} could not be loaded", rows)
