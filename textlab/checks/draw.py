"""Inputs for checks: sizes, token ids and weights drawn from one seed."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Draw:
    """A stream of random inputs; the same seed gives the same stream."""

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)

    def integer(self, low: int, high: int) -> int:
        """An integer from low to high, both included."""
        return int(torch.randint(low, high + 1, (1,), generator=self._generator))

    def distinct(self, low: int, high: int, count: int) -> list[int]:
        """Different integers from low to high, both included, in ascending order."""
        order = torch.randperm(high - low + 1, generator=self._generator)
        return sorted(low + int(offset) for offset in order[:count])

    def token_ids(self, batch: int, length: int, vocab_size: int, avoid: Sequence[int] = ()) -> Tensor:
        """Token ids, [batch, length] int64, without the ids to avoid (padding, mostly)."""
        allowed = torch.tensor([token for token in range(vocab_size) if token not in set(avoid)])
        return allowed[torch.randint(len(allowed), (batch, length), generator=self._generator)]

    def normal(self, *shape: int, scale: float = 1.0) -> Tensor:
        """Standard normal numbers of the given shape, times `scale`, float32."""
        return torch.randn(*shape, generator=self._generator) * scale

    def permutation(self, size: int) -> Tensor:
        """The numbers 0 … size-1 in random order, int64."""
        return torch.randperm(size, generator=self._generator)

    def word(self) -> str:
        """A made-up word of six lower-case letters."""
        return "".join(chr(ord("a") + self.integer(0, 25)) for _ in range(6))
