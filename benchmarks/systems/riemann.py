"""Integrated gradients written a second time: a plain sum in double precision that shares no code with textlab."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


def riemann_sum(
    model: nn.Module,
    ids: Tensor,
    baseline: Tensor,
    *,
    target: int | None = None,
    probability: bool = False,
    steps: int = 20_000,
    rows: int = 500,
) -> Tensor:
    """[tokens, emb_dim]: the mean gradient at `steps` equal places on the way, times the way.

    ids: [tokens]. baseline: [tokens, emb_dim], where the way starts. target: the class, of a model with several;
    probability: explain its softmax instead of its logit. The model's embedding is its attribute `embedding`.
    """
    double = copy.deepcopy(model).double().eval()
    embedded = double.get_submodule("embedding")(ids[None])[0].detach()
    double.embedding = nn.Identity()
    way = embedded - baseline.double()
    total = torch.zeros_like(way)
    for first in range(0, steps, rows):
        places = (torch.arange(first, min(first + rows, steps), dtype=torch.float64) + 0.5) / steps
        points = (baseline + places[:, None, None] * way).requires_grad_()
        output = double(points)
        if target is not None:
            output = (output.softmax(dim=1) if probability else output)[:, target]
        (gradients,) = torch.autograd.grad(output.sum(), points)
        total += gradients.sum(dim=0)
    attributions: Tensor = total / steps * way
    return attributions
