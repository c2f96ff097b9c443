"""Batches: encoded reviews of unequal length as tensors."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

POOL = 50
"""Batches in one pool: reviews are sorted by length inside a pool only, so that order stays random."""


@dataclass(frozen=True)
class Batch:
    """Reviews that go through a model together."""

    ids: Tensor
    """[batch, length] int64, token ids; shorter reviews are filled up with the padding id at their end."""
    lengths: Tensor
    """[batch] int64, tokens per review without padding; always on the CPU, where packing wants it."""
    labels: Tensor
    """[batch] float32, 1 positive, 0 negative."""

    def __len__(self) -> int:
        """Number of reviews."""
        return len(self.lengths)


def batches(
    encoded: Sequence[Sequence[int]],
    labels: Sequence[int],
    *,
    batch_size: int,
    pad_id: int,
    max_length: int | None = None,
    min_length: int = 1,
    seed: int | None = None,
    device: torch.device | str | None = None,
) -> Iterator[Batch]:
    """Every review once, `batch_size` at a time (one batch may be smaller).

    encoded: token ids per review, none empty. labels: 0 or 1 per review.
    max_length: longer reviews lose what comes after so many tokens. min_length: shorter batches are padded
    to it (a convolution needs as many tokens as its kernel is wide).
    seed: None keeps the given order. A number shuffles the reviews and puts those of like length together;
    the same number gives the same batches, so give another one each epoch.
    device: where ids and labels go; to a GPU they go through pinned memory without waiting.

    Raises ValueError for unequal numbers of reviews and labels, an empty review, or a size below 1.
    """
    if len(encoded) != len(labels):
        raise ValueError(f"{len(encoded)} reviews but {len(labels)} labels: give one label a review")
    for name, value in (("batch_size", batch_size), ("max_length", max_length), ("min_length", min_length)):
        if value is not None and value < 1:
            raise ValueError(f"{name} is {value}, it must be at least 1")
    for index, ids in enumerate(encoded):
        if not len(ids):
            raise ValueError(f"review {index} has no tokens: leave it out, or encode it as one unknown token")
    rows = [ids[:max_length] for ids in encoded]
    if seed is None:
        chunks = _chunks(range(len(rows)), batch_size)
    else:
        chunks = _bucketed([len(row) for row in rows], batch_size, random.Random(seed))
    target = None if device is None else torch.device(device)
    return (_batch([rows[i] for i in c], [labels[i] for i in c], pad_id, min_length, target) for c in chunks)


def _chunks(indices: Sequence[int], size: int) -> list[Sequence[int]]:
    return [indices[start : start + size] for start in range(0, len(indices), size)]


def _bucketed(lengths: Sequence[int], batch_size: int, source: random.Random) -> list[Sequence[int]]:
    """Shuffle, sort each pool by length, cut it into batches, shuffle the batches."""
    order = list(range(len(lengths)))
    source.shuffle(order)
    chunks: list[Sequence[int]] = []
    for pool in _chunks(order, batch_size * POOL):
        chunks += _chunks(sorted(pool, key=lambda index: lengths[index]), batch_size)
    source.shuffle(chunks)
    return chunks


def _batch(
    rows: list[Sequence[int]], labels: list[int], pad_id: int, min_length: int, device: torch.device | None
) -> Batch:
    lengths = [len(row) for row in rows]
    width = max(min_length, *lengths)
    ids = torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in rows], dtype=torch.int64)
    return Batch(
        ids=_moved(ids, device),
        lengths=torch.tensor(lengths, dtype=torch.int64),
        labels=_moved(torch.tensor(labels, dtype=torch.float32), device),
    )


def _moved(tensor: Tensor, device: torch.device | None) -> Tensor:
    if device is None:
        return tensor
    if device.type == "cuda":
        return tensor.pin_memory().to(device, non_blocking=True)
    return tensor.to(device)
