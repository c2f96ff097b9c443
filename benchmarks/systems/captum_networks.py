"""The networks of Captum's IMDB tutorial, old and new, and the reviews they read."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchmarks.on_imdb.recipes import Recipe

KERNEL_SIZES = (3, 4, 5)


class TextCNN(nn.Module):
    """Convolutions of widths 3, 4 and 5, the maximum over the length, dropout, one logit or one per class."""

    def __init__(self, vocab_size: int, emb_dim: int, channels: int, outputs: int, pad_id: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_id)
        self.convolutions = nn.ModuleList(nn.Conv1d(emb_dim, channels, size) for size in KERNEL_SIZES)
        self.dropout = nn.Dropout(0.5)
        self.linear = nn.Linear(len(KERNEL_SIZES) * channels, outputs)

    def forward(self, text: Tensor) -> Tensor:
        """Token ids [batch, length] → logits [batch, outputs]."""
        embedded = self.embedding(text).transpose(1, 2)
        features = [torch.relu(convolution(embedded)).amax(dim=2) for convolution in self.convolutions]
        logits: Tensor = self.linear(self.dropout(torch.cat(features, dim=1)))
        return logits


def recipe(name: str, **fields: object) -> Recipe:
    """How one of the two is trained: Adam with its defaults, embeddings as PyTorch draws them."""
    settings = {"embedding_std": 1.0, "schedule": "constant", "min_freq": 1, **fields}
    return Recipe("", name, {"emb_dim": 100, "channels": 100}, **settings)  # type: ignore[arg-type]
