"""Integrated gradients per token from differences of forward passes: no gradient is trusted.

Method: the path integral of Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017; the
slope along each token's part of the way is taken from two forward passes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.subject import Model

REACH = 2e-4
"""Share of the way by which a token is moved back and forth: short enough to meet few bends, long enough for
float32, where logits near 1 have steps of 6e-8."""


def scores_from_differences(
    model: Model, end: Tensor, start: Tensor, steps: int = 300, places: Tensor | None = None, output: int = 0
) -> Tensor:
    """Scores of the tokens at `places` (all of them unless given), float64, in their order.

    end, start: embeddings [length, dim] of sentence and baseline. At each midpoint of the way a token's embedding is
    moved back and forth a little along its own part of the way. output: which of the model's outputs is explained.
    """
    places = torch.arange(len(end)) if places is None else places
    shares = (torch.arange(steps) + 0.5) / steps
    points = start + shares[:, None, None] * (end - start)
    moves = torch.eye(len(end))[places][:, :, None] * (end - start) * REACH
    rows = torch.cat([points[:, None] + moves, points[:, None] - moves], dim=1)
    logits = model.forward_embedded(rows.flatten(0, 1)).double().reshape(steps, 2, len(places), -1)[..., output]
    return (logits[:, 0] - logits[:, 1]).mean(dim=0) / (2 * REACH)
