"""What makes good a fault that was charged already, so that other checks do not charge it again."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

DROPOUTS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")


def padding_reference(ids: Tensor, pad_idx: int) -> Tensor:
    """The baseline, where the student's is wrong."""
    return ids * 0 + pad_idx


def silence_dropout() -> None:
    """Let dropout do nothing from now on, where it would not keep silent in evaluation."""
    for module in (torch.nn.functional, torch):
        for name in DROPOUTS:
            if hasattr(module, name):
                setattr(module, name, _as_it_is)


def _as_it_is(input: Tensor, *_arguments: Any, **_keywords: Any) -> Tensor:
    return input
