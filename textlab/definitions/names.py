"""What a notebook defines and makes, by name: for finding which of its names plays a role."""

from __future__ import annotations

import ast
import fnmatch
import functools
from collections.abc import Iterator, Sequence

from textlab.definitions.cells import Cell
from textlab.definitions.parsing import Budget, Chunk, parse_cell
from textlab.definitions.scopes import own_nodes


def defined_names(cells: Sequence[Cell], *, classes: bool) -> list[str]:
    """The classes (or the functions) that a notebook defines at its top level, in the order of their first place."""
    kinds = (ast.ClassDef,) if classes else (ast.FunctionDef, ast.AsyncFunctionDef)
    return list(dict.fromkeys(node.name for node in top_nodes(cells) if isinstance(node, kinds)))


def names_made_by(cells: Sequence[Cell], callables: Sequence[str]) -> list[str]:
    """The module-level names that hold what a call gives, the last one first.

    A callable is given by the end of its dotted name, such as `Field` for `data.Field(…)`; `*` stands for any
    letters. Of `Network(…).to(device)` the call is that of Network.
    """
    found: dict[str, None] = {}
    for node in top_nodes(cells):
        if isinstance(node, ast.Assign) and _called(node.value, callables):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.pop(target.id, None)
                    found[target.id] = None
    return list(found)[::-1]


def top_nodes(cells: Sequence[Cell]) -> Iterator[ast.AST]:
    """The nodes of the module's scope, statements in blocks included, in the notebook's order."""
    for chunk in _chunks(tuple(cells)):
        yield from own_nodes(chunk.body)


@functools.lru_cache(maxsize=2)
def _chunks(cells: tuple[Cell, ...]) -> tuple[Chunk, ...]:
    """What can be parsed of a notebook, which several steps look at."""
    budget = Budget()
    return tuple(chunk for cell in cells for chunk in parse_cell(cell, budget).chunks)


def _called(value: ast.AST, callables: Sequence[str]) -> bool:
    """Whether a value is made by a call of one of these, whichever methods are called on it then."""
    while isinstance(value, ast.Call):
        dotted = _dotted(value.func)
        if any(fnmatch.fnmatchcase(f".{dotted}", f"*.{name}") for name in callables if dotted):
            return True
        if not isinstance(value.func, ast.Attribute):
            return False
        value = value.func.value
    return False


def _dotted(node: ast.AST) -> str:
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
