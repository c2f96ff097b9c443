"""Trains one recipe, epoch by epoch, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from benchmarks.on_imdb.prepared import Prepared
from benchmarks.on_imdb.recipes import Recipe
from textlab.training import f1_of_logits, positive_logits, seed_everything

Epoch = dict[str, float]
"""What is kept of an epoch: losses, F1 and accuracy on the validation reviews, seconds."""


def print_epoch(epoch: Epoch) -> None:
    """One line of figures."""
    print(", ".join(f"{name} {value:.4g}" for name, value in epoch.items()), flush=True)


def train(
    model: nn.Module,
    prepared: Prepared,
    device: torch.device,
    checkpoint: Path,
    tell: Callable[[Epoch], None] = print_epoch,
) -> list[Epoch]:
    """Train for the recipe's epochs; the weights that the recipe names come back.

    After every epoch all that is needed to go on is written to `checkpoint`, and `tell` gets what was measured.
    """
    recipe = prepared.recipe
    model.to(device)
    decay = recipe.weight_decay
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate, weight_decay=decay)
    history: list[Epoch] = []
    best: dict[str, Tensor] = {}
    if checkpoint.is_file():
        state: dict[str, Any] = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        history, best = state["history"], state["best"]
    called = caller(recipe)
    while len(history) < recipe.epochs:
        epoch = len(history)
        begun, used = time.perf_counter(), time.process_time()
        # Seeds of its own for each epoch, so that one that is repeated after a stop is the same.
        seed_everything(1000 * recipe.seed + epoch)
        with dropped_embeddings(model, recipe):
            loss = _run(model, called, prepared, optimizer, epoch, device)
        wall, processor = time.perf_counter() - begun, time.process_time() - used
        logits, labels = predict(model, prepared, "validation", device)
        history.append(
            {
                "train_loss": loss,
                "validation_loss": float(functional.binary_cross_entropy_with_logits(logits, labels)),
                "validation_f1": f1_of_logits(logits, labels),
                "validation_accuracy": accuracy_of(logits, labels),
                "seconds": wall,
                "processor_seconds": processor,
            }
        )
        if best_epoch(history) == epoch:
            best = {name: value.detach().clone() for name, value in model.state_dict().items()}
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "history": history, "best": best}
        part = checkpoint.with_suffix(".part")
        torch.save(state, part)
        part.rename(checkpoint)
        tell(history[-1])
    if recipe.weights == "best":
        model.load_state_dict(best)
    return history


def best_epoch(history: list[Epoch]) -> int:
    """The epoch with the smallest validation loss, counted from 0."""
    return min(range(len(history)), key=lambda epoch: history[epoch]["validation_loss"])


def accuracy_of(logits: Tensor, labels: Tensor) -> float:
    """The share of reviews judged right, for logits and labels [reviews]."""
    return float(((logits > 0) == (labels > 0)).float().mean())


def predict(model: nn.Module, prepared: Prepared, part: str, device: torch.device) -> tuple[Tensor, Tensor]:
    """Logits and labels [reviews] of a part, the shortest review first."""
    called = caller(prepared.recipe)
    model.eval()
    logits, labels = [], []
    with torch.no_grad():
        for batch in prepared.batches(part):
            logits.append(positive_logits(called(model, batch.ids.to(device), batch.lengths)).cpu())
            labels.append(batch.labels)
    return torch.cat(logits), torch.cat(labels)


def caller(recipe: Recipe) -> Callable[[nn.Module, Tensor, Tensor], Tensor]:
    """How the recipe's network is called with ids and lengths."""
    if recipe.name == "RNNBaseline":
        return lambda model, ids, lengths: model(ids, lengths)
    return lambda model, ids, lengths: model(ids)


@contextmanager
def dropped_embeddings(model: nn.Module, recipe: Recipe) -> Iterator[None]:
    """Dropout on what the embedding gives, while training; the class itself stays as it is."""

    def drop(layer: nn.Module, given: object, embedded: Tensor) -> Tensor:
        """Embedded words [batch, length, width]."""
        words = functional.dropout(torch.ones_like(embedded[:, :, :1]), recipe.word_dropout, layer.training)
        return functional.dropout(embedded, recipe.embedding_dropout, layer.training) * words

    handle = model.get_submodule("embedding").register_forward_hook(drop)
    try:
        yield
    finally:
        handle.remove()


def _run(
    model: nn.Module,
    called: Callable[[nn.Module, Tensor, Tensor], Tensor],
    prepared: Prepared,
    optimizer: torch.optim.Optimizer,
    epoch: int,
    device: torch.device,
) -> float:
    """One epoch of training; mean loss per review."""
    recipe = prepared.recipe
    reviews = len(prepared.rows["train"])
    steps = -(-reviews // recipe.batch_size)
    model.train()
    total = 0.0
    stream = prepared.batches("train", seed=1000 * recipe.seed + epoch)
    for step, batch in enumerate(tqdm(stream, total=steps, desc=f"epoch {epoch + 1}", mininterval=10, leave=False)):
        if recipe.schedule == "linear":
            done = (epoch * steps + step) / (recipe.epochs * steps)
            for group in optimizer.param_groups:
                group["lr"] = recipe.learning_rate * (1 - done)
        with torch.autocast(device.type, torch.bfloat16, enabled=recipe.mixed_precision):
            logits = positive_logits(called(model, batch.ids.to(device), batch.lengths)).float()
        loss = functional.binary_cross_entropy_with_logits(logits, batch.labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        if recipe.clip is not None:
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimizer.step()
        total += loss.item() * len(batch)
    return total / reviews
