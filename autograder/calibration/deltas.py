"""How well explanations of a trained CNN add up to F(x) − F(x′), with rules that are right and with wrong ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor, nn

from autograder.calibration.networks import Task
from autograder.thresholds import EXPLAIN_STEPS, SMALLEST_DIFFERENCE
from textlab.checks.draw import Draw

REVIEWS = 3
"""As many as the check of a submission explains; the worst of them counts."""
DRAWS = 8
"""Such draws of reviews a trained network."""


@dataclass(frozen=True)
class Explanation:
    """A way to explain."""

    name: str
    honest: bool
    rule: str = "riemann_middle"
    steps: int = EXPLAIN_STEPS
    fault: Literal["", "probability", "unit length"] = ""


# Rules and units only. An explanation that adds up and is wrong, or nearly adds up, as gradient × embedding may, is
# found by the checks of single scores, not by its delta.
EXPLANATIONS = (
    Explanation("midpoint rule, as the notebook asks, with the graders' steps", True),
    Explanation("left rule, 20 steps", False, rule="riemann_left", steps=20),
    Explanation("the probability explained, not the logit", False, steps=50, fault="probability"),
    Explanation("scores divided by their length", False, steps=50, fault="unit length"),
)


def delta_share(model: nn.Module, task: Task, explanation: Explanation, draw: Draw) -> float:
    """The largest |delta| of REVIEWS long test reviews, relative to |F(x) − F(x′)|, as the check measures it."""
    worst = 0.0
    nn.Module.eval(model)
    long = task.test.longest().tolist()
    for place in [long[draw.integer(0, len(long) - 1)] for _ in range(REVIEWS)]:
        ids = task.test.ids[place, : int(task.test.lengths[place])][None]
        baseline = torch.full_like(ids, task.pad_id)
        with torch.no_grad():
            difference = float(model(ids)) - float(model(baseline))
        delta = _total(model, ids, baseline, explanation) - difference
        worst = max(worst, abs(delta) / max(abs(difference), SMALLEST_DIFFERENCE))
    return worst


def _total(model: nn.Module, ids: Tensor, baseline: Tensor, explanation: Explanation) -> float:
    """The sum of the attributions of a review, [1, length] ids."""

    def explained(tokens: Tensor) -> Tensor:
        logits: Tensor = model(tokens)
        return logits.sigmoid() if explanation.fault == "probability" else logits

    explainer = LayerIntegratedGradients(explained, model.embedding)
    scores = explainer.attribute(ids, baselines=baseline, n_steps=explanation.steps, method=explanation.rule)
    by_token = scores.sum(dim=2).double()
    return float(by_token.sum() / (by_token.norm() if explanation.fault == "unit length" else 1.0))
