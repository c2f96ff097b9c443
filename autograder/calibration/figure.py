"""The figure of the calibration: every model's values, and the line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from autograder.calibration.calibrate import Outcome
from autograder.calibration.networks import NETWORKS
from autograder.calibration.runs import DELTA

RIGHT, WEAK = "#0072b2", "#d55e00"  # blue and vermilion of Okabe and Ito, told apart by the colour-blind
NOT_TOLD = "#777777"
ROW_INCHES = 0.21


def draw_outcomes(outcomes: Sequence[Outcome], path: Path) -> None:
    """One panel a network: a row a model, a mark a value, circles for right models, triangles for weak ones.

    Grey triangles are models that F1 cannot tell from right ones.
    """
    counts = [len(outcome.honest) + len(outcome.weak) + len(outcome.not_told) for outcome in outcomes]
    figure = Figure(figsize=(8.5, ROW_INCHES * sum(counts) + 0.75 * len(counts)), layout="constrained")
    panels = figure.subplots(len(outcomes), 1, squeeze=False, height_ratios=counts)[:, 0]
    for panel, outcome in zip(panels, outcomes, strict=True):
        rows = [(name, values, "o", RIGHT) for name, values in outcome.honest.items()]
        rows += [(name, values, "^", WEAK) for name, values in outcome.weak.items()]
        rows += [(name, values, "^", NOT_TOLD) for name, values in outcome.not_told.items()]
        for row, (_, values, marker, colour) in enumerate(rows):
            # Marks of a row lie a little above and below each other, always in the same way.
            offsets = 0.3 * (np.arange(len(values)) % 5 - 2) / 2
            panel.scatter(values, row + offsets, s=9, alpha=0.6, linewidths=0, marker=marker, color=colour)
        panel.set_yticks(range(len(rows)), [name for name, *_ in rows], fontsize=8)
        panel.set_ylim(len(rows) - 0.5, -0.5)
        panel.axvline(outcome.threshold, color="black", linewidth=1.2)
        delta = outcome.network == DELTA
        if delta:
            panel.set_xscale("log")
        if delta:
            title = "delta, share of F(x) − F(x′): at most"
        else:
            shown = NETWORKS[outcome.network]
            title = f"{shown.title}: at least" if shown.beyond_phrases_of else f"{shown.title}, F1: at least"
        panel.set_title(f"{title} {outcome.threshold:g}", fontsize=9, loc="left")
        panel.tick_params(axis="x", labelsize=8)
        panel.grid(axis="x", alpha=0.3)
    # Without a date and with fixed ids the same values give the same bytes.
    with matplotlib.rc_context({"svg.hashsalt": "textlab", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})
