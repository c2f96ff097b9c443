"""Captum's IMDB tutorial in its new form: two outputs, and the softmax probability of the predicted class explained.

    python -m benchmarks.systems.captum_new

4,000 training and 500 test reviews, vocabulary of 20,000 made from the former, 256 tokens, a CNN of 100 dimensions
and 100 filters of widths 3, 4 and 5, cross-entropy, 3 epochs. 50 steps; the baseline is the padding token at the
sentence's own length. A minute on one core.
"""

from __future__ import annotations

import time
from dataclasses import asdict

import torch

from benchmarks.on_imdb.encoded import load_encoded
from benchmarks.on_imdb.measuring import SENTENCES
from benchmarks.on_imdb.prepared import Prepared, prepare
from benchmarks.on_imdb.training import accuracy_of
from benchmarks.systems.captum_networks import TextCNN, recipe
from benchmarks.systems.fitting import fit, measured_logits
from benchmarks.systems.records import WORK, reviews_path, write_record
from benchmarks.systems.tables import rows_of
from textlab.attribution import Attributions, explain
from textlab.attribution.quadrature import Rule
from textlab.training import seed_everything

RECIPE = recipe("captum_new", max_length=256, max_size=20_000, train=4_000, epochs=3, mixed_precision=True)
TEST_REVIEWS = 500
LABELS = {"negative": 0, "positive": 1}
REPORTED = {"accuracy": 0.748, "delta": "9e-5 … 5e-4"}


def explained(model: TextCNN, prepared: Prepared, rule: Rule) -> Attributions:
    """The six sentences, as the tutorial explains them; its rule is Captum's default, gausslegendre."""
    return explain(
        model,
        [sentence for sentence, _ in SENTENCES],
        prepared.vocabulary,
        labels=LABELS,
        output="probability",
        rule=rule,
        n_steps=50,
        min_len=5,
        truth=[label for _, label in SENTENCES],
    )


def main() -> None:
    """Train, measure and explain; write the record."""
    torch.set_num_threads(1)
    prepared = prepare(RECIPE, load_encoded(reviews_path(), WORK), None)
    seed_everything(RECIPE.seed)
    model = TextCNN(len(prepared.vocabulary), 100, 100, 2, prepared.vocabulary.pad_id)
    history = fit(model, prepared, WORK / "captum_new.pt")
    assert history is not None
    logits, labels = measured_logits(model, prepared, TEST_REVIEWS)
    every, every_label = measured_logits(model, prepared)
    begun = time.process_time()
    result = explained(model, prepared, "riemann_middle")
    seconds = (time.process_time() - begun) / len(SENTENCES)
    write_record(
        "captum_new",
        {
            "reported": REPORTED,
            "accuracy": accuracy_of(logits, labels),
            "reviews": len(labels),
            "accuracy_all": accuracy_of(every, every_label),
            "reviews_all": len(every_label),
            "recipe": asdict(RECIPE),
            "vocabulary": len(prepared.vocabulary),
            "history": history,
            "deltas": result.data.deltas.abs().tolist(),
            "deltas_gauss": explained(model, prepared, "gausslegendre").data.deltas.abs().tolist(),
            "seconds_a_sentence": seconds,
            "table": rows_of(result),
        },
    )


if __name__ == "__main__":
    main()
