"""A model whose graded training does nothing, so that a test can say what it predicts."""

from __future__ import annotations

import torch
from torch import Tensor

from textlab.checks.local import LocalModel
from textlab.training import TrainingPlan


class Untrained(LocalModel):
    """Stays as it is when it is trained."""

    def __init__(self) -> None:
        super().__init__(torch.nn.Identity(), "untrained")

    def fit(
        self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan, *, device: str = "cpu"
    ) -> list[float]:
        """Nothing to train."""
        return [0.5]
