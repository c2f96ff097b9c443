"""What a network of parallel convolutions has to give, computed from its weights without running its code."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from textlab.checks.embedding import WEIGHT

Activation = Callable[[Tensor], Tensor]
Pool = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Convolution:
    """One convolution over the tokens."""

    weight: Tensor
    """[channels, emb_dim, width]."""
    bias: Tensor
    """[channels]."""


@dataclass(frozen=True)
class Reading:
    """The weights of a CNN, one way to read them."""

    embedding: Tensor
    convolutions: tuple[Convolution, ...]
    head: Tensor
    """[features]."""
    bias: Tensor
    """[]."""
    interleaved: bool
    """Whether the features of one channel stand side by side, and not those of one convolution."""

    def logits(
        self, ids: Tensor, activate: Activation = torch.relu, pool: Pool | None = None, stride: int = 1
    ) -> Tensor:
        """Logits [batch] for token ids [batch, length]."""
        maps = self.embedding[ids].permute(0, 2, 1)
        found = [nn.functional.conv1d(maps, one.weight, one.bias, stride=stride) for one in self.convolutions]
        pooled = [(pool or _maximum)(activate(part)) for part in found]
        if len(self.head) == pooled[0].shape[1]:
            features = torch.stack(pooled).sum(dim=0)  # added, not joined: the width of the head is charged elsewhere
        else:
            features = torch.stack(pooled, dim=2).flatten(1) if self.interleaved else torch.cat(pooled, dim=1)
        return features @ self.head + self.bias


def readings(weights: Mapping[str, Tensor]) -> list[Reading]:
    """All ways to read the weights; none when some of them are not those of such a network, stored as layers are."""
    rest = {name: value for name, value in weights.items() if name != WEIGHT}
    heads = [name for name, value in rest.items() if value.dim() == 2 and len(value) == 1 and _is_weight(name)]
    if WEIGHT not in weights or len(heads) != 1:
        return []
    head, bias = _taken(rest, heads[0])
    choices: list[list[Convolution]] = []
    for name in [name for name in rest if _is_weight(name)]:
        value, own = _taken(rest, name)
        choices.append([Convolution(form, own) for form in _forms(value, weights[WEIGHT].shape[1])])
    if rest or not choices or not all(choices):
        return []
    widths = {len(choice[0].weight) for choice in choices}
    if len(widths) != 1 or head.shape[1] not in (*widths, widths.copy().pop() * len(choices)):
        return []
    return [
        Reading(weights[WEIGHT], order, head[0], bias.sum(), interleaved)
        for forms in itertools.product(*choices)
        for order in itertools.permutations(forms)
        for interleaved in (False, True)
    ]


def wrong_ways(reading: Reading, ids: Tensor) -> Iterator[tuple[str, Tensor]]:
    """What usual mistakes would give, by name."""
    yield "ReLU is missing", reading.logits(ids, activate=_same)
    yield "tanh stands in place of ReLU, or behind it", reading.logits(ids, activate=torch.tanh)
    yield "a sigmoid stands in place of ReLU", reading.logits(ids, activate=torch.sigmoid)
    yield "the convolutions have stride 2, so every other place is skipped", reading.logits(ids, stride=2)
    pools: Sequence[tuple[str, Pool]] = [
        ("the minimum over the length is taken, not the maximum", lambda maps: maps.amin(dim=2)),
        ("the mean over the length is taken, not the maximum; it counts padding", lambda maps: maps.mean(dim=2)),
        ("the sum over the length is taken, not the maximum; it counts padding", lambda maps: maps.sum(dim=2)),
        ("the first window is taken, not the maximum over all", lambda maps: maps[:, :, 0]),
        ("the last window is taken, not the maximum over all", lambda maps: maps[:, :, -1]),
    ]
    for name, pool in pools:
        yield name, reading.logits(ids, pool=pool)


def _taken(rest: dict[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    """A layer's weight and bias, taken out of the rest; zeros for a layer without bias."""
    value = rest.pop(name)
    return value, rest.pop(name.removesuffix("weight") + "bias", torch.zeros(len(value)))


def _is_weight(name: str) -> bool:
    return name.rsplit(".", 1)[-1] == "weight"


def _forms(value: Tensor, dim: int) -> list[Tensor]:
    """A stored weight as [channels, dim, width], in every way that its shape allows."""
    shape = tuple(value.shape)
    if len(shape) == 3 and shape[1] == dim:
        return [value]
    if len(shape) == 4 and shape[1] == 1:
        return [value[:, 0].transpose(1, 2)] if shape[3] == dim else [value[:, 0]] if shape[2] == dim else []
    if len(shape) == 4 and shape[1] == dim:
        return [value[:, :, 0]] if shape[2] == 1 else [value[..., 0]] if shape[3] == 1 else []
    if len(shape) == 2 and shape[1] % dim == 0:
        return [value.reshape(shape[0], -1, dim).transpose(1, 2), value.reshape(shape[0], dim, -1)]
    return []


def _maximum(maps: Tensor) -> Tensor:
    return maps.amax(dim=2)


def _same(maps: Tensor) -> Tensor:
    return maps
