"""Weights by name: one tensor has one name, and parametrised ones are read and written as the layer uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, weight_norm

from textlab.checks.draw import Draw
from textlab.checks.local import LocalNetwork
from textlab.weights import EMBEDDING, embedding_layer, load_weights, weights_of

IDS = torch.tensor([[2, 3, 4, 1], [4, 2, 3, 5]])


class Averaged(nn.Module):
    """A small network that others are built around."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding: Any = nn.Embedding(6, 4, padding_idx=1)
        self.convolution: Any = nn.Conv1d(4, 3, 2)
        self.linear: Any = nn.Linear(3, 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = self.linear(self.convolution(self.embedding(text).mT).amax(dim=2))
        return logits


class SecondName(Averaged):
    """Its head is registered twice, its embedding before under another name."""

    def __init__(self) -> None:
        super().__init__()
        words = self.embedding
        del self.embedding
        self.words = words
        self.embedding = words
        self.head = nn.Sequential(nn.Dropout(0.5), self.linear)


class Composed(nn.Module):
    """Holds another network; its embedding is a property."""

    def __init__(self) -> None:
        super().__init__()
        self.network = Averaged()

    @property
    def embedding(self) -> nn.Embedding:
        """That of the network inside."""
        layer: nn.Embedding = self.network.embedding
        return layer

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = self.network(text)
        return logits


class Wrapped(Averaged):
    """Its embedding is inside a Sequential."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Sequential(self.embedding, nn.Dropout(0.2))


class TiedTensor(Averaged):
    """Another layer, made first, holds the embedding's tensor."""

    def __init__(self) -> None:
        super().__init__()
        words, layer = nn.Embedding(6, 4), self.embedding
        del self.embedding
        self.words = words
        self.embedding = layer
        self.embedding.weight = self.words.weight


class WeightNormed(Averaged):
    """Its convolution has weight norm."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = parametrizations.weight_norm(self.convolution)


class HookedNorm(Averaged):
    """The same with the older hook."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = weight_norm(self.convolution)


class Lazy(Averaged):
    """Takes its sizes from the first batch."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.LazyConv1d(3, 2)
        self.linear = nn.LazyLinear(1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "source", [Averaged, SecondName, Composed, Wrapped, TiedTensor, WeightNormed, HookedNorm, Lazy]
)
def test_every_tensor_is_found_once_and_decides_the_output(source: Callable[[], nn.Module]) -> None:
    model, draw = LocalNetwork(source).build(), Draw(3)
    shapes = model.parameters()
    assert shapes[EMBEDDING] == (6, 4)
    assert sorted(shapes.values()) == sorted([(6, 4), (3, 4, 2), (3,), (1, 3), (1,)])
    weights = {name: draw.normal(*shape) for name, shape in shapes.items()}
    model.set_weights(weights)
    for name, value in model.get_weights().items():
        torch.testing.assert_close(value, weights[name])
    by_shape = {tuple(value.shape): value for value in weights.values()}
    maps = nn.functional.conv1d(weights[EMBEDDING][IDS].mT, by_shape[3, 4, 2], by_shape[3,]).amax(dim=2)
    torch.testing.assert_close(model.forward(IDS), maps @ by_shape[1, 3].mT + by_shape[1,])
    assert all(size > 0 for size in model.gradients(IDS).values())


@pytest.mark.parametrize("source", [Averaged, Composed, Wrapped])
def test_embeddings_can_be_put_in(source: Callable[[], nn.Module]) -> None:
    model = LocalNetwork(source).build()
    table = model.get_weights()[EMBEDDING]
    torch.testing.assert_close(model.forward_embedded(table[IDS]), model.forward(IDS))


def test_other_weights_than_those_that_are_there_are_refused() -> None:
    network = Averaged()
    weights = {name: weight.read() for name, weight in weights_of(network).items()}
    with pytest.raises(RuntimeError, match=r"linear\.weight"):
        load_weights(network, {name: value for name, value in weights.items() if name != "linear.weight"})
    with pytest.raises(RuntimeError, match="another shape"):
        load_weights(network, {**weights, "linear.weight": torch.zeros(2, 3)})


def test_two_embeddings_inside_are_not_guessed_between() -> None:
    network = nn.Module()
    network.embedding = nn.Sequential(nn.Embedding(3, 2), nn.Embedding(3, 2))
    assert embedding_layer(network) is None


def test_a_lazy_network_whose_forward_is_broken_says_where() -> None:
    class Broken(Lazy):
        """Wrong: forward is not written to the end."""

        def forward(self, text: Tensor) -> Tensor:
            """Nothing."""
            raise ValueError("no forward")

    with pytest.raises(Exception, match="no forward"):
        LocalNetwork(Broken).build()
