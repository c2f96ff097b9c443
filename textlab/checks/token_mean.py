"""Whether the logits of TransformerClassifier are one linear layer on the mean of the real tokens."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, NotChecked, numbers_text
from textlab.checks.rnn import redraw
from textlab.checks.subject import Model, Network
from textlab.weights import EMBEDDING

CLASSES = 9
"""More than emb_dim, so that the logits show all that the linear layer reads."""
LENGTHS = (1, 2, 5, 9)
PLACES = (0, 1, 4, 8)
"""Whose token is exchanged, where the review is that long."""
SAME = 2e-3
LEAST = 0.02
"""The least change of some logit that an exchanged token makes."""
Count = Callable[[int], float]
MEANS: tuple[tuple[Cause, Count], ...] = (
    (Cause("sum-for-mean", "the tokens are added, and not divided by how many there are"), lambda length: 1.0),
    (Cause("count-plus-one", "the sum is divided by one more than there are tokens"), lambda length: length + 1.0),
    (Cause("root-of-the-count", "the sum is divided by the root of the number of tokens"), math.sqrt),
)


def expect_the_mean(network: Network, sizes: dict[str, Any], draw: Draw) -> None:
    """Fail unless each token has an equal part in the logits, the n-th part of what it has alone.

    All matrices are zero but those of the embedding and of the linear layer: then tokens do not look at each other,
    and what becomes of one does not depend on the others.
    """
    model = network.build(**{**sizes, "n_classes": CLASSES, "pad_idx": 1})
    gains = gains_of(model)
    weights = redraw(model, draw)
    head = class_head(model, CLASSES, draw)
    alone = without_layers(model, weights, gains, keep=head)
    between = _matrix_between(model, weights, alone, draw)
    alone = {**alone, **{name: weights[name] for name in between}}
    model.set_weights(alone)
    parts: dict[int, dict[int, Tensor]] = {}
    for length in LENGTHS:
        ids = draw.token_ids(4, length, sizes["vocab_size"], avoid=[0, 1, 2, 3])
        for place in (place for place in PLACES if place < length):
            one, other = ids.clone(), ids.clone()
            one[:, place], other[:, place] = 2, 3
            change = model.forward(one) - model.forward(other)
            parts.setdefault(place, {})[length] = change.double()
    wrong = [place for place, changes in parts.items() if not _has_its_share(changes)]
    if not wrong:
        return
    place, changes = wrong[0], parts[wrong[0]]
    shown = {length: change.mean(dim=0) * length for length, change in changes.items()}
    raise CheckFailed(
        "the linear layer does not read the mean of the tokens",
        input=f"reviews of {', '.join(map(str, changes))} tokens; the token at place {place} is exchanged. All "
        "matrices are zero but those of the embedding and of the linear layer, so that no token looks at another",
        expected="the change of the logits, times the number of tokens, is the same for each length, and not zero",
        got="; ".join(f"{length} tokens: {numbers_text(change, 3)}" for length, change in shown.items()),
        likely=Cause("layer-too-many", f"without {between[0]} no token reaches the last linear layer")
        if between
        else _cause(parts),
        next="(hidden * real).sum(dim=1) / real.sum(dim=1), then dropout and one nn.Linear(emb_dim, n_classes)",
    )


def class_head(model: Model, n_classes: int, draw: Draw) -> tuple[str, ...]:
    """The names of the weights that give the logits: without them every review gets the same ones.

    One matrix with n_classes rows, or columns, or one row for each class. NotChecked where nothing is like that.
    """
    weights = model.get_weights()
    names = [
        name
        for name, shape in model.parameters().items()
        if name != EMBEDDING and len(shape) >= 2 and (n_classes in shape or shape[0] == 1 == len(shape) - 1)
    ]
    model.set_weights({**weights, **{name: torch.zeros_like(weights[name]) for name in names}})
    logits = model.forward(draw.token_ids(3, 5, 20, avoid=[0, 1]))
    model.set_weights(weights)
    if tuple(logits.shape) != (3, n_classes):
        raise NotChecked("there is not one logit per class, and another check says so")
    if not names or float((logits - logits[0]).abs().max()) > 1e-6:
        raise NotChecked("there is no linear layer that gives the logits")
    return tuple(names)


def gains_of(model: Model) -> frozenset[str]:
    """The vectors that a network multiplies with, as layer normalisation does: they begin as ones."""
    weights = model.get_weights()
    return frozenset(
        name for name, shape in model.parameters().items() if len(shape) == 1 and bool((weights[name] == 1).all())
    )


def without_layers(
    model: Model, weights: dict[str, Tensor], gains: frozenset[str], keep: tuple[str, ...]
) -> dict[str, Tensor]:
    """The weights with zero in place of all that is trained, gains and what is to be kept apart."""
    kept = {EMBEDDING, *keep}
    trained = set(model.parameters()) - kept
    return {
        name: torch.ones_like(value) if name in gains else torch.zeros_like(value) if name in trained else value
        for name, value in weights.items()
    }


def _has_its_share(changes: dict[int, Tensor]) -> bool:
    """Whether a token's part in the logits is one n-th of what it has alone, and is not nothing."""
    return _is_constant(changes, float) and float(changes[max(changes)].abs().max()) > LEAST


def _is_constant(changes: dict[int, Tensor], count: Count) -> bool:
    """Whether the changes [reviews, classes], times a count of tokens, are the same for all reviews and lengths."""
    scaled = torch.cat([count(length) * change for length, change in changes.items()])
    return float((scaled - scaled[0]).abs().max()) <= SAME * max(1.0, float(scaled.abs().max()))


def _cause(parts: dict[int, dict[int, Tensor]]) -> Cause | None:
    """The mistake that gives all changes."""
    every = [change for changes in parts.values() for change in changes.values()]
    for cause, count in MEANS:
        if all(float(change.abs().max()) > LEAST for change in every) and all(
            _is_constant(changes, count) for changes in parts.values()
        ):
            return cause
    seen = {
        (place, length): float(change.abs().max()) > LEAST
        for place, changes in parts.items()
        for length, change in changes.items()
        if length > 1
    }
    named: list[tuple[str, str, Callable[[int, int], bool]]] = [
        ("first-token-for-mean", "only the first token is read", lambda place, length: place == 0),
        ("last-token-for-mean", "only the last token is read", lambda place, length: place == length - 1),
        ("first-token-left-out", "the first token has no part in the mean", lambda place, length: place > 0),
        ("last-token-left-out", "the last token has no part in the mean", lambda place, length: place < length - 1),
    ]
    for name, text, is_read in named:
        if all(seen[key] == is_read(*key) for key in seen):
            return Cause(name, text)
    return None


def _matrix_between(model: Model, weights: dict[str, Tensor], alone: dict[str, Tensor], draw: Draw) -> list[str]:
    """The matrix without which the logits depend on no token, although no token needs another; none as a rule."""
    ids = draw.token_ids(3, 5, 20, avoid=[0, 1])

    def depends(given: dict[str, Tensor]) -> bool:
        model.set_weights(given)
        logits = model.forward(ids)
        return float((logits - logits[0]).abs().max()) > 1e-4

    if depends(alone):
        return []
    matrices = [name for name, value in weights.items() if value.dim() > 1 and not bool(alone[name].any())]
    return [name for name in matrices if depends({**alone, name: weights[name]})][:1]
