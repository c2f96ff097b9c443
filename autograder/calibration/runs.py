"""One run: a network, models of it, a seed, a budget in; F1, or the errors of explanations, out."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from autograder.calibration.deltas import DRAWS, EXPLANATIONS, delta_share
from autograder.calibration.models import solution_text
from autograder.calibration.networks import NETWORKS, Entrant, Network, Task
from autograder.calibration.reviews import draw_reviews
from autograder.judge import phrases
from autograder.judge.f1_bound import Trained, train_networks
from autograder.thresholds import Budget
from textlab.checks.draw import Draw
from textlab.checks.local import LocalModel, LocalNetwork
from textlab.training import f1_of_logits

DELTA = "delta"
"""Stands among the networks for the explanations of the solution's CNN."""


@dataclass(frozen=True)
class Run:
    """Models of one network at one seed; each is trained once."""

    data: str
    path: Path | None
    network: str
    models: tuple[str, ...]
    seed: int
    budget: Budget


def models_of(network: str) -> dict[str, bool]:
    """The models that are measured for a network, and whether they are right."""
    if network == DELTA:
        return {explanation.name: explanation.honest for explanation in EXPLANATIONS}
    return {entrant.name: entrant.honest for entrant in NETWORKS[network].entrants}


def not_told_by_f1(data: str, network: str) -> frozenset[str]:
    """The models that are not right, but get the F1 of right ones on that data set."""
    entrants = () if network == DELTA else NETWORKS[network].entrants
    return frozenset(entrant.name for entrant in entrants if data in entrant.good_f1_on)


def perform(run: Run) -> dict[str, dict[int, float]]:
    """What is measured, by model and number of the draw: F1 on the test reviews, or the share right of those on which
    counting phrases is wrong; for DELTA the missing share of F(x) − F(x′).
    """
    torch.set_num_threads(1)
    network = NETWORKS["cnn" if run.network == DELTA else run.network]
    task = network.task(draw_reviews(run.data, run.path, run.seed), run.budget, Draw(run.seed))
    if run.network != DELTA:
        wanted = [entrant for entrant in network.entrants if entrant.name in run.models]
        return {entrant.name: {run.seed: _measure(run, network, entrant, task)} for entrant in wanted}
    model = _train(run, network, network.entrants[0], task).model
    assert isinstance(model, LocalModel)
    return {
        found.name: {
            number: delta_share(model.module, task, found, Draw(number)) for number in draws_of(DELTA, run.seed)
        }
        for found in EXPLANATIONS
        if found.name in run.models
    }


def _measure(run: Run, network: Network, entrant: Entrant, task: Task) -> float:
    """F1, or the share right of the test reviews on which counting phrases is wrong."""
    test = task.test
    if entrant.answers is None:
        trained = _train(run, network, entrant, task)
        f1, beyond = trained.f1, trained.beyond_phrases
    else:
        positive = entrant.answers(task.train, test)
        f1 = f1_of_logits(positive.float() - 0.5, test.labels)
        beyond = None if test.misled is None else float((positive == test.labels.bool())[test.misled].float().mean())
    if not network.beyond_phrases_of:
        return f1
    assert beyond is not None, f"{run.network} has no budget that asks for it"
    return beyond


def draws_of(network: str, seed: int) -> range:
    """The numbers of the values that one seed gives: one F1, or several draws of reviews to explain."""
    return range(seed * DRAWS, (seed + 1) * DRAWS) if network == DELTA else range(seed, seed + 1)


def _train(run: Run, network: Network, entrant: Entrant, task: Task) -> Trained:
    """Graded training, as the checks of F1 do it, with the seed for everything random; the best of all trainings.

    The graders stop at the first that reaches the bound, which decides alike and is no reason to train anew when the
    bound changes.
    """
    budget, draw = run.budget, Draw(run.seed)
    torch.manual_seed(run.seed)
    arguments = {**task.arguments, **budget.network, **entrant.options}
    if entrant.wrong_labels:
        labels = task.train.labels[draw.permutation(len(task.train.labels))]
        task = dataclasses.replace(task, train=dataclasses.replace(task.train, labels=labels))
    plan = budget.plan(draw.integer(0, 2**31 - 1), task.pad_id, with_lengths=network.with_lengths)
    if entrant.epochs is not None:
        plan = dataclasses.replace(plan, epochs=entrant.epochs)

    def build(seed: int) -> LocalModel:
        torch.manual_seed(seed)
        return LocalNetwork(entrant.make).build(**arguments)

    return train_networks(build, task, plan, dataclasses.replace(budget, f1_at_least=math.inf))[-1]


def run_key(data: str, network: str, model: str, budget: Budget) -> str:
    """A digest of what determines a run besides the seed: data, model, budget."""
    if network == DELTA:
        what: dict[str, Any] = {
            "explanation": dataclasses.asdict(next(found for found in EXPLANATIONS if found.name == model))
        }
    else:
        entrant = _entrant(network, model)
        fields = {name: getattr(entrant, name) for name in ("options", "epochs", "wrong_labels")}
        what = {**fields, "make": _text(entrant.make)}
        if entrant.answers is not None:
            what["answers"] = inspect.getsource(phrases)
    trained = {**dataclasses.asdict(budget), "f1_at_least": None, "calibration": None}
    del trained["phrases"]
    if network in NETWORKS and NETWORKS[network].beyond_phrases_of:
        trained["misled"] = inspect.getsource(phrases.misled_by_phrases)
    text = json.dumps([data, network, what, trained], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _entrant(network: str, name: str) -> Entrant:
    return next(entrant for entrant in NETWORKS[network].entrants if entrant.name == name)


def _text(make: Callable[..., nn.Module]) -> str:
    """The source of a class, also of one that the solution defines."""
    return solution_text(*make.args) if isinstance(make, functools.partial) else inspect.getsource(make)
