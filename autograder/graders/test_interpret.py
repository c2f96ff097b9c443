"""Graders of the section that explains predictions."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from autograder.judge.checks import check
from autograder.judge.hidden_data import HiddenData
from autograder.judge.remote import RemoteBench, RemoteFunction, RemoteNetwork
from autograder.thresholds import SMALLEST_DIFFERENCE, DeltaBound, Thresholds
from textlab.checks import interpretation as checks
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed
from textlab.text import PAD, UNK

STEPS = 500
MIN_LEN = 7


@check("pad-reference", hint="torch.full_like takes the shape and the type from a tensor.")
def test_reference(pad_reference: RemoteFunction, draw: Draw) -> None:
    """The baseline is the padding token at the sentence's own length"""
    checks.reference_is_padding(pad_reference, draw)


@check("interpret-tokens", hint="Tokenise, pad up to min_len, and sum the attributions over the embedding axis.")
def test_tokens(interpret: RemoteFunction, bench: RemoteBench, draw: Draw) -> None:
    """There is one score for every token, for long, short and unknown words"""
    checks.one_score_per_token(interpret, bench, draw)


@check(
    "interpret-scores",
    needs=["interpret-tokens"],
    hint="The baseline is all padding, the model is in evaluation mode, the output explained is the logit.",
)
def test_scores(interpret: RemoteFunction, bench: RemoteBench, draw: Draw) -> None:
    """The scores are the integrated gradients of the logit"""
    checks.scores_are_integrated_gradients(interpret, bench, draw)


@check(
    "interpret-delta",
    needs=["interpret-tokens"],
    hint="Captum returns the delta when asked to; do not rescale.",
)
def test_delta(interpret: RemoteFunction, bench: RemoteBench, draw: Draw) -> None:
    """The delta is the sum of the scores minus F(x) − F(x′)"""
    checks.delta_is_true(interpret, bench, draw)


@check(
    "interpret-own-cnn",
    needs=["cnn-shapes", "interpret-scores"],
    hint="ReLU and maximum bend the path: the midpoint rule with 500 steps follows it well.",
)
def test_own_cnn(
    interpret: RemoteFunction,
    explained_cnn: RemoteNetwork,
    bench: RemoteBench,
    draw: Draw,
    data: HiddenData,
    thresholds: Thresholds,
    trained: dict[str, Tensor],
) -> None:
    """On your own trained CNN the scores add up to F(x) − F(x′)"""
    if not trained:
        pytest.skip("not checked, because your CNN could not be trained")
    model = explained_cnn.build(vocab_size=data.vocab_size, pad_idx=data.pad_id, **thresholds.networks["cnn"].network)
    model.set_weights(trained)
    words = [UNK, PAD, *_made_up_words(data.vocab_size - 2, draw)]
    vocabulary = bench.vocabulary(words)
    for place in [draw.integer(0, len(data.test.ids) - 1) for _ in range(3)]:
        length = min(int(data.test.lengths[place]), 60)
        ids = data.test.ids[place, :length]
        sentence = " ".join(words[int(token)] if token > 1 else "zzzzzzzz" for token in ids)
        call = f"interpret_sentence(your trained CNN, a review of {length} words)"
        result = interpret(model, sentence, vocabulary, min_len=MIN_LEN, n_steps=STEPS)
        _, scores, _ = checks.unpack(result, call)
        ids = torch.nn.functional.pad(ids, (0, max(0, MIN_LEN - length)), value=1)
        logits = [float(model.forward(row[None])) for row in (ids, torch.ones_like(ids))]
        _expect_complete(scores, logits[0] - logits[1], call, thresholds.delta)
        padded = scores[ids == 1] if scores.shape == ids.shape else torch.zeros(0)
        if bool((padded.abs() > 1e-6).any()):
            raise CheckFailed(
                "a token that equals the baseline got a score",
                input=call,
                expected="0 for every padding token: it does not change on the way from the baseline",
                got=f"{float(padded.abs().max()):.3g}",
                likely="the scores were shifted or spread over all tokens",
                next="return the attributions as Captum gives them, summed over the embedding axis",
            )


def _expect_complete(scores: Tensor, difference: float, call: str, bound: DeltaBound) -> None:
    """The scores have to sum to F(x) − F(x′), up to a share of it."""
    delta = float(scores.double().sum()) - difference
    reached = abs(delta) / max(abs(difference), SMALLEST_DIFFERENCE)
    if reached > bound.share_at_most:
        usual = f"; right solutions seldom miss {bound.calibration.honest[1]:.2%}" if bound.calibration else ""
        raise CheckFailed(
            "the scores do not add up",
            input=call,
            expected=f"a sum of {difference:.4f} = F(x) − F(x′), within {bound.share_at_most:.1%}{usual}",
            got=f"a sum of {difference + delta:.4f}, off by {abs(delta):.4f}: {reached:.1%}",
            likely="too few steps or a coarse rule, or the explained output is not the logit",
            next="use n_steps as given and method='riemann_middle'",
        )


def _made_up_words(count: int, draw: Draw) -> list[str]:
    """Different made-up words in random order, so that a word says nothing about its rank."""
    letters = "bcdfghklmnprstvw"
    words = [
        "".join(letters[(number >> shift) % 16] + "aeiou"[(number >> shift) % 5] for shift in (0, 4, 8, 12))
        for number in range(count)
    ]
    order = draw.permutation(count).tolist()
    return [words[place] for place in order]
