"""How well a network of the student's learns: trained inside the worker, measured here."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor

from autograder.judge.checks import Note
from autograder.judge.hidden_data import Encoded
from autograder.judge.hushed import not_kept
from autograder.judge.phrases import LONGER, LONGEST
from autograder.thresholds import Budget
from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, StudentError
from textlab.checks.subject import Model
from textlab.training import TrainingPlan, f1_of_logits

OUTSIDE = Cause(
    "learnt-outside-the-weights",
    "a new network with the trained weights, state_dict(), predicts something else than the trained one: what was "
    "learnt is kept in something that is not a parameter or a buffer",
)
MOST_LOSS = 999.0
"""What a larger loss is told as: its digits could carry hidden reviews out."""

Build = Callable[[int], Model]
"""A fresh network; its start follows from the seed."""


class Task(Protocol):
    """What a network is trained and tested on."""

    @property
    def train(self) -> Encoded:
        """Training reviews."""

    @property
    def test(self) -> Encoded:
        """Test reviews."""


class NamedTask(Task, Protocol):
    """A task that messages can name."""

    @property
    def name(self) -> str:
        """Such as "mini"."""


@dataclass(frozen=True)
class Trained:
    """A network of the student's after graded training."""

    model: Model
    f1: float
    accuracy: float
    positive: float
    """Share of the test reviews that were called positive."""
    losses: tuple[float, ...]
    """Mean training loss per epoch."""
    beyond_phrases: float | None = None
    """Share it gets right of the test reviews on which counting phrases is wrong; None where nobody asks."""
    not_kept: int = 0
    """Characters that were printed meanwhile."""
    from_weights: bool = True
    """Whether a fresh network with the same weights answers as the trained one does."""

    def reaches(self, bound: Budget) -> bool:
        """Whether it reaches every line of the bound."""
        return self.f1 >= bound.f1_at_least and not self.counts_phrases(bound)

    def counts_phrases(self, bound: Budget) -> bool:
        """Whether it does no better than counting phrases where that misleads."""
        asked = bound.phrases
        return asked is not None and self.beyond_phrases is not None and self.beyond_phrases < asked.right_at_least


Train = Callable[[Callable[[], Model], Encoded, Encoded, TrainingPlan], Trained]
"""Builds a network, trains it and measures it."""


def train_networks(
    build: Build, task: Task, plan: TrainingPlan, bound: Budget, train: Train | None = None
) -> list[Trained]:
    """Train as many networks as the budget allows, each with another seed, until one reaches the bound.

    The best comes last. `train` takes the place of `train_and_measure`. Raises StudentError, with the text that drawn
    ids in place of the reviews bring out, if they do.
    """
    train = train or train_and_measure
    done: list[Trained] = []
    while len(done) < bound.trainings and not (done and done[-1].reaches(bound)):
        # Every epoch takes the next seed for the order of its batches.
        own = replace(plan, seed=plan.seed + len(done) * bound.epochs)
        try:
            done.append(train(functools.partial(build, own.seed), task.train, task.test, own))
        except StudentError as error:
            # On hidden reviews an error has no text, since it could carry them out. On drawn ids it may show it.
            drawn = drawn_like(task.train, own), drawn_like(task.test, own)
            train_and_measure(functools.partial(build, own.seed), *drawn, own)
            raise error
    return sorted(done, key=lambda found: (found.reaches(bound), found.f1))


def drawn_like(reviews: Encoded, plan: TrainingPlan) -> Encoded:
    """Random ids where the reviews have words, with the same padding, and random labels."""
    draw, most = Draw(plan.seed), int(reviews.ids.max()) + 1
    ids = draw.token_ids(len(reviews.ids), reviews.ids.shape[1], most, avoid=[plan.pad_id])
    padding = torch.arange(ids.shape[1]) >= reviews.lengths[:, None]
    return Encoded(ids.masked_fill(padding, plan.pad_id), reviews.lengths, draw.token_ids(1, len(ids), 2)[0].float())


def train_and_measure(build: Callable[[], Model], train: Encoded, test: Encoded, plan: TrainingPlan) -> Trained:
    """Train a model by the plan and measure it on the test reviews."""
    model = build()
    losses = model.fit(train.ids, train.lengths, train.labels, plan)
    return measured(model, predicted(model, test, plan), test, losses)


def predicted(model: Model, test: Encoded, plan: TrainingPlan) -> Tensor:
    """The logits [reviews] that a model gives for reviews."""
    return model.predict(test.ids, test.lengths, pad_id=plan.pad_id, with_lengths=plan.with_lengths).reshape(-1)


def measured(model: Model, logits: Tensor, test: Encoded, losses: Sequence[float]) -> Trained:
    """What a trained model's logits [reviews] are worth."""
    right = (logits > 0).float() == test.labels
    misled = test.misled
    return Trained(
        model,
        f1=f1_of_logits(logits, test.labels),
        accuracy=float(right.float().mean()),
        positive=float((logits > 0).float().mean()),
        losses=tuple(losses),
        beyond_phrases=None if misled is None or not misled.any() else float(right[misled].float().mean()),
    )


def expect_f1(trained: Sequence[Trained], task: NamedTask, bound: Budget, note: Note, what: str = "reviews") -> None:
    """Fail unless the last of the trained networks, which is the best, reaches the bound.

    `note` keeps the figures for the record, also when the check passes. `what` names what the networks read.
    """
    found = trained[-1]
    asked = f"at least {bound.f1_at_least:.4f} was asked{right_solutions(bound)}"
    note.measured("F1", found.f1, bound.f1_at_least)
    again = ""
    if len(trained) > 1:
        again = f", the best of {len(trained)} trainings: {', '.join(f'{other.f1:.4f}' for other in trained)}"
    reached = f"F1 {found.f1:.4f} on {task.name}{again}"
    silent = not_kept(sum(other.not_kept for other in trained))
    note(f"{reached}, {asked} (accuracy {found.accuracy:.3f}){standing(found.f1, bound, len(trained))}{silent}")
    if found.f1 >= bound.f1_at_least:
        expect_more_than_phrases(found, task, bound, note, what)
        return
    told = ", ".join(f"{min(max(loss, -MOST_LOSS), MOST_LOSS):.3f}" for loss in found.losses)
    raise CheckFailed(
        f"F1 on the hidden test {what} is too low",
        input=f"{len(task.train.ids)} training {what}, {bound.epochs} epochs; {len(task.test.ids)} test {what}",
        expected=f"F1 of at least {bound.f1_at_least:.4f}{right_solutions(bound)}",
        got=f"{reached} (accuracy {found.accuracy:.3f}, {found.positive:.0%} called positive; training losses "
        f"{told}){silent}",
        likely=None if found.from_weights else OUTSIDE,
        next="train on the corpus in the notebook and look at the learning curve"
        if found.from_weights
        else "save state_dict(), load it into a new network and compare what both predict",
    )


def expect_more_than_phrases(found: Trained, task: NamedTask, bound: Budget, note: Note, what: str) -> None:
    """Fail if a network is wrong where counting phrases is wrong: it may be nothing but such counts."""
    asked, misled = bound.phrases, task.test.misled
    if asked is None or misled is None or found.beyond_phrases is None:
        return
    phrases = f"phrases of up to {LONGEST} or {LONGER} words"
    if not found.counts_phrases(bound):
        note(f"{note.text}. Where counting phrases misleads, {found.beyond_phrases:.1%} are right")
        return
    note.measured("right where phrases mislead", found.beyond_phrases, asked.right_at_least)
    raise CheckFailed(
        "The network is wrong where counting phrases is wrong",
        input=f"the {int(misled.sum())} of {len(misled)} test {what} on which naive Bayes on {phrases} is wrong",
        expected=f"at least {asked.right_at_least:.1%} of them right",
        got=f"{found.beyond_phrases:.1%} right, with F1 {found.f1:.4f} on all test {what}",
        likely=None,
        next="look at a review such as 'everything but good': does the network read the order of the words?",
    )


def right_solutions(bound: Budget) -> str:
    """Where right solutions lie, as the end of a sentence; empty while nobody has measured it."""
    if bound.calibration is None:
        return ""
    low, high = bound.calibration.honest
    once = "" if bound.trainings == 1 else f" in the best of {bound.trainings} trainings"
    return f"; nine in ten right solutions get {low:.3f} to {high:.3f}{once}"


def standing(f1: float, bound: Budget, trainings: int) -> str:
    """What to say about an F1 that passes, but is lower than that of right solutions."""
    if bound.calibration is None or not bound.f1_at_least <= f1 < bound.calibration.honest[0]:
        return ""
    if trainings < bound.trainings:
        return ""  # right solutions were measured by the best of all trainings
    return ". It passes near the line: right solutions seldom get so little, so look at what is lost"
