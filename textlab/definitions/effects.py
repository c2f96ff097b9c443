"""What statements change in place: by parts, by in-place calls, by the notebook's own functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from textlab.definitions.scopes import all_nodes, child_nodes, local_names

# Methods that change their object although no underscore says so.
_CHANGES_RECEIVER = frozenset({"append", "extend", "insert", "add", "update", "setdefault", "apply"})
# Limits that no honest notebook meets, so that a hostile one takes seconds and not hours.
_MAX_ROUNDS = 10
_MAX_SAME_NAME = 8
_MAX_CHANGED = 100


@dataclass(frozen=True)
class Call:
    """A call, as far as names tell."""

    function: str
    """Name of the function or method."""
    receiver: str | None
    """Name that the method's object starts from; None for a plain function."""
    arguments: tuple[str | None, ...]
    """Names that the positional arguments start from."""
    keywords: tuple[tuple[str, str], ...]
    """Keyword and the name that its argument starts from."""


@dataclass(frozen=True)
class Effects:
    """What a stretch of code changes."""

    parts: frozenset[str]
    """Names whose attributes or items are assigned or deleted."""
    calls: tuple[Call, ...]


@dataclass(frozen=True, eq=False)
class FunctionEffects:
    """What calling one of the notebook's own functions or methods changes."""

    name: str
    is_method: bool
    parameters: tuple[str, ...]
    local: frozenset[str]
    declared: frozenset[str]
    """Names that it binds as globals."""
    effects: Effects


def root(node: ast.AST | None) -> str | None:
    """Return the name that `model.fc.weight[0]` or `model.part().data` starts from."""
    while node is not None:
        if isinstance(node, ast.Name):
            return node.id
        if isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            node = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            node = node.func
        else:
            return None
    return None


def find_effects(nodes: Iterable[ast.AST]) -> Effects:
    """Return what code that runs at once changes: bodies of functions and classes are left aside."""
    return _effects(_running_nodes(nodes))


def _effects(nodes: Iterable[ast.AST]) -> Effects:
    parts: set[str] = set()
    calls: list[Call] = []
    for node in nodes:
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            parts.add(root(node) or "")
        elif isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
            method = isinstance(node.func, ast.Attribute)
            function = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            keywords = tuple((k.arg, name) for k in node.keywords if k.arg and (name := root(k.value)))
            receiver = root(node.func) if method else None
            calls.append(Call(function, receiver, tuple(root(argument) for argument in node.args), keywords))
    return Effects(frozenset(parts - {""}), tuple(calls))


def _running_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        yield node
        stack.extend(child_nodes(node))


def find_functions(statement: ast.stmt) -> list[FunctionEffects]:
    """Return the effects of all functions and methods that a statement defines, at any depth."""
    found: list[FunctionEffects] = []
    methods: set[int] = set()
    for node in all_nodes(statement):
        if isinstance(node, ast.ClassDef):
            methods.update(id(child) for child in node.body)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            local, declared = local_names(node)
            parameters = tuple(arg.arg for arg in (*node.args.posonlyargs, *node.args.args))
            keyword_only = tuple(arg.arg for arg in node.args.kwonlyargs)
            effects = _effects(inner for child in node.body for inner in all_nodes(child))
            found.append(
                FunctionEffects(
                    node.name,
                    id(node) in methods,
                    parameters + keyword_only,
                    frozenset(local),
                    declared,
                    effects,
                )
            )
    return found


class OwnFunctions:
    """The notebook's own functions, and what their calls change."""

    def __init__(self, functions: Iterable[FunctionEffects], imported: frozenset[str]) -> None:
        """Follow calls from function to function until nothing new is changed."""
        self._imported = imported
        self._functions: dict[tuple[str, bool], list[FunctionEffects]] = {}
        for function in functions:
            self._functions.setdefault((function.name, function.is_method), []).append(function)
        self._changed: dict[FunctionEffects, frozenset[str]] = {}
        for key, same in self._functions.items():
            self._functions[key] = same[-_MAX_SAME_NAME:]
        every = [function for same in self._functions.values() for function in same]
        for _ in range(_MAX_ROUNDS):
            before = dict(self._changed)
            for function in every:
                changed = self.changed(function.effects) | function.declared
                self._changed[function] = frozenset(sorted(changed)[:_MAX_CHANGED])
            if before == self._changed:
                break

    def changed(self, effects: Effects) -> frozenset[str]:
        """Return the names that code with these effects changes in place, or binds through a function."""
        names = set(effects.parts)
        for call in effects.calls:
            names.update(self._changed_by(call))
        return frozenset(names)

    def bound(self, effects: Effects) -> frozenset[str]:
        """Return the names that functions called by this code bind as globals."""
        declared = (f.declared for call in effects.calls for f in self._called(call))
        return frozenset().union(*declared)

    def _called(self, call: Call) -> list[FunctionEffects]:
        return self._functions.get((call.function, call.receiver is not None), [])

    def _changed_by(self, call: Call) -> Iterator[str]:
        of_module = call.receiver is None or call.receiver in self._imported
        in_place = call.function.endswith("_") and not call.function.endswith("__")
        if in_place and of_module:
            # nn.init.normal_(model.fc.weight)
            if call.arguments and call.arguments[0]:
                yield call.arguments[0]
        elif (in_place or call.function in _CHANGES_RECEIVER) and call.receiver and not of_module:
            yield call.receiver
        for function in self._called(call):
            given = (call.receiver, *call.arguments) if function.is_method else call.arguments
            arguments: Mapping[str, str | None] = {
                **dict(zip(function.parameters, given, strict=False)),
                **dict(call.keywords),
            }
            for name in self._changed.get(function, ()):
                if argument := arguments.get(name):
                    yield argument
                elif name not in function.local:
                    yield name
