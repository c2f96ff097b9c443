"""Networks of another form than the kit's: other layout of the ids, other order of the reviews, other output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

# float32 has no number between this and 1 but a few; the logit of 1 itself is infinite.
LEAST = 1e-7


@dataclass(frozen=True)
class Form:
    """How a network wants its reviews, and what it gives. The kit's own form has all of these off."""

    sequence_first: bool = False
    """Token ids go in as [length, batch]."""
    longest_first: bool = False
    """The reviews of a batch go in by their lengths, the longest first."""
    probabilities: bool = False
    """The network gives probabilities of the positive class, not logits."""


class InKitForm(nn.Module):
    """A network of any form, called in the kit's: ids [batch, length] and lengths [batch] give logits.

    What the network gives keeps its shape. Its first axis, if it is the batch, is put back into the given order.
    """

    def __init__(self, network: nn.Module, form: Form) -> None:
        super().__init__()
        self.network = network
        self._form = form

    @property
    def embedding(self) -> Any:
        """The network's embedding, or None."""
        return getattr(self.network, "embedding", None)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Any:
        """Logits for ids [batch, length] and lengths [batch]."""
        order = None
        if self._form.longest_first and lengths is not None:
            order = torch.argsort(lengths, descending=True, stable=True)
            ids, lengths = ids[order], lengths[order]
        text = ids.t().contiguous() if self._form.sequence_first else ids
        found = self.network(text) if lengths is None else self.network(text, lengths)
        if not isinstance(found, Tensor):
            return found
        if order is not None and found.dim() and len(found) == len(order):
            found = found[torch.argsort(order)]
        return torch.logit(found, eps=LEAST) if self._form.probabilities else found
