"""Graders of train_model and f1_on, on networks of the kit's own whose losses and logits are known in advance."""

from __future__ import annotations

from autograder.judge.checks import check
from autograder.judge.remote import RemoteBench, RemoteFunction
from textlab.checks import f1
from textlab.checks import training as checks
from textlab.checks.draw import Draw


@check("train-history", hint='Give back {"train_loss": […], "validation_loss": […]}, one number per epoch in each.')
def test_history(train_model: RemoteFunction, training_bench: RemoteBench, draw: Draw) -> None:
    """train_model gives back the losses of every epoch"""
    checks.gives_a_history(train_model, training_bench, draw)


@check("train-adam", hint="One optimiser, over the parameters of the model that was given.")
def test_adam(train_model: RemoteFunction, training_bench: RemoteBench, draw: Draw) -> None:
    """Adam moves the weights of the model that was given, with the given learning rate"""
    checks.adam_moves_this_model(train_model, training_bench, draw)


@check("train-means", needs=["train-history"], hint="Batches differ in size; every review counts the same.")
def test_means(train_model: RemoteFunction, training_bench: RemoteBench, draw: Draw) -> None:
    """The losses are plain numbers: means per review, each over its own set"""
    checks.losses_are_means_per_review(train_model, training_bench, draw)


@check("train-modes", hint="train() and eval() stay in force until the next of them.")
def test_modes(train_model: RemoteFunction, training_bench: RemoteBench, draw: Draw) -> None:
    """Training is done in training mode; validation in evaluation mode, without gradients and without steps"""
    checks.validation_only_looks(train_model, training_bench, draw)


@check("train-patience", hint="A new best loss sets the counter back to zero.")
def test_patience(train_model: RemoteFunction, training_bench: RemoteBench, draw: Draw) -> None:
    """Training stops after `patience` epochs in a row without a new best validation loss"""
    checks.patience_counts_in_a_row(train_model, training_bench, draw)


@check("train-best", hint="state_dict() holds the weights themselves, not a copy of them.")
def test_best(train_model: RemoteFunction, training_bench: RemoteBench, draw: Draw) -> None:
    """The weights of the epoch with the best validation loss come back"""
    checks.best_weights_come_back(train_model, training_bench, draw)


@check("f1-whole-set", hint="Collect all predictions, then compute F1 once.")
def test_whole_set(f1_on: RemoteFunction, f1_bench: RemoteBench, draw: Draw) -> None:
    """F1 is that of the positive class, over the whole set at once"""
    f1.whole_set_at_once(f1_on, f1_bench, draw)


@check("f1-one-half", hint="sigmoid(0) is one half.")
def test_one_half(f1_on: RemoteFunction, f1_bench: RemoteBench, draw: Draw) -> None:
    """A review counts as positive from probability one half on, which is logit 0"""
    f1.positive_from_one_half(f1_on, f1_bench, draw)


@check("f1-evaluation", hint="Dropout is for training.")
def test_evaluation(f1_on: RemoteFunction, f1_bench: RemoteBench, draw: Draw) -> None:
    """F1 is measured in evaluation mode"""
    f1.measured_in_evaluation_mode(f1_on, f1_bench, draw)
