"""Checks of the class RNNBaseline: its layers, its summary of a review, and what may not change its answer."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import torch
from torch import Tensor

from textlab.checks.behaviour import expect_an_answer, expect_apart, put_weights
from textlab.checks.between_layers import between_layers
from textlab.checks.draw import Draw
from textlab.checks.dropout import (
    expect_dropout,
    expect_nothing_at_rate_zero,
    expect_silent_in_evaluation,
    keeps_state,
)
from textlab.checks.embedding import WEIGHT, expect_embedding, expect_zero_padding
from textlab.checks.failure import (
    Cause,
    CheckFailed,
    NotChecked,
    expect_close,
    expect_gradients,
    expect_shape,
    shape_text,
)
from textlab.checks.recurrent import expected_matrices, layer_cause, recurrent_matrices, units_of
from textlab.checks.subject import Model, Network, shown_call, shown_ids
from textlab.checks.summary import expect_last_states, mixes_reviews_in_summary, reads_last_states

# One-thread float32 sums differ by about 1e-6 when their order changes; a recurrent layer carries that along.
SAME = 1e-5
EMBEDDING = "self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)"
FORMS = [(2, True), (1, False), (1, True), (3, False)]
"""Layers, and whether in both directions."""
LONG = 1100
"""Tokens of a review that nobody may cut."""


def builds(rnn: Network, draw: Draw) -> None:
    """RNNBaseline can be built from its arguments"""
    for n_layers, bidirectional in FORMS[:2]:
        vocab_size, embedding_dim = draw.integer(20, 60), draw.integer(5, 12)
        arguments = sizes(vocab_size, embedding_dim, n_layers=n_layers, bidirectional=bidirectional)
        call = shown_call(rnn, vocab_size=vocab_size, embedding_dim=embedding_dim)
        expect_embedding(rnn.build(**arguments), vocab_size, embedding_dim, call, EMBEDDING)


def layers_and_directions(rnn: Network, draw: Draw) -> None:
    """The recurrent layer has the asked layers and directions"""
    built = []
    for n_layers, bidirectional in FORMS:
        embedding_dim, hidden_dim = draw.integer(11, 14), draw.integer(5, 9)
        arguments = sizes(50, embedding_dim, hidden_dim, n_layers, bidirectional)
        shapes = rnn.build(**arguments).parameters()
        # The width of the embedding as it is: whether it is the one that was asked is another check's business.
        built.append((arguments, shapes, shapes.get(WEIGHT, (50, embedding_dim))[1]))
    for arguments, shapes, width in built:
        found = recurrent_matrices(shapes, arguments["hidden_dim"])
        asked = (width, arguments["hidden_dim"], arguments["n_layers"], arguments["bidirectional"])
        expected = {name: expected_matrices(gates, *asked) for name, gates in (("LSTM", 4), ("GRU", 3))}
        if found not in expected.values():
            name = "GRU" if found and max(rows for rows, _ in found) == 3 * arguments["hidden_dim"] else "LSTM"
            raise CheckFailed(
                "the recurrent layer does not have the asked layers and directions",
                input=_call(rnn, arguments),
                expected=f"weight matrices {_matrices_text(expected[name])} in the {name}",
                got=_matrices_text(found) if found else "no weight matrix of an LSTM or a GRU",
                likely=layer_cause([(arguments, shapes) for arguments, shapes, _ in built]),
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
    model, inputs = rnn.build(**sizes()), reviews(draw, 4, 9)
    if not keeps_state(model, inputs):
        redraw(model, draw)
        expect_an_answer(model, *inputs)


def _expect_one_each(rnn: Network, arguments: dict[str, Any], ids: Tensor, lengths: Tensor) -> None:
    (batch, length), states = ids.shape, arguments["n_layers"] * (1 + arguments["bidirectional"])
    logits = rnn.build(**arguments).forward(ids, lengths)
    expect_shape(
        logits,
        [(batch, 1), (batch,)],
        axes="batch × 1",
        input=f"{shown_ids(rnn, batch, length)}, lengths {lengths.tolist()}, {_call(rnn, arguments)}",
        likely=_shape_cause(logits, batch, length, states),
        next="print the shape after each line of forward and compare it with the figure",
    )


def summary_is_the_last_state(rnn: Network, draw: Draw) -> None:
    """The logit is read off the last layer's last state"""
    # Without padding, which is another check's business. The last reviews are longer than any that one would cut at.
    for (n_layers, bidirectional), length in zip([*FORMS, (1, True)], [6, 7, 8, 9, LONG], strict=True):
        arguments = sizes(40, draw.integer(13, 15), draw.integer(3, 5), n_layers, bidirectional)
        model = rnn.build(**arguments)
        redraw(model, draw)
        ids = draw.token_ids(4 if length < LONG else 2, length, 40, avoid=[1])
        lengths = torch.full((len(ids),), length)
        if keeps_state(model, (ids[:2, :9], lengths[:2].clamp(max=9))):
            raise NotChecked("a call changes the next one, which another check says")
        _expect_a_layer(rnn, model, arguments)
        expect_last_states(model, ids, lengths, arguments, _call(rnn, arguments))


def _expect_a_layer(rnn: Network, model: Model, arguments: dict[str, Any]) -> None:
    """Fail when the matrices are those of an LSTM or a GRU and there is none of PyTorch's to read them."""
    shapes = model.parameters()
    asked = (arguments["embedding_dim"], arguments["hidden_dim"], arguments["n_layers"], arguments["bidirectional"])
    found = recurrent_matrices(shapes, arguments["hidden_dim"])
    if not units_of(shapes) and found in [expected_matrices(gates, *asked) for gates in (4, 3)]:
        raise CheckFailed(
            "there is no nn.LSTM or nn.GRU",
            input=_call(rnn, arguments),
            expected="one nn.LSTM or nn.GRU with these arguments",
            got=", ".join(f"{name} {shape_text(shape)}" for name, shape in list(shapes.items())[1:6]),
            likely=None,
            next="make one nn.LSTM or nn.GRU in __init__ and hand the arguments on to it",
        )


def arguments_decide_dropout(rnn: Network, draw: Draw) -> None:
    """Dropout works on the summary and between layers, and is silent in evaluation"""
    inputs = reviews(draw, 6, 12)
    model = rnn.build(**sizes(n_layers=1))
    expect_silent_in_evaluation(model, inputs)
    _expect_own_summaries(rnn, draw)
    expect_nothing_at_rate_zero(rnn.build(**sizes(dropout=0.0)), inputs, rnn.name, SAME)

    def build(rate: float) -> Model:
        alone = rnn.build(**sizes(hidden_dim=3, n_layers=1, dropout=rate))
        redraw(alone, draw, scale=1.0)
        return alone

    pair = draw.token_ids(2, 6, 40, avoid=[1])
    full, arguments = torch.full((2,), 6), sizes(hidden_dim=3, n_layers=1, dropout=0.0)
    plain = reads_last_states(build(0.0), pair, full, arguments)
    expect_dropout(build, draw, pair, with_lengths=True, call=rnn.name, place="the summary", plain=plain)
    for bidirectional in (False, True):
        between_layers(rnn, sizes(hidden_dim=1, n_layers=2, bidirectional=bidirectional), draw)


def reviews_are_independent(rnn: Network, draw: Draw) -> None:
    """A review's logit does not depend on the other reviews in its batch"""
    model = rnn.build(**sizes())
    ids, full = draw.token_ids(5, 7, 40, avoid=[1]), torch.full((5,), 7)
    if keeps_state(model, (ids, full)):
        first, second = (model.forward(ids, full).reshape(-1) for _ in range(2))
        expect_close(
            second,
            first,
            tolerance=0.0,
            what="a review's logit changes with the batch before it",
            input="the same 5 reviews of 7 tokens twice, in evaluation mode",
            likely=Cause("state-kept-between-calls", "a call leaves something behind from which the next one starts"),
            next="let the recurrent layer start from zeros: pass it no state, and keep none in self",
        )
    redraw(model, draw)
    tolerance = expect_an_answer(model, ids, full)
    _expect_own_summaries(rnn, draw)
    alone = torch.cat([model.forward(row[None], full[:1]).reshape(-1) for row in ids])
    together = model.forward(ids, full)
    _same_logits(together, alone, tolerance, "5 reviews of 7 tokens together, then each alone", None)
    ids, lengths = reviews(draw, 6, 11)
    order = draw.permutation(6)
    if bool((order == torch.arange(6)).all()):
        order = order.flip(0)
    together, turned = model.forward(ids, lengths).reshape(-1), model.forward(ids[order], lengths[order])
    sorted_back = turned.numel() == 6 and torch.allclose(turned.reshape(-1), together, atol=tolerance)
    _same_logits(
        turned,
        together[order],
        tolerance,
        f"reviews of {lengths[order].tolist()} tokens, then the same in another order",
        Cause("sorted-and-not-put-back", "the logits come in the order of the lengths, not in that of the reviews")
        if sorted_back
        else None,
    )


def _expect_own_summaries(rnn: Network, draw: Draw) -> None:
    """NotChecked when already the summary is made of several reviews: that check says so."""
    arguments = sizes(embedding_dim=13, hidden_dim=4, n_layers=1, pad_idx=1)
    model = rnn.build(**arguments)
    redraw(model, draw)
    if mixes_reviews_in_summary(model, draw.token_ids(4, 7, 40, avoid=[1]), torch.full((4,), 7), arguments):
        raise NotChecked("the summary is made of several reviews, which another check says")


def padding_is_silent(rnn: Network, draw: Draw) -> None:
    """Padding does not change a review's logit"""
    pad_idx = draw.integer(2, 9)
    model = rnn.build(**sizes(pad_idx=pad_idx))
    expect_zero_padding(model, rnn.name, pad_idx, EMBEDDING)
    redraw(model, draw, pad_idx=pad_idx)
    ids, lengths = reviews(draw, 4, 10, pad_idx)
    tolerance = expect_an_answer(model, ids, lengths)
    _expect_own_summaries(rnn, draw)
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
            tolerance=tolerance,
            what="padding changes the logit",
            input=call,
            likely=None,
            next="pack the embedded reviews with pack_padded_sequence, which needs their lengths",
        )


def every_parameter_learns(rnn: Network, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    for n_layers, bidirectional in [(2, False), (1, True)]:
        arguments = sizes(n_layers=n_layers, bidirectional=bidirectional)
        ids, lengths = reviews(draw, 16, 20)
        model = rnn.build(**arguments)
        redraw(model, draw)
        expect_apart(model.forward(ids, lengths))
        gradients = model.gradients(ids, lengths)
        # Which layers and directions are read is the summary's business, unless none is.
        recurrent = {name for name in gradients if re.search(r"_l\d+(_reverse)?$", name)}
        # Softmax cancels a bias, as in attention, which is the summary's business: the layer's weight tells enough.
        moved = {name for name in gradients if name.endswith("bias") and gradients.get(f"{name[:-4]}weight")}
        expect_gradients(
            gradients,
            spared=moved | recurrent if any(gradients[name] for name in recurrent) else moved,
            input=f"{_call(rnn, arguments)}, the sum of the logits of 16 reviews",
            likely=None,
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
    put_weights(model, weights)
    return weights


def _call(rnn: Network, arguments: dict[str, Any]) -> str:
    """The call that made the network, the arguments that matter for its form."""
    shown = ("embedding_dim", "hidden_dim", "n_layers", "bidirectional")
    return shown_call(rnn, **{name: arguments[name] for name in shown})


def _same_logits(got: Tensor, expected: Tensor, tolerance: float, call: str, cause: Cause | None) -> None:
    expect_close(
        got.reshape(-1),
        expected,
        tolerance=tolerance,
        what="a review's logit changes with its neighbours",
        input=call,
        likely=cause,
        next="use batch_first=True and enforce_sorted=False, and check that axis 0 stays the batch",
    )


def _matrices_text(matrices: Counter[tuple[int, int]]) -> str:
    return ", ".join(f"{count} × {shape_text(shape)}" for shape, count in sorted(matrices.items()))


def _shape_cause(got: Tensor, batch: int, length: int, states: int) -> Cause | None:
    """What a wrong output shape shows, where its axes are of different sizes."""
    shape = tuple(got.shape)
    if len(shape) == 3 and shape[0] == states and batch != states:
        return Cause("head-on-every-state", "there is one number for each entry of hidden: all layers and directions")
    if len(shape) == 3 and shape[1] == length != batch:
        return Cause("head-on-every-token", "there is one number for each token: the outputs are not summed up")
    if shape and shape[0] == length and length != batch:
        return Cause("batch-first-forgotten", "the first axis is the length: batch_first=True is missing")
    if shape == () and batch == 1:
        return Cause("squeezed", "squeeze() without an axis removed the batch axis, too")
    return None
