"""The picture on the feedback page: its numbers come from the worker, so their form is checked."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch

from autograder.judge.client import WorkerLost
from autograder.judge.own_cnn import explained
from autograder.judge.remote import RemoteModel
from textlab.text import PAD, UNK, Vocabulary

GOOD = {"scores": [[0.5, -1.0]], "probabilities": [0.4], "deltas": [0.001]}
VOCABULARY = Vocabulary.from_tokens([UNK, PAD, "a", "film"])


class Answering:
    """A model whose worker answers with what it is told."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def attribute(self, *arguments: object, **keywords: object) -> dict[str, Any]:
        """The answer."""
        return self.answer

    def expect(self, good: bool, verb: str, fault: str) -> None:
        """As the worker's client does it."""
        if not good:
            raise WorkerLost("tampered", f"the answer to {verb} {fault}")


def ask(answer: dict[str, Any]) -> object:
    """What is made of an answer about one sentence of two words."""
    return explained(cast(RemoteModel, Answering(answer)), [2], [torch.tensor([2, 3])], VOCABULARY)


def test_numbers_of_the_right_form_are_taken() -> None:
    assert ask(GOOD) == ([[0.5, -1.0]], [0.4], [0.001])


@pytest.mark.parametrize(
    "wrong",
    [
        {"scores": [[0.5]]},
        {"scores": [[0.5, float("nan")]]},
        {"scores": [[0.5, "<b>"]]},
        {"scores": []},
        {"probabilities": [1.5]},
        {"probabilities": []},
        {"deltas": [float("inf")]},
        {"deltas": "none"},
    ],
)
def test_an_answer_of_another_form_ends_the_worker(wrong: dict[str, Any]) -> None:
    with pytest.raises(WorkerLost, match="one finite score for every token"):
        ask({**GOOD, **wrong})
