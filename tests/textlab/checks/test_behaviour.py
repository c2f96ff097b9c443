"""A network that is nearly constant keeps no rule, whatever the tolerance; weights have to hold what is put in."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from textlab.checks import cnn, rnn
from textlab.checks.behaviour import expect_an_answer, put_weights
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked
from textlab.checks.local import LocalModel, LocalNetwork
from textlab.checks.path_differences import scores_from_differences
from textlab.checks.summary import expect_last_states

KEYS = range(50)


class CNN(nn.Module):
    """The solution's, plus a constant, times a factor."""

    constant, factor, mixes, start = 0.0, 1.0, 0.0, 1.0

    def __init__(
        self, vocab_size: int, emb_dim: int, out_channels: int, kernel_sizes: list[int], dropout: float, pad_idx: int
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)
        for weight in self.parameters():
            weight.data *= self.start

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        rows = self.embedding(text).permute(0, 2, 1)
        logits: Tensor = self.fc(torch.cat([conv(rows).relu().amax(dim=2) for conv in self.convs], dim=1))
        return self.constant + self.factor * (logits + self.mixes * logits.mean())


def made(**changes: float) -> LocalNetwork:
    """The class with another constant or factor."""
    return LocalNetwork(type("CNN", (CNN,), changes))


@pytest.mark.parametrize("changes", [{"constant": 1.0, "factor": 4e-5}, {"factor": 0.0}])
@pytest.mark.parametrize("rule", [cnn.reviews_are_independent, cnn.every_parameter_learns, cnn.one_logit_per_review])
def test_a_nearly_constant_network_passes_with_no_key(changes: dict[str, float], rule: Any) -> None:
    for key in KEYS:
        with pytest.raises(NotChecked, match="same logit"):
            rule(made(**changes), Draw(key))


@pytest.mark.parametrize("changes", [{}, {"factor": 0.05}, {"factor": 1e3}, {"constant": 5.0}, {"start": 0.01}])
def test_a_right_network_of_any_scale_is_judged(changes: dict[str, float]) -> None:
    for key in KEYS:
        cnn.reviews_are_independent(made(**changes), Draw(key))


@pytest.mark.parametrize("factor", [1.0, 0.05, 1e3])
def test_the_tolerance_scales_with_the_logits(factor: float) -> None:
    """A share of the other reviews' logits is found at every scale."""
    for key in KEYS:
        with pytest.raises(CheckFailed, match="changes with its neighbours") as caught:
            cnn.reviews_are_independent(made(factor=factor, mixes=5e-3), Draw(key))
        assert not isinstance(caught.value, NotChecked)


class Nothing(nn.Module):
    """Reads as zeros whatever is written."""

    def forward(self, weight: Tensor) -> Tensor:
        """Zeros."""
        return weight * 0.0

    def right_inverse(self, weight: Tensor) -> Tensor:
        """As it is."""
        return weight


def test_weights_that_do_not_hold_what_is_put_in_are_told() -> None:
    module = CNN(20, 4, 3, [2], 0.0, 1)
    nn.utils.parametrize.register_parametrization(module.convs[0], "weight", Nothing())
    model = LocalModel(module, "CNN")
    with pytest.raises(NotChecked, match=r"convs\.0\.weight does not hold"):
        put_weights(model, {name: value + 1 for name, value in model.get_weights().items()})
    normed = CNN(20, 4, 3, [2], 0.0, 1)
    nn.utils.parametrizations.weight_norm(normed.convs[0])
    model = LocalModel(normed, "CNN")
    put_weights(model, {name: value + 1 for name, value in model.get_weights().items()})


class Decoy(nn.Module):
    """Its linear layer reads zeros, as an LSTM of zeros in buffers would give; another one has the parameters."""

    def __init__(self, trained: bool) -> None:
        super().__init__()
        self.embedding = nn.Embedding(40, 8)
        self.decoy = nn.LSTM(8, 3, batch_first=True)
        for name, weight in list(self.decoy.named_parameters()):
            if not trained:
                del self.decoy._parameters[name]
                self.decoy.register_buffer(name, torch.zeros_like(weight))
        self.fc = nn.Linear(3, 1)

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        state: Tensor = self.decoy(self.embedding(text))[1][0][-1]
        words = self.embedding(text).sum(dim=(1, 2))[:, None]
        logits: Tensor = self.fc(state) + (self.fc.weight.abs().sum() * words if not self.decoy._parameters else 0.0)
        return logits


def test_a_layer_in_buffers_is_not_the_networks() -> None:
    arguments = {"n_layers": 1, "bidirectional": False}
    ids, lengths = Draw(1).token_ids(4, 6, 40), torch.full((4,), 6)
    for key in range(5):
        model = LocalModel(Decoy(trained=True), "RNN")
        rnn.redraw(model, Draw(key))
        expect_last_states(model, ids, lengths, arguments, "RNN(…)")
        model = LocalModel(Decoy(trained=False), "RNN")
        rnn.redraw(model, Draw(key))
        with pytest.raises(NotChecked, match=r"no nn\.LSTM"):
            expect_last_states(model, ids, lengths, arguments, "RNN(…)")


class TwoFaced(CNN):
    """Linear where the embedding layer gives something else than its rows, as hooks make it."""

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        rows: Tensor = self.embedding(text)
        if not torch.equal(rows, self.embedding.weight[text]):
            return rows.sum(dim=(1, 2))[:, None]
        return super().forward(text)


def test_the_path_cannot_be_told_from_reviews() -> None:
    ids = torch.tensor([5, 9, 4, 17, 3, 8, 6])
    one, other = CNN(300, 4, 6, [2, 3], 0.0, 1), TwoFaced(300, 4, 6, [2, 3], 0.0, 1)
    other.load_state_dict(one.state_dict())
    scores = [scores_from_differences(LocalModel(each, "CNN"), ids, 1, Draw(2)) for each in (one, other)]
    assert torch.equal(*scores)
    with torch.no_grad():
        difference = float(one(ids[None]) - one(torch.ones_like(ids)[None]))
    assert abs(float(scores[0].sum()) - difference) < 0.02 * abs(difference)


class ById(CNN):
    """Looks at the ids themselves."""

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = super().forward(text) + 0.01 * text.float().mean(dim=1, keepdim=True)
        return logits


def test_a_network_that_looks_at_ids_is_not_compared() -> None:
    model = LocalModel(ById(300, 4, 6, [2, 3], 0.0, 1), "CNN")
    with pytest.raises(NotChecked, match="the ids themselves"):
        scores_from_differences(model, torch.tensor([5, 9, 4, 17, 3, 8, 6]), 1, Draw(2))


def test_an_answer_of_one_number_per_class_is_looked_at_by_class() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(20, 4)

        def forward(self, text: Tensor) -> Tensor:
            logit = self.embedding(text).sum(dim=(1, 2))
            return torch.stack([torch.full_like(logit, 100.0), 100.0 + 1e-3 * logit], dim=1)

    with pytest.raises(NotChecked, match="nearly the same"):
        expect_an_answer(LocalModel(Two(), "Two"), Draw(1).token_ids(4, 6, 20))
