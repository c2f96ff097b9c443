"""Parse a cell; repair it where the parser complains; drop a broken top-level block, never the cell."""

from __future__ import annotations

import ast
import functools
import re
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from textlab.definitions.cells import Cell
from textlab.definitions.magics import bare_cell, fill_names, left_out, marked_magics
from textlab.definitions.newer_python import needed_version, written_in
from textlab.definitions.shown import shown

# No two parts of a branch can match the same blanks: a line of blanks must not take quadratic time.
_MAGIC_LINE = re.compile(r"^[ \t]*(?:[%!?,;/]|>>>|In \[)|^[^#\n]*(?:=[ \t]*[%!]|\?[ \t]*$)", re.MULTILINE)
_INVISIBLE = {ord(c): " " for c in "\u00a0\u1680\u2007\u202f\u205f\u3000"} | {
    ord(c): None for c in "\u200b\u200c\u200d\u2060\ufeff"
}
_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b|[)\]}]")
_BINDING = re.compile(r"^(?:(?:async +)?def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_BINDING_INSIDE = re.compile(
    r"^[ \t]*(?:(?:(?:async +)?def|class)[ \t]+(\w+)|(?:type[ \t]+)?(\w+)(?:\[[^\n=]*\])?[ \t]*(?::[^=\n]*)?=(?!=))",
    re.MULTILINE,
)
_DEFINITION = re.compile(r"\s*(?:@|async|def|class)\b")
_OPEN_END = re.compile("never closed|unterminated|EOF|unexpected end")
# Comments, strings that may lack their end, brackets, and line ends that do not end a line.
_LEXEME = re.compile(
    r"#[^\n]*|\"{3}(?s:[^\\]|\\.)*?(?:\"{3}|\Z)|'{3}(?s:[^\\]|\\.)*?(?:'{3}|\Z)"
    r"|\"(?:[^\"\\\n]|\\(?s:.))*\"?|'(?:[^'\\\n]|\\(?s:.))*'?|\\\n\s*|[()\[\]{}]"
)

MAX_EFFORT = 3_000_000
"""Characters that the repairs of one notebook may parse: one made to be slow is cut, not waited for."""
KEPT_SOURCE = 600_000
"""Characters of code whose syntax trees are kept for the next step that reads them."""
MAX_BLOCKS = 2_000
"""Blocks of a cell that does not parse as a whole: what follows them is left out."""
TRANSFORM_EFFORT = 6
"""Cost of IPython's transformation, for every magic and character, in characters parsed."""
MAX_MAGICS = 30
"""Magics that are transformed at once; IPython reads the text again for each. A cell of more is taken by blocks."""
MAX_EXTENSIONS = 30
"""Blocks after an unclosed bracket or string in which its end is looked for."""


@dataclass(frozen=True)
class Chunk:
    """A parsed stretch of a cell."""

    body: tuple[ast.stmt, ...]
    lines: tuple[bytes, ...]
    """The text that was parsed, in UTF-8, which the columns of `body` count."""
    offset: int
    """Lines of the cell before the chunk."""


@dataclass(frozen=True)
class Dropped:
    """A stretch of a cell that is left out."""

    line: int
    """Line of the cell, from 1, that the parser complained about; 0 for the whole cell."""
    reason: str
    names: tuple[str, ...]
    """Top-level names that it seems to bind."""
    told: bool = True
    """Whether it is a problem of the notebook, and not only the reason of a name that is missing."""


@dataclass(frozen=True)
class ParsedCell:
    """What could be parsed of a cell, and what could not."""

    chunks: tuple[Chunk, ...]
    dropped: tuple[Dropped, ...]


class Budget:
    """Effort left for the repairs of one notebook."""

    def __init__(self, effort: int = MAX_EFFORT) -> None:
        self._left = effort

    def take(self, effort: int) -> bool:
        """Spend `effort` and return True, or return False when less is left."""
        if effort > self._left:
            return False
        self._left -= effort
        return True


def parse_cell(cell: Cell, budget: Budget) -> ParsedCell:
    """Parse a cell; never raises.

    Repairs are tried in turn: magics and shell lines become calls of `get_ipython()`, as in IPython;
    invisible spaces become spaces; a common indentation goes; tabs become spaces. Lines keep their
    numbers. What still does not parse is dropped by top-level blocks.
    """
    source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
    if cell.kind != "code":
        names = _bound_names(source)
        held = re.search(r"^(?:(?:async +)?def|class)[ \t]+\w+", source, re.MULTILINE)
        reason = f"is a text cell ({cell.kind}) that holds {held[0] if held else names}"
        return ParsedCell((), (Dropped(0, reason, names),))
    bared = bare_cell(source)
    dropped: tuple[Dropped, ...] = ()
    if bared.magic and (names := _bound_names(source)):
        reason = f"the cell is given to %%{bared.magic} and not run as Python"
        dropped = (Dropped(bared.line, reason, names, told=not bared.is_call),)
    if bared.magic and not bared.is_call:
        return ParsedCell((), dropped)
    tree = _parse_repaired(bared.source, budget)
    if isinstance(tree, _Tree):
        return ParsedCell((Chunk(tree.body, tree.lines, 0),), (*dropped, *_not_followed(tree, 0)))
    return _parse_blocks(bared.source, budget, cell.python)


def _not_followed(tree: _Tree, offset: int) -> tuple[Dropped, ...]:
    """The magics and shell lines that do nothing here, as blocks that are left out."""
    if not any(b"get_ipython()" in line for line in tree.lines):
        return ()
    lines = left_out(tree.body)
    return tuple(Dropped(offset + line, f"is not run: {shown(text, 60)}", ()) for line, text in lines)


@dataclass(frozen=True)
class _Tree:
    body: tuple[ast.stmt, ...]
    lines: tuple[bytes, ...]


_trees: dict[str, _Tree] = {}
"""Of the notebook that is read now: several steps look at its cells."""


def _parse(source: str) -> _Tree:
    tree = _trees.get(source)
    if tree is None:
        tree = _parsed(source)
        if sum(map(len, _trees)) + len(source) > KEPT_SOURCE:
            _trees.clear()
        _trees[source] = tree
    return tree


def _parsed(source: str) -> _Tree:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(source).body
    return _Tree(tuple(body), tuple(source.encode("utf-8").split(b"\n")))


def _parse_repaired(source: str, budget: Budget) -> _Tree | SyntaxError:
    """Return the tree after as few repairs as it takes, or the complaint that is left."""
    complaint = SyntaxError("too long to be repaired", ("", 1, 1, ""))
    repaired = source
    for repair in (_as_it_is, _plain_spaces, _ipython_calls, _dedent, _automagics, _tabs_of_8, _tabs_of_4):
        if repair is _ipython_calls:
            # IPython reads the whole text again for every line that it changes.
            magics = len(_MAGIC_LINE.findall(repaired))
            effort = TRANSFORM_EFFORT * (magics + 1) * (len(repaired) + 1000)
            if not 0 < magics <= MAX_MAGICS or not budget.take(effort):
                continue
        candidate = repair(repaired)
        if (candidate == repaired and repair is not _as_it_is) or not budget.take(len(candidate)):
            continue
        try:
            return _parse(candidate)
        except SyntaxError as error:
            if repair not in (_tabs_of_8, _tabs_of_4):
                complaint, repaired = error, candidate
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            reason = str(error) if isinstance(error, ValueError) else "nested too deep"
            return SyntaxError(reason, ("", 1, 1, ""))
    return complaint


def _as_it_is(source: str) -> str:
    return source


def _plain_spaces(source: str) -> str:
    return source.translate(_INVISIBLE)


def _dedent(source: str) -> str:
    return textwrap.dedent(source)


def _automagics(source: str) -> str:
    marked = marked_magics(source)
    return source if marked == source or marked.count("\n%") > MAX_MAGICS else _ipython_calls(marked)


def _tabs_of_8(source: str) -> str:
    return source.expandtabs(8)


def _tabs_of_4(source: str) -> str:
    return source.expandtabs(4)


@functools.cache
def _transform() -> Callable[[str], str]:
    # Importing IPython takes half a second, and most notebooks do not need it.
    from IPython.core.inputtransformer2 import TransformerManager

    manager = TransformerManager()  # type: ignore[no-untyped-call, unused-ignore]
    transform: Callable[[str], str] = manager.transform_cell
    return transform


def _ipython_calls(source: str) -> str:
    """Return the source with magics and shell lines as calls; every line keeps its number."""
    body = source.lstrip("\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            changed = fill_names(_transform()(body)).split("\n")
    except Exception:  # IPython raises whatever its tokenizer does; the text then stays as it is
        return source
    # IPython joins the lines of a magic that ends in a backslash, and drops leading blank lines.
    before = body.split("\n")
    blank = next((index for index, line in enumerate(before) if line.strip()), 0)
    result = [""] * (len(source) - len(body) + blank)
    index = blank
    for line in changed:
        result.append(line)
        if "get_ipython()" in line and index < len(before) and line.strip() != before[index].strip():
            while index + 1 < len(before) and before[index].rstrip().endswith("\\"):
                result.append("")
                index += 1
        index += 1
    return "\n".join(result)


def _parse_blocks(source: str, budget: Budget, written_with: tuple[int, ...]) -> ParsedCell:
    """Parse block by block: from a line at the margin to the next."""
    lines = source.split("\n")
    starts = [*_block_starts(lines), len(lines)]
    chunks: list[Chunk] = []
    dropped: list[Dropped] = []
    at = 0
    while at < len(starts) - 1:
        begin = starts[at]
        if at >= MAX_BLOCKS:
            rest = "\n".join(lines[begin:])
            dropped.append(Dropped(begin + 1, "is one of too many blocks to be repaired", _bound_names(rest)))
            break
        found = _parse_open_block(lines, starts, at, budget)
        if isinstance(found, SyntaxError):
            at += 1
            block = lines[begin : starts[at]]
            line = begin + max(1, min(found.lineno or 1, len(block)))
            newer = needed_version("\n".join(block), budget.take) or ""
            if not newer and written_with > sys.version_info[:2]:
                newer = written_in(written_with)
            why = newer or f"does not parse: {shown(str(found.msg))}"
            reason = f"{why}, in: {shown(lines[line - 1].strip(), 60)}"
            dropped.append(Dropped(line, reason, _bound_names("\n".join(block))))
        else:
            at, tree = found
            chunks.append(Chunk(tree.body, tree.lines, begin))
            dropped += _not_followed(tree, begin)
    return ParsedCell(tuple(chunks), tuple(dropped))


def _parse_open_block(
    lines: list[str], starts: list[int], at: int, budget: Budget
) -> tuple[int, _Tree] | SyntaxError:
    """Parse the block at `starts[at]`, with those up to where its brackets and strings are closed if they are open.

    Returns the index of the next block and the tree, or the first complaint.
    """
    tree = _parse_repaired("\n".join(lines[starts[at] : starts[at + 1]]), budget)
    if isinstance(tree, _Tree):
        return at + 1, tree
    end = _closed_at(lines, starts, at, budget) if _OPEN_END.search(str(tree.msg)) else at
    if end > at + 1:
        extended = _parse_repaired("\n".join(lines[starts[at] : starts[end]]), budget)
        if isinstance(extended, _Tree):
            return end, extended
    return tree


def _closed_at(lines: list[str], starts: list[int], at: int, budget: Budget) -> int:
    """The index of the first block after `at` before which no bracket or string is open; `at` when there is none."""
    blocks = ["\n".join(lines[begin:end]) for begin, end in pairwise(starts[at : at + 1 + MAX_EXTENSIONS])]
    ends = list(accumulate(len(block) + 1 for block in blocks))
    if not budget.take(ends[-1]):
        return at
    past = depth = 0
    for lexeme in _LEXEME.finditer("\n".join([*blocks, ""])):
        while ends[past] <= lexeme.start():
            past += 1
            if not depth:
                return at + past
        # A string, or a line that goes on, can take the ends of blocks with it.
        while past < len(ends) and ends[past] <= lexeme.end():
            past += 1
        if past == len(ends):
            return at
        depth = max(0, depth + (lexeme[0] in "([{") - (lexeme[0] in ")]}"))
    return at if depth else at + past + 1


def _block_starts(lines: list[str]) -> Iterator[int]:
    """Yield the lines where a top-level block begins; decorators and `else` belong to their blocks."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    decorated = False
    for number, line in enumerate(lines):
        if number != first and (not line.strip() or line[0] in " \t#\u00a0" or _CONTINUES.match(line)):
            continue
        if not decorated:
            yield number
        decorated = line.startswith("@")


def _bound_names(source: str) -> tuple[str, ...]:
    binding = _BINDING if _DEFINITION.match(source) else _BINDING_INSIDE
    return tuple(dict.fromkeys(match[1] or match[2] for match in binding.finditer(source)))
