"""Measures what the thresholds stand on: F1 and deltas of the reference CNN and of networks that must not pass.

    python benchmarks/thresholds.py [--data mini|imdb] [--data-path PATH] [--seeds N]

Trains with the budget of autograder/thresholds.json on renamed ids, as the F1 check does, and prints one row per
network: lowest, mean and highest F1 over the seeds, and for the reference the largest share of F(x) − F(x′) by which
its scores fail to add up, for each rule of Captum.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor, nn

from autograder.judge.hidden_data import HiddenData, load_hidden
from autograder.release import solution_notebook
from autograder.thresholds import Thresholds, load_thresholds
from textlab.checks.draw import Draw
from textlab.definitions import read_cells, slice_definitions
from textlab.training import TrainingPlan, f1_of_logits, fit_encoded, predict_encoded

RULES = ("riemann_middle", "riemann_trapezoid", "riemann_left", "riemann_right", "gausslegendre")


def reference() -> type[nn.Module]:
    """The solution's CNN."""
    cells, _ = read_cells("2_cnn.ipynb", solution_notebook("2_cnn"))
    names: dict[str, Any] = {"__name__": "solution"}
    for piece in slice_definitions(cells, ["CNN"]).program:
        exec(piece.source, names)
    network: type[nn.Module] = names["CNN"]
    return network


class MeanOfEmbeddings(nn.Module):
    """A bag of words: the mean embedding and a linear layer. Order is lost."""

    def __init__(self, vocab_size: int, emb_dim: int, pad_idx: int, **_: object) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.linear = nn.Linear(emb_dim, 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = self.linear(self.embedding(text).mean(dim=1))
        return logits


class BestWord(nn.Module):
    """Single words and their maximum: a CNN with kernels of width one."""

    def __init__(self, vocab_size: int, emb_dim: int, out_channels: int, pad_idx: int, **_: object) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.words = nn.Linear(emb_dim, 3 * out_channels)
        self.linear = nn.Linear(3 * out_channels, 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = self.linear(torch.relu(self.words(self.embedding(text))).amax(dim=1))
        return logits


def one_f1(
    make: Callable[..., nn.Module], data: HiddenData, budget: Thresholds, seed: int, epochs: int, shuffled: bool
) -> tuple[float, nn.Module, int]:
    """F1 on the hidden test reviews after graded training, the network, and its padding id."""
    draw = Draw(seed)
    names = draw.permutation(data.vocab_size)
    train, test, pad = data.train.renamed(names), data.test.renamed(names), int(names[1])
    torch.manual_seed(seed)
    model = make(vocab_size=data.vocab_size, pad_idx=pad, **budget.network)
    labels = train.labels[draw.permutation(len(train.labels))] if shuffled else train.labels
    plan = TrainingPlan(epochs, budget.batch_size, seed, pad)
    fit_encoded(model, train.ids, train.lengths, labels, plan)
    logits = predict_encoded(model, test.ids, test.lengths, pad_id=pad).reshape(-1)
    return f1_of_logits(logits, test.labels), model, pad


def delta_shares(model: nn.Module, data: HiddenData, pad: int, reviews: int, steps: int = 500) -> dict[str, float]:
    """Per rule the largest |delta| relative to |F(x) − F(x′)| (at least 0.5) over some test reviews."""
    model.eval()
    explainer = LayerIntegratedGradients(model, model.embedding)
    worst = dict.fromkeys(RULES, 0.0)
    for place in range(reviews):
        ids = data.test.ids[place, : int(data.test.lengths[place])][None]
        baseline = torch.full_like(ids, pad)
        with torch.no_grad():
            difference = float(model(ids) - model(baseline))
        for rule in RULES:
            scores = explainer.attribute(ids, baselines=baseline, n_steps=steps, method=rule)
            delta = float(scores.double().sum()) - difference
            worst[rule] = max(worst[rule], abs(delta) / max(abs(difference), 0.5))
    return worst


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure what the thresholds stand on.")
    parser.add_argument("--data", choices=["mini", "imdb"], default="mini")
    parser.add_argument("--data-path", type=Path)
    parser.add_argument("--seeds", type=int, default=10)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data, budget = load_hidden(arguments.data, arguments.data_path), load_thresholds(arguments.data)
    solution = reference()
    rows: list[tuple[str, Callable[..., nn.Module], int, bool]] = [
        ("reference CNN", solution, budget.epochs, False),
        ("single words (width 1)", BestWord, budget.epochs, False),
        ("mean of embeddings", MeanOfEmbeddings, budget.epochs, False),
        ("reference, one epoch", solution, 1, False),
        ("reference, labels shuffled", solution, budget.epochs, True),
        ("reference, untrained", solution, 0, False),
    ]
    print(
        f"{arguments.data}: {len(data.train.ids)} training reviews, {budget.epochs} epochs, {arguments.seeds} seeds"
    )
    worst = dict.fromkeys(RULES, 0.0)
    for name, make, epochs, shuffled in rows:
        start, found = time.monotonic(), []
        for seed in range(arguments.seeds):
            f1, model, pad = one_f1(make, data, budget, seed, epochs, shuffled)
            found.append(f1)
            if name == "reference CNN" and seed < 3:
                renamed = HiddenData(data.train, data.test.renamed(Draw(seed).permutation(data.vocab_size)), 0)
                shares = delta_shares(model, renamed, pad, reviews=10)
                worst = {rule: max(worst[rule], shares[rule]) for rule in RULES}
        seconds = (time.monotonic() - start) / arguments.seeds
        print(
            f"{name:<28} F1 {min(found):.3f} … {statistics.mean(found):.3f} … {max(found):.3f}"
            f"  standard deviation {statistics.pstdev(found):.3f}  {seconds:.1f} s each",
            flush=True,
        )
    for rule, share in worst.items():
        print(f"largest delta share, {rule:<18} {share:.2g}")


if __name__ == "__main__":
    main()
