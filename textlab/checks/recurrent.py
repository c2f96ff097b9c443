"""What a network with one recurrent layer has to give, computed from its weights without running its code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from textlab.checks.failure import CheckFailed, shape_text

FIRST, INNER = "weight_ih_l0", "weight_hh_l0"
Layer = nn.LSTM | nn.GRU | nn.RNN
KINDS: dict[int, type[nn.LSTM] | type[nn.GRU] | type[nn.RNN]] = {4: nn.LSTM, 3: nn.GRU, 1: nn.RNN}
"""By the number of gates."""


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


def logits_by_summary(
    weights: Mapping[str, Tensor], ids: Tensor, lengths: Tensor, arguments: Mapping[str, Any]
) -> dict[str, tuple[bool, Tensor]]:
    """Logits [batch] by how a review is summarised: the name of the summary, whether it is right, the logits.

    Raises CheckFailed when the weights hold no LSTM or GRU of the asked hidden_dim, no linear layer that fits it, or
    embeddings that do not.
    """
    layer, prefix = _layer(weights, arguments)
    embedding_dim = weights["embedding.weight"].shape[1]
    if embedding_dim != layer.input_size:
        # Newer versions of torch do not refuse packed input of another width: they read past its end.
        raise CheckFailed(
            "the recurrent layer reads another width than the embedding gives",
            input=f"the parameters of RNNBaseline(embedding_dim={arguments['embedding_dim']}, …)",
            expected=f"embedding_dim={arguments['embedding_dim']} in both layers",
            got=f"embeddings of {embedding_dim} numbers, a recurrent layer for {layer.input_size}",
            likely="a size is written out as a number in one of the two",
            next="hand embedding_dim to both layers",
        )
    width = layer.hidden_size * (1 + layer.bidirectional)
    head, bias = _head(weights, prefix, width, arguments)
    found: dict[str, tuple[bool, list[Tensor]]] = {}
    with torch.no_grad():
        for row, length in zip(ids, lengths.tolist(), strict=True):
            real = weights["embedding.weight"][row[:length]][None]
            for name, (allowed, summary) in _summaries(layer, real).items():
                if summary.numel() == width:
                    found.setdefault(name, (allowed, []))[1].append(head @ summary + bias)
    return {name: (allowed, torch.stack(logits)) for name, (allowed, logits) in found.items()}


def _summaries(layer: Layer, real: Tensor) -> dict[str, tuple[bool, Tensor]]:
    """Ways to summarise one review, right and wrong."""
    output, state = layer(real)
    hidden = (state[0] if isinstance(state, tuple) else state)[:, 0]
    last = hidden[-2:] if layer.bidirectional else hidden[-1:]
    first = hidden[:2] if layer.bidirectional else hidden[:1]
    ways = {
        "the last state": (True, last.flatten()),
        "the last state, directions swapped": (True, last.flip(0).flatten()),
        "the output at the last token": (True, output[0, -1]),
        "the first layer's last state; take the last layer's": (False, first.flatten()),
        "the output at the first token": (False, output[0, 0]),
        "the mean of the outputs": (False, output[0].mean(dim=0)),
        "the maximum of the outputs": (False, output[0].amax(dim=0)),
        "the sum of the outputs": (False, output[0].sum(dim=0)),
        "the last two layers' states, as if they were two directions": (False, hidden[-2:].flatten()),
    }
    if isinstance(state, tuple):
        cell = state[1][:, 0]
        ways["the cell state; the hidden state is the first of the two"] = (
            False,
            (cell[-2:] if layer.bidirectional else cell[-1:]).flatten(),
        )
    return ways


def _layer(weights: Mapping[str, Tensor], arguments: Mapping[str, Any]) -> tuple[Layer, str]:
    """PyTorch's layer with the weights of the one that is there, and the beginning of its parameters' names."""
    prefixes = [name[: -len(FIRST)] for name in weights if name.endswith(FIRST)]
    for prefix in prefixes:
        # Kind, size, layers and directions as they are: whether they are those asked is another check's business.
        rows, hidden_dim = weights.get(prefix + INNER, torch.zeros(1, 1)).shape
        kind = KINDS.get(rows // hidden_dim)
        own = {name[len(prefix) :]: value for name, value in weights.items() if name.startswith(prefix)}
        if kind is None:
            continue
        layer = kind(
            own[FIRST].shape[1],
            hidden_dim,
            sum(re.fullmatch(r"weight_ih_l\d+", name) is not None for name in own),
            batch_first=True,
            bidirectional=f"{FIRST}_reverse" in own,
            bias="bias_ih_l0" in own,
        )
        wanted = layer.state_dict()
        if all(name in own and own[name].shape == value.shape for name, value in wanted.items()):
            layer.load_state_dict({name: own[name] for name in wanted})
            return layer.eval(), prefix
    raise CheckFailed(
        "there is no LSTM or GRU",
        input=f"the parameters of RNNBaseline(n_layers={arguments['n_layers']}, "
        f"bidirectional={arguments['bidirectional']}, …)",
        expected="one nn.LSTM or nn.GRU with these arguments",
        got=", ".join(f"{name} {shape_text(value.shape)}" for name, value in list(weights.items())[1:6]),
        likely="the recurrent layer is hidden in a plain list, or made of cells",
        next="make one nn.LSTM or nn.GRU in __init__ and hand the arguments on to it",
    )


def _head(
    weights: Mapping[str, Tensor], prefix: str, width: int, arguments: Mapping[str, Any]
) -> tuple[Tensor, Tensor]:
    """Weight [width] and bias of the linear layer."""
    others = {name: value for name, value in weights.items() if not prefix or not name.startswith(prefix)}
    for name, value in others.items():
        if tuple(value.shape) == (1, width) and name.endswith("weight"):
            bias = others.get(name[: -len("weight")] + "bias", torch.zeros(1))
            return value[0], bias.reshape(())
    matrices = [f"{name} {shape_text(value.shape)}" for name, value in others.items() if value.dim() == 2]
    raise CheckFailed(
        "the linear layer does not fit the summary of a review",
        input=f"the parameters of RNNBaseline(hidden_dim={arguments['hidden_dim']}, "
        f"n_layers={arguments['n_layers']}, bidirectional={arguments['bidirectional']}, …)",
        expected=f"a linear layer with weight {shape_text((1, width))}: hidden_dim × directions → 1",
        got=", ".join(matrices[1:]) or "no other matrix",
        likely="the width is hidden_dim * 2 whatever bidirectional says, or counts layers as directions",
        next="its width is hidden_dim for one direction and twice that for two; layers do not count",
    )
