"""Follows names and objects through a whole notebook: who binds a name, who changes what it stands for, and where."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from textlab.definitions.functions import OwnFunctions
from textlab.definitions.groups import Groups
from textlab.definitions.known_calls import (
    ATOMIC,
    FRESH,
    IN_PLACE,
    KEEPING,
    KNOWN_PACKAGES,
    SHOWING_BUILTINS,
    is_showing,
)
from textlab.definitions.objects import is_mutator
from textlab.definitions.statements import Statement
from textlab.definitions.units import FILES, Call, Function, Key, Unit

MODULE, FUNCTION, OBJECT, ATOM = "module", "function", "object", "atom"
Version = tuple[str, int]
"""A name between two statements that surely bind it."""
EVERYTHING = ("everything",)
"""The group of objects that nobody can tell apart any more."""


@dataclass(frozen=True)
class _Iterated:
    """Something that is gone through: changed if it is an iterator."""

    value: Hashable


class Flow:
    """The statements of a notebook and what connects them; positions count statements from 0."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        paths: dict[str, list[str]] = defaultdict(list)
        for name, path in dict.fromkeys(pair for statement in statements for pair in statement.paths):
            paths[name].append(path)
        stars = [statement.star_of for statement in statements if statement.star_of]
        readings = [statement.reading for statement in statements]
        self.own = OwnFunctions(
            (unit for reading in readings for unit in reading.functions),
            (own for reading in readings for own in reading.classes),
            paths,
            stars,
        )
        self.binders: dict[str, list[int]] = defaultdict(list)
        """By name the statements that bind or unbind it, surely or perhaps."""
        self.sure: dict[str, list[int]] = defaultdict(list)
        self.stars: list[int] = []
        """Statements that may bind any name."""
        self._kinds: dict[Version, set[str]] = defaultdict(set)
        self._all_kinds: dict[str, set[str]] = {}
        self._iterators: set[Version] = set()
        self.definitions: dict[str, int] = {}
        """By name the last statement that defines it as a function or class."""
        for position, statement in enumerate(statements):
            self._note_binders(position, statement)
        self.barred = [self.own.why_barred(statement.reading.now) for statement in statements]
        self._ambient = [
            not (barred or statement.deferred or statement.defines)
            and (statement.ambient or self.own.is_ambient(statement.reading.now, at_top=statement.simple))
            for statement, barred in zip(statements, self.barred, strict=True)
        ]
        self._groups = Groups()
        self._parameters: dict[Function, int] = {}
        """By function the most parameters that it has under its name."""
        self._touched: list[list[Hashable]] = []
        self._decorated = {name for s in statements if not s.deferred for name in s.defines}
        self._any: dict[str, None] = {}
        """Names that functions read, whichever version they find."""
        self._subclassed = ("__init_subclass__", True) in self.own.units or any(
            ("__subclasses__", True) in unit.mentions
            for reading in readings
            for unit in (reading.now, *reading.functions)
        )
        self._follow_objects()
        self.touching = self._by_group()
        """By group of objects the statements that change one of them."""
        self._readers: dict[str, list[int]] = defaultdict(list)
        for position, statement in enumerate(statements):
            for name in statement.now:
                self._readers[name].append(position)

    # Names

    def readers(self, name: str) -> list[int]:
        """The statements that read a name when they run."""
        return self._readers.get(name, [])

    def calls(self, position: int, name: str) -> bool:
        """Whether a statement calls what a name stands for."""
        return any(call.dotted == name for call in self.statements[position].reading.now.calls)

    def is_ambient(self, position: int) -> bool:
        """Whether all that comes after may depend on a statement, whatever it names."""
        return self._ambient[position]

    @functools.cached_property
    def showing_cards(self) -> set[int]:
        """The statements that show a card."""
        return {index for index, s in enumerate(self.statements) if self.own.shows_card(s.reading.now)}

    @functools.cached_property
    def _cards(self) -> dict[str, list[int]]:
        """By name the statements that show a card and read it, themselves or in the function that does."""
        later: dict[str, set[str]] = defaultdict(set)
        for statement in self.statements:
            for name in statement.defines:
                later[name] |= statement.later
        found: dict[str, list[int]] = defaultdict(list)
        for position in sorted(self.showing_cards):
            statement = self.statements[position]
            if not statement.defines:
                read = statement.now | statement.later
                for name, _ in self.own.carding(statement.reading.now):
                    read |= later[name]
                for name in read:
                    found[name].append(position)
        return found

    def cards_on(self, name: str) -> list[int]:
        """The statements that show a card on a name or on a plain alias of it."""
        aliases = {bound for s in self.statements if s.alias == name for bound in s.sure}
        return sorted({position for known in {name, *aliases} for position in self._cards.get(known, [])})

    def _note_binders(self, position: int, statement: Statement) -> None:
        now = statement.reading.now
        binds: set[str] = set()
        star = statement.star
        for function in self.own.mentioned(now):
            more = self.own.binds.get(function, set())
            binds |= more or set()
            star = star or more is None or "*" in more
        binds.discard("*")
        if star:
            self.stars.append(position)
        for name in statement.sure:
            self.sure[name].append(position)
        for name in statement.defines:
            self.definitions[name] = position
        for name in statement.sure | statement.perhaps | binds:
            self.binders[name].append(position)
            version = (name, len(self.sure.get(name, ())))
            self._kinds[version].add(_kind(name, statement))
            if name in now.iterators:
                self._iterators.add(version)

    def last_sure(self, name: str, position: int) -> int:
        """The last statement before a position that surely binds a name; -1 when none does."""
        places = self.sure.get(name, [])
        at = bisect_left(places, position)
        return places[at - 1] if at else -1

    def binders_in(self, name: str, first: int, end: int) -> list[int]:
        """The statements from `first` to before `end` that bind a name."""
        places = self.binders.get(name, [])
        return places[bisect_left(places, max(first, 0)) : bisect_left(places, end)]

    # Objects

    def group(self, name: str, position: int) -> Hashable | None:
        """The group of what a name stands for before a statement; None for what nothing changes in place."""
        version = (name, bisect_left(self.sure.get(name, []), position))
        return self._groups.find(version) if self._is_changeable(version) else None

    def _is_changeable(self, version: Version) -> bool:
        return version[0] == FILES or bool(self._kinds.get(version, set()) & {OBJECT, FUNCTION})

    def _follow_objects(self) -> None:
        state = {
            function: {"state"} if any(map(self._keeps_state, same)) else set()
            for function, same in self.own.units.items()
        }
        self._stateful = self.own.grown(state)
        for function, same in self.own.units.items():
            for unit in same:
                self._join_parameters(function, unit)
        self._join_classes()
        effects: dict[int, list[Hashable]] = {}
        for statement in self.statements:
            for unit in statement.reading.functions:
                effects[id(unit)] = self._follow(unit, -1)
        for position, statement in enumerate(self.statements):
            self._touched.append(self._follow(statement.reading.now, position))
        for any_name in list(self._any):
            for version in range(len(self.sure.get(any_name, ())) + 1):
                if self._is_changeable((any_name, version)):
                    self._groups.unite(("any", any_name), (any_name, version))
        iterators = {self._groups.find(version) for version in self._iterators}
        for unit_effects in (*effects.values(), *self._touched):
            unit_effects[:] = [
                key.value if isinstance(key, _Iterated) else key
                for key in unit_effects
                if not isinstance(key, _Iterated) or self._groups.find(key.value) in iterators
            ]
        self._spread_effects(effects)

    def _spread_effects(self, effects: dict[int, list[Hashable]]) -> None:
        visible = {self._groups.find(version) for version in self._kinds if self._is_changeable(version)}
        visible |= {self._groups.find((FILES, 0))}
        start: dict[Function, set[Hashable]] = {}
        for function, same in self.own.units.items():
            keys = [key for unit in same for key in effects.get(id(unit), [])]
            start[function] = {self._groups.find(key) for key in keys} & visible
            # A function that changes a name of the notebook may be called by another name, or from a list.
            anywhere = [key for key in keys if isinstance(key, tuple) and key[0] == "any"]
            if anywhere and not function[1]:
                versions = range(1, len(self.sure.get(function[0], ())) + 1)
                for node in (*anywhere, *((function[0], version) for version in versions)):
                    if versions:
                        self._groups.unite((function[0], 1), node)
        grown = self.own.grown(start)
        for position, statement in enumerate(self.statements):
            for function in self.own.mentioned(statement.reading.now):
                changed = grown.get(function, set())
                self._touched[position].extend([EVERYTHING] if changed is None else changed)

    def _join_parameters(self, function: Function, unit: Unit) -> None:
        shift = 0
        for number, (name, key) in enumerate(unit.parameters):
            if number == 0 and unit.method and not function[1]:
                # The object that a constructor works on is what the class gives.
                self._groups.unite(key, ("result", function))
                shift = 1
                continue
            self._groups.unite(key, ("argument", function, number - shift))
            self._groups.unite(key, ("argument", function, name))
        for rest in (unit.rest, unit.keyword_rest):
            if rest is not None:
                self._groups.unite(rest, ("argument", function, "*"))
        if function[1] or not unit.method:
            for key in unit.returns:
                self._join(("result", function), self._resolve(key, -1), True)

    def _join_classes(self) -> None:
        for own in self.own.classes.values():
            function = (own.name, False)
            if own.mutable:
                for version in range(1, len(self.sure.get(own.name, ())) + 1):
                    self._groups.unite(("result", function), (own.name, version))
            for base in own.bases:
                if (base, False) in self.own.units:
                    self._groups.unite(("result", function), ("result", (base, False)))
                    for number in range(8):
                        self._groups.unite(("argument", function, number), ("argument", (base, False), number))

    def _any_kinds(self, name: str) -> set[str]:
        if name not in self._all_kinds:
            versions = range(len(self.sure.get(name, ())) + 1)
            self._all_kinds[name] = set().union(*(self._kinds.get((name, version), set()) for version in versions))
        return self._all_kinds[name]

    def _resolve(self, key: Key, position: int) -> Hashable:
        """The key of a value in this notebook: names get their version, or stand for all in functions (-1)."""
        if key[0] not in ("global", "bound"):
            return key
        name = str(key[1])
        if position < 0:
            self._any[name] = None
            return ("any", name)
        places = self.sure.get(name, [])
        return (name, bisect_left(places, position + (key[0] == "bound")))

    def _kind_of(self, node: Hashable) -> str:
        """module, function, object or atom; of a name that is bound nowhere: atom."""
        if not isinstance(node, tuple) or len(node) != 2:
            return OBJECT
        name, version = node
        kinds: set[str] = set()
        if isinstance(version, int) and isinstance(name, str):
            kinds = self._kinds.get((name, version), set())
        elif name == "any" and isinstance(version, str):
            kinds = self._any_kinds(version)
        else:
            return OBJECT
        if FILES in node or OBJECT in kinds:
            return OBJECT
        return FUNCTION if FUNCTION in kinds else MODULE if MODULE in kinds else ATOM

    def _follow(self, unit: Unit, position: int) -> list[Hashable]:
        """Join what a stretch of code joins; return what it changes itself."""
        touched: list[Hashable] = []
        for one, other, strong in unit.joins:
            self._join(self._resolve(one, position), self._resolve(other, position), strong)
        for call in unit.calls:
            touched.extend(self._follow_call(call, position))
        for key in (*unit.touches, *unit.stores):
            node = self._resolve(key, position)
            if self._kind_of(node) in (OBJECT, FUNCTION):
                touched.append(node)
        for key in unit.iterated:
            touched.append(_Iterated(self._resolve(key, position)))
        for base, own in unit.subclasses:
            if self._subclassed:
                self._join(self._resolve(base, position), self._resolve(own, position), True)
                touched.append(self._resolve(base, position))
        if position >= 0 and self.statements[position].compound:
            for name in self.statements[position].sure & (unit.objects | unit.atoms):
                self._groups.unite(
                    self._resolve(("global", name), position), self._resolve(("bound", name), position)
                )
        return touched

    def _join(self, one: Hashable, other: Hashable, strong: bool) -> None:
        for node in (one, other):
            kind = self._kind_of(node)
            if kind in (MODULE, ATOM) or (kind == FUNCTION and not strong and not self._has_state(node)):
                return
        self._groups.unite(one, other)

    def _keeps_state(self, unit: Unit) -> bool:
        """Whether a function itself changes something that it does not get as an argument."""
        changed = [key for key in (*unit.touches, *unit.stores) if key[0] == "global"]
        changed += [call.function for call in unit.calls if call.discarded and call.function is not None]
        return bool(unit.binds) or any(
            key[0] == "global" and self._kind_of(self._resolve(key, -1)) == OBJECT for key in changed
        )

    def _has_state(self, node: Hashable) -> bool:
        name, version = node if isinstance(node, tuple) else ("", 0)
        known = self._stateful.get((version if isinstance(version, str) else name, False), set())
        return known is None or bool(known)

    def _follow_call(self, call: Call, position: int) -> Iterator[Hashable]:
        given = [self._resolve(key, position) for key in call.arguments if key is not None]
        given += [self._resolve(key, position) for _, key in call.keywords if key is not None]
        function = None if call.function is None else self._resolve(call.function, position)
        own = self.own.called(call)
        for called in own:
            self._pass(call, called, position)
        path = self.own.path(call)
        if path and not own:
            yield from self._call_package(call, path, given)
        elif (own and not (is_mutator(call.name) if call.method else self._may_be_another(call, function))) or (
            not call.method and call.dotted in ATOMIC | SHOWING_BUILTINS
        ):
            return
        else:
            holds = [] if call.method and call.name in FRESH else [function, *given]
            for node in holds:
                if node is not None:
                    self._join(call.result, node, False)
            if call.method and function is not None:
                for node in given:
                    self._join(function, node, False)
            if call.name in ("setattr", "getattr") and len(given) > 1:
                self._join(given[0], given[-1], True)
            if call.discarded:
                for node in [function, *given]:
                    if node is not None and self._kind_of(node) == OBJECT:
                        yield node

    def _may_be_another(self, call: Call, function: Hashable | None) -> bool:
        """Whether a name may stand for something else than the function that is written under it."""
        return call.name in self._decorated or self._kind_of(function) == OBJECT

    def _call_package(self, call: Call, path: str, given: list[Hashable]) -> Iterator[Hashable]:
        """A call of something that is imported, or of a method of it."""
        if is_showing(path):
            return
        package, name = path.partition(".")[0], path.rpartition(".")[2]
        in_place = name in IN_PLACE or (name.endswith("_") and not name.endswith("__"))
        named = {keyword for keyword, _ in call.keywords}
        if given and (in_place or "inplace" in named):
            yield given[0]
        if "out" in named and given:
            yield from given
        known = package in KNOWN_PACKAGES
        if not known or name in KEEPING or name[:1].isupper():
            for node in given:
                self._join(call.result, node, False)
        if not known and call.discarded:
            yield from (node for node in given if self._kind_of(node) == OBJECT)

    def _pass(self, call: Call, function: Function, position: int) -> None:
        """Join arguments with parameters, and the result with what is returned."""
        places: list[tuple[object, Key | None]] = []
        if call.method or function == ("__call__", True):
            places.append((0, call.function))
        shift = 1 if function[1] else 0
        places += [(number + shift, key) for number, key in enumerate(call.arguments)]
        places += list(call.keywords)
        if function not in self._parameters:
            self._parameters[function] = max((len(unit.parameters) for unit in self.own.units[function]), default=0)
        limit = self._parameters[function]
        for place, key in places:
            if key is None:
                continue
            node = self._resolve(key, position)
            if self._kind_of(node) in (OBJECT, FUNCTION):
                inside = "*" if place == "**" or (isinstance(place, int) and place >= limit) else place
                self._groups.unite(node, ("argument", function, inside))
        self._groups.unite(call.result, ("result", function))

    def _by_group(self) -> dict[Hashable, list[int]]:
        places: dict[Hashable, list[int]] = defaultdict(list)
        for position, touched in enumerate(self._touched):
            for root in {self._groups.find(node) for node in touched}:
                places[root].append(position)
        return places


def _kind(name: str, statement: Statement) -> str:
    now = statement.reading.now
    if name in now.objects:
        return OBJECT
    if name in statement.imports:
        return MODULE
    if name in statement.defines:
        return FUNCTION
    return ATOM if name in now.atoms or (name in statement.sure and statement.deletes) else OBJECT
