"""Graded training and prediction on padded ids."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from textlab.training import predict_encoded

PAD = 1


class Positions(nn.Module):
    """Gives every review its first id, and notes how long the batches are that it sees."""

    def __init__(self) -> None:
        super().__init__()
        self.widths: list[int] = []

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Ids [batch, length] and lengths [batch] → [batch]."""
        assert (ids != PAD).sum(dim=1).equal(lengths)
        self.widths.append(ids.shape[1])
        return ids[:, 0].float()


def test_reviews_of_like_length_are_predicted_together_and_come_back_in_their_order() -> None:
    count = 600
    lengths = torch.tensor([2 + 37 * number % 50 for number in range(count)])
    ids = torch.full((count, 60), PAD)
    for number, length in enumerate(lengths.tolist()):
        ids[number, :length] = 2 + number
    model = Positions()
    logits = predict_encoded(model, ids, lengths, pad_id=PAD, with_lengths=True)
    assert logits.reshape(-1).tolist() == [2 + number for number in range(count)]
    assert model.widths == sorted(model.widths)
    assert model.widths[0] < model.widths[-1] == int(lengths.max())


def test_short_reviews_are_padded_to_five_tokens() -> None:
    model = Positions()
    predict_encoded(model, torch.full((3, 2), 7), torch.full((3,), 2), pad_id=PAD, with_lengths=True)
    assert model.widths == [5]
