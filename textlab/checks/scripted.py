"""Two small networks of the kit's own that show what a training loop and an F1 function do with a network.

Both are called as `model(ids, lengths)` and read a review's first tokens only, so a check knows every logit in
advance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

TRAIN, VALIDATION, LOG = 2, 3, 4
"""The first token of a review for the scripted network: which set it is from, or that the log is asked for."""
LOADED = 5
"""In the log, where a batch has TRAIN or VALIDATION: weights were loaded into the network."""
BASE = 0.3
"""Loss of a training review whose third token is 0, where no other is written."""
EXTRA = 0.1
"""What each unit of the third token adds to a review's loss."""
AFTERWARDS = 0.9
"""By what the loss of a training review is multiplied without gradients: as if it were measured after the epoch."""
UNTRAINED = 2.0
"""Loss on validation reviews before any training."""
NO_PULL = 20
"""The fourth token at which a review does not pull at the weights; at twice that the pull is 1, at 0 it is −1."""
START = 20.0
"""Where both weights start: far from zero, so that weight decay shows."""


class Script:
    """The losses that a network says, and the log of what was done with it. Copies of the network share it."""

    def __init__(self, losses: Sequence[float], train_losses: Sequence[float]) -> None:
        self.losses = list(losses)
        self.train_losses = list(train_losses) or [BASE]
        self.log: list[list[float]] = []
        self._epoch = -1
        self._validated = True

    def __deepcopy__(self, memo: dict[int, Any]) -> Script:
        """The same script."""
        return self

    def next_loss(self, split: int, learning: bool) -> float:
        """The loss of a review without extras; an epoch begins with the first training batch after validation."""
        if split == TRAIN:
            self._epoch += self._validated and learning
            self._validated = self._validated and not learning
            return _at(self.train_losses, max(self._epoch, 0)) * (1.0 if learning else AFTERWARDS)
        self._validated = True
        return UNTRAINED if self._epoch < 0 else _at(self.losses, self._epoch)


class ScriptedNetwork(nn.Module):
    """A network whose losses follow a script, whatever its two weights are, and that keeps a log.

    A review is four tokens: TRAIN or VALIDATION, its label, a number that adds EXTRA times itself to its loss, and
    its pull: the gradient of either weight is −pull · (1 − exp(−loss)), whatever the label is.
    `losses` holds the validation loss after each epoch, `train_losses` that of a training review in each; the last
    one is repeated. A batch of LOG gives the log back: per batch that the network was run on, and whenever weights
    were loaded into it, one row as `textlab.checks.training_log` reads it.
    """

    def __init__(self, losses: Sequence[float], train_losses: Sequence[float] = ()) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.full((1,), START))
        self.shift = nn.Parameter(torch.full((1,), START))
        self._script = Script(losses, train_losses)

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        """Logits [batch, 1] for token ids [batch, 4]. Raises ValueError when the lengths are not those."""
        _expect_lengths(text, lengths)
        split, learning = int(text[0, 0]), torch.is_grad_enabled()
        if split == LOG:
            return torch.tensor(self._script.log, dtype=torch.float64).reshape(len(self._script.log), -1)
        said = self._script.next_loss(split, learning)
        losses = said + EXTRA * text[:, 2].float()
        pull = text[:, 3].float() / NO_PULL - 1.0
        self._note(split, said, -float((pull * -torch.expm1(-losses)).detach().mean()))
        sign = 2.0 * text[:, 1].float() - 1.0
        # softplus(-sign · logit) is the loss; `still` is zero and carries the gradient.
        still = self.position - self.position.detach() + self.shift - self.shift.detach()
        logit = sign * (pull * still - torch.log(torch.expm1(losses)))
        return logit[:, None]

    def _load_from_state_dict(self, *arguments: Any, **keywords: Any) -> None:
        super()._load_from_state_dict(*arguments, **keywords)  # type: ignore[no-untyped-call]
        self._note(LOADED, 0.0, 0.0)

    def _note(self, event: int, loss: float, gradient: float) -> None:
        weights = [float(self.position.detach()), float(self.shift.detach())]
        # As train() and eval() have set it: an attribute of the class could say anything.
        training = bool(vars(self)["training"])
        self._script.log.append([event, training, torch.is_grad_enabled(), loss, gradient, *weights])


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


def _at(losses: Sequence[float], epoch: int) -> float:
    return losses[min(epoch, len(losses) - 1)]


def _expect_lengths(text: Tensor, lengths: Tensor) -> None:
    if lengths.shape != text.shape[:1]:
        raise ValueError(f"lengths of shape {tuple(lengths.shape)} for {len(text)} reviews: pass on batch.lengths")
