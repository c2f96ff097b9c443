"""Roles that may be played by any file of a submission: finds the names and takes their definitions."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.contracts import Contract, Role
from autograder.submissions import Submission
from textlab.definitions import Cell, Definitions, defined_names, names_made_by, read_cells, slice_definitions
from textlab.definitions.blank import is_blank
from textlab.definitions.slicing import END

NETWORK = "network"
MAX_MADE = 6
"""Most networks of a notebook whose weights are looked at, and most of its optimisers."""
OPTIMIZERS = ["optim.*", "Adam*", "*Adam", "SGD", "RMSprop", "Adagrad", "Adadelta"]


@dataclass(frozen=True)
class MadeNetworks:
    """The networks that a notebook itself makes from the class of a role."""

    names: tuple[str, ...]
    optimizers: tuple[str, ...]
    """Names of the optimisers that the notebook makes."""
    definitions: Definitions


@dataclass(frozen=True)
class Found:
    """A role as one submission plays it."""

    role: Role
    definitions: Definitions | None
    """None when there is no file."""
    served: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By what is served, the notebook's names for it."""
    made: MadeNetworks | None = None
    problems: tuple[str, ...] = ()
    file: str = ""
    """The name of the file that plays it."""


@dataclass(frozen=True)
class _Player:
    """A file that may play a role, and its names for the parts of it."""

    file: str
    cells: Sequence[Cell]
    names: Mapping[str, str]
    damaged: bool

    def is_blank(self, role: Role) -> bool:
        """Whether all that it has for the role is as it was handed out."""
        names = [name for name in self.names.values() if name]
        definitions = slice_definitions(self.cells, names, which=role.which)
        return all(is_blank(definitions.program_of(name), name, role.given) for name in names)

    def is_copy(self, other: _Player) -> bool:
        """Whether both hold the same code."""
        return [cell.source for cell in self.cells] == [cell.source for cell in other.cells]


def _passed_over(one: _Player, first: _Player, role: Role, name: str) -> str:
    if one.is_blank(role):
        reason = f"its blanks are empty, and {first.file} was"
    elif one.damaged:
        reason = f"it is damaged, and {first.file} was"
    else:
        reason = f"{first.file} is here, too"
    return f"{one.file}: was not graded as {name}, since {reason}. Hand in one of them."


def find_role(submission: Submission, contract: Contract, name: str) -> Found:
    """The role of that name in the first file that defines what it needs, else in the first file with code.

    A file in which nothing of it is written yet, or that is damaged, gives way to others.
    """
    role, problems = contract.roles[name], list[str]()
    readable: list[_Player] = []
    for file in submission.files:
        cells, unreadable = read_cells(file.name, file.content)
        problems += unreadable
        if cells:
            damaged = bool(unreadable) and not read_cells(file.name, file.content, rescue=False)[0]
            defined = {classes: defined_names(cells, classes=classes) for classes in (True, False)}
            names = {part: choose_names(role, part, defined[part == NETWORK]) for part in role.names}
            readable.append(_Player(file.name, cells, names, damaged))
    if not readable:
        return Found(role, None, problems=tuple(problems))
    ranked = [one for one in readable if any(one.names.values())] or readable[:1]
    if len(ranked) > 1:
        ranked.sort(key=lambda one: (one.is_blank(role), one.damaged))
        problems += [_passed_over(one, ranked[0], role, name) for one in ranked[1:] if not one.is_copy(ranked[0])]
    played_by, chosen, found = ranked[0].file, ranked[0].cells, ranked[0].names
    plays = {part: found[part] or asked for part, asked in role.names.items()}
    served = {kind: names_made_by(chosen, makers) for kind, makers in contract.serves.items()}
    given = [bound for bounds in served.values() for bound in bounds]
    definitions = slice_definitions(chosen, list(plays.values()), given, which=role.which)
    return Found(
        role=dataclasses.replace(role, notebook=name, names=plays),
        definitions=definitions,
        served=served,
        made=_made(chosen, plays[NETWORK], given) if NETWORK in plays else None,
        problems=(*problems, *definitions.problems, *_globals(definitions, given)),
        file=played_by,
    )


def choose_names(role: Role, part: str, defined: Sequence[str]) -> str:
    """Of the names that a notebook defines, that for a part: the one asked for, else another accepted, or ""."""
    ordered = defined if role.which == "first" else defined[::-1]
    for wanted in (role.names[part], *role.other_names.get(part, ())):
        pattern = wanted.lower()
        for name in ordered:
            if name == wanted or ("*" in wanted and fnmatch.fnmatchcase(name.lower(), pattern)):
                return name
    return ""


def _made(cells: Sequence[Cell], network: str, served: Sequence[str]) -> MadeNetworks:
    """Networks made from a class, or by a function of the notebook, the last ones first."""
    makers = [network, *defined_names(cells, classes=False)]
    names = names_made_by(cells, makers)[:MAX_MADE]
    optimizers = [name for name in names_made_by(cells, OPTIMIZERS) if name not in names][:MAX_MADE] if names else []
    return MadeNetworks(
        tuple(names), tuple(optimizers), slice_definitions(cells, [*names, *optimizers], served, which=END)
    )


def _globals(definitions: Definitions, served: Sequence[str]) -> list[str]:
    """One line for each class that reads the notebook's variables."""
    found = []
    for name, read in definitions.globals_used.items():
        told = [variable for variable in read if variable not in served]
        if told:
            found.append(f"{name} reads the notebook's {', '.join(told)}: hand over as arguments what decides.")
    return found
