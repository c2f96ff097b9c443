"""The graded networks, and for each the models that are measured: to add a network, add an entry to NETWORKS."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor, nn

from autograder.calibration.models import (
    BagOfWords,
    Constant,
    Convolutions2d,
    DropsEmbeddings,
    Recurrent,
    WavesFirst,
    reference,
)
from autograder.calibration.reviews import Reviews
from autograder.judge.few_reviews import encode_few
from autograder.judge.hidden_data import Encoded, encode_hidden
from autograder.judge.phrases import LONGER, logistic_regression, naive_bayes, refitted_naive_bayes
from autograder.judge.word_order import VOCAB_SIZE, draw_sentences
from autograder.thresholds import Budget
from textlab.checks.draw import Draw

Answers = Callable[[Encoded, Encoded], Tensor]
"""Which test reviews are called positive [reviews], from training and test reviews."""


@dataclass(frozen=True)
class Entrant:
    """A model that is trained like a submission, once a seed."""

    name: str
    honest: bool
    """Whether it has to reach the bound; all others must not."""
    make: Callable[..., nn.Module]
    options: Mapping[str, object] = field(default_factory=dict)
    """Arguments besides or instead of those of the budget."""
    epochs: int | None = None
    """None: as many as the budget has."""
    wrong_labels: bool = False
    """Whether the training labels are dealt out anew."""
    good_f1_on: tuple[str, ...] = ()
    """Data sets on which it gets the F1 of right models without being one: no line of F1 can tell it there."""
    answers: Answers | None = None
    """Answers the test reviews without a network; `make` is not asked then."""


@dataclass(frozen=True)
class Task:
    """What a network is trained and tested on in one run."""

    train: Encoded
    test: Encoded
    arguments: dict[str, Any]
    """Of the class, besides those of the budget."""
    pad_id: int


@dataclass(frozen=True)
class Network:
    """A graded network."""

    title: str
    task: Callable[[Reviews, Budget, Draw], Task]
    entrants: tuple[Entrant, ...]
    with_lengths: bool = False
    beyond_phrases_of: str = ""
    """The network with whose budget it is trained to measure what it gets right where counting phrases misleads;
    empty where F1 is measured."""


def words_task(reviews: Reviews, budget: Budget, draw: Draw) -> Task:
    """Reviews under renamed ids, as the graders of RNN and CNN make them."""
    data = encode_hidden(reviews.train, reviews.test, [budget])
    data = data.renamed(draw.permutation(data.vocab_size))
    return Task(data.train, data.test, {"vocab_size": data.vocab_size, "pad_idx": data.pad_id}, data.pad_id)


def order_task(reviews: Reviews, budget: Budget, draw: Draw) -> Task:
    """Sentences in which word order decides, as the grader of the transformer makes them; no reviews."""
    data = draw_sentences(budget, draw).renamed(draw.permutation(VOCAB_SIZE))
    sizes = {"vocab_size": data.vocab_size, "pad_idx": data.pad_id, "max_length": budget.max_length}
    return Task(data.train, data.test, sizes, data.pad_id)


def vectors_task(reviews: Reviews, budget: Budget, draw: Draw) -> Task:
    """Few reviews and disguised vectors, as the grader of GloVeCNN makes them."""
    few = encode_few(reviews.train, reviews.test, budget).disguised(draw)
    return Task(few.train, few.test, {"matrix": few.matrix, "pad_idx": few.pad_id}, few.pad_id)


def weak(make: Callable[..., nn.Module], bag: tuple[Entrant, ...]) -> tuple[Entrant, ...]:
    """What must not pass for any network: the solution hardly or wrongly trained, a constant, and bags of words."""
    return (
        *bag,
        Entrant("labels dealt out anew", False, make, wrong_labels=True),
        Entrant("one epoch", False, make, epochs=1),
        Entrant("untrained", False, make, epochs=0),
        Entrant("the same answer always", False, Constant),
    )


# `mini` is made so that single words tell little. In real reviews they tell nearly all that a network learns from a
# few thousand; there the checks of the layers find what reads single words only.
BAGS = (
    Entrant("bag of words: linear on counts", False, BagOfWords, good_f1_on=("imdb",)),
    Entrant("bag of words: mean of embeddings", False, BagOfWords, {"mean": True}, good_f1_on=("imdb",)),
)
# Three words in a row tell much in `mini`, too. What counts them is told by the reviews on which counting is wrong.
COUNTS = tuple(
    Entrant(name, False, Constant, good_f1_on=("mini", "imdb"), answers=answers)
    for name, answers in (
        ("phrases of up to 3 words: naive Bayes", naive_bayes),
        ("phrases of up to 5 words: naive Bayes", functools.partial(naive_bayes, longest=LONGER)),
        ("phrases of up to 3 words: logistic regression", logistic_regression),
        ("naive Bayes that learns from its answers to the test reviews", refitted_naive_bayes),
    )
)
RNN = functools.partial(reference, "1_rnn", "RNNBaseline")
CNN = functools.partial(reference, "2_cnn", "CNN")
GLOVE_CNN = functools.partial(reference, "3_glove_cnn", "GloVeCNN")
TRANSFORMER = functools.partial(reference, "4_transformer", "TransformerClassifier")
SINGLE_WORDS = {"kernel_sizes": [1, 1, 1]}

NETWORKS = {
    "rnn": Network(
        "RNN",
        words_task,
        (
            Entrant("solution: LSTM", True, RNN),
            Entrant("LSTM, output at the last token", True, Recurrent, {"summary": "last token"}),
            Entrant("GRU", True, Recurrent, {"cell": "GRU"}),
            *weak(RNN, BAGS),
            *COUNTS,
        ),
        with_lengths=True,
    ),
    "cnn": Network(
        "CNN",
        words_task,
        (
            Entrant("solution: Conv1d", True, CNN),
            Entrant("Conv2d, ReLU after the maximum, output (B,)", True, Convolutions2d),
            Entrant("dropout on the embeddings, padded convolutions", True, DropsEmbeddings),
            *weak(CNN, BAGS),
            Entrant("kernels of width 1", False, CNN, SINGLE_WORDS, good_f1_on=("imdb",)),
            *COUNTS,
        ),
    ),
    "glove_cnn": Network(
        "GloVe CNN",
        vectors_task,
        (
            Entrant("solution: vectors trained", True, GLOVE_CNN),
            Entrant("Conv2d, vectors trained, output (B,)", True, Convolutions2d),
            Entrant("dropout on the embeddings, padded convolutions", True, DropsEmbeddings),
            *weak(GLOVE_CNN, BAGS),
            Entrant("kernels of width 1", False, GLOVE_CNN, SINGLE_WORDS),
            *COUNTS,
        ),
    ),
    "transformer": Network(
        "Transformer",
        order_task,
        (
            Entrant("solution: TransformerClassifier", True, TRANSFORMER),
            Entrant("sine waves for positions, normalised first", True, WavesFirst),
            *weak(TRANSFORMER, BAGS),
        ),
    ),
}
NETWORKS |= {
    f"{name}_phrases": dataclasses.replace(
        NETWORKS[name],
        title=f"{NETWORKS[name].title}: right where counting phrases misleads",
        entrants=tuple(
            dataclasses.replace(entrant, good_f1_on=())
            for entrant in NETWORKS[name].entrants
            if entrant.honest or entrant.answers is not None
        ),
        beyond_phrases_of=name,
    )
    for name in ("rnn", "cnn", "glove_cnn")
}
