"""Captum's IMDB tutorial in its old form: one logit, 500 steps, and a table that shows the sigmoid beside it.

    python -m benchmarks.systems.captum_old            # goes on where it was stopped

A CNN of 100 dimensions and 100 filters of widths 3, 4 and 5 over all tokens of the training reviews (the tutorial's
had GloVe vectors of 100 numbers and about 101,500 tokens; these start at random). The baseline is `<pad>`, sentences
have at least 7 tokens. In the table scores are summed over the embedding axis and divided by their L2 norm, as in
Captum's `visualize_text`. Captum explains the same sentences with the same network; the record says how far apart.
"""

from __future__ import annotations

import time
from dataclasses import asdict

import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor

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
from textlab.training import f1_of_logits, seed_everything

RECIPE = recipe("captum_old", max_length=400, max_size=1_000_000, epochs=2, mixed_precision=True)
STEPS, MIN_LENGTH = 500, 7
CHECKPOINT = WORK / "captum_old.pt"
REPORTED = {"vocabulary": 101_500, "delta": "5e-5 … 7e-4"}


def build(prepared: Prepared) -> TextCNN:
    """The network before training."""
    seed_everything(RECIPE.seed)
    return TextCNN(len(prepared.vocabulary), 100, 100, 1, prepared.vocabulary.pad_id)


def explained(model: TextCNN, prepared: Prepared, rule: Rule) -> Attributions:
    """The six sentences, as the tutorial explains them; its rule is Captum's default, gausslegendre."""
    return explain(
        model,
        [sentence for sentence, _ in SENTENCES],
        prepared.vocabulary,
        rule=rule,
        n_steps=STEPS,
        min_len=MIN_LENGTH,
        truth=[label for _, label in SENTENCES],
    )


def captum_scores(model: TextCNN, ids: Tensor, pad_id: int) -> Tensor:
    """[tokens, emb_dim]: Captum's attributions of one sentence, ids [tokens], with the same rule and steps."""
    text = ids[None]
    found = LayerIntegratedGradients(model, model.embedding).attribute(
        text, baselines=torch.full_like(text, pad_id), n_steps=STEPS, method="riemann_middle", internal_batch_size=256
    )
    attributions: Tensor = found[0].detach().double()
    return attributions


def main() -> None:
    """Train, measure, explain in both ways; write the record."""
    torch.set_num_threads(1)
    prepared = prepare(RECIPE, load_encoded(reviews_path(), WORK), None)
    model = build(prepared)
    history = fit(model, prepared, CHECKPOINT)
    assert history is not None
    logits, labels = measured_logits(model, prepared)
    begun = time.process_time()
    result = explained(model, prepared, "riemann_middle")
    seconds = (time.process_time() - begun) / len(SENTENCES)
    theirs = [captum_scores(model, ids, prepared.vocabulary.pad_id) for ids in result.data.ids]
    apart = [float((own - other).abs().max()) for own, other in zip(result.data.attributions, theirs, strict=True)]
    write_record(
        "captum_old",
        {
            "reported": REPORTED,
            "f1": f1_of_logits(logits, labels),
            "accuracy": accuracy_of(logits, labels),
            "recipe": asdict(RECIPE),
            "vocabulary": len(prepared.vocabulary),
            "history": history,
            "deltas": result.data.deltas.abs().tolist(),
            "deltas_gauss": explained(model, prepared, "gausslegendre").data.deltas.abs().tolist(),
            "seconds_a_sentence": seconds,
            "largest_difference_to_captum": max(apart),
            "table": rows_of(result),
        },
    )


if __name__ == "__main__":
    main()
