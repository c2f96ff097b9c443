"""Reads thresholds.json: per data set, the training budget of graded networks and the values they have to reach."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

THRESHOLDS = Path(__file__).parent / "thresholds.json"


@dataclass(frozen=True)
class Budget:
    """How a network is trained for its F1, and what it has to reach."""

    network: dict[str, Any]
    """Arguments of the class besides vocabulary size or matrix, and pad_idx."""
    train: int
    test: int
    """Numbers of reviews."""
    epochs: int
    batch_size: int
    max_length: int
    """Reviews are cut to this many tokens."""
    f1_at_least: float


@dataclass(frozen=True)
class Thresholds(Budget):
    """The CNN's budget on one data set, and the other bounds there."""

    delta_share_at_most: float
    """Largest |delta| relative to |F(x) − F(x′)|."""
    rnn: Budget
    transformer: Budget


@functools.cache
def load_thresholds(data: str) -> Thresholds:
    """The thresholds of a data set. Raises ValueError when the file has none for it."""
    content = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    if data not in content:
        raise ValueError(f"{THRESHOLDS}: no thresholds for {data!r}; there are {', '.join(content)}")
    fields = content[data]
    networks = {name: Budget(**fields[name]) for name in ("rnn", "transformer")}
    return Thresholds(**{**fields, **networks})


@functools.cache
def load_few_thresholds() -> Budget:
    """The thresholds for few reviews with word vectors."""
    content = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    return Budget(**content["mini, few reviews with vectors"])
