"""How well a network of the student's learns: trained inside the worker, measured here."""

from __future__ import annotations

from autograder.judge.checks import Note
from autograder.judge.hidden_data import Encoded
from autograder.thresholds import Budget
from textlab.checks.failure import CheckFailed
from textlab.checks.subject import Model
from textlab.training import TrainingPlan, f1_of_logits

STUCK = 0.65
"""A training loss above this is close to ln 2, the loss of a coin."""


def expect_f1(
    model: Model,
    train: Encoded,
    test: Encoded,
    plan: TrainingPlan,
    bound: Budget,
    note: Note,
) -> None:
    """Train the model by the plan and fail unless its F1 on the test reviews reaches the bound.

    `note` keeps the figures for the record, also when the check passes.
    """
    losses = model.fit(train.ids, train.lengths, train.labels, plan)
    logits = model.predict(test.ids, test.lengths, pad_id=plan.pad_id, with_lengths=plan.with_lengths)
    f1 = f1_of_logits(logits, test.labels)
    accuracy = float(((logits > 0).float() == test.labels).float().mean())
    note.measured("F1", f1, bound.f1_at_least)
    note(f"F1 {f1:.3f}, at least {bound.f1_at_least:.3f} was asked (accuracy {accuracy:.3f})")
    if f1 >= bound.f1_at_least:
        return
    told = ", ".join(f"{loss:.3f}" for loss in losses)
    raise CheckFailed(
        "F1 on the hidden test reviews is too low",
        input=f"{len(train.ids)} training reviews, {plan.epochs} epochs; {len(test.ids)} test reviews",
        expected=f"F1 of at least {bound.f1_at_least:.3f}",
        got=f"F1 {f1:.3f} (accuracy {accuracy:.3f}, {float((logits > 0).float().mean()):.0%} called positive)",
        likely=f"the training loss hardly falls ({told}): part of the network does not learn"
        if losses[-1] > STUCK
        else f"the training loss falls ({told}), but what was learnt does not carry over",
        next="train on the corpus in the notebook and look at the learning curve",
    )
