"""The picture on the feedback page: its scores come from forward passes, and its digits are bounded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import torch
from torch import Tensor

from autograder.judge.judging import Judging
from autograder.judge.own_cnn import MOST, SENTENCES, explain_own_cnn
from textlab.checks.draw import Draw
from textlab.checks.failure import StudentError
from textlab.text import PAD, UNK, Vocabulary, tokenize

VOCABULARY = Vocabulary.from_tokens([UNK, PAD, *dict.fromkeys(token for s in SENTENCES for token in tokenize(s))])
LINEAR = torch.linspace(-1, 1, len(VOCABULARY))[:, None].repeat(1, 3)
LINEAR[VOCABULARY.pad_id] = 0.0


class Summing:
    """A model whose logit is the sum of all numbers of the embeddings, times a factor."""

    def __init__(self, factor: float) -> None:
        self.factor = factor
        self.hushed = False
        self.rows = torch.zeros(0)

    def hush(self) -> None:
        """Note it."""
        self.hushed = True

    def get_weights(self) -> dict[str, Tensor]:
        """The embedding."""
        return {"embedding.weight": self.rows}

    def set_weights(self, weights: dict[str, Tensor]) -> None:
        """Take the embedding."""
        self.rows = weights["embedding.weight"]

    def forward(self, ids: Tensor) -> Tensor:
        """The logit of each review."""
        assert self.hushed
        return self.factor * self.rows[ids].sum(dim=(1, 2))[:, None]


def judging_of(model: Any, monkeypatch: Any) -> Judging:
    """As much of a judge as the picture needs; every network that is built is this model."""

    def network(*_: Any) -> Any:
        return SimpleNamespace(build=lambda **arguments: model)

    monkeypatch.setattr("autograder.judge.own_cnn.RemoteNetwork", network)
    return cast(
        Judging,
        SimpleNamespace(
            data=SimpleNamespace(vocabulary=VOCABULARY, vocab_size=len(VOCABULARY)),
            trained={"embedding.weight": LINEAR},
            thresholds=SimpleNamespace(networks={"cnn": SimpleNamespace(network={})}),
            draw=lambda check: Draw(3),
            name=lambda role, part: "CNN",
            worker=lambda role: None,
        ),
    )


def test_each_token_gets_what_it_adds_to_the_logit(monkeypatch: Any) -> None:
    explained = explain_own_cnn(judging_of(Summing(1.0), monkeypatch))
    for sentence, one in zip(SENTENCES, explained, strict=True):
        assert list(one.tokens) == tokenize(sentence)
        expected = torch.tensor([3 * float(LINEAR[VOCABULARY[token], 0]) for token in one.tokens])
        assert torch.allclose(torch.tensor(one.scores), expected, atol=2e-3)
        assert abs(one.delta) < 0.02


def test_scores_are_bounded_and_short(monkeypatch: Any) -> None:
    explained = explain_own_cnn(judging_of(Summing(1e9), monkeypatch))
    scores = [abs(score) for one in explained for score in one.scores]
    assert max(scores) == MOST
    assert all(len(f"{score}") <= 7 for score in scores)


def test_without_an_answer_there_is_no_picture(monkeypatch: Any) -> None:
    class Failing(Summing):
        def forward(self, ids: Tensor) -> Tensor:
            raise StudentError("CNN.forward", "ValueError", "no")

    assert explain_own_cnn(judging_of(Failing(1.0), monkeypatch)) == ()
