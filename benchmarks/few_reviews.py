"""Measures what the bound for word vectors and few reviews stands on.

    python benchmarks/few_reviews.py [--seeds N]

Trains with the budget of autograder/thresholds.json on disguised reviews and vectors, as the check does, and prints
one row per network: lowest, mean and highest F1 over the seeds. The rows below the line must not pass.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from autograder.judge.few_reviews import FewReviews, load_few
from autograder.release import solution_notebook
from textlab.checks.draw import Draw
from textlab.definitions import read_cells, slice_definitions
from textlab.training import TrainingPlan, f1_of_logits, fit_encoded, predict_encoded

Change = Callable[[Tensor, int], Tensor]


def reference() -> type[nn.Module]:
    """The solution's GloVeCNN."""
    cells, _ = read_cells("3_glove_cnn.ipynb", solution_notebook("3_glove_cnn"))
    names: dict[str, Any] = {"__name__": "solution"}
    for piece in slice_definitions(cells, ["GloVeCNN"]).program:
        exec(piece.source, names)
    network: type[nn.Module] = names["GloVeCNN"]
    return network


class MeanOfVectors(nn.Module):
    """The mean vector of a review and a linear layer: order is lost."""

    def __init__(self, matrix: Tensor, pad_idx: int, frozen: bool = False, **_: object) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=frozen, padding_idx=pad_idx)
        self.linear = nn.Linear(matrix.shape[1], 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = self.linear(self.embedding(text).mean(dim=1))
        return logits


def as_it_is(matrix: Tensor, pad: int) -> Tensor:
    """The vectors."""
    return matrix


def drawn(scale: float) -> Change:
    """Random numbers in place of the vectors: a plain CNN."""

    def change(matrix: Tensor, pad: int) -> Tensor:
        other = torch.randn_like(matrix) * scale
        other[pad] = 0.0
        return other

    return change


def mixed_up(matrix: Tensor, pad: int) -> Tensor:
    """Every word has the vector of another word."""
    other = matrix[torch.randperm(len(matrix))]
    other[pad] = 0.0
    return other


def one_f1(
    make: Callable[..., nn.Module], change: Change, few: FewReviews, seed: int, epochs: int, **options: object
) -> float:
    """F1 on the test reviews after graded training from a changed matrix."""
    task = few.disguised(Draw(seed))
    torch.manual_seed(seed)
    model = make(
        matrix=change(task.matrix, task.pad_id), pad_idx=task.pad_id, **{**few.thresholds.network, **options}
    )
    train, test = task.train, task.test
    plan = TrainingPlan(epochs, few.thresholds.batch_size, seed, task.pad_id, embedding_scale=1.0)
    fit_encoded(model, train.ids, train.lengths, train.labels, plan)
    logits = predict_encoded(model, test.ids, test.lengths, pad_id=task.pad_id).reshape(-1)
    return f1_of_logits(logits, test.labels)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure what the bound for few reviews stands on.")
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    torch.set_num_threads(1)
    few, solution = load_few(), reference()
    epochs = few.thresholds.epochs
    rows: list[tuple[str, Callable[..., nn.Module], Change, int, dict[str, object]]] = [
        ("reference, trained", solution, as_it_is, epochs, {"frozen": False}),
        ("reference, frozen", solution, as_it_is, epochs, {"frozen": True}),
        ("plain CNN, small numbers", solution, drawn(0.1), epochs, {}),
        ("plain CNN, PyTorch's numbers", solution, drawn(1.0), epochs, {}),
        ("vectors of other words", solution, mixed_up, epochs, {}),
        ("mean of vectors", MeanOfVectors, as_it_is, epochs, {}),
        ("reference, one epoch", solution, as_it_is, 1, {}),
        ("kernels of width one", solution, as_it_is, epochs, {"kernel_sizes": [1]}),
    ]
    print(f"{few.thresholds.train} training reviews, {epochs} epochs, {seeds} seeds")
    for name, make, change, length, options in rows:
        start = time.monotonic()
        found = [one_f1(make, change, few, seed, length, **options) for seed in range(seeds)]
        seconds = (time.monotonic() - start) / seeds
        print(
            f"{name:<30} F1 {min(found):.3f} … {statistics.mean(found):.3f} … {max(found):.3f}"
            f"  standard deviation {statistics.pstdev(found):.3f}  {seconds:.1f} s each",
            flush=True,
        )


if __name__ == "__main__":
    main()
