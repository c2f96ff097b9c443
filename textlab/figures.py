"""Figures of the notebooks: the network of a notebook, and a learning curve.

They are made with pyplot, so that `plt.show()` displays them in a notebook.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.ticker import MaxNLocator

from textlab.training import History

INK = "#222222"
PALE = "#f3f4f6"
# One colour per kernel size, told apart by red-green-blind readers too.
KERNEL_COLOURS = ("#5e9cde", "#ee9434", "#a78bcb", "#58b5a9", "#c9b458")


def cnn_figure(
    tokens: Sequence[str] = ("not", "a", "dull", "minute", "in", "the", "film"),
    kernel_sizes: Sequence[int] = (3, 4, 5),
    out_channels: int = 4,
) -> Figure:
    """The network of the CNN notebook, drawn for one review.

    tokens: the review's tokens, from top to bottom. out_channels: filters drawn per kernel size.
    Raises ValueError when a kernel is wider than the review, or there are more kernels than colours.
    """
    if max(kernel_sizes) > len(tokens) or len(kernel_sizes) > len(KERNEL_COLOURS):
        raise ValueError(
            f"kernel_sizes {list(kernel_sizes)} with {len(tokens)} tokens: draw at most {len(KERNEL_COLOURS)} "
            "kernels, none wider than the review"
        )
    figure = plt.figure(figsize=(11, 4.6), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-2.6, 30)
    axes.set_ylim(-2.3, 11.2)
    length = len(tokens)
    top = 9.5
    for row, token in enumerate(tokens):
        y = top - 1 - row * 1.1
        axes.text(-0.2, y + 0.5, token, ha="right", va="center", color=INK)
        _strip(axes, 0, y, 5, PALE)
    _caption(axes, 2.5, "embedding", "[batch, length, emb_dim]")
    band = 9.0 / len(kernel_sizes)
    joined = top - 0.6
    for index, size in enumerate(kernel_sizes):
        shade = KERNEL_COLOURS[index]
        first = top - 1 - index * 1.1
        axes.add_patch(
            Rectangle(
                (-0.08 + 0.08 * index, first - (size - 1) * 1.1 - 0.05),
                5 + 0.1,
                size * 1.1,
                fill=False,
                ec=shade,
                lw=2.2,
            )
        )
        y = top - 0.5 - band * index - band / 2
        places = length - size + 1
        for channel in range(out_channels):
            _strip(axes, 9.3, y + 0.95 - 0.48 * channel, places, shade, height=0.42, width=0.62)
            _strip(axes, 17.2, y + 0.95 - 0.48 * channel, 1, shade, height=0.42, width=0.62)
            joined -= 0.62
            _strip(axes, 21.3, joined, 1, shade, height=0.56, width=0.9)
        axes.text(9.3 + places * 0.31, y + 1.52, f"{size} words at a time", ha="center", fontsize=8, color=INK)
        _arrow(axes, (5.4, first - (size - 2) * 0.55), (9.0, y + 0.4))
        _arrow(axes, (9.5 + places * 0.62, y + 0.4), (16.9, y + 0.4))
        _arrow(axes, (18.1, y + 0.4), (21.0, joined + 0.31 * out_channels))
    _caption(axes, 11.2, "convolution + ReLU", "[batch, out_channels,\nlength − kernel + 1]")
    _caption(axes, 17.5, "maximum\nover the length", "[batch, out_channels]")
    _caption(axes, 22.6, "joined,\nwith dropout", "[batch, out_channels\n× kernels]")
    middle = (top - 0.6 + joined) / 2
    _arrow(axes, (22.5, middle), (26.6, middle))
    axes.text(24.5, middle + 0.25, "linear", ha="center", fontsize=9, color=INK)
    _strip(axes, 26.9, middle - 0.5, 1, "#cccccc", width=1.0)
    _caption(axes, 27.6, "logit", "[batch, 1]")
    return figure


def rnn_figure(tokens: Sequence[str] = ("not", "a", "dull", "minute", "in", "it"), padding: int = 2) -> Figure:
    """The network of the RNN notebook with two directions, drawn for one review.

    tokens: the review's tokens, from left to right. padding: how many padding tokens follow; no layer reads them.
    """
    figure = plt.figure(figsize=(11, 4.6), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    axes.set_xlim(-5.6, 2.2 * (len(tokens) + padding) + 10.5)
    axes.set_ylim(-1.2, 9.6)
    forwards, backwards = KERNEL_COLOURS[0], KERNEL_COLOURS[1]
    for place, token in enumerate([*tokens, *["<pad>"] * padding]):
        x, real = 2.2 * place, place < len(tokens)
        axes.text(x + 0.7, -0.5, token, ha="center", va="center", color=INK if real else "#9ca3af")
        for cell in range(3):
            _strip(axes, x + 0.35, 0.2 + 0.6 * cell, 1, PALE if real else "white", height=0.6, width=0.7)
        if not real:
            continue
        _arrow(axes, (x + 1.0, 2.0), (x + 1.0, 5.6))
        _strip(axes, x, 3.2, 1, forwards, height=1.0, width=1.4)
        _strip(axes, x, 5.6, 1, backwards, height=1.0, width=1.4)
        _arrow(axes, (x + 0.5, 2.0), (x + 0.5, 3.2))
        if place + 1 < len(tokens):
            _arrow(axes, (x + 1.4, 3.7), (x + 2.2, 3.7))
            _arrow(axes, (x + 2.2, 6.1), (x + 1.4, 6.1))
    right = 2.2 * (len(tokens) + padding) + 0.6
    axes.text(2.2 * len(tokens) + 1.8, 2.6, "packing leaves\nthe padding out", ha="center", fontsize=8, color=INK)
    for y, name in [(1.1, "embedding"), (3.7, "forwards"), (6.1, "backwards")]:
        axes.text(-0.4, y, name, ha="right", va="center", fontsize=9, fontweight="bold", color=INK)
    axes.text(-0.4, 0.4, "[batch, length,\nembedding_dim]", ha="right", va="center", fontsize=7, color=INK)
    _strip(axes, right, 3.4, 1, forwards, height=1.5, width=1.0)
    _strip(axes, right, 4.9, 1, backwards, height=1.5, width=1.0)
    _arrow(axes, (2.2 * len(tokens) - 0.8, 3.9), (right, 4.2))
    # The backward reader ends at the first token; its last state goes over the top.
    axes.plot([0.7, 0.7, right + 0.5], [6.6, 7.6, 7.6], color="#777777", lw=1)
    _arrow(axes, (right + 0.5, 7.6), (right + 0.5, 6.4))
    axes.text(right + 0.5, 8.7, "last states,\nwith dropout", ha="center", fontsize=9, fontweight="bold", color=INK)
    axes.text(
        right + 0.5, 2.9, "[batch,\nhidden_dim × 2]", ha="center", va="top", fontsize=8, family="monospace", color=INK
    )
    _arrow(axes, (right + 1.2, 4.9), (right + 5.2, 4.9))
    axes.text(right + 3.2, 5.15, "linear", ha="center", fontsize=9, color=INK)
    _strip(axes, right + 5.4, 4.4, 1, "#cccccc", width=1.0)
    axes.text(right + 5.9, 8.7, "logit", ha="center", fontsize=9, fontweight="bold", color=INK)
    axes.text(right + 5.9, 2.9, "[batch, 1]", ha="center", va="top", fontsize=8, family="monospace", color=INK)
    return figure


def learning_curve(history: History, expected: History | None = None) -> Figure:
    """Training and validation loss after each epoch, the epoch with the best validation loss marked.

    expected: the losses of a sound network, drawn pale beside them.
    """
    figure = plt.figure(figsize=(6, 3.2), layout="constrained")
    axes = figure.add_subplot()
    if expected is not None:
        for losses, colour, part in (
            (expected.train_loss, KERNEL_COLOURS[1], "training"),
            (expected.validation_loss, KERNEL_COLOURS[0], "validation"),
        ):
            places = range(1, len(losses) + 1)
            axes.plot(places, losses, ls=":", lw=3, color=colour, alpha=0.5, label=f"{part}, a sound network")
    epochs = range(1, len(history.train_loss) + 1)
    axes.plot(epochs, history.train_loss, "o-", color=KERNEL_COLOURS[1], label="training")
    axes.plot(epochs, history.validation_loss, "s-", color=KERNEL_COLOURS[0], label="validation")
    if history.validation_loss:
        best = min(range(len(history.validation_loss)), key=history.validation_loss.__getitem__)
        axes.axvline(best + 1, color=INK, lw=0.8, ls="--", label="kept weights")
    axes.set_xlabel("epoch")
    axes.set_ylabel("mean loss per review")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend()
    return figure


def _strip(axes: Axes, x: float, y: float, cells: int, colour: str, height: float = 0.9, width: float = 1.0) -> None:
    """A row of cells."""
    for cell in range(cells):
        axes.add_patch(Rectangle((x + cell * width, y), width, height, fc=colour, ec=INK, lw=0.6))


def _caption(axes: Axes, x: float, name: str, shape: str) -> None:
    axes.text(x, 10.35, name, ha="center", va="center", color=INK, fontsize=9, fontweight="bold")
    axes.text(x, -0.6, shape, ha="center", va="top", color=INK, fontsize=8, family="monospace")


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=10, color="#777777", lw=1))
