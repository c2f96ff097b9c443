"""What a check may do with a student's class or function, in this process or through the worker.

A check is written against the protocols `Network`, `Model` and `Function`. In a notebook they are the student's
own objects (`LocalNetwork`, `LocalFunction`); in the judge they are names for objects inside the sandbox.
"""

from __future__ import annotations

import contextlib
import linecache
import math
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from textlab.attribution import explain
from textlab.batches import Batch
from textlab.checks.failure import StudentError, shape_text
from textlab.checks.probe import ProbeNetwork
from textlab.checks.scripted import LookupNetwork, ScriptedNetwork
from textlab.text import Vocabulary
from textlab.training import TrainingPlan, fit_encoded, predict_encoded
from textlab.vectors import Vectors

MAX_ITEMS = 10_000


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


class Network(Protocol):
    """A class of the student's that builds networks."""

    name: str

    def build(self, **arguments: object) -> Model:
        """Build a network from keyword arguments."""


class Function(Protocol):
    """A function of the student's."""

    name: str

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        """Call it with tensors, numbers, strings, models and vocabularies; tensors, numbers, strings come back."""


class Bench(Protocol):
    """Makes what the kit hands to the student's functions, on the student's side of the border."""

    def probe(self, vocab_size: int, emb_dim: int, pad_idx: int) -> Model:
        """The kit's small smooth network, whose attributions the check can compute itself."""

    def scripted(self, losses: Sequence[float], *, strict: bool = False) -> Model:
        """A network whose validation loss after each epoch is as written (`textlab.checks.scripted`)."""

    def lookup(self, vocab_size: int, dropout: float) -> Model:
        """A network whose logit is the weight of a review's first token."""

    def batches(self, ids: Tensor, lengths: Tensor, labels: Tensor, sizes: Sequence[int]) -> object:
        """A list of batches with so many reviews each, in the given order."""

    def vocabulary(self, tokens: Sequence[str]) -> object:
        """A vocabulary of the given tokens, `<unk>` and `<pad>` first."""

    def vectors(self, words: Sequence[str], matrix: Tensor) -> object:
        """Word vectors: row i of `matrix` [len(words), dim] belongs to `words[i]`."""


def plain_tensor(value: object, call: str) -> Tensor:
    """A detached dense CPU tensor of float32, float64 or int64 with finite values.

    Raises StudentError when `value` is no tensor, is complex, or holds NaN or infinity.
    """
    if isinstance(value, (tuple, list)) and len(value) == 1:
        value = value[0]
    if not isinstance(value, Tensor):
        raise StudentError(call, "", f"{type(value).__name__} where a tensor was expected")
    if value.is_complex():
        raise StudentError(call, "", "complex numbers where real ones were expected")
    dense = value.detach().to("cpu")
    dense = dense.to_dense() if dense.layout != torch.strided else dense
    if dense.dtype in (torch.float16, torch.bfloat16):
        dense = dense.float()
    elif not dense.is_floating_point():
        dense = dense.long()
    if dense.is_floating_point() and not bool(torch.isfinite(dense).all()):
        raise StudentError(call, "", f"a tensor {shape_text(dense.shape)} with NaN or infinity in it")
    return dense.contiguous().clone()


def plain_value(value: object, call: str) -> Any:
    """A value made of tensors, numbers, strings, lists and dictionaries only; StudentError otherwise."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.ndim:
        value = torch.from_numpy(np.ascontiguousarray(value))
    if isinstance(value, Tensor):
        return plain_tensor(value, call)
    if value is None or isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if hasattr(value, "__float__") and not isinstance(value, (list, tuple, dict)):
        number = float(value)
        if not math.isfinite(number):
            raise StudentError(call, "", f"the number {number}")
        return number
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_ITEMS:
            raise StudentError(call, "", f"a list of {len(value)} items; at most {MAX_ITEMS} are read")
        return [plain_value(item, call) for item in value]
    if isinstance(value, dict):
        return {str(key): plain_value(item, call) for key, item in value.items()}
    raise StudentError(call, "", f"{type(value).__name__} where tensors, numbers or strings were expected")


@contextlib.contextmanager
def student_code(call: str, locate: Callable[[BaseException], str]) -> Iterator[None]:
    """Turn whatever the student's code raises into a StudentError that names the call and the place."""
    try:
        yield
    except StudentError:
        raise
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise StudentError(call, type(error).__name__, _message(error), locate(error)) from None


def _message(error: BaseException) -> str:
    """The exception's text, cut; an exception may fail even in saying what it is."""
    try:
        return str(error)[:500]
    except BaseException:
        return "(the exception's text could not be read)"


def notebook_place(error: BaseException) -> str:
    """The innermost line of the notebook in a traceback, with its source; "" when there is none."""
    place = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") == "__main__":
            line = linecache.getline(frame.f_code.co_filename, number).strip()
            place = f"line {number} of its cell: {line}" if line else ""
    return place


def call_text(name: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> str:
    """A call as the student would write it, tensors by shape."""
    parts = [_argument_text(value) for value in arguments]
    parts += [f"{key}={_argument_text(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join(parts)})"


def _argument_text(value: object) -> str:
    if isinstance(value, BatchList):
        return value.label
    if isinstance(value, Tensor):
        return f"{'tensor' if value.is_floating_point() else 'ids'} {list(value.shape)}"
    if isinstance(value, (int, float, str, list, bool)) or value is None:
        return repr(value)
    return getattr(value, "label", type(value).__name__.lower())


class BatchList(list[Batch]):
    """Batches, called so in a message."""

    label = "batches"


class LocalModel:
    """A model in this process."""

    label = "model"

    def __init__(
        self,
        module: nn.Module,
        name: str,
        locate: Callable[[BaseException], str] = notebook_place,
        given: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.module = module
        self.name = name
        self._locate = locate
        self._given = given or {}

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the trainable parameters."""
        with student_code(f"{self.name}.named_parameters()", self._locate):
            return {name: tuple(value.shape) for name, value in nn.Module.named_parameters(self.module)}

    def given(self) -> dict[str, Tensor]:
        """The tensors that the network was built from, as they are now."""
        return {name: plain_tensor(value, f"{self.name}({name}=…)") for name, value in self._given.items()}

    def get_weights(self) -> dict[str, Tensor]:
        """All parameters and buffers by name."""
        call = f"{self.name}.state_dict()"
        with student_code(call, self._locate):
            return {name: plain_tensor(value, call) for name, value in nn.Module.state_dict(self.module).items()}

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Replace parameters and buffers."""
        with student_code(f"{self.name}.load_state_dict(…)", self._locate):
            nn.Module.load_state_dict(self.module, dict(weights))

    def forward(self, ids: Tensor, lengths: Tensor | None = None, *, training: bool = False, seed: int = 0) -> Tensor:
        """Output for token ids, in evaluation mode unless `training`."""
        call = f"{self.name}.forward({_inputs_text(ids, lengths)})"
        with student_code(call, self._locate), torch.no_grad():
            nn.Module.train(self.module, training)
            torch.manual_seed(seed)
            return plain_tensor(self.module(*_inputs(ids, lengths)), call)

    def attribute(self, sentences: Sequence[Sequence[int]], *, pad_id: int, n_steps: int) -> dict[str, Any]:
        """Integrated gradients of the logit: `scores` per token, `probabilities` and `deltas` per sentence."""
        with student_code(f"the explanation of {self.name}", self._locate):
            found = explain(self.module, sentences, pad_id=pad_id, n_steps=n_steps)
            return {
                "scores": [row.tolist() for row in found.data.scores],
                "probabilities": found.data.probabilities.tolist(),
                "deltas": found.data.deltas.tolist(),
            }

    def forward_embedded(self, embedded: Tensor) -> Tensor:
        """Output when the embedding layer gives `embedded`."""
        call = f"{self.name}.forward on embeddings {list(embedded.shape)}"
        with student_code(call, self._locate), torch.no_grad():
            nn.Module.eval(self.module)
            layer: Any = self.module.embedding
            handle = layer.register_forward_hook(lambda _module, _inputs, _output: embedded)
            try:
                return plain_tensor(self.module(torch.zeros(embedded.shape[:2], dtype=torch.long)), call)
            finally:
                handle.remove()

    def gradients(self, ids: Tensor, lengths: Tensor | None = None) -> dict[str, float]:
        """Largest absolute gradient per parameter."""
        call = f"{self.name}.forward({_inputs_text(ids, lengths)}).sum().backward()"
        with student_code(call, self._locate), torch.enable_grad():
            nn.Module.eval(self.module)
            nn.Module.zero_grad(self.module)
            self.module(*_inputs(ids, lengths)).sum().backward()
            named = list(nn.Module.named_parameters(self.module))
            return {name: 0.0 if p.grad is None else float(p.grad.abs().max()) for name, p in named}

    def fit(self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan) -> list[float]:
        """Train; mean loss per epoch."""
        call = f"training {self.name} for {plan.epochs} epochs on {len(ids)} reviews"
        with student_code(call, self._locate):
            losses = fit_encoded(self.module, ids, lengths, labels, plan)
            if not all(math.isfinite(loss) for loss in losses):
                raise StudentError(call, "", f"a training loss that is no number: {losses}")
            return losses

    def predict(self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False) -> Tensor:
        """One logit per review."""
        call = f"{self.name}.forward on {len(ids)} reviews"
        with student_code(call, self._locate):
            found = predict_encoded(self.module, ids, lengths, pad_id=pad_id, with_lengths=with_lengths)
            logits = plain_tensor(found, call)
            if logits.numel() != len(ids) or not logits.is_floating_point():
                raise StudentError(call, "", f"a tensor {shape_text(logits.shape)} for {len(ids)} reviews")
            return logits.reshape(-1).float()


class LocalNetwork:
    """A class in this process."""

    def __init__(self, source: Callable[..., Any], locate: Callable[[BaseException], str] = notebook_place) -> None:
        self.name = getattr(source, "__name__", "the class")
        self._source = source
        self._locate = locate

    def build(self, **arguments: object) -> LocalModel:
        """Build a network from keyword arguments."""
        call = call_text(self.name, (), arguments)
        with student_code(call, self._locate):
            # Copies, so that `given` shows what the network does to its own and no other network is touched.
            own = {name: _unwrap(value) for name, value in arguments.items()}
            module = self._source(**own)
            if not isinstance(module, nn.Module):
                raise StudentError(call, "", f"{type(module).__name__} where an nn.Module was expected")
            given = {name: value for name, value in own.items() if isinstance(value, Tensor)}
            return LocalModel(module, self.name, self._locate, given)


class LocalFunction:
    """A function in this process."""

    def __init__(self, source: Callable[..., Any], locate: Callable[[BaseException], str] = notebook_place) -> None:
        self.name = getattr(source, "__name__", "the function")
        self._source = source
        self._locate = locate

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        """Call it; models are handed over as the modules they are."""
        call = call_text(self.name, arguments, keywords)
        with student_code(call, self._locate):
            given = [_unwrap(value) for value in arguments]
            result = self._source(*given, **{key: _unwrap(value) for key, value in keywords.items()})
            for before, after in zip(arguments, given, strict=True):
                if isinstance(before, Tensor) and isinstance(after, Tensor) and not torch.equal(before, after):
                    raise StudentError(call, "", "the call changed the tensor that it was given")
            return plain_value(result, call)


class LocalBench:
    """Makes the kit's models, vocabularies and vectors in this process."""

    def probe(self, vocab_size: int, emb_dim: int, pad_idx: int) -> LocalModel:
        """The kit's small smooth network."""
        return LocalModel(ProbeNetwork(vocab_size, emb_dim, pad_idx), "model")

    def scripted(self, losses: Sequence[float], *, strict: bool = False) -> LocalModel:
        """A network whose validation loss follows a script."""
        return LocalModel(ScriptedNetwork(losses, strict=strict), "model")

    def lookup(self, vocab_size: int, dropout: float) -> LocalModel:
        """A network whose logit is the weight of a review's first token."""
        return LocalModel(LookupNetwork(vocab_size, dropout), "model")

    def batches(self, ids: Tensor, lengths: Tensor, labels: Tensor, sizes: Sequence[int]) -> BatchList:
        """A list of batches with so many reviews each."""
        parts = zip(*(part.split(list(sizes)) for part in (ids, lengths, labels)), strict=True)
        return BatchList(Batch(*(part.clone() for part in batch)) for batch in parts)

    def vocabulary(self, tokens: Sequence[str]) -> Vocabulary:
        """A vocabulary of the given tokens."""
        return Vocabulary.from_tokens(tokens)

    def vectors(self, words: Sequence[str], matrix: Tensor) -> Vectors:
        """Word vectors."""
        return Vectors(list(words), matrix)


def _inputs(ids: Tensor, lengths: Tensor | None) -> list[Tensor]:
    """What the network is called with; copies, so that it cannot change the check's own."""
    return [ids.clone()] if lengths is None else [ids.clone(), lengths.clone()]


def _inputs_text(ids: Tensor, lengths: Tensor | None) -> str:
    said = f"ids {list(ids.shape)}"
    return said if lengths is None else f"{said}, lengths {lengths.tolist()[:8]}"


def _unwrap(value: object) -> object:
    if isinstance(value, LocalModel):
        return value.module
    return value.clone() if isinstance(value, Tensor) else value
