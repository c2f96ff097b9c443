"""The straight way from a baseline's embeddings to a sentence's, and the gradients on it.

Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017, section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from textlab.attribution.quadrature import Nodes
from textlab.kit_answers import answers_a_blank

Select = Callable[[Tensor, Tensor], Tensor]
"""Model output and target class per row [rows] → the one number per row [rows] that is explained."""


@dataclass(frozen=True)
class EmbeddedModel:
    """A model and the layer of it at which a sentence can be replaced by a place on the way to it."""

    model: nn.Module
    layer: nn.Module
    name: str
    """The layer's, for error messages."""
    with_lengths: bool = False
    """The model takes `model(ids, lengths)`; lengths are on the CPU, as packing wants them."""

    def embed(self, ids: Tensor) -> Tensor:
        """What the layer gives, [rows, length, emb_dim], for token ids [rows, length]."""
        embedded: Tensor = self.layer(ids)
        if embedded.dim() != 3 or embedded.shape[:2] != ids.shape:
            raise ValueError(
                f"layer {self.name!r} gives {list(embedded.shape)} for token ids {list(ids.shape)}: name the layer "
                "that turns ids [batch, length] into embeddings [batch, length, emb_dim]"
            )
        return embedded

    def __call__(self, ids: Tensor, length: int, embedded: Tensor | None = None) -> Tensor:
        """The model's output for ids [rows, width]; with `embedded` the layer gives that in place of its own.

        length: tokens without padding, of each row. The ids stay real, so a mask or a length made from them does.
        """
        arguments = (ids, torch.full((len(ids),), length)) if self.with_lengths else (ids,)
        if embedded is None:
            output: Tensor = self.model(*arguments)
            return output
        used = False

        def replace(_layer: nn.Module, _inputs: object, own: Tensor) -> Tensor:
            nonlocal used
            if own.shape != embedded.shape:
                raise ValueError(
                    f"layer {self.name!r} gives {list(own.shape)} inside the model where {list(embedded.shape)} was "
                    "expected: the model has to be batch-first and to embed every token once"
                )
            used = True
            return embedded

        handle = self.layer.register_forward_hook(replace)
        try:
            output = self.model(*arguments)
        finally:
            handle.remove()
        if not used:
            raise ValueError(f"the model's forward does not call layer {self.name!r}: name the one that it calls")
        return output


@contextmanager
def evaluation(model: nn.Module) -> Iterator[None]:
    """The model in evaluation mode; afterwards each of its modules is in the mode it had."""
    modes = [(module, module.training) for module in model.modules()]
    cudnn = torch.backends.cudnn.enabled
    model.eval()
    try:
        # cuDNN has no gradients of a recurrent layer in evaluation mode; torch's own kernels have.
        if any(isinstance(module, nn.RNNBase) for module, _ in modes):
            torch.backends.cudnn.enabled = False
        yield
    finally:
        torch.backends.cudnn.enabled = cudnn
        for module, training in modes:
            module.training = training


@answers_a_blank
def integrate(
    model: EmbeddedModel,
    ids: Tensor,
    length: int,
    ends: tuple[Tensor, Tensor],
    select: Select,
    targets: Tensor,
    rule: Nodes,
    rows: int,
) -> Tensor:
    """Integrated gradients [sentences, width, emb_dim], float64 on the CPU, of sentences of one length.

    ids: [sentences, width]. ends: embeddings of baselines and of sentences, [sentences, width, emb_dim] each.
    targets: [sentences]. rule: places and weights. rows: the most rows that go through the model at once.
    """
    start, way = ends[0], ends[1] - ends[0]
    places, weights = (torch.tensor(part, dtype=way.dtype, device=way.device) for part in rule)
    steps, sentences = len(places), len(ids)
    totals = torch.zeros(way.shape, dtype=torch.float64)
    for first in range(0, sentences * steps, rows):
        last = min(first + rows, sentences * steps)
        row = torch.arange(first, last, device=way.device)
        sentence, step = row // steps, row % steps
        points = torch.addcmul(start[sentence], places[step][:, None, None], way[sentence]).requires_grad_()
        with torch.enable_grad():
            explained = select(model(ids[sentence], length, points), targets[sentence])
            (gradients,) = torch.autograd.grad(explained.sum(), points)
        for index in range(first // steps, (last - 1) // steps + 1):
            part = slice(max(index * steps, first) - first, min((index + 1) * steps, last) - first)
            # Added up per chunk in the model's precision, over the chunks in double precision.
            totals[index] += torch.einsum("s,sle->le", weights[step[part]], gradients[part]).cpu().double()
    return totals * way.cpu().double()


@answers_a_blank
def slopes_on_path(model: nn.Module, ids: Tensor, baseline: Tensor, shares: Sequence[float]) -> Tensor:
    """How fast the logit rises on the straight way from the baseline's embeddings to the sentence's.

    ids and baseline: [1, length] token ids. shares: places on the way, 0 at the baseline, 1 at the sentence.
    Gives [len(shares)] in units of the logit; its integral from 0 to 1 is F(x) − F(x′). The model needs an
    attribute `embedding`, is run in evaluation mode and given back in the mode it had.
    """
    embedded = EmbeddedModel(model, model.get_submodule("embedding"), "embedding")
    with evaluation(model), torch.enable_grad():
        start, end = embedded.embed(baseline).detach(), embedded.embed(ids).detach()
        way = torch.tensor(list(shares), dtype=start.dtype, device=start.device)
        places = (start + way[:, None, None] * (end - start)).requires_grad_()
        logits = embedded(ids.expand(len(way), -1), ids.shape[1], places)
        (gradient,) = torch.autograd.grad(logits.sum(), places)
    slopes: Tensor = (gradient * (end - start)).sum(dim=(1, 2)).detach().cpu()
    return slopes
