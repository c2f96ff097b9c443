"""Checks of the class RNNBaseline: its layers, its summary of a review, and what may not change its answer."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import torch
from torch import Tensor

from textlab.checks.behaviour import expect_an_answer
from textlab.checks.draw import Draw
from textlab.checks.dropout import expect_dropout, expect_nothing_at_rate_zero, expect_silent_in_evaluation
from textlab.checks.embedding import WEIGHT, expect_embedding, expect_zero_padding
from textlab.checks.failure import CheckFailed, expect_close, expect_gradients, expect_shape, shape_text
from textlab.checks.recurrent import expected_matrices, logits_by_summary, recurrent_matrices
from textlab.checks.subject import Model, Network

# One-thread float32 sums differ by about 1e-6 when their order changes; a recurrent layer carries that along.
SAME = 1e-5
EMBEDDING = "self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)"
FORMS = [(2, True), (1, False), (1, True), (3, False)]
"""Layers, and whether in both directions."""


def builds(rnn: Network, draw: Draw) -> None:
    """RNNBaseline can be built from its arguments"""
    for n_layers, bidirectional in FORMS[:2]:
        vocab_size, embedding_dim = draw.integer(20, 60), draw.integer(5, 12)
        arguments = sizes(vocab_size, embedding_dim, n_layers=n_layers, bidirectional=bidirectional)
        call = f"RNNBaseline(vocab_size={vocab_size}, embedding_dim={embedding_dim}, …)"
        expect_embedding(rnn.build(**arguments), vocab_size, embedding_dim, call, EMBEDDING)


def layers_and_directions(rnn: Network, draw: Draw) -> None:
    """The recurrent layer has the asked layers and directions"""
    for n_layers, bidirectional in FORMS:
        embedding_dim, hidden_dim = draw.integer(11, 14), draw.integer(5, 9)
        arguments = sizes(50, embedding_dim, hidden_dim, n_layers, bidirectional)
        shapes = rnn.build(**arguments).parameters()
        found = recurrent_matrices(shapes, hidden_dim)
        # The width of the embedding as it is: whether it is the one that was asked is another check's business.
        width = shapes.get(WEIGHT, (50, embedding_dim))[1]
        expected = {
            name: expected_matrices(gates, width, hidden_dim, n_layers, bidirectional)
            for name, gates in (("LSTM", 4), ("GRU", 3))
        }
        if found not in expected.values():
            name = "GRU" if found and max(rows for rows, _ in found) == 3 * hidden_dim else "LSTM"
            raise CheckFailed(
                "the recurrent layer does not have the asked layers and directions",
                input=call_text(arguments),
                expected=f"weight matrices {_matrices_text(expected[name])} in the {name}",
                got=_matrices_text(found) if found else "no weight matrix of an LSTM or a GRU",
                likely=_layer_cause(found, expected[name]),
                next="hand embedding_dim, hidden_dim, n_layers and bidirectional on to nn.LSTM or nn.GRU",
            )


def runs(rnn: Network, draw: Draw) -> None:
    """RNNBaseline turns a batch of reviews into one number each"""
    for n_layers, bidirectional in FORMS[:1] + FORMS[2:3]:
        arguments = sizes(40, draw.integer(9, 12), draw.integer(5, 8), n_layers, bidirectional)
        _expect_one_each(rnn, arguments, *reviews(draw, 3, draw.integer(9, 14)))


def one_logit_per_review(rnn: Network, draw: Draw) -> None:
    """The sizes are right for one review, for one token, and for long reviews"""
    for batch, length in [(5, draw.integer(5, 8)), (1, 1), (7, draw.integer(20, 30)), (2, 1), (1, 4)]:
        arguments = sizes(40, draw.integer(9, 12), draw.integer(5, 8))
        _expect_one_each(rnn, arguments, *reviews(draw, batch, length))
    expect_an_answer(rnn.build(**sizes()), *reviews(draw, 4, 9))


def _expect_one_each(rnn: Network, arguments: dict[str, Any], ids: Tensor, lengths: Tensor) -> None:
    (batch, length), states = ids.shape, arguments["n_layers"] * (1 + arguments["bidirectional"])
    logits = rnn.build(**arguments).forward(ids, lengths)
    expect_shape(
        logits,
        [(batch, 1), (batch,)],
        axes="batch × 1",
        input=f"ids [{batch}, {length}], lengths {lengths.tolist()}, {call_text(arguments)}",
        likely=_shape_cause(logits, batch, length, states),
        next="print the shape after each line of forward and compare it with the figure",
    )


def summary_is_the_last_state(rnn: Network, draw: Draw) -> None:
    """The logit is read off the last layer's last state"""
    for n_layers, bidirectional in FORMS:
        arguments = sizes(40, draw.integer(6, 9), draw.integer(4, 6), n_layers, bidirectional)
        model = rnn.build(**arguments)
        weights = redraw(model, draw)
        # Without padding, which is another check's business.
        ids = draw.token_ids(4, draw.integer(6, 9), 40, avoid=[1])
        lengths = torch.full((4,), ids.shape[1])
        got = model.forward(ids, lengths).reshape(-1)
        known = logits_by_summary(weights, ids, lengths, arguments)
        right = {name: logits for name, (allowed, logits) in known.items() if allowed}
        if got.shape != lengths.shape or not any(_close(got, logits) for logits in right.values()):
            wrong = [name for name, (allowed, logits) in known.items() if not allowed and _close(got, logits)]
            expect_close(
                got,
                next(iter(right.values())),
                tolerance=10 * SAME,
                what="the logit is not read off the last layer's last state",
                input=f"ids {list(ids.shape)}, lengths {lengths.tolist()}, {call_text(arguments)}",
                likely=f"the summary of a review is {wrong[0]}"
                if wrong
                else "something stands between the recurrent and the linear layer, or an axis is mixed up",
                next="take the last layer's final hidden state; with two directions, both side by side",
            )


def arguments_decide_dropout(rnn: Network, draw: Draw) -> None:
    """Dropout works on the summary and between layers, and is silent in evaluation"""
    inputs = reviews(draw, 6, 12)
    model = rnn.build(**sizes(n_layers=1))
    expect_silent_in_evaluation(model, inputs)
    expect_nothing_at_rate_zero(rnn.build(**sizes(dropout=0.0)), inputs, "RNNBaseline", SAME)

    def build(rate: float) -> Model:
        alone = rnn.build(**sizes(hidden_dim=3, n_layers=1, dropout=rate))
        redraw(alone, draw, scale=1.0)
        return alone

    pair = draw.token_ids(2, 6, 40, avoid=[1])
    expect_dropout(build, draw, pair, with_lengths=True, call=rnn.name, place="the summary")
    _dropout_between_layers(rnn, draw)


def _dropout_between_layers(rnn: Network, draw: Draw) -> None:
    # With one hidden number, dropout on the summary alone leaves two logits: with that number, and without it.
    narrow = rnn.build(**sizes(hidden_dim=1, n_layers=2, bidirectional=False))
    redraw(narrow, draw, scale=1.0)
    copies, lengths = draw.token_ids(1, 12, 40, avoid=[1]).repeat(64, 1), torch.full((64,), 12)
    second = [size for name, size in narrow.gradients(copies[:4], lengths[:4]).items() if "_l1" in name]
    if not any(second):
        return  # one layer only, or one that is not read: other checks' business
    logits = narrow.forward(copies, lengths, training=True, seed=draw.integer(0, 9999))
    different = len(torch.unique(logits.reshape(-1)))
    if different <= 2:
        raise CheckFailed(
            "there is no dropout between the recurrent layers",
            input="one review 64 times, model.train(), hidden_dim=1, n_layers=2, bidirectional=False, dropout=0.5",
            expected="more than two different logits",
            got=f"{different} different logits",
            likely="the argument dropout went to nn.Dropout but not to the recurrent layer",
            next="hand dropout on to nn.LSTM or nn.GRU when there is more than one layer",
        )


def reviews_are_independent(rnn: Network, draw: Draw) -> None:
    """A review's logit does not depend on the other reviews in its batch"""
    model = rnn.build(**sizes())
    ids, full = draw.token_ids(5, 7, 40, avoid=[1]), torch.full((5,), 7)
    expect_an_answer(model, ids, full)
    alone = torch.cat([model.forward(row[None], full[:1]).reshape(-1) for row in ids])
    _same_logits(model.forward(ids, full), alone, "5 reviews of 7 tokens together, then each alone")
    ids, lengths = reviews(draw, 6, 11)
    order = draw.permutation(6)
    _same_logits(
        model.forward(ids[order], lengths[order]),
        model.forward(ids, lengths).reshape(-1)[order],
        f"reviews of {lengths[order].tolist()} tokens, then the same in another order",
    )


def padding_is_silent(rnn: Network, draw: Draw) -> None:
    """Padding does not change a review's logit"""
    pad_idx = draw.integer(2, 9)
    model = rnn.build(**sizes(pad_idx=pad_idx))
    expect_zero_padding(model, rnn.name, pad_idx, EMBEDDING)
    redraw(model, draw, pad_idx=pad_idx)
    ids, lengths = reviews(draw, 4, 10, pad_idx)
    expect_an_answer(model, ids, lengths)
    cut = [row[:length][None] for row, length in zip(ids, lengths.tolist(), strict=True)]
    alone = torch.cat([model.forward(row, torch.tensor([row.shape[1]])).reshape(-1) for row in cut])
    longer = torch.nn.functional.pad(ids, (0, 6), value=pad_idx)
    for given, call in [
        (ids, f"reviews of {lengths.tolist()} tokens padded to 10, against each alone without padding"),
        (longer, f"reviews of {lengths.tolist()} tokens padded to 16, against each alone without padding"),
    ]:
        expect_close(
            model.forward(given, lengths).reshape(-1),
            alone,
            tolerance=SAME,
            what="padding changes the logit",
            input=call,
            likely="the recurrent layer reads the padding too, or output[:, -1] is the state after padding",
            next="pack the embedded reviews with pack_padded_sequence, which needs their lengths",
        )


def every_parameter_learns(rnn: Network, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    for n_layers, bidirectional in [(2, False), (1, True)]:
        arguments = sizes(n_layers=n_layers, bidirectional=bidirectional)
        ids, lengths = reviews(draw, 16, 20)
        gradients = rnn.build(**arguments).gradients(ids, lengths)
        # Which layers and directions are read is the summary's business, unless none is.
        recurrent = {name for name in gradients if re.search(r"_l\d+(_reverse)?$", name)}
        expect_gradients(
            gradients,
            spared=recurrent if any(gradients[name] for name in recurrent) else (),
            input=f"{call_text(arguments)}, the sum of the logits of 16 reviews",
            likely="a layer is made in __init__ but forward does not use it, or uses the first layer only",
            next="follow each layer of __init__ to the place in forward where it is called",
        )


def sizes(
    vocab_size: int = 40,
    embedding_dim: int = 8,
    hidden_dim: int = 6,
    n_layers: int = 2,
    bidirectional: bool = True,
    dropout: float = 0.5,
    pad_idx: int = 1,
) -> dict[str, Any]:
    """The arguments of RNNBaseline by name."""
    return {
        "vocab_size": vocab_size,
        "embedding_dim": embedding_dim,
        "hidden_dim": hidden_dim,
        "n_layers": n_layers,
        "bidirectional": bidirectional,
        "dropout": dropout,
        "pad_idx": pad_idx,
    }


def reviews(draw: Draw, batch: int, longest: int, pad_idx: int = 1) -> tuple[Tensor, Tensor]:
    """Padded ids [batch, longest] and lengths [batch], the longest review first."""
    lengths = sorted([longest, *(draw.integer(1, max(1, longest - 1)) for _ in range(batch - 1))], reverse=True)
    ids = draw.token_ids(batch, longest, 40, avoid=[pad_idx])
    for row, length in enumerate(lengths):
        ids[row, length:] = pad_idx
    return ids, torch.tensor(lengths)


def redraw(model: Model, draw: Draw, scale: float = 0.5, pad_idx: int = 1) -> dict[str, Tensor]:
    """Give a model fresh weights, the padding row zero; the weights."""
    trained = model.parameters()
    weights = {
        name: draw.normal(*value.shape, scale=scale) if name in trained else value
        for name, value in model.get_weights().items()
    }
    weights["embedding.weight"][pad_idx] = 0.0
    model.set_weights(weights)
    return weights


def call_text(arguments: dict[str, Any]) -> str:
    """The call that made the network, the arguments that matter for its form."""
    shown = ("embedding_dim", "hidden_dim", "n_layers", "bidirectional")
    return "RNNBaseline(" + ", ".join(f"{name}={arguments[name]}" for name in shown) + ", …)"


def _close(got: Tensor, logits: Tensor) -> bool:
    return got.shape == logits.shape and float((got - logits).abs().max()) <= 10 * SAME


def _same_logits(got: Tensor, expected: Tensor, call: str) -> None:
    expect_close(
        got.reshape(-1),
        expected,
        tolerance=SAME,
        what="a review's logit changes with its neighbours",
        input=call,
        likely="batch and length are mixed up (batch_first missing?), or reviews were sorted and not put back",
        next="use batch_first=True and enforce_sorted=False, and check that axis 0 stays the batch",
    )


def _matrices_text(matrices: Counter[tuple[int, int]]) -> str:
    return ", ".join(f"{count} × {shape_text(shape)}" for shape, count in sorted(matrices.items()))


def _layer_cause(found: Counter[tuple[int, int]], expected: Counter[tuple[int, int]]) -> str:
    """The usual cause of wrong matrices, from how many there are."""
    if not found:
        return "hidden_dim is written out as a number, or the layer is nn.RNN"
    if sum(found.values()) == 2 * sum(expected.values()):
        return "bidirectional=True is written out, where the argument should decide"
    if 2 * sum(found.values()) == sum(expected.values()):
        return "the argument bidirectional does not reach the layer"
    return "n_layers or bidirectional is written out as a value, or does not reach the layer"


def _shape_cause(got: Tensor, batch: int, length: int, states: int) -> str:
    """The usual cause of a wrong output shape."""
    shape = tuple(got.shape)
    if len(shape) == 3 and shape[0] == states and batch != states:
        return "the linear layer got the states of all layers; take the last layer's"
    if len(shape) == 3:
        return "the linear layer got the output at every token; take one summary per review"
    if shape and shape[0] == length and length != batch:
        return "the first axis is the length: batch_first=True is missing"
    if shape == () or (len(shape) == 1 and batch == 1):
        return "squeeze() without an axis removed the batch axis too"
    return "the summary is not [batch, hidden_dim × directions], or the linear layer does not give one number"
