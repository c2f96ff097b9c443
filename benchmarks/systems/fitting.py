"""Trains one system's network, in pieces that can be stopped, and measures it on the test reviews."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from benchmarks.on_imdb.prepared import Prepared
from benchmarks.on_imdb.training import Epoch, best_epoch, predict, train


def device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fit(
    model: nn.Module,
    prepared: Prepared,
    checkpoint: Path,
    *,
    patience: int | None = None,
    minutes: float | None = None,
) -> list[Epoch] | None:
    """Train for the recipe's epochs, or until `patience` epochs in a row bring no smaller validation loss.

    The weights of the best epoch are in `model` afterwards and in `weights_of(checkpoint)`. None when `minutes` are
    over before that: call again to go on. The recipe's schedule has to be constant.
    """
    begun, recipe = time.monotonic(), prepared.recipe
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    history: list[Epoch] = []
    for epochs in range(1, recipe.epochs + 1):
        part = dataclasses.replace(prepared, recipe=dataclasses.replace(recipe, epochs=epochs))
        history = train(model, part, device(), checkpoint)
        if patience is not None and len(history) - 1 - best_epoch(history) >= patience:
            break
        if minutes is not None and epochs < recipe.epochs and time.monotonic() - begun > 60 * minutes:
            return None
    save_file({name: value.contiguous() for name, value in model.state_dict().items()}, weights_of(checkpoint))
    return history


def weights_of(checkpoint: Path) -> Path:
    """Where the weights lie that `fit` leaves behind."""
    return checkpoint.with_suffix(".safetensors")


def restore(model: nn.Module, checkpoint: Path) -> nn.Module:
    """`model` with the weights that `fit` left behind, in evaluation mode. Raises FileNotFoundError."""
    file = weights_of(checkpoint)
    if not file.is_file():
        raise FileNotFoundError(f"there are no weights {file}: train that network first")
    model.load_state_dict(load_file(file))
    return model.to(device()).eval()


def measured_logits(model: nn.Module, prepared: Prepared, reviews: int | None = None) -> tuple[Tensor, Tensor]:
    """Logits and labels of the first `reviews` test reviews, or of all; the shortest review first."""
    rows = {**prepared.rows, "test": prepared.rows["test"][:reviews]}
    labels = {**prepared.labels, "test": prepared.labels["test"][:reviews]}
    return predict(model, dataclasses.replace(prepared, rows=rows, labels=labels), "test", device())
