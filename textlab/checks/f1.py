"""Checks of f1_on: the set as a whole, the positive class, probability one half, evaluation mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, StudentError
from textlab.checks.subject import Bench, Function

SAME = 1e-4
ROUNDED = 6e-3
"""How far two digits may be off: whether F1 is exact, the check of the whole set says."""
TELLING = 5e-4
"""By how much every known mistake is off."""


def whole_set_at_once(f1_on: Function, bench: Bench, draw: Draw) -> None:
    """F1 is that of the positive class, over the whole set at once"""
    for sizes, sort in [((6, 6, 6), False), ((8, 8, 8), True), ((9, 5, 1), True)]:
        logits, labels = telling_set(draw, sizes, sort)
        name = "sorted by class" if sort else "in mixed order"
        _expect_f1(f1_on, bench, logits, labels, sizes, f"{len(labels)} reviews {name} in batches of {list(sizes)}")


def telling_set(draw: Draw, sizes: Sequence[int], sort: bool) -> tuple[Tensor, Tensor]:
    """Logits and labels [reviews] for which every known mistake gives another number than F1."""
    count = sum(sizes)
    while True:
        labels = torch.tensor([float(number % 3 > 0) for number in range(count)])[draw.permutation(count)]
        wrong = draw.permutation(count)[: draw.integer(3, 5)]
        said = labels.clone()
        said[wrong] = 1 - said[wrong]
        if sort:
            order = labels.argsort(descending=True, stable=True)
            labels, said = labels[order], said[order]
        logits = (2 * said - 1) * torch.tensor([draw.integer(15, 40) / 10 for _ in range(count)])
        right = counted_f1(labels, said)
        if all(abs(value - right) > TELLING for _, value in mistakes(logits, labels, sizes)):
            return logits, labels


def positive_from_one_half(f1_on: Function, bench: Bench, draw: Draw) -> None:
    """A review counts as positive from probability one half on, which is logit 0"""
    for labels, said in _balanced(draw, 8):
        # Some are close to 0 on both sides; those above 0 reach further, so that their mean is above 0, too.
        sizes = [draw.integer(2, 5) if number % 2 else draw.integer(30, 45) for number in range(len(labels))]
        sizes = [size if positive else min(size, 8) for size, positive in zip(sizes, said.tolist(), strict=True)]
        logits = (2 * said - 1) * torch.tensor(sizes) / 100
        call = f"{len(labels)} reviews in one batch, all logits between −0.08 and 0.45"
        _expect_f1(f1_on, bench, logits, labels, (len(labels),), call, tolerance=ROUNDED)


def measured_in_evaluation_mode(f1_on: Function, bench: Bench, draw: Draw) -> None:
    """F1 is measured in evaluation mode"""
    for labels, said in _balanced(draw, 12):
        call = f"{len(labels)} reviews in one batch, a model in training mode with dropout 0.5"
        _expect_f1(f1_on, bench, 3 * (2 * said - 1), labels, (len(labels),), call, dropout=0.5, tolerance=ROUNDED)


def _balanced(draw: Draw, count: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Twice `count` reviews of each class and what is said of them, with as many wrong ones in each class.

    So F1 of either class, their mean and the accuracy are alike, and the two sets differ: no constant is right twice.
    """
    first = draw.integer(1, 2)
    for wrong in (first, first + draw.integer(1, 2)):
        labels = torch.tensor([1.0] * count + [0.0] * count)
        said = torch.cat([1 - labels[:wrong], labels[wrong:-wrong], 1 - labels[-wrong:]])
        order = draw.permutation(2 * count)
        yield labels[order], said[order]


def counted_f1(labels: Tensor, said: Tensor) -> float:
    """F1 of class 1: 2 · true positives / (2 · true positives + false positives + false negatives)."""
    true = float((labels * said).sum())
    missed_or_invented = float((labels != said).sum())
    return 2 * true / (2 * true + missed_or_invented) if true else 0.0


def _expect_f1(
    f1_on: Function,
    bench: Bench,
    logits: Tensor,
    labels: Tensor,
    sizes: Sequence[int],
    call: str,
    dropout: float = 0.0,
    tolerance: float = SAME,
) -> None:
    """Let f1_on measure a model that gives these logits, and compare with counting."""
    count = len(labels)
    model = bench.lookup(count, dropout)
    model.set_weights({"embedding.weight": logits[:, None]})
    # In training mode, as a model is after an epoch; the forward pass leaves it there.
    ids, lengths = torch.arange(count)[:, None].repeat(1, 2), torch.full((count,), 2)
    model.forward(ids, lengths, training=True)
    got = f1_on(model, bench.batches(ids, lengths, labels, sizes))
    if isinstance(got, Tensor) and got.numel() == 1:
        got = float(got)
    if isinstance(got, bool) or not isinstance(got, (int, float)):
        raise StudentError("f1_on(model, batches)", "", f"{type(got).__name__} where a number was expected")
    said = (logits > 0).float()
    expected = counted_f1(labels, said)
    if abs(got - expected) > tolerance:
        true = int((labels * said).sum())
        raise CheckFailed(
            "F1 is not what counting gives",
            input=call,
            expected=f"{expected:.4f}: {true} true positives, {int(said.sum()) - true} false positives, "
            f"{int(labels.sum()) - true} false negatives",
            got=f"{got:.4f}",
            likely=_cause(got, logits, labels, sizes, dropout),
            next="collect all logits and labels first, then compute F1 once, for class 1 and logits above 0",
        )


def _cause(got: float, logits: Tensor, labels: Tensor, sizes: Sequence[int], dropout: float) -> Cause | None:
    """The only known mistake that gives exactly this number."""
    if dropout:
        return None
    fitting = {cause.name: cause for cause, value in mistakes(logits, labels, sizes) if abs(value - got) < SAME}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def mistakes(logits: Tensor, labels: Tensor, sizes: Sequence[int]) -> list[tuple[Cause, float]]:
    """What each known mistake gives in place of F1."""
    said = (logits > 0).float()
    parts = list(zip(labels.split(list(sizes)), said.split(list(sizes)), strict=True))
    means = [counted_f1(*part) for part in parts]
    forgiving = [1.0 if torch.equal(*part) or len(part[0].unique()) == 1 else counted_f1(*part) for part in parts]
    ones, zeros = counted_f1(labels, said), counted_f1(1 - labels, 1 - said)
    share, shares = float(labels.mean()), [size / len(labels) for size in sizes]
    true, positives = float((labels * said).sum()), float(said.sum())
    precision, recall = true / max(positives, 1.0), true / float(labels.sum())
    of_batches = "mean-of-the-batches"
    return [
        (Cause(of_batches, "this is the mean of the batches' F1"), sum(forgiving) / len(forgiving)),
        (
            Cause(of_batches, "this is the mean of the batches' F1; a batch without positive reviews has F1 = 0"),
            sum(means) / len(means),
        ),
        (
            Cause(of_batches, "this is the mean of the batches' F1, weighted by their sizes"),
            sum(size * mean for size, mean in zip(shares, means, strict=True)),
        ),
        (Cause("macro", "this is the mean of both classes' F1 (macro)"), (ones + zeros) / 2),
        (
            Cause("weighted", "this is the mean of both classes' F1, weighted by their sizes"),
            share * ones + (1 - share) * zeros,
        ),
        (
            Cause("accuracy", "this is the accuracy (F1 with average='micro' is the same)"),
            float((labels == said).float().mean()),
        ),
        (Cause("class-0", "this is F1 of class 0"), zeros),
        (Cause("precision", "this is the precision"), precision),
        (Cause("recall", "this is the recall"), recall),
        (Cause("mean-of-precision-and-recall", "this is the plain mean of precision and recall"),
         (precision + recall) / 2),
        (Cause("rounded", "this is F1, rounded to two digits"), round(ones, 2)),
        (Cause("per-cent", "this is F1 in per cent"), 100 * ones),
        (Cause("last-batch-only", "this is F1 of the last batch only"), means[-1]),
        (Cause("first-batch-only", "this is F1 of the first batch only"), means[0]),
        (
            Cause("last-batch-left-out", "this is F1 without the last batch"),
            counted_f1(labels[: -sizes[-1]], said[: -sizes[-1]]) if len(sizes) > 1 else 0.0,
        ),
        *[
            (
                Cause("cut-at-one-half", "this is F1 of logits above 0.5; that is probability 0.62"),
                counted_f1(labels, (logits > 0.5).float()),
            )
            for _ in range(bool((logits.abs() < 0.5).any()))
        ],
    ]  # fmt: skip
