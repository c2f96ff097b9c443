"""Take from a notebook the statements that given names need, by following names and objects backwards."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from textlab.definitions.cells import Cell
from textlab.definitions.following import Flow
from textlab.definitions.moments import Answer, find_answer, is_data
from textlab.definitions.not_run import NOT_RUN
from textlab.definitions.statements import Notebook, Statement, read_statements
from textlab.definitions.walking import BUILTINS, MAX_STEPS, Walk

CHECKED, FIRST, LAST, END = "checked", "first", "last", "end"
"""Which definition of a name counts: the one that the last card on it saw; the first; the last; what the name stands
for at the notebook's end, of names that belong together."""
MAX_PROBLEMS = 50
"""Most problems that are listed."""


MAX_NEAR = 2_000
"""Most names among which a missing one is looked for by a like name."""
MAX_LOST = 200
"""Most names of left out blocks that are kept."""


@dataclass(frozen=True)
class Piece:
    """A stretch of source to execute, as the student wrote it."""

    cell: int
    line: int
    """Line of the cell on which it starts, from 1."""
    source: str


@dataclass(frozen=True)
class Apart:
    """Names that mean something else by a name than the others do, with a program of their own."""

    names: tuple[str, ...]
    program: tuple[Piece, ...]


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
    apart: tuple[Apart, ...] = field(default=())
    """Names that `program` does not define: each group is executed in a namespace of its own."""
    not_run: tuple[str, ...] = ()
    """What the names need and what is never run, such as training, each with cell and line."""

    def program_of(self, name: str) -> tuple[Piece, ...]:
        """The program that defines a wanted name."""
        return next((part.program for part in self.apart if name in part.names), self.program)

    @property
    def programs(self) -> tuple[Apart, ...]:
        """All programs, each with the names that it alone defines; the first without names: all others."""
        return (Apart((), self.program), *self.apart)


def slice_definitions(
    cells: Sequence[Cell],
    wanted: Collection[str],
    served: Collection[str] = (),
    *,
    which: str | Mapping[str, str] = CHECKED,
) -> Definitions:
    """Return what must be executed to get the names `wanted`; never raises, and executes nothing.

    A name that they use means what it meant when their last card was shown, without a card at the notebook's end
    (docs/slicing.md). Names in `served` are given by the kit and not followed. `which` says, for all names or by
    name, which definition counts. Execution counts play no part.
    """
    notebook = read_statements(cells)
    rules = {name: which if isinstance(which, str) else which.get(name, CHECKED) for name in sorted(set(wanted))}
    served = frozenset(served) - frozenset(wanted)
    first = [name for name, rule in rules.items() if rule == FIRST]
    if first and len(first) == len(rules):
        notebook = _until_redefined(notebook, wanted)
    return _Slice(notebook, rules, served).result()


def _until_redefined(notebook: Notebook, wanted: Collection[str]) -> Notebook:
    defined: set[str] = set()
    for index, statement in enumerate(notebook.statements):
        again = statement.defines & set(wanted)
        if again & defined:
            return dataclasses.replace(notebook, statements=notebook.statements[:index])
        defined |= again
    return notebook


class _Slice:
    def __init__(self, notebook: Notebook, rules: Mapping[str, str], served: frozenset[str]) -> None:
        self._notebook = notebook
        self._statements = notebook.statements
        self._served = served
        self._flow = Flow(notebook.statements)
        self._answers = {name: self._answer(name, rule) for name, rule in rules.items()}
        self._missing = {name: why for name, answer in self._answers.items() if (why := self._why_missing(answer))}
        self._walks = [
            Walk(self._flow, answer, served) for name, answer in self._answers.items() if name not in self._missing
        ]

    def _answer(self, name: str, rule: str) -> Answer:
        if rule == END:
            return Answer(name, max(self._flow.binders.get(name, ()), default=-1), len(self._statements), None)
        return find_answer(self._flow, name, by_card=rule == CHECKED)

    def result(self) -> Definitions:
        groups = self._groups()
        programs = [Apart(tuple(walk.answer.name for walk in walks), self._program(walks)) for walks in groups]
        taken = set().union(*(walk.taken | walk.barred for walk in self._walks))
        problems = [*self._notebook.problems, *self._unfollowed(taken), *self._below_cards()]
        not_run = tuple(dict.fromkeys(self._not_run()))
        problems += not_run
        if len(problems) > MAX_PROBLEMS:
            problems = [*problems[:MAX_PROBLEMS], f"There are {len(problems) - MAX_PROBLEMS} more problems."]
        return Definitions(
            program=programs[0].program if programs else (),
            missing=self._missing,
            globals_used={walk.answer.name: read for walk in self._walks if (read := self._globals_of(walk))},
            problems=tuple(problems),
            lost=dict(self._notebook.lost[:MAX_LOST]),
            apart=tuple(programs[1:]),
            not_run=not_run,
        )

    def _groups(self) -> list[list[Walk]]:
        """The names that can share a namespace: none of them needs a statement that changes what another reads."""
        groups: list[list[Walk]] = []
        after = {walk.answer.name: walk.after() for walk in self._walks}
        for walk in self._walks:
            for group in groups:
                if not any(
                    after[walk.answer.name] & other.taken or after[other.answer.name] & walk.taken for other in group
                ):
                    group.append(walk)
                    break
            else:
                groups.append([walk])
        return sorted(groups, key=len, reverse=True)

    def _program(self, walks: Sequence[Walk]) -> tuple[Piece, ...]:
        taken = sorted(set().union(*(walk.taken for walk in walks)))
        barred = set().union(*(walk.barred for walk in walks))
        pieces = [self._placeholder(index) if index in barred else self._piece(index) for index in taken]
        return tuple(piece for piece in (*pieces, *self._rebound(walks, taken)) if piece is not None)

    def _piece(self, index: int) -> Piece | None:
        statement = self._statements[index]
        return None if statement.shell else Piece(statement.cell, statement.line, statement.source)

    def _placeholder(self, index: int) -> Piece | None:
        """What stands for the names that a statement would bind; none when it is there for its effect alone."""
        statement = self._statements[index]
        reason = f"{self._place(statement)} {self._flow.barred[index]}, so it is not run"
        lines = [f"{name} = {NOT_RUN}({name!r}, {reason!r})" for name in sorted(statement.sure)]
        for name in sorted(statement.perhaps):
            lines.append(f"{name} = globals().get({name!r}) or {NOT_RUN}({name!r}, {reason!r})")
        return Piece(statement.cell, statement.line, "; ".join(lines)) if lines else None

    def _rebound(self, walks: Sequence[Walk], taken: Sequence[int]) -> Iterator[Piece | None]:
        """Yield the wanted definitions that the program, for the sake of other names, rebinds to data."""
        for walk in walks:
            name, binder = walk.answer.name, walk.answer.binder
            if walk.answer.card is None and any(
                index > binder
                and name in self._statements[index].sure | self._statements[index].perhaps
                and is_data(self._flow, name, index)
                for index in taken
            ):
                yield self._piece(binder)

    def _why_missing(self, answer: Answer) -> str | None:
        name = answer.name
        if answer.binder >= 0:
            statement = self._statements[answer.binder]
            if self._flow.barred[answer.binder] and name not in statement.defines:
                return f"{self._place(statement)} {self._flow.barred[answer.binder]}, so it is not run"
            if not all(self._statements[index].shell for index in self._flow.binders[name]):
                return None
            return f"{self._place(statement)} gets it from a magic or shell line, which is not run"
        for lost, reason in self._notebook.lost:
            if lost == name:
                return reason
        if self._flow.stars:
            return None
        known_names = (known for known in self._flow.binders if abs(len(known) - len(name)) <= len(name))
        by_lower = {known.lower(): known for known in sorted(islice(known_names, MAX_NEAR))}
        near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.7)
        hint = f"; nearest name: {by_lower[near[0]]}" if near else ""
        return f"the notebook defines no {name}{hint}"

    def _globals_of(self, walk: Walk) -> tuple[str, ...]:
        """Return the data that the functions behind a name read, through the notebook's own definitions."""
        data: set[str] = set()
        looked_at: set[str] = set()
        name = walk.answer.name
        open_names, seen = [name], {name}
        while open_names:
            for statement in self._bind(walk, open_names.pop()):
                if statement.defines:
                    new = statement.later - looked_at
                    looked_at |= new
                    data |= {read for read in new if self._holds_data(walk, read)}
                reads = statement.now | statement.later
                follow = {read for read in reads if read in self._flow.definitions} - seen - self._served
                seen |= follow
                open_names.extend(follow)
        return tuple(sorted(data - {name}))

    def _bind(self, walk: Walk, name: str) -> list[Statement]:
        """The statements that give a name its value at the moment that counts."""
        return [self._statements[index] for index in self._binders(walk, name)]

    def _binders(self, walk: Walk, name: str) -> list[int]:
        at = walk.answer.binder + 1 if name == walk.answer.name else walk.answer.moment
        return self._flow.binders_in(name, self._flow.last_sure(name, at), at)

    def _holds_data(self, walk: Walk, name: str) -> bool:
        binders = self._binders(walk, name)
        if name in BUILTINS and not binders:
            return False
        binders = binders or self._flow.binders.get(name, [])
        if name in self._served or not binders or name in self._flow.definitions:
            return False
        last = self._statements[binders[-1]]
        return name not in last.imports and not (last.alias and self._is_module(last.alias.partition(".")[0]))

    def _is_module(self, name: str) -> bool:
        binders = self._flow.binders.get(name)
        return binders is not None and name in self._statements[binders[-1]].imports

    def _unfollowed(self, taken: Collection[int]) -> Iterator[str]:
        """Yield what hides names from the slice."""
        for index, statement in enumerate(self._statements):
            where = self._place(statement)
            for hidden in statement.hidden:
                yield f"{where} uses {hidden}: names behind it cannot be followed. Write the code out."
            if statement.shell and index in taken:
                names = ", ".join(sorted(statement.sure | statement.perhaps)) or "a needed name"
                yield f"{where} gets {names} from a magic or shell line, which is not run. Use Python."
        if any(walk.steps > MAX_STEPS for walk in self._walks):
            yield "Not all names could be followed; changes of objects may be missing."

    def _below_cards(self) -> Iterator[str]:
        """Yield the definitions below the last card, which do not count."""
        for walk in self._walks:
            name, binder, card = walk.answer.name, walk.answer.binder, walk.answer.card
            if card is None:
                continue
            later = self._flow.binders_in(name, card, len(self._statements))
            again = [index for index in later if not is_data(self._flow, name, index)]
            if again:
                counts = self._statements[binder].cell
                yield (
                    f"{self._place(self._statements[again[-1]])} defines {name} again, below its last card. "
                    f"The version of cell {counts} is graded."
                )

    def _not_run(self) -> Iterator[str]:
        """Yield what would be needed and is never run; a card that binds a name is nothing to speak of."""
        for walk in self._walks:
            for index in sorted(walk.barred - self._flow.showing_cards):
                what = f"{self._place(self._statements[index])} {self._flow.barred[index]}, so it is not run"
                yield f"{what}; {walk.answer.name} depends on it. Pass what it makes as an argument."

    @staticmethod
    def _place(statement: Statement) -> str:
        return f"cell {statement.cell} line {statement.line}"
