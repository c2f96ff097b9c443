"""How many blanks are left in the classes and functions of a notebook, without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Sequence

from textlab.definitions import Cell
from textlab.definitions.blank import count_blanks
from textlab.definitions.parsing import Budget, parse_cell
from textlab.definitions.scopes import own_nodes


def blanks_left(cells: Sequence[Cell], names: Collection[str], budget: Budget | None = None) -> dict[str, int]:
    """By each of the names that the cells define, how many of its functions still wait for code.

    The last definition of a name counts. One that is made by a call, such as `partial`, or that does not parse, has
    no blank. `budget` limits the repairs of several files together.
    """
    found: dict[str, int] = {}
    mentioned, budget = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b"), budget or Budget()
    for cell in cells if names else ():
        if not mentioned.search(cell.source):
            continue
        parsed = parse_cell(cell, budget)
        for chunk in parsed.chunks:
            for node in own_nodes(chunk.body):
                if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in names:
                    found[node.name] = count_blanks(node)
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in names:
                    found[node.id] = 0
                elif found.get(completed := _completed(node), 0):
                    found[completed] -= 1
        found |= {name: 0 for dropped in parsed.dropped for name in dropped.names if name in names}
    return found


def _completed(node: ast.AST) -> str:
    """The class that a node gives a method: of `CNN.forward = f` and of `setattr(CNN, "forward", f)` it is CNN."""
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        given: ast.AST | None = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr" and node.args:
        given = node.args[0]
    else:
        given = None
    return given.id if isinstance(given, ast.Name) else ""
