"""Checks of explain_label: integrated gradients of the logit of a class that is called by its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from textlab.checks import transformer
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError, expect_close, expect_shape
from textlab.checks.path_differences import scores_from_differences
from textlab.checks.probe import ClassProbe, integrated_gradients
from textlab.checks.rnn import redraw
from textlab.checks.subject import Bench, Function, Model, Network

# As in the checks of notebooks 2 and 3; another class or baseline is off by half of the largest score and more.
PROBE_SHARE = 0.02
OWN_SHARE = 0.05
SCALED = 0.05
"""Scores whose factor is nearer to one are not called scaled."""
PAD = 1


@dataclass(frozen=True)
class Case:
    """A review [1, length], a model with named classes, and what has to come out."""

    model: Model
    ids: Tensor
    label: str
    labels: list[str]
    scores: Tensor
    """[length] float64."""
    difference: float
    """F(x) − F(x′), both with the padding mask of the review."""
    others: dict[str, Tensor]
    """Scores by the mistake that leads to them."""
    said: str

    @property
    def call(self) -> str:
        """The call as students read it."""
        return f'explain_label({self.said}, ids {list(self.ids.shape)}, "{self.label}", {self.labels}, pad_idx={PAD})'


def class_is_found_by_its_label(explain: Function, bench: Bench, draw: Draw) -> None:
    """The scores explain the logit of the class that the label names"""
    for case in _cases(bench, draw):
        _compare(explain(case.model, case.ids, case.label, case.labels, PAD, n_steps=300), case, PROBE_SHARE)


def unknown_label_is_refused(explain: Function, bench: Bench, draw: Draw) -> None:
    """A label that no class has is refused by a message that names those there are"""
    case = _cases(bench, draw)[0]
    label = draw.word()
    call = f'explain_label({case.said}, ids, "{label}", {case.labels}, pad_idx={PAD})'
    got = "no error"
    try:
        explain(case.model, case.ids, label, case.labels, PAD, n_steps=2)
    except StudentError as error:
        if error.not_attempted:
            raise
        got = f"{error.type_name}: {error.message}"[:200]
        if error.type_name in ("ValueError", "KeyError") and all(name in error.message for name in case.labels):
            return
    raise CheckFailed(
        "an unknown label gets no useful message",
        input=call,
        expected=f"a ValueError whose message names the labels there are: {', '.join(case.labels)}",
        got=got,
        likely="the label is not looked up at all, or list.index speaks for itself",
        next="before anything is explained, look whether the label is there; else raise a ValueError that lists all",
    )


def delta_belongs_to_the_review(explain: Function, bench: Bench, draw: Draw) -> None:
    """The delta is the sum of the scores minus F(x) − F(x′), under the review's own padding mask"""
    for case in _cases(bench, draw):
        # Few steps, so that an honest delta is large enough to be told from a made-up one.
        scores, delta = _unpack(explain(case.model, case.ids, case.label, case.labels, PAD, n_steps=4), case.call)
        _expect_delta(scores, delta, case)


def own_network_is_explained(network: Network, explain: Function, draw: Draw) -> None:
    """The scores explain TransformerClassifier itself"""
    model = network.build(**transformer.sizes(n_classes=3, max_length=16))
    weights = redraw(model, draw)
    ids = draw.token_ids(1, 6, 40, avoid=[PAD])
    labels = _names(draw, 3)
    end, start = (weights["embedding.weight"][tokens] for tokens in (ids[0], torch.full_like(ids[0], PAD)))
    logits = model.forward_embedded(torch.stack([end, start])).double()
    for place in draw.permutation(3).tolist()[:2]:
        case = Case(
            model=model,
            ids=ids,
            label=labels[place],
            labels=labels,
            scores=scores_from_differences(model, end, start, output=place),
            difference=float(logits[0, place] - logits[1, place]),
            others={},
            said="your TransformerClassifier",
        )
        try:
            given = explain(model, ids, case.label, labels, PAD, n_steps=300)
        except StudentError as error:
            if "nan" not in error.message.lower():
                raise
            raise CheckFailed(
                "the delta is no number",
                input=case.call,
                expected="sum of scores − (F(x) − F(x′)), with the padding mask of the review in both",
                got=error.message,
                likely="the baseline is all padding, and the network masked all of it: attention to nothing is NaN",
                next="additional_forward_args=(ids == pad_idx,) keeps the mask; forward must heed its second one",
            ) from None
        scores, delta = _compare(given, case, OWN_SHARE)
        _expect_delta(scores, delta, case)


def _compare(result: Any, case: Case, share: float) -> tuple[Tensor, float]:
    """Fail unless the scores are those of the case, within a share of the largest."""
    scores, delta = _unpack(result, case.call)
    expect_shape(
        scores,
        [tuple(case.scores.shape)],
        input=case.call,
        likely="the attributions still have the embedding axis, or the batch axis",
        next="sum over the last axis and take the only review of the batch",
    )
    tolerance = share * max(float(case.scores.abs().max()), 1e-3)
    expect_close(
        scores.double(),
        case.scores,
        tolerance=tolerance,
        what=f"the scores do not explain the logit of “{case.label}”",
        input=case.call,
        likely=_cause(scores.double(), case, tolerance),
        next="look up the target by its label; baselines of pad_idx, model.eval(), sum over the embedding axis",
    )
    return scores, delta


def _expect_delta(scores: Tensor, delta: float, case: Case) -> None:
    true_delta = float(scores.double().sum()) - case.difference
    if abs(delta - true_delta) > 0.1 * abs(true_delta) + 1e-3 * max(1.0, abs(case.difference)):
        raise CheckFailed(
            "the convergence delta does not belong to these scores",
            input=case.call,
            expected=f"sum of scores − (F(x) − F(x′)) = {true_delta:.2g}, with the review's own mask in both",
            got=f"{delta:.2g}",
            likely="F(x′) was taken with the baseline's mask, which hides every token; or the delta lost its sign",
            next="additional_forward_args=(ids == pad_idx,) hands the review's own mask to every call of the model",
        )


def _unpack(result: Any, call: str) -> tuple[Tensor, float]:
    """Scores [length] and delta as they came back; CheckFailed when they are something else."""
    if isinstance(result, (list, tuple)) and len(result) == 2:
        scores, delta = result
        if isinstance(scores, list) and scores and all(isinstance(score, (int, float)) for score in scores):
            scores = torch.tensor(scores, dtype=torch.float64)
        if isinstance(delta, Tensor) and delta.numel() == 1:
            delta = float(delta)
        if isinstance(scores, Tensor) and isinstance(delta, (int, float)):
            return scores, float(delta)
    kinds = [type(item).__name__ for item in result[:4]] if isinstance(result, (list, tuple)) else []
    raise CheckFailed(
        "explain_label does not give two results",
        input=call,
        expected="(scores: tensor [length], delta: float)",
        got=", ".join(kinds) or type(result).__name__,
        likely="the return is missing, or gives the raw attributions",
        next="end with: return scores, delta",
    )


def _cases(bench: Bench, draw: Draw) -> list[Case]:
    """Reviews without padding, models with three to five classes in an order of their own; weights drawn for each."""
    cases: list[Case] = []
    for n_classes, length in [(3, draw.integer(7, 9)), (draw.integer(4, 5), draw.integer(3, 5))]:
        vocab_size, emb_dim = 30, draw.integer(5, 9)
        mirror = ClassProbe(vocab_size, emb_dim, PAD, n_classes).double().eval()
        weights = {name: draw.normal(*value.shape, scale=0.5) for name, value in mirror.state_dict().items()}
        weights["embedding.weight"][PAD] = 0.0
        mirror.load_state_dict({name: value.double() for name, value in weights.items()})
        probe = bench.probe(vocab_size, emb_dim, PAD, n_classes)
        probe.set_weights(weights)
        ids = draw.token_ids(1, length, vocab_size, avoid=[0, PAD])
        pads, labels = torch.full_like(ids[0], PAD), _names(draw, n_classes)
        all_scores = [integrated_gradients(mirror, ids[0], pads, output=place) for place in range(n_classes)]
        with torch.no_grad():
            ends = mirror.from_embedded(mirror.embedding(torch.stack([ids[0], pads])))
        # Once neither the first nor the last class, which nobody has to look up.
        place = draw.integer(0, n_classes - 1) if cases else draw.integer(1, n_classes - 2)
        others = {f"they explain “{name}”": all_scores[row] for row, name in enumerate(labels) if row != place}
        others["the baseline is id 0, not pad_idx"] = integrated_gradients(
            mirror, ids[0], torch.zeros_like(pads), output=place
        )
        said = f"model with {n_classes} classes"
        difference = float(ends[0, place] - ends[1, place])
        cases.append(Case(probe, ids, labels[place], labels, all_scores[place], difference, others, said))
    return cases


def _names(draw: Draw, count: int) -> list[str]:
    """Labels in an order that no sorting gives by chance alone."""
    names = sorted(draw.word() for _ in range(count))
    return [names[place] for place in [*range(1, count), 0]]


def _cause(got: Tensor, case: Case, tolerance: float) -> str:
    """The usual cause of wrong scores, from how they differ."""
    for cause, scores in case.others.items():
        if got.shape == scores.shape and float((got - scores).abs().max()) <= tolerance:
            return cause + (": the place of the label was not looked up in labels" if "explain" in cause else "")
    scale = (got @ case.scores) / (case.scores @ case.scores)
    # Noise of dropout is no scale: scores that are scaled by mistake are far from right.
    if abs(float(scale) - 1) > SCALED and float((got - scale * case.scores).abs().max()) <= tolerance * min(
        1.0, float(scale.abs())
    ):
        return "the scores are scaled: divided by their norm, averaged over the embedding axis, or of the probability"
    return "another baseline, dropout still active, or another output than the logit was explained"
