"""What a check may do with a student's class or function, in this process or through the worker.

A check is written against these protocols. In a notebook they are the student's own objects
(`textlab.checks.local`); in the judge they are names for objects inside the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor

from textlab.checks.plain import Value
from textlab.training import TrainingPlan


class Model(Protocol):
    """A network built from the student's class."""

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the trainable parameters."""

    def given(self) -> dict[str, Tensor]:
        """The tensors that the network was built from, by argument, as they are now."""

    def get_weights(self) -> dict[str, Tensor]:
        """All parameters and buffers by name."""

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Replace parameters and buffers; every name of `get_weights` has to be there, with its shape."""

    def forward(self, ids: Tensor, lengths: Tensor | None = None, *, training: bool = False, seed: int = 0) -> Tensor:
        """Output for token ids [batch, length], in evaluation mode unless `training`.

        `lengths` [batch] goes to the network as its second argument when there is one.
        """

    def forward_embedded(self, embedded: Tensor) -> Tensor:
        """Output in evaluation mode when the embedding layer gives `embedded` [batch, length, emb_dim]."""

    def gradients(self, ids: Tensor, lengths: Tensor | None = None) -> dict[str, float]:
        """Largest absolute gradient of the summed output per parameter, evaluation mode, 0 where there is none."""

    def fit(self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan) -> list[float]:
        """Train with Adam on BCE; mean loss per epoch. ids [reviews, length], lengths and labels [reviews]."""

    def predict(self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False) -> Tensor:
        """One logit per review, [reviews], in evaluation mode and in batches."""


@dataclass(frozen=True)
class Asked:
    """What an assignment asks of a network, where assignments differ; the kit's own asks for these."""

    kernel_count: int | None = None
    """How many kernel sizes a class takes; None: any number."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The class's names of arguments, where they are not the kit's."""
    sequence_first: bool = False
    """Whether token ids go in as [length, batch]."""


class Network(Protocol):
    """A class of the student's that builds networks."""

    name: str
    asked: Asked

    def build(self, **arguments: object) -> Model:
        """Build a network from keyword arguments."""


def shown_call(network: Network, **arguments: object) -> str:
    """A call of the class with some of its arguments, in its own names, such as "CNN(emb_dim=9, …)"."""
    names = network.asked.names
    said = ", ".join(f"{names.get(name, name)}={value}" for name, value in arguments.items())
    return f"{network.name}({said}, …)"


def shown_ids(network: Network, batch: int, length: int) -> str:
    """Token ids as the class gets them, such as "ids [3, 12]"."""
    return f"ids {[length, batch] if network.asked.sequence_first else [batch, length]}"


class Function(Protocol):
    """A function of the student's."""

    name: str

    def __call__(self, *arguments: object, **keywords: object) -> Value:
        """Call it with tensors, numbers, strings, models and vocabularies; tensors, numbers, strings come back."""

    def drawn_afterwards(self, seed: int, *arguments: object) -> list[float]:
        """What torch, numpy and random draw from their global states right after a call; all start from `seed`."""


class Bench(Protocol):
    """Makes what the kit hands to the student's functions, on the student's side of the border."""

    def probe(self, vocab_size: int, emb_dim: int, pad_idx: int, n_classes: int = 1) -> Model:
        """The kit's small smooth network, whose attributions the check can compute itself."""

    def scripted(self, losses: Sequence[float], train_losses: Sequence[float] = ()) -> Model:
        """A network whose losses in each epoch are as written, and that keeps a log (`textlab.checks.scripted`)."""

    def lookup(self, vocab_size: int, dropout: float) -> Model:
        """A network whose logit is the weight of a review's first token."""

    def batches(self, ids: Tensor, lengths: Tensor, labels: Tensor, sizes: Sequence[int]) -> object:
        """A list of batches with so many reviews each, in the given order."""

    def vocabulary(self, tokens: Sequence[str]) -> object:
        """A vocabulary of the given tokens, `<unk>` and `<pad>` first."""

    def vectors(self, words: Sequence[str], matrix: Tensor) -> object:
        """Word vectors: row i of `matrix` [len(words), dim] belongs to `words[i]`."""

    def read_vectors(self, vectors: object) -> Tensor:
        """The matrix of word vectors that `vectors` has made, as it is now."""
