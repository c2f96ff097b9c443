"""The kit's own settings in a notebook: their values here, and whether a notebook means them."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from textlab.definitions.cells import Cell
from textlab.definitions.parsing import Budget, parse_cell
from textlab.definitions.scopes import own_nodes

SETTINGS = {"DATA": "mini", "IMDB_PATH": None, "VECTORS_PATH": None}
"""Values that give a name which depends on data the small corpus, at once and offline."""
_SETTING = re.compile(rf"\b(?:{'|'.join(SETTINGS)})\b")
# Calls that make a path or a word of text.
_TEXT_CALLS = frozenset({"Path", "input", "get", "getenv", "str", "expanduser", "resolve", "strip", "lower", "join"})


def settings_of(cells: Sequence[Cell]) -> dict[str, str | None]:
    """The settings that have the kit's values: those that a notebook binds to nothing but words, paths and None."""
    meant = dict(SETTINGS)
    budget = Budget()
    for cell in cells:
        if not _SETTING.search(cell.source):
            continue
        for chunk in parse_cell(cell, budget).chunks:
            nodes = list(own_nodes(chunk.body))
            plain = {
                id(target)
                for node in nodes
                if isinstance(node, (ast.Assign, ast.AnnAssign)) and _is_text(node.value)
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            }
            for node in nodes:
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in plain:
                    meant.pop(node.id, None)
    return meant


def _is_text(value: ast.expr | None) -> bool:
    """Whether an expression is a word, a path, or None, as far as its form tells."""
    match value:
        case ast.Constant():
            return value.value is None or isinstance(value.value, str)
        case ast.JoinedStr():
            return True
        case ast.IfExp():
            return _is_text(value.body) and _is_text(value.orelse)
        case ast.BoolOp():
            return all(map(_is_text, value.values))
        case ast.BinOp():
            return _is_text(value.left) or _is_text(value.right)
        case ast.Subscript():
            return ast.unparse(value.value) in ("os.environ", "environ")
        case ast.Call():
            called = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
            return called in _TEXT_CALLS
    return False
