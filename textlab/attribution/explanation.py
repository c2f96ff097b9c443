"""One explained sentence: its tokens, a score for each, and what the model says."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from textlab.attribution.words import CONTINUATION, merge_subwords, word_groups
from textlab.kit_answers import answers_a_blank


@dataclass(frozen=True)
class Explanation:
    """One sentence, what a model says about it, and why. Raises ValueError when the numbers do not fit."""

    tokens: tuple[str, ...]
    scores: tuple[float, ...]
    """One per token, in units of `output`; positive speaks for `target`."""
    probability: float
    """Of `target`, 0 to 1."""
    delta: float
    """Convergence delta: the sum of the scores minus F(x) − F(x′)."""
    label: int | str | None = None
    """The true class: 1 for `target`, 0 for `other`, a class name, or None when nobody has said."""
    target: str = "positive"
    """Name of the class that is explained."""
    other: str = "negative"
    """What a negative score speaks for: the second of two classes, or "other classes"."""
    output: str = "logit"
    """What the scores are shares of: "logit" or "probability" of the target."""
    predicted: str | None = None
    """Name of the predicted class; None: `target` from probability one half on, else `other`."""
    predicted_probability: float | None = None
    """Of the predicted class; None: of the more probable one of `target` and `other`."""
    unknown: tuple[int, ...] = ()
    """Places of the tokens that the vocabulary does not know, counted from 0."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tokens", tuple(self.tokens))
        object.__setattr__(self, "scores", tuple(float(score) for score in self.scores))
        object.__setattr__(self, "unknown", tuple(self.unknown))
        if len(self.tokens) != len(self.scores):
            raise ValueError(f"{len(self.tokens)} tokens but {len(self.scores)} scores: give one score a token")
        if not all(math.isfinite(score) for score in (*self.scores, self.delta)):
            raise ValueError(f"scores {self.scores} with delta {self.delta}: each must be a finite number")
        for name, share in (("probability", self.probability), ("predicted_probability", self.certainty)):
            if not 0.0 <= share <= 1.0:
                raise ValueError(f"{name} is {share}: pass the sigmoid of the logit, not the logit")
        if not isinstance(self.label, str) and self.label not in (0, 1, None):
            raise ValueError(f"label is {self.label!r}: it is 1, 0, a class name, or None when unknown")
        if self.output not in ("logit", "probability"):
            raise ValueError(f'output is {self.output!r}: it is "logit" or "probability"')
        if not all(0 <= place < len(self.tokens) for place in self.unknown):
            raise ValueError(f"unknown is {self.unknown}: places of {len(self.tokens)} tokens are counted from 0")

    @property
    def prediction(self) -> int:
        """1 when the target is predicted, else 0."""
        return int(self.probability >= 0.5 if self.predicted is None else self.predicted == self.target)

    @property
    def predicted_name(self) -> str:
        """Name of the predicted class."""
        return self.predicted if self.predicted is not None else (self.other, self.target)[self.prediction]

    @property
    def certainty(self) -> float:
        """Probability of the predicted class."""
        if self.predicted_probability is not None:
            return self.predicted_probability
        return max(self.probability, 1 - self.probability)

    @property
    def label_name(self) -> str | None:
        """Name of the true class, None when nobody has said."""
        return (self.other, self.target)[self.label] if isinstance(self.label, int) else self.label

    @answers_a_blank
    def by_word(
        self,
        *,
        continuation: str = CONTINUATION,
        start: str | None = None,
        word_ids: Sequence[Hashable | None] | None = None,
    ) -> Explanation:
        """The same explanation with sub-words merged to words; arguments as in `merge_subwords`.

        A word is unknown when one of its pieces is.
        """
        words, scores = merge_subwords(
            self.tokens, self.scores, continuation=continuation, start=start, word_ids=word_ids
        )
        groups = word_groups(self.tokens, continuation=continuation, start=start, word_ids=word_ids)
        unknown = tuple(place for place, group in enumerate(groups) if not set(group).isdisjoint(self.unknown))
        return replace(self, tokens=tuple(words), scores=tuple(scores), unknown=unknown)
