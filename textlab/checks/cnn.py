"""Checks of the class CNN: what it is built from, what it gives, and what may not change its answer."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, expect_close, expect_shape, numbers_text, shape_text
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
                likely=_kernel_cause(widths),
                next="make the layers in one loop over kernel_sizes and keep them in an nn.ModuleList",
            )


def one_linear_layer(cnn: Network, draw: Draw) -> None:
    """One linear layer reads the features of all kernel sizes and gives one logit"""
    for kernel_sizes in [[2, 3, 4], [5]]:
        channels = draw.integer(12, 15)
        shapes = cnn.build(**sizes(50, 8, channels, kernel_sizes)).parameters()
        wanted = (1, channels * len(kernel_sizes))
        if wanted not in shapes.values():
            raise CheckFailed(
                "there is no linear layer from all features to one logit",
                input=f"CNN(out_channels={channels}, kernel_sizes={kernel_sizes}, …)",
                expected=f"a weight of shape {shape_text(wanted)}: out_channels × number of kernel sizes → 1",
                got=parameter_text(shapes),
                likely="its width is written out as a number, counts one kernel size only, or it has two outputs",
                next="nn.Linear reads one number per filter: out_channels of them for every kernel size",
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


def logits_are_not_probabilities(cnn: Network, draw: Draw) -> None:
    """The output is a logit: any number, not a probability"""
    model = cnn.build(**sizes(40, 8, 6, [2, 3]))
    weights = model.get_weights()
    model.set_weights({name: 10 * value if value.is_floating_point() else value for name, value in weights.items()})
    logits = model.forward(draw.token_ids(30, 12, 40, avoid=[1])).reshape(-1)
    if bool(((logits >= 0) & (logits <= 1)).all()):
        raise CheckFailed(
            "the output is a probability",
            input="30 reviews, all weights ten times as large",
            expected="logits, some of them below 0 or above 1",
            got=f"{numbers_text(logits)}, all between 0 and 1",
            likely="a sigmoid or a softmax at the end; the loss applies it itself",
            next="give back what the linear layer gives",
        )


def place_does_not_matter(cnn: Network, draw: Draw) -> None:
    """A phrase counts the same wherever it stands in the review"""
    model = cnn.build(**sizes(40, 8, 6, [2, 3, 4]))
    ids = draw.token_ids(3, 7, 40, avoid=[1])
    first, later = (torch.nn.functional.pad(ids, (lead, 20 - lead), value=1) for lead in (3, 6))
    expect_close(
        model.forward(later).reshape(-1),
        model.forward(first).reshape(-1),
        tolerance=SAME,
        what="the same words give another logit three places further on",
        input="3 reviews of 7 words with padding around them, the words moved by 3",
        likely="view or reshape in place of permute, a stride other than 1, or one window in place of the maximum",
        next="swap axes with permute, and take the maximum over the whole length",
    )


def activation_is_relu(cnn: Network, draw: Draw) -> None:
    """ReLU stands between convolution and maximum"""
    channels = 6
    model = cnn.build(**sizes(40, 8, channels, [2, 3]))
    weights = model.get_weights()
    biases = [name for name, value in weights.items() if tuple(value.shape) == (channels,)]
    if not biases:
        return  # convolutions without a bias: nothing to move
    ids = draw.token_ids(6, 12, 40, avoid=[1])
    logits = []
    for bias in (-1000.0, 50.0):
        model.set_weights({**weights, **{name: torch.full((channels,), bias) for name in biases}})
        logits.append(model.forward(ids).reshape(-1))
    silent, loud = ((values.max() - values.min()).item() for values in logits)
    if silent > SAME or loud < 10 * SAME:
        raise CheckFailed(
            "the activation is not ReLU",
            input="6 reviews, the biases of all convolutions set to −1000, then to 50",
            expected="at −1000 the same logit for all reviews (ReLU cuts below 0), at 50 different ones",
            got=f"{numbers_text(logits[0])}, then {numbers_text(logits[1])}",
            likely="ReLU is missing, or another function such as tanh or sigmoid stands in its place",
            next="apply F.relu to what each convolution gives, before the maximum",
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
        likely="the rate is written out as a number, or another layer (batch norm) behaves differently in training",
        next="pass the argument dropout on to nn.Dropout; use no other layer that heeds train() and eval()",
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
        likely="the mean over time counts the padding; the maximum over the whole length does not",
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
            likely="forward does not use this layer, or cuts its gradient off (detach, no_grad, .data)",
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


def _kernel_cause(widths: list[int]) -> str:
    """The usual cause of wrong kernel sizes."""
    if not widths:
        return "no convolution is registered (a plain Python list hides its layers), or its channels are swapped"
    return "the sizes are written out as numbers, or every layer takes the same entry of kernel_sizes"


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
