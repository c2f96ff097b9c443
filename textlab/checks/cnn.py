"""Checks of the class CNN: what it is built from, what it gives, and what may not change its answer."""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from textlab.checks.behaviour import expect_an_answer, expect_apart, put_weights
from textlab.checks.computation import NO_HEAD, expect_computed, skips_words
from textlab.checks.draw import Draw
from textlab.checks.dropout import expect_dropout, expect_nothing_at_rate_zero, expect_silent_in_evaluation
from textlab.checks.embedding import WEIGHT, expect_embedding, expect_padding_to_stay_out, expect_zero_padding
from textlab.checks.failure import (
    Cause,
    CheckFailed,
    NotChecked,
    StudentError,
    expect_close,
    expect_shape,
    numbers_text,
)
from textlab.checks.features import way_back
from textlab.checks.gradients import expect_all_to_learn
from textlab.checks.head import find_head
from textlab.checks.layers import expect_kernel_sizes, expect_one_linear_layer, reads_all_features
from textlab.checks.subject import Model, Network, shown_call

# One-thread float32 sums of a few hundred terms differ by about 1e-6 when their order changes.
SAME = 1e-5
FEATURES = "the joined features"
EMBEDDING = "self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)"
KERNELS = [2, 3, 4]
"""Three, where their number is not what is asked about: a class that is made for three is not charged again."""

FACTORS = (0.0, 1.0, -2.0, 16.0, 256.0)
NEXT_TO_INFINITY = 12.0
"""A logit of this size that stops growing is one that a probability was, whose float32 is next to 1."""


def builds(cnn: Network, draw: Draw) -> None:
    """CNN can be built from its arguments"""
    for emb_dim, kernel_sizes in [(8, [2, 3, 4]), (5, [3, 4, 5])]:
        vocab_size = draw.integer(20, 60)
        arguments = sizes(vocab_size, emb_dim, draw.integer(3, 7), kernel_sizes)
        call = shown_call(cnn, vocab_size=vocab_size, emb_dim=emb_dim)
        expect_embedding(cnn.build(**arguments), vocab_size, emb_dim, call, EMBEDDING)


def one_convolution_per_kernel_size(cnn: Network, draw: Draw) -> None:
    """CNN has one convolution for each kernel size"""
    first, equal = draw.integer(2, 4), draw.integer(2, 5)
    asked = [
        [first + 3, first, first + 1],
        [first, first + 2, first + 3, first + 7],
        [first + 1],
        [equal, equal, equal],
        [first + 9, first],
        [first, first + 1, first + 3, first + 4, first + 6],
    ]
    count = cnn.asked.kernel_count
    asked = asked if count is None else [draw.distinct(2, 7, count) for _ in range(3)]

    def build(emb_dim: int, channels: int, kernel_sizes: list[int]) -> Model:
        return cnn.build(**sizes(50, emb_dim, channels, kernel_sizes))

    expect_kernel_sizes(build, functools.partial(shown_call, cnn), asked, draw)


def one_linear_layer(cnn: Network, draw: Draw) -> None:
    """One linear layer reads the features of all kernel sizes and gives one logit"""
    for kernel_sizes in ([2, 3, 4], [2, 3, 4, 5], [5]):
        taken, channels = _taken(cnn, kernel_sizes), draw.integer(12, 15)
        try:
            model = cnn.build(**sizes(50, 8, channels, taken))
        except StudentError:
            if len(taken) == len(KERNELS):
                raise
            continue  # another number of kernel sizes is the business of the check of these
        expect_one_linear_layer(model.parameters(), functools.partial(shown_call, cnn), channels, taken)


def runs(cnn: Network, draw: Draw) -> None:
    """CNN turns a batch of reviews into one number each"""
    _expect_one_each(cnn, draw, 3, draw.integer(9, 14), KERNELS)


def one_logit_per_review(cnn: Network, draw: Draw) -> None:
    """The sizes are right for one review, for the shortest length, and for other kernel sizes"""
    for batch, length, kernel_sizes in [
        (1, 5, [3, 4, 5]),
        (7, draw.integer(30, 50), [2, 3, 5]),
        (3, 9, [2, 3, 4, 5]),
        (5, 6, [2, 6]),
        (1, 8, [2]),
    ]:
        taken = _taken(cnn, kernel_sizes)
        if len(taken) == len(KERNELS) or _is_made_for(cnn, taken):
            _expect_one_each(cnn, draw, batch, length, taken)
    model, ids = cnn.build(**sizes(40, 8, 6, _taken(cnn, KERNELS))), draw.token_ids(4, 9, 40, avoid=[1])
    redraw(model, draw)
    _lift(model, ids)
    expect_an_answer(model, ids)


def _lift(model: Model, ids: Tensor) -> None:
    """Make all logits positive, where ReLU behind them, which is another check's business, hides nothing."""
    head = find_head(model, (ids, None))
    if head is not None:
        head.put(head.values, bias=3.0)


def _is_made_for(cnn: Network, kernel_sizes: list[int]) -> bool:
    """Whether a class has its layers for these kernel sizes; that it has not, is the business of other checks."""
    try:
        shapes = cnn.build(**sizes(40, 8, 5, kernel_sizes)).parameters()
    except StudentError:
        return False
    return reads_all_features(shapes, 5, kernel_sizes)


def _expect_one_each(cnn: Network, draw: Draw, batch: int, length: int, kernel_sizes: list[int]) -> None:
    channels, emb_dim = draw.integer(4, 6), draw.integer(8, 11)
    model = cnn.build(**sizes(40, emb_dim, channels, kernel_sizes))
    try:
        logits = model.forward(draw.token_ids(batch, length, 40, avoid=[1]))
    except StudentError:
        usual = cnn.build(**sizes(40, 8, 5, _taken(cnn, KERNELS)))
        redraw(usual, draw)
        if length <= 2 * max(kernel_sizes) and skips_words(usual, draw, 40):
            return  # dilated kernels want longer reviews; the check of what is computed says so
        raise
    expect_shape(
        logits,
        [(batch, 1), (batch,)],
        input=f"{batch} reviews × {length} tokens, kernel_sizes={kernel_sizes}",
        likely=_shape_cause(logits, batch, length, kernel_sizes, channels),
        next="print the shape after each line of forward and compare it with the figure",
    )


def logits_are_not_probabilities(cnn: Network, draw: Draw) -> None:
    """The output is a logit: any number, not a probability"""
    model, ids = cnn.build(**sizes(40, 8, 6, _taken(cnn, KERNELS))), draw.token_ids(30, 12, 40, avoid=[1])
    head = find_head(model, (ids, None))
    if head is None:
        raise NotChecked(NO_HEAD)
    # The largest logit is 8 in the third case: a network that is called through its probabilities, as a contract
    # may have it, is exact up to there. In the fourth one it then gives the logit next to infinity.
    values, outputs = draw.normal(head.width), []
    head.put(values, bias=0.0)
    values = values * 0.5 / max(float(model.forward(ids).abs().max()), 1e-6)
    for factor in FACTORS:
        head.put(factor * values, bias=0.0)
        outputs.append(model.forward(ids).reshape(-1))
    back = way_back(model, head, ids)
    head.put_back()
    none, one, *others = outputs
    for factor, found in zip(FACTORS[2:], others, strict=True):
        clipped = factor == FACTORS[-1] and float(found.abs().max()) >= NEXT_TO_INFINITY
        if clipped or _in_proportion(found - none, one - none, factor):
            continue
        raise CheckFailed(
            "the output is not the logit that the linear layer gives",
            input=f"30 reviews, the bias of the linear layer 0; its weights once, then times {factor:g}",
            expected=f"{numbers_text(one, 3)}, then {numbers_text(factor * one, 3)}",
            got=f"{numbers_text(one, 3)}, then {numbers_text(found, 3)}",
            likely=_output_cause(torch.cat(outputs), back is not None),
            next="return what the linear layer gives; the loss applies the sigmoid itself",
        )
    # With the weights as built: larger ones could bring a network to say the same of four reviews.
    words = draw.token_ids(4, 9, 40, avoid=[1])
    _lift(model, words)
    expect_an_answer(model, words)


def _in_proportion(got: Tensor, one: Tensor, factor: float) -> bool:
    scale = max(float(one.abs().max()), 1e-6) * abs(factor)
    return float((got - factor * one).abs().max()) <= 1e-3 * scale and bool((one != one[0]).any())


def _output_cause(outputs: Tensor, follows: bool) -> Cause | None:
    """What stands behind the linear layer. `follows`: it can be undone while the logit is positive and small."""
    if bool((outputs == 1).all()):
        return Cause("softmax-over-one", "softmax over a single column is 1 whatever comes in")
    if follows and bool(((outputs >= 0) & (outputs <= 1)).all()):
        return Cause("sigmoid-at-the-end", "a sigmoid stands at the end: its inverse gives the linear layer's logits")
    if follows and bool((outputs >= 0).all()):
        return Cause("relu-at-the-end", "ReLU stands at the end: no output is below 0, and those above are right")
    return None


def computes_what_was_asked(cnn: Network, draw: Draw) -> None:
    """With given weights it computes convolution, ReLU, maximum over the length, linear layer"""
    kernel_sizes = _taken(cnn, KERNELS)
    model = cnn.build(**sizes(40, 8, 5, kernel_sizes))
    redraw(model, draw, scale=1.0)
    expect_computed(model, draw, 40, kernel_sizes, 5)


def arguments_decide_dropout(cnn: Network, draw: Draw) -> None:
    """Dropout works on the joined features in training, and is silent in evaluation"""
    reviews, kernels = (draw.token_ids(6, 12, 40, avoid=[1]), None), _taken(cnn, KERNELS)
    expect_silent_in_evaluation(cnn.build(**sizes(40, 8, 6, kernels)), reviews)
    expect_nothing_at_rate_zero(cnn.build(**sizes(40, 8, 6, kernels, dropout=0.0)), reviews, cnn.name, SAME)

    def build(rate: float) -> Model:
        model = cnn.build(**sizes(40, 8, 2, kernels, dropout=rate))
        redraw(model, draw)
        return model

    pair = draw.token_ids(2, 16, 40, avoid=[1])
    plain = _computes(build(0.0), draw, kernels)
    expect_dropout(build, draw, pair, with_lengths=False, call=cnn.name, place=FEATURES, plain=plain)


def _computes(model: Model, draw: Draw, kernel_sizes: list[int]) -> bool:
    """Whether nothing comes between what dropout leaves and the linear layer, which has two channels a kernel."""
    try:
        expect_computed(model, draw, 40, kernel_sizes, 2)
    except (CheckFailed, StudentError):
        return False
    return True


def reviews_are_independent(cnn: Network, draw: Draw) -> None:
    """A review's logit does not depend on the other reviews in its batch"""
    ids = draw.token_ids(5, 11, 40, avoid=[1])
    model = cnn.build(**sizes(40, 8, 6, _taken(cnn, KERNELS)))
    redraw(model, draw)
    _lift(model, ids)
    tolerance = expect_an_answer(model, ids)
    together = model.forward(ids).reshape(-1)
    alone = torch.cat([model.forward(row[None]).reshape(-1) for row in ids])
    _same_logits(together, alone, tolerance, "5 reviews together, then each alone")
    order = draw.permutation(5)
    turned = model.forward(ids[order]).reshape(-1)
    _same_logits(turned, together[order], tolerance, "5 reviews, then the same in another order")


def padding_is_silent(cnn: Network, draw: Draw, *, runs: bool = True) -> None:
    """The padding token's embedding is a row of zeros, and training leaves it so"""
    pad_idx = draw.integer(2, 9)
    model = cnn.build(**sizes(40, 8, 6, _taken(cnn, KERNELS), pad_idx=pad_idx))
    expect_zero_padding(model, cnn.name, pad_idx, EMBEDDING)
    # One that does not run cannot be trained, which was charged.
    if runs:
        expect_padding_to_stay_out(model, cnn.name, pad_idx, draw, EMBEDDING)


def every_parameter_learns(cnn: Network, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    ids, model = draw.token_ids(16, 20, 40, avoid=[1]), cnn.build(**sizes(40, 8, 4, _taken(cnn, KERNELS)))
    redraw(model, draw)
    expect_apart(model.forward(ids))
    # What is below 0 is seldom the maximum of a long review.
    batches = [(ids, None), (ids[:, : max(KERNELS)], None)]
    try:
        model.forward(*batches[1])
    except StudentError:
        batches = batches[:1]  # the shortest length is another check's business
    expect_all_to_learn(model, batches, input="the sum of the logits of 16 reviews, of 20 tokens and of 4")


def redraw(model: Model, draw: Draw, pad_idx: int = 1, scale: float = 0.5) -> dict[str, Tensor]:
    """Give a model fresh weights, the padding row zero; the weights."""
    # The linear layer's are small, so that a sigmoid behind it leaves the logits apart.
    trained = model.parameters()
    weights = {
        name: draw.normal(*value.shape, scale=0.1 if value.shape[:1] == (1,) else scale) if name in trained else value
        for name, value in model.get_weights().items()
    }
    if WEIGHT in weights:
        weights[WEIGHT][pad_idx] = 0.0
    put_weights(model, weights)
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


def _same_logits(got: Tensor, expected: Tensor, tolerance: float, call: str) -> None:
    expect_close(
        got,
        expected,
        tolerance=tolerance,
        what="a review's logit changes with its neighbours",
        input=call,
        likely=None,
        next="print the shape after each line of forward: axis 0 has to stay the batch",
    )


def _shape_cause(got: Tensor, batch: int, length: int, kernel_sizes: list[int], channels: int) -> Cause | None:
    """What a wrong output shape proves."""
    shape = tuple(got.shape)
    if shape == () or (len(shape) == 1 and batch == 1):
        return Cause(
            "squeeze-without-axis", "the batch axis is gone when there is one review: squeeze() without an axis"
        )
    if shape == (batch, len(kernel_sizes) * channels):
        return Cause("linear-layer-forgotten", "the joined features come back, one for each filter and no logit")
    if shape == (batch, 2):
        return Cause("two-outputs", "two outputs: this assignment uses one logit, not one per class")
    if len(shape) == 3 and shape[2] in (length, *(length - size + 1 for size in kernel_sizes)):
        return Cause("maximum-missing", "the length axis is still there: the maximum over the length is missing")
    return None
