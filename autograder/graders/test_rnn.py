"""Graders of the class RNNBaseline: its layers, its meaning, and how well it learns."""

from __future__ import annotations

from autograder.judge.checks import Note, check
from autograder.judge.f1_bound import Train, expect_f1, train_networks
from autograder.judge.hidden_data import HiddenData
from autograder.judge.remote import RemoteNetwork
from autograder.thresholds import Thresholds
from textlab.checks import rnn as checks
from textlab.checks.draw import Draw


@check("rnn-builds", hint="Keep the arguments' names and order, and the given line that makes self.embedding.")
def test_builds(rnn: RemoteNetwork, draw: Draw) -> None:
    """RNNBaseline can be built from its arguments"""
    checks.builds(rnn, draw)


@check("rnn-directions", needs=["rnn-builds"], hint="nn.LSTM and nn.GRU take the layers and directions as arguments.")
def test_directions(rnn: RemoteNetwork, draw: Draw) -> None:
    """The recurrent layer has the asked layers and directions"""
    checks.layers_and_directions(rnn, draw)


@check("rnn-runs", needs=["rnn-builds"], hint="One summary per review goes into the linear layer.")
def test_runs(rnn: RemoteNetwork, draw: Draw) -> None:
    """RNNBaseline turns a batch of reviews into one number each"""
    checks.runs(rnn, draw)


@check("rnn-shapes", needs=["rnn-runs"], hint="A batch may hold one review: squeeze() takes every axis of size 1.")
def test_one_logit_per_review(rnn: RemoteNetwork, draw: Draw) -> None:
    """The sizes are right for one review, for one token, and for long reviews"""
    checks.one_logit_per_review(rnn, draw)


@check(
    "rnn-summary",
    needs=["rnn-runs"],
    after=["rnn-dropout"],
    hint="The final hidden states are ordered by layer, and within a layer by direction.",
)
def test_summary(rnn: RemoteNetwork, draw: Draw) -> None:
    """The logit is read off the last layer's last state"""
    checks.summary_is_the_last_state(rnn, draw)


@check("rnn-dropout", needs=["rnn-runs"], hint="Two places: between recurrent layers, and on the summary.")
def test_dropout(rnn: RemoteNetwork, draw: Draw) -> None:
    """Dropout works on the summary and between layers, and is silent in evaluation"""
    checks.arguments_decide_dropout(rnn, draw)


@check(
    "rnn-independent", needs=["rnn-runs"], after=["rnn-dropout"], hint="With batch_first=True axis 0 stays the batch."
)
def test_independent(rnn: RemoteNetwork, draw: Draw) -> None:
    """A review's logit does not depend on the other reviews in its batch"""
    checks.reviews_are_independent(rnn, draw)


@check(
    "rnn-padding",
    needs=["rnn-runs"],
    after=["rnn-dropout"],
    hint="Packing tells the recurrent layer where each review ends.",
)
def test_padding(rnn: RemoteNetwork, draw: Draw) -> None:
    """Padding does not change a review's logit"""
    checks.padding_is_silent(rnn, draw)


@check(
    "rnn-gradients",
    needs=["rnn-runs"],
    after=["rnn-dropout"],
    hint="Every layer that __init__ makes has its place in forward.",
)
def test_gradients(rnn: RemoteNetwork, draw: Draw) -> None:
    """Every parameter gets a gradient"""
    checks.every_parameter_learns(rnn, draw)


@check(
    "rnn-f1",
    needs=["rnn-runs"],
    after=["rnn-dropout"],
    hint="If the shapes are right and F1 is low: which state is read, and where?",
)
def test_f1(
    rnn: RemoteNetwork, draw: Draw, data: HiddenData, thresholds: Thresholds, note: Note, train: Train
) -> None:
    """Trained on reviews it has not seen, RNNBaseline tells praise from blame"""
    names, budget = draw.permutation(data.vocab_size), thresholds.networks["rnn"]
    task = data.part(budget).disguised(names, draw)
    arguments = {"vocab_size": task.vocab_size, "pad_idx": task.pad_id, **budget.network}
    plan = budget.plan(draw.integer(0, 2**31 - 1), task.pad_id, with_lengths=True)
    expect_f1(train_networks(rnn.start(arguments), task, plan, budget, train), task, budget, note)
