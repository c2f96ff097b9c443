"""The checks of GloVeCNN on a bank of answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor, nn
from torch.nn.functional import relu

from tests.textlab.checks.answers import expect_fault
from textlab.checks import assess, glove
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError
from textlab.checks.local import LocalBench, LocalFunction, LocalModel, LocalNetwork
from textlab.checks.path_differences import scores_from_differences
from textlab.text import PAD, Vocabulary, tokenize
from textlab.training import TrainingPlan

CHECKS = (
    glove.starts_from_the_matrix,
    glove.has_the_layers_of_cnn,
    glove.dropout_follows_its_argument,
    glove.computes_what_cnn_computes,
    glove.frozen_decides_what_is_trained,
    glove.matrix_stays_as_it_is,
)
Source = Callable[..., nn.Module]
from_pretrained: Callable[..., nn.Embedding] = nn.Embedding.from_pretrained


class Right(nn.Module):
    """A right answer, in steps that other answers replace."""

    def __init__(
        self,
        matrix: Tensor,
        out_channels: int,
        kernel_sizes: Sequence[int],
        dropout: float,
        pad_idx: int,
        frozen: bool = False,
    ) -> None:
        super().__init__()
        self.embedding = self.layer(matrix, pad_idx, frozen)
        self.convolutions = nn.ModuleList(nn.Conv1d(matrix.shape[1], out_channels, size) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """The embedding layer."""
        return from_pretrained(matrix.clone(), freeze=frozen, padding_idx=pad_idx)

    def embed(self, text: Tensor) -> Tensor:
        """Ids [batch, length] -> [batch, length, dim]."""
        found: Tensor = self.embedding(text)
        return found

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        embedded = self.embed(text).permute(0, 2, 1)
        pooled = [relu(convolution(embedded)).amax(dim=2) for convolution in self.convolutions]
        logits: Tensor = self.linear(self.dropout(torch.cat(pooled, dim=1)))
        return logits


class AsParameter(Right):
    """Right: the parameter is replaced."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """A new parameter."""
        made = nn.Embedding(matrix.shape[0], matrix.shape[1], padding_idx=pad_idx)
        made.weight = nn.Parameter(matrix.clone(), requires_grad=not frozen)
        return made


class Copied(Right):
    """Right: copy_ into the weights."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """Copied."""
        made = nn.Embedding(matrix.size(0), matrix.size(1), padding_idx=pad_idx)
        made.weight.data.copy_(matrix)
        made.weight.requires_grad_(not frozen)
        return made


class RowByRow(Right):
    """Right: a loop over the rows."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """Row by row."""
        made = nn.Embedding(len(matrix), matrix.shape[1], pad_idx)
        with torch.no_grad():
            for row in range(len(matrix)):
                made.weight[row] = matrix[row]
        if frozen:
            made.weight.requires_grad = False
        return made


class OwnWeight(Right):
    """Right: _weight of nn.Embedding."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """Given at once."""
        made = nn.Embedding(matrix.shape[0], matrix.shape[1], padding_idx=pad_idx, _weight=matrix.detach().clone())
        return made.requires_grad_(not frozen)


class Plain(nn.Module):
    """A CNN to inherit from, with Conv2d and a flat output."""

    def __init__(
        self,
        vocab_size: int,
        emb_dim: int,
        out_channels: int,
        kernel_sizes: Sequence[int],
        dropout: float,
        pad_idx: int,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.filters = nn.ModuleList(nn.Conv2d(1, out_channels, (size, emb_dim)) for size in kernel_sizes)
        self.fc = nn.Linear(out_channels * len(kernel_sizes), 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch]."""
        picture = self.embedding(text).unsqueeze(1)
        best = [relu(layer(picture)).squeeze(3).max(dim=2)[0] for layer in self.filters]
        logits: Tensor = self.fc(self.drop(torch.cat(best, 1))).reshape(-1)
        return logits


class Inherited(Plain):
    """Right: a subclass of the student's own CNN."""

    def __init__(
        self,
        matrix: Tensor,
        out_channels: int,
        kernel_sizes: Sequence[int],
        dropout: float,
        pad_idx: int,
        frozen: bool = False,
    ) -> None:
        super().__init__(matrix.shape[0], matrix.shape[1], out_channels, kernel_sizes, dropout, pad_idx)
        with torch.no_grad():
            self.embedding.weight.copy_(matrix)
        self.embedding.weight.requires_grad = not frozen


class Ignored(Right):
    """Wrong: the matrix only gives its shape."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """Random numbers."""
        made = nn.Embedding(matrix.shape[0], matrix.shape[1], padding_idx=pad_idx)
        return made.requires_grad_(not frozen)


class OtherName(Right):
    """Wrong: the layer is not called embedding."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.vectors = self.embedding
        del self.embedding

    def embed(self, text: Tensor) -> Tensor:
        """By another name."""
        found: Tensor = self.vectors(text)
        return found


class AlwaysFrozen(Right):
    """Wrong: from_pretrained freezes unless told."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """Frozen."""
        return from_pretrained(matrix.clone(), padding_idx=pad_idx)


class NeverFrozen(Right):
    """Wrong: frozen is not used."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """Trained."""
        return from_pretrained(matrix.clone(), freeze=False, padding_idx=pad_idx)


class WrongWayRound(Right):
    """Wrong: frozen means trained."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """Swapped."""
        return from_pretrained(matrix.clone(), freeze=not frozen, padding_idx=pad_idx)


class PaddingLearns(Right):
    """Wrong: padding_idx was forgotten."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """No padding_idx."""
        return from_pretrained(matrix.clone(), freeze=frozen)


class AllFrozen(Right):
    """Wrong: everything is frozen."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        if not self.embedding.weight.requires_grad:
            self.convolutions.requires_grad_(False)


class SharedMemory(Right):
    """Wrong: no copy."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """The matrix itself."""
        return from_pretrained(matrix, freeze=frozen, padding_idx=pad_idx)


class SharedParameter(Right):
    """Wrong: nn.Parameter makes no copy either."""

    def layer(self, matrix: Tensor, pad_idx: int, frozen: bool) -> nn.Embedding:
        """The matrix itself."""
        made = nn.Embedding(matrix.shape[0], matrix.shape[1], padding_idx=pad_idx)
        made.weight = nn.Parameter(matrix, requires_grad=not frozen)
        return made


class NoDropout(Right):
    """Wrong: dropout is never called."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.dropout = nn.Dropout(0.0)


class Probability(Right):
    """Wrong: a sigmoid at the end."""

    def forward(self, text: Tensor) -> Tensor:
        """Probabilities [batch, 1]."""
        return torch.sigmoid(super().forward(text))


class PlainList(Right):
    """Wrong: a list that is no ModuleList hides the convolutions from training."""

    def __init__(self, matrix: Tensor, out_channels: int, kernel_sizes: Sequence[int], **others: Any) -> None:
        super().__init__(matrix, out_channels, kernel_sizes, **others)
        hidden = list(self.convolutions)
        del self.convolutions
        self.convolutions = hidden  # type: ignore[assignment]


class MeanOverTime(Right):
    """Wrong: the mean counts padding."""

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        embedded = self.embed(text).permute(0, 2, 1)
        pooled = [relu(convolution(embedded)).mean(dim=2) for convolution in self.convolutions]
        logits: Tensor = self.linear(self.dropout(torch.cat(pooled, dim=1)))
        return logits


class TwoOutputs(Right):
    """Wrong: one logit per class."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.linear = nn.Linear(self.linear.in_features, 2)


class FirstKernelForAll(Right):
    """Wrong: every convolution has the first kernel size."""

    def __init__(self, matrix: Tensor, out_channels: int, kernel_sizes: Sequence[int], **others: Any) -> None:
        super().__init__(matrix, out_channels, [kernel_sizes[0]] * len(kernel_sizes), **others)


class NoActivation(Right):
    """Wrong: ReLU is missing."""

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        embedded = self.embed(text).permute(0, 2, 1)
        pooled = [convolution(embedded).amax(dim=2) for convolution in self.convolutions]
        logits: Tensor = self.linear(self.dropout(torch.cat(pooled, dim=1)))
        return logits


class Composed(nn.Module):
    """Right: holds the network; its embedding is a property."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__()
        self.inner = Right(*arguments, **keywords)

    @property
    def embedding(self) -> Any:
        """The layer inside."""
        return self.inner.embedding

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        logits: Tensor = self.inner(text)
        return logits


class SecondName(Right):
    """Right: the linear layer has a second name, inside the one that is called."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.head = nn.Sequential(self.dropout, self.linear)


class Detached(Right):
    """Wrong to explain: the embedding is frozen in forward."""

    def __init__(self, *arguments: Any, frozen: bool = False, **keywords: Any) -> None:
        keywords["frozen"] = False
        super().__init__(*arguments, **keywords)
        self.frozen = frozen

    def embed(self, text: Tensor) -> Tensor:
        """Cut off from its gradient when frozen."""
        found: Tensor = self.embedding(text)
        return found.detach() if self.frozen else found


class LookedUp(Right):
    """Wrong to explain: forward looks rows up past the layer."""

    def embed(self, text: Tensor) -> Tensor:
        """Rows of the weights."""
        return self.embedding.weight[text]


def first_fault(source: Source, seed: int = 0) -> tuple[str, Exception] | None:
    """The name of the first check that fails, and its failure."""
    torch.manual_seed(seed)
    for check in CHECKS:
        try:
            check(LocalNetwork(source), Draw(seed))
        except (CheckFailed, StudentError) as failure:
            return check.__name__, failure
    return None


RIGHT = [Right, AsParameter, Copied, RowByRow, OwnWeight, Inherited, Composed, SecondName]


SEEDS = [0, pytest.param(1, marks=pytest.mark.slow)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("source", RIGHT)
def test_right_answers_pass_whatever_is_drawn(source: Source, seed: int) -> None:
    assert first_fault(source, seed) is None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("source", "check"),
    [
        (Ignored, "starts_from_the_matrix"),
        (OtherName, "starts_from_the_matrix"),
        (PlainList, "has_the_layers_of_cnn"),
        (FirstKernelForAll, "has_the_layers_of_cnn"),
        (NoActivation, "computes_what_cnn_computes"),
        (TwoOutputs, "has_the_layers_of_cnn"),
        (Probability, "computes_what_cnn_computes"),
        (NoDropout, "dropout_follows_its_argument"),
        (MeanOverTime, "computes_what_cnn_computes"),
        (AlwaysFrozen, "frozen_decides_what_is_trained"),
        (NeverFrozen, "frozen_decides_what_is_trained"),
        (WrongWayRound, "frozen_decides_what_is_trained"),
        (PaddingLearns, "frozen_decides_what_is_trained"),
        (AllFrozen, "frozen_decides_what_is_trained"),
        (SharedMemory, "matrix_stays_as_it_is"),
        (SharedParameter, "matrix_stays_as_it_is"),
    ],
)
def test_wrong_answers_fail_in_the_check_that_names_the_fault(source: Source, check: str, seed: int) -> None:
    expect_fault(first_fault(source, seed), check)


def test_the_matrix_is_watched_in_a_copy_of_the_students_own() -> None:
    matrix = torch.randn(9, 4)
    kept = matrix.clone()
    model = LocalNetwork(SharedMemory).build(matrix=matrix, out_channels=2, kernel_sizes=[2], dropout=0.0, pad_idx=1)
    ids = torch.randint(2, 9, (4, 6))
    model.fit(ids, torch.full((4,), 6), torch.ones(4), TrainingPlan(1, 4, 0, pad_id=1, embedding_scale=1.0))
    assert torch.equal(matrix, kept)
    assert not torch.equal(model.given()["matrix"], kept)


def interpret(
    model: Any, sentence: str, vocabulary: Vocabulary, min_len: int = 7, n_steps: int = 500, share: bool = False
) -> tuple[list[str], Tensor, float]:
    """A right interpret_sentence; with `share` the lazy one."""
    tokens = tokenize(sentence)
    tokens += [PAD] * (min_len - len(tokens))
    ids = torch.tensor([[vocabulary[token] for token in tokens]])
    model.eval()
    attributions, delta = LayerIntegratedGradients(model, model.embedding).attribute(
        ids,
        baselines=torch.full_like(ids, vocabulary.pad_id),
        n_steps=n_steps,
        method="riemann_middle",
        return_convergence_delta=True,
    )
    scores = attributions[0].sum(dim=-1)
    return tokens, scores.sum() * torch.ones(len(scores)) / len(scores) if share else scores, float(delta)


def lazy(*arguments: Any, **keywords: Any) -> tuple[list[str], Tensor, float]:
    """The sum is right, the shares are not."""
    keywords["share"] = True
    return interpret(*arguments, **keywords)


def explained(source: Source, function: Callable[..., Any], seed: int) -> None:
    """Run the check of the explanation."""
    torch.manual_seed(seed)
    glove.explained_at_the_embedding(LocalNetwork(source), LocalFunction(function), LocalBench(), Draw(seed))


@pytest.mark.parametrize("source", RIGHT)
def test_right_networks_are_explained_whatever_is_drawn(source: Source) -> None:
    for seed in range(2):
        explained(source, interpret, seed)


@pytest.mark.parametrize(("source", "function"), [(Detached, interpret), (LookedUp, interpret), (Right, lazy)])
def test_a_cut_way_and_a_lazy_explanation_are_found(source: Source, function: Callable[..., Any]) -> None:
    for seed in range(6):
        with pytest.raises((CheckFailed, StudentError)):
            explained(source, function, seed)


@pytest.mark.parametrize("rows", [7, 40])
def test_differences_of_logits_find_the_integrated_gradients_of_a_known_function(rows: int) -> None:
    class Squares(nn.Module):
        """The sum of squares: integrated gradients from zero are the squares themselves."""

        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(rows, 2)

        def forward(self, text: Tensor) -> Tensor:
            """Logits [batch, 1]."""
            squares: Tensor = (self.embedding(text) ** 2).sum(dim=(1, 2))[:, None]
            return squares

    squares = Squares()
    with torch.no_grad():
        squares.embedding.weight.zero_()
        squares.embedding.weight[:2] = torch.tensor([[1.0, 2.0], [0.0, -3.0]])
    before = squares.embedding.weight.clone()
    scores = scores_from_differences(LocalModel(squares, "Squares"), torch.tensor([0, 1]), 2, Draw(rows))
    assert torch.allclose(scores, torch.tensor([5.0, 9.0]).double(), atol=0.01)
    assert torch.equal(squares.embedding.weight, before)


def test_a_blank_of_two_parts_takes_both() -> None:
    assert assess("glove-explained", Right, interpret).state == "right"
    assert assess("glove-explained", Right, lazy).state == "wrong"
