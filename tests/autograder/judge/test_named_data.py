"""A message about F1 names what the network was trained and tested on: --data imdb concerns RNN and CNN only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch

from autograder.graders import test_cnn, test_glove, test_rnn, test_transformer
from autograder.judge import hidden_data
from autograder.judge.checks import Note
from autograder.judge.f1_bound import Trained
from autograder.judge.hidden_data import Encoded
from autograder.judge.remote import RemoteNetwork
from tests.autograder.judge.conftest import tiny_data, tiny_few, tiny_thresholds
from textlab.checks import glove
from textlab.checks.draw import Draw
from textlab.corpus import Review
from textlab.training import TrainingPlan

IMDB = replace(tiny_data(), name="imdb")


class Untrained:
    """A class whose networks nobody trains."""

    def start(self, arguments: Mapping[str, Any]) -> Callable[[int], Any]:
        """Networks with an embedding."""
        return lambda seed: SimpleNamespace(get_weights=lambda: {"embedding.weight": torch.zeros(30, 2)})


def perfect(build: Callable[[], Any], train: Encoded, test: Encoded, plan: TrainingPlan) -> Trained:
    """An F1 of 1 without training."""
    return Trained(build(), f1=1.0, accuracy=1.0, positive=0.5, losses=(0.1,))


NETWORK = cast(RemoteNetwork, Untrained())


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda note: test_rnn.test_f1(NETWORK, Draw(0), IMDB, tiny_thresholds(), note, perfect), "imdb"),
        (lambda note: test_cnn.test_f1(NETWORK, Draw(0), IMDB, tiny_thresholds(), {}, note, perfect), "imdb"),
        (lambda note: test_glove.test_f1(NETWORK, Draw(0), tiny_few(), note, perfect), "mini"),
        (lambda note: test_transformer.test_f1(NETWORK, Draw(0), note, perfect), "drawn sentences"),
    ],
    ids=["rnn", "cnn", "glove", "transformer"],
)
def test_each_f1_names_its_data(ask: Callable[[Note], None], name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glove, "expect_to_run", lambda network: None)
    note = Note()
    ask(note)
    assert f" on {name}, at least " in note.text


def test_the_name_is_that_of_the_data_set_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    reviews = [Review("good film", 1), Review("bad film", 0)] * 3000
    monkeypatch.setattr(hidden_data, "short_reviews", lambda path: (reviews, reviews))
    assert hidden_data.load_hidden("imdb", Path("anywhere")).name == "imdb"
    hidden_data.load_hidden.cache_clear()
    assert hidden_data.load_hidden("mini").name == "mini"
