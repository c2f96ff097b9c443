"""The notebook's own functions: what they bind, whether they may be run, which call which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from textlab.definitions.known_calls import (
    AMBIENT,
    AMBIENT_METHODS,
    BARRED_BUILTINS,
    BARRED_METHODS,
    DEFAULTS,
    UNDONE,
    barred_path,
    is_showing,
    starts_with,
)
from textlab.definitions.units import Call, Function, OwnClass, Unit
from textlab.notebook_calls import CARDS

MAX_NAMES = 64
"""Most names or objects that one function is said to bind or change; beyond them it may be any."""
MAX_PATHS = 20
"""Most import paths of one name."""
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
T = TypeVar("T")


class OwnFunctions:
    """All functions of a notebook, by name."""

    def __init__(
        self,
        units: Iterable[Unit],
        classes: Iterable[OwnClass],
        paths: Mapping[str, Sequence[str]],
        stars: Sequence[str],
    ) -> None:
        """`paths` are the import paths of names, `stars` the modules that all names are imported from."""
        self._paths = {name: known[-MAX_PATHS:] for name, known in paths.items()}
        brought = {path.rpartition(".")[0]: path for path in sorted(CARDS)}
        self._star_cards = {
            brought[star].rpartition(".")[2]: brought[star] for star in dict.fromkeys(stars) if star in brought
        }
        """Cards that an import of everything brings, by name."""
        self.units: dict[Function, list[Unit]] = defaultdict(list)
        self.classes = {own.name: own for own in classes}
        self._metaclasses = {(own.metaclass, False) for own in self.classes.values() if own.metaclass}
        self.callees: dict[Function, set[Function]] = defaultdict(set)
        """By function those that it mentions, which is taken for calling them."""
        self._called: dict[Function, set[Function]] = defaultdict(set)
        """By function those that it calls outright."""
        for unit in units:
            self.units[(unit.name, unit.method)].append(unit)
            if unit.method and unit.name in _CONSTRUCTORS:
                self.units[(unit.owner, False)].append(unit)
        for own in self.classes.values():
            self.units.setdefault((own.name, False), [])
        for function, same in self.units.items():
            for unit in same:
                self.callees[function] |= self.mentioned(unit)
                self._called[function] |= {called for call in unit.calls for called in self.called(call) if call.sure}
        for own in self.classes.values():
            bases = {(base, False) for base in own.bases if (base, False) in self.units}
            self.callees[(own.name, False)] |= bases
            self._called[(own.name, False)] |= bases
        self.binds = self.grown({f: set().union(*(u.binds for u in same)) for f, same in self.units.items()})
        self._barred = self._spread(self.bars, "")
        self._ambient = self._spread(lambda unit: self.acts(unit, at_top=False), False)
        self._cards = self._spread(self._shows_card, False)

    def grown(self, start: Mapping[Function, set[T]]) -> dict[Function, set[T] | None]:
        """By function what it has itself and what those that it mentions have; None: more than can be followed."""
        found: dict[Function, set[T] | None] = {
            f: (set(own) if len(own) <= MAX_NAMES else None) for f, own in start.items()
        }
        callers: dict[Function, list[Function]] = defaultdict(list)
        for function, callees in self.callees.items():
            for callee in callees:
                callers[callee].append(function)
        waiting = [function for function, own in found.items() if own is None or own]
        while waiting:
            callee = waiting.pop()
            more = found[callee]
            for caller in callers[callee]:
                own = found.get(caller, set())
                if own is None or (more is not None and more <= own):
                    continue
                both = None if more is None or len(own | more) > MAX_NAMES else own | more
                found[caller] = both
                waiting.append(caller)
        return found

    def mentioned(self, unit: Unit) -> set[Function]:
        """The notebook's functions that a stretch of code mentions, or calls by way of an object."""
        found = {function for function in unit.mentions if function in self.units}
        if ("__call__", True) in self.units and any(self._is_object(call) for call in unit.calls):
            found.add(("__call__", True))
        if unit.subclasses:
            found |= self._metaclasses & self.units.keys()
        return found

    def called(self, call: Call) -> list[Function]:
        """The notebook's functions that a call may call."""
        function = (call.name, call.method)
        if function in self.units and not (call.method and self.path(call)):
            return [function]
        return [("__call__", True)] if ("__call__", True) in self.units and self._is_object(call) else []

    def _is_object(self, call: Call) -> bool:
        return not call.method and (call.name, False) not in self.units and not self.path(call)

    def path(self, call: Call) -> str:
        """The import path of what is called; "" for what is not imported."""
        if call.path:
            return call.path
        root, dot, rest = call.dotted.partition(".")
        if root in self._paths:
            paths = [f"{path}{dot}{rest}" for path in self._paths[root]]
            return next((path for path in paths if barred_path(path)), paths[-1])
        if call.dotted and not dot:
            return self._star_cards.get(root, "")
        return ""

    def bars(self, unit: Unit) -> str:
        """What a stretch of code does itself that is never done here; "" when it does no such thing."""
        if unit.endless:
            return "does not end"
        for call in unit.calls:
            if call.sure and (reason := self._bars(call)):
                return reason
        return ""

    def _bars(self, call: Call) -> str:
        if (call.name, call.method) in self.units:
            return ""
        path = self.path(call)
        if path and (reason := barred_path(path)):
            return reason
        if call.method:
            return BARRED_METHODS.get(call.name, "") if not path else ""
        return BARRED_BUILTINS.get(call.dotted, "") if not path else ""

    def why_barred(self, unit: Unit) -> str:
        """The same, of a stretch of code and all that it calls."""
        return self.bars(unit) or next((why for f in self._called_by(unit) if (why := self._barred.get(f, ""))), "")

    def acts(self, unit: Unit, *, at_top: bool) -> bool:
        """Whether a stretch of code sets what all others may depend on, such as a variable of the environment.

        At the top of a notebook seeds and defaults count, too.
        """
        if any(call.name in UNDONE for call in unit.calls):
            return False
        if unit.follows:
            return True
        listed = (*AMBIENT, *DEFAULTS) if at_top else AMBIENT
        for call in unit.calls:
            path = self.path(call)
            if path and any(starts_with(path, one) for one in listed):
                return True
            if call.method and call.name in AMBIENT_METHODS and call.discarded:
                return True
        return any(
            key[0] in ("global", "bound")
            and (paths := self._paths.get(str(key[1])))
            and not any(map(is_showing, paths))
            for key in unit.stores
        )

    def is_ambient(self, unit: Unit, *, at_top: bool) -> bool:
        """The same, of a stretch of code and all that it calls."""
        return self.acts(unit, at_top=at_top) or any(self._ambient.get(f, False) for f in self._called_by(unit))

    def _shows_card(self, unit: Unit) -> bool:
        return any(self.path(call) in CARDS for call in unit.calls)

    def shows_card(self, unit: Unit) -> bool:
        """Whether a stretch of code, or what it calls, shows a card."""
        return self._shows_card(unit) or any(self._cards.get(f, False) for f in self._called_by(unit))

    def carding(self, unit: Unit) -> set[Function]:
        """The functions that a stretch of code calls, and these in turn, on the way to a card."""
        found: set[Function] = set()
        waiting = self._called_by(unit)
        while waiting:
            function = waiting.pop()
            if self._cards.get(function, False) and function not in found:
                found.add(function)
                waiting.extend(self._called[function])
        return found

    def _called_by(self, unit: Unit) -> list[Function]:
        return [function for call in unit.calls if call.sure for function in self.called(call)]

    def _spread(self, of: Callable[[Unit], T], nothing: T) -> dict[Function, T]:
        """What some functions have, given to all that call them."""
        found: dict[Function, T] = {}
        for function, same in self.units.items():
            value = next((value for unit in same if (value := of(unit)) != nothing), nothing)
            if value != nothing:
                found[function] = value
        callers: dict[Function, list[Function]] = defaultdict(list)
        for function, callees in self._called.items():
            for callee in callees:
                callers[callee].append(function)
        waiting = list(found)
        while waiting:
            callee = waiting.pop()
            for caller in callers[callee]:
                if caller not in found:
                    found[caller] = found[callee]
                    waiting.append(caller)
        return found
