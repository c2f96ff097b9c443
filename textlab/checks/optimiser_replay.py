"""Which training loop moves the weights of a scripted network as they moved: candidate loops are run again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import SGD, Adagrad, Adam, Adamax, AdamW, NAdam, Optimizer, RAdam, RMSprop

from textlab.checks.failure import Cause
from textlab.checks.scripted import START
from textlab.checks.training_log import Step, Weights, distance

CLOSE = 0.01
"""Two paths are the same when they differ nowhere by more than this share of one step of Adam."""

CHANGES = "learning-rate-changes"

Maker = Callable[[list[Tensor], float], Optimizer]
When = Callable[[int, int], bool]
"""Whether something is done for a batch: its number in its epoch, from 0, and how many the epoch has."""


def _always(_number: int, _batches: int) -> bool:
    return True


def _never(_number: int, _batches: int) -> bool:
    return False


@dataclass(frozen=True)
class Loop:
    """What a training loop does with its optimiser."""

    optimizer: Maker = lambda weights, rate: Adam(weights, lr=rate)
    clears: When = _always
    """Whether gradients are cleared before a batch."""
    steps: When = _always
    """Whether a step follows a batch."""
    new: When = _never
    """Whether a batch begins with a new optimiser."""
    sign: float = 1.0
    """−1: the loss rises."""

    def path(self, moves: Sequence[Step], rate: float) -> list[float]:
        """Where either weight stands after each batch, for the gradients of these moves."""
        sizes = {epoch: sum(move.epoch == epoch for move in moves) for epoch in {move.epoch for move in moves}}
        weight = torch.full((1,), START, requires_grad=True)
        optimizer = self.optimizer([weight], rate)
        path, epoch, number, total = [], -1, -1, 0.0
        for move in moves:
            number = 0 if move.epoch != epoch else number + 1
            epoch, batches = move.epoch, sizes[move.epoch]
            if self.new(number, batches):
                optimizer = self.optimizer([weight], rate)
            total = (0.0 if self.clears(number, batches) else total) + self.sign * move.gradient
            if self.steps(number, batches):
                weight.grad = torch.full((1,), total)
                optimizer.step()
            path.append(float(weight.detach()))
        return path


def follows(moves: Sequence[Step], path: Sequence[float], rate: float) -> bool:
    """Whether both weights moved along a path."""
    return all(distance(move.after, (at, at)) <= CLOSE * rate for move, at in zip(moves, path, strict=True))


def first_difference(moves: Sequence[Step], path: Sequence[float], rate: float) -> tuple[int, Weights, float]:
    """The number of the first batch, from 1, after which the weights are elsewhere; where they are and should be."""
    pairs = zip(moves, path, strict=True)
    return next(
        (number, move.after, at)
        for number, (move, at) in enumerate(pairs, start=1)
        if distance(move.after, (at, at)) > CLOSE * rate
    )


def movement_cause(moves: Sequence[Step], rate: float) -> Cause | None:
    """The only known loop that gives these moves; None when none does, or several."""
    fitting = {cause.name: cause for cause, loop in LOOPS if follows(moves, loop.path(moves, rate), rate)}
    if not fitting:
        fitting = {cause.name: cause for cause in _other_rates(moves, rate)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _other_rates(moves: Sequence[Step], rate: float) -> Iterator[Cause]:
    """Adam with one rate that is not the argument, or with one of its own in each epoch: steps grow with the rate."""
    path = Loop().path(moves, rate)
    right = [at - before for before, at in zip([START, *path], path, strict=False)]
    got = [move.after[0] - move.before[0] for move in moves]

    def fitted(numbers: Sequence[int]) -> float:
        return sum(right[n] * got[n] for n in numbers) / max(sum(right[n] ** 2 for n in numbers), 1e-30)

    epochs = {move.epoch: [n for n, other in enumerate(moves) if other.epoch == move.epoch] for move in moves}
    whole, ratios = fitted(range(len(moves))), {epoch: fitted(numbers) for epoch, numbers in epochs.items()}
    if whole <= 0.0:
        return
    if follows(moves, _sums(right, [whole] * len(moves)), max(rate, whole * rate)):
        yield Cause(
            "learning-rate-not-used", f"Adam runs with the learning rate {rate * whole:.3g}, not the argument"
        )
    elif follows(moves, _sums(right, [ratios[move.epoch] for move in moves]), rate):
        first, *_, last = ratios.values()
        said = f"{rate * first:.2g} in the first, {rate * last:.2g} in the last"
        yield Cause(CHANGES, f"the learning rate changes from epoch to epoch: {said}")


def _sums(steps: Sequence[float], ratios: Sequence[float]) -> list[float]:
    """The path of steps, each times a ratio."""
    return list(
        itertools.accumulate((step * ratio for step, ratio in zip(steps, ratios, strict=True)), initial=START)
    )[1:]


def _every(count: int, phase: int = 0) -> When:
    return lambda number, _batches: number % count == phase


def _last(number: int, batches: int) -> bool:
    return number == batches - 1


def _first(number: int, _batches: int) -> bool:
    return number == 0


_SUMS = Cause("gradients-add-up", "gradients add up from batch to batch: they are never cleared")
_SOME = "gradients-not-cleared-each-batch"
_ACCUMULATES = "no-step-each-batch"
_OTHER = "another-optimiser"
LOOPS: list[tuple[Cause, Loop]] = [
    (_SUMS, Loop(clears=_never)),
    (Cause(_SOME, "gradients are cleared once an epoch and add up within it"), Loop(clears=_first)),
    *[
        (Cause(_SOME, f"gradients are cleared for one batch in {count} and add up in between"),
         Loop(clears=_every(count, phase)))
        for count in (2, 3, 4) for phase in range(count)
    ],
    *[
        (Cause(_ACCUMULATES, f"only one batch in {count} is followed by a step"),
         Loop(clears=_every(count), steps=_every(count, count - 1)))
        for count in (2, 3)
    ],
    (Cause(_ACCUMULATES, "there is one step an epoch, for the gradients of all batches"),
     Loop(clears=_first, steps=_last)),
    (Cause(_ACCUMULATES, "there is one step an epoch, for the last batch only"), Loop(steps=_last)),
    (Cause("new-optimiser-each-epoch", "every epoch has a new Adam, which has forgotten its running means"),
     Loop(new=_first)),
    (Cause("new-optimiser-each-batch", "every batch has a new Adam, which has forgotten its running means"),
     Loop(new=_always)),
    (Cause("gradient-ascent", "the weights move against the way of Adam: the loss rises"), Loop(sign=-1.0)),
    *[
        (Cause("adamw", f"this is AdamW with weight_decay={decay:g}, not Adam"),
         Loop(lambda weights, rate, decay=decay: AdamW(weights, lr=rate, weight_decay=decay)))  # type: ignore[misc]
        for decay in (1e-1, 5e-2, 1e-2, 1e-3, 1e-4)
    ],
    *[
        (Cause("weight-decay", f"this is Adam with weight_decay={decay:g}"),
         Loop(lambda weights, rate, decay=decay: Adam(weights, lr=rate, weight_decay=decay)))  # type: ignore[misc]
        for decay in (1e-1, 1e-2, 5e-3, 1e-3, 5e-4, 1e-4, 1e-5)
    ],
    (Cause("amsgrad", "this is Adam with amsgrad=True"),
     Loop(lambda weights, rate: Adam(weights, lr=rate, amsgrad=True))),
    *[
        (Cause("other-betas", f"this is Adam with betas={betas}"),
         Loop(lambda weights, rate, betas=betas: Adam(weights, lr=rate, betas=betas)))  # type: ignore[misc]
        for betas in [(0.5, 0.999), (0.8, 0.999), (0.9, 0.99), (0.9, 0.98), (0.9, 0.95), (0.95, 0.999), (0.5, 0.9)]
    ],
    (Cause(_OTHER, "this is plain gradient descent, not Adam"), Loop(lambda weights, rate: SGD(weights, lr=rate))),
    *[
        (Cause(_OTHER, f"this is gradient descent with momentum={momentum}, not Adam"),
         Loop(lambda weights, rate, momentum=momentum: SGD(weights, lr=rate, momentum=momentum)))  # type: ignore[misc]
        for momentum in (0.5, 0.9, 0.95, 0.99)
    ],
    *[
        (Cause(_OTHER, f"this is {maker.__name__}, not Adam"),
         Loop(lambda weights, rate, maker=maker: maker(weights, lr=rate)))  # type: ignore[misc]
        for maker in (RMSprop, Adagrad, Adamax, NAdam, RAdam)
    ],
]  # fmt: skip
