"""The weights of a network: each tensor once and under one name, however many names the network has for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize
from torch.nn.utils.weight_norm import WeightNorm

EMBEDDING = "embedding.weight"
NEXT_TO_NOTHING = 1e-12
"""Stands for 0 where weight norm divides by the length of a row."""


@dataclass(frozen=True)
class Weight:
    """One tensor that a layer computes with, and what is stored for it."""

    layer: nn.Module
    attribute: str
    stored: tuple[Tensor, ...]
    """The tensor itself; for a parametrised one, such as weight norm has, the tensors that it is computed from."""
    hook: WeightNorm | None = None

    @property
    def is_trained(self) -> bool:
        """Whether it is, or follows from, parameters."""
        return any(isinstance(tensor, nn.Parameter) for tensor in self.stored)

    @property
    def gradient(self) -> float:
        """Largest absolute gradient; of several stored tensors the one that has the least. 0 where there is none."""
        return min(0.0 if part.grad is None else float(part.grad.abs().max()) for part in self.stored)

    def read(self) -> Tensor:
        """The tensor as the layer computes with it."""
        if self.hook is not None:
            computed: Tensor = self.hook.compute_weight(self.layer)
            return computed
        if parametrize.is_parametrized(self.layer, self.attribute):
            current: Tensor = getattr(self.layer, self.attribute)
            return current
        return self.stored[0]

    def write(self, value: Tensor) -> None:
        """Copy `value`, of the same shape, into what is stored."""
        if len(self.stored) > 1:
            value = value.where(value != 0, torch.tensor(NEXT_TO_NOTHING))
        with torch.no_grad():
            if self.hook is not None:
                scale, direction = self.stored
                direction.copy_(value)
                scale.copy_(torch.norm_except_dim(value, 2, self.hook.dim))
            elif len(self.stored) > 1:
                setattr(self.layer, self.attribute, value)
            else:
                self.stored[0].copy_(value)


def embedding_layer(network: nn.Module) -> nn.Embedding | None:
    """The nn.Embedding that `network.embedding` is, or the only one inside of it."""
    found = getattr(network, "embedding", None)
    if not isinstance(found, nn.Module):
        return None
    layers = [layer for layer in nn.Module.modules(found) if isinstance(layer, nn.Embedding)]
    return layers[0] if len(layers) == 1 else None


def weights_of(network: nn.Module) -> dict[str, Weight]:
    """All parameters and stored buffers, by the first name that the network has for each.

    The weights of the layer that `network.embedding` gives are called `embedding.weight` wherever they are stored.
    """
    embedding = embedding_layer(network)
    found: dict[str, Weight] = {}
    known: set[int] = set()
    for prefix, layer in nn.Module.named_modules(network):
        for attribute, weight in _own(layer).items():
            if known.isdisjoint(map(id, weight.stored)):
                of_words = embedding is not None and _same(weight, embedding)
                name = EMBEDDING if of_words else f"{prefix}.{attribute}" if prefix else attribute
                found[name] = weight
            known.update(map(id, weight.stored))
    return found


def load_weights(network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Replace all weights; a buffer that is not named stays as it is.

    Raises RuntimeError when the name of a parameter is missing, or a name unknown, or a shape is not the same.
    """
    own = weights_of(network)
    odd = [name for name in sorted(set(own) ^ set(weights)) if name not in own or own[name].is_trained]
    if odd:
        raise RuntimeError(f"missing or unknown weights: {', '.join(odd[:6])}")
    for name, weight in own.items():
        if name not in weights:
            continue
        if weight.read().shape != weights[name].shape:
            raise RuntimeError(f"{name} has another shape: {tuple(weight.read().shape)}")
        weight.write(weights[name])


def _own(layer: nn.Module) -> dict[str, Weight]:
    """The weights that belong to the layer itself, parametrised ones first."""
    found: dict[str, Weight] = {}
    if parametrize.is_parametrized(layer):
        for name, kept in layer.parametrizations.items():
            found[name] = Weight(layer, name, tuple(nn.Module.state_dict(kept, keep_vars=True).values()))
    for hook in layer._forward_pre_hooks.values():
        if isinstance(hook, WeightNorm):
            pair = (getattr(layer, f"{hook.name}_g"), getattr(layer, f"{hook.name}_v"))
            found[hook.name] = Weight(layer, hook.name, pair, hook)
    hidden = {id(tensor) for weight in found.values() for tensor in weight.stored}
    stored: dict[str, Tensor | None] = {**layer._parameters, **layer._buffers}
    for name, value in stored.items():
        if value is not None and name not in layer._non_persistent_buffers_set and id(value) not in hidden:
            found[name] = Weight(layer, name, (value,))
    return found


def _same(weight: Weight, embedding: nn.Embedding) -> bool:
    """Whether this is what the embedding computes with."""
    if weight.layer is embedding:
        return weight.attribute == "weight"
    return len(weight.stored) == 1 and weight.stored[0] is embedding._parameters.get("weight")
