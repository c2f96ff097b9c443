"""What the features of a network of parallel convolutions have to be, computed without running its code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from textlab.weights import EMBEDDING

TOLERANCE = 2e-3
"""Of features near 10; what is summed in another order differs by 1e-5, another activation by 0.05 and more."""
POSITIVE = 0.05
WIDEST_READ = 16
"""Tokens in the widest window that is looked for: networks that are checked here are asked for narrower ones."""
MOST_PADDING = 3
"""Zeros on either side that are tried when a mistake is looked for."""

Pool = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Kernel:
    """A stored tensor, read as the filters of one convolution."""

    name: str
    weight: Tensor
    """[channels, emb_dim, width]."""
    bias: Tensor | None
    """[channels]; None where nothing of such a name is there."""

    @property
    def width(self) -> int:
        """Tokens in a window."""
        return self.weight.shape[2]

    @property
    def margins(self) -> list[tuple[int, int]]:
        """The zeros that a convolution may add: as many on both sides, or so many that no window is lost."""
        more = self.width - 1
        pairs = [*((count, count) for count in range(self.width)), (self.width // 2, self.width // 2)]
        pairs += [(more // 2, more - more // 2), (more - more // 2, more // 2), (more, 0), (0, more)]
        return list(dict.fromkeys(pairs))

    def maps(self, embedded: Tensor, margin: tuple[int, int] = (0, 0), stride: int = 1, dilation: int = 1) -> Tensor:
        """The convolution without its bias, [batch, channels, places], of embeddings [batch, length, emb_dim]."""
        padded = nn.functional.pad(embedded.mT, margin)
        return nn.functional.conv1d(padded, self.weight, stride=stride, dilation=dilation)


@dataclass(frozen=True)
class Feature:
    """One number that the linear layer reads: the maximum of one filter over the places, after ReLU."""

    kernel: Kernel
    channel: int
    margin: tuple[int, int]
    bias: float

    def values(self, embedded: Tensor) -> Tensor:
        """The feature [batch] for embeddings [batch, length, emb_dim]."""
        one = Kernel("", self.kernel.weight[self.channel : self.channel + 1], None)
        return torch.relu(one.maps(embedded, self.margin).amax(dim=2)[:, 0] + self.bias)


def kernels(weights: Mapping[str, Tensor], head: Sequence[str]) -> list[Kernel]:
    """Every way to read a stored tensor as filters over embeddings; `head` names those that are not meant."""
    dim = weights[EMBEDDING].shape[1]
    found = []
    for name, value in weights.items():
        if name == EMBEDDING or name in head or value.dim() < 2:
            continue
        for form in _forms(value, dim):
            if form.shape[2] > WIDEST_READ:
                continue  # a table of positions, say: its margins alone would take hours
            bias = weights.get(f"{name.removesuffix('weight')}bias") if name.endswith("weight") else None
            fits = bias is not None and tuple(bias.shape) == (len(form),)
            found.append(Kernel(name, form.contiguous(), bias if fits else None))
    return found


def read_features(
    observed: Sequence[Tensor], embedded: Sequence[Tensor], candidates: Sequence[Kernel]
) -> list[Feature] | None:
    """By feature the filter that it is the maximum of; None unless there is one for each, and another one for each.

    observed: features [reviews, features] of reviews whose embeddings [reviews, length, emb_dim] are in `embedded`.
    The bias follows from the numbers. The time is proportional to the number of features times that of filters.
    """
    together = torch.cat(list(observed))
    found: dict[int, Feature] = {}
    for kernel in candidates:
        for margin in kernel.margins:
            if any(part.shape[1] + sum(margin) < kernel.width for part in embedded):
                continue
            best = torch.cat([kernel.maps(part, margin).amax(dim=2) for part in embedded])
            for place in range(together.shape[1]):
                if place in found:
                    continue
                values = together[:, place]
                seen = values > POSITIVE
                if not bool(seen.any()):
                    continue
                biases = (values[seen, None] - best[seen]).median(dim=0).values
                off = (torch.relu(best + biases) - values[:, None]).abs().amax(dim=0)
                channel = int(off.argmin())
                if float(off[channel]) <= TOLERANCE:
                    found[place] = Feature(kernel, channel, margin, float(biases[channel]))
    filters = {(one.kernel.name, id(one.kernel.weight), one.channel) for one in found.values()}
    if len(found) < together.shape[1] or len(filters) < len(found):
        return None
    return [found[place] for place in sorted(found)]


def added(candidates: Sequence[Kernel], embedded: Tensor) -> Tensor | None:
    """Features [reviews, channels] that are added over the kernel sizes, not joined; None without named biases."""
    parts = [
        torch.relu(one.maps(embedded).amax(dim=2) + one.bias)
        for one in as_stored(candidates)
        if one.bias is not None and one.width <= embedded.shape[1]
    ]
    same = len({part.shape for part in parts}) == 1
    return torch.stack(parts).sum(dim=0) if same else None


def wrong_features(candidates: Sequence[Kernel], embedded: Tensor) -> Iterator[tuple[str, str, Tensor]]:
    """What usual mistakes give: a name, what a student reads, and the features [reviews, filters], in some order.

    Each comes without padding and with up to MOST_PADDING zeros on both sides.
    """
    for count in range(MOST_PADDING + 1):
        yield from _wrong_features(candidates, nn.functional.pad(embedded, (0, 0, count, count)))


def _wrong_features(candidates: Sequence[Kernel], embedded: Tensor) -> Iterator[tuple[str, str, Tensor]]:
    layers = [one for one in as_stored(candidates) if one.bias is not None]

    def features(
        activate: Callable[[Tensor], Tensor], pool: Pool = _maximum, stride: int = 1, dilation: int = 1
    ) -> Tensor:
        parts = []
        for one in layers:
            reach = (one.width - 1) * dilation + 1
            if embedded.shape[1] < reach or one.bias is None:
                return torch.zeros(0)
            maps = one.maps(embedded, stride=stride, dilation=dilation) + one.bias[:, None]
            parts.append(pool(activate(maps)))
        return torch.cat(parts, dim=1) if parts else torch.zeros(0)

    for name, text, activation in ACTIVATIONS:
        yield name, text, features(activation)
    for step in (2, 3):
        yield (
            "stride",
            f"the convolutions have stride {step}: not every place is looked at",
            features(_relu, stride=step),
        )
        yield "dilation", f"the kernels have dilation {step}: they skip words", features(_relu, dilation=step)
    for name, text, pool in POOLS:
        yield name, text, features(_relu, pool)
    mixed = embedded.reshape(len(embedded), embedded.shape[2], embedded.shape[1]).mT
    fits = all(one.width <= embedded.shape[1] for one in layers)
    parts = [torch.relu(one.maps(mixed).amax(dim=2) + one.bias) for one in layers if fits and one.bias is not None]
    yield (
        "view-for-permute",
        "view or reshape cuts the numbers anew where permute is meant",
        (torch.cat(parts, dim=1) if parts else torch.zeros(0)),
    )


def has_each(observed: Tensor, computed: Tensor) -> bool:
    """Whether each observed feature is one of those computed, both [reviews, features]."""
    if computed.dim() != 2 or len(computed) != len(observed) or not computed.shape[1]:
        return False
    off = (observed[:, :, None] - computed[:, None, :]).abs().amax(dim=0).amin(dim=1)
    return bool((off <= TOLERANCE).all())


def as_stored(candidates: Sequence[Kernel]) -> list[Kernel]:
    """One reading of each tensor, as PyTorch stores it where it can be."""
    return list({one.name: one for one in reversed(candidates)}.values())[::-1]


def _forms(value: Tensor, dim: int) -> list[Tensor]:
    """A stored weight as [channels, dim, width], in every way that its shape allows; as PyTorch stores it first."""
    while value.dim() > 3 and 1 in value.shape:
        value = value.squeeze(tuple(value.shape).index(1))
    if value.dim() == 3:
        orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
        return [value.permute(order) for order in orders if value.shape[order[1]] == dim]
    if value.dim() != 2:
        return []
    forms = []
    for flat in (value, value.mT):
        if flat.shape[1] % dim == 0:
            forms += [flat.reshape(len(flat), -1, dim).mT, flat.reshape(len(flat), dim, -1)]
    return forms


def _maximum(maps: Tensor) -> Tensor:
    return maps.amax(dim=2)


def _relu(maps: Tensor) -> Tensor:
    return torch.relu(maps)


ACTIVATIONS: Sequence[tuple[str, str, Callable[[Tensor], Tensor]]] = [
    ("relu-missing", "ReLU is missing", lambda maps: maps),
    ("tanh-for-relu", "tanh stands in place of ReLU", torch.tanh),
    ("tanh-behind-relu", "tanh comes behind ReLU", lambda maps: torch.tanh(torch.relu(maps))),
    ("sigmoid-for-relu", "a sigmoid stands in place of ReLU", torch.sigmoid),
    ("gelu-for-relu", "GELU stands in place of ReLU", nn.functional.gelu),
    ("silu-for-relu", "SiLU stands in place of ReLU", nn.functional.silu),
    ("elu-for-relu", "ELU stands in place of ReLU", nn.functional.elu),
    ("softplus-for-relu", "softplus stands in place of ReLU", nn.functional.softplus),
    ("relu6-for-relu", "ReLU6, which cuts above 6, stands in place of ReLU", nn.functional.relu6),
    ("leaky-relu", "leaky ReLU (slope 0.01) stands in place of ReLU", nn.functional.leaky_relu),
    ("absolute-for-relu", "the absolute value is taken in place of ReLU", torch.abs),
]
POOLS: Sequence[tuple[str, str, Pool]] = [
    ("minimum-pooling", "the minimum over the length is taken, not the maximum", lambda maps: maps.amin(dim=2)),
    ("mean-pooling", "the mean over the length is taken, not the maximum", lambda maps: maps.mean(dim=2)),
    ("sum-pooling", "the sum over the length is taken, not the maximum", lambda maps: maps.sum(dim=2)),
    ("first-window", "the first window is taken, not the maximum over all", lambda maps: maps[:, :, 0]),
    ("last-window", "the last window is taken, not the maximum over all", lambda maps: maps[:, :, -1]),
]
