"""Cell magics, forms and shell lines as Python: what runs as Python is bared, what the kit follows becomes a call."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from textlab.definitions.scopes import all_nodes
from textlab.definitions.shell import SHELLS, WRITERS, line_of, with_names

# Cell magics that run their cell as Python in the notebook's own namespace.
_PYTHON_MAGICS = frozenset({"time", "capture", "prun", "snakeviz", "notify", "wandb", "debug"})
# Comments may stand above it: on Colab forms do.
_CELL_MAGIC = re.compile(r"(?:[ \t\n]*#[^\n]*\n)*[ \t\n]*%%(?P<magic>\w+|!)(?P<line>[^\n]*)")
_CALL = re.compile(
    r"get_ipython\(\)\.(?:(system|getoutput)\(|run_line_magic\('(cd|mkdir|env|set_env)', )"
    r"('(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
)
# Lines that IPython takes for magics although nothing marks them: they are no Python.
_AUTOMAGIC = re.compile(
    r"^(?:(?:cd|mkdir|env|pip|conda|ls|rm|cp|mv|cat)(?:[ \t]+[^ \t=(\[,][^\n]*)?|pwd|whos?)[ \t]*$", re.MULTILINE
)


@dataclass(frozen=True)
class BaredCell:
    """A cell without the magics above it."""

    source: str
    """Python; every line keeps its number."""
    magic: str = ""
    """The magic that the cell is given to, where it does not run as Python."""
    line: int = 1
    """The line of that magic."""
    is_call: bool = False
    """Whether the source is a call that gives the cell to the magic, since the kit knows what that does."""


def bare_cell(source: str) -> BaredCell:
    """Strip magics that run their cell as Python, one after the other; make calls of those that the kit follows."""
    while magic := _CELL_MAGIC.match(source):
        name, line, body = magic["magic"], magic["line"], source[magic.end() :]
        above = source[: magic.end()].count("\n")
        if name in _PYTHON_MAGICS:
            source = "\n" * above + body
            continue
        if name in WRITERS or (name in SHELLS and body.strip()):
            arguments = f"{name!r}, {line.strip()!r}, {body.removeprefix(chr(10)).rstrip(chr(10)) + chr(10)!r}"
            return BaredCell("\n" * above + f"get_ipython().run_cell_magic({arguments})", name, above + 1, True)
        return BaredCell(source, name, above + 1)
    return BaredCell(source)


def fill_names(source: str) -> str:
    """Let the names in braces of the lines that the kit follows be read: IPython puts their values there."""

    def filled(call: re.Match[str]) -> str:
        text = ast.literal_eval(call[3])
        written = with_names(text)
        if written == repr(text) or not _follows(
            ast.parse(f"{call[0][: -len(call[3])]}{written})", mode="eval").body
        ):
            return call[0]
        return call[0][: -len(call[3])] + written

    return _CALL.sub(filled, source)


def marked_magics(source: str) -> str:
    """Mark the lines that are magics although they lack the sign."""
    return _AUTOMAGIC.sub(lambda line: f"%{line[0]}", source)


def left_out(nodes: Iterable[ast.AST]) -> Iterator[tuple[int, str]]:
    """Line and text of each magic and shell line that does nothing here, although a definition may need it."""
    for statement in nodes:
        for node in all_nodes(statement):
            line = line_of(node)
            if line is not None and not line.understood and isinstance(node, ast.Call):
                yield node.lineno, _as_written(node)


def _follows(node: ast.AST) -> bool:
    line = line_of(node)
    return line is not None and bool(line.steps)


def _as_written(call: ast.Call) -> str:
    words = [a.value if isinstance(a, ast.Constant) and isinstance(a.value, str) else "…" for a in call.args]
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if method in ("system", "getoutput"):
        return f"!{words[0] if words else ''}"
    if method == "run_cell_magic":
        return f"%%{' '.join(words[:2])}".strip()
    return f"%{' '.join(words)}".strip()
