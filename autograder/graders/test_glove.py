"""Graders of word vectors: the matrix, the network that starts from it, and its explanation."""

from __future__ import annotations

from autograder.judge.checks import Note, check
from autograder.judge.f1_bound import Train, expect_f1, train_networks
from autograder.judge.few_reviews import FewReviews
from autograder.judge.remote import RemoteBench, RemoteFunction, RemoteNetwork
from textlab.checks import glove as checks
from textlab.checks import interpretation
from textlab.checks import matrix as matrix_checks
from textlab.checks.draw import Draw


@check("matrix-shape", hint="The vocabulary decides how many rows there are, the vectors how many columns.")
def test_matrix_shape(embedding_matrix: RemoteFunction, vectors_bench: RemoteBench, draw: Draw) -> None:
    """The matrix has one row for every token, as float32"""
    matrix_checks.matrix_has_its_shape(embedding_matrix, vectors_bench, draw)


@check(
    "matrix-rows",
    hint="Row i belongs to vocabulary.tokens[i]; look it up as it is written.",
)
def test_matrix_rows(embedding_matrix: RemoteFunction, vectors_bench: RemoteBench, draw: Draw) -> None:
    """Row i holds the vector of token i, for every word that the vectors know"""
    matrix_checks.known_words_have_their_vectors(embedding_matrix, vectors_bench, draw)


@check("matrix-padding", hint="Set the padding row to zero last.")
def test_matrix_padding(embedding_matrix: RemoteFunction, vectors_bench: RemoteBench, draw: Draw) -> None:
    """The row of the padding token is zero"""
    matrix_checks.padding_row_is_zero(embedding_matrix, vectors_bench, draw)


@check(
    "matrix-unknown",
    hint="Draw small numbers for all rows at once, from a generator of your own that is seeded in the function.",
)
def test_matrix_unknown(embedding_matrix: RemoteFunction, vectors_bench: RemoteBench, draw: Draw) -> None:
    """Unknown words and `<unk>` get small random numbers, the same at every call"""
    matrix_checks.unknown_words_are_small_and_told_apart(embedding_matrix, vectors_bench, draw)


@check("glove-start", hint="The weights of self.embedding are a copy of the matrix, whether it is frozen or not.")
def test_start(glove: RemoteNetwork, draw: Draw) -> None:
    """GloVeCNN starts from the matrix, frozen or not"""
    checks.starts_from_the_matrix(glove, draw)


@check(
    "glove-shapes",
    hint="Its layers are those of CNN: one convolution for each entry of kernel_sizes, one linear layer, one logit.",
)
def test_shapes(glove: RemoteNetwork, draw: Draw) -> None:
    """GloVeCNN has the layers of CNN, and gives one logit per review"""
    checks.has_the_layers_of_cnn(glove, draw)


@check("glove-dropout", hint="A dropout layer made in __init__ follows train() and eval().")
def test_dropout(glove: RemoteNetwork, draw: Draw) -> None:
    """Dropout works on the joined features in training, and is silent in evaluation"""
    checks.expect_to_run(glove)
    checks.dropout_follows_its_argument(glove, draw)


@check(
    "glove-independent",
    after=["glove-dropout"],
    hint="Convolution, ReLU, maximum over the length, linear layer: as in CNN, and no sigmoid at the end.",
)
def test_independent(glove: RemoteNetwork, draw: Draw) -> None:
    """GloVeCNN computes what CNN computes, a logit, for each review by itself"""
    checks.expect_to_run(glove)
    checks.computes_what_cnn_computes(glove, draw)


@check(
    "glove-training",
    after=["glove-dropout"],
    hint="from_pretrained freezes unless told freeze=False, and forgets padding_idx unless given it.",
)
def test_training(glove: RemoteNetwork, draw: Draw) -> None:
    """Training changes the embedding unless it is frozen, and never the padding row"""
    checks.expect_to_run(glove)
    checks.frozen_decides_what_is_trained(glove, draw)


@check("glove-copy", after=["glove-dropout"], hint="Hand the layer matrix.clone().")
def test_copy(glove: RemoteNetwork, draw: Draw) -> None:
    """Training leaves the matrix that was handed in as it is"""
    checks.expect_to_run(glove)
    checks.matrix_stays_as_it_is(glove, draw)


@check(
    "glove-f1",
    after=["glove-dropout"],
    hint="With few reviews the vectors help much, and it needs phrases, not words.",
)
def test_f1(glove: RemoteNetwork, draw: Draw, few: FewReviews, note: Note, train: Train) -> None:
    """Trained on few reviews, GloVeCNN tells praise from blame"""
    checks.expect_to_run(glove)
    task, bound = few.disguised(draw), few.thresholds
    arguments = {"matrix": task.matrix, "pad_idx": task.pad_id, **bound.network}
    plan = bound.plan(draw.integer(0, 2**31 - 1), task.pad_id)
    expect_f1(train_networks(glove.start(arguments), task, plan, bound, train), task, bound, note)


@check(
    "glove-explained",
    after=["glove-dropout"],
    hint="forward starts with self.embedding(text) and never cuts its gradient.",
)
def test_explained(
    explained_glove: RemoteNetwork, glove_interpret: RemoteFunction, glove_bench: RemoteBench, draw: Draw
) -> None:
    """The scores explain GloVeCNN, frozen or not"""
    checks.expect_to_run(explained_glove)
    # The rules of notebook 2, as the notebook's own card asks them.
    for rule in interpretation.RULES_OF_INTERPRET_SENTENCE:
        rule(glove_interpret, glove_bench, draw)
    checks.explained_at_the_embedding(explained_glove, glove_interpret, glove_bench, draw)
