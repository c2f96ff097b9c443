"""Roles that may be played by any file of a submission: finds the names and takes their definitions."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.contracts import Contract, Role
from autograder.submissions import Submission
from textlab.definitions import Cell, Definitions, defined_names, names_made_by, read_cells, slice_definitions

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


def find_role(submission: Submission, contract: Contract, name: str) -> Found:
    """The role of that name in the first file that defines what it needs, else in the first file with code."""
    role, problems = contract.roles[name], list[str]()
    readable: list[tuple[str, list[Cell]]] = []
    for file in submission.files:
        cells, unreadable = read_cells(file.name, file.content)
        problems += unreadable
        if cells:
            readable.append((file.name, cells))
    if not readable:
        return Found(role, None, problems=tuple(problems))
    names = {part: choose_names(role, part, cells) for _, cells in readable[:1] for part in role.names}
    played_by, chosen = readable[0]
    for name_of_file, cells in readable:
        here = {part: choose_names(role, part, cells) for part in role.names}
        if any(here.values()):
            names, played_by, chosen = here, name_of_file, cells
            break
    plays = {part: names[part] or asked for part, asked in role.names.items()}
    served = {kind: names_made_by(chosen, makers) for kind, makers in contract.serves.items()}
    given = [bound for bounds in served.values() for bound in bounds]
    definitions = slice_definitions(chosen, list(plays.values()), given, first=role.which == "first")
    return Found(
        role=dataclasses.replace(role, notebook=name, names=plays),
        definitions=definitions,
        served=served,
        made=_made(chosen, plays[NETWORK], given) if NETWORK in plays else None,
        problems=(*problems, *definitions.problems, *_globals(definitions, given)),
        file=played_by,
    )


def choose_names(role: Role, part: str, cells: Sequence[Cell]) -> str:
    """The notebook's name for a part of a role: the name asked for, else another accepted one, else ""."""
    defined = defined_names(cells, classes=part == NETWORK)
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
    return MadeNetworks(tuple(names), tuple(optimizers), slice_definitions(cells, [*names, *optimizers], served))


def _globals(definitions: Definitions, served: Sequence[str]) -> list[str]:
    """One line for each class that reads the notebook's variables."""
    found = []
    for name, read in definitions.globals_used.items():
        told = [variable for variable in read if variable not in served]
        if told:
            found.append(f"{name} reads the notebook's {', '.join(told)}: hand over as arguments what decides.")
    return found
