"""The figure of the transformer notebook, made with pyplot so that `plt.show()` displays it."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from textlab.figures import INK, KERNEL_COLOURS, PALE, _arrow, _strip

STEP = 2.5
TOP = 12.4


def transformer_figure(
    pieces: Sequence[str] = ("▁not", "▁a", "▁un", "event", "ful", "▁minute"), padding: int = 2
) -> Figure:
    """The network of the transformer notebook, drawn for one review from bottom to top.

    pieces: the review's sub-words, from left to right. padding: how many padding tokens follow; they are hidden.
    """
    figure = plt.figure(figsize=(11, 5.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set_axis_off()
    count = len(pieces) + padding
    right = STEP * count
    axes.set_xlim(-6.2, right + 9.5)
    axes.set_ylim(-1.2, TOP + 1.4)
    axes.add_patch(
        FancyBboxPatch((-0.5, 4.6), right + 0.2, 4.6, boxstyle="round,pad=0.1", fc="none", ec="#9ca3af", ls="--")
    )
    axes.text(right + 0.1, 8.9, "n_layers\ntimes", va="top", fontsize=8, color=INK)
    centres = [STEP * place + 0.8 for place in range(count)]
    for place, token in enumerate([*pieces, *["<pad>"] * padding]):
        x, real = centres[place], place < len(pieces)
        ink = INK if real else "#9ca3af"
        axes.text(x, -0.6, token, ha="center", va="center", color=ink)
        _strip(axes, x - 0.8, 0.0, 4, PALE if real else "white", height=0.7, width=0.4)
        _strip(axes, x - 0.8, 1.5, 4, KERNEL_COLOURS[2] if real else "white", height=0.7, width=0.4)
        axes.text(x, 1.1, "+", ha="center", va="center", color=ink)
        axes.text(x, 2.45, f"place {place}", ha="center", fontsize=7, color=ink)
        _strip(axes, x - 0.8, 7.0, 4, KERNEL_COLOURS[0] if real else "white", height=0.7, width=0.4)
        axes.text(x, 8.3, "feed-forward", ha="center", fontsize=7, color=ink)
        if real:
            _arrow(axes, (x, 7.8), (x, 8.2))
            _arrow(axes, (x, 8.7), (0.8 + STEP * (len(pieces) - 1) / 2, 10.4))
        for other in range(len(pieces)):
            # Only one token's looks are drawn strongly, or nothing could be seen.
            strong = place == 3
            axes.plot(
                [centres[other], x],
                [2.9, 6.9],
                color=KERNEL_COLOURS[1] if strong else "#d1d5db",
                lw=1.6 if strong else 0.5,
                zorder=1.5 if strong else 0.5,
            )
    for y, name, shape in [
        (0.35, "embedding", "[batch, length, emb_dim]"),
        (1.85, "positions", "[length, emb_dim]"),
        (5.6, "self-attention", "every token looks at all\ntokens but padding"),
        (10.7, "mean of real tokens", "[batch, emb_dim]"),
    ]:
        axes.text(-0.8, y + 0.1, name, ha="right", va="bottom", fontsize=9, fontweight="bold", color=INK)
        axes.text(-0.8, y, shape, ha="right", va="top", fontsize=7, family="monospace", color=INK)
    axes.text(
        right - STEP * padding / 2 + 0.1, 3.3, "hidden by the\npadding mask", ha="center", fontsize=8, color=INK
    )
    middle = 0.8 + STEP * (len(pieces) - 1) / 2
    _strip(axes, middle - 0.8, 10.5, 4, KERNEL_COLOURS[3], height=0.8, width=0.4)
    _arrow(axes, (middle + 1.0, 10.9), (right + 3.0, 10.9))
    axes.text((middle + right + 4) / 2, 11.1, "dropout, linear", ha="center", fontsize=9, color=INK)
    for row, label in enumerate(("positive", "negative")):
        _strip(axes, right + 3.3, 10.1 + 0.9 * row, 1, "#cccccc", height=0.8, width=0.8)
        axes.text(right + 4.3, 10.5 + 0.9 * row, label, va="center", fontsize=9, color=INK)
    axes.text(right + 3.3, 9.7, "[batch, n_classes]", va="top", fontsize=7, family="monospace", color=INK)
    return figure
