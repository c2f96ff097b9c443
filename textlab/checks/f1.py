"""Checks of f1_on: the set as a whole, the positive class, probability one half, evaluation mode."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError
from textlab.checks.subject import Bench, Function

SAME = 1e-4


def whole_set_at_once(f1_on: Function, bench: Bench, draw: Draw) -> None:
    """F1 is that of the positive class, over the whole set at once"""
    for sizes, sort in [((6, 6, 6), False), ((8, 8, 8), True), ((9, 5, 1), True)]:
        count = sum(sizes)
        labels = torch.tensor([float(number % 3 > 0) for number in range(count)])[draw.permutation(count)]
        wrong = draw.permutation(count)[: draw.integer(3, 5)]
        said = labels.clone()
        said[wrong] = 1 - said[wrong]
        if sort:
            order = labels.argsort(descending=True, stable=True)
            labels, said = labels[order], said[order]
        logits = (2 * said - 1) * torch.tensor([draw.integer(15, 40) / 10 for _ in range(count)])
        name = "sorted by class" if sort else "in mixed order"
        _expect_f1(f1_on, bench, logits, labels, sizes, f"{count} reviews {name} in batches of {list(sizes)}")


def positive_from_one_half(f1_on: Function, bench: Bench, draw: Draw) -> None:
    """A review counts as positive from probability one half on, which is logit 0"""
    for labels, said in _balanced(draw, 8):
        logits = (2 * said - 1) * torch.tensor([draw.integer(10, 45) / 100 for _ in labels])
        call = f"{len(labels)} reviews in one batch, all logits between −0.45 and 0.45"
        _expect_f1(f1_on, bench, logits, labels, (len(labels),), call)


def measured_in_evaluation_mode(f1_on: Function, bench: Bench, draw: Draw) -> None:
    """F1 is measured in evaluation mode"""
    for labels, said in _balanced(draw, 12):
        call = f"{len(labels)} reviews in one batch, a model in training mode with dropout 0.5"
        _expect_f1(f1_on, bench, 3 * (2 * said - 1), labels, (len(labels),), call, dropout=0.5)


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
    if abs(got - expected) > SAME:
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


def _cause(got: float, logits: Tensor, labels: Tensor, sizes: Sequence[int], dropout: float) -> str:
    """The mistake that gives exactly this number, if it is a known one."""
    said = (logits > 0).float()
    parts = list(zip(labels.split(list(sizes)), said.split(list(sizes)), strict=True))
    means = [counted_f1(*part) for part in parts]
    forgiving = [1.0 if torch.equal(*part) or len(part[0].unique()) == 1 else counted_f1(*part) for part in parts]
    ones, zeros = counted_f1(labels, said), counted_f1(1 - labels, 1 - said)
    share = float(labels.mean())
    no_positives = "; a batch without positive reviews has F1 = 0" if means != forgiving else ""
    known = {
        "the mean of the batches' F1": sum(forgiving) / len(forgiving),
        f"the mean of the batches' F1{no_positives}": sum(means) / len(means),
        "the mean of both classes' F1 (macro)": (ones + zeros) / 2,
        "the mean of both classes' F1, weighted by their sizes": share * ones + (1 - share) * zeros,
        "the accuracy (F1 with average='micro' is the same)": float((labels == said).float().mean()),
        "F1 of class 0": zeros,
        "F1 of logits above 0.5; that is probability 0.62": counted_f1(labels, (logits > 0.5).float()),
        "F1 of the last batch only": means[-1],
    }
    fitting = [name for name, value in known.items() if abs(value - got) < SAME and not dropout]
    if fitting:
        return "this is " + ", or ".join(fitting[:3])
    if dropout:
        return "dropout was active: the model was left in training mode"
    return "predictions and labels do not belong together, or a batch was left out"
