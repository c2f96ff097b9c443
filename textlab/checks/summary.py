"""Checks of the summary of a review: what the linear layer reads, feature by feature, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from textlab.checks.embedding import embedding_of
from textlab.checks.failure import Cause, CheckFailed, NotChecked, expect_close, shape_text
from textlab.checks.head import Head, find_head
from textlab.checks.recurrent import Layer, States, layers_of, same_features, states_of
from textlab.checks.subject import Model

SAME = 1e-4
LARGE = 20.0
"""Weights of the linear layer that give large logits: what bounds them shows."""
TEXTS = {
    "first-layers-state": "the summary is the first layer's last state",
    "output-at-the-first-token": "the summary is the output at the first token",
    "mean-of-the-outputs": "the summary is the mean of the outputs",
    "maximum-of-the-outputs": "the summary is the maximum of the outputs",
    "sum-of-the-outputs": "the summary is the sum of the outputs",
    "layers-taken-for-directions": "the last two layers' states are taken for two directions",
    "reviews-mixed": "reshape mixes the states of several reviews: axis 0 of hidden is not the batch",
    "forward-reader-twice": "the summary holds the forward reader's state twice",
    "backward-reader-twice": "the summary holds the backward reader's state twice",
    "first-and-last-state": "the summary joins the first and the last entry of hidden",
    "states-added": "the two directions' states are added, not put side by side",
    "tanh-on-the-summary": "tanh is applied to the summary",
    "relu-on-the-summary": "ReLU is applied to the summary",
    "sigmoid-on-the-summary": "sigmoid is applied to the summary",
    "layer-norm-on-the-summary": "the summary is normalised",
    "cell-state": "the summary is the cell state; the hidden state is the first of the two",
}
AFTER = {
    "sigmoid-at-the-end": ("a sigmoid makes a probability of the logit", torch.sigmoid),
    "tanh-at-the-end": ("tanh is applied to the logit", torch.tanh),
    "relu-at-the-end": ("ReLU is applied to the logit", torch.relu),
}


def expect_last_states(model: Model, ids: Tensor, lengths: Tensor, arguments: Mapping[str, Any], call: str) -> None:
    """Fail unless the linear layer reads the last layer's last states, as they are, and gives what it gives back.

    ids [batch, length] hold no padding. NotChecked when nothing can be read: without the asked layers, or without a
    linear layer.
    """
    said = f"ids {list(ids.shape)}, {call}"
    states, head = _known(model, ids, lengths, arguments)
    width = states[0].last.shape[1]
    if head.width != width:
        raise CheckFailed(
            "the linear layer does not fit the summary of a review",
            input=call,
            expected=f"a linear layer with weight {shape_text((1, width))}: hidden_dim × directions → 1",
            got=f"one that reads {head.width} numbers",
            likely=_width_cause(head.width, width, arguments),
            next="its width is hidden_dim for one direction and twice that for two; layers do not count",
        )
    read, floor = features_read(model, head, ids, lengths)
    if not any(same_features(read, right, SAME) for each in states for right in (each.last, each.outputs[:, -1])):
        raise CheckFailed(
            "the linear layer does not read the last layer's last state",
            input=f"{said}; its weights are set to 1 for one number at a time",
            expected=f"for the first review {_numbers(states[0].last[0])}, in any order",
            got=_numbers(read[0]),
            likely=_summary_cause(read, states, _adds_up(model, head, ids, lengths, read, floor)),
            next="take the last layer's final hidden state; with two directions, both side by side",
        )
    values = torch.linspace(-LARGE, LARGE, width)
    head.put(values, bias=1.0)
    got = model.forward(ids, lengths).reshape(-1)
    head.put_back()
    expected = read @ values + (1.0 if head.bias else floor)
    after = [name for name, (_, function) in AFTER.items() if torch.allclose(got, function(expected), atol=0.01)]
    expect_close(
        got,
        expected,
        tolerance=0.02,
        what="the logit is not what the linear layer gives",
        input=f"{said}; large weights in the linear layer",
        likely=Cause(after[0], AFTER[after[0]][0]) if len(after) == 1 else None,
        next="return what self.linear gives, as it is",
    )


def reads_last_states(model: Model, ids: Tensor, lengths: Tensor, arguments: Mapping[str, Any]) -> bool:
    """Whether the linear layer reads the last states, as far as can be told; ids [batch, length] of full lengths."""
    try:
        states, head = _known(model, ids, lengths, arguments)
    except NotChecked:
        return True
    read, _ = features_read(model, head, ids, lengths)
    return any(same_features(read, right, SAME) for each in states for right in (each.last, each.outputs[:, -1]))


def mixes_reviews_in_summary(model: Model, ids: Tensor, lengths: Tensor, arguments: Mapping[str, Any]) -> bool:
    """Whether the linear layer reads the right numbers, but those of several reviews together.

    ids [batch, length] of full lengths.
    """
    try:
        states, head = _known(model, ids, lengths, arguments)
    except NotChecked:
        return False
    if head.width != states[0].last.shape[1]:
        return False
    read, _ = features_read(model, head, ids, lengths)
    return any(
        not same_features(read, each.last, SAME)
        and torch.allclose(read.flatten().sort().values, each.last.flatten().sort().values, atol=SAME)
        for each in states
    )


def features_read(model: Model, head: Head, ids: Tensor, lengths: Tensor) -> tuple[Tensor, float]:
    """What the linear layer reads, [batch, width], and the logit when it reads nothing."""
    head.put(torch.zeros(head.width), bias=0.0)
    floor = model.forward(ids, lengths).reshape(-1)
    columns = []
    for feature in range(head.width):
        head.put(head.only(feature), bias=0.0)
        columns.append(model.forward(ids, lengths).reshape(-1) - floor)
    head.put_back()
    return torch.stack(columns, dim=1), float(floor[0])


def _known(model: Model, ids: Tensor, lengths: Tensor, arguments: Mapping[str, Any]) -> tuple[list[States], Head]:
    """The states that the network's weights give, for each order of its directions, and its linear layer."""
    trained = model.parameters()
    # What is not trained, such as a layer that is kept in buffers, is not the network's.
    weights = {name: value for name, value in model.get_weights().items() if name in trained}
    layers = list(_layers(weights, arguments))
    table = embedding_of(model)
    layers = [layer for layer in layers if layer.input_size == table.shape[1]]
    if not layers:
        raise NotChecked("the network has no nn.LSTM or nn.GRU that fits its embedding and its arguments")
    head = find_head(model, (ids, lengths))
    if head is None:
        raise NotChecked("there is no linear layer that gives the logit")
    return [states_of(layer, table, ids) for layer in layers], head


def _layers(weights: Mapping[str, Tensor], arguments: Mapping[str, Any]) -> Iterator[Layer]:
    """The layers, of the asked number and directions or as they are: which there have to be says another check."""
    asked = (arguments["n_layers"], 1 + arguments["bidirectional"])
    for count, directions in dict.fromkeys([asked, *((n, d) for n in (1, 2, 3) for d in (1, 2))]):
        found = [layer for layer, _ in layers_of(weights, count, directions)]
        if found:
            yield from found
            return


def _adds_up(model: Model, head: Head, ids: Tensor, lengths: Tensor, read: Tensor, floor: float) -> bool:
    """Whether reading all numbers at once gives their sum: nothing bends the logit."""
    head.put(torch.ones(head.width), bias=0.0)
    total = model.forward(ids, lengths).reshape(-1) - floor
    head.put_back()
    return torch.allclose(read.sum(dim=1), total, atol=SAME)


def _summary_cause(read: Tensor, states: list[States], adds_up: bool) -> Cause | None:
    """The only known mistake that gives these numbers."""
    zero = torch.zeros(())
    if adds_up:
        known = [(name, TEXTS[name], summary) for each in states for name, summary in each.others().items()]
    else:
        known = [
            (name, text, function(each.last) - function(zero))
            for each in states
            for name, (text, function) in AFTER.items()
        ]
    fitting = {name: text for name, text, summary in known if same_features(read, summary, SAME)}
    return Cause(*next(iter(fitting.items()))) if len(fitting) == 1 else None


def _width_cause(got: int, width: int, arguments: Mapping[str, Any]) -> Cause | None:
    hidden, layers, both = arguments["hidden_dim"], arguments["n_layers"], arguments["bidirectional"]
    known = {
        Cause("two-directions-written-out", "the width counts two directions whatever bidirectional says"): 2
        * hidden,
        Cause("one-direction-written-out", "the width counts one direction whatever bidirectional says"): hidden,
        Cause("layers-taken-for-directions", "the width counts layers as directions"): hidden * layers,
        Cause("layers-counted", "the width counts the layers, too"): hidden * layers * (1 + both),
    }
    fitting = [cause for cause, wrong in known.items() if wrong == got != width]
    return fitting[0] if len(fitting) == 1 else None


def _numbers(values: Tensor) -> str:
    return "[" + ", ".join(f"{value:.3f}" for value in values[:8].tolist()) + "]"
