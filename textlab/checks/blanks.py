"""The blanks of the notebooks: which checks each one has to pass, and three hints for each.

The hints go from the idea (with a question) over the tool and the shapes to the code with its gap left open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textlab.checks import cnn, glove, interpretation, matrix
from textlab.checks.draw import Draw
from textlab.checks.subject import LocalBench, LocalFunction, LocalNetwork

PUBLIC_SEED = 2024


@dataclass(frozen=True)
class Blank:
    """One thing to write: what is asked, how long it takes, how it is checked, and how to get on when stuck."""

    id: str
    title: str
    minutes: int
    run: Callable[..., None]
    """Checks the student's objects on public inputs; raises CheckFailed or StudentError."""
    hints: tuple[str, str, str]


def _network(*checks: Callable[..., None]) -> Callable[[Callable[..., object]], None]:
    def run(source: Callable[..., object]) -> None:
        for check in checks:
            check(LocalNetwork(source), Draw(PUBLIC_SEED))

    return run


def _reference(source: Callable[..., object]) -> None:
    interpretation.reference_is_padding(LocalFunction(source), Draw(PUBLIC_SEED))


def _interpretation(source: Callable[..., object]) -> None:
    for check in (
        interpretation.one_score_per_token,
        interpretation.scores_are_integrated_gradients,
        interpretation.delta_is_true,
    ):
        check(LocalFunction(source), LocalBench(), Draw(PUBLIC_SEED))


def _matrix(source: Callable[..., object]) -> None:
    for check in (
        matrix.matrix_has_its_shape,
        matrix.known_words_have_their_vectors,
        matrix.padding_row_is_zero,
        matrix.unknown_words_are_small_and_told_apart,
    ):
        check(LocalFunction(source), LocalBench(), Draw(PUBLIC_SEED))


def _explained(network: Callable[..., object], function: Callable[..., object]) -> None:
    glove.explained_at_the_embedding(LocalNetwork(network), LocalFunction(function), LocalBench(), Draw(PUBLIC_SEED))


BLANKS = {
    blank.id: blank
    for blank in [
        Blank(
            "cnn-layers",
            "CNN.__init__ makes one convolution per kernel size",
            15,
            _network(cnn.builds, cnn.one_convolution_per_kernel_size),
            (
                "Each kernel size looks for phrases of that many words. How many convolutions do you need when "
                "kernel_sizes has three entries, and what do they share? They all read the same embeddings, "
                "and each of them writes out_channels numbers for every place it looks at.",
                "nn.Conv1d(in_channels, out_channels, kernel_size) moves along the last axis. One token is emb_dim "
                "numbers: these are the input channels. A plain Python list hides its layers from the optimiser; "
                "nn.ModuleList does not. The linear layer reads one number per filter, so its width is "
                "out_channels × the number of kernel sizes, and it gives one logit.",
                "self.convolutions = nn.ModuleList([nn.Conv1d(…, …, size) for size in …]), then a dropout layer that "
                "takes its rate from the argument, then nn.Linear(… * len(kernel_sizes), 1). "
                "Which two numbers stand for the dots in Conv1d?",
            ),
        ),
        Blank(
            "cnn-forward",
            "CNN.forward turns token ids into one logit per review",
            25,
            _network(
                cnn.one_logit_per_review,
                cnn.arguments_decide_dropout,
                cnn.reviews_are_independent,
                cnn.padding_is_silent,
                cnn.every_parameter_learns,
            ),
            (
                "Follow one review through the figure. It starts as length numbers, becomes a table of "
                "length × emb_dim, and ends as a single number. At which step does the length disappear, and "
                "why is it good that the answer no longer depends on where in the review a phrase stood?",
                "Embeddings come as [batch, length, emb_dim]; Conv1d reads [batch, channels, length]: swap axes with "
                "permute, never with view. After ReLU, the maximum over the last axis leaves [batch, out_channels] "
                "for each kernel size. Join these along axis 1, apply dropout, then the linear layer.",
                "embedded = self.embedding(text).permute(0, …, …); "
                "pooled = [F.relu(convolution(embedded)).amax(dim=…) for convolution in …]; "
                "features = torch.cat(pooled, dim=…); then dropout, then the linear layer. "
                "Which axis is which? Print a shape after each line.",
            ),
        ),
        Blank(
            "pad-reference",
            "pad_reference makes the baseline",
            5,
            _reference,
            (
                "The baseline stands for a review that says nothing. Which token says nothing to this network, "
                "and how long must the baseline be, so that every token of the sentence has a counterpart?",
                "You need a tensor like ids, same shape, same integer type, the same number everywhere. "
                "torch has functions whose names end in _like for just this.",
                "return torch.full_like(…, …): which tensor gives the shape, and which number fills it?",
            ),
        ),
        Blank(
            "interpret-sentence",
            "interpret_sentence gives every token its share of the logit",
            30,
            _interpretation,
            (
                "The scores share out the difference between the logit of the sentence and the logit of the "
                "baseline. What has to be the same at explaining time as at prediction time? Think of upper case, "
                "of dropout, and of sentences that are shorter than the widest kernel.",
                "Tokenise, pad with <pad> up to min_len, look the ids up, add a batch axis: [1, length]. "
                "LayerIntegratedGradients(model, model.embedding).attribute(…) takes inputs, baselines, n_steps, "
                "method and return_convergence_delta. The attributions are [1, length, emb_dim]; "
                "you want [length].",
                "explainer = LayerIntegratedGradients(model, model.embedding); "
                "attributions, delta = explainer.attribute(ids, baselines=…, n_steps=n_steps, "
                "method='riemann_middle', return_convergence_delta=True); scores = attributions[0].sum(dim=…). "
                "What goes in place of the dots, and which call must come before?",
            ),
        ),
        Blank(
            "embedding-matrix",
            "embedding_matrix puts word vectors into the rows of a matrix",
            20,
            _matrix,
            (
                "The embedding layer looks rows up by id; the vectors are looked up by word. What joins the two? "
                "And what should the network see for a word that nobody has a vector for: the same as padding, "
                "or something that it can tell apart and learn?",
                "Start with torch.randn(rows, columns, generator=…) times 0.1, with a generator of your own that is "
                "seeded inside the function. Then go through vocabulary.tokens with enumerate: `word in vectors` "
                "tells whether there is a vector, vectors[word] is it, a tensor [dim]. At the end the padding row.",
                "matrix = 0.1 * torch.randn(len(…), vectors.dim, generator=torch.Generator().manual_seed(0)); "
                "for row, token in enumerate(…): if token in vectors: matrix[…] = vectors[…]; then "
                "matrix[vocabulary.pad_id] = … and return it. What belongs in place of the dots?",
            ),
        ),
        Blank(
            "glove-cnn",
            "GloVeCNN starts from the matrix and trains what it should",
            25,
            _network(
                glove.starts_from_the_matrix,
                glove.one_logit_per_review,
                glove.dropout_follows_its_argument,
                glove.reviews_are_independent,
                glove.frozen_decides_what_is_trained,
                glove.matrix_stays_as_it_is,
            ),
            (
                "This is your CNN with another beginning: its embedding holds the vectors when training starts. "
                "Which of the arguments of CNN does the matrix replace? Who else may want to use the same matrix "
                "after this network was trained, and what follows for the way in which you hand it over?",
                "nn.Embedding.from_pretrained takes a matrix, freeze and padding_idx; it freezes unless told "
                "otherwise, and it shares memory with what it is given: clone(). Or call the __init__ of CNN with "
                "the sizes in matrix.shape and copy_ the matrix into embedding.weight under torch.no_grad(). "
                "requires_grad_(…) says whether a weight is trained. forward stays as it was.",
                "self.embedding = nn.Embedding.from_pretrained(…, freeze=…, padding_idx=…), with a copy in the first "
                "place. The other lines are those of your CNN; where it says emb_dim, write matrix.shape[…]. "
                "Which of the arguments belongs where, and what happens without the copy?",
            ),
        ),
        Blank(
            "glove-explained",
            "interpret_sentence explains GloVeCNN, frozen or not",
            10,
            _explained,
            (
                "The scores belong to what the embedding layer gives, not to its weights. Does a layer whose "
                "weights are frozen still give numbers that the logit depends on? Follow the way from the logit "
                "back to the embedded words: is it open in your forward?",
                "LayerIntegratedGradients hooks into model.embedding, so forward has to call self.embedding(text), "
                "once, and go on with what comes back. Looking rows up in a matrix of your own, detach() and "
                "no_grad() in forward cut the way. Freezing is done in __init__, with requires_grad.",
                "If the card of glove-cnn says right and this one does not: look at the first line of forward. It "
                "should read embedded = self.embedding(…), perhaps with permute, and nothing else. Then compare "
                "pad_reference and interpret_sentence with those of notebook 2. Which line differs?",
            ),
        ),
    ]
}
