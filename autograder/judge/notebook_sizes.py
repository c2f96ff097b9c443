"""Sizes that a class reads from the notebook in place of its arguments: found by experiment, then made good."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.judge.remote import RemoteNetwork
from textlab.checks import cnn, rnn
from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, NotChecked, StudentError

MOST_NAMES = 3
"""Most variables of the notebook that are tried at once."""
MOST_TRIES = 60


@dataclass(frozen=True)
class Trial:
    """Arguments of a class, all of other values, and what its network is called with."""

    arguments: Mapping[str, Any]
    ids: Tensor
    lengths: Tensor | None = None


def trials_of(role: str) -> list[Trial]:
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


def find_bindings(network: RemoteNetwork, names: Sequence[str], trials: Sequence[Trial]) -> dict[str, str]:
    """Which arguments the notebook's variables of these names stand for, by name; empty when it is not so.

    A network that cannot be built or run with some arguments, and can when the variables have the values of these
    arguments, reads them in place of the arguments.
    """
    if not trials or all(_runs(network, trial) for trial in trials):
        return {}
    arguments = network.sized_arguments(**trials[0].arguments)
    for chosen in itertools.islice(_choices(names[:MOST_NAMES], arguments), MOST_TRIES):
        bound = network.with_bindings(chosen)
        if all(_runs(bound, trial) for trial in trials):
            return chosen
    return {}


def _choices(names: Sequence[str], arguments: Sequence[str]) -> Iterator[dict[str, str]]:
    """Yield the ways to bind one name, then two, then all of them."""
    for count in range(1, len(names) + 1):
        for some in itertools.combinations(names, count):
            for values in itertools.product(arguments, repeat=count):
                yield dict(zip(some, values, strict=True))


def _runs(network: RemoteNetwork, trial: Trial) -> bool:
    try:
        logits = network.build(**trial.arguments).forward(trial.ids, trial.lengths)
    except StudentError:
        return False
    return logits.numel() == len(trial.ids)


def name_the_size(
    error: CheckFailed | StudentError,
    network: RemoteNetwork,
    names: Sequence[str],
    role: str,
    made_good: Callable[[dict[str, str]], None],
) -> None:
    """Raise CheckFailed in place of `error` when the network reads sizes of these names from the notebook.

    `made_good` is told which variables stand for which arguments, so that further checks can bind them.
    """
    if network.bindings or isinstance(error, NotChecked) or not names:
        return
    bindings = find_bindings(network, names, trials_of(role))
    if not bindings:
        return
    made_good(bindings)
    places = " and ".join(f"{name} in place of its argument {argument}" for name, argument in bindings.items())
    raise CheckFailed(
        f"{network.name} reads the notebook's {places}",
        input=f"{network.name} with other sizes than the notebook's",
        expected=f"a network whose sizes follow from {', '.join(dict.fromkeys(bindings.values()))}",
        got=error.what,
        likely=Cause(
            "size-from-the-notebook",
            f"with {', '.join(f'{name} = {argument}' for name, argument in bindings.items())} it runs",
        ),
        next=f"inside {network.name} use its arguments; the notebook's variables may hold other values",
    )
