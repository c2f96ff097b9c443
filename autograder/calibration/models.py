"""Networks that are measured beside the solution's: accepted variants, and models that must not pass."""

from __future__ import annotations

import ast
import functools
from typing import Any

import torch
from torch import Tensor, nn

from autograder.release import solution_notebook
from textlab.definitions import read_cells, slice_definitions


@functools.cache
def solution_text(notebook: str, name: str) -> str:
    """The definitions that a class of the solution needs and the imports that they read, as source text."""
    cells, _ = read_cells(f"{notebook}.ipynb", solution_notebook(notebook))
    sources = [piece.source for piece in slice_definitions(cells, [name]).program]
    statements = [ast.parse(source).body[0] for source in sources]
    definitions = [node for node in statements if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    read = {inner.id for node in definitions for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return "\n".join(
        source
        for node, source in zip(statements, sources, strict=True)
        if node in definitions or (isinstance(node, (ast.Import, ast.ImportFrom)) and read & _bound(node))
    )


def _bound(node: ast.Import | ast.ImportFrom) -> set[str]:
    """The names that an import binds."""
    return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}


@functools.cache
def solution(notebook: str, name: str) -> type[nn.Module]:
    """A class of the solution."""
    names: dict[str, Any] = {"__name__": "solution"}
    exec(solution_text(notebook, name), names)
    network: type[nn.Module] = names[name]
    return network


def reference(notebook: str, name: str, **arguments: Any) -> nn.Module:
    """A network of the solution's class."""
    return solution(notebook, name)(**arguments)


class Recurrent(nn.Module):
    """A recurrent layer over packed reviews, and a linear layer on what `summary` takes from its states.

    cell: "LSTM" or "GRU". summary: "ends", the last state of each direction, or "last token".
    """

    def __init__(
        self,
        vocab_size: int,
        embedding_dim: int,
        hidden_dim: int,
        n_layers: int,
        bidirectional: bool,
        dropout: float,
        pad_idx: int,
        cell: str = "LSTM",
        summary: str = "ends",
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        layer = {"LSTM": nn.LSTM, "GRU": nn.GRU}[cell]
        self.recurrent = layer(embedding_dim, hidden_dim, n_layers, bidirectional=bidirectional, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(2 * hidden_dim, 1)
        self.summary = summary

    def forward(self, text: Tensor, lengths: Tensor) -> Tensor:
        """Token ids [batch, length] and lengths [batch] → logits [batch]."""
        embedded = self.embedding(text)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.recurrent(packed)[0], batch_first=True)
        half, rows = states.shape[2] // 2, torch.arange(len(states))
        last, first = states[rows, lengths - 1], states[:, 0]
        summary = {
            "ends": torch.cat([last[:, :half], first[:, half:]], dim=1),
            "last token": last,
        }[self.summary]
        logits: Tensor = self.linear(self.dropout(summary)).squeeze(1)
        return logits


class Convolutions2d(nn.Module):
    """The CNN with two-dimensional convolutions over one channel, and logits [batch].

    It starts from `matrix` where one is given, else from embeddings of its own.
    """

    def __init__(
        self,
        out_channels: int,
        kernel_sizes: list[int],
        dropout: float,
        pad_idx: int,
        vocab_size: int = 0,
        emb_dim: int = 0,
        matrix: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.embedding = _embedding(vocab_size, emb_dim, pad_idx, matrix)
        width = self.embedding.embedding_dim
        self.convolutions = nn.ModuleList(nn.Conv2d(1, out_channels, (size, width)) for size in kernel_sizes)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text: Tensor) -> Tensor:
        """Token ids [batch, length] → logits [batch]."""
        embedded = self.embedding(text)[:, None]
        pooled = [layer(embedded).squeeze(3).amax(dim=2).relu() for layer in self.convolutions]
        logits: Tensor = self.linear(self.dropout(torch.cat(pooled, dim=1))).squeeze(1)
        return logits


class DropsEmbeddings(nn.Module):
    """The CNN with dropout on the embeddings as well, and convolutions that pad on their own and have no bias."""

    def __init__(
        self,
        out_channels: int,
        kernel_sizes: list[int],
        dropout: float,
        pad_idx: int,
        vocab_size: int = 0,
        emb_dim: int = 0,
        matrix: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.embedding = _embedding(vocab_size, emb_dim, pad_idx, matrix)
        width = self.embedding.embedding_dim
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, out_channels, size, padding=size - 1, bias=False) for size in kernel_sizes
        )
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(out_channels * len(kernel_sizes), 1)

    def forward(self, text: Tensor) -> Tensor:
        """Token ids [batch, length] → logits [batch, 1]."""
        embedded = self.dropout(self.embedding(text)).transpose(1, 2)
        pooled = [layer(embedded).relu().amax(dim=2) for layer in self.convolutions]
        logits: Tensor = self.linear(self.dropout(torch.cat(pooled, dim=1)))
        return logits


class WavesFirst(nn.Module):
    """The transformer with sine waves for positions, and layers that normalise first, with GELU."""

    def __init__(
        self,
        vocab_size: int,
        emb_dim: int,
        n_heads: int,
        n_layers: int,
        n_classes: int,
        dropout: float,
        pad_idx: int,
        max_length: int,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        angles = torch.arange(max_length)[:, None] / 10 ** torch.linspace(0, 3, emb_dim // 2)
        self.register_buffer("waves", 0.1 * torch.cat([angles.sin(), angles.cos()], dim=1))
        style: dict[str, Any] = {"activation": "gelu", "batch_first": True, "norm_first": True}
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(emb_dim, n_heads, 2 * emb_dim, dropout, **style) for _ in range(n_layers)
        )
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(emb_dim, n_classes)
        self.pad_idx = pad_idx

    def forward(self, text: Tensor) -> Tensor:
        """Token ids [batch, length] → logits [batch, classes]."""
        padding = text == self.pad_idx
        hidden = self.embedding(text) + self.waves[: text.shape[1]]
        for layer in self.layers:
            hidden = layer(hidden, src_key_padding_mask=padding)
        real = (~padding)[:, :, None]
        logits: Tensor = self.linear(self.dropout((hidden * real).sum(dim=1) / real.sum(dim=1)))
        return logits


class BagOfWords(nn.Module):
    """A linear layer on the sum or the mean of a review's embeddings: order is lost.

    The sum is linear in the counts of the words.
    """

    def __init__(
        self,
        pad_idx: int,
        vocab_size: int = 0,
        embedding_dim: int = 0,
        emb_dim: int = 0,
        matrix: Tensor | None = None,
        mean: bool = False,
        **_: object,
    ) -> None:
        super().__init__()
        self.embedding = _embedding(vocab_size, embedding_dim or emb_dim, pad_idx, matrix)
        self.linear = nn.Linear(self.embedding.embedding_dim, 1)
        self.pad_idx = pad_idx
        self.mean = mean

    def forward(self, text: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Token ids [batch, length] → logits [batch, 1]."""
        bag = self.embedding(text).sum(dim=1)
        if self.mean:
            bag = bag / (text != self.pad_idx).sum(dim=1, keepdim=True)
        logits: Tensor = self.linear(bag)
        return logits


class Constant(nn.Module):
    """The same learnt answer for every review."""

    def __init__(self, **_: object) -> None:
        super().__init__()
        self.answer = nn.Parameter(torch.ones(1))

    def forward(self, text: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Token ids [batch, length] → logits [batch]."""
        return self.answer.expand(len(text))


def _embedding(vocab_size: int, dim: int, pad_idx: int, matrix: Tensor | None) -> nn.Embedding:
    if matrix is None:
        return nn.Embedding(vocab_size, dim, padding_idx=pad_idx)
    made: nn.Embedding = nn.Embedding.from_pretrained(matrix.clone(), freeze=False, padding_idx=pad_idx)
    return made
