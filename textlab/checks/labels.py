"""Checks of explain_label: integrated gradients of the logit of a class that is called by its label."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from textlab.checks import transformer
from textlab.checks.attribution_mistakes import nearest, wrong_sums
from textlab.checks.draw import Draw
from textlab.checks.failure import (
    Cause,
    CheckFailed,
    NotChecked,
    StudentError,
    expect_close,
    expect_shape,
    numbers_text,
)
from textlab.checks.interpretation import as_number, as_tensor
from textlab.checks.interpretation_cases import STEPS
from textlab.checks.interpretation_causes import FoundDelta, delta_cause
from textlab.checks.label_cases import (
    OWN_PAD,
    STEPS_OF_DELTAS,
    STEPS_OF_SCORES,
    Case,
    draw_cases,
    draw_names,
    opened,
    turned,
)
from textlab.checks.path_differences import SPARE_WORDS, scores_from_differences
from textlab.checks.rnn import redraw
from textlab.checks.subject import Bench, Function, Model, Network

# As in the checks of notebooks 2 and 3; another class or baseline is off by half of the largest score and more.
PROBE_SHARE = 0.02
OWN_SHARE = 0.05
FEW_AND_MANY = STEPS[0]
EMBEDDING_LEFT = Cause("embedding-axis-left", "the attributions still have the embedding axis")


def class_is_found_by_its_label(explain: Function, bench: Bench, draw: Draw) -> None:
    """The scores explain the logit of the class that the label names"""
    for case in draw_cases(bench, draw, STEPS_OF_SCORES):
        given = explain(case.model, case.ids, case.label, case.labels, case.pad_idx, n_steps=STEPS_OF_SCORES)
        _compare(given, case, PROBE_SHARE)


def unknown_label_is_refused(explain: Function, bench: Bench, draw: Draw) -> None:
    """A label that no class has is refused by a message that names those there are"""
    case = draw_cases(bench, draw, STEPS_OF_SCORES)[0]
    label = draw.word()
    call = f'explain_label({case.said}, ids, "{label}", {case.labels}, pad_idx={case.pad_idx})'
    got = "no error"
    cause: Cause | None = Cause("unknown-label-explained", "nothing looks whether the label is one of labels")
    try:
        explain(case.model, case.ids, label, case.labels, case.pad_idx, n_steps=2)
    except StudentError as error:
        if error.not_attempted:
            raise
        got = f"{error.type_name}: {error.message}"[:200]
        cause = None
        if error.type_name == "ValueError" and "is not in" in error.message:
            cause = Cause("message-of-list-index", "list.index speaks for itself")
        if error.type_name in ("ValueError", "KeyError") and all(name in error.message for name in case.labels):
            return
    raise CheckFailed(
        "an unknown label gets no useful message",
        input=call,
        expected=f"a ValueError whose message names the labels there are: {', '.join(case.labels)}",
        got=got,
        likely=cause,
        next="before anything is explained, look whether the label is there; else raise a ValueError that lists all",
    )


def delta_belongs_to_the_review(explain: Function, bench: Bench, draw: Draw) -> None:
    """The delta is the sum of the scores minus F(x) − F(x′), under the review's own padding mask"""
    for drawn in draw_cases(bench, draw, STEPS_OF_DELTAS):
        pairs: list[tuple[Case, FoundDelta]] = []
        for case in (drawn, turned(drawn, bench)):
            given = explain(case.model, case.ids, case.label, case.labels, case.pad_idx, n_steps=STEPS_OF_DELTAS)
            scores, delta = _unpack(given, case.call)
            pairs.append((case, FoundDelta.of(delta, scores, case.difference)))
        for case, found in pairs:
            _expect_delta(found, case, [one for _, one in pairs])


def steps_decide(explain: Function, bench: Bench, draw: Draw) -> None:
    """n_steps decides how exact the scores are"""
    case = draw_cases(bench, draw, STEPS_OF_DELTAS)[0]
    arguments = (case.model, case.ids, case.label, case.labels, case.pad_idx)
    few, many = (_unpack(explain(*arguments, n_steps=steps), case.call)[0].double() for steps in FEW_AND_MANY)
    if few.shape == many.shape and bool((few - many).abs().max() <= 1e-6 * many.abs().max()):
        raise CheckFailed(
            "n_steps changes nothing",
            input=f"{case.call} with n_steps={FEW_AND_MANY[0]}, then with {FEW_AND_MANY[1]}",
            expected="other scores and another delta",
            got=f"the same scores both times: {numbers_text(few)}",
            likely=Cause("n-steps-ignored", "3 steps and 8 give the same numbers: n_steps is not used"),
            next="pass n_steps on as it is: attribute(…, n_steps=n_steps)",
        )


def own_network_is_explained(network: Network, explain: Function, draw: Draw) -> None:
    """The scores explain TransformerClassifier itself"""
    arguments = transformer.sizes(vocab_size=SPARE_WORDS, n_classes=3, max_length=16, dropout=0.5)
    model = network.build(**arguments)
    weights = redraw(model, draw)
    ids = draw.token_ids(1, 6, 40, avoid=[OWN_PAD])
    labels = draw_names(draw, 3)
    end, start = (weights["embedding.weight"][tokens] for tokens in (ids[0], torch.full_like(ids[0], OWN_PAD)))
    logits = model.forward_embedded(torch.stack([end, start])).double()
    if tuple(logits.shape) != (2, 3):
        raise NotChecked("TransformerClassifier does not give one logit per class")
    for place in draw.permutation(3).tolist()[:2]:
        case = Case(
            model=model,
            ids=ids,
            label=labels[place],
            labels=labels,
            scores=scores_from_differences(model, ids[0], OWN_PAD, draw, output=place),
            difference=float(logits[0, place] - logits[1, place]),
            said="your TransformerClassifier",
        )
        model.forward(ids, training=True)  # as after training: explain_label has to change the mode
        try:
            given = explain(model, ids, case.label, labels, OWN_PAD, n_steps=300)
        except StudentError as error:
            if "nan" not in error.message.lower():
                raise
            raise CheckFailed(
                "the delta is no number",
                input=case.call,
                expected="sum of scores − (F(x) − F(x′)), with the padding mask of the review in both",
                got=error.message,
                likely=_nan_cause(model, ids),
                next="additional_forward_args=(ids == pad_idx,) keeps the mask; forward must heed its second one",
            ) from None
        scores, delta = _compare(given, case, OWN_SHARE)
        found = FoundDelta.of(delta, scores, case.difference)
        if not _delta_is_near(found):
            _expect_delta(found, replace(case, masked=_masked_difference(model, ids, place)), [found])


def _compare(result: Any, case: Case, share: float) -> tuple[Tensor, float]:
    """Fail unless the scores are those of the case, within a share of the largest."""
    scores, delta = _unpack(result, case.call)
    shape, length = tuple(scores.shape), len(case.scores)
    named = {
        (1, length): Cause("batch-axis-left", "the batch axis is still there"),
        (int((case.ids != case.pad_idx).sum()),): Cause("padding-left-out", "only the words have a score"),
        **({(*front, length, scores.shape[-1]): EMBEDDING_LEFT for front in ((), (1,))} if scores.dim() > 1 else {}),
    }
    expect_shape(
        scores,
        [(length,)],
        input=case.call,
        likely=named.get(shape),
        next="sum over the last axis and take the only review of the batch",
    )
    tolerance = share * max(float(case.scores.abs().max()), 1e-3)
    if bool((scores.double() - case.scores).abs().max() <= tolerance):
        return scores, delta
    expect_close(
        scores.double(),
        case.scores,
        tolerance=tolerance,
        what=f"the scores do not explain the logit of “{case.label}”",
        input=case.call,
        likely=_cause(scores.double(), case, share),
        next="explain each label in turn: do the scores of two labels differ, and do they add up to F(x) − F(x′)?",
    )
    return scores, delta


def _delta_is_near(found: FoundDelta) -> bool:
    return abs(found.delta - found.true) <= 0.02 * abs(found.true) + 1e-4 * max(1.0, abs(found.difference))


def _expect_delta(found: FoundDelta, case: Case, together: list[FoundDelta]) -> None:
    """Fail unless the delta is that of its scores; the cause is the mistake that gives all deltas found together."""
    if _delta_is_near(found):
        return
    cause = delta_cause(together)
    if case.masked is not None and abs(found.delta - (found.total - case.masked)) < 1e-3 * max(1.0, abs(found.delta)):
        cause = Cause("mask-of-the-baseline", "F(x′) was taken with the baseline's own mask, which hides every token")
    raise CheckFailed(
        "the convergence delta does not belong to these scores",
        input=case.call,
        expected=f"sum of scores − (F(x) − F(x′)) = {found.true:.2g}, with the review's own mask in both",
        got=f"{found.delta:.2g}",
        likely=cause,
        next="additional_forward_args=(ids == pad_idx,) passes the review's own mask to every call of the model",
    )


def _masked_difference(model: Model, ids: Tensor, place: int) -> float | None:
    """F(x) − F(x′) under the baseline's own mask; None where that is NaN."""
    try:
        own = model.forward(torch.cat([ids, torch.full_like(ids, OWN_PAD)])).double()
    except StudentError:
        return None
    return float(own[0, place] - own[1, place])


def _nan_cause(model: Model, ids: Tensor) -> Cause | None:
    """Whether the network gives NaN where all tokens are padding."""
    try:
        model.forward(torch.full_like(ids, OWN_PAD))
    except StudentError as error:
        if "nan" in error.message.lower():
            text = "the baseline is all padding, and the network masked all of it: attention to nothing is NaN"
            return Cause("mask-of-the-baseline", text)
    return None


def _unpack(result: Any, call: str) -> tuple[Tensor, float]:
    """Scores [length] and delta as they came back; CheckFailed when they are something else."""
    if isinstance(result, (list, tuple)) and len(result) == 2:
        scores, delta = as_tensor(result[0]), as_number(result[1])
        if isinstance(scores, Tensor) and isinstance(delta, (int, float)):
            return scores, float(delta)
    kinds = [type(item).__name__ for item in result[:4]] if isinstance(result, (list, tuple)) else []
    raise CheckFailed(
        "explain_label does not give two results",
        input=call,
        expected="(scores: tensor [length], delta: float)",
        got=", ".join(kinds) or type(result).__name__,
        likely=Cause("no-return", "nothing came back: the return is missing") if result is None else None,
        next="end with: return scores, delta",
    )


def _cause(got: Tensor, case: Case, share: float) -> Cause | None:
    """The mistake that gives these scores, computed anew with it; None when no known one does."""
    if case.explained is None:
        return None
    right = case.explained.attributions(1000)
    others = [*case.explained.others(STEPS_OF_SCORES), *opened(case, STEPS_OF_SCORES)]
    mistakes = [*wrong_sums(right), *others, *case.explained.coarse()]
    found = nearest(got, mistakes, share)
    return found.cause if found else None
