"""How the delta, and the error of the scores, fall with the number of steps, by quadrature rule.

    python -m benchmarks.systems.quadrature

Explains the six sentences with the network that `captum_old` trained on real reviews, in double precision, so that
what is seen is the error of the rule. The reference is a Riemann sum of about 10,000 places that shares no code with
textlab. Captum explains with the same network and rules, too.
"""

from __future__ import annotations

from typing import Any

import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor

from benchmarks.on_imdb.encoded import load_encoded
from benchmarks.on_imdb.measuring import SENTENCES
from benchmarks.on_imdb.prepared import prepare
from benchmarks.systems.captum_networks import TextCNN
from benchmarks.systems.captum_old import CHECKPOINT, MIN_LENGTH, RECIPE, build
from benchmarks.systems.fitting import restore
from benchmarks.systems.records import WORK, reviews_path, write_record
from benchmarks.systems.riemann import riemann_sum
from textlab.attribution import Attributions, explain
from textlab.attribution.quadrature import RULES, Rule

STEPS = (10, 20, 50, 100, 200, 500, 1000, 2000)
REFERENCE_STEPS = 9_973
"""A prime, so that no rule looks at the same places."""
CAPTUM_STEPS = 50


def errors(result: Attributions, reference: list[Tensor]) -> dict[str, float]:
    """Median and largest |delta| of the sentences, and of the largest error among each one's scores."""
    deltas = result.data.deltas.abs()
    apart = torch.stack(
        [(scores - right).abs().max() for scores, right in zip(result.data.scores, reference, strict=True)]
    )
    return {
        "delta": float(deltas.median()),
        "largest_delta": float(deltas.max()),
        "error": float(apart.median()),
        "largest_error": float(apart.max()),
    }


def captum_difference(model: TextCNN, result: Attributions, rule: Rule, pad_id: int) -> float:
    """The largest difference of Captum's attributions to those of `result`, which has CAPTUM_STEPS steps.

    Captum's trapezoid is divided by the sum of its weights, 1 − 1/steps.
    """
    found = []
    share = 1 - 1 / CAPTUM_STEPS if rule == "riemann_trapezoid" else 1.0
    for ids, own in zip(result.data.ids, result.data.attributions, strict=True):
        theirs = LayerIntegratedGradients(model, model.embedding).attribute(
            ids[None], baselines=torch.full_like(ids[None], pad_id), n_steps=CAPTUM_STEPS, method=rule
        )
        found.append(float((theirs[0].detach() / share - own).abs().max()))
    return max(found)


def main() -> None:
    """Explain by every rule and number of steps; write the record."""
    torch.set_num_threads(1)
    prepared = prepare(RECIPE, load_encoded(reviews_path(), WORK), None)
    pad_id = prepared.vocabulary.pad_id
    model = restore(build(prepared), CHECKPOINT).cpu().double()
    texts = [sentence for sentence, _ in SENTENCES]

    def by(rule: Rule, steps: int) -> Attributions:
        return explain(model, texts, prepared.vocabulary, rule=rule, n_steps=steps, min_len=MIN_LENGTH)

    first = by("riemann_middle", 10)
    with torch.no_grad():
        starts = [model.get_submodule("embedding")(torch.full_like(ids, pad_id)) for ids in first.data.ids]
    reference = [
        riemann_sum(model, ids, start, steps=REFERENCE_STEPS).sum(dim=1)
        for ids, start in zip(first.data.ids, starts, strict=True)
    ]
    found: dict[str, Any] = {
        rule: {str(steps): errors(by(rule, steps), reference) for steps in STEPS} for rule in RULES
    }
    assert isinstance(model, TextCNN)
    write_record(
        "quadrature",
        {
            "sentences": len(texts),
            "reference_steps": REFERENCE_STEPS,
            "difference_median": float((first.data.outputs - first.data.baseline_outputs).abs().median()),
            "rules": found,
            "captum_steps": CAPTUM_STEPS,
            "largest_difference_to_captum": {
                rule: captum_difference(model, by(rule, CAPTUM_STEPS), rule, pad_id) for rule in RULES
            },
        },
    )


if __name__ == "__main__":
    main()
