"""The networks that a notebook itself makes, as they are before training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from autograder.judge import border
from autograder.judge.client import Worker
from autograder.judge.judging import LOAD_S, Judging, told_programs
from autograder.judge.remote import QUICK_S, RemoteModel
from textlab.checks.failure import StudentError

FAILURES = 2


@dataclass(frozen=True)
class Started:
    """The weights of each network by its name in the notebook, and why statements failed that make them."""

    weights: dict[str, dict[str, Tensor]]
    failures: list[str]
    trained: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By network the weights that are trained."""
    moved: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)
    """By network and optimiser the weights that a step changes, where it changes any."""


class NotebookNetworks:
    """Runs what makes the networks of a role in a worker of their own, on served words and vectors."""

    def __init__(self, judging: Judging, role: str) -> None:
        self._judging = judging
        self._role = role

    def start(self, words: Sequence[str], matrix: Tensor) -> Started:
        """The networks when the notebook's vocabulary holds these words with the vectors [words, dim]."""
        made = self._judging.made.get(self._role)
        if made is None or not made.names:
            return Started({}, [])
        worker = self._judging.fresh_worker(self._judging.contract[self._role].notebook)
        try:
            self._judging.bring(worker, self._role)
            worker.request("serve", QUICK_S, border.nothing(), words=list(words), matrix=matrix)
            program, apart = told_programs(made.definitions)
            served = self._judging.served[self._role]
            wanted = [*made.names, *made.optimizers]
            names = [name for name in wanted if name not in made.definitions.missing]
            asked = {"program": program, "apart": apart, "names": names, "served": served}
            loaded = worker.request("load", LOAD_S, border.loaded(names), **asked)
            weights, trained, moved = {}, {}, {}
            for name in loaded.found:
                if name not in made.names:
                    continue
                try:
                    handle = worker.request("made", QUICK_S, border.handle(), name=name)
                    model = RemoteModel(worker, handle, QUICK_S)
                    weights[name] = model.get_weights()
                    trained[name] = tuple(model.parameters())
                    moved[name] = _moved(worker, model, [other for other in names if other in made.optimizers])
                except StudentError:
                    continue  # not a network, or one that cannot be read
            return Started(weights, loaded.failures[:FAILURES], trained, moved)
        finally:
            worker.close()


def _moved(worker: Worker, model: RemoteModel, optimizers: Sequence[str]) -> dict[str, frozenset[str]]:
    """By optimiser the trained weights that a step of it changes; optimisers of other networks are left out."""
    moved = {}
    for optimizer in optimizers:
        before, trained = model.get_weights(), model.parameters()
        try:
            worker.request("step", QUICK_S, border.nothing(), model=model.handle, optimizer=optimizer)
        except StudentError:
            continue  # not an optimiser, or one that needs more than gradients
        after = model.get_weights()
        changed = {name for name in trained if name in before and not torch.equal(before[name], after[name])}
        if changed:
            moved[optimizer] = frozenset(changed)
    return moved
