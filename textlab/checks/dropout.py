"""Checks of dropout that all networks share: when it works, how much, and on what."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from textlab.checks.draw import Draw
from textlab.checks.failure import Cause, CheckFailed, NotChecked, expect_close
from textlab.checks.head import Head, Reviews, find_head
from textlab.checks.subject import Model
from textlab.weights import EMBEDDING

__all__ = ["Reviews", "expect_dropout", "expect_nothing_at_rate_zero", "expect_silent_in_evaluation"]

COPIES = 1024
"""Copies of each of two reviews. In all of them one feature is dropped or kept."""
CHANCE = 1e-9
SLACK = math.sqrt(math.log(2 / CHANCE) / (2 * 2 * COPIES))
"""How far the share of 2 · COPIES copies in which a feature is dropped may be from the asked rate: 0.072.

By Hoeffding's inequality the share of n independent trials with probability p is off by t or more with a probability
of at most 2·exp(−2nt²); this t makes that CHANCE. So a wrong rate passes with no more than CHANCE once it is off by
twice as much, 0.145. Of the rates that are asked, all of 0.3 and more, half is off by 0.15.
"""
TRIES = 10
"""Draws of the weights, until each feature is one that can be seen."""
SHORT = 4
"""Tokens."""
MOST = 24
"""Features that are read one by one; of a layer that is wider than any that is asked for, these at even distances."""
LEAST = 0.05
"""What a feature adds to the logit that is to be told from nothing."""
CAUSES: tuple[tuple[Cause, Callable[[float], float]], ...] = (
    (Cause("dropout-rate-halved", "half of the asked rate is dropped"), lambda rate: rate / 2),
    (Cause("dropout-twice", "dropout works twice in a row"), lambda rate: 1 - (1 - rate) ** 2),
    (Cause("dropout-keeps-the-rate", "the rate is taken for the share that is kept"), lambda rate: 1 - rate),
    (Cause("dropout-three-times", "dropout works three times in a row"), lambda rate: 1 - (1 - rate) ** 3),
)


def expect_silent_in_evaluation(model: Model, reviews: Reviews) -> None:
    """Fail when two runs in evaluation mode differ by what is drawn."""
    if keeps_state(model, reviews):
        return  # what the calls before leave behind is another check's business
    expect_close(
        model.forward(*reviews, seed=1),
        model.forward(*reviews, seed=2),
        tolerance=0.0,
        what="two runs in evaluation mode differ",
        input=f"the same {len(reviews[0])} reviews twice, after model.eval()",
        likely=Cause(
            "dropout-in-evaluation",
            "numbers are drawn after model.eval(), too: a dropout layer is made inside forward, or F.dropout is "
            "called without training=self.training",
        ),
        next="make the dropout layer in __init__, with the argument as its rate, and call it in forward",
    )


def expect_nothing_at_rate_zero(model: Model, reviews: Reviews, name: str, tolerance: float) -> None:
    """Fail when a network with dropout=0.0 draws in training, or heeds train() and eval() on its own.

    Batch statistics are left to the check of what the network computes, state between calls to that of independence.
    """
    training = model.forward(*reviews, training=True, seed=1)
    drawn = not torch.equal(training, model.forward(*reviews, training=True, seed=2))
    if keeps_state(model, reviews) or (not drawn and mixes_reviews_in_training(model, reviews)):
        return
    rate = Cause(
        "dropout-rate-written-out", "numbers are drawn at rate 0, too: the rate does not come from the argument"
    )
    mode = Cause("training-differs", "nothing is drawn, but forward computes something else after model.train()")
    expect_close(
        training,
        model.forward(*reviews),
        tolerance=tolerance,
        what="with dropout=0.0 training and evaluation differ",
        input=f"{len(reviews[0])} reviews, {name}(dropout=0.0), model.train() against model.eval()",
        likely=rate if drawn else mode,
        next="pass the argument dropout on, and use no other layer that heeds train() and eval()",
    )


def keeps_state(model: Model, reviews: Reviews) -> bool:
    """Whether a call changes the next one: the same reviews and the same seed give different logits."""
    return not torch.equal(model.forward(*reviews, seed=1), model.forward(*reviews, seed=1))


def mixes_reviews_in_training(model: Model, reviews: Reviews) -> bool:
    """Whether in training mode a review's logit depends on the others, as with batch statistics."""
    ids, lengths = reviews
    half = len(ids) // 2
    together = model.forward(ids, lengths, training=True, seed=1).reshape(-1)
    apart = model.forward(ids[:half], None if lengths is None else lengths[:half], training=True, seed=1).reshape(-1)
    return len(together) == len(ids) and not torch.allclose(together[:half], apart, atol=1e-5)


@dataclass(frozen=True)
class _Trial:
    """What training mode gives for copies of two reviews when the linear layer reads some features only."""

    logits: Tensor
    """[2 · COPIES], copy after copy of the first review, then of the second."""
    kept: Tensor
    """[2], the logits in evaluation mode."""
    floor: float
    """The logit in evaluation mode when nothing is read: the linear layer's bias."""
    half: Tensor
    """[2], the logits in evaluation mode when each is read half as much."""

    @property
    def dropped(self) -> float:
        """The share of the copies in which all that is read is dropped."""
        return float((self.logits == self.floor).float().mean())

    @property
    def is_linear(self) -> bool:
        """Whether the output is a linear function of what is read, and not a probability."""
        return torch.allclose(self.half - self.floor, (self.kept - self.floor) / 2, atol=1e-4)

    @property
    def values(self) -> list[Tensor]:
        """By review the logits of the copies in which something is left."""
        return [part[part != self.floor] for part in self.logits.reshape(2, -1)]


def expect_dropout(
    build: Callable[[float], Model],
    draw: Draw,
    pair: Tensor,
    *,
    with_lengths: bool,
    call: str,
    place: str,
    plain: bool = True,
) -> None:
    """Fail unless each feature that the linear layer reads is dropped at the asked rate, by itself, and rescaled.

    build: makes a network with random weights from a rate. pair: two reviews [2, length], long enough that no
    feature is 0 for both. `call` names the class, `place` what dropout is asked for. What is left can only be
    told when it is `plain`: nothing comes after dropout but the layer. NotChecked without a linear layer.
    """
    low = draw.integer(30, 35) / 100
    lengths = torch.full((2,), pair.shape[1]) if with_lengths else None
    still = build(0.0)
    modes_agree = torch.allclose(still.forward(pair, lengths, training=True), still.forward(pair, lengths), atol=1e-4)
    shares = {}
    # A rate that is a number of its own cannot be both of these.
    for rate in (round(low + 0.3, 2), low):
        layer = _reading(functools.partial(build, rate), (pair, lengths))
        shares[rate] = layer.read(layer.features[0]).dropped
    said = f"two reviews, {COPIES} times each, after model.train(), {call}(dropout={{}}, …)"
    for rate, share in shares.items():
        if abs(share - rate) > SLACK:
            raise _wrong_rate(rate, share, said.format(rate), place, _cause(layer, shares))
    for feature in layer.features:
        trial = layer.read(feature)
        if abs(trial.dropped - low) > SLACK:
            raise _wrong_rate(low, trial.dropped, said.format(low), place, None)
        if modes_agree and plain:
            _expect_rescaled(trial, low, said.format(low), place)
    first, *others = layer.features
    for together in (*((first, other) for other in others[:3]), layer.features):
        if len(together) > 1:
            _expect_apart(layer.read(*together), low, len(together), said.format(low), place)


@dataclass(frozen=True)
class _Layer:
    """A network whose linear layer is told what to read."""

    model: Model
    head: Head
    pair: Tensor
    lengths: Tensor | None
    floor: float
    """The logit when nothing is read."""
    signs: Mapping[int, float]
    """By feature that moves the logit of both reviews, the direction in which it raises their sum: 1 or −1."""

    @property
    def features(self) -> tuple[int, ...]:
        """Those that move the logit of both reviews."""
        return tuple(self.signs)

    def read(self, *features: int) -> _Trial:
        """What comes when the linear layer reads these only, each in the direction that raises the logit."""
        weights = torch.zeros(self.head.width)
        for feature in features:
            weights[feature] = 0.125 * self.signs[feature]  # small, where the logit may have bounds
        self.head.put(weights / 2, bias=1.0)
        half = self.model.forward(self.pair, self.lengths).reshape(-1)
        self.head.put(weights, bias=1.0)
        kept = self.model.forward(self.pair, self.lengths).reshape(-1)
        copies = self.pair.repeat_interleave(COPIES, dim=0)
        long = None if self.lengths is None else self.lengths.repeat_interleave(COPIES)
        logits = self.model.forward(copies, long, training=True, seed=3).reshape(-1)
        self.head.put_back()
        return _Trial(logits, kept, self.floor, half)


def _reading(build: Callable[[], Model], reviews: Reviews) -> _Layer:
    """A network whose features all move the logit, or the one of a few that has the most of these."""
    most: _Layer | None = None
    for _ in range(TRIES):
        model = build()
        if model.forward(*reviews).numel() != len(reviews[0]):
            raise NotChecked("there is not one logit per review")
        head = find_head(model, reviews)
        if head is None:
            raise NotChecked("there is no linear layer that gives the logit")
        head.put(torch.zeros(head.width), bias=1.0)
        floor, signs = float(model.forward(*reviews).reshape(-1)[0]), {}
        read = range(0, head.width, math.ceil(head.width / MOST))
        for feature in read:
            head.put(head.only(feature), bias=1.0)
            moved = model.forward(*reviews) - floor
            if bool((moved.abs() >= LEAST).all()):
                signs[feature] = 1.0 if float(moved.sum()) >= 0 else -1.0
        head.put_back()
        if most is None or len(signs) > len(most.signs):
            most = _Layer(model, head, *reviews, floor, signs)
        if len(signs) == len(read):
            break
    if most is None or not most.signs:
        raise NotChecked("every review gets the same logit")
    return most


def _cause(layer: _Layer, shares: Mapping[float, float]) -> Cause | None:
    """The mistake that gives these shares, by the rates that were asked."""
    for cause, wrong in CAUSES:
        if all(abs(share - wrong(rate)) <= SLACK for rate, share in shares.items()):
            return cause
    most, least = max(shares.values()), min(shares.values())
    if least > SLACK and most - least <= SLACK:
        return Cause("dropout-rate-written-out", "the rate is the same whatever the argument says")
    depends = _draws(layer)
    if depends == (False, False):
        return Cause("dropout-never-applied", "nothing is drawn in training: the dropout layer is never called")
    rate, zeros = min(shares), layer.read(layer.features[0]).logits == 0.0
    if abs(float(zeros.float().mean()) - rate) <= SLACK:
        return Cause("dropout-on-the-logit", "dropout works on the logit, after the linear layer")
    if depends == (True, False) and most < SLACK:
        return Cause("dropout-on-the-embeddings", "dropout works on the embeddings, and not on what follows")
    return None


def _draws(layer: _Layer) -> tuple[bool, bool]:
    """Whether training differs from seed to seed, with the embeddings as they are, and with zeros in their place."""
    model, weights = layer.model, layer.model.get_weights()
    # So short that a maximum has little to choose from, so many that something is dropped.
    short = layer.pair[:, :SHORT].repeat(64, 1)
    lengths = None if layer.lengths is None else torch.full((len(short),), SHORT)
    table = weights.get(EMBEDDING, torch.zeros(0))
    found = []
    for embeddings in (table, torch.zeros_like(table)):
        if EMBEDDING in weights:
            model.set_weights({**weights, EMBEDDING: embeddings})
        runs = [model.forward(short, lengths, training=True, seed=seed) for seed in (1, 2)]
        found.append(not torch.equal(*runs))
    model.set_weights(weights)
    return found[0], found[1]


def _wrong_rate(rate: float, share: float, said: str, place: str, cause: Cause | None) -> CheckFailed:
    return CheckFailed(
        f"dropout does not work on {place} at the asked rate",
        input=f"{said}; the linear layer reads one number",
        expected=f"it is dropped in {rate:.0%} of the copies, within {SLACK:.0%}: the logit is then the bias",
        got=f"in {share:.1%} of the copies",
        likely=cause,
        next=f"call one nn.Dropout(dropout) on {place}, right before the linear layer",
    )


def _expect_rescaled(trial: _Trial, rate: float, said: str, place: str) -> None:
    """What is left is divided by 1 − rate, as nn.Dropout does; not asked when something before is drawn as well."""
    for values, kept in zip(trial.values, trial.kept, strict=True):
        if not len(values) or float(values.max() - values.min()) > 1e-4:
            continue
        plain = float(kept) - trial.floor
        got, wanted = float(values.mean()) - trial.floor, plain / (1 - rate)
        # Another size than these two comes from a step behind dropout, which another check is about.
        if trial.is_linear and abs(got - plain) <= 1e-3 * max(1.0, abs(plain)) < abs(got - wanted):
            raise CheckFailed(
                f"what dropout leaves of {place} has another size",
                input=f"{said}; the linear layer reads one number, which is not dropped",
                expected=f"{wanted:.4g}: the number of evaluation mode, {plain:.4g}, divided by 1 − {rate}",
                got=f"{got:.4g}",
                likely=Cause("dropout-not-rescaled", "what is left is not divided by 1 − dropout"),
                next="nn.Dropout does both: it drops, and it divides what is left",
            )


def _expect_apart(trial: _Trial, rate: float, count: int, said: str, place: str) -> None:
    """Features are dropped one by one, not together."""
    expected = rate**count
    if trial.dropped <= expected + SLACK:
        return
    whole = abs(trial.dropped - rate) <= SLACK
    raise CheckFailed(
        f"dropout drops several numbers of {place} together",
        input=f"{said}; the linear layer reads {count} numbers",
        expected=f"all of them are dropped in {expected:.1%} of the copies: each is drawn by itself",
        got=f"in {trial.dropped:.1%} of the copies",
        likely=Cause("dropout-of-whole-groups", "one draw decides about several features") if whole else None,
        next="use nn.Dropout, which draws for every number, on features [batch, features]",
    )
