"""The student's classes and functions in this process, and what the kit hands to them."""

from __future__ import annotations

import contextlib
import inspect
import linecache
import math
import random
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from textlab.batches import Batch
from textlab.checks.failure import BUILT_BY, StudentError, shape_text
from textlab.checks.left_over import left_over_raise
from textlab.checks.plain import LARGEST, Value, plain_number, plain_shapes, plain_tensor, plain_value
from textlab.checks.probe import ClassProbe, ProbeNetwork
from textlab.checks.scripted import LookupNetwork, ScriptedNetwork
from textlab.checks.subject import Asked
from textlab.definitions.loading import why_unset
from textlab.form import Form, InKitForm
from textlab.kit_answers import students_call
from textlab.text import Vocabulary
from textlab.training_loop import TrainingPlan, fit_encoded, predict_encoded, seed_everything
from textlab.vectors import Vectors
from textlab.weights import embedding_layer, load_weights, weights_of

FIRST_LENGTH = 32
"""Tokens of the reviews that give lazy layers their sizes."""


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
    """The exception's text, cut, and what is behind it; an exception may fail even in saying what it is."""
    try:
        return left_over_raise(error) or str(error)[:500] + why_unset(error)
    except BaseException:
        return "(the exception's text could not be read)"


def notebook_place(error: BaseException) -> str:
    """The innermost line of the notebook in a traceback, with its source; "" when there is none."""
    place = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_globals.get("__name__") == "__main__":
            file = frame.f_code.co_filename
            line = linecache.getline(file, number).strip()
            # A notebook that was loaded and not run knows its cells by number.
            cell = f"{file}, line {number}" if file.startswith("cell ") else f"line {number} of its cell"
            place = f"{cell}: {line}" if line else ""
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
        form: Form | None = None,
        built: str = "",
    ) -> None:
        """`built` says from which arguments, where that is not plain."""
        self.module = module
        self._form = form
        self._called = InKitForm(module, form) if form else module
        self.name = name
        self._locate = locate
        self._given = given or {}
        self._built = f"{BUILT_BY}{built}" if built else ""

    def settle(self) -> LocalModel:
        """Give lazy layers their sizes by a first forward pass; the model."""
        tensors = [*nn.Module.parameters(self.module), *nn.Module.buffers(self.module)]
        if any(map(is_lazy, tensors)):
            ids = torch.zeros(2, FIRST_LENGTH, dtype=torch.long)
            lengths = torch.full((2,), FIRST_LENGTH) if _takes_lengths(self.module) else None
            call = f"{self.name}.forward({self._shown(ids, lengths)}){self._built}"
            with student_code(call, self._locate), torch.no_grad():
                nn.Module.eval(self.module)
                self._called(*_inputs(ids, lengths))
                nn.Module.train(self.module)
        return self

    def _shown(self, ids: Tensor, lengths: Tensor | None) -> str:
        """What the network is called with, in its own form."""
        text, *rest = (self._form or Form()).inputs(ids, lengths)
        return ", ".join([f"ids {list(text.shape)}", *map(_second_text, rest)])

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the trainable parameters."""
        call = f"{self.name}.named_parameters()"
        with student_code(call, self._locate), torch.no_grad():
            own = weights_of(self.module)
            shapes = {name: tuple(weight.read().shape) for name, weight in own.items() if weight.is_trained}
            return plain_shapes(shapes, call)

    def given(self) -> dict[str, Tensor]:
        """The tensors that the network was built from, as they are now."""
        return {name: plain_tensor(value, f"{self.name}({name}=…)") for name, value in self._given.items()}

    def get_weights(self) -> dict[str, Tensor]:
        """All parameters by name, and buffers, without those that hold infinity, such as a mask."""
        call = f"{self.name}.state_dict()"
        found = {}
        with student_code(call, self._locate), torch.no_grad():
            for name, weight in weights_of(self.module).items():
                try:
                    found[name] = plain_tensor(weight.read(), call)
                except StudentError:
                    if weight.is_trained:
                        raise
        return found

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Replace parameters and buffers."""
        with student_code(f"{self.name}.load_state_dict(…)", self._locate):
            load_weights(self.module, weights)

    def forward(self, ids: Tensor, lengths: Tensor | None = None, *, training: bool = False, seed: int = 0) -> Tensor:
        """Output for token ids, in evaluation mode unless `training`."""
        call = f"{self.name}.forward({self._shown(ids, lengths)}){self._built}"
        with student_code(call, self._locate), students_call(), torch.no_grad():
            nn.Module.train(self.module, training)
            torch.default_generator.manual_seed(seed)  # torch.manual_seed also writes a traceback down
            return plain_tensor(self._called(*_inputs(ids, lengths)), call)

    def forward_embedded(self, embedded: Tensor) -> Tensor:
        """Output when the embedding layer gives `embedded`."""
        call = f"{self.name}.forward on embeddings {list(embedded.shape)}{self._built}"
        with student_code(call, self._locate), students_call(), torch.no_grad():
            nn.Module.eval(self.module)
            layer: Any = embedding_layer(self.module) or self.module.embedding
            given = embedded.transpose(0, 1) if self._form and self._form.sequence_first else embedded
            handle = layer.register_forward_hook(lambda _module, _inputs, _output: given)
            try:
                return plain_tensor(self._called(torch.zeros(embedded.shape[:2], dtype=torch.long)), call)
            finally:
                handle.remove()

    def gradients(self, ids: Tensor, lengths: Tensor | None = None) -> dict[str, float]:
        """Largest absolute gradient per parameter."""
        call = f"{self.name}.forward({self._shown(ids, lengths)}).sum().backward(){self._built}"
        with student_code(call, self._locate), students_call(), torch.enable_grad():
            nn.Module.eval(self.module)
            nn.Module.zero_grad(self.module)
            self._called(*_inputs(ids, lengths)).sum().backward()
            own = weights_of(self.module)
            found = {name: weight.gradient for name, weight in own.items() if weight.is_trained}
            return {name: plain_number(size, call, f"the gradient of {name},") for name, size in found.items()}

    def fit(
        self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan, *, device: str = "cpu"
    ) -> list[float]:
        """Train on the device; mean loss per epoch."""
        call = f"training {self.name} for {plan.epochs} epochs on {len(ids)} reviews{self._built}"
        with student_code(call, self._locate):
            losses = fit_encoded(self._called, ids, lengths, labels, plan, device)
            if not all(math.isfinite(loss) and abs(loss) <= LARGEST for loss in losses):
                raise StudentError(call, "", f"a training loss that is no number: {losses}")
            return losses

    def predict(
        self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False, device: str = "cpu"
    ) -> Tensor:
        """One logit per review, computed on the device."""
        call = f"{self.name}.forward on {len(ids)} reviews{self._built}"
        with student_code(call, self._locate):
            how: dict[str, Any] = {"pad_id": pad_id, "with_lengths": with_lengths, "device": device}
            found = predict_encoded(self._called, ids, lengths, **how)
            logits = plain_tensor(found, call)
            if logits.numel() != len(ids) or not logits.is_floating_point():
                raise StudentError(call, "", f"a tensor {shape_text(logits.shape)} for {len(ids)} reviews")
            return logits.reshape(-1).float()


class LocalNetwork:
    """A class in this process."""

    def __init__(
        self,
        source: Callable[..., Any],
        locate: Callable[[BaseException], str] = notebook_place,
        form: Form | None = None,
    ) -> None:
        """`form` says how its networks are called where that is not the kit's way."""
        self.name = getattr(source, "__name__", "the class")
        self.asked = Asked()
        self._form = form
        self._source = source
        self._locate = locate

    def parameters(self) -> list[str]:
        """The names of the arguments that the class takes, `**` for any others."""
        with student_code(f"{self.name}.__init__", self._locate):
            taken = inspect.signature(self._source).parameters.values()
            return ["**" if argument.kind is argument.VAR_KEYWORD else argument.name for argument in taken]

    def build(self, **arguments: object) -> LocalModel:
        """Build a network from keyword arguments."""
        call = call_text(self.name, (), arguments)
        with student_code(call, self._locate), students_call():
            # Copies, so that `given` shows what the network does to its own and no other network is touched.
            own = {name: _unwrap(value) for name, value in arguments.items()}
            module = self._source(**own)
            if not isinstance(module, nn.Module):
                raise StudentError(call, "", f"{type(module).__name__} where an nn.Module was expected")
            given = {name: value for name, value in own.items() if isinstance(value, Tensor)}
            return LocalModel(module, self.name, self._locate, given, self._form, call).settle()


class LocalFunction:
    """A function in this process."""

    def __init__(self, source: Callable[..., Any], locate: Callable[[BaseException], str] = notebook_place) -> None:
        self.name = getattr(source, "__name__", "the function")
        self._source = source
        self._locate = locate

    def __call__(self, *arguments: object, **keywords: object) -> Value:
        """Call it; models are handed over as the modules they are."""
        call = call_text(self.name, arguments, keywords)
        with student_code(call, self._locate), students_call():
            given = [_unwrap(value) for value in arguments]
            result = self._source(*given, **{key: _unwrap(value) for key, value in keywords.items()})
            for before, after in zip(arguments, given, strict=True):
                if isinstance(before, Tensor) and isinstance(after, Tensor) and not torch.equal(before, after):
                    raise StudentError(call, "", "the call changed the tensor that it was given")
                if type(before) is list and before != after:
                    raise StudentError(call, "", "the call changed the list that it was given")
            return plain_value(result, call)

    def drawn_afterwards(self, seed: int, *arguments: object) -> list[float]:
        """What torch, numpy and random draw from their global states right after a call; all start from `seed`."""
        states = torch.get_rng_state(), np.random.get_state(), random.getstate()
        try:
            seed_everything(seed)
            with student_code(call_text(self.name, arguments, {}), self._locate), students_call():
                self._source(*map(_unwrap, arguments))
                return [float(torch.rand(())), float(np.random.rand()), random.random()]
        finally:
            torch.set_rng_state(states[0])
            np.random.set_state(states[1])
            random.setstate(states[2])


class LocalBench:
    """Makes the kit's models, vocabularies and vectors in this process."""

    def probe(self, vocab_size: int, emb_dim: int, pad_idx: int, n_classes: int = 1) -> LocalModel:
        """The kit's small smooth network."""
        sizes = (vocab_size, emb_dim, pad_idx)
        return LocalModel(ProbeNetwork(*sizes) if n_classes == 1 else ClassProbe(*sizes, n_classes), "model")

    def scripted(self, losses: Sequence[float], train_losses: Sequence[float] = ()) -> LocalModel:
        """A network whose losses follow a script."""
        return LocalModel(ScriptedNetwork(losses, train_losses), "model")

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
        return Vectors(list(words), matrix.clone())

    def read_vectors(self, vectors: object) -> Tensor:
        """The matrix of word vectors, as it is now."""
        assert isinstance(vectors, Vectors)
        return plain_tensor(vectors.matrix, "vectors.matrix")


def _second_text(given: Tensor) -> str:
    """What follows the ids, a mask or lengths, as students read it."""
    return f"padding {list(given.shape)}" if given.dtype is torch.bool else f"lengths {given.tolist()[:8]}"


def _takes_lengths(network: nn.Module) -> bool:
    """Whether forward wants a second argument."""
    taken = inspect.signature(network.forward).parameters.values()
    needed = [
        argument
        for argument in taken
        if argument.default is argument.empty
        and argument.kind in (argument.POSITIONAL_ONLY, argument.POSITIONAL_OR_KEYWORD)
    ]
    return len(needed) > 1


def _inputs(ids: Tensor, lengths: Tensor | None) -> list[Tensor]:
    """What the network is called with; copies, so that it cannot change the check's own."""
    return [ids.clone()] if lengths is None else [ids.clone(), lengths.clone()]


def _unwrap(value: object) -> object:
    if isinstance(value, LocalModel):
        return value.module
    if type(value) is list and not isinstance(value, BatchList):
        return list(value)
    return value.clone() if isinstance(value, Tensor) else value
