"""Measures what the RNN's threshold stands on: F1 of LSTM and GRU, and of networks that must not pass.

    python benchmarks/rnn_threshold.py [--data mini|imdb] [--data-path PATH] [--seeds N]

Trains with the budget of autograder/thresholds.json on renamed ids, as the F1 check does, and prints one row per
network: lowest, mean and highest F1 over the seeds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from autograder.judge.hidden_data import HiddenData, load_hidden
from autograder.release import solution_notebook
from autograder.thresholds import Budget, load_thresholds
from textlab.checks.draw import Draw
from textlab.definitions import read_cells, slice_definitions
from textlab.training import TrainingPlan, f1_of_logits, fit_encoded, predict_encoded

Make = Callable[..., nn.Module]


def reference() -> type[nn.Module]:
    """The solution's RNNBaseline, an LSTM."""
    cells, _ = read_cells("1_rnn.ipynb", solution_notebook("1_rnn"))
    names: dict[str, Any] = {"__name__": "solution"}
    for piece in slice_definitions(cells, ["RNNBaseline"]).program:
        exec(piece.source, names)
    network: type[nn.Module] = names["RNNBaseline"]
    return network


class Sentences(nn.Module):
    """Embedding, a recurrent layer over packed reviews, and a linear layer on what `summary` takes from it."""

    def __init__(
        self, kind: type[nn.LSTM | nn.GRU], summary: str, vocab_size: int, pad_idx: int, **budget: Any
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, budget["embedding_dim"], padding_idx=pad_idx)
        self.recurrent = kind(budget["embedding_dim"], budget["hidden_dim"], batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(budget["dropout"])
        self.linear = nn.Linear(2 * budget["hidden_dim"], 1)
        self.summary = summary

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        output, _ = self.recurrent(
            nn.utils.rnn.pack_padded_sequence(self.embedding(text), lengths, batch_first=True, enforce_sorted=False)
        )
        states, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
        half, rows = states.shape[2] // 2, torch.arange(len(states))
        ends = {
            "both ends": torch.cat([states[rows, lengths - 1, :half], states[:, 0, half:]], dim=1),
            "last token": states[rows, lengths - 1],
            "first token": states[:, 0, :half].repeat(1, 2),
        }
        logits: Tensor = self.linear(self.dropout(ends[self.summary]))
        return logits


class MeanOfEmbeddings(nn.Module):
    """A bag of words: the mean embedding and a linear layer. Order is lost."""

    def __init__(self, vocab_size: int, embedding_dim: int, pad_idx: int, **_: object) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.linear = nn.Linear(embedding_dim, 1)

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = self.linear(self.embedding(text).sum(dim=1) / lengths[:, None])
        return logits


def one_f1(make: Make, data: HiddenData, budget: Budget, seed: int, epochs: int, shuffled: bool) -> float:
    """F1 on the hidden test reviews after graded training."""
    draw = Draw(seed)
    names = draw.permutation(data.vocab_size)
    pad = int(names[1])
    train = data.train.first(budget.train, budget.max_length).renamed(names)
    test = data.test.first(len(data.test.ids), budget.max_length).renamed(names)
    torch.manual_seed(seed)
    model = make(vocab_size=data.vocab_size, pad_idx=pad, **budget.network)
    labels = train.labels[draw.permutation(len(train.labels))] if shuffled else train.labels
    plan = TrainingPlan(epochs, budget.batch_size, seed, pad, with_lengths=True)
    fit_encoded(model, train.ids, train.lengths, labels, plan)
    logits = predict_encoded(model, test.ids, test.lengths, pad_id=pad, with_lengths=True).reshape(-1)
    return f1_of_logits(logits, test.labels)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure what the RNN's threshold stands on.")
    parser.add_argument("--data", choices=["mini", "imdb"], default="mini")
    parser.add_argument("--data-path", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    data, budget = load_hidden(arguments.data, arguments.data_path), load_thresholds(arguments.data).rnn
    solution = reference()

    def variant(kind: type[nn.LSTM | nn.GRU], summary: str) -> Make:
        return lambda **given: Sentences(kind, summary, **given)

    rows: list[tuple[str, Make, int, bool]] = [
        ("reference LSTM", solution, budget.epochs, False),
        ("GRU", variant(nn.GRU, "both ends"), budget.epochs, False),
        ("LSTM, output at last token", variant(nn.LSTM, "last token"), budget.epochs, False),
        ("mean of embeddings", MeanOfEmbeddings, budget.epochs, False),
        ("mean, 20 epochs", MeanOfEmbeddings, 20, False),
        ("LSTM, state after one token", variant(nn.LSTM, "first token"), budget.epochs, False),
        ("reference, one epoch", solution, 1, False),
        ("reference, labels shuffled", solution, budget.epochs, True),
    ]
    print(f"{arguments.data}: {budget.train} training reviews, {budget.epochs} epochs, {arguments.seeds} seeds")
    for name, make, epochs, shuffled in rows:
        start = time.monotonic()
        found = [one_f1(make, data, budget, seed, epochs, shuffled) for seed in range(arguments.seeds)]
        seconds = (time.monotonic() - start) / arguments.seeds
        print(
            f"{name:<28} F1 {min(found):.3f} … {statistics.mean(found):.3f} … {max(found):.3f}"
            f"  standard deviation {statistics.pstdev(found):.3f}  {seconds:.1f} s each",
            flush=True,
        )


if __name__ == "__main__":
    main()
