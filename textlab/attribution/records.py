"""Explanations as the records that Captum's `visualize_text` shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from textlab.attribution.explanation import Explanation


def captum_records(explanations: Sequence[Explanation]) -> list[Any]:
    """One `captum.attr.visualization.VisualizationDataRecord` per explanation, for `visualize_text`.

    As in Captum's tutorials, the scores of each sentence are divided by their Euclidean norm, so colours of two
    sentences cannot be compared. Tokens and names are escaped, since `visualize_text` does not escape them.
    """
    # Captum takes a second to import, and only this function needs it.
    from captum.attr import visualization

    records = []
    for item in explanations:
        norm = math.sqrt(sum(score**2 for score in item.scores))
        scores = torch.tensor(item.scores) / (norm or 1.0)
        records.append(
            visualization.VisualizationDataRecord(
                scores,
                item.certainty,
                escape(item.predicted_name),
                "?" if item.label_name is None else escape(item.label_name),
                escape(item.target),
                float(scores.sum()),
                [escape(token) for token in item.tokens],
                item.delta,
            )
        )
    return records
