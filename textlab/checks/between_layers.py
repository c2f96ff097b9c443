"""The check of dropout between recurrent layers, at the asked rate."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.embedding import embedding_of
from textlab.checks.failure import Cause, CheckFailed
from textlab.checks.head import Head, find_head
from textlab.checks.recurrent import Layer, layers_of
from textlab.checks.subject import Model, Network
from textlab.weights import EMBEDDING

COPIES = 6000
CHANCE = 1e-9
APART = 0.02
"""By how much the logit with the first layer's number differs from that without it."""


def between_layers(rnn: Network, arguments: dict[str, object], draw: Draw) -> None:
    """Fail unless the number that the first layer hands to the second is dropped at the asked rate.

    The reviews have one token, the layers one number each; of two directions only the forward one is read. So the
    second layer gives one of two numbers: that for the first layer's, rescaled, and that for 0. The summary's own
    dropout leaves the linear layer's bias: those copies are left out.
    """
    low = draw.integer(30, 35) / 100
    shares: dict[float, tuple[float, float]] = {}
    for rate in (round(low + 0.3, 2), low):
        measured = _share_dropped(rnn, {**arguments, "dropout": rate}, rate, draw)
        if measured is None:
            return  # no two layers of PyTorch that are read: other checks' business
        shares[rate] = measured
    for rate, (share, slack) in shares.items():
        if abs(share - rate) > slack:
            both = arguments["bidirectional"]
            raise CheckFailed(
                "dropout between the recurrent layers does not work at the asked rate",
                input=f"one review {COPIES} times, model.train(), hidden_dim=1, n_layers=2, bidirectional={both}, "
                f"dropout={rate}",
                expected=f"the first layer's number is dropped in {rate:.0%} of the copies, within {slack:.0%}",
                got=f"in {share:.1%} of the copies",
                likely=_cause(shares),
                next="hand dropout on to nn.LSTM or nn.GRU when there is more than one layer",
            )


def _cause(shares: dict[float, tuple[float, float]]) -> Cause | None:
    if all(share == 0.0 for share, _ in shares.values()):
        return Cause("no-dropout-between-layers", "nothing is dropped between the recurrent layers")
    if all(abs(share - rate / 2) <= slack for rate, (share, slack) in shares.items()):
        return Cause("between-rate-halved", "half of the asked rate is dropped between the recurrent layers")
    found = [share for share, _ in shares.values()]
    if max(found) - min(found) <= max(slack for _, slack in shares.values()):
        return Cause("between-rate-written-out", "the rate between the layers is the same whatever dropout says")
    return None


def _share_dropped(rnn: Network, arguments: dict[str, object], rate: float, draw: Draw) -> tuple[float, float] | None:
    """The share of copies without the first layer's number, and how far it may be off by chance."""
    model = rnn.build(**arguments)
    directions = 2 if arguments["bidirectional"] else 1
    review, lengths = draw.token_ids(1, 1, 40, avoid=[1]), torch.ones(COPIES, dtype=torch.int64)
    for _ in range(20):
        known = _redrawn(model, draw, directions)
        if known is None:
            return None
        layer, head = known
        feature = _forward_feature(model, head, layer, review)
        if feature is None:
            return None
        values = _second_layer(layer, embedding_of(model)[review], rate)
        if abs(values[0] - values[1]) < APART or min(map(abs, values)) < APART:
            continue
        head.put(head.only(feature), bias=1.0 if head.bias else None)
        copies = model.forward(review.repeat(COPIES, 1), lengths, training=True, seed=draw.integer(0, 9999))
        read = copies.reshape(-1) - (1.0 if head.bias else 0.0)
        read = read[read.abs() > 1e-6] * (1.0 - rate)
        if not len(read):
            return None
        return float(((read - values[0]).abs() < APART / 10).float().mean()), math.sqrt(
            math.log(2 / CHANCE) / (2 * len(read))
        )
    return None


def _redrawn(model: Model, draw: Draw, directions: int) -> tuple[Layer, Head] | None:
    """The layer and the head of the model after fresh weights.

    The second layer's forward half reads the forward one only, and the first layer its biases only, if it has some:
    what else is dropped, such as embeddings, does not matter then.
    """
    trained = model.parameters()
    weights = {
        name: draw.normal(*value.shape, scale=2.0) if name in trained else value
        for name, value in model.get_weights().items()
    }
    own = {name: value for name, value in weights.items() if name in trained}
    found = list(layers_of(own, 2, directions)) if EMBEDDING in weights else []
    if not found or found[0][0].hidden_size != 1 or found[0][0].input_size != weights[EMBEDDING].shape[1]:
        return None
    model.set_weights(weights)
    pair, one = torch.tensor([[5], [7]]), torch.ones(1, dtype=torch.int64)
    head = find_head(model, (pair, one.repeat(2)))
    alone = torch.cat([model.forward(row[None], one).reshape(-1) for row in pair])
    if head is None or not torch.allclose(model.forward(pair, one.repeat(2)).reshape(-1), alone, atol=1e-4):
        return None  # reviews are mixed: other checks' business
    for number, unit in enumerate(found[0][1]):
        if number >= directions:
            weights[unit.names["weight_ih"]][:, 1:] = 0.0
        elif "bias_ih" in unit.names:
            weights[unit.names["weight_ih"]][:] = 0.0
    model.set_weights(weights)
    own = {name: weights[name] for name in own}
    return next(layers_of(own, 2, directions))[0], Head(model, head.names, weights)


def _forward_feature(model: Model, head: Head, layer: Layer, review: Tensor) -> int | None:
    """Which number that the linear layer reads is the forward reader's last state."""
    with torch.no_grad():
        state = layer(embedding_of(model)[review])[1]
    hidden = state[0] if isinstance(state, tuple) else state
    wanted = float(hidden[-2 if layer.bidirectional else -1, 0, 0])
    for feature in range(head.width):
        head.put(head.only(feature), bias=0.0)
        if abs(float(model.forward(review, torch.tensor([1])).reshape(-1)[0]) - wanted) < 1e-4:
            return feature
    return None


def _second_layer(layer: Layer, embedded: Tensor, rate: float) -> tuple[float, float]:
    """What the second layer's forward half gives without the first layer's number, and with it, rescaled."""
    first = type(layer)(layer.input_size, 1, batch_first=True)
    second = type(layer)(1, 1, batch_first=True)
    own = layer.state_dict()
    parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    first.load_state_dict({f"{part}_l0": own[f"{part}_l0"] for part in parts})
    second.load_state_dict({f"{part}_l0": own[f"{part}_l1"][:, :1] if part == "weight_ih" else own[f"{part}_l1"]
                            for part in parts})  # fmt: skip
    with torch.no_grad():
        inside = first(embedded)[0]
        return tuple(float(second(given)[0][0, 0, 0]) for given in (inside * 0.0, inside / (1.0 - rate)))  # type: ignore[return-value]
