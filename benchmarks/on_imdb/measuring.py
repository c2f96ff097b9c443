"""What is measured of a trained network: F1 and accuracy on the test reviews, and how its explanations add up."""

from __future__ import annotations

import random
import time
from typing import Any

import torch
from torch import nn

from benchmarks.on_imdb.prepared import MIN_LENGTH, Prepared
from benchmarks.on_imdb.training import accuracy_of, predict
from textlab.attribution import explain
from textlab.training import f1_of_logits

EXPLAINED = 200
"""Test reviews whose explanations are checked."""
STEPS = 50
SMALLEST_DIFFERENCE = 0.5
"""Of logits: a delta is measured against F(x) − F(x′), but against no less than this."""
SENTENCES = (
    ("I laughed, I cried, and I would gladly watch it again tomorrow.", 1),
    ("The pictures are gorgeous and the two leads are simply superb.", 1),
    ("It starts slowly, but the last half hour is one of the finest I have seen.", 1),
    ("I wanted my money back after twenty minutes.", 0),
    ("The dialogue is awful, the jokes are lame and nothing happens.", 0),
    ("A great cast is wasted on a dull and predictable story.", 0),
)
"""Sentences of our own, and whether they praise."""


def measure(model: nn.Module, prepared: Prepared, device: torch.device) -> dict[str, Any]:
    """Figures of the test set, deltas of explained test reviews, explanations of SENTENCES."""
    begun = time.process_time()
    logits, labels = predict(model, prepared, "test", device)
    test = {
        "f1": f1_of_logits(logits, labels),
        "accuracy": accuracy_of(logits, labels),
        "reviews": len(labels),
        "processor_seconds": time.process_time() - begun,
    }
    return {
        "test": test,
        "attribution": explained_reviews(model, prepared),
        "explanations": explained(model, prepared),
    }


def explained_reviews(model: nn.Module, prepared: Prepared) -> dict[str, Any]:
    """Convergence deltas of the logit over test reviews drawn by the recipe's seed."""
    rows = prepared.rows["test"]
    drawn = random.Random(prepared.recipe.seed).sample(range(len(rows)), min(EXPLAINED, len(rows)))
    begun = time.process_time()
    found = explain(
        model,
        [rows[place] for place in drawn],
        n_steps=STEPS,
        min_len=MIN_LENGTH,
        pad_id=prepared.vocabulary.pad_id,
        with_lengths=with_lengths(prepared),
        internal_batch_size=64,
    ).data
    used = time.process_time() - begun
    deltas = found.deltas.abs()
    shares = deltas / (found.outputs - found.baseline_outputs).abs().clamp(min=SMALLEST_DIFFERENCE)
    return {
        "reviews": len(drawn),
        "steps": STEPS,
        "rule": "riemann_middle",
        "delta": quantiles(deltas),
        "share": quantiles(shares),
        "processor_seconds": used,
    }


def quantiles(values: torch.Tensor) -> dict[str, float]:
    """Median, 95th percentile and largest of values [n]."""
    return {
        "median": float(values.median()),
        "percentile_95": float(values.quantile(0.95)),
        "largest": float(values.max()),
    }


def explained(model: nn.Module, prepared: Prepared) -> list[dict[str, Any]]:
    """SENTENCES explained with 500 steps."""
    found = explain(
        model,
        [sentence for sentence, _ in SENTENCES],
        prepared.vocabulary,
        min_len=MIN_LENGTH,
        with_lengths=with_lengths(prepared),
        truth=[label for _, label in SENTENCES],
    )
    return [
        {
            "tokens": list(item.tokens),
            "scores": list(item.scores),
            "probability": item.probability,
            "delta": item.delta,
            "label": label,
            "unknown": list(item.unknown),
        }
        for item, (_, label) in zip(found, SENTENCES, strict=True)
    ]


def with_lengths(prepared: Prepared) -> bool:
    """Whether the network is called with the lengths, too."""
    return prepared.recipe.name == "RNNBaseline"
