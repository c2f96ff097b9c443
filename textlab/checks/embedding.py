"""What every network of the assignment has in common: an embedding of the asked size, silent for padding."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, NotChecked, StudentError, expect_close, shape_text
from textlab.checks.subject import Model
from textlab.training import TrainingPlan
from textlab.weights import EMBEDDING

WEIGHT = EMBEDDING


def expect_embedding(model: Model, vocab_size: int, dim: int, call: str, given: str) -> None:
    """Fail unless `embedding.weight` is [vocab_size, dim]. `given` is the line that the notebook came with."""
    shapes = model.parameters()
    if shapes.get(WEIGHT) != (vocab_size, dim):
        raise CheckFailed(
            "self.embedding is not an embedding of the asked size",
            input=call,
            expected=f"{WEIGHT} of shape {shape_text((vocab_size, dim))}",
            got=shape_text(shapes[WEIGHT]) if WEIGHT in shapes else "no such parameter",
            likely=_embedding_cause(shapes, vocab_size, dim),
            next=f"keep the line {given}",
        )


def _embedding_cause(shapes: Mapping[str, tuple[int, ...]], vocab_size: int, dim: int) -> Cause | None:
    """What the shapes of the parameters say about a wrong embedding."""
    others = [name for name, shape in shapes.items() if shape == (vocab_size, dim)]
    if others:
        return Cause("embedding-renamed", f"the asked weights are those of {others[0]}: the layer has another name")
    if WEIGHT in shapes and len(shapes[WEIGHT]) == 2:
        sizes = [
            str(found) for found, wanted in zip(shapes[WEIGHT], (vocab_size, dim), strict=True) if found != wanted
        ]
        return Cause("embedding-sizes", f"the size {' and '.join(sizes)} does not come from the arguments")
    return None


def embedding_of(model: Model) -> Tensor:
    """The weights of self.embedding, [words, dim]; NotChecked when there is none."""
    weights = model.get_weights()
    if WEIGHT not in weights:
        raise NotChecked("the network has no self.embedding")
    return weights[WEIGHT]


def expect_zero_padding(model: Model, name: str, pad_idx: int, given: str) -> None:
    """Fail unless the row of the padding token is zero."""
    table = embedding_of(model)
    row = table[pad_idx]
    elsewhere = [index for index, other in enumerate(table) if not bool(other.any())]
    cause = (
        Cause(
            "padding-idx-written-out", f"row {elsewhere[0]} is zero in its place: padding_idx is not the argument's"
        )
        if elsewhere
        else None
    )
    expect_close(
        row,
        torch.zeros_like(row),
        tolerance=0.0,
        what="the padding token's embedding is not zero",
        input=f"{name}(…, pad_idx={pad_idx}).{EMBEDDING}[{pad_idx}]",
        likely=cause,
        next=f"keep the line {given}, and draw no weights anew after it",
    )


def expect_padding_to_stay_out(
    model: Model, name: str, pad_idx: int, draw: Draw, given: str, *, with_lengths: bool = False
) -> None:
    """Fail unless the row of the padding token is still zero after training on reviews that are mostly padding.

    The model's row is zero before. Nothing is said about a model that cannot be trained.
    """
    vocab_size = len(embedding_of(model))
    # At most two words each, so that every window has padding in it.
    lengths = torch.tensor([1 + number % 2 for number in range(16)])
    ids = draw.token_ids(16, 2, vocab_size, avoid=[pad_idx])
    labels = (ids[:, 0] % 2).float()
    seed = draw.integer(0, 1000)
    plan = TrainingPlan(
        2, 8, seed, pad_id=pad_idx, with_lengths=with_lengths, embedding_scale=1.0, learning_rate=0.01
    )
    try:
        padded = torch.nn.functional.pad(ids, (0, 6), value=pad_idx)
        # A network that never answers shows here, not at the end of training's long deadline.
        model.forward(padded, lengths if with_lengths else None)
        model.fit(ids, lengths, labels, plan)
        # Code may set the row to zero in each forward pass.
        model.forward(padded, lengths if with_lengths else None)
    except StudentError:
        return  # that it runs is another check's business
    row = embedding_of(model)[pad_idx]
    expect_close(
        row,
        torch.zeros_like(row),
        tolerance=0.0,
        what="the padding token's embedding does not stay zero",
        input=f"{name}(…, pad_idx={pad_idx}), trained for 2 epochs on 16 short, padded reviews",
        likely=Cause(
            "padding-idx-missing", "training changes the padding row like that of a word: it has no padding_idx"
        ),
        next=f"keep the line {given}",
    )
