"""The usual mistakes of explanations, each with the scores that it leads to.

A message names one of them as the cause only where the scores that came back are those that the mistake gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from textlab.checks.failure import Cause
from textlab.checks.probe import ProbeNetwork
from textlab.checks.probe_attributions import RULES, Attributions, Rule, integrated_gradients

COARSE = (1, 2, 3, 4, 5, 8, 10, 15, 20)
"""Numbers of steps that are too few."""
Way = tuple[str, str]
"""Name and text of a cause."""

PROBABILITY: Way = ("probability-explained", "the probability was explained, and not the logit")
TRAINING: Way = ("no-evaluation-mode", "dropout was active: the model was in training mode, model.eval() is missing")
SPREAD: Way = ("spread-evenly", "every token got the same score: F(x) − F(x′) was spread evenly")


@dataclass(frozen=True)
class Mistake:
    """A cause, what was explained under it, and the scores that came of it."""

    cause: Cause
    attributions: Attributions
    scores: Tensor

    @property
    def tells(self) -> bool:
        """Whether the scores say which token did what; spread evenly they can be made without an explanation."""
        return self.cause.name != SPREAD[0]


@dataclass(frozen=True)
class Explained:
    """What has to be explained: an output of a network for a review, against a baseline."""

    network: ProbeNetwork
    """In double precision."""
    ids: Tensor
    """[length]"""
    baseline: Tensor
    """[length]"""
    output: int = 0
    misread: Mapping[Way, Tensor] = field(default_factory=dict)
    """Ids that a mistake puts in the place of the right ones."""
    baselines: Mapping[Way, Tensor] = field(default_factory=dict)
    """Baselines, ids or embeddings, that a mistake puts in the place of the right one."""
    outputs: Mapping[Way, int] = field(default_factory=dict)
    """Outputs that a mistake explains in the place of the right one."""

    def attributions(self, steps: int, rule: Rule = "middle") -> Attributions:
        """The right ones."""
        return integrated_gradients(self.network, self.ids, self.baseline, steps, rule, self.output)

    def with_ids(self, ids: Tensor) -> Explained:
        """Other tokens of the same network, explained against the same baseline token."""
        return replace(self, ids=ids, baseline=self.baseline[:1].repeat(len(ids)), misread={}, baselines={})

    def others(self, steps: int, rule: Rule = "middle") -> Iterator[Mistake]:
        """Something else explained: other tokens, another baseline, another output, another mode."""

        def explain(way: Way, **changes: object) -> Mistake:
            given = {"ids": self.ids, "baseline": self.baseline, "output": self.output, **changes}
            found = integrated_gradients(self.network, steps=steps, rule=rule, **given)  # type: ignore[arg-type]
            return Mistake(Cause(*way), found, found.scores)

        yield explain(TRAINING, training=True)
        yield explain(PROBABILITY, probability=True)
        yield from (explain(way, baseline=baseline) for way, baseline in self.baselines.items())
        yield from (explain(way, ids=ids) for way, ids in self.misread.items())
        yield from (explain(way, output=output) for way, output in self.outputs.items())

    def coarse(self) -> Iterator[Mistake]:
        """The right thing explained in too few steps."""
        for steps in COARSE:
            for rule in RULES:
                if steps > 1 or rule not in ("trapezoid", "gauss"):
                    found = self.attributions(steps, rule)
                    times_input = steps == 1 and rule == "right"
                    way = (
                        TIMES_INPUT
                        if times_input
                        else ("too-few-steps", f"the path had {steps} points ({rule} rule)")
                    )
                    yield Mistake(Cause(*way), found, found.scores)
        found = self.attributions(1, "right")
        with torch.no_grad():
            end, start = self.network.embedding(self.ids), self.network.embedding(self.baseline)
        gradient = torch.where(end == start, 0.0, found.numbers / (end - start))
        yield Mistake(Cause(*TIMES_INPUT), found, (gradient * end).sum(dim=-1))
        yield Mistake(
            Cause("gradient-alone", "the gradient at the sentence was taken alone"), found, gradient.sum(-1)
        )


TIMES_INPUT: Way = (
    "gradient-times-input",
    "gradient × input: the gradient was taken at the sentence only, in place of along the path",
)


def wrong_sums(right: Attributions) -> Iterator[Mistake]:
    """The right attributions, and scores made of them in a way that was not asked for."""
    numbers, scores = right.numbers, right.scores
    for way, made in _sums(numbers).items():
        yield Mistake(Cause(*way), right, made)
    swapped = Attributions(-numbers, -right.difference)
    yield Mistake(Cause("sign-turned", "sentence and baseline changed places"), swapped, swapped.scores)
    for divisor in (scores.norm(), scores.abs().max(), scores.abs().sum(), scores.sum(), torch.tensor(len(scores))):
        yield Mistake(
            Cause("scores-scaled", "the scores were divided: by their norm, sum, …"), right, scores / divisor
        )
    yield Mistake(Cause("scores-scaled", "a softmax was applied to the scores"), right, scores.softmax(dim=0))
    reach = scores.max() - scores.min()
    yield Mistake(
        Cause("scores-scaled", "the scores were stretched to 0 … 1"), right, (scores - scores.min()) / reach
    )


def _sums(numbers: Tensor) -> dict[Way, Tensor]:
    length, dim = numbers.shape
    scores = numbers.sum(dim=-1)
    return {
        ("mean-over-embedding", f"the scores are averaged over the {dim} numbers of a token: mean in place of sum"): (
            numbers.mean(dim=-1)
        ),
        (
            "absolute-values",
            "the scores lost their signs: abs() makes words that speak against it look like words that speak for it",
        ): scores.abs(),
        ("absolute-numbers", "the absolute values of a token's numbers were added, so no score is negative"): (
            numbers.abs().sum(dim=-1)
        ),
        ("norm-over-embedding", "the norm of a token's numbers was taken, so no score is negative"): (
            numbers.norm(dim=-1)
        ),
        ("squares-added", "the squares of a token's numbers were added, so no score is negative"): (
            numbers.square().sum(dim=-1)
        ),
        ("one-number-of-embedding", "only the first number of each token's attribution was kept"): numbers[:, 0],
        ("largest-of-embedding", "only the largest number of each token's attribution was kept"): numbers.amax(
            dim=-1
        ),
        ("summed-over-tokens", "the attributions were summed over the tokens, not over the embedding axis"): (
            numbers.sum(dim=0)
        ),
        ("sign-turned", "all signs are turned around: sentence and baseline changed places"): -scores,
        ("order-turned", "the scores are in the order from the last token to the first"): scores.flip(0),
        SPREAD: scores.mean().repeat(length),
    }


def nearest(got: Tensor, mistakes: Iterable[Mistake], share: float) -> Mistake | None:
    """The mistake that gives these scores best, up to a share of the largest; None where none of them does."""
    return next(iter(explaining(got, mistakes, share)), None)


def explaining(got: Tensor, mistakes: Iterable[Mistake], share: float) -> list[Mistake]:
    """The mistakes that give these scores, up to a share of the largest, the best first."""
    found = [(_distance(got, mistake.scores), order, mistake) for order, mistake in enumerate(mistakes)]
    return [mistake for distance, _, mistake in sorted(found, key=lambda entry: entry[:2]) if distance < share]


def _distance(got: Tensor, scores: Tensor) -> float:
    if got.shape != scores.shape or not bool(torch.isfinite(scores).all()):
        return float("inf")
    return float((got - scores).abs().max()) / max(float(scores.abs().max()), 1e-12)
