"""Graders of the section that explains predictions."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from autograder.judge.checks import check
from autograder.judge.hidden_data import HiddenData, renamed_weights
from autograder.judge.remote import RemoteBench, RemoteFunction, RemoteModel, RemoteNetwork
from autograder.thresholds import EXPLAIN_STEPS, SMALLEST_DIFFERENCE, DeltaBound, Thresholds
from textlab.checks import interpretation as checks
from textlab.checks.draw import Draw
from textlab.checks.embedding import embedding_of
from textlab.checks.failure import CheckFailed, NotChecked, StudentError, expect_shape
from textlab.checks.path_differences import scores_from_differences
from textlab.text import PAD, UNK

Passed = Callable[[str], bool]
CNN_CHECKS = ("cnn-shapes", "cnn-computes", "cnn-independent", "cnn-gradients")
"""Whatever one of these has found is charged there, even if the network cannot be explained because of it."""
MIN_LEN = 7
PATH_STEPS = 60
REVIEWS = 32
"""Hidden reviews whose logits have to lie apart before any is explained."""
SCORE_SHARE = 0.1
"""Largest share of the biggest score by which a score may differ from differences of logits. With 500 steps of the
middle or the left rule 48 explanations (6 trained networks) stayed below 0.02, half of them below 0.001; even spread
is off by more than 0.8."""


@check("pad-reference", hint="torch.full_like takes the shape and the type from a tensor.")
def test_reference(pad_reference: RemoteFunction, draw: Draw) -> None:
    """The baseline is the padding token at the sentence's own length"""
    checks.reference_is_padding(pad_reference, draw)


@check("interpret-tokens", after=["pad-reference"], hint="Tokenise with tokenize, then pad up to min_len.")
def test_tokens(interpret: RemoteFunction, bench: RemoteBench, draw: Draw) -> None:
    """The tokens are those of the sentence, for long and short sentences and unknown words"""
    checks.one_score_per_token(interpret, bench, draw)


@check(
    "interpret-scores",
    after=["pad-reference", "interpret-tokens"],
    hint="Sum over the embedding axis; all padding is the baseline; evaluation mode; the logit is explained.",
)
def test_scores(interpret: RemoteFunction, bench: RemoteBench, draw: Draw, passed: Passed) -> None:
    """The scores are the integrated gradients of the logit"""
    with _results_asked_once(passed, "interpret-tokens"):
        checks.scores_are_integrated_gradients(interpret, bench, draw)


@check(
    "interpret-delta",
    after=["pad-reference", "interpret-tokens", "interpret-scores"],
    hint="Captum returns the delta when asked to; do not rescale; pass n_steps on.",
)
def test_delta(interpret: RemoteFunction, bench: RemoteBench, draw: Draw, passed: Passed) -> None:
    """The delta is the sum of the scores minus F(x) − F(x′), and n_steps decides how small it is"""
    with _results_asked_once(passed, "interpret-tokens", "interpret-scores"):
        checks.delta_is_true(interpret, bench, draw)
        # Scores of too few steps are charged already.
        if passed("interpret-scores"):
            checks.steps_decide(interpret, bench, draw)


@check(
    "interpret-own-cnn",
    needs=["cnn-runs", "interpret-scores"],
    after=["pad-reference", "interpret-tokens", "interpret-delta", "cnn-dropout", "cnn-f1", *CNN_CHECKS],
    hint="ReLU and maximum bend the path: the midpoint rule with many steps follows it well.",
)
def test_own_cnn(
    interpret: RemoteFunction,
    explained_cnn: RemoteNetwork,
    bench: RemoteBench,
    draw: Draw,
    data: HiddenData,
    thresholds: Thresholds,
    trained: dict[str, Tensor],
    passed: Passed,
) -> None:
    """On your own trained CNN the scores add up to F(x) − F(x′), and each is what its token does"""
    if not trained:
        pytest.skip("not checked, because your CNN could not be trained")
    try:
        model = explained_cnn.build(
            vocab_size=data.vocab_size, pad_idx=data.pad_id, **thresholds.networks["cnn"].network
        )
        model.hush()
        # `<unk>` and `<pad>` stay the first two; the other ids come from the vocabulary, in order of frequency.
        names = torch.cat([torch.arange(2), 2 + draw.permutation(data.vocab_size - 2)])
        model.set_weights(renamed_weights(trained, names))
        words = [UNK, PAD, *_made_up_words(data.vocab_size - 2, draw)]
        try:
            _expect_explained(interpret, model, words, bench, draw, data.renamed(names), thresholds.delta, passed)
        except StudentError as error:
            # On hidden reviews an error has no text, since it could carry them out. On drawn words it may show it.
            model.retire()
            again = explained_cnn.build(
                vocab_size=data.vocab_size, pad_idx=data.pad_id, **thresholds.networks["cnn"].network
            )
            drawn = " ".join(words[2 + draw.integer(0, len(words) - 3)] for _ in range(40))
            interpret(again, drawn, bench.vocabulary(words), min_len=MIN_LEN, n_steps=EXPLAIN_STEPS)
            raise error
    except (CheckFailed, StudentError):
        if not all(map(passed, CNN_CHECKS)):
            raise NotChecked("your CNN has a fault that another check has found") from None
        if not passed("interpret-delta") and _ignores_steps(interpret, bench, draw):
            raise NotChecked("your interpret_sentence does not use n_steps, and too few do not add up") from None
        raise


def _expect_explained(
    interpret: RemoteFunction,
    model: RemoteModel,
    words: list[str],
    bench: RemoteBench,
    draw: Draw,
    data: HiddenData,
    bound: DeltaBound,
    passed: Passed,
) -> None:
    """Explain hidden reviews in made-up words with the trained CNN."""
    vocabulary = bench.vocabulary(words)
    rows = {word: row for row, word in enumerate(words)}
    known = len(embedding_of(model))
    _expect_answers(model, data.test.ids[draw.permutation(len(data.test.ids))[:REVIEWS], :60], known)
    long = data.test.longest()
    # Long reviews, since only they show that an end is lost; and one short sentence, whose padding has to get 0,
    # where sentences are padded as they should be.
    for most in (60, 60, 4 if passed("interpret-tokens") else MIN_LEN):
        place = int(long[draw.integer(0, len(long) - 1)])
        ids = data.test.ids[place, : min(int(data.test.lengths[place]), most)]
        # A network may have been made for the commonest words only.
        ids = torch.where(ids < known, ids, 0)
        ids = torch.nn.functional.pad(ids, (0, max(0, MIN_LEN - len(ids))), value=1)
        sentence = " ".join(words[int(token)] if token > 1 else "zzzzzzzz" for token in ids if token != 1)
        call = f"interpret_sentence(your trained CNN, a review of {len(sentence.split())} words)"
        result = interpret(model, sentence, vocabulary, min_len=MIN_LEN, n_steps=EXPLAIN_STEPS)
        tokens, scores, _ = checks.unpack(result, call)
        if not passed("interpret-tokens"):
            # Which tokens these are was charged already: the scores have to explain them.
            ids = torch.tensor([rows.get(token, 0) for token in tokens]).long()
        expect_shape(
            scores,
            [(len(ids),)],
            input=call,
            likely=None,
            next="compare scores.shape on your CNN and on another network: let forward give one logit per review",
        )
        baseline = torch.ones_like(ids)
        logits = [float(model.forward(row[None])) for row in (ids, baseline)]
        _expect_complete(scores, logits[0] - logits[1], call, bound)
        # Drawn now that the scores are known: the largest ones, and some of all.
        chosen = torch.cat([scores.abs().argsort(descending=True)[:4], draw.permutation(len(ids))[:4]]).unique()
        true = scores_from_differences(model, ids, 1, draw, steps=PATH_STEPS, places=chosen)
        _expect_agreement(scores[chosen].double(), true, chosen, call)


@contextlib.contextmanager
def _results_asked_once(passed: Passed, *before: str) -> Iterator[None]:
    """Charge an error, or a result without its three parts, to the first check that met it, and to no other."""
    try:
        yield
    except (StudentError, checks.NotThreeResults) as fault:
        attempted = not (isinstance(fault, StudentError) and fault.not_attempted)
        if attempted and not all(map(passed, before)):
            raise NotChecked("interpret_sentence gives no result: another check says why") from None
        raise


def _ignores_steps(interpret: RemoteFunction, bench: RemoteBench, draw: Draw) -> bool:
    try:
        checks.steps_decide(interpret, bench, draw)
    except CheckFailed:
        return True
    return False


def _expect_answers(model: RemoteModel, ids: Tensor, known: int) -> None:
    """NotChecked where the network gives all reviews [reviews, length] nearly the same logit: zeros explain that."""
    logits = model.forward(torch.where(ids < known, ids, 0)).reshape(-1)
    apart = float(logits.max() - logits.min())
    if not apart >= SMALLEST_DIFFERENCE:
        raise NotChecked(f"your trained CNN gives {REVIEWS} reviews logits that differ by {apart:.2g} at most")


def _expect_complete(scores: Tensor, difference: float, call: str, bound: DeltaBound) -> None:
    """The scores have to sum to F(x) − F(x′), up to a share of it."""
    delta = float(scores.double().sum()) - difference
    reached = abs(delta) / max(abs(difference), SMALLEST_DIFFERENCE)
    if not reached <= bound.share_at_most:
        usual = f"; right solutions seldom miss {bound.calibration.honest[1]:.2%}" if bound.calibration else ""
        raise CheckFailed(
            "the scores do not add up",
            input=call,
            expected=f"a sum of {difference:.4f} = F(x) − F(x′), within {bound.share_at_most:.1%}{usual}",
            got=f"a sum of {difference + delta:.4f}, off by {abs(delta):.4f}: {reached:.1%}",
            likely=None,
            next="call it with n_steps=4000: if the sum gets closer, the rule is coarse; riemann_middle is better",
        )


def _expect_agreement(got: Tensor, true: Tensor, places: Tensor, call: str) -> None:
    """Fail unless scores agree with differences of logits along the way, which trust no gradient."""
    size = max(float(true.abs().max()), 0.1)
    worst = int((got - true).abs().argmax())
    if not abs(float(got[worst] - true[worst])) <= SCORE_SHARE * size:
        raise CheckFailed(
            "a score is not what the token does to the logit on the way from the baseline",
            input=f"{call}, token {int(places[worst]) + 1}",
            expected=f"a score near {float(true[worst]):.3f}, from differences of your network's logits",
            got=f"{float(got[worst]):.3f}",
            likely=None,
            next="replace this token by <pad> and look how far the logit moves; return the attributions as they are",
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
