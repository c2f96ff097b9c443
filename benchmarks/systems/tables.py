"""Captum's table of explained sentences, as data: what a record keeps and the page shows."""

from __future__ import annotations

import math
from typing import Any

from textlab.attribution import Attributions


def rows_of(result: Attributions) -> list[dict[str, Any]]:
    """A row a sentence: true class, predicted class and its probability, sum of the scores, delta, tokens and scores.

    The scores of a sentence are divided by their L2 norm, as Captum's table has them; the sum is that of these. The
    norm stands beside them, in units of what is explained, as the delta does.
    """
    rows = []
    for explanation in result:
        norm = math.sqrt(sum(score**2 for score in explanation.scores)) or 1.0
        scores = [score / norm for score in explanation.scores]
        rows.append(
            {
                "true": explanation.label_name,
                "predicted": explanation.predicted_name,
                "probability": explanation.certainty,
                "explained": explanation.target,
                "score": sum(scores),
                "delta": explanation.delta,
                "tokens": list(explanation.tokens),
                "scores": scores,
                "norm": norm,
            }
        )
    return rows
