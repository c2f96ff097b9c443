"""Tells code that was handed out from code that a student has written: blanks still hold None, pass or raise."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from textlab.definitions.scopes import all_nodes
from textlab.definitions.slicing import Piece

EMBEDDING = ("Embedding",)
"""What a hand-out usually makes for its networks itself."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_blank(program: Sequence[Piece], name: str, given: Collection[str] = EMBEDDING) -> bool:
    """Tell whether what a program defines as `name` is as it was handed out.

    A function is blank when it holds placeholders only. A class is blank when something in it is still a placeholder
    and its constructor makes nothing but the layers of `given`, which hand-outs make themselves. A definition that a
    later statement of the program replaces or completes is not blank.
    """
    definition: ast.stmt | None = None
    for piece in program:
        try:
            statements = ast.parse(piece.source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for statement in statements:
            if _defines(statement, name):
                definition = statement
            elif definition is not None and _stores(statement, name):
                return False
    if isinstance(definition, ast.ClassDef):
        return _is_blank_class(definition, frozenset(given))
    return isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)) and _is_empty(definition.body)


def count_blanks(definition: ast.ClassDef | Function) -> int:
    """Count the functions that hold placeholders only, or raise NotImplementedError beside other code.

    A class that holds placeholders only has one blank.
    """
    if isinstance(definition, ast.ClassDef) and _is_empty(definition.body):
        return 1
    functions = [node for node in all_nodes(definition) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return sum(_is_empty(function.body) or any(map(_raises, function.body)) for function in functions)


def _defines(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and statement.name == name


def _stores(statement: ast.stmt, name: str) -> bool:
    """Whether a statement binds the name anew, stores to its attributes, or hands it to a call or a decorator."""
    for node in all_nodes(statement):
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_name(node.value, name):
            return True
    if isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        calls = [node for node in statement.decorator_list if isinstance(node, ast.Call)]
    else:
        calls = [node for node in all_nodes(statement) if isinstance(node, ast.Call)]
        calls = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "setattr"]
    return any(_is_name(argument, name) for call in calls for argument in call.args)


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_blank_class(definition: ast.ClassDef, given: frozenset[str]) -> bool:
    bases = {ast.unparse(base).rsplit(".", 1)[-1] for base in definition.bases}
    if _is_empty(definition.body):
        return bases <= {"Module", "object"}  # an empty subclass is what its base is
    functions = [node for node in definition.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    makes = any(function.name == "__init__" and _makes_something(function, given) for function in functions)
    return not makes and any(_has_placeholder(function) for function in functions)


def _is_empty(body: Sequence[ast.stmt]) -> bool:
    """Whether statements do nothing but stand for what is to be written."""
    unset = {target for statement in body for target in _unset(statement)}
    return all(_is_placeholder(statement, unset) for statement in body)


def _is_placeholder(statement: ast.stmt, unset: Collection[str]) -> bool:
    """Whether a statement is a docstring, pass, a raise of NotImplementedError, `x = None`, or returns that x."""
    if isinstance(statement, ast.Pass) or any(_unset(statement)):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if _raises(statement):
        return True
    if isinstance(statement, ast.Return):
        values = statement.value.elts if isinstance(statement.value, ast.Tuple) else [statement.value]
        return all(_is_nothing(value) or ast.unparse(value) in unset for value in values if value is not None)
    return False


def _raises(statement: ast.stmt) -> bool:
    """Whether a statement is a raise of NotImplementedError."""
    if not isinstance(statement, ast.Raise):
        return False
    raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
    return isinstance(raised, ast.Name) and raised.id in ("NotImplementedError", "NotImplemented")


def _is_nothing(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and (value.value is None or value.value is ...))


def _unset(statement: ast.stmt) -> Iterator[str]:
    """Yield the targets of `x = None`, `self.x = ...`, `x = y = None` and `x, y = None, None`."""
    if isinstance(statement, ast.AnnAssign):
        targets: list[ast.expr] = [statement.target]
        value = statement.value
        if value is None:
            return
    elif isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    else:
        return
    values = value.elts if isinstance(value, ast.Tuple) else [value]
    if all(_is_nothing(each) for each in values):
        for target in targets:
            parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            yield from (ast.unparse(part) for part in parts)


def _has_placeholder(function: Function) -> bool:
    """Whether something in a method is not written: all of it, a raise, or a name that is only ever None."""
    if _is_empty(function.body):
        return True
    if any(map(_raises, function.body)):
        return True
    nodes = list(all_nodes(function))
    unset = {target for node in nodes if isinstance(node, ast.stmt) for target in _unset(node)}
    stores = [node for node in nodes if isinstance(getattr(node, "ctx", None), ast.Store)]
    texts = [ast.unparse(node) for node in stores if isinstance(node, (ast.Name, ast.Attribute))]
    return any(texts.count(target) == 1 for target in unset)


def _makes_something(function: Function, given: frozenset[str]) -> bool:
    """Whether a constructor calls anything that a hand-out does not call itself."""
    calls = {_called(node) for node in all_nodes(function) if isinstance(node, ast.Call)}
    return bool(calls - given - {"super", "__init__", "len", "int", "float", "bool", "NotImplementedError"})


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
