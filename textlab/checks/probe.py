"""A small smooth network of the kit's own, and integrated gradients of it computed without Captum.

The network has no kinks (tanh instead of ReLU and max), so a plain midpoint sum gives its integrated gradients
to many digits, and an attribution of it can be compared number by number.
Method: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

HIDDEN = 6


class ProbeNetwork(nn.Module):
    """Embedding → tanh layer → softmax-weighted mean over the length → tanh → dropout → one logit."""

    def __init__(self, vocab_size: int, emb_dim: int, pad_idx: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.inner = nn.Linear(emb_dim, HIDDEN)
        self.weighing = nn.Linear(HIDDEN, 1)
        self.dropout = nn.Dropout(0.5)
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


def integrated_gradients(network: ProbeNetwork, ids: Tensor, baseline: Tensor, steps: int = 2000) -> Tensor:
    """Integrated gradients per token, [length], of one review ids [length], summed over the embedding axis.

    Midpoint rule in float64 on a copy-free double network: pass a network in double precision and evaluation mode.
    """
    with torch.no_grad():
        end, start = network.embedding(ids), network.embedding(baseline)
    shares = (torch.arange(steps, dtype=torch.float64) + 0.5) / steps
    path = (start + shares[:, None, None] * (end - start)).requires_grad_()
    (gradient,) = torch.autograd.grad(network.from_embedded(path).sum(), path)
    scores: Tensor = ((end - start) * gradient.mean(dim=0)).sum(dim=-1)
    return scores
