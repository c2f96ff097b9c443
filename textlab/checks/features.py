"""The numbers that the linear layer reads, seen through it one by one, whatever the code is like."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from textlab.checks.convolutional import Kernel
from textlab.checks.draw import Draw
from textlab.checks.head import Head
from textlab.checks.subject import Model

VALUE = 1 / 16
"""The weight of the one number that is read; a power of two, so that nothing is rounded."""
STEP = 0.25
BASES = 8
USED = 3
Back = Callable[[Tensor], Tensor]

OUTPUTS: Sequence[tuple[Callable[[Tensor], Tensor], Back]] = [
    (lambda logits: logits, lambda outputs: outputs),
    (torch.sigmoid, torch.logit),
    (torch.tanh, torch.atanh),
    (torch.nn.functional.logsigmoid, lambda outputs: outputs - torch.log(-torch.expm1(outputs))),
]
"""What may come behind the linear layer, and how to get back."""


def way_back(model: Model, head: Head, ids: Tensor) -> Back | None:
    """How to get the logit from the output; None where it does not follow from the linear layer alone."""
    outputs = []
    for share in (0.0, 0.5, 1.0):
        head.put(torch.full((head.width,), share * VALUE / 16), bias=1.0)
        outputs.append(model.forward(ids).reshape(-1))
    head.put_back()
    for _, back in OUTPUTS:
        none, half, full = (back(output) for output in outputs)
        off = (full - none) - 2 * (half - none)
        if (
            bool(torch.isfinite(off).all())
            and float(off.abs().max()) <= 1e-4
            and float((full - none).abs().max()) > 1e-3
        ):
            return back
    return None


def observe(model: Model, head: Head, ids: Tensor, back: Back, *, alone: bool = False) -> Tensor:
    """The features [reviews, width] of reviews [reviews, length]; `alone` runs each review in a batch of its own."""
    batches = ids.split(1) if alone else [ids]

    def logits() -> Tensor:
        return back(torch.cat([model.forward(part).reshape(-1) for part in batches]))

    head.put(torch.zeros(head.width), bias=1.0)
    floor = logits()
    columns = []
    for feature in range(head.width):
        head.put(head.only(feature, value=VALUE), bias=1.0)
        columns.append((logits() - floor) / VALUE)
    head.put_back()
    return torch.stack(columns, dim=1)


def measured_kernels(model: Model, head: Head, back: Back, draw: Draw, length: int, dim: int) -> list[Kernel]:
    """The filter behind each feature by differences: how it answers when one number of the embeddings moves.

    A maximum over windows, with ReLU, answers to the tokens of the best window only, each by its weight. Features
    that answer in another way give filters that do not explain them.
    """
    bases = draw.normal(BASES, length, dim)
    moves = torch.eye(length * dim).reshape(-1, length, dim) * STEP
    rows = torch.cat([torch.cat([base[None], base + moves, base - moves]) for base in bases])
    found = []
    for feature in range(head.width):
        head.put(head.only(feature, value=VALUE), bias=1.0)
        answers = back(model.forward_embedded(rows).reshape(-1)).reshape(BASES, -1) / VALUE
        at, more, less = answers.split([1, length * dim, length * dim], dim=1)
        bends = (more + less - 2 * at).abs().amax(dim=1)
        slopes = ((more - less) / (2 * STEP)).reshape(BASES, length, dim)
        for base in bends.argsort()[:USED].tolist():
            places = (slopes[base].abs().amax(dim=1) > 1e-3).nonzero().flatten().tolist()
            if places:
                window = slopes[base][places[0] : places[-1] + 1]
                found.append(Kernel(f"{feature}", window.mT[None].contiguous(), None))
    head.put_back()
    return found


def numbers_of(shapes: Sequence[tuple[int, ...]]) -> int:
    """How many numbers tensors of these shapes hold."""
    return sum(math.prod(shape) for shape in shapes)
