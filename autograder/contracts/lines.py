"""Which line of a TOML file an entry stands on, for errors: the parser itself only tells for its own errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_TABLE = re.compile(r"^\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?$")
_ENTRY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


class ContractError(ValueError):
    """A contract that is not right; the text names file, line and remedy."""

    def __init__(self, path: Path, source: str, entry: Sequence[str], fault: str) -> None:
        super().__init__(f"{path}, line {line_of(source, entry)}: {fault}")


def line_of(source: str, entry: Sequence[str]) -> int:
    """The line, from 1, of the entry with these keys; of what it stands in where it has no line of its own."""
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(source.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = _keys(header[1])
            lines.setdefault(table, number)
        elif found := _ENTRY.match(line):
            lines.setdefault((*table, *_keys(found[1])), number)
    wanted = tuple(entry)
    while wanted:
        if wanted in lines:
            return lines[wanted]
        below = [line for keys, line in lines.items() if keys[: len(wanted)] == wanted]
        if below:
            return min(below)
        wanted = wanted[:-1]
    return 1


def _keys(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(text))
