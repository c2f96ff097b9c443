"""How well a network of the student's learns: trained inside the worker, measured here."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.judge.checks import Note
from autograder.judge.hidden_data import Encoded
from autograder.thresholds import Budget
from textlab.checks.failure import CheckFailed
from textlab.checks.subject import Model
from textlab.training import TrainingPlan, f1_of_logits

STUCK = 0.65
"""A training loss above this is close to ln 2, the loss of a coin."""


@dataclass(frozen=True)
class Measurement:
    """What came out of graded training."""

    f1: float
    accuracy: float
    positive: float
    """Share of the test reviews that were called positive."""
    losses: tuple[float, ...]
    """Mean training loss per epoch."""


def measure(model: Model, train: Encoded, test: Encoded, plan: TrainingPlan) -> Measurement:
    """Train the model by the plan and measure it on the test reviews."""
    losses = model.fit(train.ids, train.lengths, train.labels, plan)
    logits = model.predict(test.ids, test.lengths, pad_id=plan.pad_id, with_lengths=plan.with_lengths).reshape(-1)
    right = (logits > 0).float() == test.labels
    return Measurement(
        f1=f1_of_logits(logits, test.labels),
        accuracy=float(right.float().mean()),
        positive=float((logits > 0).float().mean()),
        losses=tuple(losses),
    )


def expect_f1(
    model: Model,
    train: Encoded,
    test: Encoded,
    plan: TrainingPlan,
    bound: Budget,
    note: Note,
    what: str = "reviews",
) -> None:
    """Train the model by the plan and fail unless its F1 on the test reviews reaches the bound.

    `note` keeps the figures for the record, also when the check passes. `what` names what the model reads.
    """
    found = measure(model, train, test, plan)
    asked = f"at least {bound.f1_at_least:.3f} was asked{right_solutions(bound)}"
    note.measured("F1", found.f1, bound.f1_at_least)
    note(f"F1 {found.f1:.3f}, {asked} (accuracy {found.accuracy:.3f}){standing(found.f1, bound)}")
    if found.f1 >= bound.f1_at_least:
        return
    told = ", ".join(f"{loss:.3f}" for loss in found.losses)
    raise CheckFailed(
        f"F1 on the hidden test {what} is too low",
        input=f"{len(train.ids)} training {what}, {plan.epochs} epochs; {len(test.ids)} test {what}",
        expected=f"F1 of at least {bound.f1_at_least:.3f}{right_solutions(bound)}",
        got=f"F1 {found.f1:.3f} (accuracy {found.accuracy:.3f}, {found.positive:.0%} called positive)",
        likely=f"the training loss hardly falls ({told}): part of the network does not learn"
        if found.losses[-1] > STUCK
        else f"the training loss falls ({told}), but what was learnt does not carry over",
        next="train on the corpus in the notebook and look at the learning curve",
    )


def right_solutions(bound: Budget) -> str:
    """Where right solutions lie, as the end of a sentence; empty while nobody has measured it."""
    if bound.calibration is None:
        return ""
    low, high = bound.calibration.honest
    return f"; nine in ten right solutions get {low:.3f} to {high:.3f}"


def standing(f1: float, bound: Budget) -> str:
    """What to say about an F1 that passes, but is lower than that of right solutions."""
    if bound.calibration is None or not bound.f1_at_least <= f1 < bound.calibration.honest[0]:
        return ""
    return ". It passes near the line: right solutions seldom get so little, so look at what is lost"
