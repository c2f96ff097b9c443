"""The blanks of the notebooks: which checks each one has to pass, and three hints for each.

The hints go from the idea (with a question) over the tool and the shapes to the code with its gap left open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textlab.checks import cnn, interpretation
from textlab.checks.draw import Draw
from textlab.checks.subject import LocalBench, LocalFunction, LocalNetwork

PUBLIC_SEED = 2024


@dataclass(frozen=True)
class Blank:
    """One thing to write: what is asked, how long it takes, how it is checked, and how to get on when stuck."""

    id: str
    title: str
    minutes: int
    run: Callable[[Callable[..., object]], None]
    """Checks the student's object on public inputs; raises CheckFailed or StudentError."""
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


BLANKS = {
    blank.id: blank
    for blank in [
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
                cnn.one_logit_per_review,
                cnn.logits_are_not_probabilities,
                cnn.place_does_not_matter,
                cnn.activation_is_relu,
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
    ]
}
