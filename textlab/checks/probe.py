"""Small smooth networks of the kit's own: students' functions explain them.

They have no kinks (tanh instead of ReLU and max), so that an attribution of one can be compared number by number
(`textlab.checks.probe_attributions`).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

HIDDEN = 6


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
        self.mask: Tensor | None = None
        """The padding mask [batch, length] under which embeddings alone are read; None: all tokens count."""

    def forward(self, text: Tensor, padding: Tensor | None = None) -> Tensor:
        """Logits [batch, n_classes] for ids [batch, length]; padding [batch, length] bool, from the ids if None."""
        return self.from_embedded(self.embedding(text), text == self.pad_idx if padding is None else padding)

    def from_embedded(self, embedded: Tensor, padding: Tensor | None = None) -> Tensor:
        """Logits [batch, n_classes] for embeddings [batch, length, emb_dim], under `mask` if not under `padding`."""
        padding = self.mask if padding is None else padding
        inner = torch.tanh(self.inner(embedded))
        weights = torch.softmax(self.weighing(inner), dim=1)
        if padding is not None:
            weights = weights * (~padding.bool()).unsqueeze(-1)
        logits: Tensor = self.head(self.dropout(torch.tanh(3 * (weights * inner).sum(dim=1))))
        return logits
