"""Which module-level names a statement reads at once, and which its functions read later."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

_Function = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Comprehension = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass
class Reads:
    """Module-level names that a statement reads."""

    now: set[str] = field(default_factory=set)
    """Read when the statement runs: also decorators, defaults, annotations, base classes, class bodies."""
    later: set[str] = field(default_factory=set)
    """Read when a function that it defines is called."""


@dataclass(frozen=True, eq=False)
class Scope:
    """A scope."""

    kind: str
    """module, function, class or comprehension."""
    names: set[str]
    """Names that are local to it; empty for the module."""
    globals: frozenset[str]
    """Names that it declares global."""
    above: Scope | None
    id: tuple[object, ...] = ()
    """Tells it from all others."""

    @property
    def in_function(self) -> bool:
        """Whether it is the scope of a function, or inside one."""
        at: Scope | None = self
        while at:
            if at.kind == "function":
                return True
            at = at.above
        return False

    def find(self, name: str) -> tuple[object, ...]:
        """Where a name is looked up from here: ("local", scope, name) or ("global", name)."""
        at: Scope | None = self
        while at:
            if name in at.globals:
                break
            # A class's names are seen in its body alone, not in its methods and comprehensions.
            if name in at.names and (at.kind != "class" or at is self):
                return ("local", at.id, name)
            at = at.above
        return ("global", name)


def find_reads(statement: ast.stmt) -> Reads:
    """Return what a module-level statement reads; raises RecursionError when it is nested too deep."""
    reads = Reads()
    _visit([statement], None, reads)
    return reads


def own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of one scope: of a nested function, class or comprehension only what runs outside it.

    A nested scope is yielded itself, then its decorators, defaults, bases, or first iterable.
    """
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(_OUTER_PARTS.get(type(node), child_nodes)(node)))


def all_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and everything below it, what is near first."""
    queue = deque([node])
    while queue:
        node = queue.popleft()
        yield node
        queue.extend(child_nodes(node))


def child_nodes(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return what ast.iter_child_nodes yields, without constants and nodes that have no parts (`Load`, `Add`)."""
    known: tuple[ast.AST, ...] | None = node.__dict__.get("_children")
    if known is not None:
        return known
    found: list[ast.AST] = []
    for value in node.__dict__.values():
        if isinstance(value, ast.AST):
            if value._fields and type(value) is not ast.Constant:
                found.append(value)
        elif type(value) is list:
            found.extend(
                part
                for part in value
                if isinstance(part, ast.AST) and part._fields and type(part) is not ast.Constant
            )
    # Several passes go over each tree.
    node._children = tuple(found)  # type: ignore[attr-defined]
    return node._children  # type: ignore[attr-defined, no-any-return]


def _outside_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.AST]:
    annotated = [
        *node.args.posonlyargs,
        *node.args.args,
        *node.args.kwonlyargs,
        node.args.vararg,
        node.args.kwarg,
    ]
    annotations = [arg.annotation for arg in annotated if arg and arg.annotation]
    returns = [node.returns] if node.returns else []
    return [*node.decorator_list, *_defaults(node.args), *annotations, *returns]


def _defaults(arguments: ast.arguments) -> list[ast.AST]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default)]


_OUTER_PARTS: dict[type[ast.AST], Callable[[Any], Sequence[ast.AST]]] = {
    ast.Lambda: lambda node: _defaults(node.args),
    ast.FunctionDef: _outside_function,
    ast.AsyncFunctionDef: _outside_function,
    ast.ClassDef: lambda node: [*node.decorator_list, *node.bases, *node.keywords],
    **dict.fromkeys(_Comprehension, lambda node: [node.generators[0].iter]),
}
"""By kind of node, the parts that belong to the scope that it is in; of all others every part does."""


def stored_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that this node, its children left aside, binds in its scope."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, _Comprehension):
        # A walrus in a comprehension binds in the scope around it.
        yield from _walrus_names(node)


def _walrus_names(comprehension: ast.AST) -> tuple[str, ...]:
    """The names that `:=` binds anywhere in a comprehension, looked for once in each."""
    known: tuple[str, ...] | None = comprehension.__dict__.get("_walrus")
    if known is None:
        found: dict[str, None] = {}
        queue = deque(child_nodes(comprehension))
        while queue:
            node = queue.popleft()
            if isinstance(node, _Comprehension):
                found.update(dict.fromkeys(_walrus_names(node)))
                continue
            if isinstance(node, ast.NamedExpr):
                found[node.target.id] = None
            queue.extend(child_nodes(node))
        known = comprehension._walrus = tuple(found)  # type: ignore[attr-defined]
    return known


def local_names(
    function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
) -> tuple[set[str], frozenset[str]]:
    """Return the local names of a function, and those that it declares global."""
    args = function.args
    local = {arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)}
    local |= {arg.arg for arg in (args.vararg, args.kwarg) if arg}
    declared: set[str] = set()
    free: set[str] = set()
    body = [function.body] if isinstance(function, ast.Lambda) else function.body
    for node in own_nodes(body):
        local.update(stored_names(node))
        if isinstance(node, ast.Global):
            declared.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            free.update(node.names)
    return local - declared - free, frozenset(declared)


def _type_parameters(node: ast.AST) -> set[str]:
    return {parameter.name for parameter in getattr(node, "type_params", ())}


def _visit(nodes: Iterable[ast.AST], scope: Scope | None, reads: Reads) -> None:
    for node in own_nodes(nodes):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            _read(node.id, scope, reads)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            _read(node.target.id, scope, reads)
        elif isinstance(node, _Function):
            local, declared = local_names(node)
            inner = Scope("function", local | _type_parameters(node), declared, scope)
            _visit([node.body] if isinstance(node, ast.Lambda) else node.body, inner, reads)
        elif isinstance(node, ast.ClassDef):
            inner = Scope("class", _type_parameters(node), frozenset(), scope)
            for statement in node.body:
                _visit([statement], inner, reads)
                # A class body reads the name outside until it has bound its own: `size = size`.
                for bound in own_nodes([statement]):
                    inner.names.update(stored_names(bound))
        elif isinstance(node, _Comprehension):
            targets = {
                name for part in node.generators for inner in own_nodes([part.target]) for name in stored_names(inner)
            }
            inner = Scope("comprehension", targets, frozenset(), scope)
            values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            conditions = [condition for part in node.generators for condition in part.ifs]
            _visit([*values, *conditions, *(part.iter for part in node.generators[1:])], inner, reads)


def _read(name: str, scope: Scope | None, reads: Reads) -> None:
    """Look a name up from a scope outwards; note it when it is the module's."""
    later = False
    at = scope
    while at:
        later = later or at.kind == "function"
        # A class's names are seen in its body alone, not in its methods and comprehensions.
        visible = at.kind != "class" or at is scope
        if name in at.globals:
            break
        if visible and name in at.names:
            return
        at = at.above
    while at:
        later = later or at.kind == "function"
        at = at.above
    (reads.later if later else reads.now).add(name)
