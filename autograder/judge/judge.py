"""From a submission to its record. Runs in a process of its own and never executes student code."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.contracts import Contract, Role, load_contract
from autograder.contracts.contract import ANYWHERE
from autograder.judge.anywhere import Found, find_role
from autograder.judge.few_reviews import load_few
from autograder.judge.hidden_data import load_hidden
from autograder.judge.judging import Judging
from autograder.judge.own_cnn import explain_own_cnn
from autograder.judge.plugin import GradingPlugin
from autograder.judge.workers import Workers
from autograder.record import GradedFile, Record
from autograder.rubric import Rubric
from autograder.sandbox import Level
from autograder.submissions import Submission, SubmittedFile
from autograder.thresholds import load_thresholds
from textlab.definitions import Definitions, read_cells, slice_definitions
from textlab.definitions.shown import plain_lines
from textlab.versions import versions

GRADERS = Path(__file__).parent.parent / "graders"
PRINTED_LIMIT = 4000


@dataclass(frozen=True)
class Settings:
    """How a class is graded."""

    data: str = "mini"
    data_path: Path | None = None
    level: Level = Level.PROCESS
    contract: str = "kit"
    checks: tuple[str, ...] = ()
    """The checks that are asked; empty: all."""
    shuffle: int | None = None
    """A seed that shuffles the order of the checks, as far as they do not build on each other."""


def judge_submission(submission: Submission, settings: Settings, workers: Workers) -> Record:
    """Grade one submission. Student faults end up in the record; only faults of the kit raise."""
    start = time.monotonic()
    contract = load_contract(settings.contract)
    rubric = contract.rubric
    found = _anywhere(submission, contract)
    definitions, problems = _definitions(submission, contract.roles, rubric)
    definitions |= {name: one.definitions for name, one in found.items() if one.definitions is not None}
    problems = list(dict.fromkeys([*problems, *(problem for one in found.values() for problem in one.problems)]))
    judging = Judging(
        submission_sha256=submission.sha256,
        definitions=definitions,
        contract={**contract.roles, **{name: one.role for name, one in found.items()}},
        served={name: one.served for name, one in found.items()},
        made={name: one.made for name, one in found.items() if one.made is not None},
        data=load_hidden(settings.data, settings.data_path),
        thresholds=load_thresholds(settings.data),
        workers=workers,
        few=load_few(),
    )
    read = time.monotonic()
    try:
        plugin = run_graders(judging, rubric, settings.checks, settings.shuffle)
        explained = explain_own_cnn(judging)
    finally:
        judging.close()
    checks = tuple(plugin.results[entry.id] for entry in rubric.checks)
    seconds = {"read": read - start, **plugin.seconds, "total": time.monotonic() - start}
    return Record(
        student=submission.student,
        assignment=rubric.assignment,
        data=settings.data,
        files=tuple(GradedFile(file.name, _sha256(file.content)) for file in submission.files),
        sha256=submission.sha256,
        checks=checks,
        problems=tuple(problems),
        printed=plain_lines("".join(judging.printed)[:PRINTED_LIMIT]),
        contract=contract.name,
        sandbox=settings.level.word,
        versions=versions(),
        seconds=seconds,
        explained=explained,
    )


def choose_file(submission: Submission, notebook: str) -> SubmittedFile | None:
    """The file that plays a notebook: named so, or named almost so."""
    wanted = _plain_name(notebook)
    exact = [file for file in submission.files if _plain_name(file.name) == wanted]
    similar = [file for file in submission.files if wanted in _plain_name(file.name)]
    return next(iter([*exact, *similar]), None)


def _anywhere(submission: Submission, contract: Contract) -> dict[str, Found]:
    """The roles that any file may play, as this submission plays them."""
    free = [name for name, role in contract.roles.items() if role.notebook == ANYWHERE]
    return {name: find_role(submission, contract, name) for name in free}


def _definitions(
    submission: Submission, contract: Mapping[str, Role], rubric: Rubric
) -> tuple[dict[str, Definitions], list[str]]:
    """What each notebook of the contract defines, and what was wrong with the files."""
    problems = list(submission.problems)
    found: dict[str, Definitions] = {}
    for notebook in dict.fromkeys(role.notebook for role in contract.values() if role.notebook != ANYWHERE):
        wanted = [name for role in contract.values() if role.notebook == notebook for name in role.names.values()]
        others = [role.notebook for role in contract.values() if role.notebook != notebook]
        file = choose_file(submission, notebook) or _only_file(submission, wanted, others)
        if file is None:
            if not rubric.is_bonus(notebook):
                problems.append(f"{notebook}.ipynb was not handed in")
            continue
        cells, unreadable = read_cells(file.name, file.content)
        if not cells and unreadable:
            problems += unreadable
            continue
        found[notebook] = slice_definitions(cells, wanted)
        problems += [*unreadable, *found[notebook].problems]
    return found, problems


def _only_file(submission: Submission, wanted: Sequence[str], others: Sequence[str]) -> SubmittedFile | None:
    """The only file of a submission, if it defines one of the names and is not named like another notebook."""
    if len(submission.files) != 1:
        return None
    only = submission.files[0]
    if any(_plain_name(name) in _plain_name(only.name) for name in others):
        return None
    source = "\n".join(cell.source for cell in read_cells(only.name, only.content)[0])
    defines = any(re.search(rf"^\s*(class|def)\s+{name}\b", source, re.MULTILINE) for name in wanted)
    return only if defines else None


def run_graders(
    judging: Judging, rubric: Rubric, asked: Sequence[str] = (), shuffle: int | None = None
) -> GradingPlugin:
    """Run pytest on the graders, quietly and without the machine's plugins or configuration."""
    plugin = GradingPlugin(judging, rubric, asked, shuffle)
    arguments = [str(GRADERS), "-c", str(GRADERS / "pytest.ini"), "--rootdir", str(GRADERS)]
    arguments += [
        "--disable-plugin-autoload",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:logging",
    ]
    arguments += ["--import-mode=importlib", "-p", "no:faulthandler", "-p", "no:unraisableexception"]
    plugins: list[Any] = [plugin]
    status = pytest.main(arguments, plugins=plugins)
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"the graders did not run: pytest ended with {status!r}")
    return plugin


def _plain_name(name: str) -> str:
    """A file name without folder, ending, case and the copy marks that browsers add: "2_CNN (1).ipynb" → "2_cnn"."""
    stem = Path(name.replace("\\", "/")).name.rsplit(".", 1)[0].lower()
    return re.sub(r"\s*(\(\d+\)|[-_ ]copy\d*)$", "", stem)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
