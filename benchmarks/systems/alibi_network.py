"""The network of Alibi's IMDB example, which is written in Keras there."""

from __future__ import annotations

import torch
from torch import Tensor, nn

LENGTH = 100
"""Tokens: longer reviews keep their last ones, shorter ones are padded on the left, as Keras does."""


class AlibiNetwork(nn.Module):
    """Embedding, one convolution of width 3, the maximum over the length, a dense layer, one logit per class.

    Layers start as Keras starts them: embeddings uniform up to 0.05, weights after Glorot, biases at zero.
    """

    def __init__(self, vocab_size: int, pad_id: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 50, padding_idx=pad_id)
        self.convolution = nn.Conv1d(50, 250, 3)
        self.dropout = nn.Dropout(0.4)
        self.dense = nn.Linear(250, 250)
        self.output = nn.Linear(250, 2)
        with torch.no_grad():
            self.embedding.weight.uniform_(-0.05, 0.05)[pad_id] = 0.0
        for layer in (self.convolution, self.dense, self.output):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)

    def forward(self, text: Tensor) -> Tensor:
        """Token ids [batch, length] → logits [batch, 2]; their softmax is what the Keras network gives."""
        features = torch.relu(self.convolution(self.embedding(text).transpose(1, 2)))
        pooled = self.dropout(features).amax(dim=2)
        logits: Tensor = self.output(self.dropout(torch.relu(self.dense(pooled))))
        return logits


def padded_left(row: list[int], pad_id: int) -> list[int]:
    """A review's ids, LENGTH of them."""
    kept = row[-LENGTH:]
    return [pad_id] * (LENGTH - len(kept)) + kept
