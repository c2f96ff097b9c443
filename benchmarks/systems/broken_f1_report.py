"""The part of docs/systems.md on the homework's broken F1."""

from __future__ import annotations

from typing import Any

from benchmarks.systems.broken_f1 import broken_f1_of, f1_of_rates, highest_broken_f1, recall_behind
from benchmarks.systems.homework import PARTS

Record = dict[str, Any]
REVIEWS = 25_000
FEW, MANY = 0.12, 0.5
"""Shares of false alarms that the broken F1 cannot tell apart."""


def broken_f1_text(records: dict[str, Record]) -> list[str]:
    """The arithmetic, what the homework's two figures can be, and the networks measured both ways."""
    rows = ["| network | r | r / (1 + r) | mean over the sorted batches | F1 |", "|---|---|---|---|---|"]
    for part, homework in PARTS.items():
        record = records.get(f"homework_{part}")
        if record is not None:
            rows.append(
                f"| {homework.title} | {record['recall']:.3f} | {broken_f1_of(record['recall']):.3f} | "
                f"{record['broken_f1']:.3f} | {record['f1']:.3f} |"
            )
    picture = ["![F1 of every batch of the CNN](systems-broken-f1.svg)"] if "homework_cnn" in records else []
    return [_arithmetic(), "\n".join(rows), *picture, _glove_cnn(), _rnn()]


def _arithmetic() -> str:
    cnn, rnn = (highest_broken_f1(REVIEWS, PARTS[part].recipe.batch_size) for part in ("cnn", "rnn"))
    return (
        "Let r be the share of the positive reviews that a model finds, its recall, and f the share of the negative "
        "ones that it calls positive. The two classes are equal in number, so F1 of all reviews is 2r / (1 + r + "
        "f).\n\nFor the CNNs the homework reads the test set in the order of its files, which come class by class, "
        "measures F1 in each batch and takes the mean. A batch of negative reviews has no true positive: F1 = 0, "
        "whatever the model says. In a batch of positive reviews nothing can be called positive by mistake: "
        "precision is 1, and F1 = 2r / (1 + r). Half of the batches are of each kind, and the mean is r / (1 + r). f "
        "is not in it: false alarms count in the one batch that holds both classes and nowhere else. A model that "
        "calls every review positive gets the most, one half; with that one batch and a short last one no model gets "
        f"more than {cnn:.3f} in batches of {PARTS['cnn'].recipe.batch_size}, or {rnn:.3f} in batches of "
        f"{PARTS['rnn'].recipe.batch_size}. Over shuffled batches the mean comes near F1, and still differs from it. "
        "Collect all predictions, then compute F1 once."
    )


def _glove_cnn() -> str:
    shown = PARTS["glove_cnn"].printed
    assert shown is not None
    recall = recall_behind(shown)
    return (
        f"The {shown} that the homework shows for the GloVe CNN stands for an r of about {recall:.2f}, and says "
        f"nothing else of the model. With f = {FEW:.2f} its F1 is {f1_of_rates(recall, FEW):.2f}, with f = "
        f"{MANY:.2f} it is {f1_of_rates(recall, MANY):.2f}, and r / (1 + r) is {shown} for both. That the model was "
        "a sound one is known from its accuracy, about 0.87, and not from this figure."
    )


def _rnn() -> str:
    shown = PARTS["rnn"].printed
    return (
        f"The {shown} shown for the RNN is more than any model can get from batches sorted by class, so it is "
        "another figure. The homework reads the RNN's test set by another iterator: one that sorts by length, as "
        "torchtext does with all but training data unless it is told not to. Nearly all of its batches hold both "
        f"classes, and neither r / (1 + r) nor its bound holds for them. Whether {shown} is a mean over such batches "
        "or F1 of all reviews, and how well that RNN was trained, is not known. Either way it is not much: calling "
        f"every review positive gives F1 = {f1_of_rates(1, 1):.3f}. The column “broken F1” of the RNN is what "
        "batches sorted by class would have made of the network trained here."
    )
