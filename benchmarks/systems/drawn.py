"""The figures of docs/systems.md."""

from __future__ import annotations

from typing import Any

from matplotlib.figure import Figure

from textlab.attribution import Explanation, figure

# Of Okabe and Ito, told apart by the colour-blind; each rule has a marker of its own, too.
STYLES = {
    "riemann_middle": ("#0072b2", "o"),
    "riemann_left": ("#e69f00", "<"),
    "riemann_right": ("#d55e00", ">"),
    "riemann_trapezoid": ("#009e73", "s"),
    "gausslegendre": ("#cc79a7", "D"),
}


def draw_quadrature(cnn: dict[str, Any], flair: dict[str, Any] | None) -> Figure:
    """Median |delta| and error of the scores of the CNN, and |delta| of the transformer, over the number of steps."""
    panels = 2 if flair is None else 3
    drawn = Figure(figsize=(4.2 * panels, 4.0), layout="constrained")
    axes = drawn.subplots(1, panels, sharex=True)
    for rule, (colour, marker) in STYLES.items():
        steps = [int(number) for number in cnn["rules"][rule]]
        for panel, field in ((axes[0], "delta"), (axes[1], "error")):
            values = [found[field] for found in cnn["rules"][rule].values()]
            panel.plot(steps, values, color=colour, marker=marker, markersize=4, linewidth=1.3)
        axes[0].lines[-1].set_label(rule)
        if flair is not None:
            row = flair["deltas"][rule]
            axes[2].plot(
                [int(number) for number in row], list(row.values()), color=colour, marker=marker, markersize=4
            )
    axes[0].set_title("CNN: median |delta| of six sentences", fontsize=10, loc="left")
    axes[1].set_title("CNN: median of the largest score error", fontsize=10, loc="left")
    if flair is not None:
        axes[2].set_title("transformer: larger |delta| of two texts", fontsize=10, loc="left")
    for panel in axes:
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_xlabel("steps", fontsize=9)
        panel.tick_params(labelsize=8)
        panel.grid(alpha=0.3)
    axes[0].set_ylabel("in units of the logit", fontsize=9)
    drawn.legend(loc="outside lower center", ncols=5, fontsize=8)
    return drawn


def draw_broken_f1(record: dict[str, Any]) -> Figure:
    """F1 of every batch of the class-sorted test set, their mean, and the F1 of the whole set."""
    batches = record["broken_f1_of_batches"]
    drawn = Figure(figsize=(8.5, 2.8), layout="constrained")
    panel = drawn.subplots()
    panel.bar(range(len(batches)), batches, width=1.0, color="#9ecae1", label="F1 of a batch")
    panel.axhline(record["f1"], color="#0072b2", linewidth=1.6, label=f"F1 of all reviews, {record['f1']:.3f}")
    mean = record["broken_f1"]
    panel.axhline(mean, color="#d55e00", linewidth=1.6, linestyle="--", label=f"mean of the batches, {mean:.3f}")
    panel.set_xlabel("batch of the test set: negative reviews first, whose F1 is 0, then positive ones", fontsize=9)
    panel.set_ylabel("F1", fontsize=9)
    panel.set_xlim(-0.5, len(batches) - 0.5)
    panel.set_ylim(0, 1)
    panel.tick_params(labelsize=8)
    panel.legend(fontsize=8, loc="lower left")
    return drawn


def draw_table(record: dict[str, Any], output: str) -> Figure:
    """The sentences of a record's table as coloured tokens, in units of `output`, logit or probability.

    The table's scores are divided by their norm and no shares of anything; here they are not.
    """
    return figure(
        [
            Explanation(
                tuple(row["tokens"]),
                tuple(score * row["norm"] for score in row["scores"]),
                row["probability"] if row["predicted"] == row["explained"] else 1 - row["probability"],
                row["delta"],
                row["true"],
                target=row["explained"],
                other="negative" if row["explained"] == "positive" else "positive",
                output=output,
            )
            for row in record["table"]
        ]
    )
