"""What a training loop did with a scripted network, read from the network's log."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from textlab.checks.failure import StudentError, shape_text
from textlab.checks.scripted import LOADED, LOG, START, TRAIN, VALIDATION
from textlab.checks.subject import Model

WEIGHTS = ("position", "shift")
COLUMNS = 7
"""Of the log: the fields of an event, its weights one by one."""
Weights = tuple[float, float]
"""Both weights of a scripted network."""


@dataclass(frozen=True)
class Event:
    """One batch that the network was run on, or weights that were loaded."""

    what: int
    """TRAIN, VALIDATION or LOADED."""
    training: bool
    """Whether the network was in training mode."""
    learning: bool
    """Whether gradients were recorded."""
    loss: float
    """What the script says for this epoch, without extras."""
    gradient: float
    """Of the batch's mean loss for either weight."""
    weights: Weights
    """As they were then; after loading, the loaded ones."""


@dataclass(frozen=True)
class Step:
    """What an optimiser did after one batch."""

    epoch: int
    gradient: float
    before: Weights
    after: Weights

    @property
    def moved(self) -> bool:
        """Whether the weights changed."""
        return self.before != self.after


@dataclass(frozen=True)
class Validation:
    """One validation, and the loss in training before it."""

    loss: float
    train_loss: float
    weights: list[Weights]
    """At its first batch, at the others, and when training went on."""


class TrainingLog:
    """The events of one training, in order, and the weights that came back."""

    def __init__(self, events: Sequence[Event], end: Weights) -> None:
        self.events = list(events)
        self.end = end

    @property
    def steps(self) -> list[Step]:
        """What followed each training batch; a validation batch counts only when the weights changed after it.

        A batch that the network was run on twice before anything moved is one batch. The last batch of all is left
        out when nothing follows it.
        """
        found, epoch, fresh = [], -1, True
        for event, later in itertools.pairwise(self.events):
            step = Step(max(epoch, 0), event.gradient, event.weights, later.weights)
            if event.what == VALIDATION:
                fresh = True
                found += [step] * (step.moved and event.learning)
            if event.what != TRAIN or not event.learning:
                continue
            epoch, fresh = epoch + fresh, False
            again = later.what == TRAIN and later.gradient == event.gradient and not step.moved
            found += [Step(epoch, step.gradient, step.before, step.after)] * (not again)
        return found

    @property
    def validations(self) -> list[Validation]:
        """What each validation saw. One before the first training batch does not count."""
        found: list[Validation] = []
        train_loss, open_ = None, False
        for event in self.events:
            if event.what == VALIDATION and train_loss is not None:
                if not open_:
                    found.append(Validation(event.loss, train_loss, []))
                open_ = True
            if open_ and event.what != LOADED:
                found[-1].weights.append(event.weights)
            if event.what == TRAIN and event.learning:
                train_loss, open_ = event.loss, False
        return found

    @property
    def moved_in_validation(self) -> bool:
        """Whether the weights changed from a validation batch to the next batch."""
        batches = [event for event in self.events if event.what != LOADED]
        pairs = itertools.pairwise(batches)
        return any(event.what == VALIDATION and event.weights != later.weights for event, later in pairs)

    @property
    def has_moved(self) -> bool:
        """Whether the weights were ever others than at the start."""
        return any(event.weights != (START, START) for event in self.events)

    @property
    def ends_with_loading(self) -> bool:
        """Whether weights were loaded after the last batch."""
        return bool(self.events) and self.events[-1].what == LOADED


def read_log(model: Model) -> TrainingLog:
    """The log of a scripted network."""
    log = model.forward(torch.tensor([[LOG, 0, 0, 0]]), torch.tensor([4]))
    if log.dim() != 2 or (len(log) and log.shape[1] != COLUMNS):
        raise StudentError("the log of the kit's network", "", f"a tensor {shape_text(log.shape)}")
    rows = log.tolist()
    events = [
        Event(int(what), bool(training), bool(learning), loss, gradient, (position, shift))
        for what, training, learning, loss, gradient, position, shift in rows
    ]
    weights = model.get_weights()
    return TrainingLog(events, (float(weights[WEIGHTS[0]]), float(weights[WEIGHTS[1]])))


def distance(one: Weights, other: Weights) -> float:
    """The larger of the two differences."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def stop_by(counts: Callable[[Sequence[float]], bool], losses: Sequence[float], patience: int) -> int:
    """After how many epochs training stops that lets `counts` say of the losses so far whether the last is a best."""
    misses = 0
    for epoch in range(1, len(losses) + 1):
        misses = 0 if counts(losses[:epoch]) else misses + 1
        if misses == patience:
            return epoch
    return len(losses)


def is_best(losses: Sequence[float]) -> bool:
    """Whether the last loss is below all before it."""
    return losses[-1] < min(losses[:-1], default=float("inf"))
