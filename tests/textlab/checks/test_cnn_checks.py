"""The checks of CNN on a bank of answers: wrong ones fail in the check that names their fault, right ones pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.textlab.checks.answers import PARTS
from textlab.checks import assess, cnn
from textlab.checks.convolutional import WIDEST_READ, kernels
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError
from textlab.checks.local import LocalModel, LocalNetwork
from textlab.weights import EMBEDDING

CHECKS = (
    cnn.builds,
    cnn.one_convolution_per_kernel_size,
    cnn.one_linear_layer,
    cnn.runs,
    cnn.one_logit_per_review,
    cnn.arguments_decide_dropout,
    cnn.logits_are_not_probabilities,
    cnn.computes_what_was_asked,
    cnn.reviews_are_independent,
    cnn.padding_is_silent,
    cnn.every_parameter_learns,
)


class Right(nn.Module):
    """A right answer, in steps that wrong answers replace."""

    def __init__(
        self,
        vocab_size: int,
        emb_dim: int,
        out_channels: int,
        kernel_sizes: list[int],
        dropout: float,
        pad_idx: int,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs: Any = nn.ModuleList(nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        pooled = [self.pool(self.activate(conv(self.turn(text)))) for conv in self.convs]
        return self.answer(self.dropout(self.join(pooled)))

    def activate(self, convolved: Tensor) -> Tensor:
        """ReLU."""
        return torch.relu(convolved)

    def turn(self, text: Tensor) -> Tensor:
        """[batch, emb_dim, length]."""
        embedded: Tensor = self.embedding(text)
        return embedded.permute(0, 2, 1)

    def pool(self, convolved: Tensor) -> Tensor:
        """[batch, out_channels]."""
        return convolved.amax(dim=2)

    def join(self, pooled: list[Tensor]) -> Tensor:
        """[batch, features]."""
        return torch.cat(pooled, dim=1)

    def answer(self, features: Tensor) -> Tensor:
        """[batch, 1]."""
        logits: Tensor = self.head(features)
        return logits


class FlatLogits(Right):
    """Right: logits of shape [batch]."""

    def answer(self, features: Tensor) -> Tensor:
        """[batch]."""
        return super().answer(features).squeeze(1)


class TwoDimensional(Right):
    """Right: Conv2d over [batch, 1, length, emb_dim]."""

    def __init__(
        self, vocab_size: int, emb_dim: int, out_channels: int, kernel_sizes: list[int], **rest: Any
    ) -> None:
        super().__init__(vocab_size, emb_dim, out_channels, kernel_sizes, **rest)
        self.convs = nn.ModuleList(nn.Conv2d(1, out_channels, (size, emb_dim)) for size in kernel_sizes)

    def turn(self, text: Tensor) -> Tensor:
        """[batch, 1, length, emb_dim]."""
        embedded: Tensor = self.embedding(text)
        return embedded.unsqueeze(1)

    def pool(self, convolved: Tensor) -> Tensor:
        """[batch, out_channels]."""
        return convolved.squeeze(3).amax(dim=2)


class NoPadding(Right):
    """Wrong: the padding token has an embedding."""

    def __init__(self, vocab_size: int, emb_dim: int, *rest: Any, **named: Any) -> None:
        super().__init__(vocab_size, emb_dim, *rest, **named)
        self.embedding = nn.Embedding(vocab_size, emb_dim)


class WrittenOutKernels(Right):
    """Wrong: kernel sizes are numbers, not the argument."""

    def __init__(
        self, vocab_size: int, emb_dim: int, out_channels: int, kernel_sizes: list[int], **rest: Any
    ) -> None:
        super().__init__(vocab_size, emb_dim, out_channels, [3, 4, 5], **rest)


class FirstKernelOnly(Right):
    """Wrong: every convolution has kernel_sizes[0]."""

    def __init__(
        self, vocab_size: int, emb_dim: int, out_channels: int, kernel_sizes: list[int], **rest: Any
    ) -> None:
        super().__init__(vocab_size, emb_dim, out_channels, [kernel_sizes[0]] * len(kernel_sizes), **rest)


class PlainList(Right):
    """Wrong: the optimiser does not see the convolutions."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        hidden = list(self.convs)
        del self.convs
        self.convs = hidden


class ViewForPermute(Right):
    """Wrong: view cuts the numbers anew."""

    def turn(self, text: Tensor) -> Tensor:
        """The right shape with scrambled words."""
        embedded: Tensor = self.embedding(text)
        return embedded.view(embedded.shape[0], embedded.shape[2], embedded.shape[1])


class Sigmoid(Right):
    """Wrong: probabilities."""

    def answer(self, features: Tensor) -> Tensor:
        """Between 0 and 1."""
        return torch.sigmoid(super().answer(features))


class NoActivation(Right):
    """Wrong: no ReLU."""

    def activate(self, convolved: Tensor) -> Tensor:
        """As it is."""
        return convolved


class Tanh(Right):
    """Wrong: tanh."""

    def activate(self, convolved: Tensor) -> Tensor:
        """Between -1 and 1."""
        return torch.tanh(convolved)


class StrideTwo(Right):
    """Wrong: every other place is skipped."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        for conv in self.convs:
            conv.stride = (2,)


class FirstWindow(Right):
    """Wrong: the first window in place of the maximum."""

    def pool(self, convolved: Tensor) -> Tensor:
        """[batch, out_channels]."""
        return convolved[:, :, 0]


class TwoOutputs(Right):
    """Wrong: one output per class."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.head = nn.Linear(self.head.in_features, 2)


class Summed(Right):
    """Wrong: pooled maps added, not joined."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.head = nn.Linear(self.head.in_features // len(self.convs), 1)

    def join(self, pooled: list[Tensor]) -> Tensor:
        """[batch, out_channels]."""
        return torch.stack(pooled).sum(dim=0)


class BatchIsMixed(Right):
    """Wrong: features are centred over the batch."""

    def answer(self, features: Tensor) -> Tensor:
        """Logits that depend on the neighbours."""
        return super().answer(features - features.mean(dim=0, keepdim=True))


class MeanOverTime(Right):
    """Wrong: the mean counts padding."""

    def pool(self, convolved: Tensor) -> Tensor:
        """[batch, out_channels]."""
        return convolved.mean(dim=2)


class Stacked(Right):
    """Wrong: pooled maps stacked, not joined."""

    def answer(self, features: Tensor) -> Tensor:
        """Features without the linear layer."""
        return features


class SqueezedBatch(Right):
    """Wrong: squeeze() takes the batch away when there is one review."""

    def answer(self, features: Tensor) -> Tensor:
        """[] for one review."""
        return super().answer(features).squeeze()


class DropoutInForward(Right):
    """Wrong: a dropout layer made inside forward is always on."""

    def join(self, pooled: list[Tensor]) -> Tensor:
        """Features with holes."""
        features: Tensor = nn.Dropout(0.5)(super().join(pooled))
        return features


class DropoutForgotten(Right):
    """Wrong: dropout is made and not used."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.dropout = nn.Identity()  # type: ignore[assignment]


class WrittenOutDropout(Right):
    """Wrong: the rate is a number, not the argument."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **{**named, "dropout": 0.5})


class UnusedLayer(Right):
    """Wrong: a layer that forward never uses."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.extra = nn.Linear(3, 3)


def first_fault(source: Callable[..., nn.Module]) -> str:
    """The name of the first check that fails, or ""."""
    for check in CHECKS:
        try:
            check(LocalNetwork(source), Draw(11))
        except (CheckFailed, StudentError) as error:
            assert tuple(label for label in error.rows if label != "where") == PARTS
            assert all(error.rows.values())
            return check.__name__
    return ""


@pytest.mark.parametrize("source", [Right, FlatLogits, TwoDimensional])
def test_right_answers_pass(source: Callable[..., nn.Module]) -> None:
    assert first_fault(source) == ""


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))])
def test_a_right_answer_passes_whatever_is_drawn(seed: int) -> None:
    torch.manual_seed(seed)
    for check in CHECKS:
        check(LocalNetwork(Right), Draw(seed))


@pytest.mark.parametrize(
    ("source", "check"),
    [
        (NoPadding, "padding_is_silent"),
        (WrittenOutKernels, "one_convolution_per_kernel_size"),
        (FirstKernelOnly, "one_convolution_per_kernel_size"),
        (PlainList, "one_convolution_per_kernel_size"),
        (ViewForPermute, "computes_what_was_asked"),
        (StrideTwo, "computes_what_was_asked"),
        (FirstWindow, "computes_what_was_asked"),
        (Sigmoid, "logits_are_not_probabilities"),
        (NoActivation, "computes_what_was_asked"),
        (Tanh, "computes_what_was_asked"),
        (TwoOutputs, "one_linear_layer"),
        (Summed, "one_linear_layer"),
        (BatchIsMixed, "arguments_decide_dropout"),
        (MeanOverTime, "computes_what_was_asked"),
        (Stacked, "runs"),
        (SqueezedBatch, "one_logit_per_review"),
        (DropoutInForward, "arguments_decide_dropout"),
        (DropoutForgotten, "arguments_decide_dropout"),
        (WrittenOutDropout, "arguments_decide_dropout"),
        (UnusedLayer, "every_parameter_learns"),
    ],
)
def test_wrong_answers_fail_in_the_check_that_names_the_fault(source: Callable[..., nn.Module], check: str) -> None:
    assert first_fault(source) == check


def test_the_card_has_four_states() -> None:
    def not_attempted(**arguments: object) -> nn.Module:
        raise NotImplementedError

    def raising(**arguments: object) -> nn.Module:
        raise TypeError("no such argument")

    states = [assess("cnn-layers", source).state for source in (not_attempted, raising, FirstKernelOnly, Right)]
    assert states == ["not attempted", "raised", "wrong", "right"]


def test_the_card_escapes_what_the_students_code_says() -> None:
    def raising(**arguments: object) -> nn.Module:
        raise ValueError("<script>alert(1)</script>")

    html = assess("cnn-layers", raising)._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_an_unknown_blank_is_named_with_those_that_exist() -> None:
    with pytest.raises(KeyError, match="cnn-layers"):
        assess("cnn-leyers", Right)


def test_what_a_wide_layer_costs_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    forward = LocalModel.forward

    def counted(self: LocalModel, *arguments: Any, **keywords: Any) -> Tensor:
        calls.append(1)
        return forward(self, *arguments, **keywords)

    class Wide(Right):
        """Hundreds of channels, whatever is asked."""

        def __init__(self, vocab_size: int, emb_dim: int, out_channels: int, *rest: Any, **named: Any) -> None:
            super().__init__(vocab_size, emb_dim, 80, *rest, **named)

    monkeypatch.setattr(LocalModel, "forward", counted)
    cnn.arguments_decide_dropout(LocalNetwork(Wide), Draw(3))
    assert len(calls) < 850  # of 240 features each is seen twice, and a few are dropped


def test_a_table_of_positions_is_not_read_as_filters() -> None:
    stored = {"places.weight": torch.zeros(500, 4), "conv.weight": torch.zeros(7, 4, 3)}
    found = kernels({EMBEDDING: torch.zeros(9, 4), **stored}, [])
    assert 3 in {kernel.width for kernel in found}
    assert max(kernel.width for kernel in found) <= WIDEST_READ
