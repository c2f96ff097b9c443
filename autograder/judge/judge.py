"""From a submission to its record. Runs in a process of its own and never executes student code."""

from __future__ import annotations

import dataclasses
import functools
import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from autograder.budget import Budget, Clock, budget_of
from autograder.contracts import KIT, Contract, Role, load_contract
from autograder.contracts.role import ANYWHERE
from autograder.judge.anywhere import Found, find_role
from autograder.judge.few_reviews import load_few
from autograder.judge.fitting import better_contract
from autograder.judge.hidden_data import load_hidden
from autograder.judge.judging import Judging
from autograder.judge.known_parts import PRINTED_LIMIT, Keep, KnownParts
from autograder.judge.notebooks import choose_notebooks
from autograder.judge.parts import PartResult, parts_of
from autograder.judge.plugin import GradingPlugin
from autograder.judge.undisturbed import undisturbed
from autograder.judge.workers import Workers
from autograder.record import GradedFile, Record
from autograder.rubric import Rubric
from autograder.sandbox import Level
from autograder.submissions import Submission, SubmittedFile
from autograder.submissions.beside import beside_notebook
from autograder.thresholds import load_thresholds
from textlab.definitions import Cell, Definitions, slice_definitions
from textlab.definitions.own_settings import settings_of
from textlab.definitions.shown import plain_lines
from textlab.training import f1_of_logits
from textlab.versions import versions

GRADERS = Path(__file__).parent.parent / "graders"
PYTEST = [
    *(str(GRADERS), "-c", str(GRADERS / "pytest.ini"), "--rootdir", str(GRADERS)),
    *("--disable-plugin-autoload", "--import-mode=importlib"),
    *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:logging"),
    *("-p", "no:faulthandler", "-p", "no:unraisableexception"),
]
"""Quietly, and without the machine's plugins or configuration."""
MAX_PROBLEMS = 30
"""Most problems in a record: a notebook of ten thousand broken cells has as many."""


@dataclass(frozen=True)
class Settings:
    """How a class is graded."""

    data: str = "mini"
    data_path: Path | None = None
    level: Level = Level.PROCESS
    gpus: tuple[str, ...] = ()
    """Names of the CUDA devices that graded training runs on, one judge each; empty: it runs on the CPU."""
    contract: str = "kit"
    checks: tuple[str, ...] = ()
    """The checks that are asked; empty: all."""
    shuffle: int | None = None
    """A seed that shuffles the order of the checks, as far as they do not build on each other."""
    store: Path | None = None
    """The folder of what is known already; None: nothing is."""
    fresh: bool = False
    """Whether everything is judged, whatever is known; what comes out takes its place."""

    budget: Budget | None = None
    """What one submission may use in all; None: what is usual with the data."""

    @property
    def limits(self) -> Budget:
        """What one submission may use in all."""
        return self.budget or budget_of(self.data)

    @property
    def gpu_models(self) -> str:
        """What decides results besides the CPU; "" without GPUs."""
        return ", ".join(sorted(set(self.gpus)))


@dataclass(frozen=True)
class FoundOut:
    """What was found out about some parts of a submission, or about all."""

    problems: tuple[str, ...]
    results: tuple[PartResult, ...]
    """In the order of the parts."""
    read_s: float
    """Wall time until the notebooks were read."""
    total_s: float


@undisturbed()
def load_data(settings: Settings) -> None:
    """Read once what all submissions are judged with; what is read stays in memory."""
    load_hidden(settings.data, settings.data_path)
    load_few()
    _import_what_judges_use()
    # A garbage collector that does not look at what stays leaves its pages shared with forked judges.
    gc.freeze()


@functools.cache
def _import_what_judges_use() -> None:
    """The graders, and scikit-learn, which the metric loads when it is first asked for."""
    pytest.main([*PYTEST, "--collect-only"])
    f1_of_logits(torch.tensor([1.0, -1.0]), torch.tensor([1.0, 0.0]))


def judge_submission(
    submission: Submission,
    settings: Settings,
    workers: Workers,
    so_far: Callable[[Record], None] | None = None,
    keep: Keep | None = None,
) -> Record:
    """Grade one submission. Student faults end up in the record; only faults of the kit raise.

    `so_far` gets the record as it is after each check, with the checks to come as faults of the grader. What the
    settings' store knows about a part is not asked again; `keep` gets what is new for it.
    """

    def told(found: FoundOut) -> None:
        assert so_far is not None
        so_far(record_of(submission, settings, [found]))

    listener = None if so_far is None else told
    return record_of(submission, settings, [judge_parts(submission, settings, workers, listener, keep)])


@undisturbed()
def judge_parts(
    submission: Submission,
    settings: Settings,
    workers: Workers,
    so_far: Callable[[FoundOut], None] | None = None,
    keep: Keep | None = None,
    only: str | None = None,
) -> FoundOut:
    """The same without making a record of it; `only` one part, where others are judged elsewhere."""
    start = time.monotonic()
    workers.begin(Clock(settings.limits))
    contract = load_contract(settings.contract)
    rubric = contract.rubric
    found = _anywhere(submission, contract)
    definitions, files, problems, cells = _definitions(submission, contract.roles, rubric)
    definitions |= {name: one.definitions for name, one in found.items() if one.definitions is not None}
    problems = list(dict.fromkeys([*problems, *(problem for one in found.values() for problem in one.problems)]))
    roles = {**contract.roles, **{name: one.role for name, one in found.items()}}
    served = {name: one.served for name, one in found.items()}
    made = {name: one.made for name, one in found.items() if one.made is not None}
    beside = _beside(submission, files | {name: one.file for name, one in found.items() if one.file})
    parts = parts_of(rubric, roles, definitions, served, made, beside)
    parts = [part for part in parts if only in (None, part.name)]
    misfit = _misfit(cells, contract)
    if misfit:
        problems.insert(0, misfit)
        # What a part says follows from all notebooks then, so it is not one of those that are kept.
        settings, keep = dataclasses.replace(settings, store=None), None
    known = KnownParts(parts, settings, keep)
    judging = Judging(
        drawn_from={entry.id: part.drawn_from for part in parts for entry in part.entries},
        definitions=definitions,
        contract=roles,
        served=served,
        made=made,
        data=load_hidden(settings.data, settings.data_path),
        thresholds=load_thresholds(settings.data),
        workers=workers,
        beside=beside,
        few=load_few(),
        misfit=misfit,
        trainings=known.trainings,
    )
    read = time.monotonic()

    def found_out(results: Sequence[PartResult]) -> FoundOut:
        return FoundOut(_limited(problems), tuple(results), read - start, time.monotonic() - start)

    def each(plugin: GradingPlugin) -> None:
        if so_far is not None:
            so_far(found_out(known.with_found(plugin, judging.printed, ())))

    try:
        if known.asked:
            plugin = run_graders(judging, rubric, known.asked, settings.shuffle, each)
            known.add(plugin, judging.printed, plugin.explained)
        return found_out(known.results)
    finally:
        judging.close()


def record_of(submission: Submission, settings: Settings, found: Sequence[FoundOut]) -> Record:
    """The record of a submission whose parts were judged at once or apart, given in their order."""
    contract = load_contract(settings.contract)
    results = [result for some in found for result in some.results]
    files = {file.name: file.sha256 for file in (*submission.files, *submission.beside)}
    checks = {check.id: check for result in results for check in result.checks}
    spent = {check: seconds for result in results for check, seconds in result.seconds.items()}
    return Record(
        student=submission.student,
        assignment=contract.rubric.assignment,
        data=settings.data,
        files=tuple(GradedFile(name, sha256) for name, sha256 in sorted(files.items())),
        sha256=submission.sha256,
        checks=tuple(checks[entry.id] for entry in contract.rubric.checks),
        # Everybody who judges a part reads all notebooks.
        problems=found[0].problems,
        printed=plain_lines("".join(result.printed for result in results)[:PRINTED_LIMIT]),
        contract=contract.name,
        sandbox=settings.level.word,
        versions=versions() | ({"gpu": settings.gpu_models} if settings.gpus else {}),
        seconds={"read": found[0].read_s, **spent, "total": sum(some.total_s for some in found)},
        explained=tuple(sentence for result in results for sentence in result.explained),
    )


def _misfit(cells: Sequence[Cell], contract: Contract) -> str:
    """A sentence that says which other contract the cells were written for; "" when it was for this one."""
    other = better_contract(cells, contract)
    if not other:
        return ""
    home = "the homework" if other != KIT else "the kit's own notebooks"
    return f"This looks like {home} of --contract {other}: its classes take the arguments of that one. Grade it so."


def _anywhere(submission: Submission, contract: Contract) -> dict[str, Found]:
    """The roles that any file may play, as this submission plays them."""
    free = [name for name, role in contract.roles.items() if role.notebook == ANYWHERE]
    return {name: find_role(submission, contract, name) for name in free}


def wanted_names(contract: Mapping[str, Role]) -> dict[str, list[str]]:
    """By notebook, the names of the classes and functions that it should define."""
    wanted: dict[str, list[str]] = {}
    for role in contract.values():
        if role.notebook != ANYWHERE:
            wanted.setdefault(role.notebook, []).extend(role.names.values())
    return wanted


def _definitions(
    submission: Submission, contract: Mapping[str, Role], rubric: Rubric
) -> tuple[dict[str, Definitions], dict[str, str], list[str], Sequence[Cell]]:
    """What each notebook of the contract defines, the file that it is, what was wrong, and the cells of all files."""
    wanted = wanted_names(contract)
    choice = choose_notebooks(submission.files, wanted)
    problems = [*submission.problems, *choice.problems]
    which = {name: role.which for role in contract.values() for name in role.names.values()}
    readable = {name: one for name, one in choice.notebooks.items() if one.cells}
    found = {
        name: slice_definitions(one.cells, wanted[name], settings_of(one.cells), which=which)
        for name, one in readable.items()
    }
    for notebook in wanted:
        if notebook in found:
            problems += [f"{notebook}.ipynb, {problem}" for problem in found[notebook].problems]
        elif not rubric.is_bonus(notebook) and notebook not in choice.notebooks:
            problems.append(f"{notebook}.ipynb was not handed in")
    return found, {name: one.file.name for name, one in readable.items()}, problems, choice.cells


def _beside(submission: Submission, files: Mapping[str, str]) -> dict[str, tuple[SubmittedFile, ...]]:
    """By notebook or role, what comes along with the file that it is."""
    return {name: beside_notebook(file, submission.beside, set(files.values())) for name, file in files.items()}


@undisturbed()
def run_graders(
    judging: Judging,
    rubric: Rubric,
    asked: Sequence[str] = (),
    shuffle: int | None = None,
    each: Callable[[GradingPlugin], None] = lambda plugin: None,
) -> GradingPlugin:
    """Run pytest on the graders, quietly and without the machine's plugins or configuration.

    `each` is called after every check.
    """
    plugin = GradingPlugin(judging, rubric, asked, shuffle, each)
    status = pytest.main(PYTEST, plugins=[plugin])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"the graders did not run: pytest ended with {status!r}")
    return plugin


def _limited(problems: Sequence[str]) -> tuple[str, ...]:
    more = len(problems) - MAX_PROBLEMS
    return (*problems[:MAX_PROBLEMS], *([f"… and {more} more like these."] if more > 0 else []))
