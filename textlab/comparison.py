"""F1 of several networks after training on few and on many reviews: noted by one notebook, compared in another.

The figures are kept in a small JSON file beside the notebooks, {data: {network: {training reviews: F1}}}.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

FILE = Path("results") / "f1.json"
COLOURS = ("#5e9cde", "#ee9434", "#a78bcb", "#58b5a9", "#c9b458")
INK = "#222222"

Scores = Mapping[str, Mapping[int, float]]
"""F1 by network and number of training reviews."""


def note_f1(network: str, reviews: int, f1: float, *, data: str, path: Path = FILE) -> None:
    """Keep the F1 of a network after training on so many reviews of a data set; a later figure replaces it.

    Raises ValueError for an F1 outside 0 to 1, and when the file is not what this function writes.
    """
    if not 0.0 <= f1 <= 1.0:
        raise ValueError(f"F1 is {f1}: it lies between 0 and 1")
    content = _read(path)
    content.setdefault(data, {}).setdefault(network, {})[str(reviews)] = round(float(f1), 4)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def noted_f1(data: str, *, path: Path = FILE) -> dict[str, dict[int, float]]:
    """What was noted for a data set; empty when nothing was. Raises ValueError for a file of another form."""
    try:
        noted = _read(path).get(data, {})
        return {
            network: {int(reviews): float(f1) for reviews, f1 in scores.items()} for network, scores in noted.items()
        }
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}): delete it and run the notebooks again") from None


def comparison_table(scores: Scores) -> str:
    """F1 as text: one row a network, one column a number of training reviews, "-" where nothing is known.

    Raises ValueError for no scores.
    """
    sizes = _sizes(scores)
    width = max(len(network) for network in scores)
    lines = [f"{'F1 after':{width}}" + "".join(f"{f'{size:,} reviews':>16}" for size in sizes)]
    for network, found in scores.items():
        cells = [f"{found[size]:.3f}" if size in found else "-" for size in sizes]
        lines.append(f"{network:{width}}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def comparison_figure(scores: Scores) -> Figure:
    """F1 as bars: a group a number of training reviews, a colour a network. Raises ValueError for no scores."""
    sizes = _sizes(scores)
    figure = plt.figure(figsize=(7, 3.4), layout="constrained")
    axes = figure.add_subplot()
    width = 0.8 / len(scores)
    for place, (network, found) in enumerate(scores.items()):
        known = [(group, found[size]) for group, size in enumerate(sizes) if size in found]
        left = [group + (place - (len(scores) - 1) / 2) * width for group, _ in known]
        bars = axes.bar(left, [f1 for _, f1 in known], width * 0.92, label=network, color=COLOURS[place % 5], ec=INK)
        axes.bar_label(bars, fmt="%.2f", fontsize=8)
    axes.set_xticks(range(len(sizes)), [f"{size:,}" for size in sizes])
    axes.set_xlabel("training reviews")
    axes.set_ylabel("F1 on the test reviews")
    lowest = min(f1 for found in scores.values() for f1 in found.values())
    # Bars that start above zero exaggerate: the axis says where it starts.
    axes.set_ylim(max(0.0, lowest - 0.15), 1.03)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _sizes(scores: Scores) -> list[int]:
    sizes = sorted({size for found in scores.values() for size in found})
    if not sizes:
        raise ValueError("there is nothing to compare: train a network and note its F1 first")
    return sizes


def _read(path: Path) -> dict[str, dict[str, dict[str, float]]]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}): delete it and run the notebooks again") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} is damaged (no JSON object): delete it and run the notebooks again")
    return content
