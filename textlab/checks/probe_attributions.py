"""Integrated gradients of the kit's own networks, computed without Captum.

They have no kinks, so a plain midpoint sum gives their integrated gradients to many digits.
Method: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from textlab.checks.probe import ProbeNetwork

Rule = Literal["left", "right", "middle", "trapezoid", "gauss"]
RULES: tuple[Rule, ...] = get_args(Rule)


@dataclass(frozen=True)
class Attributions:
    """Integrated gradients of one review."""

    numbers: Tensor
    """[length, emb_dim] float64."""
    difference: float
    """F(x) − F(x′)."""

    @property
    def scores(self) -> Tensor:
        """One per token, [length]."""
        return self.numbers.sum(dim=-1)

    @property
    def delta(self) -> float:
        """The sum of the scores minus F(x) − F(x′)."""
        return float(self.numbers.sum()) - self.difference


def integrated_gradients(
    network: ProbeNetwork,
    ids: Tensor,
    baseline: Tensor,
    steps: int = 2000,
    rule: Rule = "middle",
    output: int = 0,
    *,
    probability: bool = False,
    training: bool = False,
) -> Attributions:
    """Integrated gradients of one review ids [length], in float64: pass a network in double precision.

    baseline: ids [length] or embeddings [length, emb_dim]. output: which of the network's outputs is explained, its
    probability if asked. The network is in evaluation mode unless `training`.
    """
    network.train(training)
    with torch.no_grad():
        end = network.embedding(ids)
        start = baseline if baseline.is_floating_point() else network.embedding(baseline)
        ends = _explained(network, torch.stack([end, start]), output, probability)
    shares, weights = _points(rule, steps)
    path = (start + shares[:, None, None] * (end - start)).requires_grad_()
    (gradient,) = torch.autograd.grad(_explained(network, path, output, probability).sum(), path)
    network.eval()
    return Attributions((end - start) * (weights[:, None, None] * gradient).sum(dim=0), float(ends[0] - ends[1]))


def _explained(network: ProbeNetwork, embedded: Tensor, output: int, probability: bool) -> Tensor:
    """The explained number of each of some reviews, given as embeddings."""
    logits = network.from_embedded(embedded)
    if not probability:
        return logits[:, output]
    return torch.sigmoid(logits[:, 0]) if logits.shape[1] == 1 else torch.softmax(logits, dim=1)[:, output]


def _points(rule: Rule, steps: int) -> tuple[Tensor, Tensor]:
    """Places between 0 and 1 and their weights, [steps] each, as Captum's rules have them."""
    even = torch.full((steps,), 1 / steps, dtype=torch.float64)
    places = torch.arange(steps, dtype=torch.float64)
    if rule == "left":
        return places / steps, even
    if rule == "right":
        return (places + 1) / steps, even
    if rule == "middle":
        return (places + 0.5) / steps, even
    if rule == "trapezoid":
        even[[0, -1]] /= 2
        return places / (steps - 1), even
    return _gauss(steps)


@functools.cache
def _gauss(steps: int) -> tuple[Tensor, Tensor]:
    nodes, weights = np.polynomial.legendre.leggauss(steps)  # type: ignore[no-untyped-call]
    return torch.from_numpy((nodes + 1) / 2), torch.from_numpy(weights / 2)
