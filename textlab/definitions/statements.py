"""The module-level statements of a notebook, and what each binds, reads and changes."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from textlab.definitions.binding import (
    all_stored,
    blank_definitions,
    defined,
    import_paths,
    is_deferred,
    likenesses,
    surely_bound,
)
from textlab.definitions.cells import Cell
from textlab.definitions.objects import read_objects
from textlab.definitions.parsing import Budget, Chunk, ParsedCell, parse_cell
from textlab.definitions.scopes import Reads, all_nodes, find_reads, own_nodes, stored_names
from textlab.definitions.shell import is_followed
from textlab.definitions.units import FILES, Reading

MAX_STATEMENTS = 5_000
"""Most statements of one notebook: analysing each takes a tenth of a millisecond."""
MAX_NODES = 20_000
"""Most nodes of one notebook's syntax trees, constants apart: analysing each takes twenty microseconds."""

LONGEST_KEPT = 20_000
"""Characters of the longest cell that is kept for the next notebook."""

# Calls behind which names can be bound or read that no parser sees.
_HIDING = frozenset({"exec", "eval", "globals"})
# Magics whose argument is Python that runs in the notebook's namespace.
_RUNNING_MAGICS = frozenset({"time", "prun"})
# Magics that bring names from elsewhere.
_LOADING_MAGICS = frozenset({"run", "load", "loadpy", "store", "macro", "pylab"})


@dataclass(frozen=True)
class Statement:
    """One module-level statement; an import of several names makes several."""

    cell: int
    line: int
    """First line in the cell, decorators included."""
    source: str
    """The student's text, unchanged; of an import list one name's part."""
    sure: frozenset[str]
    """Names that it binds whenever it runs."""
    perhaps: frozenset[str]
    """Names that it may bind: in blocks, by `+=`, by a dotted import."""
    defines: frozenset[str]
    """Those of them that become functions or classes."""
    imports: frozenset[str]
    """Those of them that an import binds."""
    alias: str | None
    """For `name = other` and `name = other.part`: the right side."""
    now: frozenset[str]
    """Names that it reads when it runs."""
    later: frozenset[str]
    """Names that its functions read when they are called."""
    reading: Reading
    """What it, and the functions that it defines, do with objects."""
    paths: tuple[tuple[str, str], ...]
    """Import paths of the names that it imports."""
    likes: tuple[tuple[str, frozenset[str]], ...]
    """Names that it binds to what is a definition if one of these is; "*" always is."""
    blanks: frozenset[str]
    """Names that it defines without saying what they do."""
    star: bool
    """Whether it may bind any name."""
    star_of: str
    """The module of `from module import *`."""
    simple: bool
    """Whether it is an expression."""
    compound: bool
    """Whether it holds other statements that run with it."""
    deletes: bool
    """Whether it is `del name`."""
    deferred: bool
    """Whether what its functions read is read when somebody calls them, not before."""
    shell: bool
    """Whether it is a simple statement that asks IPython for a magic or a shell line that is not followed."""
    ambient: bool
    """Whether a magic or shell line in it makes a folder or a file, sets a variable or changes the folder."""
    hidden: tuple[str, ...]
    """Calls in it of exec, eval or globals, and magics that load names."""


@dataclass(frozen=True)
class Notebook:
    """What slicing needs of a notebook."""

    statements: tuple[Statement, ...]
    lost: tuple[tuple[str, str], ...]
    """Names that dropped blocks seem to bind, with the reason, in notebook order."""
    problems: tuple[str, ...]
    nodes: int = 0
    """How many nodes their syntax trees have, constants apart."""


def read_statements(cells: Sequence[Cell]) -> Notebook:
    """Parse the cells into statements; never raises, what cannot be read is a problem."""
    statements: list[Statement] = []
    lost: list[tuple[str, str]] = []
    problems: list[str] = []
    budget, nodes = Budget(), 0
    for cell in cells:
        read = _read_plain(cell) if len(cell.source) <= LONGEST_KEPT else None
        if read is None or not budget.take(len(cell.source)):
            read = _read_parsed(cell, parse_cell(cell, budget))
        lost.extend(read.lost)
        problems.extend(read.problems)
        nodes += read.nodes
        statements.extend(read.statements)
        if len(statements) > MAX_STATEMENTS or nodes > MAX_NODES:
            what = f"cell {cell.number} goes beyond {MAX_STATEMENTS} statements"
            what = what if nodes <= MAX_NODES else f"cell {cell.number} goes beyond what can be followed"
            problems.append(f"{what}. What follows is left out. Move data out of the code.")
            break
    return Notebook(tuple(statements), tuple(lost), tuple(problems))


@functools.lru_cache(maxsize=512)
def _read_plain(cell: Cell) -> Notebook | None:
    """Read one cell that parses as it is; None for others.

    Most cells are given, and the same in every notebook of a class.
    """
    parsed = parse_cell(cell, Budget(len(cell.source)))
    return None if parsed.dropped else _read_parsed(cell, parsed)


def _read_parsed(cell: Cell, parsed: ParsedCell) -> Notebook:
    statements: list[Statement] = []
    lost: list[tuple[str, str]] = []
    problems: list[str] = []
    for dropped in parsed.dropped:
        line = f" line {dropped.line}" if dropped.line else ""
        reason = f"cell {cell.number}{line} {dropped.reason}"
        lost.extend((name, reason) for name in dropped.names)
        names = f"The block ({', '.join(dropped.names[:5])})" if dropped.names else "The line"
        problems += [f"{reason}. {names} is left out."] if dropped.told else []
    nodes = 0
    for chunk in parsed.chunks:
        for node in chunk.body:
            size = sum(1 for _ in islice(all_nodes(node), MAX_NODES + 1))
            try:
                if nodes + size > MAX_NODES:
                    raise RecursionError
                made = list(_statements(node, chunk, cell.number))
            except RecursionError:
                what = "is nested too deep" if nodes + size <= MAX_NODES else "is too long to be followed"
                reason = f"cell {cell.number} line {chunk.offset + node.lineno} {what}"
                lost.extend((name, reason) for name in stored_names(node))
                problems.append(f"{reason}. The statement is left out.")
                continue
            nodes += size
            statements.extend(made)
            if len(statements) > MAX_STATEMENTS:
                return Notebook(tuple(statements), tuple(lost), tuple(problems), nodes)
    return Notebook(tuple(statements), tuple(lost), tuple(problems), nodes)


def _statements(node: ast.stmt, chunk: Chunk, cell: int) -> Iterator[Statement]:
    line = chunk.offset + min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    inner = _magic_argument(node)
    if inner is not None:
        tree = ast.parse(inner)
        for child in tree.body:
            yield from _statements(child, Chunk(tuple(tree.body), tuple(inner.encode().split(b"\n")), line - 1), cell)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            single = (
                ast.Import([alias])
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, [alias], node.level)
            )
            text = _text(node, chunk) if len(node.names) == 1 else ast.unparse(single)
            number = chunk.offset + (node if len(node.names) == 1 else alias).lineno
            yield _statement(single, cell, number, text)
    elif isinstance(node, ast.Delete) and len(node.targets) > 1:
        for target in node.targets:
            yield _statement(ast.Delete([target]), cell, line, f"del {ast.unparse(target)}")
    elif isinstance(node, ast.If) and _always_runs(node):
        for child in node.body:
            yield from _statements(child, chunk, cell)
    elif node.col_offset and (indent := _indent(node, chunk)):
        yield _statement(node, cell, line - 1, f"if True:\n{indent}{_text(node, chunk)}")
    else:
        yield _statement(node, cell, line, _text(node, chunk))


def _always_runs(node: ast.If) -> bool:
    """Whether a block of several lines runs in a notebook, and nothing else of its `if` does."""
    test = node.test
    holds = isinstance(test, ast.Constant) and bool(test.value)
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
        holds = sorted(map(ast.unparse, (test.left, test.comparators[0]))) == ["'__main__'", "__name__"]
    return holds and not node.orelse and node.body[0].lineno > node.lineno


def _indent(node: ast.stmt, chunk: Chunk) -> str:
    """The blanks before the line on which a statement of a block starts."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    text = chunk.lines[first - 1]
    return str(text[: len(text) - len(text.lstrip())], "utf-8", "replace")


def _text(node: ast.stmt, chunk: Chunk) -> str:
    """Return the source of a statement from its first decorator on; columns count bytes."""
    decorators = [(d.lineno, max(d.col_offset - 1, 0)) for d in getattr(node, "decorator_list", ())]
    first = min([(node.lineno, node.col_offset), *((line, node.col_offset) for line, _ in decorators)])
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset
    lines = list(chunk.lines[first[0] - 1 : end_line])
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][first[1] :]
    return b"\n".join(lines).decode("utf-8", "replace")


def _statement(node: ast.stmt, cell: int, line: int, source: str) -> Statement:
    hidden = (
        []
        if _executed(node)
        else [called for inner in all_nodes(node) if isinstance(inner, ast.Call) for called in _hidden(inner)]
    )
    nodes = _executed(node) or [_from_main(node)]
    scope = list(own_nodes(nodes))
    ambient = any(is_followed(inner) for inner in scope)
    sure, stored = surely_bound(nodes), {name for inner in scope for name in stored_names(inner)}
    reads = Reads()
    for part in nodes:
        found = find_reads(part)
        reads.now |= found.now | (all_stored([part]) if isinstance(part, ast.Delete) else set())
        reads.later |= found.later
    reading = read_objects(nodes, (cell, line, node.col_offset if hasattr(node, "col_offset") else 0, source[:40]))
    if reading.now.reads_files:
        reads.now.add(FILES)
    if any(unit.reads_files for unit in reading.functions):
        reads.later.add(FILES)
    star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    alone = nodes[0] if len(nodes) == 1 else None
    value = alone.value if isinstance(alone, ast.Assign) and len(alone.targets) == 1 else None
    binds = reading.now.binds
    imports = {name for inner in scope if _is_import(inner) for name in stored_names(inner)}
    return Statement(
        cell=cell,
        line=line,
        source=source,
        sure=frozenset(sure - {"*"}),
        perhaps=frozenset((stored | binds) - sure - {"*"}),
        defines=frozenset(defined(scope)),
        imports=frozenset(imports - {"*"}),
        alias=ast.unparse(value) if isinstance(value, (ast.Name, ast.Attribute)) else None,
        now=frozenset(reads.now),
        later=frozenset(reads.later),
        reading=reading,
        paths=tuple(pair for inner in scope for pair in import_paths(inner)),
        likes=tuple(likenesses(alone)) if alone is not None else (),
        blanks=frozenset(blank_definitions(nodes)),
        star=star or "*" in binds,
        star_of=(node.module or "") if star and isinstance(node, ast.ImportFrom) else "",
        simple=isinstance(node, ast.Expr),
        compound=isinstance(node, (ast.If, ast.For, ast.While, ast.With, ast.Try)) or len(nodes) > 1,
        deletes=isinstance(node, ast.Delete),
        deferred=alone is not None and is_deferred(alone),
        shell=_is_shell(node) and not ambient,
        ambient=ambient,
        hidden=tuple(dict.fromkeys(call for call in hidden if call != "globals()" or not binds or "*" in binds)),
    )


def _is_import(node: ast.AST) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom))


def _executed(node: ast.stmt) -> list[ast.stmt]:
    """The statements of `exec("…")` in the notebook's own namespace; none for anything else."""
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != "exec":
        return []
    text = _constants(call) if len(call.args) == 1 and not call.keywords else []
    try:
        return ast.parse(text[0]).body if text else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _from_main(node: ast.stmt) -> ast.stmt:
    """`from __main__ import a as b` as the assignment that it is in a notebook."""
    if isinstance(node, ast.ImportFrom) and node.module == "__main__" and node.names[0].name != "*":
        alias = node.names[0]
        target = ast.Name(alias.asname or alias.name, ast.Store())
        return ast.Assign([target], ast.Name(alias.name, ast.Load()), lineno=1)
    return node


def _ipython_call(node: ast.AST) -> ast.Call | None:
    """Return a call of a method of get_ipython()."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        source = node.func.value.func
        if isinstance(source, ast.Name) and source.id == "get_ipython":
            return node
    return None


def _is_shell(node: ast.stmt) -> bool:
    simple = isinstance(node, (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign))
    return simple and any(_ipython_call(inner) for inner in own_nodes([node]))


def _constants(call: ast.Call) -> list[str]:
    return [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def _magic_argument(node: ast.stmt) -> str | None:
    """Return the Python text of `%time text` when it parses, else None."""
    call = _ipython_call(node.value) if isinstance(node, ast.Expr) else None
    if call is None or not isinstance(call.func, ast.Attribute) or call.func.attr != "run_line_magic":
        return None
    match _constants(call):
        case [magic, text] if magic in _RUNNING_MAGICS:
            try:
                ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
            return text
    return None


def _hidden(call: ast.Call) -> Iterator[str]:
    if isinstance(call.func, ast.Name) and call.func.id in _HIDING:
        yield f"{call.func.id}()"
    elif (shell := _ipython_call(call)) and (magic := _constants(shell)) and magic[0] in _LOADING_MAGICS:
        yield f"%{magic[0]}"
