"""What is measured of a trained network: F1 and accuracy on the test reviews, and how its explanations add up."""

from __future__ import annotations

import random
import time
from typing import Any

import torch
from torch import nn

from benchmarks.on_imdb.prepared import MIN_LENGTH, Prepared
from benchmarks.on_imdb.training import accuracy_of, predict
from textlab.attribution import AttributionData, explain
from textlab.attribution.path import EmbeddedModel, evaluation
from textlab.training import f1_of_logits

EXPLAINED = 200
"""Test reviews whose explanations are checked."""
STEPS = 50
FINER_STEPS = 500
ROUGH = 0.1
"""Where one delta in twenty is a larger share than this, the reviews are explained again with FINER_STEPS."""
PLACES = 201
"""On the way from the baseline to the review whose delta is the largest share, where its logit is kept."""
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
    """Convergence deltas of the logit over test reviews drawn by the recipe's seed, and the roughest way."""
    rows = prepared.rows["test"]
    drawn = random.Random(prepared.recipe.seed).sample(range(len(rows)), min(EXPLAINED, len(rows)))
    reviews = [rows[place] for place in drawn]
    spread, shares = _deltas(model, prepared, reviews, STEPS)
    found = {"reviews": len(reviews), "rule": "riemann_middle", **spread}
    if spread["share"]["percentile_95"] > ROUGH:
        found["finer"] = _deltas(model, prepared, reviews, FINER_STEPS)[0]
    roughest = torch.tensor(reviews[int(shares.argmax())])
    found["roughest"] = [float(logit) for logit in logits_on_the_way(model, prepared, roughest)]
    return found


def _deltas(
    model: nn.Module, prepared: Prepared, reviews: list[list[int]], steps: int
) -> tuple[dict[str, Any], torch.Tensor]:
    """How deltas and their shares of F(x) − F(x′) spread; the shares [reviews]."""
    begun = time.process_time()
    found: AttributionData = explain(
        model,
        reviews,
        n_steps=steps,
        min_len=MIN_LENGTH,
        pad_id=prepared.vocabulary.pad_id,
        with_lengths=with_lengths(prepared),
        internal_batch_size=64,
    ).data
    used = time.process_time() - begun
    deltas = found.deltas.abs()
    shares = deltas / (found.outputs - found.baseline_outputs).abs().clamp(min=SMALLEST_DIFFERENCE)
    spread = {"delta": quantiles(deltas), "share": quantiles(shares)}
    return {"steps": steps, **spread, "processor_seconds": used}, shares


def logits_on_the_way(model: nn.Module, prepared: Prepared, ids: torch.Tensor) -> torch.Tensor:
    """Logits [PLACES] at equal distances on the way from padding's embeddings to those of a review's ids [tokens]."""
    embedded = EmbeddedModel(model, model.get_submodule("embedding"), "embedding", with_lengths(prepared))
    padding = torch.full((1, max(0, MIN_LENGTH - len(ids))), prepared.vocabulary.pad_id)
    row = torch.cat([ids[None], padding], dim=1)
    with evaluation(model), torch.no_grad():
        start, end = embedded.embed(torch.full_like(row, prepared.vocabulary.pad_id)), embedded.embed(row)
        places = torch.linspace(0, 1, PLACES)
        logits = [embedded(row, len(ids), torch.lerp(start, end, place)).reshape(()) for place in places]
    return torch.stack(logits)


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
