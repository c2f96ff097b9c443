"""Two small networks of the kit's own that show what a training loop and an F1 function do with a network.

Both are called as `model(ids, lengths)` and read a review's first tokens only, so a check knows every logit in
advance.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

TRAIN, VALIDATION = 2, 3
"""The first token of a review for the scripted network: which set it is from."""
BASE = 0.3
"""Loss of a training review whose third token is 0."""
EXTRA = 0.1
"""What each unit of the third token adds to a review's loss."""
WRONG_MODE, GRADIENT_ON = 0.2, 0.1
"""What a strict network adds to its losses in the wrong mode, and while gradients are recorded in validation."""
UNTRAINED = 2.0
"""Loss on validation reviews before any training."""


class ScriptedNetwork(nn.Module):
    """A network whose losses follow a script, whatever its only weight is.

    A review is three tokens: TRAIN or VALIDATION, its label, and a number that adds EXTRA times itself to its loss.
    `losses` holds the validation loss after each epoch; an epoch begins with the first training review after
    validation. The gradient of the weight `position` has the same sign for every training review, so Adam moves it
    by the learning rate at each step. A strict network adds to its losses when it runs in the wrong mode.
    The buffer `learned_from` counts the training batches that it was run on with gradients.
    """

    learned_from: Tensor

    def __init__(self, losses: Sequence[float], *, strict: bool = False) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.zeros(1))
        self.register_buffer("learned_from", torch.zeros(1))
        self._losses = list(losses)
        self._strict = strict
        self._epoch = -1
        self._validated = True

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        """Logits [batch, 1] for token ids [batch, 3]. Raises ValueError when the lengths are not those."""
        _expect_lengths(text, lengths)
        loss = self._loss(bool(text[0, 0] == TRAIN)) + EXTRA * text[:, 2].float()
        sign = 2.0 * text[:, 1].float() - 1.0
        # softplus(-sign · logit) is the loss; the second term is zero and carries the gradient.
        logit = sign * (self.position - self.position.detach() - torch.log(torch.expm1(loss)))
        return logit[:, None]

    def _loss(self, from_train: bool) -> float:
        """The loss that comes next, and the epoch that it belongs to."""
        if from_train:
            self._epoch += self._validated
            self._validated = False
            self.learned_from += torch.is_grad_enabled()
            return BASE + (WRONG_MODE if self._strict and not self.training else 0.0)
        self._validated = True
        said = UNTRAINED if self._epoch < 0 else self._losses[min(self._epoch, len(self._losses) - 1)]
        if self._strict:
            said += WRONG_MODE * self.training + GRADIENT_ON * torch.is_grad_enabled()
        return said


class LookupNetwork(nn.Module):
    """The logit of a review is the weight of its first token, and dropout. All weights start at zero."""

    def __init__(self, vocab_size: int, dropout: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.embedding.weight)

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        """Logits [batch, 1] for token ids [batch, length]. Raises ValueError when the lengths are not those."""
        _expect_lengths(text, lengths)
        logit: Tensor = self.dropout(self.embedding(text[:, 0]))
        return logit


def _expect_lengths(text: Tensor, lengths: Tensor) -> None:
    if lengths.shape != text.shape[:1]:
        raise ValueError(f"lengths of shape {tuple(lengths.shape)} for {len(text)} reviews: pass on batch.lengths")
