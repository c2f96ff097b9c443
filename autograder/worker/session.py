"""The worker's verbs. Each takes values that the judge sent and gives values back; docs/worker.md lists them."""

from __future__ import annotations

import base64
import contextlib
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from autograder.wire.frames import FrameError
from autograder.wire.values import Handle
from autograder.worker.printed import Printed
from autograder.worker.served import Served
from autograder.worker.stand_ins import padding_reference, silence_dropout
from textlab.checks.failure import StudentError
from textlab.checks.local import LocalBench, LocalFunction, LocalModel, LocalNetwork, student_code
from textlab.definitions.beside import why_left_out
from textlab.definitions.loading import LoadedModule, locate
from textlab.definitions.own_settings import SETTINGS
from textlab.definitions.surroundings import enter_folder, run_eagerly
from textlab.form import Form
from textlab.training import TrainingPlan, seed_everything
from textlab.vectors import Vectors

NOTEBOOK = "notebook"
"""The notebook's folder, below the one in which a worker starts."""
Verb = Callable[..., Any]


class Session:
    """The objects of one submission, by number, and the verbs that act on them."""

    def __init__(self, printed: Printed) -> None:
        self.printed = printed
        self._folder = Path.cwd() / NOTEBOOK
        self._module = LoadedModule(self._folder)
        self._apart: dict[str, LoadedModule] = {}
        self._entered = False
        self._objects: list[Any] = []
        self._bench = LocalBench()
        self._served = Served()
        verbs: tuple[Verb, ...] = (
            self.serve,
            self.bring,
            self.load,
            self.signature,
            self.build,
            self.made,
            self.step,
            self.probe,
            self.scripted,
            self.lookup,
            self.batches,
            self.vocabulary,
            self.vectors,
            self.read_vectors,
            self.parameters,
            self.given,
            self.get_weights,
            self.set_weights,
            self.forward,
            self.forward_embedded,
            self.gradients,
            self.fit,
            self.predict,
            self.call,
            self.drawn_afterwards,
        )
        self._verbs = {verb.__name__: verb for verb in verbs}

    def answer(self, verb: str, arguments: Mapping[str, Any]) -> Any:
        """Run one verb. Raises StudentError for what the student's code did, FrameError for an unknown verb."""
        if verb not in self._verbs:
            raise FrameError(f"unknown verb {verb!r}")
        self._reset()
        return self._verbs[verb](**arguments)

    def resolve(self, number: int) -> Any:
        """The object of that number."""
        if not 0 <= number < len(self._objects):
            raise FrameError(f"there is no object {number}")
        return self._objects[number]

    def serve(self, words: list[str], matrix: Tensor) -> None:
        """Fill what is served to the notebook: words, and their vectors [words, dim]."""
        self._served.fill(words, matrix)

    def bring(self, name: str, content: str) -> None:
        """Put a file that came along with the notebook into its folder: a name in it, and the content in base64."""
        bytes_ = base64.b64decode(content)
        if why_left_out(name, len(bytes_)):
            raise FrameError(f"{name!r} is no file that comes along with a notebook")
        place = self._enter() / name
        with contextlib.suppress(OSError):  # a file may have the name of another one's folder
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(bytes_)

    def load(
        self,
        program: list[list[Any]],
        names: list[str],
        padding: Sequence[str] = (),
        quiet: bool = False,
        served: Mapping[str, Sequence[str]] | None = None,
        lost: Mapping[str, str] | None = None,
        apart: Sequence[tuple[list[str], list[list[Any]]]] = (),
    ) -> dict[str, Any]:
        """Run [cell, line, source] statements; say which of the names exist then, and what failed.

        `lost` has names that the notebook binds in blocks which are left out, with the reason.
        `served` lists the names that are bound to the kit's own `vocabulary` and `vectors` before.
        The names in `padding` become the kit's own function that fills ids with a padding id, and `quiet` silences
        dropout: what builds on something that was found wrong is judged as if it were right. `apart` has names that
        come from statements of their own, in a module of their own.
        """
        self._enter()
        if quiet:
            silence_dropout()
        self._apart = {name: module for own, _ in apart for module in [LoadedModule(self._folder)] for name in own}
        programs = [(self._module, program), *((self._apart[own[0]], pieces) for own, pieces in apart)]
        for module, pieces in programs:
            module.enter()
            module.lose(lost or {})
            for name, value in SETTINGS.items():
                module.replace(name, value)
            for kind, bound in (served or {}).items():
                for name in bound:
                    module.replace(name, getattr(self._served, kind))
            for cell, line, source in pieces:
                module.run(cell, line, source)
            for name in padding:
                module.replace(name, padding_reference)
        return {
            "found": [name for name in names if callable(self._home(name).find(name))],
            "failures": [failure for module, _ in programs for failure in module.failures][:20],
        }

    def signature(self, name: str) -> list[str]:
        """The names of the arguments that the class of that name takes."""
        return LocalNetwork(self._named(name), locate).parameters()

    def build(
        self,
        name: str,
        arguments: dict[str, Any],
        form: dict[str, bool] | None = None,
        seed: int = 0,
        variables: Mapping[str, Any] | None = None,
    ) -> Handle:
        """Build a network from the class of that name, to be called in that form; its start follows from the seed.

        `variables` of the notebook get these values before.
        """
        for variable, value in (variables or {}).items():
            self._home(name).replace(variable, value)
        seed_everything(seed)
        network = LocalNetwork(self._named(name), locate, Form(**form) if form else None)
        return self._keep(network.build(**arguments))

    def made(self, name: str) -> Handle:
        """The network that the notebook itself has made under that name."""
        module = self._named(name)
        if not isinstance(module, nn.Module):
            raise StudentError(name, "", f"{type(module).__name__} where a network was expected")
        return self._keep(LocalModel(module, name, locate).settle())

    def step(self, model: LocalModel, optimizer: str) -> None:
        """Take a step of the notebook's optimiser of that name; all gradients of the model are 1."""
        found = self._named(optimizer)
        if not isinstance(found, torch.optim.Optimizer):
            raise StudentError(optimizer, "", f"{type(found).__name__} where an optimiser was expected")
        with student_code(f"{optimizer}.step()", locate):
            for parameter in nn.Module.parameters(model.module):
                parameter.grad = torch.ones_like(parameter)
            found.step()

    def probe(self, vocab_size: int, emb_dim: int, pad_idx: int, n_classes: int) -> Handle:
        """Make the kit's own small network."""
        return self._keep(self._bench.probe(vocab_size, emb_dim, pad_idx, n_classes))

    def scripted(self, losses: list[float], train_losses: list[float]) -> Handle:
        """Make the kit's network whose losses follow a script."""
        return self._keep(self._bench.scripted(losses, train_losses))

    def lookup(self, vocab_size: int, dropout: float) -> Handle:
        """Make the kit's network whose logits are weights."""
        return self._keep(self._bench.lookup(vocab_size, dropout))

    def batches(self, ids: Tensor, lengths: Tensor, labels: Tensor, sizes: list[int]) -> Handle:
        """Make a list of batches."""
        return self._keep(self._bench.batches(ids, lengths, labels, sizes))

    def vocabulary(self, tokens: list[str]) -> Handle:
        """Make a vocabulary."""
        return self._keep(self._bench.vocabulary(tokens))

    def vectors(self, words: list[str], matrix: Tensor) -> Handle:
        """Make word vectors."""
        return self._keep(self._bench.vectors(words, matrix))

    def read_vectors(self, vectors: Vectors) -> Tensor:
        """The matrix of word vectors, as it is now."""
        return self._bench.read_vectors(vectors)

    def given(self, model: LocalModel) -> dict[str, Tensor]:
        """The tensors that the model was built from."""
        return model.given()

    def parameters(self, model: LocalModel) -> dict[str, list[int]]:
        """Names and shapes of trainable parameters."""
        return {name: list(shape) for name, shape in model.parameters().items()}

    def get_weights(self, model: LocalModel) -> dict[str, Tensor]:
        """All weights by name."""
        return model.get_weights()

    def set_weights(self, model: LocalModel, weights: dict[str, Tensor]) -> None:
        """Replace all weights."""
        model.set_weights(weights)

    def forward(self, model: LocalModel, ids: Tensor, lengths: Tensor | None, training: bool, seed: int) -> Tensor:
        """Output for token ids; a padding mask comes in place of lengths as zeros and ones."""
        if lengths is not None and lengths.dtype is torch.uint8:
            lengths = lengths.bool()
        return model.forward(ids, lengths, training=training, seed=seed)

    def forward_embedded(self, model: LocalModel, embedded: Tensor) -> Tensor:
        """Output for embeddings."""
        return model.forward_embedded(embedded)

    def gradients(self, model: LocalModel, ids: Tensor, lengths: Tensor | None) -> dict[str, float]:
        """Largest gradient per parameter."""
        return model.gradients(ids, lengths)

    def fit(
        self,
        model: LocalModel,
        ids: Tensor,
        lengths: Tensor,
        labels: Tensor,
        plan: dict[str, Any],
        device: str = "cpu",
    ) -> list[float]:
        """Train on the device; mean loss per epoch."""
        return model.fit(ids, lengths, labels, TrainingPlan(**plan), device=device)

    def predict(
        self, model: LocalModel, ids: Tensor, lengths: Tensor, pad_id: int, with_lengths: bool, device: str = "cpu"
    ) -> Tensor:
        """One logit per review, computed on the device."""
        return model.predict(ids, lengths, pad_id=pad_id, with_lengths=with_lengths, device=device)

    def call(self, name: str, arguments: list[Any], keywords: dict[str, Any], seed: int = 0) -> Any:
        """Call the function of that name; what it draws follows from the seed."""
        seed_everything(seed)
        return LocalFunction(self._named(name), locate)(*arguments, **keywords)

    def _enter(self) -> Path:
        """The notebook's own folder, made and entered when it is asked for first."""
        if not self._entered:
            self._entered = True
            enter_folder(self._folder)
            run_eagerly()
        return self._folder

    def _home(self, name: str) -> LoadedModule:
        """The module that a name comes from."""
        return self._apart.get(name, self._module)

    def drawn_afterwards(self, name: str, arguments: list[Any], seed: int) -> list[float]:
        """What is drawn from the global states right after a call of the function of that name."""
        return LocalFunction(self._named(name), locate).drawn_afterwards(seed, *arguments)

    def _named(self, name: str) -> Any:
        module = self._home(name)
        module.enter()
        found = module.find(name)
        if found is None:
            raise StudentError(name, "NameError", f"the notebook defines no {name}")
        return found

    def _keep(self, made: Any) -> Handle:
        self._objects.append(made)
        return Handle(len(self._objects) - 1)

    def _reset(self) -> None:
        """Undo what an earlier call may have changed for all."""
        signal.alarm(0)
        # What came before must not decide what a network is made with or what its dropout does.
        seed_everything(0)
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.set_num_threads(1)
        sys.stdout = sys.stderr = self.printed
