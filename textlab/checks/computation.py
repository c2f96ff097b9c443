"""Whether a network computes what was asked: convolution, ReLU, maximum over the length, one linear layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from textlab.checks.behaviour import expect_an_answer
from textlab.checks.convolutional import (
    Feature,
    Kernel,
    added,
    as_stored,
    has_each,
    kernels,
    read_features,
    wrong_features,
)
from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, NotChecked, StudentError, numbers_text
from textlab.checks.features import Back, measured_kernels, numbers_of, observe, way_back
from textlab.checks.head import Head, find_head
from textlab.checks.subject import Model
from textlab.weights import EMBEDDING

WIDEST = 4
LONG = 3000
"""Tokens: more than any review has, and more than any length to which code would cut them."""
NO_HEAD = "there is no linear layer that gives the logit"


def expect_computed(model: Model, draw: Draw, vocab_size: int, kernel_sizes: Sequence[int], channels: int) -> None:
    """Fail unless each feature that the linear layer reads is the maximum of one filter, after ReLU, and no more.

    The model has fresh weights, kernels no wider than WIDEST, padding id 1. NotChecked when its last layer is wrong.
    """
    if EMBEDDING not in model.get_weights():
        raise NotChecked("the network has no self.embedding")
    words = draw.token_ids(4, 8, vocab_size, avoid=[1])
    for seed in range(3):  # batch statistics, if there are any, become those of reviews
        model.forward(words, training=True, seed=seed)
    head = find_head(model, (words, None))
    back = way_back(model, head, words) if head is not None else None
    if head is None or back is None:
        expect_an_answer(model, words)
        raise NotChecked(
            NO_HEAD if head is None else "the output is not the linear layer's, and another check says so"
        )
    trained = model.parameters()
    # What is not trained, such as a layer that is kept in buffers, is not the network's.
    weights = {name: value for name, value in model.get_weights().items() if name in (EMBEDDING, *trained)}
    # One window each, so that ReLU has something to cut off; then several.
    reviews = [draw.token_ids(12, length, vocab_size, avoid=[1]) for length in (WIDEST, 3 * WIDEST)]
    try:
        model.forward(reviews[0])
    except StudentError:
        reviews = reviews[1:] * 2  # the shortest length is the business of the check of shapes
    embedded = [weights[EMBEDDING][ids] for ids in reviews]
    candidates = kernels(weights, head.names)
    observed = [observe(model, head, ids, back) for ids in reviews]
    features = read_features(observed, embedded, candidates)
    if features is None and _as_few_as_asked(model, kernel_sizes, channels):
        dim = weights[EMBEDDING].shape[1]
        measured = measured_kernels(model, head, back, draw, 3 * WIDEST, dim)
        features = read_features(observed, embedded, [one for one in measured if one.width in kernel_sizes])
    if features is None:
        # Reviews that mix in a batch are another check's business: alone they do not.
        apart = [observe(model, head, ids, back, alone=True) for ids in reviews]
        features = read_features(apart, embedded, candidates)
    if features is not None:
        _expect_on_long_reviews(model, head, back, features, draw, vocab_size)
        return
    filters = [one for one in as_stored(candidates) if len(one.weight) == channels] or as_stored(candidates)
    if head.width != sum(len(one.weight) for one in filters):
        sums = added(filters, embedded[1])
        if sums is not None and has_each(observed[1], sums):
            return  # added, not joined: the width of the linear layer is charged elsewhere
        raise NotChecked("the linear layer does not read one number per filter, and another check says so")
    _fail(model, head, filters, observed, reviews, channels)


def _fail(
    model: Model,
    head: Head,
    candidates: Sequence[Kernel],
    observed: Sequence[Tensor],
    reviews: Sequence[Tensor],
    channels: int,
) -> None:
    weights = model.get_weights()
    embedded = [weights[EMBEDDING][ids] for ids in reviews]
    cause = _known_mistake(candidates, observed, embedded)
    cause = cause or _layer_too_many(model, head, [one for one in candidates if len(one.weight) == channels], reviews)
    raise CheckFailed(
        "what the linear layer reads is not the maximum of ReLU of a convolution",
        input=f"{len(observed[1])} reviews of {3 * WIDEST} words, all weights drawn anew; the linear layer reads one "
        "number after the other",
        expected="for each filter its largest answer over the places, cut off below 0, and every filter once",
        got=numbers_text(observed[1][0]),
        likely=cause,
        next="in forward: embedding, permute, convolution, F.relu, maximum over the length, join, dropout, linear",
    )


def _known_mistake(
    candidates: Sequence[Kernel], observed: Sequence[Tensor], embedded: Sequence[Tensor]
) -> Cause | None:
    """The mistake that gives the features of all reviews, short and long."""
    ways = [wrong_features(candidates, part) for part in embedded]
    for parts in zip(*ways, strict=True):
        name, text, _ = parts[0]
        if all(has_each(seen, wrong) for seen, (_, _, wrong) in zip(observed, parts, strict=True)):
            return Cause(name, text)
    return None


def _layer_too_many(
    model: Model, head: Head, candidates: Sequence[Kernel], reviews: Sequence[Tensor]
) -> Cause | None:
    """A parameter that is no embedding, filter, bias or linear layer, and that the logit depends on."""
    biases = {f"{one.name.removesuffix('weight')}bias" for one in candidates}
    asked = {EMBEDDING, *head.names, head.bias, *biases, *(one.name for one in candidates)}
    weights = model.get_weights()
    before = [model.forward(ids) for ids in reviews]
    for name in model.parameters():
        if name in asked:
            continue
        model.set_weights({**weights, name: weights[name] * 2 + 1})
        moved = not all(
            torch.allclose(model.forward(ids), logits, atol=1e-4) for ids, logits in zip(reviews, before, strict=True)
        )
        model.set_weights(weights)
        if moved:
            return Cause("layer-too-many", f"{name} changes the logit, and belongs to no layer that was asked for")
    return None


def _expect_on_long_reviews(
    model: Model, head: Head, back: Back, features: Sequence[Feature], draw: Draw, vocab_size: int
) -> None:
    """The same for padding before and behind, and for reviews of thousands of tokens."""
    table = model.get_weights()[EMBEDDING]
    words = draw.token_ids(3, 10, vocab_size, avoid=[1])
    # So small that a probability, if one comes out, still tells the logits apart.
    values = draw.normal(head.width, scale=0.02)
    head.put(values, bias=2.0)
    shift = (back(model.forward(words[:1]).reshape(-1)) - _joined(features, table[words[:1]]) @ values)[0]
    cases = [((0, 0), draw.token_ids(2, LONG, vocab_size, avoid=[1]))]
    cases += [(sides, torch.nn.functional.pad(words, sides, value=1)) for sides in ((4, 5), (9, 21))]
    far = LONG - words.shape[1]
    cases += [(sides, torch.nn.functional.pad(words, sides, value=1)) for sides in ((0, far), (far, 0))]
    for (before, behind), ids in cases:
        expected = _joined(features, table[ids]) @ values + shift
        got = back(model.forward(ids).reshape(-1))
        if _close(got, expected) or _close(got, torch.relu(expected)):
            continue
        if _close(back(torch.cat([model.forward(row[None]).reshape(-1) for row in ids])), expected):
            continue  # reviews that mix in a batch are another check's business
        head.put_back()
        raise CheckFailed(
            "with given weights the logit differs",
            input=f"{len(ids)} reviews of {ids.shape[1] - before - behind} words with {before} paddings before and "
            f"{behind} behind them, all weights drawn anew",
            expected=numbers_text(expected),
            got=numbers_text(got),
            likely=_cut(model, ids) if ids.shape[1] == LONG else None,
            next="take the maximum over the whole length, whatever it is",
        )
    head.put_back()


def _cut(model: Model, ids: Tensor) -> Cause | None:
    """How many tokens are read, if the rest changes nothing."""
    # Other words behind the place that is tried, eight times, so that none of them is there by chance.
    others = torch.cat([ids.roll(97 * (turn + 1), dims=1) for turn in range(8)])
    ids = ids.repeat(8, 1)
    whole, least, most = model.forward(ids), 1, ids.shape[1]
    while least < most:
        middle = (least + most) // 2
        part = torch.cat([ids[:, :middle], others[:, middle:]], dim=1)
        least, most = (least, middle) if torch.equal(model.forward(part), whole) else (middle + 1, most)
    if most >= ids.shape[1] - WIDEST:
        return None
    return Cause("reviews-cut", f"only the first {most} tokens of a review are read")


def _joined(features: Sequence[Feature], embedded: Tensor) -> Tensor:
    return torch.stack([feature.values(embedded) for feature in features], dim=1)


def _as_few_as_asked(model: Model, kernel_sizes: Sequence[int], channels: int) -> bool:
    """Whether there are no more parameters than such a network has: a layer too many may not hide in a filter."""
    shapes = [shape for name, shape in model.parameters().items() if name != EMBEDDING]
    dim = model.parameters()[EMBEDDING][1]
    filters = channels * len(kernel_sizes)
    return numbers_of(shapes) <= channels * dim * sum(kernel_sizes) + 2 * filters + 1


def _close(got: Tensor, expected: Tensor) -> bool:
    return got.shape == expected.shape and float((got - expected).abs().max()) <= 3e-4


def skips_words(model: Model, draw: Draw, vocab_size: int) -> bool:
    """Whether the kernels are dilated: the features are those that a dilation of 2 or 3 gives."""
    ids = draw.token_ids(12, 3 * WIDEST, vocab_size, avoid=[1])
    weights, head = model.get_weights(), find_head(model, (ids, None))
    back = way_back(model, head, ids) if head is not None else None
    if head is None or back is None or EMBEDDING not in weights:
        return False
    observed = observe(model, head, ids, back)
    ways = wrong_features(kernels(weights, head.names), weights[EMBEDDING][ids])
    return any(name == "dilation" and has_each(observed, wrong) for name, _, wrong in ways)
