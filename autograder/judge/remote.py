"""The student's class and functions as the judge sees them: names for things inside a worker.

They follow the protocols of textlab.checks.subject, so the public checks run on them as they are. What comes back
is compared with what the verb promises before any check sees it.
"""

from __future__ import annotations

import copy
import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch
from torch import Tensor

from autograder.judge import border
from autograder.judge.border import MIB, Expected
from autograder.judge.client import Worker
from autograder.wire.values import Handle
from textlab.checks.failure import StudentError
from textlab.checks.plain import Value
from textlab.checks.subject import Asked
from textlab.training import TrainingPlan

T = TypeVar("T")
QUICK_S = 10.0
EXPLAIN_S = 30.0
MOST_WEIGHTS = 256 * MIB
"""Bytes of the weights of a network."""
BUFFERS = 16 * MIB
"""Of these for what is no parameter, which nobody has announced."""
MOST_RESULT = 32 * MIB
"""Bytes of the tensors that a function gives."""
NUMBERS_PER_TOKEN = 1024
"""In the output of a network; asked for is one number for each review."""

WorkerSource = Callable[[], Worker]


class RemoteModel:
    """A model inside the worker."""

    label = "model"

    def __init__(
        self, worker: Worker, handle: Handle, train_seconds: float, given: Mapping[str, Any] | None = None
    ) -> None:
        """`given`: the arguments that it was built from."""
        self.handle = handle
        self._given = {name: value.nbytes for name, value in (given or {}).items() if isinstance(value, Tensor)}
        self._worker = worker
        self._train_seconds = train_seconds

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the trainable parameters."""
        return self._worker.request("parameters", QUICK_S, border.shapes(), model=self.handle)

    def given(self) -> dict[str, Tensor]:
        """The tensors that the network was built from, as they are now."""
        expected = border.tensors(2 * sum(self._given.values()) + MIB, dict.fromkeys(self._given))
        return self._worker.request("given", QUICK_S, expected, model=self.handle)

    def get_weights(self) -> dict[str, Tensor]:
        """All parameters and buffers by name."""
        shapes = RemoteModel.parameters(self)
        most = 8 * sum(map(math.prod, shapes.values())) + BUFFERS
        expected = border.tensors(min(most, MOST_WEIGHTS), shapes, others=True)
        return self._worker.request("get_weights", QUICK_S, expected, model=self.handle)

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Replace parameters and buffers."""
        self._worker.request("set_weights", QUICK_S, border.nothing(), model=self.handle, weights=dict(weights))

    def forward(self, ids: Tensor, lengths: Tensor | None = None, *, training: bool = False, seed: int = 0) -> Tensor:
        """Output for token ids, and for lengths or a padding mask of bools."""
        if lengths is not None and lengths.dtype is torch.bool:
            lengths = lengths.to(torch.uint8)
        inputs = {"model": self.handle, "ids": ids, "lengths": lengths, "training": training, "seed": seed}
        return self._worker.request("forward", QUICK_S, _output(ids), **inputs)

    def forward_embedded(self, embedded: Tensor) -> Tensor:
        """Output for embeddings."""
        expected = _output(embedded[..., 0])
        return self._worker.request("forward_embedded", QUICK_S, expected, model=self.handle, embedded=embedded)

    def gradients(self, ids: Tensor, lengths: Tensor | None = None) -> dict[str, float]:
        """Largest absolute gradient per parameter."""
        expected = border.number_of_each(RemoteModel.parameters(self), least=0.0)
        return self._worker.request("gradients", QUICK_S, expected, model=self.handle, ids=ids, lengths=lengths)

    def fit(self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan) -> list[float]:
        """Train; mean loss per epoch."""
        given = {"ids": ids, "lengths": lengths, "labels": labels, "plan": dataclasses.asdict(plan)}
        return self._on_device("fit", border.numbers(plan.epochs), given)

    def predict(self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False) -> Tensor:
        """One logit per review."""
        given = {"ids": ids, "lengths": lengths, "pad_id": pad_id, "with_lengths": with_lengths}
        return self._on_device("predict", border.tensor(4 * len(ids), (len(ids),), (torch.float32,)), given)

    def hush(self) -> None:
        """Keep nothing of what is said beside this model from now on, because it gets hidden reviews."""
        self._worker.hush()

    @property
    def not_kept(self) -> int:
        """Characters that were printed since then."""
        return self._worker.not_kept

    def retire(self) -> None:
        """End the worker; what is built next starts in a fresh one, which has read no hidden review."""
        self._worker.retire()

    def _on_device(self, verb: str, expected: Expected[T], given: dict[str, Any]) -> T:
        """What the verb gives, computed where the worker trains."""
        device = self._worker.device
        try:
            return self._worker.request(
                verb, self._train_seconds, expected, model=self.handle, device=device, **given
            )
        except StudentError:
            if device != "cpu":
                # After an error on a GPU everything fails that its process does there; other networks are not to.
                self._worker.retire()
            raise


@dataclass(frozen=True)
class Repair:
    """What is made good in a class whose fault was charged already."""

    bindings: Mapping[str, str] = field(default_factory=dict)
    """Variables of the notebook, and the argument whose value each gets."""
    other_layout: bool = False
    """Whether ids go in the other way round than the contract says."""
    least_layers: int = 1
    """How many recurrent layers there are at least, whatever is asked."""

    def changed(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The kit's arguments of a network, as far as they have to differ."""
        layers = {"n_layers": max(self.least_layers, arguments["n_layers"])} if "n_layers" in arguments else {}
        return {**arguments, **layers}


class RemoteNetwork:
    """A class inside the worker. `worker` gives a live worker that has loaded the submission."""

    def __init__(self, name: str, worker: WorkerSource, train_seconds: float) -> None:
        self.name = name
        self.asked = Asked()
        self.repair = Repair()
        """What is made good whenever a network is built."""
        self._worker = worker
        self._train_seconds = train_seconds
        self._seed = 0

    def start(self, arguments: Mapping[str, Any]) -> Callable[[int], RemoteModel]:
        """Builds networks from these arguments; the seed decides what they start from."""

        def build(seed: int) -> RemoteModel:
            seeded = copy.copy(self)
            seeded._seed = seed
            return seeded.build(**arguments)

        return build

    def build(self, **arguments: object) -> RemoteModel:
        """Build a network from keyword arguments."""
        worker, arguments = self._worker(), self.repair.changed(arguments)
        asked = {"arguments": arguments, "seed": self._seed, "variables": self._variables(arguments)}
        handle = worker.request("build", QUICK_S, border.handle(), name=self.name, **asked)
        return RemoteModel(worker, handle, self._train_seconds, arguments)

    @property
    def has_layout(self) -> bool:
        """Whether a contract says how the ids are laid out."""
        return False

    def with_repair(self, repair: Repair) -> RemoteNetwork:
        """The same class with something made good."""
        repaired = copy.copy(self)
        repaired.repair = repair
        return repaired

    def sized_arguments(self, **arguments: object) -> list[str]:
        """Those of these arguments that are numbers, as the class names them."""
        return [name for name, value in arguments.items() if isinstance(value, (int, float))]

    def _variables(self, arguments: Mapping[str, object]) -> dict[str, object]:
        """The values of the bound variables."""
        bindings = self.repair.bindings
        return {name: arguments[argument] for name, argument in bindings.items() if argument in arguments}


class RemoteFunction:
    """A function inside the worker."""

    def __init__(self, name: str, worker: WorkerSource) -> None:
        self.name = name
        self._worker = worker
        self._calls = 0

    def __call__(self, *arguments: object, **keywords: object) -> Value:
        """Call it, every time from another seed: whatever has to come out alike must not hang on chance."""
        self._calls += 1
        given = [_wire_value(value) for value in arguments]
        named = {key: _wire_value(value) for key, value in keywords.items()}
        asked = {"name": self.name, "arguments": given, "keywords": named, "seed": self._calls}
        return self._worker().request("call", EXPLAIN_S, border.value(MOST_RESULT), **asked)

    def drawn_afterwards(self, seed: int, *arguments: object) -> list[float]:
        """What torch, numpy and random draw from their global states right after a call; all start from `seed`."""
        worker = self._worker()
        given = [_wire_value(value) for value in arguments]
        asked = {"name": self.name, "arguments": given, "seed": seed}
        return worker.request("drawn_afterwards", EXPLAIN_S, border.numbers(3, 0.0, 1.0), **asked)


class RemoteBench:
    """Makes the kit's models, vocabularies and vectors inside the worker."""

    def __init__(self, worker: WorkerSource) -> None:
        self._worker = worker
        self._sizes: dict[int, int] = {}
        """By handle the bytes of word vectors."""

    def probe(self, vocab_size: int, emb_dim: int, pad_idx: int, n_classes: int = 1) -> RemoteModel:
        """The kit's small smooth network."""
        return self._model("probe", vocab_size=vocab_size, emb_dim=emb_dim, pad_idx=pad_idx, n_classes=n_classes)

    def scripted(self, losses: Sequence[float], train_losses: Sequence[float] = ()) -> RemoteModel:
        """A network whose losses follow a script."""
        return self._model("scripted", losses=list(losses), train_losses=list(train_losses))

    def lookup(self, vocab_size: int, dropout: float) -> RemoteModel:
        """A network whose logit is the weight of a review's first token."""
        return self._model("lookup", vocab_size=vocab_size, dropout=dropout)

    def batches(self, ids: Tensor, lengths: Tensor, labels: Tensor, sizes: Sequence[int]) -> Handle:
        """A list of batches with so many reviews each."""
        given = {"ids": ids, "lengths": lengths, "labels": labels, "sizes": list(sizes)}
        return self._worker().request("batches", QUICK_S, border.handle("batches"), **given)

    def vocabulary(self, tokens: Sequence[str]) -> Handle:
        """A vocabulary of the given tokens."""
        return self._worker().request("vocabulary", QUICK_S, border.handle("vocabulary"), tokens=list(tokens))

    def _model(self, verb: str, **arguments: object) -> RemoteModel:
        worker = self._worker()
        return RemoteModel(worker, worker.request(verb, QUICK_S, border.handle(), **arguments), QUICK_S)

    def vectors(self, words: Sequence[str], matrix: Tensor) -> Handle:
        """Word vectors."""
        given = {"words": list(words), "matrix": matrix}
        handle = self._worker().request("vectors", QUICK_S, border.handle("vectors"), **given)
        self._sizes[handle.number] = matrix.nbytes
        return handle

    def read_vectors(self, vectors: object) -> Tensor:
        """The matrix of word vectors, as it is now."""
        most = 2 * self._sizes[vectors.number] if isinstance(vectors, Handle) else 0
        return self._worker().request("read_vectors", QUICK_S, border.tensor(most + MIB), vectors=vectors)


def _output(ids: Tensor) -> Expected[Tensor]:
    """What a network may give for token ids [batch, length], its mistakes included."""
    return border.tensor(NUMBERS_PER_TOKEN * 8 * ids.numel() + MIB)


def _wire_value(value: object) -> object:
    return value.handle if isinstance(value, RemoteModel) else value
