"""Checks of the positions of TransformerClassifier: one vector a place, added to the embedded tokens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, StudentError, numbers_text
from textlab.checks.rnn import redraw
from textlab.checks.subject import Model, Network
from textlab.checks.token_mean import gains_of
from textlab.weights import EMBEDDING

PLACES = 160
"""More than any period that one would write out; the mean dilutes one token to 1/160 of the logits."""
CLASSES = 9
APART = 1e-5
"""What tells logits [CLASSES] of two places apart: rounding moves them by 1e-6, a place by 1e-4 and more in one."""
TRIES = 3
"""Draws of the weights, one of which has to tell all places apart."""
SAME = 2e-4
FACTORS = (0.01, 0.1, 0.5, 2.0, 10.0, 100.0)
"""By which positions are multiplied, to find out whether a mistake is that."""
LENGTH = 12


@dataclass(frozen=True)
class Table:
    """A stored tensor that holds one vector for each place."""

    name: str
    is_turned: bool
    """Whether it is stored as [emb_dim, places]."""

    def rows(self, weights: dict[str, Tensor]) -> Tensor:
        """The vectors [places, emb_dim]."""
        flat = _flat(weights[self.name])
        return (flat.mT if self.is_turned else flat).clone()

    def with_rows(self, weights: dict[str, Tensor], rows: Tensor) -> dict[str, Tensor]:
        """The weights with other vectors [places, emb_dim]."""
        value = weights[self.name]
        return {**weights, self.name: (rows.mT if self.is_turned else rows).reshape(value.shape).to(value.dtype)}


def find_table(model: Model, max_length: int, draw: Draw) -> Table | None:
    """The tensor whose first rows change the logits of a short review, and whose last rows do not.

    None where positions are computed in forward, or there are none. The model's weights are as before.
    """
    weights = model.get_weights()
    dim, short = weights[EMBEDDING].shape[1], max_length // 2
    ids = draw.token_ids(2, short, 20, avoid=[0, 1])
    ids = nn.functional.pad(ids, (0, 1), value=1)  # so an inverted mask is a fault of padding alone
    before = model.forward(ids)
    found = None
    for name, value in weights.items():
        flat = _flat(value)
        if name == EMBEDDING or flat.dim() != 2 or not value.is_floating_point() or dim not in flat.shape:
            continue
        table = Table(name, is_turned=flat.shape[1] != dim)
        rows = table.rows(weights)
        if len(rows) < max_length:
            continue
        first, last = rows.clone(), rows.clone()
        first[:short] += draw.normal(short, dim)
        last[short + 3 :] += draw.normal(len(rows) - short - 3, dim)
        moved = []
        for changed in (first, last):
            model.set_weights(table.with_rows(weights, changed))
            moved.append(not torch.allclose(model.forward(ids), before, atol=1e-6))
        if moved == [True, False]:
            found = table
            break
    model.set_weights(weights)
    return found


def places_are_told_apart(network: Network, sizes: dict[str, Any], draw: Draw) -> None:
    """No two places are the same to the network: a word that moves changes the logits."""
    model = network.build(**{**sizes, "max_length": PLACES, "n_classes": CLASSES, "dropout": 0.0, "pad_idx": 1})
    gains = gains_of(model)
    word, other = draw.distinct(2, sizes["vocab_size"] - 1, 2)
    ids = torch.full((PLACES, PLACES), other)
    ids.fill_diagonal_(word)
    ids[:, -1], ids = 1, ids[:-1]  # padding: so an inverted mask is a fault of padding alone
    for _ in range(TRIES):
        weights = redraw(model, draw)
        # Gains near 0 would hide some of the places.
        model.set_weights({**weights, **{name: torch.ones_like(weights[name]) for name in gains}})
        logits = torch.cat([model.forward(part) for part in ids.split(40)]).double()
        apart = torch.cdist(logits, logits, p=math.inf)
        apart.fill_diagonal_(math.inf)
        if float(apart.min()) > APART:
            return
    one, two = divmod(int(apart.argmin()), len(apart))
    raise CheckFailed(
        "two places have the same position",
        input=f"a review of {PLACES} tokens, all of them the same but one, at place {one}, then at place {two}",
        expected="different logits: each place below max_length has a vector of its own",
        got=f"{numbers_text(logits[one])} both times",
        likely=Cause("positions-equal", f"places {one} and {two} get the same vector"),
        next="add row i of the positions to token i, for every i below max_length",
    )


def positions_are_added(network: Network, sizes: dict[str, Any], draw: Draw) -> None:
    """Place i has a vector of its own, and it is added to the embedding of token i as it is."""
    arguments = {**sizes, "max_length": LENGTH, "n_classes": CLASSES, "dropout": 0.0, "pad_idx": 1}
    model = network.build(**arguments)
    weights = redraw(model, draw)
    table = find_table(model, LENGTH, draw)
    if table is None:
        return  # computed in forward: nothing is stored that could be compared
    words = draw.token_ids(2, 4, 40, avoid=[1])
    padded = nn.functional.pad(words, (0, 3), value=1)
    if not torch.allclose(model.forward(padded), model.forward(padded[:, :-2]), atol=SAME):
        return  # what padding changes is charged elsewhere
    try:
        for length in (4, LENGTH):
            _expect_each_place(model, table, weights, length, draw)
        _expect_added(model, table, weights, draw)
    except StudentError as error:
        if "NaN" not in error.message:
            raise
        return  # a fault of the mask, which is charged elsewhere
    model.set_weights(weights)


def _expect_each_place(model: Model, table: Table, weights: dict[str, Tensor], length: int, draw: Draw) -> None:
    """A review of so many tokens is read with so many vectors: the first ones, where there is one for each place."""
    ids = draw.token_ids(2, length, 40, avoid=[1])
    rows = table.rows(weights)
    model.set_weights(weights)
    before, used = model.forward(ids), []
    for row in range(min(len(rows), LENGTH + 3)):
        changed = rows.clone()
        changed[row] += draw.normal(rows.shape[1])
        model.set_weights(table.with_rows(weights, changed))
        if not torch.allclose(model.forward(ids), before, atol=1e-6):
            used.append(row)
    if used == list(range(length)) or (len(rows) > LENGTH and len(used) == length):
        return
    raise CheckFailed(
        "the places of a review do not have one vector each",
        input=f"2 reviews of {length} tokens, max_length={LENGTH}; each row of {table.name} is changed in turn",
        expected=f"the logits depend on rows 0 to {length - 1}",
        got=f"they depend on rows {', '.join(map(str, used)) or 'none'}",
        likely=Cause("positions-shifted", "place 0 does not get row 0: the rows are shifted")
        if used and used in (list(range(1, length)), list(range(length - 1)), list(range(1, length + 1)))
        else None,
        next="add self.positions.weight[: length], [length, emb_dim], to the embedded tokens",
    )


def are_added(model: Model, table: Table, draw: Draw) -> bool:
    """Whether positions are added to the embedded tokens; the model's weights are as before."""
    weights = model.get_weights()
    try:
        _expect_added(model, table, weights, draw)
    except CheckFailed:
        return False
    finally:
        model.set_weights(weights)
    return True


def _expect_added(model: Model, table: Table, weights: dict[str, Tensor], draw: Draw) -> None:
    """The same vector, added to a position or to the embedding at its place, has the same effect."""
    embedded = draw.normal(2, LENGTH, weights[EMBEDDING].shape[1])
    more = draw.normal(*embedded.shape[1:])
    rows = table.rows(weights)
    rows[:LENGTH] += more
    model.set_weights(table.with_rows(weights, rows))
    in_positions = model.forward_embedded(embedded)
    model.set_weights(weights)

    def in_embedding(factor: float) -> Tensor:
        return model.forward_embedded(embedded + factor * more)

    # Vaswani et al. multiply the embeddings by the root of emb_dim before they add the positions.
    scales = (1.0, 1 / math.sqrt(embedded.shape[2]))
    if len(rows) > LENGTH or any(torch.allclose(in_embedding(scale), in_positions, atol=SAME) for scale in scales):
        return
    factor = next((one for one in FACTORS if torch.allclose(in_embedding(one), in_positions, atol=5e-3)), None)
    raise CheckFailed(
        "positions are not added to the embedded tokens as they are",
        input=f"2 reviews of {LENGTH} tokens; the same numbers added to the embeddings, then to {table.name}",
        expected="the same logits both times",
        got=f"{numbers_text(in_embedding(1.0))} and {numbers_text(in_positions)}",
        likely=Cause("positions-scaled", f"the positions are multiplied by {factor:g}") if factor else None,
        next="hidden = self.embedding(text) + positions, [batch, length, emb_dim], goes into the encoder as it is",
    )


def zero_positions(model: Model, table: Table | None) -> None:
    """Set the vectors of all places to zero, where they are stored."""
    if table is None:
        return
    weights = model.get_weights()
    model.set_weights(table.with_rows(weights, torch.zeros_like(table.rows(weights))))


def _flat(value: Tensor) -> Tensor:
    return value.squeeze() if value.dim() > 2 else value
