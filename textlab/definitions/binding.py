"""What one statement binds, and what kind of thing that is."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from textlab.definitions.known_calls import words
from textlab.definitions.scopes import own_nodes, stored_names

_Definition = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Context managers that let exceptions through: what is bound below them is bound.
_OPEN_MANAGERS = words(
    "no_grad inference_mode enable_grad set_grad_enabled autocast open fork_rng catch_warnings errstate"
)
# Functions that make a function or class of what they are given.
_MAKERS = words("partial partialmethod type vectorize lru_cache cache singledispatch compile jit script")
ANYTHING = "*"
"""Among what a value is like: a definition whatever else there is."""


def surely_bound(nodes: Iterable[ast.stmt]) -> set[str]:
    """The names that these statements bind or unbind whichever way they go, exceptions apart."""
    sure: set[str] = set()
    for node in nodes:
        if isinstance(node, (*_Definition, ast.ImportFrom)):
            sure.update(stored_names(node))
        elif isinstance(node, ast.Import):
            # `import a.b` binds `a`, but to what an earlier `import a` has bound already.
            sure |= {alias.asname or alias.name for alias in node.names if alias.asname or "." not in alias.name}
        elif isinstance(node, (ast.Assign, ast.Delete)):
            sure |= all_stored(node.targets)
        elif isinstance(node, ast.AnnAssign) and node.value:
            sure |= all_stored([node.target])
        elif isinstance(node, ast.If):
            sure |= surely_bound(node.body) & surely_bound(node.orelse)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            sure |= all_stored(item.optional_vars for item in node.items if item.optional_vars)
            if all(_lets_through(item.context_expr) for item in node.items):
                sure |= surely_bound(node.body)
        elif isinstance(node, ast.Try):
            outcomes = [[*node.body, *node.orelse], *(handler.body for handler in node.handlers)]
            sure |= set.intersection(*(surely_bound(outcome) for outcome in outcomes))
            sure |= surely_bound(node.finalbody)
    return sure


def all_stored(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that these nodes bind in their scope."""
    return {name for inner in own_nodes(nodes) for name in stored_names(inner)}


def defined(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that become functions or classes, of all nodes of a scope."""
    names: set[str] = set()
    for inner in nodes:
        if isinstance(inner, _Definition):
            names.add(inner.name)
        elif isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Lambda):
            names |= all_stored(inner.targets)
    return names


def blank_definitions(nodes: Iterable[ast.stmt]) -> set[str]:
    """The functions that say nothing of what they do, and classes with such a method."""
    return {node.name for node in nodes if isinstance(node, _Definition) and _is_blank(node)}


def likenesses(node: ast.AST) -> Iterator[tuple[str, frozenset[str]]]:
    """Names that an assignment binds to a definition if one of some other names is one."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=False))
        for name, value in pairs:
            if isinstance(name, ast.Name) and (like := _like(value)):
                yield name.id, frozenset(like)


def import_paths(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Names that an import binds, with what they stand for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name != "*":
                yield alias.asname or alias.name, f"{module}.{alias.name}"


def is_deferred(node: ast.stmt) -> bool:
    """Whether nothing inside a definition's functions runs before somebody calls them."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return not node.decorator_list
    if not isinstance(node, ast.ClassDef) or node.decorator_list or node.keywords:
        return False
    return not any(isinstance(inner, (ast.Call, ast.Await)) for inner in own_nodes(node.body))


def _lets_through(manager: ast.expr) -> bool:
    function = manager.func if isinstance(manager, ast.Call) else manager
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _OPEN_MANAGERS


def _is_blank(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    body = [part for part in node.body if not isinstance(part, ast.Pass) and not _is_text(part)]
    if isinstance(node, ast.ClassDef):
        return all(isinstance(part, _Definition[:2]) and _is_blank(part) for part in body) or any(
            isinstance(part, _Definition[:2]) and _gives_up(part.body[-1]) for part in body
        )
    return not body or _gives_up(body[-1])


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _gives_up(node: ast.stmt) -> bool:
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _like(value: ast.AST) -> set[str]:
    if isinstance(value, ast.Name):
        return {value.id}
    if isinstance(value, ast.Lambda):
        return {ANYTHING}
    if isinstance(value, ast.IfExp):
        return _like(value.body) | _like(value.orelse)
    if isinstance(value, ast.BoolOp):
        return set().union(*map(_like, value.values))
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        arguments = [*value.args, *(keyword.value for keyword in value.keywords)]
        return {ANYTHING} if name in _MAKERS else {part.id for part in arguments if isinstance(part, ast.Name)}
    return set()
