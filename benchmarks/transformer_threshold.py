"""Measures what the bound for the transformer stands on.

    python benchmarks/transformer_threshold.py [--seeds N]

Trains with the budget of autograder/thresholds.json on reviews with renamed ids, as the check does, and prints one
row per network: lowest, mean and highest F1 over the seeds. The last four must not pass.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from autograder.judge.hidden_data import load_hidden
from autograder.release import solution_notebook
from autograder.thresholds import load_thresholds
from textlab.checks.draw import Draw
from textlab.definitions import read_cells, slice_definitions
from textlab.training import TrainingPlan, f1_of_logits, fit_encoded, predict_encoded

POSITIONS = "nn.Embedding(max_length, emb_dim)"
MEAN = "(hidden * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)"
Change = tuple[str, str]


def network(*changes: Change) -> type[nn.Module]:
    """The solution's TransformerClassifier after changes of its source."""
    cells, _ = read_cells("4_transformer.ipynb", solution_notebook("4_transformer"))
    names: dict[str, Any] = {"__name__": "solution"}
    for piece in slice_definitions(cells, ["TransformerClassifier"]).program:
        source = piece.source
        for old, new in changes:
            source = source.replace(old, new)
        exec(source, names)
    made: type[nn.Module] = names["TransformerClassifier"]
    return made


def one_f1(make: Callable[..., nn.Module], seed: int, epochs: int, mixed: bool) -> float:
    """F1 on the test reviews after graded training; `mixed` shuffles the training labels."""
    data, bound = load_hidden("mini"), load_thresholds("mini").transformer
    draw = Draw(seed)
    names = draw.permutation(data.vocab_size)
    pad = int(names[1])
    torch.manual_seed(seed)
    model = make(vocab_size=data.vocab_size, pad_idx=pad, max_length=bound.max_length, **bound.network)
    train = data.train.first(bound.train, bound.max_length).renamed(names)
    test = data.test.first(bound.test, bound.max_length).renamed(names)
    labels: Tensor = train.labels[draw.permutation(len(train.labels))] if mixed else train.labels
    fit_encoded(model, train.ids, train.lengths, labels, TrainingPlan(epochs, bound.batch_size, seed, pad))
    return f1_of_logits(predict_encoded(model, test.ids, test.lengths, pad_id=pad).reshape(-1), test.labels)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure what the transformer's bound stands on.")
    parser.add_argument("--seeds", type=int, default=6)
    seeds = parser.parse_args().seeds
    torch.set_num_threads(1)
    bound = load_thresholds("mini").transformer
    plain, full = network(), bound.epochs
    rows: list[tuple[str, type[nn.Module], int, bool]] = [
        ("reference", plain, full, False),
        ("normalised first, GELU", network(("batch_first=True", "batch_first=True, norm_first=True")), full, False),
        (
            "positions start at zero",
            network((POSITIONS, f"{POSITIONS}; self.positions.weight.data.zero_()")),
            full,
            False,
        ),
        ("first token (not as asked)", network((MEAN, "hidden[:, 0]")), full, False),
        ("dim_feedforward 2048", network(("2 * emb_dim", "2048")), full, False),
        ("no positions (another check)", network((" + self.positions.weight[: text.shape[1]]", "")), full, False),
        ("reference, one epoch", plain, 1, False),
        ("reference, labels shuffled", plain, full, True),
        (
            "softmax before the loss",
            network(("self.dropout(mean))", "self.dropout(mean)).softmax(dim=1)")),
            full,
            False,
        ),
        (
            "mean of embeddings",
            network(("self.encoder(hidden, src_key_padding_mask=padding)", "hidden")),
            full,
            False,
        ),
    ]
    print(f"{bound.train} training reviews, {full} epochs, {seeds} seeds, bound {bound.f1_at_least}")
    for name, make, epochs, mixed in rows:
        start = time.process_time()
        found = [one_f1(make, seed, epochs, mixed) for seed in range(seeds)]
        print(
            f"{name:<34} F1 {min(found):.3f} … {statistics.mean(found):.3f} … {max(found):.3f}"
            f"  {(time.process_time() - start) / seeds:.1f} s each",
            flush=True,
        )


if __name__ == "__main__":
    main()
