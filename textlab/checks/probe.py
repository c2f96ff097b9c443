"""A small smooth network of the kit's own, and integrated gradients of it computed without Captum.

The network has no kinks (tanh instead of ReLU and max), so a plain midpoint sum gives its integrated gradients
to many digits, and an attribution of it can be compared number by number.
Method: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

HIDDEN = 6
Rule = Literal["left", "right", "middle", "trapezoid", "gauss"]
RULES: tuple[Rule, ...] = get_args(Rule)


class FixedDropout(nn.Dropout):
    """Dropout that drops every second number in training mode, so that what it does to an explanation is known."""

    def forward(self, input: Tensor) -> Tensor:
        """The input, or in training mode with every second number of its last axis dropped and the others scaled."""
        if not self.training or self.p == 0:
            return input
        kept = (torch.arange(input.shape[-1], device=input.device) % 2).to(input.dtype)
        return input * kept / (1 - self.p)


class ProbeNetwork(nn.Module):
    """Embedding → tanh layer → softmax-weighted mean over the length → tanh → dropout → one logit."""

    def __init__(self, vocab_size: int, emb_dim: int, pad_idx: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.inner = nn.Linear(emb_dim, HIDDEN)
        self.weighing = nn.Linear(HIDDEN, 1)
        self.dropout = FixedDropout(0.5)
        self.head = nn.Linear(HIDDEN, 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1] for token ids [batch, length]."""
        return self.from_embedded(self.embedding(text))

    def from_embedded(self, embedded: Tensor) -> Tensor:
        """Logits [batch, 1] for embeddings [batch, length, emb_dim]."""
        inner = torch.tanh(self.inner(embedded))
        weights = torch.softmax(self.weighing(inner), dim=1)
        summary = self.dropout(torch.tanh(3 * (weights * inner).sum(dim=1)))
        logit: Tensor = self.head(summary)
        return logit


class ClassProbe(ProbeNetwork):
    """The same with one logit per class; padding gets no weight, as behind an attention mask."""

    def __init__(self, vocab_size: int, emb_dim: int, pad_idx: int, n_classes: int) -> None:
        super().__init__(vocab_size, emb_dim, pad_idx)
        self.pad_idx = pad_idx
        self.head = nn.Linear(HIDDEN, n_classes)

    def forward(self, text: Tensor, padding: Tensor | None = None) -> Tensor:
        """Logits [batch, n_classes] for ids [batch, length]; padding [batch, length] bool, from the ids if None."""
        return self.from_embedded(self.embedding(text), text == self.pad_idx if padding is None else padding)

    def from_embedded(self, embedded: Tensor, padding: Tensor | None = None) -> Tensor:
        """Logits [batch, n_classes] for embeddings [batch, length, emb_dim]; without `padding` all tokens count."""
        inner = torch.tanh(self.inner(embedded))
        weights = torch.softmax(self.weighing(inner), dim=1)
        if padding is not None:
            weights = weights * (~padding.bool()).unsqueeze(-1)
        logits: Tensor = self.head(self.dropout(torch.tanh(3 * (weights * inner).sum(dim=1))))
        return logits


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
