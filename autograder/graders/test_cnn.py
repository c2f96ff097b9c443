"""Graders of the class CNN: its sizes, its meaning, and how well it learns."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from autograder.judge.checks import Note, check
from autograder.judge.f1_bound import Train, expect_f1, train_networks
from autograder.judge.hidden_data import HiddenData, renamed_weights
from autograder.judge.remote import RemoteNetwork
from autograder.thresholds import Thresholds
from textlab.checks import cnn as checks
from textlab.checks.draw import Draw


@check("cnn-builds", hint="Keep the arguments' names and order, and the given line that makes self.embedding.")
def test_builds(cnn: RemoteNetwork, draw: Draw) -> None:
    """CNN can be built from its arguments"""
    checks.builds(cnn, draw)


@check("cnn-kernel-sizes", needs=["cnn-builds"], hint="One loop over kernel_sizes makes all convolutions.")
def test_kernel_sizes(cnn: RemoteNetwork, draw: Draw) -> None:
    """CNN has one convolution for each kernel size"""
    checks.one_convolution_per_kernel_size(cnn, draw)


@check("cnn-head", needs=["cnn-builds"], hint="One number per filter goes in, one logit comes out.")
def test_head(cnn: RemoteNetwork, draw: Draw) -> None:
    """One linear layer reads the features of all kernel sizes and gives one logit"""
    checks.one_linear_layer(cnn, draw)


@check(
    "cnn-runs", needs=["cnn-builds"], hint="Max-pooling over time leaves one number per filter, whatever the length."
)
def test_runs(cnn: RemoteNetwork, draw: Draw) -> None:
    """CNN turns a batch of reviews into one number each"""
    checks.runs(cnn, draw)


@check("cnn-shapes", needs=["cnn-runs"], hint="A batch may hold one review: squeeze() takes every axis of size 1.")
def test_one_logit_per_review(cnn: RemoteNetwork, draw: Draw) -> None:
    """The sizes are right for one review, for the shortest length, and for other kernel sizes"""
    checks.one_logit_per_review(cnn, draw)


@check("cnn-logits", needs=["cnn-runs"], after=["cnn-dropout"], hint="No sigmoid at the end: the loss takes logits.")
def test_logits(cnn: RemoteNetwork, draw: Draw) -> None:
    """The output is a logit: any number, not a probability"""
    checks.logits_are_not_probabilities(cnn, draw)


@check(
    "cnn-computes",
    needs=["cnn-runs"],
    after=["cnn-dropout"],
    hint="Embedding → permute → convolution → ReLU → maximum over the whole length → linear layer.",
)
def test_computes(cnn: RemoteNetwork, draw: Draw) -> None:
    """With given weights it computes convolution, ReLU, maximum over the length, linear layer"""
    checks.computes_what_was_asked(cnn, draw)


@check("cnn-dropout", needs=["cnn-runs"], hint="A dropout layer made in __init__ follows train() and eval().")
def test_dropout(cnn: RemoteNetwork, draw: Draw) -> None:
    """Dropout works on the joined features in training, and is silent in evaluation"""
    checks.arguments_decide_dropout(cnn, draw)


@check(
    "cnn-independent",
    needs=["cnn-runs"],
    after=["cnn-dropout"],
    hint="permute swaps axes; view only cuts the numbers anew.",
)
def test_independent(cnn: RemoteNetwork, draw: Draw) -> None:
    """A review's logit does not depend on the other reviews in its batch"""
    checks.reviews_are_independent(cnn, draw)


@check(
    "cnn-padding",
    needs=["cnn-builds"],
    after=["cnn-runs"],
    hint="padding_idx keeps the padding token's embedding at zero.",
)
def test_padding(cnn: RemoteNetwork, draw: Draw, passed: Callable[[str], bool]) -> None:
    """The padding token's embedding is a row of zeros"""
    checks.padding_is_silent(cnn, draw, runs=passed("cnn-runs"))


@check(
    "cnn-gradients",
    needs=["cnn-runs"],
    after=["cnn-dropout"],
    hint="Every layer that __init__ makes has its place in forward.",
)
def test_gradients(cnn: RemoteNetwork, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    checks.every_parameter_learns(cnn, draw)


@check(
    "cnn-f1",
    needs=["cnn-runs"],
    after=["cnn-dropout"],
    hint="If the shapes are right and F1 is low: is there a ReLU, is the maximum over the length axis?",
)
def test_f1(
    cnn: RemoteNetwork,
    draw: Draw,
    data: HiddenData,
    thresholds: Thresholds,
    trained: dict[str, Tensor],
    note: Note,
    train: Train,
) -> None:
    """Trained on reviews it has not seen, CNN tells praise from blame"""
    # Renamed ids mean nothing to code that has memorised the corpus; so padding has another id as well.
    names, budget = draw.permutation(data.vocab_size), thresholds.networks["cnn"]
    task = data.part(budget).disguised(names, draw)
    arguments = {"vocab_size": task.vocab_size, "pad_idx": task.pad_id, **budget.network}
    plan = budget.plan(draw.integer(0, 2**31 - 1), task.pad_id)
    networks = train_networks(cnn.start(arguments), task, plan, budget, train)
    # Its explanations are checked even when its F1 is low.
    trained.update(renamed_weights(networks[-1].model.get_weights(), names.argsort()))
    expect_f1(networks, task, budget, note)
