"""Explanations of single predictions: the record, its picture in a notebook, and the slope along a path.

An explanation gives every token a score: its share of F(x) − F(x′), the logit of the sentence minus the logit
of a baseline. `to_html` draws explanations as coloured text, `show` displays that in a notebook.
`slopes_on_path` gives the function that integrated gradients integrates, for looking at quadrature rules.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from textlab._attribution_html import render


@dataclass(frozen=True)
class Explanation:
    """One sentence, what a model says about it, and why. Raises ValueError when the numbers do not fit."""

    tokens: tuple[str, ...]
    scores: tuple[float, ...]
    """One per token, in units of the logit; positive speaks for a positive review."""
    probability: float
    """Of the positive class, 0 to 1."""
    delta: float
    """Convergence delta: the sum of the scores minus F(x) − F(x′)."""
    label: int | None = None
    """1 positive, 0 negative, None when nobody has said."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tokens", tuple(self.tokens))
        object.__setattr__(self, "scores", tuple(float(score) for score in self.scores))
        if len(self.tokens) != len(self.scores):
            raise ValueError(f"{len(self.tokens)} tokens but {len(self.scores)} scores: give one score a token")
        if not all(math.isfinite(score) for score in (*self.scores, self.delta)):
            raise ValueError(f"scores {self.scores} with delta {self.delta}: each must be a finite number")
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"probability is {self.probability}: pass the sigmoid of the logit, not the logit")
        if self.label not in (0, 1, None):
            raise ValueError(f"label is {self.label!r}: it is 1, 0, or None when unknown")

    @property
    def prediction(self) -> int:
        """1 from probability one half on, else 0."""
        return int(self.probability >= 0.5)


def to_html(explanations: Sequence[Explanation]) -> str:
    """The explanations as HTML that needs nothing from outside: coloured text, numbers, legend and tables.

    Blue speaks for a positive review, orange for a negative one, white for neither; all sentences share one
    scale, set by the largest absolute score. Tokens are escaped. Raises ValueError for no explanations.
    """
    if not explanations:
        raise ValueError("there is nothing to draw: pass at least one Explanation")
    return render(explanations)


def show(explanations: Sequence[Explanation]) -> None:
    """Display the explanations in a notebook."""
    from IPython.display import HTML, display

    display(HTML(to_html(explanations)))  # type: ignore[no-untyped-call, unused-ignore]


def slopes_on_path(model: nn.Module, ids: Tensor, baseline: Tensor, shares: Sequence[float]) -> Tensor:
    """How fast the logit rises on the straight way from the baseline's embeddings to the sentence's.

    ids and baseline: [1, length] token ids. shares: places on the way, 0 at the baseline, 1 at the sentence.
    Gives [len(shares)] in units of the logit; its integral from 0 to 1 is F(x) − F(x′). The model needs an
    attribute `embedding`, is run in evaluation mode and given back in the mode it had.
    Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017, section 3.
    """
    embedding: Any = model.embedding
    was_training = model.training
    model.eval()
    with torch.no_grad():
        start, end = embedding(baseline), embedding(ids)
    way = torch.tensor(list(shares), dtype=start.dtype, device=start.device)
    places = (start + way[:, None, None] * (end - start)).requires_grad_()
    # The layer gives the places of the path, so that the model's own forward does the rest.
    handle = embedding.register_forward_hook(lambda _module, _inputs, _output: places)
    try:
        (gradient,) = torch.autograd.grad(model(ids.expand(len(way), -1)).sum(), places)
    finally:
        handle.remove()
        model.train(was_training)
    slopes: Tensor = (gradient * (end - start)).sum(dim=(1, 2)).detach().cpu()
    return slopes
