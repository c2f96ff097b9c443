"""The way from a baseline's embeddings to a sentence's, and the gradients on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn


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
