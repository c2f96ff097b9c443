"""What a statement does with objects: which values it joins, which it changes, what it calls.

A value stands under a key: a module-level name, a local name of one function, an argument or the result of a function
of the notebook, or a new object. Nothing is decided here that depends on other statements (`following.py`).
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textlab.definitions.binding import import_paths
from textlab.definitions.known_calls import (
    ATOMIC,
    CONSUMERS,
    CONTAINERS,
    FILE_READERS,
    FILE_WRITERS,
    MUTATORS,
)
from textlab.definitions.scopes import Scope, child_nodes, local_names, own_nodes, stored_names
from textlab.definitions.shell import is_followed
from textlab.definitions.units import FILES, Call, Key, OwnClass, Reading, Unit

_Functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_Containers = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
_TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))
_ATOMS = (ast.Constant, ast.JoinedStr, ast.Compare, ast.FormattedValue, ast.Slice)
_IMPLICIT = {
    ast.With: ("__enter__", "__exit__"),
    ast.AsyncWith: ("__enter__", "__exit__"),
    ast.For: ("__iter__", "__next__"),
}


class _Visit(NamedTuple):
    node: ast.AST
    scope: Scope
    unit: Unit
    """To which effects belong."""
    function: Unit
    """To which `return` belongs."""
    closure: Key | None
    sure: bool


def read_objects(nodes: Sequence[ast.stmt], place: tuple[object, ...]) -> Reading:
    """Read a statement; `place` tells it from all others."""
    reader = _Reader(place)
    reader.read(nodes)
    return Reading(reader.now, tuple(reader.functions), tuple(reader.classes))


def dotted_name(node: ast.AST) -> list[str]:
    """The parts of `a.b.c`; empty for what does not start from a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) else []


class _Values(dict[ast.AST, "Key | None"]):
    """By node its value; a constant, which nobody visits, has none."""

    def __missing__(self, node: ast.AST) -> None:
        return None


class _Reader:
    def __init__(self, place: tuple[object, ...]) -> None:
        self._place = place
        self._count = 0
        self.now = Unit()
        self.functions: list[Unit] = []
        self.classes: list[OwnClass] = []
        self._values: dict[ast.AST, Key | None] = _Values()
        self._named: dict[ast.AST, str] = {}
        self._discarded: set[ast.AST] = set()
        self._scopes: dict[ast.AST, Scope] = {}
        self._units: dict[ast.AST, Unit] = {}
        self._mutable: set[object] = set()
        self._imports: dict[tuple[object, ...], str] = {}
        """Import paths of local names."""

    def read(self, nodes: Sequence[ast.stmt]) -> None:
        """Walk down, which tells scopes, then back up, which tells values."""
        top = Scope("module", set(), frozenset(), None)
        queue = deque(_Visit(node, top, self.now, self.now, None, True) for node in nodes)
        order: list[_Visit] = []
        while queue:
            visit = queue.popleft()
            order.append(visit)
            queue.extend(self._inside(visit))
        for visit in reversed(order):
            self._values[visit.node] = self._value(visit)

    def _new(self, *what: object) -> Key:
        self._count += 1
        return ("new", *self._place, self._count, *what)

    # Downwards

    def _inside(self, visit: _Visit) -> list[_Visit]:
        node = visit.node
        if isinstance(node, _Functions):
            return self._inside_function(visit)
        if isinstance(node, ast.ClassDef):
            self._discarded.update(_undecorated(node.decorator_list))
            attributes = {name for inner in own_nodes(node.body) for name in stored_names(inner)}
            scope = Scope("class", attributes, frozenset(), visit.scope, self._new(node.name))
            self._scopes[node] = scope
            outer = [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
            return [*_all(visit, outer), *_all(visit, node.body, scope=scope)]
        if isinstance(node, _Comprehensions):
            targets = {
                name for part in node.generators for inner in own_nodes([part.target]) for name in stored_names(inner)
            }
            scope = Scope("comprehension", targets, frozenset(), visit.scope, self._new())
            first = node.generators[0]
            values = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            if node in self._discarded:
                self._discarded.update(_undecorated(values))
            inner = [*values, *node.generators[1:], *first.ifs, first.target]
            return [*_all(visit, [first.iter]), *_all(visit, inner, scope=scope)]
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self._imports.update({visit.scope.find(name): path for name, path in import_paths(node)})
        elif isinstance(node, ast.Expr):
            self._discard(node.value)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda) and visit.scope.kind == "module":
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if names:
                self._named[node.value] = names[-1]
        elif isinstance(node, _TRIES):
            return [
                *_all(visit, [*node.body, *node.orelse, *node.finalbody]),
                *_all(visit, node.handlers, sure=False),
            ]
        elif isinstance(node, (ast.If, ast.While)) and isinstance(node.test, ast.Constant):
            unit = visit.unit
            if isinstance(node, ast.While) and node.test.value and visit.sure and not unit.endless:
                unit.endless = not _leaves(node.body)
            body = _all(visit, node.body, sure=visit.sure and bool(node.test.value))
            return [*body, *_all(visit, node.orelse, sure=visit.sure and not node.test.value)]
        for name in _IMPLICIT.get(type(node), ()):
            visit.unit.mentions.add((name, True))
        return _all(visit, child_nodes(node))

    def _inside_function(self, visit: _Visit) -> list[_Visit]:
        node = visit.node
        assert isinstance(node, _Functions)
        lambda_name = self._named.get(node)
        name = node.name if not isinstance(node, ast.Lambda) else lambda_name or ""
        own = visit.unit is self.now and bool(name)
        local, declared = local_names(node)
        scope = Scope("function", local, declared, visit.scope, self._new(name))
        self._scopes[node] = scope
        is_method = visit.scope.kind == "class"
        owner = _owner(visit.scope) if is_method else ""
        unit = Unit(name, is_method, owner)
        args = node.args
        for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs):
            unit.parameters.append((arg.arg, ("local", scope.id, arg.arg)))
        unit.rest = ("local", scope.id, args.vararg.arg) if args.vararg else None
        unit.keyword_rest = ("local", scope.id, args.kwarg.arg) if args.kwarg else None
        self._units[node] = unit
        if name:
            self.functions.append(unit)
        effects = unit if own else visit.unit
        closure = None
        if not own:
            closure = self._new("closure")
            if visit.closure:
                visit.unit.joins.append((visit.closure, closure, True))
        self._values[node] = closure
        outer: list[ast.AST] = [*args.defaults, *(default for default in args.kw_defaults if default)]
        body: list[ast.AST]
        if isinstance(node, ast.Lambda):
            body = [node.body]
        else:
            self._discarded.update(_undecorated(node.decorator_list))
            outer += [*node.decorator_list, *([node.returns] if node.returns else [])]
            every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
            outer += [arg.annotation for arg in every if arg and arg.annotation]
            body = list(node.body)
        inner = _Visit(node, scope, effects, unit, closure, visit.sure or own)
        return [*_all(visit, outer), *_all(inner, body)]

    def _discard(self, value: ast.AST) -> None:
        stack = [value]
        while stack:
            node = stack.pop()
            self._discarded.add(node)
            if isinstance(node, ast.Await):
                stack.append(node.value)
            elif isinstance(node, ast.BoolOp):
                stack.extend(node.values)
            elif isinstance(node, ast.IfExp):
                stack += [node.body, node.orelse]

    # Upwards

    def _value(self, visit: _Visit) -> Key | None:
        node, unit = visit.node, visit.unit
        if isinstance(node, ast.Name):
            return self._name(node, visit)
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            return self._part(node, visit)
        if isinstance(node, ast.Call):
            return self._call(node, visit)
        if isinstance(node, _ATOMS):
            return None
        if isinstance(node, _Functions):
            return self._function(node, visit)
        if isinstance(node, ast.ClassDef):
            self._class(node, visit)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, self._values[node.value], node.value, visit)
        elif isinstance(node, ast.AnnAssign) and node.value:
            self._assign(node.target, self._values[node.value], node.value, visit)
        elif isinstance(node, ast.NamedExpr):
            self._assign(node.target, self._values[node.value], node.value, visit)
            return self._values[node.value]
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name) and (key := visit.scope.find(node.target.id)):
                unit.stores.append(key)
            self._assign(node.target, self._values[node.value], node.value, visit)
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.comprehension)):
            if (iterated := self._values[node.iter]) is not None:
                unit.iterated.append(iterated)
            self._assign(node.target, self._values[node.iter], None, visit)
        elif isinstance(node, ast.withitem) and node.optional_vars:
            self._assign(node.optional_vars, self._values[node.context_expr], node.context_expr, visit)
        elif isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value:
            if (value := self._values[node.value]) is not None:
                visit.function.returns.append(value)
            return self._new() if isinstance(node, ast.Yield) else None
        elif isinstance(node, ast.match_case):
            return None
        elif isinstance(node, ast.expr):
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                return None
            parts = self._iterables(node) if isinstance(node, _Comprehensions) else []
            values = [self._values.get(child) for child in (*child_nodes(node), *parts)]
            fresh = isinstance(node, (*_Containers, ast.GeneratorExp))
            return self._together(values, unit, self._new() if fresh else None)
        return None

    def _iterables(self, node: ast.AST) -> list[ast.AST]:
        return [part.iter for part in getattr(node, "generators", ())]

    def _together(self, values: Iterable[Key | None], unit: Unit, into: Key | None) -> Key | None:
        for value in values:
            if value is None:
                continue
            if into is None:
                into = self._new()
            unit.joins.append((into, value, False))
        return into

    def _name(self, node: ast.Name, visit: _Visit) -> Key | None:
        key = visit.scope.find(node.id)
        if isinstance(node.ctx, ast.Load):
            if key[0] == "global":
                visit.unit.mentions.add((node.id, False))
            if visit.closure:
                visit.unit.joins.append((visit.closure, key, False))
            return key
        if key[0] == "global" and visit.scope.in_function:
            visit.function.binds.add(node.id)
            visit.unit.binds.add(node.id)
            return key
        return ("bound", node.id) if key[0] == "global" else key

    def _part(self, node: ast.Attribute | ast.Subscript, visit: _Visit) -> Key | None:
        key = self._values[node.value]
        if isinstance(node.ctx, ast.Load):
            if isinstance(node, ast.Attribute):
                visit.unit.mentions.add((node.attr, True))
                if key is not None and is_mutator(node.attr):
                    visit.unit.touches.append(key)
            elif key is not None and node in self._discarded:
                # Nobody looks at an item for nothing: `defaultdict` makes it.
                visit.unit.touches.append(key)
        elif (name := _global_item(node)) is not None:
            visit.unit.binds.add(name)
            return ("global", name)
        elif key is not None:
            visit.unit.stores.append(key)
        return key

    def _call(self, node: ast.Call, visit: _Visit) -> Key | None:
        unit = visit.unit
        arguments = tuple(self._values[argument] for argument in node.args)
        keywords = tuple((keyword.arg or "**", self._values[keyword.value]) for keyword in node.keywords)
        call = self._called(node.func, arguments, keywords, node in self._discarded, visit)
        unit.calls.append(call)
        unit.follows = unit.follows or is_followed(node)
        if not call.method and call.dotted:
            if call.name in CONSUMERS:
                unit.iterated.extend(argument for argument in arguments if argument is not None)
            elif call.name == "exec":
                unit.binds.add("*")
            elif call.name == "next" and arguments and arguments[0]:
                unit.touches.append(arguments[0])
            elif call.name in ("setattr", "delattr") and arguments and arguments[0]:
                unit.stores.append(arguments[0])
        elif call.name == "update" and isinstance(node.func, ast.Attribute) and _is_namespace(node.func.value):
            unit.binds.update(keyword.arg or "*" for keyword in node.keywords)
            unit.binds.update({"*"} if node.args else ())
        self._note_files(node, call, visit)
        return None if not call.method and call.dotted and call.name in ATOMIC else call.result

    def _called(
        self,
        func: ast.AST,
        arguments: tuple[Key | None, ...],
        keywords: tuple[tuple[str, Key | None], ...],
        discarded: bool,
        visit: _Visit,
    ) -> Call:
        parts = dotted_name(func)
        path = ""
        if parts and (key := visit.scope.find(parts[0]))[0] != "global":
            path = ".".join([self._imports[key], *parts[1:]]) if key in self._imports else ""
            parts = []
        is_method = isinstance(func, ast.Attribute)
        name = func.attr if isinstance(func, ast.Attribute) else parts[0] if parts else ""
        function = self._values[func]
        return Call(
            path, ".".join(parts), name, is_method, function, arguments, keywords, self._new(), discarded, visit.sure
        )

    def _note_files(self, node: ast.Call, call: Call, visit: _Visit) -> None:
        if call.name in FILE_READERS:
            visit.unit.reads_files = True
        modes = [*node.args[1:2], *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
        writes = call.name == "open" and any(
            isinstance(mode, ast.Constant) and set(str(mode.value)) & set("wax+") for mode in modes
        )
        if writes or call.name in FILE_WRITERS:
            visit.unit.touches.append(("global", FILES))
            visit.unit.joins.append((call.result, ("global", FILES), True))

    def _assign(self, target: ast.AST, value: Key | None, source: ast.AST | None, visit: _Visit) -> None:
        stack: list[tuple[ast.AST, Key | None, ast.AST | None]] = [(target, value, source)]
        while stack:
            target, value, source = stack.pop()
            if isinstance(target, ast.Starred):
                stack.append((target.value, value, None))
            elif isinstance(target, (ast.Tuple, ast.List)):
                if isinstance(source, (ast.Tuple, ast.List)) and _pairs(target.elts, source.elts):
                    stack.extend((t, self._values[s], s) for t, s in zip(target.elts, source.elts, strict=True))
                else:
                    stack.extend((part, value, None) for part in target.elts)
            else:
                key = self._values.get(target)
                if key is None:
                    continue
                if value is not None:
                    visit.unit.joins.append((key, value, True))
                if key[0] == "bound":
                    self._bound(str(key[1]), value, source, visit.unit)
                elif visit.scope.kind == "class" and isinstance(source, (*_Containers, ast.Call)):
                    self._mutable.add(visit.scope.id)

    def _bound(self, name: str, value: Key | None, source: ast.AST | None, unit: Unit) -> None:
        (unit.atoms if value is None else unit.objects).add(name)
        calls_container = (
            isinstance(source, ast.Call) and isinstance(source.func, ast.Name) and source.func.id in CONTAINERS
        )
        if (
            source is not None
            and not calls_container
            and not isinstance(source, (*_Containers, ast.Tuple, ast.BinOp))
        ):
            unit.iterators.add(name)

    def _function(self, node: ast.AST, visit: _Visit) -> Key | None:
        assert isinstance(node, _Functions)
        unit, closure = self._units[node], self._values[node]
        positional = [*node.args.posonlyargs, *node.args.args]
        keyed = [*zip(positional[::-1], node.args.defaults[::-1], strict=False)]
        keyed += [pair for pair in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if pair[1]]  # type: ignore[misc]
        scope = self._scopes[node]
        for arg, default in keyed:
            if default is not None and (value := self._values[default]) is not None:
                visit.unit.joins.append((("local", scope.id, arg.arg), value, True))
        if isinstance(node, ast.Lambda):
            if (result := self._values[node.body]) is not None:
                unit.returns.append(result)
                if closure:
                    visit.unit.joins.append((closure, result, True))
            return closure or self._new()
        key = visit.scope.find(node.name)
        key = ("bound", node.name) if key[0] == "global" and not visit.scope.in_function else key
        if closure:
            visit.unit.joins.append((key, closure, True))
        self._decorate(node, key, visit)
        return key

    def _decorate(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, key: Key, visit: _Visit) -> None:
        for decorator in node.decorator_list:
            call = self._called(decorator, (key,), (), True, visit)
            visit.unit.calls.append(call)
            visit.unit.joins.append((key, call.result, True))
        patches = [d for d in node.decorator_list if "patch" in ".".join(dotted_name(d))]
        if patches and isinstance(node, ast.FunctionDef):
            for first in [*node.args.posonlyargs, *node.args.args][:1]:
                if first.annotation is not None and (patched := self._values[first.annotation]):
                    visit.unit.stores.append(patched)

    def _class(self, node: ast.ClassDef, visit: _Visit) -> None:
        scope = self._scopes[node]
        key = visit.scope.find(node.name)
        key = ("bound", node.name) if key[0] == "global" and not visit.scope.in_function else key
        for base in node.bases:
            visit.unit.mentions.add(("__init_subclass__", True))
            if (value := self._values[base]) is not None:
                visit.unit.subclasses.append((value, key))
        mutable = scope.id in self._mutable
        if mutable:
            visit.unit.joins.extend((key, ("local", scope.id, name), True) for name in sorted(scope.names))
        bases = tuple(parts[-1] for base in node.bases if (parts := dotted_name(base)))
        meta = [dotted_name(keyword.value)[-1:] for keyword in node.keywords if keyword.arg == "metaclass"]
        self.classes.append(
            OwnClass(node.name, bases, mutable, "".join(part for parts in meta for part in parts), key)
        )
        self._decorate(node, key, visit)


def _is_namespace(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("globals", "vars", "locals")
    )


def _global_item(node: ast.AST) -> str | None:
    """The name that `globals()["name"] = …` binds; "*" for one that is computed."""
    if not isinstance(node, ast.Subscript) or not _is_namespace(node.value) or node.value.args:  # type: ignore[attr-defined]
        return None
    key = node.slice
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "*"


def is_mutator(name: str) -> bool:
    """Whether a method of that name changes its object."""
    in_place = name.endswith("_") and not name.endswith("__")
    return name in MUTATORS or in_place or name.startswith("register")


def _all(
    visit: _Visit, nodes: Iterable[ast.AST], scope: Scope | None = None, sure: bool | None = None
) -> list[_Visit]:
    here = scope or visit.scope
    is_sure = visit.sure if sure is None else sure
    return [_Visit(node, here, visit.unit, visit.function, visit.closure, is_sure) for node in nodes]


def _undecorated(nodes: Iterable[ast.AST]) -> list[ast.AST]:
    return [node for node in nodes if isinstance(node, ast.Call)]


def _pairs(targets: Sequence[ast.AST], sources: Sequence[ast.AST]) -> bool:
    return len(targets) == len(sources) and not any(isinstance(part, ast.Starred) for part in (*targets, *sources))


def _leaves(body: Iterable[ast.stmt]) -> bool:
    """Whether something in a loop may end it; which loop a `break` ends is not looked at."""
    ways = (ast.Break, ast.Return, ast.Raise, ast.Yield)
    return any(isinstance(node, ways) for part in body for node in ast.walk(part))


def _owner(scope: Scope) -> str:
    return str(scope.id[-1]) if scope.id else ""
