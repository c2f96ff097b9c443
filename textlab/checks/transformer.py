"""Checks of TransformerClassifier: what its arguments decide, what padding and order may and must change."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import Tensor

from textlab.checks.behaviour import expect_an_answer, expect_apart
from textlab.checks.draw import Draw
from textlab.checks.dropout import expect_dropout
from textlab.checks.encoder_layers import expect_dropout_inside, expect_heads, expect_layers
from textlab.checks.failure import (
    Cause,
    CheckFailed,
    StudentError,
    expect_close,
    expect_gradients,
    expect_shape,
    numbers_text,
    shape_text,
)
from textlab.checks.positions import places_are_told_apart, positions_are_added
from textlab.checks.rnn import redraw
from textlab.checks.self_attention import computes_the_layers, every_token_reads_every_token, given_mask_decides
from textlab.checks.subject import Model, Network
from textlab.checks.token_mean import expect_the_mean

# The fused path of nn.TransformerEncoderLayer and the plain one differ by up to 1e-6 on logits near 1.
SAME = 2e-5
# Another order moves some logit of a redrawn network by 0.003 and more (480 draws), without positions by 1e-6.
MOVED = 1e-4


def arguments_decide(network: Network, draw: Draw) -> None:
    """Embedding, layers and heads are as the arguments say"""
    pad_idx = draw.integer(1, 6)
    arguments = sizes(vocab_size=draw.integer(20, 50), emb_dim=12, pad_idx=pad_idx)
    weights = network.build(**arguments).get_weights()
    wanted = (arguments["vocab_size"], 12)
    found = weights.get("embedding.weight", torch.zeros(0))
    if tuple(found.shape) != wanted or bool(found[pad_idx].any()):
        raise CheckFailed(
            "self.embedding is not the embedding that was asked for",
            input=call_text(network, arguments),
            expected=f"embedding.weight of shape {shape_text(wanted)}, zeros in row pad_idx={pad_idx}",
            got=f"shape {shape_text(found.shape)}" if tuple(found.shape) != wanted else numbers_text(found[pad_idx]),
            likely=Cause("padding-idx-missing", f"row pad_idx={pad_idx} was drawn like the others")
            if tuple(found.shape) == wanted
            else None,
            next="make self.embedding with vocab_size rows of emb_dim numbers, and tell it pad_idx",
        )
    expect_layers(network, arguments)
    expect_heads(network, arguments, draw, _logits)


def one_logit_per_class(network: Network, draw: Draw) -> None:
    """There is one logit per class for every review, and long reviews are read up to max_length"""
    for batch, length, n_classes, n_layers in [(3, 9, 2, 1), (1, 2, 4, 2), (5, 12, 3, 1)]:
        arguments = sizes(n_classes=n_classes, n_layers=n_layers, max_length=12)
        model = network.build(**arguments)
        ids = _reviews(draw, batch, length, 1)
        expect_shape(
            _logits(model, ids, f"{batch} reviews × {length} tokens"),
            [(batch, n_classes)],
            input=f"{batch} reviews × {length} tokens, n_classes={n_classes}",
            likely=None,
            next="mean over axis 1, the length; then nn.Linear(emb_dim, n_classes)",
        )
    model = network.build(**sizes(max_length=12))
    ids = draw.token_ids(2, 17, 40, avoid=[0, 1])
    call = "2 reviews of 17 tokens, max_length=12"
    try:
        got = model.forward(ids)
    except StudentError as error:
        if error.not_attempted:
            raise
        if "NaN" in error.message:
            return  # a fault of the mask, which is charged elsewhere
        first = ids[:, :12]
        whole = Cause("review-not-cut", "its first 12 tokens alone are read without an error")
        raise CheckFailed(
            "a review longer than max_length stops the network",
            input=call,
            expected="the logits of its first 12 tokens",
            got=f"{error.type_name}: {error.message}"[:200],
            likely=whole if _answers(model, first) else None,
            next="begin forward with text = text[:, : max_length], and cut padding in the same way",
        ) from None
    expect_close(
        got,
        model.forward(ids[:, :12]),
        tolerance=SAME,
        what="tokens after max_length are read",
        input=call,
        likely=None,
        next="begin forward with text = text[:, : max_length]",
    )
    _expect_the_last_place(model, ids)


def _expect_the_last_place(model: Model, ids: Tensor) -> None:
    """The token at place max_length - 1 = 11 is read."""
    read = ids[:, :12].clone()
    read[:, 11] = (ids[:, 11] + 1) % 40
    whole, other, shorter = (model.forward(one) for one in (ids[:, :12], read, ids[:, :11]))
    if float((whole - other).abs().max()) > SAME:
        return
    raise CheckFailed(
        "the last token below max_length is not read",
        input="2 reviews of 12 tokens, max_length=12, then with another token at place 11",
        expected="different logits",
        got=f"{numbers_text(whole)} both times",
        likely=Cause("cut-too-early", "the logits are those of the first 11 tokens")
        if torch.allclose(whole, shorter, atol=SAME)
        else None,
        next="cut at max_length: text[:, : max_length] holds places 0 to max_length - 1",
    )


def logits_are_not_probabilities(network: Network, draw: Draw) -> None:
    """The outputs are logits: any numbers, no probabilities"""
    model = network.build(**sizes(n_classes=3))
    found = []
    for _ in range(3):  # one draw of weights may give numbers between 0 and 1 by chance
        redraw(model, draw, scale=2.0)
        found.append(_logits(model, _reviews(draw, 20, 9, 1), "20 reviews"))
    logits = torch.cat(found)
    is_log = bool(((logits.exp().sum(dim=1) - 1).abs() < 1e-3).all())
    if is_log or bool(((logits >= 0) & (logits <= 1)).all()):
        raise CheckFailed(
            "the outputs are probabilities",
            input="20 reviews, 3 classes, large weights",
            expected="logits: numbers of any size and sign",
            got=f"{numbers_text(logits)}, " + ("logarithms of probabilities" if is_log else "all between 0 and 1"),
            likely=_probability_cause(logits, is_log),
            next="give back what the linear layer gives",
        )


def order_matters(network: Network, draw: Draw) -> None:
    """The order of the words changes the logits"""
    model = network.build(**sizes(n_classes=2, n_layers=draw.integer(1, 2), dropout=0.0))
    redraw(model, draw)
    words = torch.stack([torch.tensor(draw.distinct(2, 39, 6)) for _ in range(4)])
    ids = torch.nn.functional.pad(words, (0, 3), value=1)
    before = _logits(model, ids, "4 reviews of 6 words")
    moved = 0.0
    for order in ([1, 0, 2, 3, 4, 5], [0, 1, 3, 2, 4, 5], [5, 4, 3, 2, 1, 0]):
        after = _logits(model, torch.nn.functional.pad(words[:, order], (0, 3), value=1), "the same in another order")
        moved = max(moved, float((after - before).abs().max()))
    if moved < MOVED:
        raise CheckFailed(
            "the order of the words does not matter",
            input="4 reviews of 6 different words, then with two words swapped, then from the end",
            expected="other logits: “not bad, good” is not “not good, bad”",
            got=f"{numbers_text(before)} each time",
            likely=Cause("positions-missing", "no position has a part in the logits: only which words there are"),
            next="add one vector a place, [length, emb_dim], to the embedded tokens before the encoder",
        )
    places_are_told_apart(network, sizes(), draw)
    positions_are_added(network, sizes(), draw)


def reviews_are_independent(network: Network, draw: Draw) -> None:
    """A review's logits do not depend on the other reviews in its batch"""
    model = network.build(**sizes(n_classes=3))
    redraw(model, draw)
    ids = _reviews(draw, 5, 9, 1)
    for row, length in enumerate((9, 4, 6, 2, 5)):
        ids[row, length:] = 1
    together = _logits(model, ids, "5 reviews of 9 tokens")
    tolerance = expect_an_answer(model, ids)
    alone = torch.cat([_logits(model, row[None], "one review of 9 tokens") for row in ids])
    order = draw.permutation(5)
    for got, expected, call in [
        (alone, together, "5 reviews together, then each alone"),
        (_logits(model, ids[order], "5 reviews"), together[order], "5 reviews, then the same in another order"),
    ]:
        expect_close(
            got,
            expected,
            tolerance=tolerance,
            what="a review's logits change with its neighbours",
            input=call,
            likely=None,
            next="nn.TransformerEncoderLayer(…, batch_first=True), and positions along axis 1",
        )


def padding_is_silent(network: Network, draw: Draw) -> None:
    """Padding does not change the logits"""
    pad_idx = draw.integer(1, 9)
    model = network.build(**sizes(pad_idx=pad_idx, max_length=64, n_layers=2))
    redraw(model, draw, pad_idx=pad_idx)
    ids = draw.token_ids(3, 7, 40, avoid=[pad_idx])
    alone = _logits(model, ids, "3 reviews of 7 tokens, without padding")
    tolerance = expect_an_answer(model, ids)
    for extra in (1, 25):
        padded = torch.nn.functional.pad(ids, (0, extra), value=pad_idx)
        expect_close(
            _logits(model, padded, f"3 reviews of 7 tokens, {extra} times padding"),
            alone,
            tolerance=tolerance,
            what="padding changes the logits",
            input=f"3 reviews of 7 tokens, alone and with {extra} padding token{'s' if extra > 1 else ''} after them",
            likely=None,
            next="mask the keys with padding = (text == pad_idx), and take the mean over the other tokens only",
        )
    given_mask_decides(network, sizes(), draw)


def logits_are_of_the_mean(network: Network, draw: Draw) -> None:
    """The logits are a linear layer on the mean of the real tokens, each of which has looked at all"""
    expect_the_mean(network, sizes(), draw)
    every_token_reads_every_token(network, sizes(), draw)
    computes_the_layers(network, sizes(), draw)


def dropout_follows_its_argument(network: Network, draw: Draw) -> None:
    """Dropout is active in training and silent in evaluation"""
    ids = _reviews(draw, 6, 12, 1)
    model = network.build(**sizes(dropout=0.5))
    expect_close(
        _logits(model, ids, "6 reviews"),
        _logits(model, ids, "6 reviews"),
        tolerance=0.0,
        what="two runs in evaluation mode differ",
        input="the same 6 reviews twice, after model.eval()",
        likely=Cause("dropout-in-evaluation", "numbers are drawn after model.eval(), too"),
        next="make every layer in __init__",
    )
    still = network.build(**sizes(dropout=0.0))
    first, second = (still.forward(ids, training=True, seed=seed) for seed in (1, 2))
    expect_close(
        first,
        still.forward(ids),
        tolerance=SAME,
        what="with dropout=0.0 training and evaluation differ",
        input=f"6 reviews, {network.name}(dropout=0.0), model.train() against model.eval()",
        likely=None
        if torch.equal(first, second)
        else Cause(
            "dropout-of-the-layer", "numbers are drawn at rate 0, too: a rate does not come from the argument"
        ),
        next="nn.TransformerEncoderLayer(…, dropout=dropout, …)",
    )
    small = sizes(emb_dim=4)
    expect_dropout_inside(network, small, draw)
    expect_dropout(
        lambda rate: _redrawn(network, {**small, "n_classes": 1, "dropout": rate}, draw),
        draw,
        _padded(torch.tensor([draw.distinct(2, 39, 3) for _ in range(2)])),
        with_lengths=False,
        call=network.name,
        place="the mean",
    )


def _redrawn(network: Network, arguments: dict[str, Any], draw: Draw) -> Model:
    model = network.build(**arguments)
    redraw(model, draw)
    return model


def _padded(words: Tensor) -> Tensor:
    """Reviews with one padding behind them: so an inverted mask is a fault of padding alone."""
    return torch.nn.functional.pad(words, (0, 1), value=1)


def every_parameter_learns(network: Network, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    model = network.build(**sizes(n_layers=2))
    redraw(model, draw)
    reviews = _reviews(draw, 16, 20, 1)
    expect_apart(model.forward(reviews))
    expect_gradients(
        model.gradients(reviews),
        input="the sum of the logits of 16 reviews × 20 tokens",
        likely=None,
        next="keep the encoder as an attribute, not the layer that it was made from",
    )


def sizes(
    vocab_size: int = 40,
    emb_dim: int = 8,
    n_heads: int = 2,
    n_layers: int = 1,
    n_classes: int = 2,
    dropout: float = 0.1,
    pad_idx: int = 1,
    max_length: int = 32,
) -> dict[str, Any]:
    """The arguments of TransformerClassifier by name."""
    return {
        "vocab_size": vocab_size,
        "emb_dim": emb_dim,
        "n_heads": n_heads,
        "n_layers": n_layers,
        "n_classes": n_classes,
        "dropout": dropout,
        "pad_idx": pad_idx,
        "max_length": max_length,
    }


def call_text(network: Network, arguments: dict[str, Any]) -> str:
    """The call that builds a network, as students write it."""
    return f"{network.name}({', '.join(f'{name}={value}' for name, value in arguments.items())})"


def _logits(model: Model, ids: Tensor, said: str) -> Tensor:
    """The logits; the two usual errors of masks are told apart from others."""
    try:
        return model.forward(ids)
    except StudentError as error:
        swapped = "NaN" not in error.message
        if swapped and not re.search("key_padd(ing|ed)_mask", error.message):  # older and newer torch
            raise
        raise CheckFailed(
            "the padding mask has the wrong shape" if swapped else "the logits are no numbers",
            input=said,
            expected="finite logits",
            got=error.message[:200],
            likely=None
            if swapped or _answers(model, torch.zeros_like(ids))
            else Cause("mask-inverted", "reviews without padding give NaN: the mask hides their words"),
            next="nn.TransformerEncoderLayer(…, batch_first=True)"
            if swapped
            else "src_key_padding_mask=(text == pad_idx) is True where there is padding",
        ) from None


def _answers(model: Model, ids: Tensor) -> bool:
    """Whether reviews are read without an error."""
    try:
        model.forward(ids)
    except StudentError:
        return False
    return True


def _probability_cause(outputs: Tensor, is_log: bool) -> Cause:
    """What made probabilities of the logits [reviews, classes], told by what they add up to."""
    if is_log:
        return Cause("log-softmax-at-the-end", "they are what log_softmax gives; cross-entropy applies it itself")
    if bool(((outputs.sum(dim=1) - 1).abs() < 1e-3).all()):
        return Cause("softmax-at-the-end", "they add up to 1, as softmax makes them; cross-entropy applies it itself")
    return Cause(
        "sigmoid-at-the-end", "each is between 0 and 1, and they do not add up to 1: a sigmoid is at the end"
    )


def _reviews(draw: Draw, batch: int, length: int, pad_idx: int) -> Tensor:
    """Reviews [batch, length] that end with padding: so an inverted mask is a fault of padding alone."""
    ids = draw.token_ids(batch, length, 20, avoid=[pad_idx])
    ids[:, -min(3, length - 1) :] = pad_idx
    return ids
