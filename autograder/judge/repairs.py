"""Faults that keep a class from running in the asked form: found by experiment, charged once, then made good."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.judge.remote import RemoteNetwork, Repair
from textlab.checks import cnn, rnn
from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, StudentError

MOST_NAMES = 3
"""Most variables of the notebook that are tried at once."""
MOST_TRIES = 60


class IsolatedFailure(CheckFailed):
    """A rule does not hold, and what builds on it can be asked all the same, since the fault is made good for it."""

    @classmethod
    def of(cls, error: CheckFailed) -> IsolatedFailure:
        """The same failure."""
        rows = error.rows
        return cls(
            error.what,
            input=rows["input"],
            expected=rows["expected"],
            got=rows["got"],
            likely=Cause(error.cause, rows["likely"]),
            next=rows["next"],
        )


@dataclass(frozen=True)
class Trial:
    """Arguments of a class, and what its network is called with."""

    arguments: Mapping[str, Any]
    ids: Tensor
    lengths: Tensor | None = None


def find_repair(network: RemoteNetwork, role: str, variables: Sequence[str]) -> Repair:
    """What makes a class run that cannot be built or does not run as it is; nothing when nothing does.

    Tried are the other layout of the ids, where the contract names one, two layers where one is asked, and the
    notebook's `variables` that the class reads, each with the value of one of its arguments.
    """
    trials = _trials(role)
    if not trials or all(_runs(network, trial) for trial in trials):
        return Repair()
    arguments = network.sized_arguments(**trials[0].arguments)
    layouts = [Repair(other_layout=True)] if network.has_layout else []
    layers = [Repair(least_layers=2)] if "n_layers" in trials[0].arguments else []
    for repair in [*layouts, *layers, *itertools.islice(_bindings(variables[:MOST_NAMES], arguments), MOST_TRIES)]:
        repaired = network.with_repair(repair)
        if all(_runs(repaired, trial) for trial in trials):
            return repair
    return Repair()


def charged(error: CheckFailed | StudentError, name: str, repair: Repair) -> IsolatedFailure:
    """The failure that names what had to be repaired in the class `name`, in place of what a check has met."""
    if isinstance(error, CheckFailed) and error.cause:
        return IsolatedFailure.of(error)
    if repair.least_layers > 1:
        return IsolatedFailure(
            f"{name} reads two states, also where there is one",
            input=f"{name}(n_layers=1, bidirectional=False, …)",
            expected="the only state as the summary",
            got=error.what,
            likely=Cause("two-directions-written-out", "with two layers it runs, and so it does with two directions"),
            next="let bidirectional decide: one state for one direction, both side by side for two",
        )
    if repair.other_layout:
        return IsolatedFailure(
            f"{name} reads its ids as [batch, length]",
            input=f"{name}.forward with ids [length, batch], as this homework gives them",
            expected="one number for each review",
            got=error.what,
            likely=Cause("other-layout", "with ids [batch, length] it runs"),
            next="take batch_first=True away, or swap the first two axes of the ids where forward begins",
        )
    values = ", ".join(f"{variable} = {argument}" for variable, argument in repair.bindings.items())
    places = " and ".join(
        f"{variable} in place of its argument {argument}" for variable, argument in repair.bindings.items()
    )
    return IsolatedFailure(
        f"{name} reads the notebook's {places}",
        input=f"{name} with other sizes than the notebook's",
        expected=f"a network that follows its {', '.join(dict.fromkeys(repair.bindings.values()))}",
        got=error.what,
        likely=Cause("size-from-the-notebook", f"with {values} it runs"),
        next=f"inside {name} use its arguments; the notebook's variables may hold other values",
    )


def _trials(role: str) -> list[Trial]:
    """What the networks of a role are tried with; empty for roles without sizes."""
    draw = Draw(0)
    # No argument has the value of another one, nor the number of outputs.
    if role == "rnn":
        forms = ((2, True), (1, False))
        sizes = [rnn.sizes(41, 9, 7, layers, both, pad_idx=3) for layers, both in forms]
        return [Trial(arguments, *rnn.reviews(draw, 3, 11)) for arguments in sizes]
    if role == "cnn":
        return [Trial(cnn.sizes(41, 9, 5, [2, 3, 4], pad_idx=6), draw.token_ids(3, 11, 41, avoid=[1]))]
    if role == "glove":
        matrix = torch.cat([torch.zeros(2, 9), draw.normal(39, 9)])
        arguments = {"matrix": matrix, "out_channels": 5, "kernel_sizes": [2, 3, 4], "dropout": 0.5, "pad_idx": 6}
        return [Trial(arguments, draw.token_ids(3, 11, 41, avoid=[1]))]
    return []


def _bindings(names: Sequence[str], arguments: Sequence[str]) -> Iterator[Repair]:
    """Yield the ways to bind one name, then two, then all of them."""
    for count in range(1, len(names) + 1):
        for some in itertools.combinations(names, count):
            for values in itertools.product(arguments, repeat=count):
                yield Repair(dict(zip(some, values, strict=True)))


def _runs(network: RemoteNetwork, trial: Trial) -> bool:
    try:
        logits = network.build(**trial.arguments).forward(trial.ids, trial.lengths)
    except StudentError:
        return False
    return logits.numel() == len(trial.ids)
