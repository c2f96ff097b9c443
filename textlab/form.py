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
    """How a network wants its reviews, and what it gives. The defaults are the kit's own form."""

    sequence_first: bool = False
    """Token ids go in as [length, batch]."""
    longest_first: bool = False
    """The reviews of a batch go in by their lengths, the longest first."""
    probabilities: bool = False
    """The network gives probabilities of the positive class, not logits."""
    lengths: bool = True
    """The network takes lengths as its second argument where the kit's does."""
    columns: int = 1
    """Numbers that the network gives for a review: with 2, one for each class, the positive one last."""

    def inputs(self, ids: Tensor, lengths: Tensor | None) -> list[Tensor]:
        """What the network is called with, for ids [batch, length] and lengths [batch]; copies."""
        order = self.order(lengths)
        if order is not None and lengths is not None:
            ids, lengths = ids[order], lengths[order]
        text = ids.t().contiguous() if self.sequence_first else ids
        return [text.clone()] if lengths is None or not self.lengths else [text.clone(), lengths.clone()]

    def order(self, lengths: Tensor | None) -> Tensor | None:
        """The order in which the reviews go in; None: as they come."""
        if lengths is None or not self.longest_first:
            return None
        return torch.argsort(lengths, descending=True, stable=True)

    def logits(self, found: Tensor) -> Tensor:
        """The kit's logits from what the network gives, [batch, 1] for two columns; another shape stays as it is."""
        if self.columns == 2:
            if found.dim() != 2 or found.shape[1] != 2:
                return found
            values = found.clamp_min(LEAST).log() if self.probabilities else found
            return values[:, 1:] - values[:, :1]
        return torch.logit(found, eps=LEAST) if self.probabilities else found


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
        order = self._form.order(lengths)
        found = self.network(*self._form.inputs(ids, lengths))
        if not isinstance(found, Tensor):
            return found
        if order is not None and found.dim() and len(found) == len(order):
            found = found[torch.argsort(order)]
        return self._form.logits(found)
