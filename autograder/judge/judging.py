"""One submission before the judge: its definitions, its workers, its random draws."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from autograder.contracts import Role
from autograder.contracts.role import ANYWHERE
from autograder.judge import border
from autograder.judge.anywhere import MadeNetworks
from autograder.judge.client import Worker
from autograder.judge.few_reviews import FewReviews, load_few
from autograder.judge.hidden_data import HiddenData, hidden_folder
from autograder.judge.remote import Repair
from autograder.judge.trainings import Trainings
from autograder.judge.workers import Workers
from autograder.record import NO_NOTEBOOK, NOT_ATTEMPTED
from autograder.submissions import SubmittedFile
from autograder.thresholds import Thresholds
from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, StudentError
from textlab.checks.symptoms import UNKNOWN, find_symptom
from textlab.definitions import Definitions, Piece
from textlab.definitions.blank import is_blank
from textlab.definitions.loading import bound_names

LOAD_S = 30.0
TRAIN_S = 240.0


class NotHandedIn(Exception):
    """What a check is about was not handed in, cannot be read, or is still as it was handed out."""


@dataclass
class Judging:
    """What the graders of one submission share."""

    drawn_from: Mapping[str, str]
    """By check, what its inputs follow from besides the key: a digest of the code that it is about."""
    definitions: Mapping[str, Definitions]
    """By notebook stem, or by role where any file may play it."""
    contract: Mapping[str, Role]
    data: HiddenData
    thresholds: Thresholds
    workers: Workers
    printed: dict[str, list[str]] = field(default_factory=dict)
    """By notebook, or by role where any file may play it, what the student's code printed."""
    trained: dict[str, Tensor] = field(default_factory=dict)
    """Weights of the student's CNN after graded training, its ids renamed back to the vocabulary's."""
    stand_ins: dict[str, list[str]] = field(default_factory=dict)
    """By notebook, the student's names that the kit's own function replaces from now on."""
    quiet: set[str] = field(default_factory=set)
    """Notebooks in which dropout does nothing from now on."""
    repairs: dict[str, Repair] = field(default_factory=dict)
    """By class what is made good in it, since a check was charged for it."""
    served: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """By notebook or role, and by what is served, the names that the kit's own is bound to."""
    made: Mapping[str, MadeNetworks] = field(default_factory=dict)
    """By role the networks that the notebook itself makes."""
    probabilities: dict[str, bool] = field(default_factory=dict)
    """By class, what was found out about the output of those that may give either."""
    beside: Mapping[str, Sequence[SubmittedFile]] = field(default_factory=dict)
    """By notebook or role, the files that come along with it."""
    few: FewReviews = field(default_factory=load_few)
    """What the network that starts from vectors is trained on."""
    misfit: str = ""
    """Which other contract the submission was written for; then nothing is checked under this one."""
    trainings: Trainings = field(default_factory=Trainings)
    """What graded training has measured before."""
    _taken: list[Worker] = field(default_factory=list)
    _live: dict[str, Worker] = field(default_factory=dict)
    _unloaded: dict[str, dict[str, str]] = field(default_factory=dict)

    def draw(self, check: str) -> Draw:
        """Inputs for one check: the same for the same code and key, and not to be known without the key."""
        text = f"{self.drawn_from[check]} {check}".encode()
        return Draw(int.from_bytes(hmac.digest(course_key(), text, "sha256")[:7], "big"))

    def worker(self, role: str) -> Worker:
        """A live worker that has loaded the role's notebook; a lost one is replaced.

        Raises CheckFailed when loading did not define what plays the role.
        """
        notebook = self.contract[role].notebook
        live = self._live.get(notebook)
        if live is None or live.lost is not None:
            again = notebook in self.printed
            live = self.fresh_worker(notebook)
            self._live[notebook] = live
            said = live.printed
            # What is printed when a notebook is loaded once more, was printed before.
            live.printed = [] if again else said
            try:
                self._unloaded[notebook] = self._load(live, notebook)
            except StudentError:
                self.end(notebook)
                raise
            live.printed = said
        for name in self.contract[role].names.values():
            if name in self._unloaded[notebook]:
                raise missing_definition(name, self._unloaded[notebook][name])
        return live

    def fresh_worker(self, notebook: str) -> Worker:
        """A worker that has seen nothing yet; what is printed there counts for the notebook."""
        worker = self.workers.take()
        worker.printed = self.printed.setdefault(notebook, [])
        self._taken.append(worker)
        return worker

    @property
    def answers(self) -> int:
        """How many requests the workers of this submission have answered."""
        return sum(worker.answers for worker in self._taken)

    def stand_in(self, role: str, part: str) -> None:
        """From the next worker on, the kit's own function plays this part, so that its fault is charged once."""
        notebook = self.contract[role].notebook
        names = self.stand_ins.setdefault(notebook, [])
        if self.contract[role].names[part] not in names:
            names.append(self.contract[role].names[part])
            self.end(notebook)

    def silence(self, role: str) -> None:
        """From the next worker on dropout does nothing, so that dropout which is wrong is charged once."""
        notebook = self.contract[role].notebook
        if notebook not in self.quiet:
            self.quiet.add(notebook)
            self.end(notebook)

    def name(self, role: str, part: str) -> str:
        """The student's name for a part of a role.

        Raises NotHandedIn without a notebook that can be read, or when the definition is as it was handed out,
        CheckFailed when the notebook does not define the name.
        """
        if self.misfit:
            raise NotHandedIn(f"not checked: {self.misfit}")
        if role not in self.contract:
            raise NotHandedIn(f"not checked: the contract has no role {role}")
        name, notebook = self.contract[role].names[part], self.contract[role].notebook
        found = self.definitions.get(notebook)
        if found is None:
            missing = "notebook" if notebook == ANYWHERE else f"{notebook}.ipynb"
            raise NotHandedIn(f"{NO_NOTEBOOK}there is no {missing} that could be read")
        if name in found.missing:
            raise missing_definition(name, found.missing[name])
        if is_blank(found.program_of(name), name, self.contract[role].given):
            raise NotHandedIn(NOT_ATTEMPTED)
        return name

    def close(self) -> None:
        """End this submission's workers."""
        for worker in self._live.values():
            worker.close()
        self._live.clear()

    def end(self, notebook: str) -> None:
        """End the worker of a notebook; if it is asked for again, a fresh one takes its place."""
        if notebook in self._live:
            self._live.pop(notebook).close()

    def end_hushed(self) -> None:
        """End the workers that have read hidden reviews: in fresh ones, errors have their texts again."""
        for notebook in [name for name, worker in self._live.items() if worker.hushed]:
            self.end(notebook)

    def bring(self, worker: Worker, notebook: str) -> None:
        """Put the files that come along with a notebook into a worker's folder."""
        for file in self.beside.get(notebook, ()):
            worker.request(
                "bring", LOAD_S, border.nothing(), name=file.name, content=base64.b64encode(file.content).decode()
            )

    def _load(self, worker: Worker, notebook: str) -> dict[str, str]:
        """Load a notebook; the names that it should have defined and did not, with the reason."""
        self.bring(worker, notebook)
        definitions = self.definitions[notebook]
        program, apart = told_programs(definitions)
        wanted = [
            name for role in self.contract.values() if role.notebook == notebook for name in role.names.values()
        ]
        names = [name for name in dict.fromkeys(wanted) if name not in definitions.missing]
        padding = self.stand_ins.get(notebook, [])
        quiet = notebook in self.quiet
        served = self.served.get(notebook, {})
        loaded = worker.request(
            "load",
            LOAD_S,
            border.loaded(names),
            program=program,
            apart=apart,
            names=names,
            padding=padding,
            quiet=quiet,
            served=served,
            lost=dict(definitions.lost),
        )
        reason = "; ".join(loaded.failures[:3]) or "its definition was not reached"
        unloaded = {name: reason for name in names if name not in loaded.found}
        # What only an import of everything might have brought was never there: no other part of a role suffers.
        return {name: why for name, why in unloaded.items() if loaded.failures or _binds(definitions, name)}


def _binds(definitions: Definitions, name: str) -> bool:
    """Whether a statement of a program binds a name by that name."""
    return any(name in bound_names(piece.source) for piece in definitions.program_of(name))


def told_programs(definitions: Definitions) -> tuple[list[Any], list[Any]]:
    """What a worker has to run: statements, and the groups of names that have statements of their own."""

    def told(program: Sequence[Piece]) -> list[Any]:
        return [[piece.cell, piece.line, piece.source] for piece in program]

    return told(definitions.program), [[list(part.names), told(part.program)] for part in definitions.apart]


def missing_definition(name: str, reason: str) -> CheckFailed:
    """The failure that says why a class or function is not there."""
    known = find_symptom("", reason)
    step = "restart the kernel, run all cells, and hand in the notebook when none of them fails"
    return CheckFailed(
        f"{name} could not be loaded from the notebook",
        input="the notebook's definitions, imports and constants",
        expected=f"a definition of {name}",
        got=reason,
        likely=None if known is UNKNOWN else Cause(known.id, known.likely),
        next=step if known is UNKNOWN else known.next,
    )


def course_key() -> bytes:
    """The key that makes hidden draws unpredictable. Raises FileNotFoundError with the remedy."""
    path = hidden_folder() / "key"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: run autograder renew-hidden")
    return hashlib.sha256(path.read_bytes().strip()).digest()
