"""Integrated gradients at the embedding layer, for any number of sentences in one call.

Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from textlab.attribution.path import EmbeddedModel, evaluation, integrate
from textlab.attribution.quadrature import Nodes, Rule, nodes
from textlab.attribution.result import AttributionData, Attributions, Metadata
from textlab.attribution.sentences import Encoder, Sentence, read_sentences
from textlab.attribution.target import PREDICTED, Classes, Output
from textlab.kit_answers import answers_a_blank

Baseline = Literal["pad", "zero"]


@answers_a_blank
def explain(
    model: nn.Module,
    sentences: str | Sequence[str] | Sequence[Sequence[int]] | Tensor,
    vocabulary: Encoder | None = None,
    *,
    target: int | str | None = None,
    labels: Mapping[str, int] | None = None,
    output: Output = "logit",
    baseline: Baseline = "pad",
    rule: Rule = "riemann_middle",
    n_steps: int = 500,
    min_len: int = 1,
    internal_batch_size: int = 256,
    with_lengths: bool = False,
    layer: str = "embedding",
    tokens: Sequence[Sequence[str]] | None = None,
    pad_id: int = 1,
    truth: Sequence[int | str | None] | None = None,
) -> Attributions:
    """What each token of each sentence adds to F(x) − F(x′), by integrated gradients at the embedding layer.

    model: `model(ids)` or, with `with_lengths`, `model(ids, lengths)`, batch-first; gives one logit per sentence
        ([batch] or [batch, 1]) or one per class ([batch, classes]). It runs in evaluation mode and is given back
        as it was; gradients of its parameters are not touched.
    sentences: texts, which `vocabulary` encodes, or token ids (padding at their end is cut off).
    target: the class to explain, by index or name; None or "predicted": the predicted one. With one logit None.
    labels: name -> index of every class; with one logit its own class has index 1.
    output: explain the target's "logit" or its "probability" (sigmoid or softmax).
    baseline: "pad", the padding token at every place of the sentence, or "zero", embeddings of zeros.
    rule, n_steps: how the way from baseline to sentence is sampled, see `quadrature.nodes`.
    min_len: shorter sentences are padded to it, as a convolution needs.
    internal_batch_size: the memory bound. No call of the model gets more rows than this, whatever the number of
        sentences and steps; a row is one sentence at one place on the way. Results do not depend on it.
    layer: name of the submodule that turns ids [batch, length] into embeddings [batch, length, emb_dim].
    tokens: what to show for each id, if the vocabulary should not say. pad_id: the padding's id, without one.
    truth: the true class of each sentence, by index or name.

    Sentences of unequal length are not padded to each other, so each gets the numbers that it gets alone.
    Raises ValueError for arguments that do not fit.
    """
    if internal_batch_size < 1:
        raise ValueError(f"internal_batch_size is {internal_batch_size}, it must be at least 1")
    if output not in get_args(Output) or baseline not in get_args(Baseline):
        raise ValueError(f"output is {output!r}, baseline {baseline!r}: take logit or probability, pad or zero")
    pad_id = pad_id if vocabulary is None else vocabulary.pad_id
    read = read_sentences(sentences, vocabulary, tokens=tokens, pad_id=pad_id, min_len=min_len)
    if truth is not None and len(truth) != len(read):
        raise ValueError(f"{len(read)} sentences but {len(truth)} true classes: give one a sentence")
    try:
        embedded = EmbeddedModel(model, model.get_submodule(layer), layer, with_lengths)
    except AttributeError:
        names = [name for name, module in model.named_modules() if isinstance(module, nn.Embedding)]
        raise ValueError(f"the model has no layer {layer!r}: its embeddings are {', '.join(names)}") from None
    method = _Method(embedded, output, baseline, pad_id, nodes(rule, n_steps), internal_batch_size)
    groups = _groups(read, internal_batch_size)
    with evaluation(model):
        classes, logits = method.predict(read, groups, labels)
        predictions = classes.predictions(logits)
        targets = classes.targets(target, predictions)
        true = [None if name is None else classes.index(name) for name in truth or [None] * len(read)]
        attributions, baseline_outputs = method.attribute(read, groups, classes, targets)
    index = torch.tensor(targets)
    blank = torch.empty(0, dtype=torch.int64)
    return Attributions(
        Metadata(
            {
                "model": type(model).__name__,
                "layer": layer,
                "target": _target_name(classes, target),
                "output": output,
                "baseline": baseline,
                "rule": rule,
                "n_steps": n_steps,
                "min_len": min_len,
                "internal_batch_size": internal_batch_size,
                "with_lengths": with_lengths,
            }
        ),
        AttributionData(
            tokens=tuple(item.tokens for item in read),
            ids=tuple(item.ids for item in read),
            baselines=tuple(torch.full_like(item.ids, pad_id) if baseline == "pad" else blank for item in read),
            attributions=tuple(attributions),
            outputs=classes.select(logits, index, output),
            baseline_outputs=baseline_outputs,
            probabilities=classes.select(logits, index, "probability"),
            predicted_probabilities=classes.select(logits, torch.tensor(predictions), "probability"),
            targets=tuple(targets),
            predictions=tuple(predictions),
            truth=tuple(true),
            unknown=tuple(item.unknown for item in read),
            classes=classes.names,
        ),
    )


@dataclass(frozen=True)
class _Method:
    """Integrated gradients of one model with one setting."""

    model: EmbeddedModel
    output: Output
    baseline: Baseline
    pad_id: int
    rule: Nodes
    rows: int

    def predict(
        self, read: Sequence[Sentence], groups: Sequence[Sequence[int]], labels: Mapping[str, int] | None
    ) -> tuple[Classes, Tensor]:
        """The model's classes, and its logits [sentences, classes], float64 on the CPU."""
        classes = None
        logits: dict[int, Tensor] = {}
        for group in groups:
            with torch.no_grad():
                output = self.model(self._ids(read, group), read[group[0]].length)
            classes = classes or Classes.of(output, len(group), labels)
            found = classes.logits(output).double().cpu()
            if not found.isfinite().all():
                raise ValueError(f"the model gives {found.tolist()}: only finite numbers can be explained")
            logits.update(zip(group, found, strict=True))
        assert classes is not None
        return classes, torch.stack([logits[place] for place in range(len(read))])

    def attribute(
        self, read: Sequence[Sentence], groups: Sequence[Sequence[int]], classes: Classes, targets: Sequence[int]
    ) -> tuple[list[Tensor], Tensor]:
        """Attributions [tokens, emb_dim] of each sentence, and F(x′) [sentences]; float64 on the CPU."""
        attributions: dict[int, Tensor] = {}
        outputs = torch.empty(len(read), dtype=torch.float64)

        def select(output: Tensor, target: Tensor) -> Tensor:
            return classes.select(classes.logits(output), target, self.output)

        for group in groups:
            ids, length = self._ids(read, group), read[group[0]].length
            target = torch.tensor([targets[place] for place in group])
            with torch.no_grad():
                end = self.model.embed(ids)
                start = (
                    torch.zeros_like(end)
                    if self.baseline == "zero"
                    else self.model.embed(torch.full_like(ids, self.pad_id))
                )
                logits = classes.logits(self.model(ids, length, start)).double().cpu()
            outputs[list(group)] = classes.select(logits, target, self.output)
            ends = (start, end)
            found = integrate(self.model, ids, length, ends, select, target.to(ids.device), self.rule, self.rows)
            attributions.update(zip(group, found, strict=True))
        return [attributions[place] for place in range(len(read))], outputs

    def _ids(self, read: Sequence[Sentence], group: Sequence[int]) -> Tensor:
        """[group, tokens] on the model's device."""
        device = next(self.model.model.parameters(), torch.empty(0)).device
        return torch.stack([read[place].ids for place in group]).to(device)


def _groups(read: Sequence[Sentence], rows: int) -> list[list[int]]:
    """Places of sentences of one length, at most `rows` in a group: no padding, and a bound on what is embedded."""
    by_length: defaultdict[int, list[int]] = defaultdict(list)
    for place, sentence in enumerate(read):
        by_length[sentence.length].append(place)
    return [places[first : first + rows] for places in by_length.values() for first in range(0, len(places), rows)]


def _target_name(classes: Classes, target: int | str | None) -> str:
    if classes.columns == 1:
        return classes.names[1]
    return PREDICTED if target in (None, PREDICTED) else classes.names[classes.index(target)]
