"""Checks of the encoder layers of TransformerClassifier: how many, how wide, with how many heads, with dropout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, numbers_text
from textlab.checks.rnn import redraw
from textlab.checks.subject import Model, Network

HEADS = (1, 2, 3, 4, 6)
"""Divisors of 12, the emb_dim of these networks."""
# Another number of heads moves some logit of a redrawn network by 0.003 and more, rounding by 1e-6.
MOVED = 1e-4
COPIES = 64


def expect_layers(network: Network, arguments: dict[str, Any]) -> None:
    """Fail unless n_layers decides how many layers there are, each with a feed-forward part of width 2 * emb_dim."""
    models = [network.build(**{**arguments, "n_layers": layers}) for layers in (1, 2, 3)]
    counts = [_numbers(model) for model in models]
    if not 0 < counts[1] - counts[0] == counts[2] - counts[1]:
        raise CheckFailed(
            "n_layers does not decide how many encoder layers there are",
            input=f"{network.name}(…, n_layers=1), then 2, then 3",
            expected="every layer adds the same number of weights",
            got=f"{counts[0]}, {counts[1]}, {counts[2]} numbers in all parameters",
            likely=Cause("layers-written-out", "there are as many weights for any number of layers")
            if len(set(counts)) == 1
            else None,
            next="nn.TransformerEncoder(layer, n_layers, …), or an nn.ModuleList with one layer for each",
        )
    dim = arguments["emb_dim"]
    shapes = [tuple(size for size in shape if size != 1) for shape in models[1].parameters().values()]
    matrices = sum(
        torch.Size(shape).numel() // (2 * dim * dim) for shape in shapes if sorted(shape[-2:]) == [dim, 2 * dim]
    )
    if matrices < 4:  # two for each of two layers
        widths = {
            max(shape)
            for name, shape in models[1].parameters().items()
            if "linear1" in name and len(shape) == 2 and min(shape) == dim
        }
        raise CheckFailed(
            "the feed-forward networks do not have the width that was asked for",
            input=f"{network.name}(…, emb_dim={dim}, n_layers=2)",
            expected=f"in each layer two matrices between {dim} and {2 * dim} numbers: dim_feedforward=2 * emb_dim",
            got=f"linear layers of width {', '.join(map(str, sorted(widths)))}" if widths else f"{matrices} of them",
            likely=Cause("feed-forward-width", f"dim_feedforward is {max(widths)}") if len(widths) == 1 else None,
            next="nn.TransformerEncoderLayer(emb_dim, n_heads, dim_feedforward=2 * emb_dim, …)",
        )


def expect_heads(
    network: Network, arguments: dict[str, Any], draw: Draw, logits_of: Callable[[Model, Tensor, str], Tensor]
) -> None:
    """Fail unless n_heads changes what networks with the same weights compute, each number in another way.

    `logits_of` gives a model's logits for ids, which it is told how to name.
    """
    pad_idx = arguments["pad_idx"]
    models = {heads: network.build(**{**arguments, "n_heads": heads, "dropout": 0.0}) for heads in HEADS}
    first = models[HEADS[0]]
    if any(model.parameters() != first.parameters() for model in models.values()):
        return  # each head has matrices of its own: they are as many as heads
    weights = redraw(first, draw, pad_idx=pad_idx)
    ids = draw.token_ids(4, 9, 20, avoid=[pad_idx])
    ids[:, -2:] = pad_idx  # so an inverted mask is a fault of padding alone
    logits = {}
    for heads, model in models.items():
        model.set_weights(weights)
        logits[heads] = logits_of(model, ids, "4 reviews of 9 tokens")
    for one, other in [(1, 4), *((one, other) for one in HEADS for other in HEADS if one < other)]:
        if float((logits[one] - logits[other]).abs().max()) < MOVED:
            raise CheckFailed(
                "n_heads does nothing",
                input=f"{network.name}(…, n_heads={one}) and n_heads={other} with the same weights, 4 reviews",
                expected="different logits",
                got=f"{numbers_text(logits[one])} both times",
                likely=Cause("heads-written-out", "the number of heads does not come from n_heads"),
                next="pass n_heads to nn.TransformerEncoderLayer, as its second argument",
            )


def expect_dropout_inside(network: Network, arguments: dict[str, Any], draw: Draw) -> None:
    """Fail when nothing is drawn before the mean: what is left of it is the same in all copies of a review."""
    model = network.build(**{**arguments, "n_classes": 1, "dropout": 0.4})
    redraw(model, draw)
    copies = draw.token_ids(1, 6, 40, avoid=[1]).repeat(COPIES, 1)
    copies[:, -1] = 1
    logits = [round(value, 4) for value in model.forward(copies, training=True, seed=3).flatten().tolist()]
    # Dropout on the mean alone leaves one of 2^emb_dim sums of its numbers.
    most = 2 ** arguments["emb_dim"]
    if len(set(logits)) <= most:
        raise CheckFailed(
            "dropout does nothing inside the encoder layers",
            input=f"one review {COPIES} times, after model.train(), emb_dim={arguments['emb_dim']}, dropout=0.4",
            expected=f"more than {most} different logits: numbers are dropped in each layer, too",
            got=f"{len(set(logits))} different logits, as dropout on the mean alone gives them",
            likely=Cause("no-dropout-in-the-layers", "at most the mean is dropped"),
            next="pass dropout to nn.TransformerEncoderLayer",
        )


def _numbers(model: Model) -> int:
    """How many numbers all parameters hold."""
    return sum(torch.Size(shape).numel() for shape in model.parameters().values())
