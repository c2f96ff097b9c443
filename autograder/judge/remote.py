"""The student's class and functions as the judge sees them: names for things inside a worker.

They follow the protocols of textlab.checks.subject, so the public checks run on them as they are. What comes back
is compared with what the verb promises before any check sees it.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from autograder.judge.client import Worker
from autograder.wire.values import Handle
from textlab.checks.failure import StudentError
from textlab.checks.subject import Asked
from textlab.training import TrainingPlan

QUICK_S = 10.0
EXPLAIN_S = 30.0

WorkerSource = Callable[[], Worker]


class RemoteModel:
    """A model inside the worker."""

    label = "model"

    def __init__(self, worker: Worker, handle: Handle, train_seconds: float) -> None:
        self.handle = handle
        self._worker = worker
        self._train_seconds = train_seconds

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the trainable parameters."""
        found = self._worker.request("parameters", QUICK_S, model=self.handle)
        good = isinstance(found, dict) and all(_is_shape(shape) for shape in found.values())
        self._worker.expect(good, "parameters", "is no list of shapes")
        return {name: tuple(shape) for name, shape in found.items()}

    def given(self) -> dict[str, Tensor]:
        """The tensors that the network was built from, as they are now."""
        found = self._worker.request("given", QUICK_S, model=self.handle)
        good = isinstance(found, dict) and all(isinstance(value, Tensor) for value in found.values())
        self._worker.expect(good, "given", "holds something that is no tensor")
        return dict(found)

    def get_weights(self) -> dict[str, Tensor]:
        """All parameters and buffers by name."""
        shapes = RemoteModel.parameters(self)
        found = self._worker.request("get_weights", QUICK_S, model=self.handle)
        good = isinstance(found, dict) and all(isinstance(value, Tensor) for value in found.values())
        good = good and all(name in found and tuple(found[name].shape) == shape for name, shape in shapes.items())
        self._worker.expect(good, "get_weights", "does not hold the parameters in their shapes")
        return dict(found)

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Replace parameters and buffers."""
        self._worker.request("set_weights", QUICK_S, model=self.handle, weights=dict(weights))

    def forward(self, ids: Tensor, lengths: Tensor | None = None, *, training: bool = False, seed: int = 0) -> Tensor:
        """Output for token ids."""
        inputs = {"ids": ids, "lengths": lengths}
        got = self._worker.request("forward", QUICK_S, model=self.handle, **inputs, training=training, seed=seed)
        return self._tensor(got, "forward")

    def forward_embedded(self, embedded: Tensor) -> Tensor:
        """Output for embeddings."""
        got = self._worker.request("forward_embedded", QUICK_S, model=self.handle, embedded=embedded)
        return self._tensor(got, "forward_embedded")

    def gradients(self, ids: Tensor, lengths: Tensor | None = None) -> dict[str, float]:
        """Largest absolute gradient per parameter."""
        found = self._worker.request("gradients", QUICK_S, model=self.handle, ids=ids, lengths=lengths)
        good = isinstance(found, dict) and all(_is_number(value) for value in found.values())
        self._worker.expect(good, "gradients", "holds something that is no number")
        return {name: float(value) for name, value in found.items()}

    def fit(self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan) -> list[float]:
        """Train; mean loss per epoch."""
        given = {"ids": ids, "lengths": lengths, "labels": labels, "plan": dataclasses.asdict(plan)}
        losses = self._on_device("fit", given)
        good = isinstance(losses, list) and len(losses) == plan.epochs and all(_is_number(loss) for loss in losses)
        self._worker.expect(good, "fit", f"is not {plan.epochs} losses")
        return [float(loss) for loss in losses]

    def predict(self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False) -> Tensor:
        """One logit per review."""
        given = {"ids": ids, "lengths": lengths, "pad_id": pad_id, "with_lengths": with_lengths}
        logits = self._tensor(self._on_device("predict", given), "predict")
        good = tuple(logits.shape) == (len(ids),) and logits.is_floating_point()
        self._worker.expect(good, "predict", f"is not one number for each of {len(ids)} reviews")
        return logits

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

    def expect(self, good: bool, verb: str, fault: str) -> None:
        """End the worker as tampered unless an answer has the form that the verb promises."""
        self._worker.expect(good, verb, fault)

    def _on_device(self, verb: str, given: dict[str, Any]) -> Any:
        """What the verb gives, computed where the worker trains."""
        device = self._worker.device
        try:
            return self._worker.request(verb, self._train_seconds, model=self.handle, device=device, **given)
        except StudentError:
            if device != "cpu":
                # After an error on a GPU everything fails that its process does there; other networks are not to.
                self._worker.retire()
            raise

    def _tensor(self, got: Any, verb: str) -> Tensor:
        self._worker.expect(isinstance(got, Tensor), verb, "is no tensor")
        assert isinstance(got, Tensor)
        return got


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
        handle = worker.request("build", QUICK_S, name=self.name, **asked)
        worker.expect(isinstance(handle, Handle), "build", "is no handle")
        return RemoteModel(worker, handle, self._train_seconds)

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

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        """Call it, every time from another seed: whatever has to come out alike must not hang on chance."""
        self._calls += 1
        given = [_wire_value(value) for value in arguments]
        named = {key: _wire_value(value) for key, value in keywords.items()}
        asked = {"name": self.name, "arguments": given, "keywords": named, "seed": self._calls}
        return self._worker().request("call", EXPLAIN_S, **asked)

    def drawn_afterwards(self, seed: int, *arguments: object) -> list[float]:
        """What torch, numpy and random draw from their global states right after a call; all start from `seed`."""
        worker = self._worker()
        given = [_wire_value(value) for value in arguments]
        found = worker.request("drawn_afterwards", EXPLAIN_S, name=self.name, arguments=given, seed=seed)
        good = isinstance(found, list) and len(found) == 3 and all(_is_number(number) for number in found)
        worker.expect(good, "drawn_afterwards", "is not three numbers")
        return [float(number) for number in found]


class RemoteBench:
    """Makes the kit's models, vocabularies and vectors inside the worker."""

    def __init__(self, worker: WorkerSource) -> None:
        self._worker = worker

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
        worker = self._worker()
        given = {"ids": ids, "lengths": lengths, "labels": labels}
        handle = worker.request("batches", QUICK_S, **given, sizes=list(sizes))
        worker.expect(isinstance(handle, Handle), "batches", "is no handle")
        return Handle(handle.number, "batches")

    def vocabulary(self, tokens: Sequence[str]) -> Handle:
        """A vocabulary of the given tokens."""
        worker = self._worker()
        handle = worker.request("vocabulary", QUICK_S, tokens=list(tokens))
        worker.expect(isinstance(handle, Handle), "vocabulary", "is no handle")
        return Handle(handle.number, "vocabulary")

    def _model(self, verb: str, **arguments: object) -> RemoteModel:
        worker = self._worker()
        handle = worker.request(verb, QUICK_S, **arguments)
        worker.expect(isinstance(handle, Handle), verb, "is no handle")
        return RemoteModel(worker, handle, QUICK_S)

    def vectors(self, words: Sequence[str], matrix: Tensor) -> Handle:
        """Word vectors."""
        worker = self._worker()
        handle = worker.request("vectors", QUICK_S, words=list(words), matrix=matrix)
        worker.expect(isinstance(handle, Handle), "vectors", "is no handle")
        return Handle(handle.number, "vectors")

    def read_vectors(self, vectors: object) -> Tensor:
        """The matrix of word vectors, as it is now."""
        worker = self._worker()
        matrix = worker.request("read_vectors", QUICK_S, vectors=vectors)
        worker.expect(isinstance(matrix, Tensor), "read_vectors", "is no tensor")
        assert isinstance(matrix, Tensor)
        return matrix


def _wire_value(value: object) -> object:
    return value.handle if isinstance(value, RemoteModel) else value


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_shape(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(size, int) and size >= 0 for size in value)
