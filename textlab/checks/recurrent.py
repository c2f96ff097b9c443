"""What a network with one recurrent layer has to give, computed from its weights without running its code."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from textlab.checks.failure import Cause

Layer = nn.LSTM | nn.GRU | nn.RNN
KINDS: dict[int, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {4: nn.LSTM, 3: nn.GRU, 1: nn.RNN}
"""By the number of gates."""
INPUT = re.compile(r"weight_ih(_l\d+)?(_reverse)?$")


@dataclass(frozen=True)
class Unit:
    """One direction of one recurrent layer: the names of its weights in the network, by PyTorch's own."""

    names: Mapping[str, str]
    gates: int
    input_size: int
    hidden_size: int


def recurrent_matrices(shapes: Mapping[str, tuple[int, ...]], hidden_dim: int) -> Counter[tuple[int, int]]:
    """Shapes of the matrices that belong to an LSTM (4 gates) or a GRU (3 gates), and how many there are of each."""
    return Counter(
        (shape[0], shape[1])
        for name, shape in shapes.items()
        if len(shape) == 2 and shape[0] in (3 * hidden_dim, 4 * hidden_dim) and name != "embedding.weight"
    )


def expected_matrices(
    gates: int, embedding_dim: int, hidden_dim: int, n_layers: int, bidirectional: bool
) -> Counter[tuple[int, int]]:
    """The same for a layer of PyTorch with these arguments."""
    directions, rows = 1 + bidirectional, gates * hidden_dim
    expected: Counter[tuple[int, int]] = Counter()
    expected[rows, embedding_dim] += directions
    expected[rows, hidden_dim] += directions * n_layers
    if n_layers > 1:
        expected[rows, hidden_dim * directions] += directions * (n_layers - 1)
    return expected


def units_of(shapes: Mapping[str, tuple[int, ...]]) -> list[Unit]:
    """The directions of all recurrent layers and cells of PyTorch in a network, in the network's order."""
    found = []
    for name, shape in shapes.items():
        match = INPUT.search(name)
        if not match or len(shape) != 2:
            continue
        prefix, suffix = name[: match.start()], name[match.start() + len("weight_ih") :]
        names = {part: f"{prefix}{part}{suffix}" for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
        inner = shapes.get(names["weight_hh"], ())
        if (
            len(inner) == 2
            and inner[1]
            and shape[0] // inner[1] in KINDS
            and f"{prefix}weight_hr{suffix}" not in shapes
        ):
            own = {part: own for part, own in names.items() if own in shapes}
            found.append(Unit(own, shape[0] // inner[1], shape[1], inner[1]))
    return found


def layers_of(weights: Mapping[str, Tensor], n_layers: int, directions: int) -> Iterator[tuple[Layer, list[Unit]]]:
    """PyTorch's layers with the weights of those that are there, for each order of directions; none if none fits.

    The units come in PyTorch's order: layer by layer, and within a layer forward, then backward.
    """
    units = units_of({name: tuple(value.shape) for name, value in weights.items()})
    if len(units) != n_layers * directions:
        return
    rows = [units[number * directions : (number + 1) * directions] for number in range(n_layers)]
    for turned in itertools.product([False, True] if directions == 2 else [False], repeat=n_layers):
        order = [unit for row, turn in zip(rows, turned, strict=True) for unit in (reversed(row) if turn else row)]
        layer = _layer(weights, order, n_layers, directions)
        if layer is not None:
            yield layer, order


def _layer(weights: Mapping[str, Tensor], units: list[Unit], n_layers: int, directions: int) -> Layer | None:
    first = units[0]
    layer = KINDS[first.gates](
        first.input_size, first.hidden_size, n_layers, batch_first=True, bidirectional=directions == 2
    )
    state = {name: torch.zeros_like(value) for name, value in layer.state_dict().items()}
    for number, unit in enumerate(units):
        suffix = f"_l{number // directions}" + "_reverse" * (number % directions)
        for part, name in unit.names.items():
            if state[part + suffix].shape != weights[name].shape:
                return None
            state[part + suffix] = weights[name]
    layer.load_state_dict(state)
    return layer.eval()


def layer_cause(built: Sequence[tuple[Mapping[str, Any], Mapping[str, tuple[int, ...]]]]) -> Cause | None:
    """The only known mistake that gives the layers of all these networks, by their arguments and shapes."""
    found = [(arguments, units_of(shapes)) for arguments, shapes in built]
    if not all(units for _, units in found):
        return None
    if all(unit.gates == 1 for _, units in found for unit in units):
        return Cause("plain-rnn", "the layer is nn.RNN, not an LSTM or a GRU")
    sizes = {units[0].hidden_size for _, units in found}
    asked = {arguments["hidden_dim"] for arguments, _ in found}
    if len(sizes) == 1 < len(asked):
        return Cause("hidden-dim-written-out", f"the layer has {sizes.pop()} numbers whatever hidden_dim says")

    def fit(count: Callable[[int, int], int]) -> bool:
        return all(
            len(units) == count(arguments["n_layers"], 1 + arguments["bidirectional"]) for arguments, units in found
        )

    known = {
        Cause("bidirectional-written-out", "there are two directions whatever bidirectional says"): fit(
            lambda layers, _: 2 * layers
        ),
        Cause("bidirectional-not-passed", "there is one direction whatever bidirectional says"): fit(
            lambda layers, _: layers
        ),
        Cause("n-layers-not-passed", "there is one layer whatever n_layers says"): fit(lambda _, both: both),
        Cause("n-layers-written-out", "there are two layers whatever n_layers says"): fit(lambda _, both: 2 * both),
        Cause("n-layers-capped", "there are never more than two layers"): fit(
            lambda layers, both: min(layers, 2) * both
        ),
    }
    fitting = [cause for cause, so in known.items() if so]
    return fitting[0] if len(fitting) == 1 else None


@dataclass(frozen=True)
class States:
    """What a layer gives for a batch of reviews of one length, each read by itself."""

    outputs: Tensor
    """[batch, length, width]"""
    hidden: Tensor
    """[layers × directions, batch, hidden_dim]"""
    cell: Tensor | None
    directions: int

    @property
    def last(self) -> Tensor:
        """The last layer's last states, [batch, width]."""
        return _joined(self.hidden[-self.directions :])

    def others(self) -> dict[str, Tensor]:
        """Other summaries [batch, …] by the name of the mistake that takes them."""
        batch, directions = self.hidden.shape[1], self.directions
        found = {
            "first-layers-state": _joined(self.hidden[:directions]),
            "output-at-the-first-token": self.outputs[:, 0],
            "mean-of-the-outputs": self.outputs.mean(dim=1),
            "maximum-of-the-outputs": self.outputs.amax(dim=1),
            "sum-of-the-outputs": self.outputs.sum(dim=1),
            "layers-taken-for-directions": _joined(self.hidden[-2:]),
            "reviews-mixed": self.hidden[-directions:].reshape(batch, -1),
            "forward-reader-twice": self.hidden[-directions].repeat(1, directions),
            "backward-reader-twice": self.hidden[-1].repeat(1, directions),
            "first-and-last-state": torch.cat([self.hidden[0], self.hidden[-1]], dim=1),
            "states-added": self.hidden[-directions:].sum(dim=0),
            "tanh-on-the-summary": self.last.tanh(),
            "relu-on-the-summary": self.last.relu(),
            "sigmoid-on-the-summary": self.last.sigmoid(),
            "layer-norm-on-the-summary": nn.functional.layer_norm(self.last, self.last.shape[1:]),
        }
        if self.cell is not None:
            found["cell-state"] = _joined(self.cell[-directions:])
        return found


def states_of(layer: Layer, table: Tensor, ids: Tensor) -> States:
    """The states of a layer over embedded reviews; table [words, embedding_dim], ids [batch, length]."""
    with torch.no_grad():
        outputs, state = layer(table[ids])
    hidden, cell = state if isinstance(state, tuple) else (state, None)
    return States(outputs, hidden, cell, 1 + layer.bidirectional)


def same_features(got: Tensor, expected: Tensor, tolerance: float) -> bool:
    """Whether two summaries [batch, width] hold the same features, in whatever order."""
    if got.shape != expected.shape:
        return False
    left = list(range(expected.shape[1]))
    for column in got.T:
        near = [number for number in left if float((expected[:, number] - column).abs().max()) <= tolerance]
        if not near:
            return False
        left.remove(near[0])
    return True


def _joined(states: Tensor) -> Tensor:
    """[directions, batch, hidden_dim] side by side: [batch, directions × hidden_dim]."""
    return states.permute(1, 0, 2).flatten(1)
