"""Checks of the class CNN: what it is built from, what it gives, and what may not change its answer."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.behaviour import expect_an_answer, expect_free_of_place, expect_relu, scaled
from textlab.checks.convolutional import Reading, readings, wrong_ways
from textlab.checks.draw import Draw
from textlab.checks.dropout import expect_dropout, expect_nothing_at_rate_zero, expect_silent_in_evaluation
from textlab.checks.embedding import WEIGHT, expect_embedding, expect_zero_padding
from textlab.checks.failure import (
    CheckFailed,
    NotChecked,
    expect_close,
    expect_gradients,
    expect_shape,
    numbers_text,
    shape_text,
)
from textlab.checks.subject import Model, Network

# One-thread float32 sums of a few hundred terms differ by about 1e-6 when their order changes.
SAME = 1e-5
FEATURES = "the joined features"
EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)"


def builds(cnn: Network, draw: Draw) -> None:
    """CNN can be built from its arguments"""
    for emb_dim, kernel_sizes in [(8, [2, 3, 4]), (5, [3])]:
        vocab_size = draw.integer(20, 60)
        arguments = sizes(vocab_size, emb_dim, draw.integer(3, 7), kernel_sizes)
        call = f"CNN(vocab_size={vocab_size}, emb_dim={emb_dim}, …)"
        expect_embedding(cnn.build(**arguments), vocab_size, emb_dim, call, EMBEDDING)


def one_convolution_per_kernel_size(cnn: Network, draw: Draw) -> None:
    """CNN has one convolution for each kernel size"""
    for count in (3, 2, 1):
        kernel_sizes = draw.distinct(2, 7, cnn.asked.kernel_count or count)
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
    for kernel_sizes in (_taken(cnn, [2, 3, 4]), _taken(cnn, [5])):
        channels = draw.integer(12, 15)
        shapes = cnn.build(**sizes(50, 8, channels, kernel_sizes)).parameters()
        # The filters that are there: whether they are those that were asked is another check's business.
        filters = sum(shape[0] for shape in shapes.values() if len(shape) > 2) or channels * len(kernel_sizes)
        if (1, filters) not in shapes.values():
            raise CheckFailed(
                "there is no linear layer from all features to one logit",
                input=f"CNN(out_channels={channels}, kernel_sizes={kernel_sizes}, …)",
                expected=f"a weight of shape {shape_text((1, filters))}: out_channels × number of kernel sizes → 1",
                got=parameter_text(shapes),
                likely="its width is written out as a number, counts one kernel size only, or it has two outputs",
                next="nn.Linear reads one number per filter: out_channels of them for every kernel size",
            )


def runs(cnn: Network, draw: Draw) -> None:
    """CNN turns a batch of reviews into one number each"""
    _expect_one_each(cnn, draw, 3, draw.integer(9, 14), [2, 3, 4])


def one_logit_per_review(cnn: Network, draw: Draw) -> None:
    """The sizes are right for one review, for the shortest length, and for other kernel sizes"""
    for batch, length, kernel_sizes in [
        (1, 5, [3, 4, 5]),
        (7, draw.integer(30, 50), [5]),
        (5, 6, [2, 6]),
        (1, 8, [2]),
    ]:
        _expect_one_each(cnn, draw, batch, length, _taken(cnn, kernel_sizes))
    kernels = _taken(cnn, [2, 3, 4])
    expect_an_answer(cnn.build(**sizes(40, 8, 6, kernels)), draw.token_ids(4, 9, 40, avoid=[1]))


def _expect_one_each(cnn: Network, draw: Draw, batch: int, length: int, kernel_sizes: list[int]) -> None:
    channels = draw.integer(4, 6)
    logits = cnn.build(**sizes(40, draw.integer(8, 11), channels, kernel_sizes)).forward(
        draw.token_ids(batch, length, 40, avoid=[1])
    )
    expect_shape(
        logits,
        [(batch, 1), (batch,)],
        input=f"{batch} reviews × {length} tokens, kernel_sizes={kernel_sizes}",
        likely=_shape_cause(logits, batch, length, len(kernel_sizes), channels),
        next="print the shape after each line of forward and compare it with the figure",
    )


def logits_are_not_probabilities(cnn: Network, draw: Draw) -> None:
    """The output is a logit: any number, not a probability"""
    model = cnn.build(**sizes(40, 8, 6, [2, 3]))
    weights = model.get_weights()
    model.set_weights(scaled(weights, 10))
    logits = model.forward(draw.token_ids(30, 12, 40, avoid=[1])).reshape(-1)
    if bool(((logits >= 0) & (logits <= 1)).all()):
        raise CheckFailed(
            "the output is a probability",
            input="30 reviews, all weights ten times as large",
            expected="logits, some of them below 0 or above 1",
            got=f"{numbers_text(logits)}, all between 0 and 1",
            likely="softmax over a single column, which is 1 whatever comes in"
            if bool((logits == 1).all())
            else "a sigmoid at the end; the loss applies it itself",
            next="give back what the linear layer gives",
        )
    # With the weights as built: ten times as large, a network that saturates could say the same of four reviews.
    model.set_weights(weights)
    expect_an_answer(model, draw.token_ids(4, 9, 40, avoid=[1]))


def computes_what_was_asked(cnn: Network, draw: Draw) -> None:
    """With given weights it computes convolution, ReLU, maximum over the length, linear layer"""
    model, channels = cnn.build(**sizes(40, 9, 6, [2, 3, 4])), 6
    for lowered in (0.0, 2.0):
        weights = redraw(model, draw)
        # The second time so low that many filters stay below zero, where activations differ.
        low = {name: value - lowered for name, value in weights.items() if tuple(value.shape) == (channels,)}
        model.set_weights({**weights, **low})
        found = readings({**weights, **low})
        if not found:
            expect_an_answer(model, draw.token_ids(4, 8, 40, avoid=[1]))
            expect_free_of_place(model, draw)
            expect_relu(model, channels, draw)
            return
        _expect_as_computed(model, found, draw)


def _expect_as_computed(model: Model, found: list[Reading], draw: Draw) -> None:
    """Fail unless the network gives what one of the readings of its weights gives."""
    # Padding on both sides, so that a convolution which pads on its own sees nothing new.
    words = draw.token_ids(4, 8, 40, avoid=[1])
    for sides in ((4, 5), (6, 21)):
        ids = torch.nn.functional.pad(words, sides, value=1)
        got = model.forward(ids).reshape(-1)
        right = [reading.logits(ids) for reading in found]
        # A probability in place of the logit is another check's business, also that of a single column.
        if any(_close(got, way) for logits in right for way in (logits, torch.sigmoid(logits), logits * 0 + 1)):
            expect_an_answer(model, words)
            continue
        named = [name for reading in found for name, logits in wrong_ways(reading, ids) if _close(got, logits)]
        expect_close(
            got,
            right[0],
            tolerance=10 * SAME,
            what="with given weights the logit is another one",
            input=f"4 reviews of 8 words and {ids.shape[1] - 8} paddings, all weights drawn anew",
            likely=named[0]
            if named
            else "another activation, view or reshape in place of permute, or a step too many or too few",
            next="embedding, permute, convolution, F.relu, maximum over the whole length, join, linear layer",
        )


def arguments_decide_dropout(cnn: Network, draw: Draw) -> None:
    """Dropout works on the joined features in training, and is silent in evaluation"""
    reviews, kernels = (draw.token_ids(6, 12, 40, avoid=[1]), None), [2, 3, 4]
    expect_silent_in_evaluation(cnn.build(**sizes(40, 8, 6, kernels)), reviews)
    expect_nothing_at_rate_zero(cnn.build(**sizes(40, 8, 6, kernels, dropout=0.0)), reviews, cnn.name, SAME)

    def build(rate: float) -> Model:
        model = cnn.build(**sizes(40, 8, 2, kernels, dropout=rate))
        redraw(model, draw)
        return model

    pair = draw.token_ids(2, 16, 40, avoid=[1])
    expect_dropout(build, draw, pair, with_lengths=False, call=cnn.name, place=FEATURES)


def reviews_are_independent(cnn: Network, draw: Draw) -> None:
    """A review's logit does not depend on the other reviews in its batch"""
    ids = draw.token_ids(5, 11, 40, avoid=[1])
    model = cnn.build(**sizes(40, 8, 6, [2, 3, 4]))
    expect_an_answer(model, ids)
    together = model.forward(ids).reshape(-1)
    alone = torch.cat([model.forward(row[None]).reshape(-1) for row in ids])
    _same_logits(together, alone, "5 reviews together, then each alone")
    order = draw.permutation(5)
    _same_logits(model.forward(ids[order]).reshape(-1), together[order], "5 reviews, then the same in another order")


def padding_is_silent(cnn: Network, draw: Draw) -> None:
    """The padding token's embedding is a row of zeros"""
    pad_idx = draw.integer(2, 9)
    expect_zero_padding(cnn.build(**sizes(40, 8, 6, [2, 3, 4], pad_idx=pad_idx)), cnn.name, pad_idx, EMBEDDING)


def every_parameter_learns(cnn: Network, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    model, ids = cnn.build(**sizes(40, 8, 4, [2, 3])), draw.token_ids(16, 20, 40, avoid=[1])
    logits = model.forward(ids)
    if bool((logits == logits.flatten()[0]).all()):
        raise NotChecked("every review gets the same logit")
    expect_gradients(
        model.gradients(ids),
        input="the sum of the logits of 16 reviews × 20 tokens",
        likely="forward does not use this layer, or cuts its gradient off (detach, no_grad, .data)",
        next="follow each layer of __init__ to the place in forward where it is called",
    )


def redraw(model: Model, draw: Draw, pad_idx: int = 1) -> dict[str, Tensor]:
    """Give a model fresh weights, the padding row zero; the weights."""
    # The linear layer's are small, so that a sigmoid behind it leaves the logits apart.
    trained = model.parameters()
    weights = {
        name: draw.normal(*value.shape, scale=0.1 if value.shape[:1] == (1,) else 0.5) if name in trained else value
        for name, value in model.get_weights().items()
    }
    if WEIGHT in weights:
        weights[WEIGHT][pad_idx] = 0.0
    model.set_weights(weights)
    return weights


def _taken(cnn: Network, kernel_sizes: list[int]) -> list[int]:
    """These kernel sizes, or as many as the class is made for, up to the same largest one where that can be."""
    count = cnn.asked.kernel_count
    if count is None:
        return kernel_sizes
    first = max(1, kernel_sizes[-1] - count + 1)
    return list(range(first, first + count))


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


def _close(got: Tensor, logits: Tensor) -> bool:
    return got.shape == logits.shape and float((got - logits).abs().max()) <= 10 * SAME


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
    if shape == () or (len(shape) == 1 and batch == 1):
        return "squeeze() without an axis removed the batch axis too"
    if len(shape) == 2 and shape[1] == kernels * channels:
        return "the pooled features came back without going through the linear layer"
    if len(shape) == 2 and shape == (batch, 2):
        return "two outputs: this assignment uses one logit, not one per class"
    if length in shape or any(length - k + 1 in shape for k in range(2, 8)):
        return "the length axis is still there: the maximum over time is missing or on another axis"
    if shape and shape[0] != batch:
        return "the first axis is no longer the batch: the pooled maps were stacked, or permuted wrongly"
    return "the pooled maps were joined along another axis than 1, or a squeeze removed the wrong axis"
