"""The parts of a submission that are judged and kept apart: the checks of one notebook, or of all of them.

Checks of one part share workers, premises and a trained network; nothing that one part does reaches another. So a
result of a part follows from what the worker is given for it, and from nothing else in the submission.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.contracts import Role, load_contract
from autograder.judge.anywhere import MadeNetworks
from autograder.record import OF_THE_MOMENT, CheckResult, ExplainedSentence, check_from, explained_from
from autograder.rubric import Entry, Rubric
from autograder.store.keys import digest
from autograder.submissions import SubmittedFile
from autograder.submissions.beside import told_beside
from textlab.definitions import Definitions


@dataclass(frozen=True)
class Part:
    """Checks that are judged together, and all that the worker is given for them."""

    name: str
    """The notebook; empty where a part is the whole submission."""
    roles: Mapping[str, Role]
    entries: tuple[Entry, ...]
    programs: Mapping[str, Definitions | None]
    """By notebook, or by role where any file may play it; None when it was not handed in."""
    served: Mapping[str, Mapping[str, Sequence[str]]]
    made: Mapping[str, MadeNetworks]
    beside: Mapping[str, Sequence[SubmittedFile]] = field(default_factory=dict)
    """By notebook or role, the files that come along with it."""

    def content(self, *, places: bool = True) -> list[Any]:
        """What a result follows from, as JSON has it; without `places` cells and lines are left out."""
        return [
            self.roles,
            {name: _told(program, places) for name, program in self.programs.items()},
            self.served,
            {role: [made.names, _told(made.definitions, places)] for role, made in self.made.items()},
            *([beside] if (beside := told_beside(self.beside)) else []),
        ]

    @property
    def drawn_from(self) -> str:
        """What the inputs of its checks follow from, besides the key: the code, wherever it stands."""
        return digest(self.content(places=False))


@dataclass(frozen=True)
class PartResult:
    """What was found out about a part."""

    checks: tuple[CheckResult, ...]
    printed: str
    explained: tuple[ExplainedSentence, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)

    @property
    def lasting(self) -> bool:
        """Whether it may be kept: no outcome may be due to what the machine was doing."""
        return all(check.outcome not in OF_THE_MOMENT for check in self.checks)

    def priced(self, entries: Sequence[Entry]) -> PartResult:
        """The same under a rubric that may give other points."""
        by_id = {check.id: check for check in self.checks}
        return dataclasses.replace(self, checks=tuple(_priced(by_id[entry.id], entry) for entry in entries))

    def to_bytes(self) -> bytes:
        """As JSON."""
        return json.dumps(dataclasses.asdict(self)).encode()

    @staticmethod
    def from_bytes(kept: bytes) -> PartResult:
        """From what `to_bytes` made."""
        fields = json.loads(kept)
        checks = tuple(check_from(check) for check in fields["checks"])
        explained = tuple(explained_from(sentence) for sentence in fields["explained"])
        return PartResult(checks, fields["printed"], explained, fields["seconds"])


def part_names(roles: Mapping[str, Role]) -> tuple[str, ...]:
    """The names of the parts: the notebooks of the kit's own assignment, one for all of any other contract."""
    return tuple(_by_part(roles))


def parts_of(
    rubric: Rubric,
    roles: Mapping[str, Role],
    definitions: Mapping[str, Definitions],
    served: Mapping[str, Mapping[str, Sequence[str]]],
    made: Mapping[str, MadeNetworks],
    beside: Mapping[str, Sequence[SubmittedFile]] | None = None,
) -> list[Part]:
    """One part a notebook of the kit's own assignment; the whole submission where a contract has other roles."""
    return [
        Part(
            name=name,
            roles=group,
            entries=tuple(entry for entry in rubric.checks if entry.role in group),
            programs={role.notebook: definitions.get(role.notebook) for role in group.values()},
            served={name: names for name, names in served.items() if name in group},
            made={name: networks for name, networks in made.items() if name in group},
            beside={
                name: files
                for name, files in (beside or {}).items()
                if name in group or name in {role.notebook for role in group.values()}
            },
        )
        for name, group in _by_part(roles).items()
    ]


def _by_part(roles: Mapping[str, Role]) -> dict[str, dict[str, Role]]:
    # Other contracts may spread over notebooks what the kit's own checks take from one.
    by_notebook = roles == load_contract().roles
    groups: dict[str, dict[str, Role]] = {}
    for name, role in roles.items():
        groups.setdefault(role.notebook if by_notebook else "", {})[name] = role
    return groups


def _told(program: Definitions | None, places: bool) -> Any:
    if program is None:
        return None
    pieces = [
        [[*((piece.cell, piece.line) if places else ()), piece.source] for piece in part.program]
        for part in program.programs
    ]
    names = [part.names for part in program.apart]
    missing = dict(program.missing) if places else sorted(program.missing)
    return [pieces, names, missing, *([dict(program.lost)] if places and program.lost else [])]


def _priced(check: CheckResult, entry: Entry) -> CheckResult:
    return dataclasses.replace(
        check,
        points=entry.points if check.outcome == "passed" else 0,
        max_points=entry.points,
        visibility=entry.visibility,
        bonus=entry.bonus,
    )
