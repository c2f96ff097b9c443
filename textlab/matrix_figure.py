"""Figures of the notebook on word vectors: how a matrix is put together, and rows of the student's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from torch import Tensor

INK = "#222222"
# Orange for negative numbers, blue for positive ones, white for zero: told apart by red-green-blind readers too.
SCALE = LinearSegmentedColormap.from_list("orange-blue", ["#ee9434", "#ffffff", "#5e9cde"])
CELLS = 6
TOKENS = ("<unk>", "<pad>", "the", "superb", "qwertz", "dull")
WORDS = ("dull", "the", "film", "superb")


def matrix_figure() -> Figure:
    """Vocabulary, file of vectors and matrix, drawn for six tokens: which row comes from where."""
    figure = plt.figure(figsize=(10, 3.9), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-1, 31)
    axes.set_ylim(-2.2, 7.6)
    numbers = np.random.default_rng(4).uniform(-1, 1, (len(WORDS), CELLS))
    small = np.random.default_rng(5).uniform(-0.25, 0.25, (len(TOKENS), CELLS))
    for row, word in enumerate(WORDS):
        y = 4.6 - row
        axes.text(2.3, y + 0.4, word, ha="right", va="center", color=INK)
        _cells(axes, 2.6, y, numbers[row])
    for row, token in enumerate(TOKENS):
        y = 5.6 - row
        axes.text(15.2, y + 0.4, f"{row}  {token}", ha="left", va="center", color=INK)
        known = token in WORDS
        values = numbers[WORDS.index(token)] if known else small[row]
        _cells(axes, 18.2, y, np.zeros(CELLS) if token == "<pad>" else values)
        if known:
            _arrow(axes, (9.0, 5.0 - WORDS.index(token)), (14.9, y + 0.4))
        note = {"<pad>": "zero", "<unk>": "small random numbers", "qwertz": "small random numbers"}.get(token, "")
        axes.text(24.6, y + 0.4, note, ha="left", va="center", fontsize=9, color=INK)
    _caption(axes, 5.0, "vectors", "[words of the file, dim]\nin the file's order")
    _caption(axes, 16.2, "vocabulary", "ids 0, 1, 2, …")
    _caption(axes, 21.4, "matrix", "[len(vocabulary), dim]\nbecomes embedding.weight")
    return figure


def rows_figure(tokens: Sequence[str], rows: Tensor) -> Figure:
    """Rows of a matrix [tokens, dim] as coloured cells, labelled with their tokens.

    Raises ValueError unless there is one row a token.
    """
    if len(tokens) != len(rows):
        raise ValueError(f"{len(tokens)} tokens but {len(rows)} rows: give one row a token")
    figure = plt.figure(figsize=(9, 0.5 + 0.32 * len(tokens)), layout="constrained")
    axes = figure.add_subplot()
    values = rows.detach().cpu().numpy()
    largest = max(float(np.abs(values).max()), 1e-6)
    image = axes.imshow(values, cmap=SCALE, vmin=-largest, vmax=largest, aspect="auto")
    axes.set_yticks(range(len(tokens)), tokens)
    axes.set_xlabel("number in the vector")
    figure.colorbar(image, ax=axes)
    return figure


def _cells(axes: Axes, x: float, y: float, values: Iterable[float]) -> None:
    for cell, value in enumerate(values):
        axes.add_patch(Rectangle((x + cell, y), 1, 0.8, fc=SCALE((value + 1) / 2), ec=INK, lw=0.6))


def _caption(axes: Axes, x: float, name: str, shape: str) -> None:
    axes.text(x, 7.1, name, ha="center", va="center", color=INK, fontsize=10, fontweight="bold")
    axes.text(x, -0.5, shape, ha="center", va="top", color=INK, fontsize=8, family="monospace")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=10, color="#777777", lw=1))
