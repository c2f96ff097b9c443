"""A class that follows another contract than the kit's, under the kit's arguments and in the kit's form."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.contracts import Role
from autograder.judge import border
from autograder.judge.client import Worker
from autograder.judge.remote import QUICK_S, RemoteFunction, RemoteModel, RemoteNetwork, WorkerSource
from textlab.checks.behaviour import scaled
from textlab.checks.draw import Draw
from textlab.checks.failure import StudentError
from textlab.checks.plain import Value
from textlab.checks.subject import Asked
from textlab.form import Form

WEIGHT = "embedding.weight"
SPECIAL = ["<unk>", "<pad>"]
ANY = "**"
SCALES = (1.0, 10.0)
"""What weights are multiplied by: logits leave 0 to 1 when they are large."""


class TranslatedNetwork(RemoteNetwork):
    """A class inside the worker: arguments get its names, ids its layout, and its output becomes logits."""

    def __init__(
        self,
        name: str,
        worker: WorkerSource,
        train_seconds: float,
        *,
        role: Role,
        with_lengths: bool,
        probabilities: dict[str, bool],
    ) -> None:
        """`probabilities` keeps, by class, what was found out about the output."""
        super().__init__(name, worker, train_seconds)
        self._role = role
        self._with_lengths = with_lengths
        self._probabilities = probabilities
        self._names: dict[str, str] = {}
        self.asked = Asked(role.kernel_count, self._names, role.layout == "sequence_first")

    def build(self, **arguments: Any) -> RemoteModel:
        """Build a network from the kit's arguments. With a `matrix` its embedding starts from it in any case."""
        model = self.build_as_it_is(**arguments)
        matrix = arguments.get("matrix")
        if isinstance(matrix, Tensor):
            weights = model.get_weights()
            if WEIGHT in weights and weights[WEIGHT].shape == matrix.shape:
                model.set_weights({**weights, WEIGHT: matrix})
        return model

    def build_as_it_is(self, **arguments: Any) -> RemoteModel:
        """The same, with the embedding as the class itself leaves it."""
        worker, arguments = self._worker(), self.repair.changed(arguments)
        matrix = arguments.get("matrix")
        if isinstance(matrix, Tensor):
            worker.request("serve", QUICK_S, border.nothing(), words=served_words(len(matrix)), matrix=matrix)
            arguments = {"vocab_size": len(matrix), "emb_dim": matrix.shape[1], **arguments}
        given = self._given(worker, arguments)
        model = self._made(worker, given, self._role.output == "probabilities")
        if self._role.output == "either":
            known = self._probabilities.get(self.name)
            if known is None:
                known = self._probabilities[self.name] = self._gives_probabilities(model, arguments["vocab_size"])
                model = self._made(worker, given, False)
            if known:
                model = self._made(worker, given, True)
        return model

    @property
    def has_layout(self) -> bool:
        """Whether a contract says how the ids are laid out."""
        return self._role.layout == "sequence_first"

    def sized_arguments(self, **arguments: Any) -> list[str]:
        """Those of these arguments that are numbers, as the class names them."""
        return super().sized_arguments(**self._given(self._worker(), arguments))

    def _made(self, worker: Worker, given: Mapping[str, Any], probabilities: bool) -> RemoteModel:
        form = Form(
            sequence_first=(self._role.layout == "sequence_first") != self.repair.other_layout,
            longest_first=self._role.longest_first,
            probabilities=probabilities,
            lengths=self._role.lengths,
            columns=self._role.columns,
        )
        asked = {"arguments": given, "form": dataclasses.asdict(form), "seed": self._seed}
        asked["variables"] = self._variables(given)
        handle = worker.request("build", QUICK_S, border.handle(), name=self.name, **asked)
        kind = OneLogit if self._role.columns == 2 else RemoteModel
        return kind(worker, handle, self._train_seconds, given)

    def _given(self, worker: Worker, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments under the names that the class takes."""
        taken = worker.request("signature", QUICK_S, border.names(), name=self.name)
        vectors = self._role.arguments.get("matrix", ()) if "matrix" not in arguments else ()
        if any(name in taken for name in vectors):
            # Of classes that start from vectors only the sizes are asked where no vectors are.
            width = arguments.get("embedding_dim", arguments.get("emb_dim"))
            arguments = {**arguments, "matrix": Draw(0).normal(arguments["vocab_size"], width)}
        given = {}
        for argument, value in arguments.items():
            names = self._role.arguments.get(argument, (argument,))
            name = next((name for name in names if name in taken), "")
            if not name and (ANY in taken or argument not in self._role.optional):
                name = names[0]
            if name:
                given[name] = self._sized(argument, value)
                self._names[argument] = name
        constants = {name: value for name, value in self._role.constants.items() if name in taken or ANY in taken}
        return {**given, **constants}

    def _sized(self, argument: str, value: Any) -> Any:
        """As many kernel sizes as the class is made for: the next larger ones are added, or the last left out."""
        count = self._role.kernel_count
        if argument != "kernel_sizes" or count is None:
            return value
        return [*value, *range(max(value) + 1, max(value) + 1 + count)][:count]

    def _gives_probabilities(self, model: RemoteModel, vocab_size: int) -> bool:
        """Whether all outputs stay between 0 and 1, however large the weights are."""
        ids = Draw(0).token_ids(24, 12, vocab_size)
        lengths = torch.full((24,), 12) if self._with_lengths else None
        outputs = []
        try:
            weights = model.get_weights()
            for scale in SCALES:
                model.set_weights(scaled(weights, scale))
                outputs.append(model.forward(ids, lengths).flatten())
        except StudentError:
            # A check will say what is wrong.
            return False
        # The difference of two probabilities is between -1 and 1.
        least = 0 if self._role.columns == 1 else -1
        within = all(bool(((output >= least) & (output <= 1)).all()) for output in outputs)
        # One number for all, such as softmax over one column gives, is neither; a check will say so. Large weights
        # may bring the probabilities of all to 0, so one of the scales has to tell reviews apart.
        return within and any(bool((output != output[:1]).any()) for output in outputs)


class OneLogit(RemoteModel):
    """A network with one number a class, as if it had one logit: the difference of the two.

    The two rows of its linear layer show as one, the second less the first; set, the first is zero.
    """

    def parameters(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the trainable parameters."""
        return {
            name: (1, *shape[1:]) if _is_head(name, shape) else shape for name, shape in super().parameters().items()
        }

    def get_weights(self) -> dict[str, Tensor]:
        """All parameters and buffers by name."""
        weights = super().get_weights()
        return {
            name: value[1:] - value[:1] if _is_head(name, value.shape) else value for name, value in weights.items()
        }

    def set_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Replace parameters and buffers."""
        heads = {name for name, shape in super().parameters().items() if _is_head(name, shape)}
        super().set_weights(
            {name: torch.cat([value * 0, value]) if name in heads else value for name, value in weights.items()}
        )


class TranslatedFunction(RemoteFunction):
    """A function inside the worker whose arguments have other names, or another order, than those of the kit's."""

    def __init__(self, name: str, worker: WorkerSource, *, role: Role, parameters: Sequence[str]) -> None:
        """`parameters`: the arguments of the kit's function, in its order."""
        super().__init__(name, worker)
        self._role = role
        self._parameters = parameters

    def __call__(self, *arguments: object, **keywords: object) -> Value:
        """Call it with the kit's arguments."""
        worker = self._worker()
        taken = worker.request("signature", QUICK_S, border.names(), name=self.name)
        named = {self._own(name, taken): value for name, value in zip(self._parameters, arguments, strict=False)}
        asked = {self._own(name, taken): value for name, value in keywords.items()}
        if set(taken[: len(named)]) == set(named):
            return super().__call__(*(named[name] for name in taken[: len(named)]), **asked)
        return super().__call__(**named, **asked)

    def _own(self, argument: str, taken: Sequence[str]) -> str:
        """The function's own name for an argument of the kit's."""
        names = self._role.arguments.get(argument, (argument,))
        return next((name for name in names if name in taken), names[0])


def _is_head(name: str, shape: Sequence[int]) -> bool:
    """Whether a weight belongs to a linear layer with two outputs."""
    return len(shape) in (1, 2) and shape[0] == 2 and "embedding" not in name


def served_words(count: int) -> list[str]:
    """Made-up words, `<unk>` and `<pad>` first."""
    return [*SPECIAL, *(f"word{number}" for number in range(2, count))][:count]
