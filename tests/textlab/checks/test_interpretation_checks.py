"""The checks of the interpretability section on a bank of answers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor

from textlab.checks import interpretation
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, NotChecked, StudentError
from textlab.checks.interpretation_cases import draw_case, sentences_to_explain
from textlab.checks.local import LocalBench, LocalFunction
from textlab.text import PAD, Vocabulary, tokenize

CHECKS = interpretation.RULES_OF_INTERPRET_SENTENCE
Result = tuple[list[str], Tensor, float]


class Right:
    """A right answer, in steps that wrong answers replace."""

    __name__ = "interpret_sentence"
    method = "riemann_middle"

    def __call__(
        self, model: Any, sentence: str, vocabulary: Vocabulary, min_len: int = 7, n_steps: int = 500
    ) -> Result:
        """Tokens, scores, delta."""
        tokens = self.pad(self.cut(sentence), min_len)
        ids = torch.tensor([[vocabulary[token] for token in tokens]])
        self.prepare(model)
        attributions, delta = LayerIntegratedGradients(model, model.embedding).attribute(
            ids,
            baselines=self.baseline(ids, vocabulary),
            n_steps=n_steps,
            method=self.method,
            return_convergence_delta=True,
        )
        return self.result(tokens, attributions[0], float(delta))

    def cut(self, sentence: str) -> list[str]:
        """Tokens."""
        return tokenize(sentence)

    def pad(self, tokens: list[str], min_len: int) -> list[str]:
        """Tokens, padded."""
        return tokens + [PAD] * (min_len - len(tokens))

    def prepare(self, model: Any) -> None:
        """Evaluation mode."""
        model.eval()

    def baseline(self, ids: Tensor, vocabulary: Vocabulary) -> Tensor:
        """Padding."""
        return torch.full_like(ids, vocabulary.pad_id)

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Scores [length]."""
        return tokens, attributions.sum(dim=-1), delta


class NotLowered(Right):
    """Wrong: upper case is looked up as it is."""

    def cut(self, sentence: str) -> list[str]:
        """Tokens in mixed case."""
        return sentence.split()


class NotLoweredForLookup(Right):
    """Wrong in a quieter way: shown lower-case, looked up in mixed case."""

    def __call__(
        self, model: Any, sentence: str, vocabulary: Vocabulary, min_len: int = 7, n_steps: int = 500
    ) -> Result:
        """Tokens as asked, scores of unknown words."""
        strange = Vocabulary.from_tokens(
            [token.upper() if i > 1 else token for i, token in enumerate(vocabulary.tokens)]
        )
        return super().__call__(model, sentence, strange, min_len, n_steps)


class NotPadded(Right):
    """Wrong: short sentences stay short."""

    def pad(self, tokens: list[str], min_len: int) -> list[str]:
        """Tokens."""
        return tokens


class FixedLengthBaseline(Right):
    """Wrong: the baseline is 7 long."""

    def baseline(self, ids: Tensor, vocabulary: Vocabulary) -> Tensor:
        """Seven paddings."""
        return torch.full((1, 7), vocabulary.pad_id)


class UnknownBaseline(Right):
    """Wrong: the baseline is <unk>."""

    def baseline(self, ids: Tensor, vocabulary: Vocabulary) -> Tensor:
        """Zeros."""
        return torch.zeros_like(ids)


class TrainingMode(Right):
    """Wrong: dropout is active."""

    def prepare(self, model: Any) -> None:
        """Training mode."""
        model.train()


class Normalised(Right):
    """Wrong: scores divided by their norm."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Unit scores."""
        scores = attributions.sum(dim=-1)
        return tokens, scores / scores.norm(), delta


class Averaged(Right):
    """Wrong: the mean over the embedding axis."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Too small by the number of embedding numbers."""
        return tokens, attributions.mean(dim=-1), delta


class WithoutSigns(Right):
    """Wrong: the size of each score."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Scores that are never negative."""
        return tokens, attributions.sum(dim=-1).abs(), delta


class Lengths(Right):
    """Wrong: the norm over the embedding axis."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Scores that are never negative."""
        return tokens, attributions.norm(dim=-1), delta


class TurnedAround(Right):
    """Wrong: minus the scores."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Scores from sentence to baseline."""
        return tokens, -attributions.sum(dim=-1), delta


class Squashed(torch.nn.Module):
    """A model with a sigmoid at its end."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model, self.embedding = model, model.embedding

    def forward(self, text: Tensor) -> Tensor:
        """Probabilities."""
        return torch.sigmoid(self.model(text))


class Probability(Right):
    """Wrong: the probability is explained."""

    def __call__(
        self, model: Any, sentence: str, vocabulary: Vocabulary, min_len: int = 7, n_steps: int = 500
    ) -> Result:
        """The same with a sigmoid around the model."""
        return super().__call__(Squashed(model), sentence, vocabulary, min_len, n_steps)


class SpreadEvenly(Right):
    """Wrong: the same score for all, adding up exactly."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Even scores and a tiny delta."""
        total = attributions.sum() - delta
        return tokens, torch.full((len(tokens),), float(total) / len(tokens)), 0.0


class WrongAxis(Right):
    """Wrong: summed over the words."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """[emb_dim]."""
        return tokens, attributions.sum(dim=0), delta


class MadeUpDelta(Right):
    """Wrong: a delta that is too good to be true."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """No error at all."""
        return tokens, attributions.sum(dim=-1), 0.0


class DeltaWithoutSign(Right):
    """Wrong: the size of the delta, as if it were always too much."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """The opposite delta."""
        return tokens, attributions.sum(dim=-1), -delta


class StepsIgnored(Right):
    """Wrong: always 50 steps."""

    def __call__(
        self, model: Any, sentence: str, vocabulary: Vocabulary, min_len: int = 7, n_steps: int = 500
    ) -> Result:
        """The same whatever n_steps is."""
        return super().__call__(model, sentence, vocabulary, min_len, 50)


class StepsCapped(Right):
    """Wrong: never more than 300 steps."""

    def __call__(
        self, model: Any, sentence: str, vocabulary: Vocabulary, min_len: int = 7, n_steps: int = 500
    ) -> Result:
        """The same from 300 steps on."""
        return super().__call__(model, sentence, vocabulary, min_len, min(n_steps, 300))


class SevenTokens(Right):
    """Wrong: min_len is written out."""

    def pad(self, tokens: list[str], min_len: int) -> list[str]:
        """Seven tokens at least."""
        return super().pad(tokens, 7)


class CutLate(Right):
    """Wrong: a very long review loses its end."""

    def cut(self, sentence: str) -> list[str]:
        """At most 256 tokens."""
        return tokenize(sentence)[:256]


class RaisesWithoutWords(Right):
    """Wrong: the empty sentence raises an error."""

    def cut(self, sentence: str) -> list[str]:
        """Tokens, of which there has to be one."""
        tokens = tokenize(sentence)
        return [tokens[0], *tokens[1:]]


class Rounded(Right):
    """Wrong: the scores are rounded behind the delta."""

    def result(self, tokens: list[str], attributions: Tensor, delta: float) -> Result:
        """Two digits."""
        return tokens, attributions.sum(dim=-1).round(decimals=2), delta


class ReadsOtherTokens:
    """A vocabulary that reads some tokens otherwise than they are shown."""

    def __init__(self, vocabulary: Vocabulary, ids: dict[str, int]) -> None:
        self.vocabulary, self.ids, self.pad_id = vocabulary, ids, vocabulary.pad_id

    def __getitem__(self, token: str) -> int:
        if token not in self.vocabulary:
            return self.ids.get("unknown", 0)
        return self.ids.get(token, self.vocabulary[token])


class Misread(Right):
    """Wrong: padding, or unknown words, get another id."""

    def __init__(self, ids: dict[str, int]) -> None:
        self.ids = ids

    def __call__(self, model: Any, sentence: str, vocabulary: Any, min_len: int = 7, n_steps: int = 500) -> Result:
        """Tokens as asked, ids of others."""
        reading: Any = ReadsOtherTokens(vocabulary, self.ids)
        return super().__call__(model, sentence, reading, min_len, n_steps)


class SplitInPlaceOfTokenize(Right):
    """Wrong: marks stick to the words."""

    def cut(self, sentence: str) -> list[str]:
        """Words with their marks."""
        return sentence.lower().split()


def first_fault(answer: Right) -> str:
    """The name of the first check that fails, or ""."""
    for check in CHECKS:
        try:
            check(LocalFunction(answer), LocalBench(), Draw(3))
        except (CheckFailed, StudentError) as error:
            if isinstance(error, CheckFailed):
                assert all(error.rows.values())
            return check.__name__
    return ""


@pytest.mark.parametrize(
    "method", ["riemann_middle", "riemann_trapezoid", "riemann_left", "riemann_right", "gausslegendre"]
)
def test_every_rule_of_captum_is_right(method: str) -> None:
    answer = Right()
    answer.method = method
    assert first_fault(answer) == ""


@pytest.mark.parametrize("seed", range(4))
def test_a_right_answer_passes_whatever_is_drawn(seed: int) -> None:
    for check in CHECKS:
        check(LocalFunction(Right()), LocalBench(), Draw(seed))


@pytest.mark.parametrize(
    ("answer", "check"),
    [
        (NotLowered(), "one_score_per_token"),
        (NotLoweredForLookup(), "scores_are_integrated_gradients"),
        (NotPadded(), "one_score_per_token"),
        (FixedLengthBaseline(), "one_score_per_token"),
        (UnknownBaseline(), "scores_are_integrated_gradients"),
        (TrainingMode(), "scores_are_integrated_gradients"),
        (Normalised(), "scores_are_integrated_gradients"),
        (SpreadEvenly(), "scores_are_integrated_gradients"),
        (WrongAxis(), "scores_are_integrated_gradients"),
        (MadeUpDelta(), "delta_is_true"),
        (DeltaWithoutSign(), "delta_is_true"),
        (SplitInPlaceOfTokenize(), "one_score_per_token"),
        (StepsIgnored(), "steps_decide"),
        (StepsCapped(), "steps_decide"),
        (SevenTokens(), "one_score_per_token"),
        (CutLate(), "one_score_per_token"),
        (RaisesWithoutWords(), "one_score_per_token"),
        (Rounded(), "delta_is_true"),
        (Misread({PAD: 0}), "scores_are_integrated_gradients"),
        (Misread({"unknown": 1}), "scores_are_integrated_gradients"),
    ],
)
def test_wrong_answers_fail_in_the_check_that_names_the_fault(answer: Right, check: str) -> None:
    assert first_fault(answer) == check


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (Averaged(), "mean-over-embedding"),
        (WithoutSigns(), "absolute-values"),
        (Lengths(), "norm-over-embedding"),
        (TurnedAround(), "sign-turned"),
        (Probability(), "probability-explained"),
        (Normalised(), "scores-scaled"),
        (SpreadEvenly(), "spread-evenly"),
        (UnknownBaseline(), "baseline-of-unknown"),
        (TrainingMode(), "no-evaluation-mode"),
        (Misread({PAD: 0}), "padded-with-unknown"),
        (Misread({"unknown": 1}), "unknown-read-as-padding"),
    ],
)
@pytest.mark.parametrize("seed", range(2))
def test_the_cause_of_wrong_scores_is_confirmed(answer: Right, cause: str, seed: int) -> None:
    with pytest.raises(CheckFailed) as caught:
        interpretation.scores_are_integrated_gradients(LocalFunction(answer), LocalBench(), Draw(seed))
    assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("answer", "cause"),
    [(MadeUpDelta(), "delta-of-zero"), (DeltaWithoutSign(), "delta-turned"), (Rounded(), "scores-rounded")],
)
def test_the_cause_of_a_wrong_delta_is_confirmed(answer: Right, cause: str) -> None:
    with pytest.raises(CheckFailed) as caught:
        interpretation.delta_is_true(LocalFunction(answer), LocalBench(), Draw(5))
    assert caught.value.cause == cause


@pytest.mark.parametrize("answer", [Averaged(), TrainingMode(), UnknownBaseline(), Probability(), StepsIgnored()])
def test_the_delta_of_scores_that_are_charged_elsewhere_is_right(answer: Right) -> None:
    interpretation.delta_is_true(LocalFunction(answer), LocalBench(), Draw(6))


def test_a_delta_of_scores_that_explain_nothing_is_not_asked() -> None:
    with pytest.raises(NotChecked, match="explain something else"):
        interpretation.delta_is_true(LocalFunction(SpreadEvenly()), LocalBench(), Draw(6))


def test_networks_of_scores_show_every_mistake_that_is_known() -> None:
    draw, bench = Draw(8), LocalBench()
    for number, sentence in enumerate(sentences_to_explain(draw)):
        case = draw_case(bench, draw, sentence, n_steps=50, told="settings", padding_speaks=number % 2 == 1)
        size = float(case.right.scores.abs().max())
        for mistake in case.explained.others(200):
            off = float((mistake.scores - case.right.scores).abs().max())
            assert off > 3 * interpretation.SCORE_SHARE * size, mistake.cause


@pytest.mark.parametrize("dtype", [torch.int32, torch.uint8, torch.float16, torch.float32])
def test_a_baseline_of_another_dtype_is_named(dtype: torch.dtype) -> None:
    wrong = LocalFunction(lambda ids, pad_idx: torch.full_like(ids, pad_idx, dtype=dtype))
    with pytest.raises(CheckFailed, match="token ids") as caught:
        interpretation.reference_is_padding(wrong, Draw(2))
    assert caught.value.cause == "baseline-of-another-dtype"


@pytest.mark.parametrize("seed", range(4))
def test_the_baseline_in_three_right_and_three_wrong_ways(seed: int) -> None:
    right = [
        lambda ids, pad_idx: torch.full_like(ids, pad_idx),
        lambda ids, pad_idx: torch.ones_like(ids) * pad_idx,
        lambda ids, pad_idx: torch.tensor([[pad_idx] * ids.shape[1]] * ids.shape[0]),
    ]
    wrong = [
        lambda ids, pad_idx: torch.full((ids.shape[0], 7), pad_idx),
        lambda ids, pad_idx: torch.zeros_like(ids),
        lambda ids, pad_idx: ids.fill_(pad_idx),
    ]
    for answer in right:
        interpretation.reference_is_padding(LocalFunction(answer), Draw(seed))
    for answer in wrong:
        with pytest.raises((CheckFailed, StudentError)):
            interpretation.reference_is_padding(LocalFunction(answer), Draw(seed))
