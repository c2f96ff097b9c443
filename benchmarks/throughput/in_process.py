"""Every check of the rubric asked of a notebook's own names, in the notebook's own process.

This is what graders without a sandbox do: tests and student share one interpreter. nbgrader and otter-grader run it
from their tests, so they ask the same questions, with the same budgets of training, as our judge does.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch

from autograder.contracts import load_contract
from autograder.judge.checks import ATTRIBUTE, Note
from autograder.judge.f1_bound import train_and_measure
from autograder.judge.few_reviews import load_few
from autograder.judge.hidden_data import load_hidden
from autograder.judge.judge import GRADERS
from autograder.rubric import load_rubric
from autograder.thresholds import load_thresholds
from textlab.checks.draw import Draw
from textlab.checks.local import LocalBench, LocalFunction, LocalModel, LocalNetwork
from textlab.training import seed_everything

_passed: set[str] = set()
_trained: dict[str, torch.Tensor] = {}


def run_cell(cell: str, names: Mapping[str, Any]) -> None:
    """Ask all checks of a graded cell. Raises AssertionError that says what failed."""
    failed = dict(ask([entry.id for entry in load_rubric().checks if entry.cell == cell], names))
    assert not failed, "\n".join(f"{check}: {text}" for check, text in failed.items())


def forget() -> None:
    """Begin with another submission."""
    _passed.clear()
    _trained.clear()


def ask(checks: Sequence[str], names: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Ask checks of the notebook's names, one after the other; which failed, and why."""
    for check in checks:
        test = graders()[check]
        seed_everything(0)
        try:
            test(**fixtures(check, inspect.signature(test).parameters, names))
            _passed.add(check)
        except Exception as error:
            yield check, f"{type(error).__name__}: {error}"


@functools.cache
def graders() -> dict[str, Callable[..., None]]:
    """The tests of all checks, those that the judge runs."""
    modules = [
        importlib.import_module(f"autograder.graders.{path.stem}") for path in sorted(GRADERS.glob("test_*.py"))
    ]
    tests = [test for module in modules for test in vars(module).values() if hasattr(test, ATTRIBUTE)]
    return {getattr(test, ATTRIBUTE).id: test for test in tests}


def fixtures(check: str, wanted: Iterable[str], names: Mapping[str, Any]) -> dict[str, Any]:
    """What a test asks for by the names of its arguments, made of objects of this process."""
    thresholds = load_thresholds("mini")
    made: dict[str, Callable[[], Any]] = {
        "draw": lambda: Draw(sum(check.encode())),
        "note": Note,
        "train": lambda: train_and_measure,
        "data": lambda: load_hidden("mini"),
        "few": load_few,
        "thresholds": lambda: thresholds,
        "trained": lambda: _trained,
        "passed": lambda: _passed.__contains__,
    }
    return {name: made[name]() if name in made else _subject(name, names) for name in wanted}


class SeededNetwork(LocalNetwork):
    """A class in this process, whose networks start from a seed as they do in a worker."""

    def start(self, arguments: Mapping[str, Any]) -> Callable[[int], LocalModel]:
        """Builds networks from these arguments; the seed decides what they start from."""

        def build(seed: int) -> LocalModel:
            seed_everything(seed)
            return self.build(**arguments)

        return build


def _subject(name: str, names: Mapping[str, Any]) -> Any:
    """The student's class or function behind a fixture, or the bench beside it."""
    if name == "bench" or name.endswith("_bench"):
        return LocalBench()
    role, part = SUBJECTS[name]
    found = names[load_contract().roles[role].names[part]]
    return SeededNetwork(found) if part == "network" else LocalFunction(found)


SUBJECTS = {
    "rnn": ("rnn", "network"),
    "train_model": ("training", "function"),
    "f1_on": ("f1", "function"),
    "cnn": ("cnn", "network"),
    "explained_cnn": ("cnn", "network"),
    "pad_reference": ("interpret", "reference"),
    "interpret": ("interpret", "function"),
    "embedding_matrix": ("vectors", "function"),
    "glove": ("glove", "network"),
    "explained_glove": ("glove", "network"),
    "glove_interpret": ("glove_interpret", "function"),
    "transformer": ("transformer", "network"),
    "explained_transformer": ("transformer", "network"),
    "explain_label": ("labels", "function"),
    "merge_pieces": ("pieces", "function"),
}
"""By fixture of the judge's plugin the role and part that it stands for."""
