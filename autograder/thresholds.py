"""Reads thresholds.json: per data set, the training budget of graded networks and the values they have to reach."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textlab.training import TrainingPlan

THRESHOLDS = Path(__file__).parent / "thresholds.json"
SMALLEST_DIFFERENCE = 0.5
"""Of logits: a delta is measured against F(x) − F(x′), but against no less than this."""
EXPLAIN_STEPS = 1000
"""Of the explanations whose delta is measured: ReLU and maximum bend the path, and an error halves with twice the
steps."""


@dataclass(frozen=True)
class Calibration:
    """What `autograder calibrate` found out about a threshold."""

    honest: tuple[float, float]
    """Nine in ten right solutions lie between these: 5th and 95th percentile over seeds, the widest of all."""
    false_fail: float
    """Upper bound on the chance that a right solution misses the threshold."""
    false_pass: float
    """Upper bound on the chance that a model that has to fail reaches it."""
    seeds: int


@dataclass(frozen=True)
class PhraseBound:
    """What a network has to get right where counting phrases misleads."""

    right_at_least: float
    """Share of the test reviews on which naive Bayes on phrases is wrong."""
    calibration: Calibration | None = None


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
    learning_rate: float = 1e-3
    embedding_scale: float = 0.1
    """The embedding is multiplied by this before training; 1 for word vectors."""
    one_cycle: bool = False
    """Whether the learning rate rises to its value and falls to nothing, or stays the same."""
    trainings: int = 1
    """How often a network may be trained, each time with another seed, until it reaches the bound."""
    calibration: Calibration | None = None
    """None where the bound was set by hand."""
    phrases: PhraseBound | None = None
    """None where phrases tell nearly all, or nothing."""

    def plan(self, seed: int, pad_id: int, *, with_lengths: bool = False) -> TrainingPlan:
        """The graded training of one network."""
        sizes = (self.epochs, self.batch_size, seed, pad_id)
        return TrainingPlan(*sizes, with_lengths, self.embedding_scale, self.learning_rate, self.one_cycle)


@dataclass(frozen=True)
class DeltaBound:
    """How well attributions have to add up."""

    share_at_most: float
    """Largest |delta| of a few reviews, relative to |F(x) − F(x′)|."""
    calibration: Calibration | None = None


@dataclass(frozen=True)
class Thresholds:
    """The budgets on one data set by network, and the bound on the delta."""

    networks: Mapping[str, Budget]
    delta: DeltaBound


@functools.cache
def load_thresholds(data: str) -> Thresholds:
    """The thresholds of a data set. Raises ValueError when the file has none for it."""
    content = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    if data not in content:
        raise ValueError(f"{THRESHOLDS}: no thresholds for {data!r}; there are {', '.join(content)}")
    networks = {name: Budget(**_read(fields)) for name, fields in content[data]["networks"].items()}
    return Thresholds(networks, DeltaBound(**_read(content[data]["delta"])))


def _read(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a bound, its calibration as a record."""
    read = dict(fields)
    if (found := fields.get("calibration")) is not None:
        read["calibration"] = Calibration(**{**found, "honest": tuple(found["honest"])})
    if (phrases := fields.get("phrases")) is not None:
        read["phrases"] = PhraseBound(**_read(phrases))
    return read
