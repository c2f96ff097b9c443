"""Graded training and prediction on padded ids."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from textlab.training import TrainingPlan, fit_encoded, predict_encoded

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


class FakeGPU:
    """Notes what is moved where, and leaves it where it is: there need not be a GPU."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.models: list[str] = []
        self.tensors: list[str] = []
        self._to = Tensor.to
        patch.setattr(nn.Module, "to", self._model_to)
        patch.setattr(Tensor, "to", lambda tensor, place, *rest: self._tensor_to(tensor, place, *rest))

    def _model_to(self, model: nn.Module, place: object) -> nn.Module:
        self.models.append(str(place))
        return model

    def _tensor_to(self, tensor: Tensor, place: Any, *rest: Any) -> Tensor:
        if isinstance(place, torch.device):
            self.tensors.append(str(place))
            return tensor
        return self._to(tensor, place, *rest)


class Mean(nn.Module):
    """The mean of the tokens' numbers; notes how cuDNN is set while it computes."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.numbers = nn.Embedding(10, 1)
        self.cudnn: set[tuple[bool, bool]] = set()
        self.fails = False

    def forward(self, ids: Tensor) -> Tensor:
        """Ids [batch, length] → [batch]."""
        self.cudnn.add((torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32))
        if self.fails:
            raise ValueError("no forward")
        numbers: Tensor = self.numbers(ids)
        return numbers.mean(dim=(1, 2))


IDS, LENGTHS, LABELS = torch.arange(2, 8).repeat(6, 1), torch.full((6,), 6), torch.tensor([0.0, 1.0] * 3)
PLAN = TrainingPlan(epochs=2, batch_size=3, seed=0, pad_id=PAD)


def test_on_a_gpu_the_model_and_all_batches_are_moved_there_and_the_model_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losses, before = fit_encoded(Mean(), IDS, LENGTHS, LABELS, PLAN), torch.backends.cudnn.deterministic
    gpu, model = FakeGPU(monkeypatch), Mean()
    assert fit_encoded(model, IDS, LENGTHS, LABELS, PLAN, "cuda:1") == losses
    assert gpu.models == ["cuda:1", "cpu"]
    assert gpu.tensors == ["cuda:1"] * 8  # ids and labels of two batches in two epochs
    assert predict_encoded(model, IDS, LENGTHS, pad_id=PAD, device="cuda:1").device.type == "cpu"
    assert gpu.models == ["cuda:1", "cpu"] * 2
    assert gpu.tensors == ["cuda:1"] * 9
    assert model.cudnn == {(True, False)}
    assert torch.backends.cudnn.deterministic == before


def test_the_model_comes_back_from_the_gpu_when_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu, model = FakeGPU(monkeypatch), Mean()
    model.fails = True
    with pytest.raises(ValueError, match="no forward"):
        fit_encoded(model, IDS, LENGTHS, LABELS, PLAN, "cuda:0")
    assert gpu.models == ["cuda:0", "cpu"]


def test_on_the_cpu_nothing_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu, model = FakeGPU(monkeypatch), Mean()
    fit_encoded(model, IDS, LENGTHS, LABELS, PLAN)
    predict_encoded(model, IDS, LENGTHS, pad_id=PAD)
    assert (gpu.models, set(gpu.tensors)) == ([], {"cpu"})
    assert model.cudnn == {(torch.backends.cudnn.deterministic, torch.backends.cudnn.allow_tf32)}
