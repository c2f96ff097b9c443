"""The linear layer that gives the logit, found by what it does, not by its name."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from textlab.checks.subject import Model
from textlab.weights import EMBEDDING

Reviews = tuple[Tensor, Tensor | None]
"""Token ids [batch, length], and lengths [batch] for a network that takes some."""
SAME = 1e-6


class Head:
    """The last linear layer of a model, whose weights can be set while all others stay."""

    def __init__(self, model: Model, names: tuple[str, ...], weights: Mapping[str, Tensor]) -> None:
        """`names` are those of its weights, one for all features or one for each part of them."""
        self.names = names
        self._model = model
        self._weights = dict(weights)
        bias = f"{names[0].removesuffix('weight')}bias"
        self.bias = bias if bias in weights and weights[bias].numel() == 1 and bias not in names else ""
        """The name of its bias; "" where it has none, or one of a name of its own."""

    @property
    def width(self) -> int:
        """How many features it reads."""
        return sum(self._weights[name].numel() for name in self.names)

    @property
    def values(self) -> Tensor:
        """Its weights [width]."""
        return torch.cat([self._weights[name].flatten() for name in self.names])

    def put(self, values: Tensor, bias: float | None = None) -> None:
        """Set its weights [width], and its bias if one is given; the model's other weights are as they were."""
        weights = dict(self._weights)
        parts = values.split([weights[name].numel() for name in self.names])
        for name, part in zip(self.names, parts, strict=True):
            weights[name] = part.reshape(weights[name].shape).to(weights[name].dtype)
        if bias is not None and self.bias:
            weights[self.bias] = torch.full_like(weights[self.bias], bias)
        self._model.set_weights(weights)

    def put_back(self) -> None:
        """Set all weights as they were."""
        self._model.set_weights(self._weights)

    def only(self, *features: int, value: float = 1.0) -> Tensor:
        """Weights [width] that read these features only."""
        values = torch.zeros(self.width)
        values[list(features)] = value
        return values


def find_head(model: Model, reviews: Reviews) -> Head | None:
    """The layer without whose weights all reviews get the same logit; None where there is nothing like it.

    `reviews` holds at least two different ones. Where no layer alone decides, such as with one linear layer for each
    part of the features, all layers with one output are taken together.
    """
    weights = model.get_weights()
    shapes = {name: shape for name, shape in model.parameters().items() if name != EMBEDDING}
    rows = [name for name, shape in shapes.items() if len(shape) == 2 and shape[0] == 1]
    vectors = [
        name for name, shape in shapes.items() if name not in rows and weights[name].numel() == max(shape, default=0)
    ]
    for name in (*rows, *vectors):
        model.set_weights({**weights, name: torch.zeros_like(weights[name])})
        logits = model.forward(*reviews)
        if logits.numel() and float(logits.max() - logits.min()) <= SAME:
            names: tuple[str, ...] = (name,)
            break
    else:
        names = tuple(rows)
    model.set_weights(weights)
    return Head(model, names, weights) if names else None
