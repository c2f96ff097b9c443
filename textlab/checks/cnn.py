"""Checks of the class CNN: what it is built from, what it gives, and what may not change its answer."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, expect_close, expect_shape, shape_text
from textlab.checks.subject import Network

# One-thread float32 sums of a few hundred terms differ by about 1e-6 when their order changes.
SAME = 1e-5


def builds(cnn: Network, draw: Draw) -> None:
    """CNN can be built from its arguments"""
    for emb_dim, kernel_sizes in [(8, [2, 3, 4]), (5, [3])]:
        vocab_size = draw.integer(20, 60)
        arguments = sizes(vocab_size, emb_dim, draw.integer(3, 7), kernel_sizes)
        shapes = cnn.build(**arguments).parameters()
        if shapes.get("embedding.weight") != (vocab_size, emb_dim):
            raise CheckFailed(
                "self.embedding is not an embedding of the asked size",
                input=f"CNN(vocab_size={vocab_size}, emb_dim={emb_dim}, …)",
                expected=f"embedding.weight of shape {shape_text((vocab_size, emb_dim))}",
                got=shape_text(shapes["embedding.weight"]) if "embedding.weight" in shapes else "no such parameter",
                likely="the embedding has another name, or other sizes than the arguments say",
                next="keep the line self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)",
            )


def one_convolution_per_kernel_size(cnn: Network, draw: Draw) -> None:
    """CNN has one convolution for each kernel size"""
    for kernel_sizes in [draw.distinct(2, 7, 3), draw.distinct(2, 7, 2), draw.distinct(2, 7, 1)]:
        emb_dim, channels = draw.integer(8, 11), draw.integer(12, 15)
        shapes = cnn.build(**sizes(50, emb_dim, channels, kernel_sizes)).parameters()
        widths = convolution_widths(shapes, emb_dim, channels)
        if widths != kernel_sizes:
            raise CheckFailed(
                "the convolutions do not have the asked kernel sizes",
                input=f"CNN(emb_dim={emb_dim}, out_channels={channels}, kernel_sizes={kernel_sizes}, …)",
                expected=f"kernel sizes {kernel_sizes}, each with {channels} channels over {emb_dim} numbers a token",
                got=f"kernel sizes {widths} among the parameters {parameter_text(shapes)}",
                likely="the sizes are written out as numbers, or every layer takes the same entry of kernel_sizes",
                next="make the layers in one loop over kernel_sizes and keep them in an nn.ModuleList",
            )


def one_logit_per_review(cnn: Network, draw: Draw) -> None:
    """CNN gives one logit per review"""
    for batch, length, kernel_sizes in [
        (3, draw.integer(9, 14), [2, 3, 4]),
        (1, 4, [2, 3, 4]),
        (7, draw.integer(30, 50), [5]),
        (5, 6, [2, 6]),
    ]:
        arguments = sizes(40, draw.integer(8, 11), draw.integer(4, 6), kernel_sizes)
        ids = draw.token_ids(batch, length, 40, avoid=[1])
        logits = cnn.build(**arguments).forward(ids)
        expect_shape(
            logits,
            [(batch, 1), (batch,)],
            input=f"{batch} reviews × {length} tokens, kernel_sizes={kernel_sizes}",
            likely=_shape_cause(logits, batch, length, len(kernel_sizes), int(str(arguments["out_channels"]))),
            next="print the shape after each line of forward and compare it with the figure",
        )


def arguments_decide_dropout(cnn: Network, draw: Draw) -> None:
    """Dropout is active in training and silent in evaluation"""
    ids = draw.token_ids(6, 12, 40, avoid=[1])
    model = cnn.build(**sizes(40, 8, 16, [2, 3], dropout=0.5))
    expect_close(
        model.forward(ids, seed=1),
        model.forward(ids, seed=2),
        tolerance=0.0,
        what="two runs in evaluation mode differ",
        input="the same 6 reviews twice, after model.eval()",
        likely="a dropout layer is made inside forward, or F.dropout is called without training=self.training",
        next="make self.dropout = nn.Dropout(dropout) in __init__ and call it in forward",
    )
    first, second = model.forward(ids, training=True, seed=1), model.forward(ids, training=True, seed=2)
    if bool(torch.equal(first, second)):
        raise CheckFailed(
            "dropout does nothing in training",
            input="the same 6 reviews twice, after model.train(), dropout=0.5",
            expected="different logits",
            got="twice the same logits",
            likely="the dropout layer is made but never called",
            next="apply self.dropout to the concatenated features, before the linear layer",
        )
    still = cnn.build(**sizes(40, 8, 16, [2, 3], dropout=0.0))
    expect_close(
        still.forward(ids, training=True, seed=1),
        still.forward(ids),
        tolerance=SAME,
        what="with dropout=0.0 training and evaluation differ",
        input=f"6 reviews, {cnn.name}(dropout=0.0), model.train() against model.eval()",
        likely="the rate is written out as a number, or something else behaves differently in training",
        next="pass the argument dropout on to nn.Dropout",
    )


def reviews_are_independent(cnn: Network, draw: Draw) -> None:
    """A review's logit does not depend on the other reviews in its batch"""
    ids = draw.token_ids(5, 11, 40, avoid=[1])
    model = cnn.build(**sizes(40, 8, 6, [2, 3, 4]))
    together = model.forward(ids).reshape(-1)
    alone = torch.cat([model.forward(row[None]).reshape(-1) for row in ids])
    _same_logits(together, alone, "5 reviews together, then each alone")
    order = draw.permutation(5)
    _same_logits(model.forward(ids[order]).reshape(-1), together[order], "5 reviews, then the same in another order")


def padding_is_silent(cnn: Network, draw: Draw) -> None:
    """The padding token is a row of zeros, and more padding does not change the answer"""
    pad_idx = draw.integer(0, 9)
    model = cnn.build(**sizes(40, 8, 6, [2, 3, 4], pad_idx=pad_idx))
    row = model.get_weights()["embedding.weight"][pad_idx]
    expect_close(
        row,
        torch.zeros_like(row),
        tolerance=0.0,
        what="the padding token's embedding is not zero",
        input=f"{cnn.name}(…, pad_idx={pad_idx}).embedding.weight[{pad_idx}]",
        likely="nn.Embedding was made without padding_idx, or its weights were drawn anew afterwards",
        next="keep the line self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)",
    )
    ids = draw.token_ids(3, 7, 40, avoid=[pad_idx])
    short, long = (torch.nn.functional.pad(ids, (0, extra), value=pad_idx) for extra in (5, 25))
    expect_close(
        model.forward(long).reshape(-1),
        model.forward(short).reshape(-1),
        tolerance=SAME,
        what="more padding changes the logit",
        input="3 reviews of 7 tokens, padded by 5 and by 25",
        likely="the mean over time counts the padding; the maximum does not",
        next="take the maximum over the length axis",
    )


def every_parameter_learns(cnn: Network, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    gradients = cnn.build(**sizes(40, 8, 4, [2, 3])).gradients(draw.token_ids(16, 20, 40, avoid=[1]))
    silent = sorted(name for name, size in gradients.items() if size == 0.0)
    if silent:
        raise CheckFailed(
            "a parameter never gets a gradient",
            input="the sum of the logits of 16 reviews × 20 tokens, then backward()",
            expected=f"a gradient for all {len(gradients)} parameters",
            got=f"none for {', '.join(silent[:4])}",
            likely="a layer is made in __init__ but forward does not use it, or uses only part of it",
            next="follow each layer of __init__ to the place in forward where it is called",
        )


def sizes(
    vocab_size: int,
    emb_dim: int,
    out_channels: int,
    kernel_sizes: list[int],
    dropout: float = 0.5,
    pad_idx: int = 1,
) -> dict[str, object]:
    """The arguments of CNN by name."""
    return {
        "vocab_size": vocab_size,
        "emb_dim": emb_dim,
        "out_channels": out_channels,
        "kernel_sizes": kernel_sizes,
        "dropout": dropout,
        "pad_idx": pad_idx,
    }


def convolution_widths(shapes: dict[str, tuple[int, ...]], emb_dim: int, channels: int) -> list[int]:
    """Kernel sizes found among parameter shapes, ascending, for Conv1d and both forms of Conv2d."""
    widths = []
    for shape in shapes.values():
        size = int(torch.Size(shape).numel())
        if len(shape) >= 2 and shape[0] == channels and size % (channels * emb_dim) == 0:
            widths.append(size // (channels * emb_dim))
    return sorted(widths)


def parameter_text(shapes: dict[str, tuple[int, ...]]) -> str:
    """The first parameters by name and shape."""
    listed = [f"{name} {shape_text(shape)}" for name, shape in shapes.items() if not name.startswith("embedding")]
    return ", ".join(listed[:4]) + (", …" if len(listed) > 4 else "")


def _same_logits(got: Tensor, expected: Tensor, call: str) -> None:
    expect_close(
        got,
        expected,
        tolerance=SAME,
        what="a review's logit changes with its neighbours",
        input=call,
        likely="an axis was mixed up (view or reshape where permute is meant), or the batch is normalised",
        next="check that every operation keeps axis 0, the batch, apart",
    )


def _shape_cause(got: Tensor, batch: int, length: int, kernels: int, channels: int) -> str:
    """The usual cause of a wrong output shape."""
    shape = tuple(got.shape)
    if len(shape) == 2 and shape[1] == kernels * channels:
        return "the pooled features came back without going through the linear layer"
    if len(shape) == 2 and shape == (batch, 2):
        return "two outputs: this assignment uses one logit, not one per class"
    if length in shape or any(length - k + 1 in shape for k in range(2, 8)):
        return "the length axis is still there: the maximum over time is missing or on another axis"
    if shape and shape[0] != batch:
        return "the first axis is no longer the batch: the pooled maps were stacked, or permuted wrongly"
    return "the pooled maps were joined along another axis than 1, or a squeeze removed the wrong axis"
