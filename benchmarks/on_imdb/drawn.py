"""The figures of docs/results.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from benchmarks.on_imdb.summary import TITLES, Record
from textlab.attribution import Explanation, figure

# Of Okabe and Ito, told apart by the colour-blind.
COLOURS = {
    "rnn": "#d55e00",
    "cnn": "#0072b2",
    "glove_cnn": "#009e73",
    "cnn_2500": "#56b4e9",
    "glove_cnn_2500": "#e69f00",
}


def draw_curves(records: dict[str, list[Record]]) -> Figure:
    """Losses on the left, F1 on the validation reviews on the right, after each epoch of the first seed."""
    drawn = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = drawn.subplots(1, 2)
    for name in TITLES:
        if name not in records:
            continue
        history: list[dict[str, Any]] = records[name][0]["history"]
        epochs = range(1, len(history) + 1)
        colour = COLOURS[name]
        left.plot(epochs, [item["train_loss"] for item in history], color=colour, linestyle=":", linewidth=1.3)
        left.plot(epochs, [item["validation_loss"] for item in history], color=colour, linewidth=1.6)
        right.plot(
            epochs, [item["validation_f1"] for item in history], color=colour, label=TITLES[name], linewidth=1.6
        )
    left.set_title("loss: validation, and training (dotted)", fontsize=10, loc="left")
    right.set_title("F1 on the validation reviews", fontsize=10, loc="left")
    right.legend(fontsize=8, loc="lower right")
    for panel in (left, right):
        panel.set_xlabel("epoch", fontsize=9)
        panel.xaxis.get_major_locator().set_params(integer=True)
        panel.tick_params(labelsize=8)
        panel.grid(alpha=0.3)
    return drawn


def draw_ways(ways: Mapping[str, Sequence[float]]) -> Figure:
    """By network its logits at equal distances on the way from padding to a review."""
    drawn = Figure(figsize=(7, 3.4), layout="constrained")
    panel = drawn.subplots()
    for name, logits in ways.items():
        places = [index / (len(logits) - 1) for index in range(len(logits))]
        panel.plot(places, logits, color=COLOURS[name], label=TITLES[name], linewidth=1.6)
    panel.set_title("logit on the way from padding (0) to the review (1)", fontsize=10, loc="left")
    panel.set_xlabel("share of the way", fontsize=9)
    panel.legend(fontsize=8, loc="lower right")
    panel.tick_params(labelsize=8)
    panel.grid(alpha=0.3)
    return drawn


def draw_explanations(record: Record) -> Figure:
    """The record's sentences as coloured tokens."""
    items = [Explanation(**item) for item in record["explanations"]]
    return figure(items)


def save(drawn: Figure, path: Path) -> None:
    """Write an SVG; the same figure gives the same bytes."""
    with matplotlib.rc_context({"svg.hashsalt": "textlab", "svg.fonttype": "none"}):
        drawn.savefig(path, metadata={"Date": None})
    plt.close(drawn)
