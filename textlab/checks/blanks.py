"""The blanks of the notebooks: which checks each one has to pass, and three hints for each.

The hints go from the idea (with a question) over the tool and the shapes to the code with its gap left open.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from textlab.checks import cnn, f1, glove, interpretation, matrix, rnn, training
from textlab.checks.draw import Draw
from textlab.checks.local import LocalBench, LocalFunction, LocalNetwork

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


def _function(*checks: Callable[..., None]) -> Callable[[Callable[..., object]], None]:
    def run(source: Callable[..., object]) -> None:
        # A check calls the function many times: the student's progress bars would hide the card.
        with contextlib.redirect_stderr(io.StringIO()):
            for check in checks:
                check(LocalFunction(source), LocalBench(), Draw(PUBLIC_SEED))

    return run


def _explained(network: Callable[..., object], function: Callable[..., object]) -> None:
    glove.explained_at_the_embedding(LocalNetwork(network), LocalFunction(function), LocalBench(), Draw(PUBLIC_SEED))


BLANKS = {
    blank.id: blank
    for blank in [
        Blank(
            "rnn-layers",
            "RNNBaseline.__init__ makes a recurrent layer, dropout and a linear layer",
            15,
            _network(rnn.builds, rnn.layers_and_directions),
            (
                "A recurrent layer reads one token after the other and keeps hidden_dim numbers in mind. With two "
                "directions a second one reads from the end. How many numbers sum up a review in each case, and "
                "why does the number of layers not matter for the linear layer?",
                "nn.LSTM and nn.GRU take (input_size, hidden_size, num_layers) and the options batch_first, "
                "bidirectional and dropout. Their own dropout works between layers, so with one layer it does "
                "nothing and torch warns; hand the rate on only when there are more layers. The summary needs a "
                "dropout layer of its own. The linear layer reads hidden_dim numbers a direction and gives one.",
                "self.recurrent = nn.LSTM(…, …, …, batch_first=True, bidirectional=…, dropout=…), where dropout is 0 "
                "when n_layers is 1; then nn.Dropout and nn.Linear. What is hidden_dim multiplied with, and which "
                "argument of the class decides that?",
            ),
        ),
        Blank(
            "rnn-forward",
            "RNNBaseline.forward turns token ids and lengths into one logit per review",
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
            (
                "Imagine reading a review of 3 tokens that was padded to 50. What would 47 padding tokens do to "
                "what you keep in mind, and where does the reader who starts at the end begin? Packing leaves the "
                "padding out, so that the last state is the one after the last real token.",
                "pack_padded_sequence wants the embedded reviews, their lengths, batch_first=True and, since reviews "
                "come in any order, enforce_sorted=False. A packed LSTM gives output, (hidden, cell), a GRU gives "
                "output, hidden. hidden is [layers × directions, batch, hidden_dim], ordered by layer: with two "
                "directions the last two entries belong to the last layer.",
                "packed = pack_padded_sequence(self.embedding(text), …, batch_first=True, enforce_sorted=False); "
                "output, (hidden, cell) = self.recurrent(…); with two directions "
                "torch.cat([hidden[…], hidden[…]], dim=…), else hidden[…]; then dropout, then the linear layer. "
                "Which entries of hidden are the last layer's?",
            ),
        ),
        Blank(
            "train-model",
            "train_model trains, stops early and keeps the best weights",
            30,
            _function(
                training.gives_a_history,
                training.adam_moves_this_model,
                training.losses_are_means_per_review,
                training.validation_only_looks,
                training.patience_counts_in_a_row,
                training.best_weights_come_back,
            ),
            (
                "An epoch has two halves. In the first the model learns from the training batches, in the second "
                "it is only looked at, on the validation batches. What has to be switched between the halves, and "
                "what do you need to remember from epoch to epoch to know when to stop and what to give back?",
                "torch.optim.Adam(model.parameters(), lr=…) once. For a batch: model(batch.ids, batch.lengths), "
                "reshape(-1), binary_cross_entropy_with_logits, zero_grad, backward, step. Add up loss.item() × "
                "len(batch) and divide by the number of reviews. model.train(), model.eval() and torch.no_grad() "
                "say which half it is. state_dict() goes on changing with the model; copy.deepcopy makes a copy.",
                "Keep best_loss = float('inf'), best_weights and waited = 0 before the loop over epochs. After the "
                "validation: if loss < …: remember the loss, a deep copy of …, and set waited to …; else add 1 to "
                "waited, and break when it equals …. After the loop: model.load_state_dict(…), return both lists.",
            ),
        ),
        Blank(
            "f1-on",
            "f1_on measures F1 over a whole set",
            10,
            _function(f1.whole_set_at_once, f1.positive_from_one_half, f1.measured_in_evaluation_mode),
            (
                "F1 comes from three counts over all reviews: true positives, false positives, false negatives. "
                "What goes wrong when you compute it batch by batch and take the mean, say, when a batch holds no "
                "positive review? And how sure must the network be for a review to count as positive?",
                "Switch the model to evaluation mode and gradients off. Go through the batches and collect logits, "
                "reshaped to [batch], and labels in two lists; torch.cat joins them. A probability above one half "
                "is a logit above 0. sklearn's f1_score(labels, predictions) is for class 1 by default.",
                "logits, labels = [], []; for each batch append model(…, …).reshape(-1) and batch.labels. Then "
                "said = torch.cat(logits) > …, and return float(f1_score(…, …)), each as .cpu().numpy(). "
                "Which of the two comes first?",
            ),
        ),
        Blank(
            "cnn-layers",
            "CNN.__init__ makes one convolution per kernel size",
            15,
            _network(cnn.builds, cnn.one_convolution_per_kernel_size, cnn.one_linear_layer),
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
                cnn.runs,
                cnn.one_logit_per_review,
                cnn.arguments_decide_dropout,
                cnn.logits_are_not_probabilities,
                cnn.computes_what_was_asked,
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
            _function(
                matrix.matrix_has_its_shape,
                matrix.known_words_have_their_vectors,
                matrix.padding_row_is_zero,
                matrix.unknown_words_are_small_and_told_apart,
            ),
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
                glove.runs,
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
