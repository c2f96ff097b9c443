"""The module-level statements of a notebook, and what each binds, reads and changes."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from textlab.definitions.cells import Cell
from textlab.definitions.effects import Effects, FunctionEffects, find_effects, find_functions
from textlab.definitions.parsing import Budget, Chunk, ParsedCell, parse_cell
from textlab.definitions.scopes import all_nodes, find_reads, own_nodes, stored_names
from textlab.definitions.shell import is_followed

MAX_STATEMENTS = 50_000
"""Most statements of one notebook: analysing each takes a tenth of a millisecond."""

LONGEST_KEPT = 20_000
"""Characters of the longest cell that is kept for the next notebook."""

_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
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
    effects: Effects
    """What it changes in place when it runs."""
    star: bool
    """Whether it imports everything from a module."""
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
    functions: tuple[FunctionEffects, ...]
    lost: tuple[tuple[str, str], ...]
    """Names that dropped blocks seem to bind, with the reason, in notebook order."""
    problems: tuple[str, ...]


def read_statements(cells: Sequence[Cell]) -> Notebook:
    """Parse the cells into statements; never raises, what cannot be read is a problem."""
    statements: list[Statement] = []
    functions: list[FunctionEffects] = []
    lost: list[tuple[str, str]] = []
    problems: list[str] = []
    budget = Budget()
    for cell in cells:
        read = _read_plain(cell) if len(cell.source) <= LONGEST_KEPT else None
        if read is None or not budget.take(len(cell.source)):
            read = _read_parsed(cell, parse_cell(cell, budget))
        functions.extend(read.functions)
        lost.extend(read.lost)
        problems.extend(read.problems)
        statements.extend(read.statements)
        if len(statements) > MAX_STATEMENTS:
            what = f"cell {cell.number} goes beyond {MAX_STATEMENTS} statements"
            problems.append(f"{what}. What follows is left out. Move data out of the code.")
            break
    return Notebook(tuple(statements), tuple(functions), tuple(lost), tuple(problems))


@functools.lru_cache(maxsize=512)
def _read_plain(cell: Cell) -> Notebook | None:
    """Read one cell that parses as it is; None for others.

    Most cells are given, and the same in every notebook of a class.
    """
    parsed = parse_cell(cell, Budget(len(cell.source)))
    return None if parsed.dropped else _read_parsed(cell, parsed)


def _read_parsed(cell: Cell, parsed: ParsedCell) -> Notebook:
    statements: list[Statement] = []
    functions: list[FunctionEffects] = []
    lost: list[tuple[str, str]] = []
    problems: list[str] = []
    for dropped in parsed.dropped:
        line = f" line {dropped.line}" if dropped.line else ""
        reason = f"cell {cell.number}{line} {dropped.reason}"
        lost.extend((name, reason) for name in dropped.names)
        names = f"The block ({', '.join(dropped.names[:5])})" if dropped.names else "The line"
        problems += [f"{reason}. {names} is left out."] if dropped.told else []
    for chunk in parsed.chunks:
        for node in chunk.body:
            try:
                made = list(_statements(node, chunk, cell.number))
                functions.extend(find_functions(node))
            except RecursionError:
                reason = f"cell {cell.number} line {chunk.offset + node.lineno} is nested too deep"
                lost.extend((name, reason) for name in stored_names(node))
                problems.append(f"{reason}. The statement is left out.")
                continue
            statements.extend(made)
            if len(statements) > MAX_STATEMENTS:
                return Notebook(tuple(statements), tuple(functions), tuple(lost), tuple(problems))
    return Notebook(tuple(statements), tuple(functions), tuple(lost), tuple(problems))


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
    else:
        yield _statement(node, cell, line, _text(node, chunk))


def _text(node: ast.stmt, chunk: Chunk) -> str:
    """Return the source of a statement from its first decorator on; columns count bytes."""
    first = min([(node.lineno, node.col_offset), *((d.lineno, 0) for d in getattr(node, "decorator_list", ()))])
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset
    lines = list(chunk.lines[first[0] - 1 : end_line])
    lines[-1] = lines[-1][:end_column]
    lines[0] = lines[0][first[1] :]
    return b"\n".join(lines).decode("utf-8", "replace")


def _statement(node: ast.stmt, cell: int, line: int, source: str) -> Statement:
    sure = _surely_bound([node])
    # `del name` binds nothing.
    perhaps = set() if isinstance(node, ast.Delete) else _stored([node])
    defines: set[str] = set()
    imports: set[str] = set()
    hidden: list[str] = []
    for inner in own_nodes([node]):
        if isinstance(inner, _Definition):
            defines.add(inner.name)
        elif isinstance(inner, (ast.Import, ast.ImportFrom)):
            imports.update(stored_names(inner))
        elif isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Lambda):
            defines.update(name for target in inner.targets for name in stored_names(target))
    for inner in all_nodes(node):
        if isinstance(inner, ast.Call):
            hidden.extend(_hidden(inner))
    ambient = any(is_followed(inner) for inner in own_nodes([node]))
    reads = find_reads(node)
    star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    value = node.value if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    return Statement(
        cell=cell,
        line=line,
        source=source,
        sure=frozenset(sure - {"*"}),
        perhaps=frozenset(perhaps - sure),
        defines=frozenset(defines),
        imports=frozenset(imports - {"*"}),
        alias=ast.unparse(value) if isinstance(value, (ast.Name, ast.Attribute)) else None,
        now=frozenset(reads.now),
        later=frozenset(reads.later),
        effects=find_effects([node]),
        star=star,
        shell=_is_shell(node) and not ambient,
        ambient=ambient,
        hidden=tuple(dict.fromkeys(hidden)),
    )


def _surely_bound(nodes: Iterable[ast.stmt]) -> set[str]:
    """Return the names that these statements bind whichever way they go, exceptions apart."""
    sure: set[str] = set()
    for node in nodes:
        if isinstance(node, (*_Definition, ast.ImportFrom)):
            sure.update(stored_names(node))
        elif isinstance(node, ast.Import):
            # `import a.b` binds `a`, but to what an earlier `import a` has bound already.
            sure |= {alias.asname or alias.name for alias in node.names if alias.asname or "." not in alias.name}
        elif isinstance(node, ast.Assign):
            sure |= _stored(node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value:
            sure |= _stored([node.target])
        elif isinstance(node, ast.If):
            sure |= _surely_bound(node.body) & _surely_bound(node.orelse)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            sure |= _stored(item.optional_vars for item in node.items if item.optional_vars)
            sure |= _surely_bound(node.body)
        elif isinstance(node, ast.Try):
            outcomes = [[*node.body, *node.orelse], *(handler.body for handler in node.handlers)]
            sure |= set.intersection(*(_surely_bound(outcome) for outcome in outcomes))
            sure |= _surely_bound(node.finalbody)
    return sure


def _stored(nodes: Iterable[ast.AST]) -> set[str]:
    return {name for inner in own_nodes(nodes) for name in stored_names(inner)}


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
