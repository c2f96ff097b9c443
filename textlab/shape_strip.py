"""The shape strip: what every layer of a network gives for one review, drawn from the student's own tensors."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib.pyplot as plt
import torch
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from torch import Tensor, nn

from textlab.figures import INK

# Orange below zero, blue above: the colours of the explanations, told apart by red-green-blind readers too.
SCALE = LinearSegmentedColormap.from_list("orange to blue", ["#b45309", "#ffffff", "#1d4ed8"])


@dataclass(frozen=True)
class Output:
    """What one layer gave."""

    layer: str
    shape: tuple[int, ...]
    table: Tensor
    """The first review: numbers of a place from top to bottom, places from left to right."""


def shape_strip(model: nn.Module, ids: Tensor) -> Figure:
    """One picture a layer, in the order in which forward calls them: the numbers that it gives for the first review.

    ids: token ids [batch, length]. Below each picture stands the shape for the whole batch, the same is printed.
    Each picture has a scale of its own, white at 0. Raises ValueError when no layer of the model gives a tensor.
    """
    outputs = _outputs(model, ids)
    if not outputs:
        raise ValueError("no layer of the model gave a tensor: make the layers in __init__ and call them in forward")
    print(f"{'ids':10} -> {tuple(ids.shape)}")
    figure, row = plt.subplots(
        1, len(outputs), figsize=(1.6 * len(outputs), 2.8), layout="constrained", squeeze=False
    )
    for axes, output in zip(row[0], outputs, strict=True):
        print(f"{output.layer:10} -> {output.shape}")
        largest = float(output.table.abs().max()) or 1.0
        axes.imshow(output.table, cmap=SCALE, vmin=-largest, vmax=largest, aspect="auto", interpolation="nearest")
        axes.set_title(output.layer, fontsize=9, color=INK)
        axes.set_xlabel("[" + ", ".join(map(str, output.shape)) + "]", fontsize=8, family="monospace", color=INK)
        axes.set_xticks([])
        axes.set_yticks([])
    return figure


def _outputs(model: nn.Module, ids: Tensor) -> list[Output]:
    """What the layers without layers of their own give, in the order of their calls."""
    outputs: list[Output] = []

    def note(layer: nn.Module, _inputs: object, given: object) -> None:
        if isinstance(given, Tensor):
            first = given[0].detach().float().cpu().squeeze()
            first = first.reshape(len(first) if first.dim() else 1, -1)
            table = first.T if isinstance(layer, nn.Embedding) else first
            outputs.append(Output(type(layer).__name__, tuple(given.shape), table))

    layers = [layer for layer in model.modules() if layer is not model and not list(layer.children())]
    hooks = [layer.register_forward_hook(note) for layer in layers]
    try:
        with torch.no_grad():
            model(ids)
    finally:
        for hook in hooks:
            hook.remove()
    return outputs
