"""Alibi's IMDB example: its network in PyTorch, ten reviews explained at once, and alibi itself on the same weights.

    python -m benchmarks.systems.alibi_example

Vocabulary of 10,000, 100 tokens, Adam with its defaults, batches of 256, 3 epochs. Integrated gradients of ten test
reviews at the embedding layer: 50 Gauss-Legendre steps, at most 100 rows at a time, zero baseline, the probability of
the predicted class; attributions (10, 100, 50), summed to (10, 100).

alibi needs TensorFlow and numpy 1.26, so it runs in build/systems/alibi, an environment that the program makes.
Weights and ids go there, and attributions come back, as .npz. Its "zero baseline" is token id 0 at every place,
whatever vector that id has. Ids 0 and 1 change places on the way, so it is the padding, whose vector is zero.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.on_imdb.encoded import load_encoded
from benchmarks.on_imdb.prepared import Prepared, prepare
from benchmarks.on_imdb.recipes import Recipe
from benchmarks.on_imdb.training import accuracy_of
from benchmarks.systems.alibi_network import LENGTH, AlibiNetwork, padded_left
from benchmarks.systems.environments import environment, run_in
from benchmarks.systems.fitting import fit, measured_logits
from benchmarks.systems.records import WORK, reviews_path, write_record
from benchmarks.systems.riemann import riemann_sum
from textlab.attribution import Attributions, explain, load_attributions, save_attributions
from textlab.training import seed_everything

REQUIREMENTS = ("alibi[tensorflow]==0.9.6", "tensorflow==2.14.1", "numpy==1.26.4", "click==8.5.1")
REPORTED = {"accuracy": 0.8545, "shape": [10, 100, 50]}
RECIPE = Recipe(
    "",
    "alibi",
    {},
    max_length=LENGTH,
    kept="last",
    min_freq=1,
    max_size=10_000,
    epochs=3,
    batch_size=256,
    schedule="constant",
)
EXPLAINED = 10
LABELS = {"negative": 0, "positive": 1}


def prepared_reviews() -> Prepared:
    """The reviews, LENGTH tokens each."""
    prepared = prepare(RECIPE, load_encoded(reviews_path(), WORK), None)
    pad_id = prepared.vocabulary.pad_id
    return replace(
        prepared, rows={name: [padded_left(row, pad_id) for row in rows] for name, rows in prepared.rows.items()}
    )


def explained(model: nn.Module, ids: Tensor, prepared: Prepared) -> Attributions:
    """The reviews ids [reviews, LENGTH], as the example explains them."""
    return explain(
        model,
        ids,
        labels=LABELS,
        output="probability",
        baseline="zero",
        rule="gausslegendre",
        n_steps=50,
        internal_batch_size=100,
        min_len=LENGTH,
        tokens=[prepared.vocabulary.decode(row) for row in ids],
        pad_id=-1,  # padding stands on the left here, and nothing is cut off
    )


def ask_alibi(model: nn.Module, ids: Tensor, folder: Path) -> dict[str, Any]:
    """Probabilities, targets, attributions, deltas and metadata of alibi for ids [reviews, LENGTH]."""
    question, answer = folder / "alibi_question.npz", folder / "alibi_answer.npz"
    weights = {name: value.detach().cpu().numpy() for name, value in model.state_dict().items()}
    weights["embedding.weight"] = weights["embedding.weight"][[1, 0, *range(2, len(weights["embedding.weight"]))]]
    numbers = ids.numpy()
    np.savez(question, ids=np.where(numbers < 2, 1 - numbers, numbers), **weights)
    run_in(environment("alibi", REQUIREMENTS), [Path(__file__).with_name("alibi_side.py"), question, answer])
    with np.load(answer, allow_pickle=False) as read:
        found = {name: read[name] for name in read.files}
    return {**found, "meta": json.loads(found["meta"].tobytes())}


def main() -> None:
    """Train, explain, ask alibi, compare; write the record."""
    torch.set_num_threads(1)
    prepared = prepared_reviews()
    seed_everything(RECIPE.seed)
    model = AlibiNetwork(len(prepared.vocabulary), prepared.vocabulary.pad_id)
    history = fit(model, prepared, WORK / "alibi.pt")
    assert history is not None
    accuracy = accuracy_of(*measured_logits(model, prepared))
    model.cpu().eval()
    ids = torch.tensor(prepared.rows["test"][:EXPLAINED])
    begun = time.process_time()
    result = explained(model, ids, prepared)
    seconds = time.process_time() - begun
    save_attributions(result, WORK / "alibi_explained.npz")
    again = load_attributions(WORK / "alibi_explained.npz")
    attributions = torch.stack(result.data.attributions)
    assert torch.equal(torch.stack(again.data.attributions), attributions)
    theirs = ask_alibi(model, ids, WORK)
    alibis = torch.tensor(theirs["attributions"]).double()
    zero = torch.zeros(LENGTH, 50)
    sums = torch.stack(
        [
            riemann_sum(model, row, zero, target=target, probability=True, steps=2_000)
            for row, target in zip(ids, result.data.targets, strict=True)
        ]
    )
    write_record(
        "alibi",
        {
            "reported": REPORTED,
            "recipe": asdict(RECIPE),
            "vocabulary": len(prepared.vocabulary),
            "accuracy": accuracy,
            "history": history,
            "shape": list(attributions.shape),
            "summed": list(attributions.sum(dim=2).shape),
            "seconds_ten_reviews": seconds,
            "deltas": result.data.deltas.abs().tolist(),
            "alibi": {
                "meta": theirs["meta"],
                "deltas": np.abs(theirs["deltas"]).tolist(),
                "same_targets": theirs["targets"].tolist() == list(result.data.targets),
                "probability_difference": float(
                    np.abs(theirs["probabilities"].max(axis=1) - result.data.probabilities.numpy()).max()
                ),
                "largest_difference": float((alibis - attributions).abs().max()),
                "largest_score_difference": float((alibis - attributions).sum(dim=2).abs().max()),
            },
            "largest_attribution": float(attributions.abs().max()),
            "largest_score": float(attributions.sum(dim=2).abs().max()),
            "riemann": {
                "steps": 2_000,
                "largest_score_difference": float((sums - attributions).sum(dim=2).abs().max()),
                "largest_score_difference_of_alibi": float((sums - alibis).sum(dim=2).abs().max()),
            },
        },
    )


if __name__ == "__main__":
    main()
