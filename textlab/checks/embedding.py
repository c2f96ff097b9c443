"""What every network of the assignment has in common: an embedding of the asked size, silent for padding."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.failure import CheckFailed, NotChecked, expect_close, shape_text
from textlab.checks.subject import Model

WEIGHT = "embedding.weight"


def expect_embedding(model: Model, vocab_size: int, dim: int, call: str, given: str) -> None:
    """Fail unless `embedding.weight` is [vocab_size, dim]. `given` is the line that the notebook came with."""
    shapes = model.parameters()
    if shapes.get(WEIGHT) != (vocab_size, dim):
        raise CheckFailed(
            "self.embedding is not an embedding of the asked size",
            input=call,
            expected=f"{WEIGHT} of shape {shape_text((vocab_size, dim))}",
            got=shape_text(shapes[WEIGHT]) if WEIGHT in shapes else "no such parameter",
            likely="the embedding has another name, or other sizes than the arguments say",
            next=f"keep the line {given}",
        )


def embedding_of(model: Model) -> Tensor:
    """The weights of self.embedding, [words, dim]; NotChecked when there is none."""
    weights = model.get_weights()
    if WEIGHT not in weights:
        raise NotChecked("the network has no self.embedding")
    return weights[WEIGHT]


def expect_zero_padding(model: Model, name: str, pad_idx: int, given: str) -> None:
    """Fail unless the row of the padding token is zero."""
    row = embedding_of(model)[pad_idx]
    expect_close(
        row,
        torch.zeros_like(row),
        tolerance=0.0,
        what="the padding token's embedding is not zero",
        input=f"{name}(…, pad_idx={pad_idx}).{WEIGHT}[{pad_idx}]",
        likely="nn.Embedding was made without padding_idx, or its weights were drawn anew afterwards",
        next=f"keep the line {given}",
    )
