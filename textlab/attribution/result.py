"""What `explain` gives back: metadata, data, and one Explanation per sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import torch
from torch import Tensor

from textlab.attribution.explanation import Explanation
from textlab.attribution.markup import to_html

Parameter = str | int | bool


@dataclass(frozen=True)
class Metadata:
    """Which method explained, and how it was set."""

    parameters: dict[str, Parameter]
    """The arguments of `explain` that say how: output, baseline, rule, n_steps, min_len, layer and others."""
    name: str = "integrated gradients"
    type: str = "local attribution, needs gradients"


@dataclass(frozen=True, eq=False)
class AttributionData:
    """Inputs and results, one entry per sentence. Tensors are on the CPU; numbers of the model are float64."""

    tokens: tuple[tuple[str, ...], ...]
    """As they are shown: unknown words as written, padding up to min_len at the end."""
    ids: tuple[Tensor, ...]
    """[tokens] int64, what the model sees."""
    baselines: tuple[Tensor, ...]
    """[tokens] int64, the ids of the baseline; [0] for the zero baseline, which has none."""
    attributions: tuple[Tensor, ...]
    """[tokens, emb_dim]."""
    outputs: Tensor
    """[sentences], F(x): logit or probability of the target."""
    baseline_outputs: Tensor
    """[sentences], F(x′): the same when the embeddings are the baseline's."""
    probabilities: Tensor
    """[sentences], of the target."""
    predicted_probabilities: Tensor
    """[sentences], of the predicted class."""
    targets: tuple[int, ...]
    """Index of the class explained."""
    predictions: tuple[int, ...]
    """Index of the class predicted."""
    truth: tuple[int | None, ...]
    """Index of the true class, None when nobody has said."""
    unknown: tuple[tuple[int, ...], ...]
    """Places of the tokens that the vocabulary does not know."""
    classes: tuple[str, ...]
    """Names of the classes by index."""

    @property
    def scores(self) -> tuple[Tensor, ...]:
        """[tokens] per sentence: attributions summed over the embedding axis."""
        return tuple(item.sum(dim=-1) for item in self.attributions)

    @property
    def deltas(self) -> Tensor:
        """[sentences], convergence deltas: sum of the attributions minus F(x) − F(x′)."""
        sums = torch.stack([item.sum() for item in self.attributions])
        return sums - (self.outputs - self.baseline_outputs)


@dataclass(frozen=True, eq=False, repr=False)
class Attributions(Sequence[Explanation]):
    """The explanations of several sentences; as a sequence it gives one `Explanation` each. A notebook draws them."""

    meta: Metadata
    data: AttributionData

    def __repr__(self) -> str:
        return f"Attributions({len(self)} sentences, {self.meta.name}, {self.meta.parameters})"

    def _repr_html_(self) -> str:
        return to_html(self)

    def __len__(self) -> int:
        return len(self.data.tokens)

    @overload
    def __getitem__(self, place: int) -> Explanation: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Explanation]: ...
    def __getitem__(self, place: int | slice) -> Explanation | Sequence[Explanation]:
        if isinstance(place, slice):
            return [self[index] for index in range(*place.indices(len(self)))]
        data = self.data
        scores = data.attributions[place].sum(dim=-1)
        target, truth = data.targets[place], data.truth[place]
        return Explanation(
            tokens=data.tokens[place],
            scores=tuple(scores.tolist()),
            probability=float(data.probabilities[place]),
            delta=float(scores.sum() - (data.outputs[place] - data.baseline_outputs[place])),
            label=None if truth is None else data.classes[truth],
            target=data.classes[target],
            other=data.classes[1 - target] if len(data.classes) == 2 else "other classes",
            output=str(self.meta.parameters["output"]),
            predicted=data.classes[data.predictions[place]],
            predicted_probability=float(data.predicted_probabilities[place]),
            unknown=data.unknown[place],
        )
