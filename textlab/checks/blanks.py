"""The blanks of the notebooks: where each one stands, and which checks it has to pass."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from textlab.checks import cnn, f1, glove, interpretation, labels, matrix, pieces, rnn, training, transformer
from textlab.checks.draw import Draw
from textlab.checks.hints import HINTS, Ladder
from textlab.checks.local import LocalBench, LocalFunction, LocalNetwork

PUBLIC_SEED = 2024


@dataclass(frozen=True)
class Blank:
    """One thing to write: what is asked, how long it takes, how it is checked, and how to get on when stuck."""

    id: str
    title: str
    notebook: str
    """The notebook that it stands in, by the stem of its file name."""
    names: tuple[str, ...]
    """What the student defines for it, in the order in which `run` wants it."""
    minutes: int
    run: Callable[..., None]
    """Checks the student's objects on public inputs; raises CheckFailed or StudentError."""
    hints: Ladder


def _network(*checks: Callable[..., None]) -> Callable[[Callable[..., object]], None]:
    def run(source: Callable[..., object]) -> None:
        # nbgrader gives no points to a cell that writes to stderr, and some layers warn.
        with contextlib.redirect_stderr(io.StringIO()):
            for check in checks:
                check(LocalNetwork(source), Draw(PUBLIC_SEED))

    return run


def _reference(source: Callable[..., object]) -> None:
    interpretation.reference_is_padding(LocalFunction(source), Draw(PUBLIC_SEED))


def _interpretation(source: Callable[..., object]) -> None:
    for check in interpretation.RULES_OF_INTERPRET_SENTENCE:
        check(LocalFunction(source), LocalBench(), Draw(PUBLIC_SEED))


def _function(*checks: Callable[..., None]) -> Callable[[Callable[..., object]], None]:
    def run(source: Callable[..., object]) -> None:
        # A check calls the function many times: the student's progress bars would hide the card.
        with contextlib.redirect_stderr(io.StringIO()):
            for check in checks:
                check(LocalFunction(source), LocalBench(), Draw(PUBLIC_SEED))

    return run


def _explained(network: Callable[..., object], function: Callable[..., object]) -> None:
    # First on networks of the check's own, which tells a fault of the function from one of the network.
    _interpretation(function)
    glove.explained_at_the_embedding(LocalNetwork(network), LocalFunction(function), LocalBench(), Draw(PUBLIC_SEED))


def _labelled(network: Callable[..., object], function: Callable[..., object]) -> None:
    explain, bench = LocalFunction(function), LocalBench()
    for check in (
        labels.class_is_found_by_its_label,
        labels.unknown_label_is_refused,
        labels.delta_belongs_to_the_review,
        labels.steps_decide,
    ):
        check(explain, bench, Draw(PUBLIC_SEED))
    labels.own_network_is_explained(LocalNetwork(network), explain, Draw(PUBLIC_SEED))


BLANKS = {
    blank.id: blank
    for blank in [
        Blank(
            "rnn-layers",
            "RNNBaseline.__init__ makes a recurrent layer, dropout and a linear layer",
            "1_rnn",
            ("RNNBaseline",),
            15,
            _network(rnn.builds, rnn.layers_and_directions),
            HINTS["rnn-layers"],
        ),
        Blank(
            "rnn-forward",
            "RNNBaseline.forward turns token ids and lengths into one logit per review",
            "1_rnn",
            ("RNNBaseline",),
            25,
            _network(
                rnn.runs,
                rnn.one_logit_per_review,
                rnn.arguments_decide_dropout,
                rnn.summary_is_the_last_state,
                rnn.reviews_are_independent,
                rnn.padding_is_silent,
                rnn.every_parameter_learns,
            ),
            HINTS["rnn-forward"],
        ),
        Blank(
            "train-model",
            "train_model trains, stops early and keeps the best weights",
            "1_rnn",
            ("train_model",),
            30,
            _function(
                training.gives_a_history,
                training.adam_moves_this_model,
                training.losses_are_means_per_review,
                training.validation_only_looks,
                training.patience_counts_in_a_row,
                training.best_weights_come_back,
            ),
            HINTS["train-model"],
        ),
        Blank(
            "f1-on",
            "f1_on measures F1 over a whole set",
            "1_rnn",
            ("f1_on",),
            10,
            _function(f1.whole_set_at_once, f1.positive_from_one_half, f1.measured_in_evaluation_mode),
            HINTS["f1-on"],
        ),
        Blank(
            "cnn-layers",
            "CNN.__init__ makes one convolution per kernel size",
            "2_cnn",
            ("CNN",),
            15,
            _network(cnn.builds, cnn.one_convolution_per_kernel_size, cnn.one_linear_layer),
            HINTS["cnn-layers"],
        ),
        Blank(
            "cnn-forward",
            "CNN.forward turns token ids into one logit per review",
            "2_cnn",
            ("CNN",),
            25,
            _network(
                cnn.runs,
                cnn.one_logit_per_review,
                cnn.arguments_decide_dropout,
                cnn.logits_are_not_probabilities,
                cnn.computes_what_was_asked,
                cnn.reviews_are_independent,
                cnn.padding_is_silent,
                cnn.every_parameter_learns,
            ),
            HINTS["cnn-forward"],
        ),
        Blank(
            "pad-reference",
            "pad_reference makes the baseline",
            "2_cnn",
            ("pad_reference",),
            5,
            _reference,
            HINTS["pad-reference"],
        ),
        Blank(
            "interpret-sentence",
            "interpret_sentence gives every token its share of the logit",
            "2_cnn",
            ("interpret_sentence",),
            30,
            _interpretation,
            HINTS["interpret-sentence"],
        ),
        Blank(
            "embedding-matrix",
            "embedding_matrix puts word vectors into the rows of a matrix",
            "3_glove_cnn",
            ("embedding_matrix",),
            20,
            _function(
                matrix.matrix_has_its_shape,
                matrix.known_words_have_their_vectors,
                matrix.padding_row_is_zero,
                matrix.unknown_words_are_small_and_told_apart,
            ),
            HINTS["embedding-matrix"],
        ),
        Blank(
            "glove-cnn",
            "GloVeCNN starts from the matrix and trains what it should",
            "3_glove_cnn",
            ("GloVeCNN",),
            25,
            _network(
                glove.starts_from_the_matrix,
                glove.has_the_layers_of_cnn,
                glove.dropout_follows_its_argument,
                glove.computes_what_cnn_computes,
                glove.frozen_decides_what_is_trained,
                glove.matrix_stays_as_it_is,
            ),
            HINTS["glove-cnn"],
        ),
        Blank(
            "glove-explained",
            "interpret_sentence explains GloVeCNN, frozen or not",
            "3_glove_cnn",
            ("GloVeCNN", "interpret_sentence"),
            10,
            _explained,
            HINTS["glove-explained"],
        ),
        Blank(
            "transformer",
            "TransformerClassifier reads a review in any length and gives one logit per class",
            "4_transformer",
            ("TransformerClassifier",),
            30,
            _network(
                transformer.arguments_decide,
                transformer.one_logit_per_class,
                transformer.logits_are_not_probabilities,
                transformer.reviews_are_independent,
                transformer.padding_is_silent,
                transformer.logits_are_of_the_mean,
                transformer.order_matters,
                transformer.dropout_follows_its_argument,
                transformer.every_parameter_learns,
            ),
            HINTS["transformer"],
        ),
        Blank(
            "explain-label",
            "explain_label explains the logit of a class that is called by its label",
            "4_transformer",
            ("TransformerClassifier", "explain_label"),
            20,
            _labelled,
            HINTS["explain-label"],
        ),
        Blank(
            "merge-pieces",
            "merge_pieces makes words of sub-words and adds their scores",
            "4_transformer",
            ("merge_pieces",),
            10,
            _function(pieces.pieces_become_words, pieces.scores_are_added),
            HINTS["merge-pieces"],
        ),
    ]
}
