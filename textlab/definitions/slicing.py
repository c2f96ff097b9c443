"""Take from a notebook the statements that given names need, by following names backwards."""

from __future__ import annotations

import dataclasses
import difflib
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from textlab.definitions.cells import Cell
from textlab.definitions.effects import OwnFunctions
from textlab.definitions.statements import Notebook, Statement, read_statements

MAX_PROBLEMS = 50
"""Most problems that are listed."""
MAX_LOST = 200
"""Most names of left out blocks that are kept."""
MAX_NEEDS = 300_000
"""Most steps back from a statement to a name; beyond them the notebook is refused."""


@dataclass(frozen=True)
class Piece:
    """A stretch of source to execute, as the student wrote it."""

    cell: int
    line: int
    """Line of the cell on which it starts, from 1."""
    source: str


@dataclass(frozen=True)
class Definitions:
    """The part of a notebook that the wanted names need."""

    program: tuple[Piece, ...]
    """To be executed one by one in one namespace; `from __future__` counts for all pieces after it."""
    missing: Mapping[str, str]
    """Wanted names that the notebook does not define, with the reason."""
    globals_used: Mapping[str, tuple[str, ...]]
    """For each wanted name that reads some: the notebook's data (no functions, classes, modules, served
    names) that its functions, and those that they use, read when they are called. Default arguments and
    class bodies do not count."""
    problems: tuple[str, ...]
    """What was left out and what cannot be followed, each with cell and line."""
    lost: Mapping[str, str] = field(default_factory=dict)
    """Names that blocks bind which are left out, with the reason."""


def slice_definitions(
    cells: Sequence[Cell], wanted: Collection[str], served: Collection[str] = (), *, first: bool = False
) -> Definitions:
    """Return what must be executed to get the names `wanted`; never raises, and executes nothing.

    Names read at once resolve at the statement, names read by functions at the notebook's end. Names in
    `served` are given by the kit and not followed. Execution counts play no part. With `first` the notebook
    ends before a wanted name is defined for the second time.
    """
    notebook = read_statements(cells)
    if first:
        notebook = _until_redefined(notebook, wanted)
    return _Slice(notebook, wanted, frozenset(served) - frozenset(wanted)).result()


def _until_redefined(notebook: Notebook, wanted: Collection[str]) -> Notebook:
    defined: set[str] = set()
    for index, statement in enumerate(notebook.statements):
        again = statement.defines & set(wanted)
        if again & defined:
            return dataclasses.replace(notebook, statements=notebook.statements[:index])
        defined |= again
    return notebook


class _Slice:
    def __init__(self, notebook: Notebook, wanted: Collection[str], served: frozenset[str]) -> None:
        self._notebook = notebook
        self._statements = notebook.statements
        self._wanted = sorted(set(wanted))
        self._served = served
        self._end = len(self._statements)
        imported = frozenset(name for s in self._statements for name in s.imports)
        own = OwnFunctions(notebook.functions, imported)
        self._binders: dict[str, list[int]] = {}
        """For each name the statements that bind it, surely or perhaps."""
        self._touching: dict[str, list[int]] = {}
        """For each name the statements that bind or change it."""
        self._definitions: dict[str, int] = {}
        """For each name the last statement that defines it as a function or class."""
        self._walked: dict[str, set[int]] = {}
        """For each name the statements that a walk has met."""
        self._entangled = False
        self._stars = [index for index, statement in enumerate(self._statements) if statement.star]
        for index, statement in enumerate(self._statements):
            bound = statement.sure | statement.perhaps | own.bound(statement.effects)
            for name in bound:
                self._binders.setdefault(name, []).append(index)
            for name in statement.defines:
                self._definitions[name] = index
            for name in bound | own.changed(statement.effects):
                self._touching.setdefault(name, []).append(index)

    def result(self) -> Definitions:
        taken = self._take()
        order = [index for index in sorted(taken) if not self._statements[index].shell]
        problems = [*self._notebook.problems, *self._unfollowed(taken)]
        if len(problems) > MAX_PROBLEMS:
            problems = [*problems[:MAX_PROBLEMS], f"There are {len(problems) - MAX_PROBLEMS} more problems."]
        globals_used = {name: read for name in self._wanted if (read := self._globals_of(name))}
        return Definitions(
            program=tuple(self._piece(index) for index in [*order, *self._rebound(order)]),
            missing={name: why for name in self._wanted if (why := self._why_missing(name))},
            globals_used=globals_used,
            problems=tuple(problems),
            lost=dict(self._notebook.lost[:MAX_LOST]),
        )

    def _piece(self, index: int) -> Piece:
        statement = self._statements[index]
        return Piece(statement.cell, statement.line, statement.source)

    def _take(self) -> set[int]:
        """Walk backwards from the wanted names; return the statements met."""
        taken = {i for i, s in enumerate(self._statements) if s.ambient or s.source.startswith("from __future__ ")}
        open_names = [(name, self._end) for name in self._wanted]
        open_names += [(name, i) for i in taken for name in self._statements[i].now - self._served]
        seen = set(open_names)
        while open_names:
            name, position = open_names.pop()
            if len(seen) > MAX_NEEDS:
                self._entangled = True
                return set()
            for index in self._needed(name, position):
                taken.add(index)
                statement = self._statements[index]
                # What is called at `position` reads its names there; the judge calls it at the end.
                needs = {(read, index) for read in statement.now}
                needs |= {(read, at) for read in statement.later for at in (position, self._end)}
                for need in needs - seen:
                    if need[0] not in self._served:
                        seen.add(need)
                        open_names.append(need)
        return taken

    def _needed(self, name: str, position: int) -> Iterator[int]:
        """Yield backwards the statements before `position` that `name` comes from."""
        last = self._definitions.get(name) if position == self._end else None
        touching = self._touching.get(name, [])
        stars = self._stars
        at, star = bisect_left(touching, position), bisect_left(stars, position)
        while at or star:
            if at and (not star or touching[at - 1] >= stars[star - 1]):
                at -= 1
                index = touching[at]
                statement = self._statements[index]
                if last is not None and index > last and self._is_data(index, name):
                    continue
                yield index
                if name in statement.sure and not statement.shell:
                    return
                if position < self._end:
                    # An earlier walk went on from here, so all before it is taken.
                    walked = self._walked.setdefault(name, set())
                    if index in walked:
                        return
                    walked.add(index)
            else:
                star -= 1
                yield stars[star]

    def _is_data(self, index: int, name: str) -> bool:
        """Tell whether a statement binds a name to something unrelated to what the name was before."""
        statement = self._statements[index]
        if name not in statement.sure | statement.perhaps or name in statement.defines | statement.imports:
            return False
        wraps = name in statement.now
        return not wraps and not self._aliases_definition(statement)

    def _aliases_definition(self, statement: Statement) -> bool:
        return statement.alias in self._definitions

    def _rebound(self, order: Sequence[int]) -> Iterator[int]:
        """Yield the wanted definitions that the program, for the sake of other names, rebinds to data."""
        for name in self._wanted:
            last = self._definitions.get(name)
            if (
                last is not None
                and last in order
                and any(index > last and self._is_data(index, name) for index in order)
            ):
                yield last

    def _why_missing(self, name: str) -> str | None:
        if self._entangled:
            return "the notebook's names depend on each other in too many ways to be followed"
        if any(not self._statements[index].shell for index in self._binders.get(name, ())):
            return None
        for lost, reason in self._notebook.lost:
            if lost == name:
                return reason
        if self._binders.get(name):
            statement = self._statements[self._binders[name][-1]]
            where = f"cell {statement.cell} line {statement.line}"
            return f"{where} gets it from a magic or shell line, which is not run"
        by_lower = {known.lower(): known for known in sorted(self._binders)}
        near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
        hint = f"; nearest name: {by_lower[near[0]]}" if near else ""
        return f"the notebook defines no {name}{hint}"

    def _globals_of(self, name: str) -> tuple[str, ...]:
        """Return the data that the functions behind a name read, through the notebook's own definitions."""
        data: set[str] = set()
        open_names, seen = [name], {name}
        while open_names:
            for index in self._needed(open_names.pop(), self._end):
                statement = self._statements[index]
                if statement.defines:
                    data |= {read for read in statement.later if self._holds_data(read)}
                reads = statement.now | statement.later
                follow = {read for read in reads if self._definitions.get(read) is not None} - seen - self._served
                seen |= follow
                open_names.extend(follow)
        return tuple(sorted(data - {name}))

    def _holds_data(self, name: str) -> bool:
        binders = [self._statements[index] for index in self._binders.get(name, ())]
        if name in self._served or not binders or self._definitions.get(name) is not None:
            return False
        last = binders[-1]
        return name not in last.imports and not (last.alias and self._is_module(last.alias.partition(".")[0]))

    def _is_module(self, name: str) -> bool:
        binders = self._binders.get(name)
        return binders is not None and name in self._statements[binders[-1]].imports

    def _unfollowed(self, taken: Collection[int]) -> Iterator[str]:
        """Yield what hides names from the slice."""
        for index, statement in enumerate(self._statements):
            where = f"cell {statement.cell} line {statement.line}"
            for hidden in statement.hidden:
                yield f"{where} uses {hidden}: names behind it cannot be followed. Write the code out."
            if statement.shell and index in taken:
                names = ", ".join(sorted(statement.sure | statement.perhaps)) or "a needed name"
                yield f"{where} gets {names} from a magic or shell line, which is not run. Use Python."
