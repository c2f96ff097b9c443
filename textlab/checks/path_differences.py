"""Integrated gradients per token from differences of forward passes: no gradient is trusted.

Method: the path integral of Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017; the
slope along each token's part of the way is taken from two forward passes. A point of the path is asked for as a
review is: its vectors are put into the embedding's rows, and the ids of these rows go through forward, in a drawn
order. So nothing in the call tells it from a review that is graded.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from textlab.checks.behaviour import alike
from textlab.checks.draw import Draw
from textlab.checks.failure import NotChecked
from textlab.checks.subject import Model
from textlab.weights import EMBEDDING

REACH = 2e-4
"""Share of the way by which a token is moved back and forth: short enough to meet few bends, long enough for
float32, where logits near 1 have steps of 6e-8."""
SPARE_WORDS = 2000
"""Rows that an embedding should have beside those of a sentence, so that many points fit into it at once."""


def scores_from_differences(
    model: Model,
    ids: Tensor,
    pad_id: int,
    draw: Draw,
    *,
    steps: int = 300,
    places: Tensor | None = None,
    output: int = 0,
) -> Tensor:
    """Scores of the tokens at `places` (all of them unless given), float64, in their order.

    ids [length] of the sentence; the baseline is padding everywhere. At each midpoint of the way a token's embedding
    is moved back and forth a little along its own part of the way. output: which of the model's outputs is explained.
    The model's weights are as before afterwards. Raises NotChecked where the sentence's vectors under other ids give
    another logit than the sentence.
    """
    weights = model.get_weights()
    rows = weights.get(EMBEDDING)
    if rows is None or len(rows) <= max(int(ids.max()), pad_id, len(ids) + 3):
        raise NotChecked("self.embedding has not a row for each word")
    end, start = rows[ids], rows[pad_id].expand(len(ids), -1)
    places = torch.arange(len(ids)) if places is None else places
    free = torch.tensor([row for row in range(len(rows)) if row != pad_id])
    shares = (torch.arange(steps) + 0.5) / steps
    sums = torch.zeros(len(places), dtype=torch.float64)
    try:
        _expect_the_same_logit(model, weights, ids, pad_id, free[draw.permutation(len(free))], output)
        for part, own in _parts(shares, places, len(ids), len(free)):
            slots = free[draw.permutation(len(free))]
            table, reviews = _reviews(rows, start, end, part, own, slots)
            model.set_weights({**weights, EMBEDDING: table})
            order = draw.permutation(len(reviews))
            logits = model.forward(reviews[order]).double().reshape(len(reviews), -1)[order.argsort(), output]
            more, less = logits.reshape(len(part), 2, len(own)).unbind(dim=1)
            sums[torch.isin(places, own)] += (more - less).sum(dim=0)
    finally:
        model.set_weights(weights)
    return sums / steps / (2 * REACH)


def _parts(shares: Tensor, places: Tensor, length: int, free: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Shares and places that fit into the free rows together: a share needs a row a token and two a place."""
    most = max(1, (free - length) // 2)
    for own in places.split(most):
        yield from ((part, own) for part in shares.split(max(1, free // (length + 2 * len(own)))))


def _reviews(
    rows: Tensor, start: Tensor, end: Tensor, shares: Tensor, places: Tensor, slots: Tensor
) -> tuple[Tensor, Tensor]:
    """The embedding [words, dim] with the points' vectors in drawn rows, and reviews of their ids, [.., length].

    The reviews come by share, then moved forth and back, then by place.
    """
    length, count = len(start), len(shares)
    points = start + shares[:, None, None] * (end - start)
    moves = (end - start)[places] * REACH
    vectors = torch.cat([points, points[:, places] + moves, points[:, places] - moves], dim=1)
    taken = slots[: count * vectors.shape[1]].reshape(count, -1)
    table = rows.clone()
    table[taken] = vectors.to(table.dtype)
    reviews = taken[:, None, None, :length].repeat(1, 2, len(places), 1)
    moved = taken[:, length:].reshape(count, 2, len(places))
    reviews.scatter_(3, places[None, None, :, None].expand(count, 2, -1, 1), moved[..., None])
    return table, reviews.reshape(-1, length)


def _expect_the_same_logit(
    model: Model, weights: dict[str, Tensor], ids: Tensor, pad_id: int, slots: Tensor, output: int
) -> None:
    """NotChecked unless the sentence's vectors give its logit under other ids; padding may be hidden by its id."""
    if bool((ids == pad_id).any()):
        return
    table = weights[EMBEDDING].clone()
    table[slots[: len(ids)]] = weights[EMBEDDING][ids]
    asked = model.forward(ids[None]).reshape(1, -1)[0, output]
    model.set_weights({**weights, EMBEDDING: table})
    renamed = model.forward(slots[None, : len(ids)]).reshape(1, -1)[0, output]
    if not alike(renamed, asked):
        raise NotChecked("the same vectors under other ids give another logit: forward looks at the ids themselves")
