"""The slope on the way from the baseline."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from textlab.attribution import slopes_on_path


class Cubic(nn.Module):
    """The cube of the sum of all embeddings, with dropout before it."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(torch.tensor([[0.0, 0.0], [0.5, 1.0], [-0.25, 0.5]]))
        self.dropout = nn.Dropout(0.5)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        total: Tensor = self.dropout(self.embedding(text)).sum(dim=(1, 2))
        return total.pow(3)[:, None]


def test_the_slope_is_the_derivative_along_the_way() -> None:
    model = Cubic().train()
    slopes = slopes_on_path(model, torch.tensor([[1, 2]]), torch.tensor([[0, 0]]), [0.0, 0.5, 1.0])
    whole = 0.5 + 1.0 - 0.25 + 0.5  # F on the way is (share × whole)³
    assert slopes.tolist() == pytest.approx([3 * share**2 * whole**3 for share in (0.0, 0.5, 1.0)])
    assert model.training, "the mode is given back"
    assert not model.embedding._forward_hooks, "the layer is given back"
