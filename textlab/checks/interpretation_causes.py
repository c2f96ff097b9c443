"""Why a baseline, tokens, scores or a delta are wrong: the mistake that, put in, gives the same."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from textlab.checks.attribution_mistakes import Mistake, nearest, wrong_sums
from textlab.checks.failure import Cause
from textlab.checks.interpretation_cases import Case
from textlab.checks.subject import Function
from textlab.text import PAD


def baseline_cause(pad_reference: Function, ids: Tensor, pad_idx: int) -> Cause | None:
    """Which id the baseline holds whatever pad_idx is; None when it is none."""
    answers = [pad_reference(ids, other) for other in (pad_idx, pad_idx + 3)]
    found = [one for one in answers if isinstance(one, Tensor) and one.numel()]
    if len(found) < len(answers):
        return None
    if all(bool((one == one.flatten()[0]).all()) for one in found):
        values = {int(one.flatten()[0]) for one in found}
        if len(values) == 1:
            value = values.pop()
            return Cause("padding-id-written-out", f"the baseline holds {value} whatever pad_idx is")
    if all(torch.equal(one, ids) for one in found):
        return Cause("ids-as-baseline", "the ids themselves came back")
    return None


def token_cause(got: list[str], case: Case) -> Cause | None:
    """The mistake that gives exactly these tokens."""
    text, expected = case.sentence.text, case.tokens
    words = [token for token in expected if token != PAD]
    known = [token for token in words if token in case.sentence.words]

    def padded(tokens: list[str], length: int = case.sentence.min_len) -> list[str]:
        return tokens + [PAD] * (length - len(tokens))

    for name, said, made in [
        ("not-lower-cased", "the sentence was split and not lower-cased", padded(text.split())),
        (
            "split-not-tokenised",
            "the sentence was split at spaces: marks stick to words",
            padded(text.lower().split()),
        ),
        ("not-padded", "a sentence shorter than min_len was not padded", words),
        ("padded-in-front", "the padding is in front of the sentence", padded([])[len(words) :] + words),
        ("padded-to-seven", "the sentence was padded up to 7 tokens whatever min_len is", padded(words, 7)),
        ("unknown-words-dropped", "unknown words were dropped", padded(known)),
    ]:
        if got == made != expected:
            return Cause(name, said)
    if len(got) == len(expected) and got[: len(words)] == words and len(set(got[len(words) :])) == 1:
        return Cause("padded-with-another-token", f"the sentence is padded with “{got[-1]}” and not with {PAD}")
    if len(got) == len(expected) and [token.lower() for token in got] == expected:
        return Cause("not-lower-cased", "the sentence was not lower-cased although the vocabulary is lower-case")
    if got and len(got) < len(words) and got == words[: len(got)]:
        return Cause("cut-short", f"the sentence was cut to its first {len(got)} tokens")
    if len(got) > len(expected) and got[: len(expected)] == expected and set(got[len(words) :]) == {PAD}:
        return Cause("padded-too-far", f"the sentence was padded to {len(got)} tokens")
    return None


def shape_cause(scores: Tensor, case: Case) -> Cause | None:
    """Which axis is there that should not be, or not there that should."""
    length, dim = case.right.numbers.shape
    shape = tuple(scores.shape)
    if shape in ((length, dim), (1, length, dim)):
        return Cause("embedding-axis-left", "the attributions still have the embedding axis")
    if shape == (1, length):
        return Cause("batch-axis-left", "the batch axis is still there")
    if shape == (dim,):
        return Cause(
            "summed-over-tokens", "the attributions were summed over the tokens, not over the embedding axis"
        )
    return None


def score_cause(got: Tensor, case: Case, share: float) -> Cause | None:
    """The mistake that gives these scores, computed anew with it; None when no known one does."""
    if got.shape != case.right.scores.shape:
        return None
    found = nearest(got, _mistakes(case), share)
    return found.cause if found else None


def _mistakes(case: Case) -> Iterator[Mistake]:
    yield from wrong_sums(case.right)
    yield from case.explained.others(case.n_steps)
    yield from case.explained.coarse()


@dataclass(frozen=True)
class FoundDelta:
    """A delta that came back, and what it came with."""

    delta: float
    total: float
    """The sum of the scores."""
    rounded: tuple[float, ...]
    """The sum of the scores rounded to 0, 1, 2, 3 digits."""
    difference: float
    """F(x) − F(x′)."""
    digits: int | None
    """Of the scores, where all of them have at most three."""

    @staticmethod
    def of(delta: float, scores: Tensor, difference: float) -> FoundDelta:
        """From the scores [length]."""
        exact = scores.double()
        rounded = [torch.round(exact, decimals=digits) for digits in range(4)]
        short = [digits for digits, made in enumerate(rounded) if torch.allclose(made, exact, rtol=0, atol=1e-6)]
        sums = tuple(float(made.sum()) for made in rounded)
        return FoundDelta(
            delta, float(exact.sum()), sums, difference, short[0] if short and bool(exact.any()) else None
        )

    @property
    def true(self) -> float:
        """The delta that these scores have."""
        return self.total - self.difference


def delta_cause(found: Sequence[FoundDelta]) -> Cause | None:
    """The mistake that gives all these deltas; two with different signs tell a lost sign from a turned one."""
    ways: list[tuple[str, str, Callable[[FoundDelta], float]]] = [
        ("delta-of-zero", "the delta is 0, whatever the scores are", lambda one: 0.0),
        ("delta-without-sign", "the delta lost its sign", lambda one: abs(one.true)),
        ("delta-without-sign", "the delta is never above 0: it lost its sign", lambda one: -abs(one.true)),
        ("delta-turned", "the delta has the wrong sign: F(x) − F(x′) minus the sum", lambda one: -one.true),
        ("delta-of-the-difference", "F(x) − F(x′) came back, not the delta", lambda one: one.difference),
        ("delta-of-the-sum", "the sum of the scores came back, not the delta", lambda one: one.total),
        ("delta-squared", "the square of the delta came back", lambda one: one.true**2),
        ("delta-relative", "the delta was divided by F(x) − F(x′)", lambda one: one.true / one.difference),
    ]
    for digits in range(4):
        # Either the scores were rounded behind the delta, or in front of it.
        said = f"scores were rounded to {digits} digits on the way to the delta"
        ways.append(("scores-rounded", said, functools.partial(_rounded_delta, digits=digits)))
    for name, said, way in ways:
        if all(abs(one.delta - way(one)) <= 1e-3 * abs(way(one)) + 1e-5 for one in found):
            return Cause(name, said)
    if all(one.digits is not None for one in found):
        return Cause("scores-rounded", f"the scores were rounded to {found[0].digits} digits, the delta was not")
    return None


def _rounded_delta(found: FoundDelta, digits: int) -> float:
    return found.rounded[digits] - found.difference
