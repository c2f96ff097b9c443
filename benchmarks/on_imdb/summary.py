"""What the records of several seeds say together."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import Any

Record = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """What a network has to reach on the test reviews."""

    name: str
    title: str
    f1: float | None = None
    at_least: str | None = None
    """Another network, whose F1 is the target."""


TARGETS = (
    Target("rnn", "RNN", f1=0.875),
    Target("cnn", "CNN", f1=0.890),
    Target("glove_cnn", "GloVe CNN, vectors of 25 numbers", f1=0.875),
    Target("glove_cnn_2500", "GloVe CNN, 2,500 training reviews", at_least="cnn_2500"),
)
TITLES = {
    "rnn": "RNN",
    "cnn": "CNN",
    "glove_cnn": "GloVe CNN",
    "cnn_2500": "CNN, 2,500 reviews",
    "glove_cnn_2500": "GloVe CNN, 2,500 reviews",
}


def f1_of(records: list[Record]) -> float:
    """Mean test F1 over the seeds."""
    return float(fmean(record["test"]["f1"] for record in records))


def minutes_of(record: Record) -> float:
    """Processor time of training, all threads together."""
    return float(sum(epoch["processor_seconds"] for epoch in record["history"])) / 60


def figures_of(records: dict[str, list[Record]]) -> dict[str, float]:
    """Flat names and numbers, such as `imdb.cnn.f1`."""
    found = {}
    for name, seeds in records.items():
        found[f"imdb.{name}.f1"] = f1_of(seeds)
        found[f"imdb.{name}.f1_lowest"] = min(record["test"]["f1"] for record in seeds)
        found[f"imdb.{name}.accuracy"] = fmean(record["test"]["accuracy"] for record in seeds)
        found[f"imdb.{name}.seeds"] = len(seeds)
        found[f"imdb.{name}.epochs"] = fmean(len(record["history"]) for record in seeds)
        found[f"imdb.{name}.minutes"] = fmean(minutes_of(record) for record in seeds)
        for quantile in ("median", "percentile_95", "largest"):
            found[f"imdb.{name}.delta_{quantile}"] = fmean(
                record["attribution"]["delta"][quantile] for record in seeds
            )
    return {name: round(value, 7) for name, value in found.items()}


def reached(target: Target, records: dict[str, list[Record]]) -> tuple[float, float, bool] | None:
    """What was asked, what was reached, and whether that is enough; None when a run is missing."""
    if target.name not in records or (target.at_least and target.at_least not in records):
        return None
    asked = target.f1 if target.at_least is None else f1_of(records[target.at_least])
    assert asked is not None
    found = f1_of(records[target.name])
    return asked, found, found >= asked
