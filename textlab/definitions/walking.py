"""Walks backwards from a graded name and takes the statements that its value, and its calls, follow from."""

from __future__ import annotations

import builtins
from bisect import bisect_left
from collections.abc import Collection, Hashable, Sequence

from textlab.definitions.following import EVERYTHING, Flow
from textlab.definitions.groups import Untaken
from textlab.definitions.moments import Answer
from textlab.definitions.units import FILES

BUILTINS = frozenset(dir(builtins)) | {"display", "get_ipython", "exit", "quit", "__file__", "__name__"}
MAX_CALLS = 8
"""Statements that are told apart among those from which a function is called; beyond them it may be any."""
MAX_STEPS = 2_000_000
"""Most names that are followed; beyond them changes of objects are not."""


class Walk:
    """The statements that one graded name needs, for one moment."""

    def __init__(self, flow: Flow, answer: Answer, served: Collection[str]) -> None:
        self.flow, self.answer = flow, answer
        self.taken: set[int] = set()
        """Statements to run, and barred ones in whose place something has to stand."""
        self.barred: set[int] = set()
        """Of all that would be needed, what is never run."""
        self.steps = 0
        self._served = served
        self._statements = flow.statements
        self._reached: dict[tuple[str, int], int] = {}
        self._called: dict[tuple[str, int], tuple[int, int]] = {}
        """By version the first statement that may call it, and how often an earlier one was found."""
        self._lowest: dict[int, int] = {}
        """By definition the first statement at which its functions may read their names."""
        self._between: dict[str, int] = {}
        """By name the first statement from which on functions read it, up to the moment."""
        self._untaken: dict[Hashable, Untaken] = {}
        self._waiting: list[tuple[str, int, int]] = []
        self._start()
        while self._waiting:
            self._need(*self._waiting.pop())

    def after(self) -> set[int]:
        """Statements from the moment on that would change what the name's functions read."""
        found: set[int] = set()
        moment, end = self.answer.moment, len(self._statements)
        groups: set[Hashable] = set()
        for name in {*self._between, self.answer.name}:
            found.update(self.flow.binders_in(name, moment, end))
            if (group := self.flow.group(name, moment)) is not None and group not in groups:
                groups.add(group)
                places = self.flow.touching.get(group, [])
                found.update(places[bisect_left(places, moment) :])
        return found - self.taken

    def _start(self) -> None:
        name, moment = self.answer.name, self.answer.moment
        for position in range(moment):
            statement = self._statements[position]
            if statement.source.startswith("from __future__ ") or self.flow.is_ambient(position):
                self._take(position)
        at = moment if self.answer.card is not None else self.answer.binder + 1
        self._waiting.append((name, at, moment))
        self._touches(name, at, moment)

    def _need(self, name: str, position: int, called_at: int) -> None:
        """Take what gives a name its value before a statement; its functions may be called at another."""
        if name in self._served:
            return
        self.steps += 1
        last = self.flow.last_sure(name, position)
        version, start = (name, last), max(last, 0)
        more: list[int] = []
        if position > self._reached.get(version, -1):
            self._reached[version] = position
            more = self._take_from(name, self.flow.binders.get(name, ()), start, position)
            for binder in more:
                self._take(binder)
            self._touches(name, position, position)
            if name != FILES:
                for star in self._take_from("stars", self.flow.stars, start, position):
                    self._take(star)
        first, count = self._called.get(version, (len(self._statements) + 1, 0))
        if called_at < first:
            first = called_at if count < MAX_CALLS else start
            self._called[version] = (first, count + 1)
            more = self.flow.binders_in(name, start, self._reached[version])
        for binder in more:
            self._call(binder, max(first, binder))

    def _touches(self, name: str, position: int, end: int) -> None:
        """Take the statements before `end` that change what a name stands for before `position`."""
        group = self.flow.group(name, position)
        if group is None or self.steps > MAX_STEPS:
            return
        start = max(self.flow.last_sure(name, position), 0)
        for key in (group, EVERYTHING):
            for touching in self._take_from(key, self.flow.touching.get(key, ()), start, end):
                self._take(touching)

    def _take_from(self, key: Hashable, places: Sequence[int], start: int, end: int) -> list[int]:
        """The statements of a list from `start` to before `end` that were not met in it before."""
        if not places:
            return []
        untaken = self._untaken.get(key)
        if untaken is None:
            untaken = self._untaken[key] = Untaken(list(places))
        return untaken.take(bisect_left(untaken.places, start), bisect_left(untaken.places, end))

    def _take(self, position: int) -> None:
        if position in self.taken:
            return
        statement = self._statements[position]
        if self.flow.barred[position] and not statement.defines:
            self.barred.add(position)
        self.taken.add(position)
        if position in self.barred or statement.shell:
            return
        for name in statement.now:
            self._waiting.append((name, position, position))
        if not statement.deferred:
            self._call(position, position)

    def _call(self, definition: int, position: int) -> None:
        """Functions that a statement defines may read their names from a position on."""
        statement = self._statements[definition]
        position = min(position, self.answer.moment)
        if not statement.later or definition in self.barred or position >= self._lowest.get(definition, 1 << 60):
            return
        self._lowest[definition] = position
        for name in statement.later:
            self._need_between(name, position)

    def _need_between(self, name: str, first: int) -> None:
        """Functions read a name at any time from a statement on to the moment."""
        moment = self.answer.moment
        known = self._between.get(name)
        if name in self._served or (known is not None and first >= known):
            return
        self._between[name] = first
        last = moment
        if name == self.answer.name and self.answer.card is None:
            last = max(min(moment, self.answer.binder + 1), first if first <= self.answer.binder else 0)
        places = self.flow.sure.get(name, [])
        end = last if known is None else min(known, last)
        within = places[bisect_left(places, first) : bisect_left(places, end)]
        for position in (min(first, last), *within, end):
            self._waiting.append((name, position, max(first, self.flow.last_sure(name, position) + 1)))
        if known is None and not self.flow.binders_in(name, 0, moment):
            self._take_first_after(name)

    def _take_first_after(self, name: str) -> None:
        """A name that has no value at the moment gets the first that the notebook gives it later."""
        moment = self.answer.moment
        if name in BUILTINS or name == FILES or any(star < moment for star in self.flow.stars[:1]):
            return
        for binder in self.flow.binders_in(name, moment, len(self._statements)):
            statement = self._statements[binder]
            if name in statement.sure and not (statement.deletes or statement.shell or self.flow.barred[binder]):
                self._take(binder)
                self._call(binder, moment)
                return
