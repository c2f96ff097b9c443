"""Graders of the bonus: the transformer, the explanation of a class by its label, words made of sub-words."""

from __future__ import annotations

from collections.abc import Callable

from autograder.judge.checks import Note, check
from autograder.judge.f1_bound import Train, expect_f1, train_networks
from autograder.judge.remote import RemoteBench, RemoteFunction, RemoteNetwork
from autograder.judge.word_order import VOCAB_SIZE, draw_sentences
from autograder.thresholds import load_thresholds
from textlab.checks import labels, pieces
from textlab.checks import transformer as checks
from textlab.checks.draw import Draw


@check("transformer-shapes", hint="Mean over the length, then nn.Linear(emb_dim, n_classes); cut text to max_length.")
def test_shapes(transformer: RemoteNetwork, draw: Draw) -> None:
    """TransformerClassifier gives one logit per class, and its arguments decide its size"""
    checks.one_logit_per_class(transformer, draw)
    checks.arguments_decide(transformer, draw)
    checks.logits_are_not_probabilities(transformer, draw)


@check(
    "transformer-padding",
    needs=["transformer-shapes"],
    after=["transformer-learning"],
    hint="The mask is True at padding; the mean runs over the other tokens; the batch is axis 0.",
)
def test_padding(transformer: RemoteNetwork, draw: Draw) -> None:
    """The logits come from the mean of a review's own tokens, not from its neighbours or padding"""
    checks.reviews_are_independent(transformer, draw)
    checks.padding_is_silent(transformer, draw)
    checks.logits_are_of_the_mean(transformer, draw)


@check(
    "transformer-order",
    needs=["transformer-shapes"],
    after=["transformer-learning"],
    hint="Add one vector a place to the embedded tokens, [length, emb_dim].",
)
def test_order(transformer: RemoteNetwork, draw: Draw) -> None:
    """Each place has a position of its own, which is added to the token there"""
    checks.order_matters(transformer, draw)


@check(
    "transformer-learning",
    needs=["transformer-shapes"],
    hint="Hand dropout on to the encoder layer, and use every layer that __init__ makes.",
)
def test_learning(transformer: RemoteNetwork, draw: Draw) -> None:
    """Dropout follows its argument, and every parameter gets a gradient"""
    checks.dropout_follows_its_argument(transformer, draw)
    checks.every_parameter_learns(transformer, draw)


@check(
    "transformer-f1",
    needs=["transformer-shapes", "transformer-padding", "transformer-order"],
    hint="If all else is right and F1 is low: does the mean run over the real tokens, and are logits given back?",
)
def test_f1(transformer: RemoteNetwork, draw: Draw, note: Note, train: Train) -> None:
    """Trained on sentences in which the order of two words decides, TransformerClassifier learns it"""
    names, budget = draw.permutation(VOCAB_SIZE), load_thresholds("mini").networks["transformer"]
    task = draw_sentences(budget, draw).disguised(names, draw)
    sizes = {"vocab_size": task.vocab_size, "pad_idx": task.pad_id, "max_length": budget.max_length}
    plan = budget.plan(draw.integer(0, 2**31 - 1), task.pad_id)
    trained = train_networks(transformer.start({**sizes, **budget.network}), task, plan, budget, train)
    expect_f1(trained, task, budget, note, what="sentences")


@check("label-scores", hint="labels.index(label) is the target; the output explained is that column's logit.")
def test_label_scores(explain_label: RemoteFunction, labels_bench: RemoteBench, draw: Draw) -> None:
    """The scores explain the class that the label names, and an unknown label is refused"""
    labels.class_is_found_by_its_label(explain_label, labels_bench, draw)
    labels.unknown_label_is_refused(explain_label, labels_bench, draw)


@check(
    "label-delta",
    needs=["label-scores", "transformer-shapes"],
    after=["transformer-padding", "transformer-order", "transformer-learning"],
    hint="additional_forward_args hands the review's own padding mask to every call of the model.",
)
def test_label_delta(
    explained_transformer: RemoteNetwork,
    explain_label: RemoteFunction,
    labels_bench: RemoteBench,
    draw: Draw,
    passed: Callable[[str], bool],
) -> None:
    """The delta belongs to the review's own mask, and TransformerClassifier itself is explained"""
    labels.delta_belongs_to_the_review(explain_label, labels_bench, draw)
    labels.steps_decide(explain_label, labels_bench, draw)
    # Where the class itself was charged, there is nothing of it that explain_label could get right.
    if all(map(passed, ("transformer-padding", "transformer-order", "transformer-learning"))):
        labels.own_network_is_explained(explained_transformer, explain_label, draw)


@check("pieces-merged", hint="Every piece without the mark goes on with the last word; its score is added.")
def test_pieces(merge_pieces: RemoteFunction, pieces_bench: RemoteBench, draw: Draw) -> None:
    """Pieces become words again, and their scores are added"""
    pieces.pieces_become_words(merge_pieces, pieces_bench, draw)
    pieces.scores_are_added(merge_pieces, pieces_bench, draw)
