"""The loop of graded training: a fixed number of epochs on reviews that are ids already, and one logit per review.

`textlab.training` has what notebooks import.
"""

from __future__ import annotations

import contextlib
import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR

from textlab.batches import Batch, batches
from textlab.kit_answers import answers_a_blank
from textlab.weights import embedding_layer

PREDICT_BATCH = 256


def seed_everything(seed: int) -> None:
    """Seed Python, numpy and torch, so that a run can be repeated."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def positive_logits(output: Tensor) -> Tensor:
    """One logit per review, [reviews], for the output [reviews], [reviews, 1] or [reviews, 2] of a network.

    Of two classes, negative and positive, the difference: its sigmoid is the softmax probability of the second.
    """
    return output[:, 1] - output[:, 0] if output.dim() == 2 and output.shape[1] == 2 else output.reshape(-1)


@dataclass(frozen=True)
class TrainingPlan:
    """How graded training on padded ids goes."""

    epochs: int
    batch_size: int
    """Reviews; they are padded to at least 5 tokens, so that kernels of up to 5 fit."""
    seed: int
    """Of the network's own random numbers in training and of the batches' order."""
    pad_id: int
    with_lengths: bool = False
    """Whether the network is called as model(ids, lengths)."""
    embedding_scale: float = 0.1
    """The embedding is multiplied by this first. It starts at a tenth of its size, as in the notebooks: PyTorch's
    standard deviation of 1 is so large that a network learns its training reviews by heart. 1 for word vectors."""
    learning_rate: float = 1e-3
    one_cycle: bool = False
    """Whether the learning rate rises to that value and then falls to nothing, as transformers like it."""


@answers_a_blank
def fit_encoded(
    model: nn.Module, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan, device: str = "cpu"
) -> list[float]:
    """Train with Adam on BCE for a fixed number of epochs; mean loss per epoch. The model comes back to the CPU.

    ids [reviews, length] int64, lengths and labels [reviews].
    """
    rows = [row[:size].tolist() for row, size in zip(ids, lengths, strict=True)]
    targets = [int(label) for label in labels]
    seed_everything(plan.seed)
    embedding = embedding_layer(model)
    if embedding is not None and plan.embedding_scale != 1:
        with torch.no_grad():
            embedding.weight.mul_(plan.embedding_scale)
    steps = plan.epochs * math.ceil(len(rows) / plan.batch_size)
    losses = []
    with _moved(model, device) as place:
        optimizer = torch.optim.Adam(nn.Module.parameters(model), lr=plan.learning_rate)
        schedule = OneCycleLR(optimizer, plan.learning_rate, steps) if plan.one_cycle and steps else None
        for epoch in range(plan.epochs):
            seed = plan.seed + epoch
            stream = batches(rows, targets, batch_size=plan.batch_size, pad_id=plan.pad_id, min_length=5, seed=seed)
            losses.append(run_epoch(model, stream, place, optimizer, plan.with_lengths, schedule))
    return losses


@answers_a_blank
def predict_encoded(
    model: nn.Module,
    ids: Tensor,
    lengths: Tensor,
    *,
    pad_id: int,
    with_lengths: bool = False,
    device: str = "cpu",
) -> Tensor:
    """Logits [reviews] in evaluation mode for padded ids [reviews, length]. They and the model come to the CPU."""
    nn.Module.eval(model)
    order = lengths.argsort(stable=True)  # reviews of like length go together: less padding
    found = []
    with torch.no_grad(), _moved(model, device) as place:
        for rows in order.split(PREDICT_BATCH):
            longest = int(lengths[rows].max())
            part = torch.nn.functional.pad(ids[rows, :longest], (0, max(0, 5 - longest)), value=pad_id).to(place)
            logits = model(part, lengths[rows]) if with_lengths else model(part)
            found.append(positive_logits(logits).reshape(len(part), -1).cpu())
    return torch.cat(found)[order.argsort()]


@contextlib.contextmanager
def _moved(model: nn.Module, device: str) -> Iterator[torch.device]:
    """Have the model on the device meanwhile, and back on the CPU after that; nothing is done to one that stays."""
    place = torch.device(device)
    if place.type == "cpu":
        yield place
        return
    # cuDNN's quickest ways differ from run to run, and its TF32 from the numbers of a CPU.
    with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):
        try:
            nn.Module.to(model, place)
            yield place
        finally:
            nn.Module.to(model, "cpu")


@answers_a_blank
def run_epoch(
    model: nn.Module,
    stream: Iterable[Batch],
    device: torch.device,
    optimizer: torch.optim.Optimizer | None,
    with_lengths: bool = False,
    schedule: LRScheduler | None = None,
) -> float:
    """One pass over the batches, training when there is an optimiser; mean loss per review."""
    nn.Module.train(model, optimizer is not None)
    total, count = 0.0, 0
    with torch.set_grad_enabled(optimizer is not None):
        for batch in stream:
            ids = batch.ids.to(device)
            output = model(ids, batch.lengths) if with_lengths else model(ids)
            # For two classes this is cross-entropy: the two are the same function.
            loss = nn.functional.binary_cross_entropy_with_logits(positive_logits(output), batch.labels.to(device))
            if optimizer is not None:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            if schedule is not None:
                schedule.step()
            total += float(loss.detach()) * len(batch.labels)
            count += len(batch.labels)
    return total / max(count, 1)
