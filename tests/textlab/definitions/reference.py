"""The reference of a slice: the notebook itself, run from top to bottom."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from textlab.definitions import Cell, Definitions, slice_definitions
from textlab.definitions.loading import LoadedModule

CARD = "from textlab.checks import check"


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Nothing is printed, and what a notebook may change for all is what it was."""
    main, variables = sys.modules["__main__"], dict(os.environ)
    names = vars(builtins)
    before = dict(names)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        sys.modules["__main__"] = main
        os.environ.clear()
        os.environ.update(variables)
        names.clear()
        names.update(before)


def sliced(sources: Sequence[str], names: Sequence[str] = ("f",)) -> Definitions:
    """The slice of cells, which know the card's function."""
    cells = [Cell(number, source) for number, source in enumerate([CARD, *sources])]
    return slice_definitions(cells, names)


def loaded(definitions: Definitions) -> dict[str, Any]:
    """The graded names as the worker has them."""
    found: dict[str, Any] = {}
    for part in definitions.programs:
        module = LoadedModule()
        for piece in part.program:
            module.run(piece.cell, piece.line, piece.source)
        values = vars(module.module)
        found.update({name: values.get(name) for name in part.names} if part.names else values)
    return found


def called(function: Any, *arguments: Any) -> object:
    """What a call gives, or the kind of exception that it raises."""
    try:
        return repr(function(*arguments)), repr(arguments)
    except BaseException as error:
        return type(error).__name__
