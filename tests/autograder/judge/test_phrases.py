"""Counting phrases is not reading: what naive Bayes gets wrong, and the line for networks there."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from autograder.judge.checks import Note
from autograder.judge.f1_bound import expect_f1, train_networks
from autograder.judge.few_reviews import load_few
from autograder.judge.hidden_data import Encoded, load_hidden
from autograder.judge.phrases import (
    logistic_regression,
    misled_by_phrases,
    naive_bayes,
    phrases,
    refitted_naive_bayes,
)
from autograder.thresholds import Budget, PhraseBound, load_thresholds
from tests.autograder.judge.untrained import Untrained
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed
from textlab.training import TrainingPlan, f1_of_logits

PADDING = 1
NOT, GOOD, BAD, OTHER = 2, 3, 4, 5


def encoded(*reviews: tuple[list[int], int]) -> Encoded:
    """Reviews from ids and labels."""
    rows = [torch.tensor(ids) for ids, _ in reviews]
    ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=float(PADDING))
    labels = torch.tensor([float(label) for _, label in reviews])
    return Encoded(ids, torch.tensor([len(row) for row in rows]), labels)


TRAIN = encoded(*[([OTHER, GOOD], 1), ([NOT, BAD], 1), ([OTHER, BAD], 0), ([NOT, GOOD], 0)] * 5)


def test_a_phrase_of_two_words_counts_and_padding_does_not() -> None:
    assert naive_bayes(TRAIN, encoded(([NOT, BAD, OTHER], 1), ([NOT, GOOD], 0))).tolist() == [True, False]
    (first, longer) = phrases(encoded(([GOOD], 1), ([GOOD, BAD, NOT], 1))).sum(axis=1).ravel().tolist()[0]
    assert (first, longer) == (1, 6)


def test_a_phrase_that_comes_twice_counts_once_and_order_makes_another() -> None:
    once, twice, turned = phrases(encoded(([GOOD], 1), ([GOOD, GOOD], 1), ([BAD, GOOD], 1))).toarray()
    assert (twice.max(), twice.sum()) == (1, 2)
    assert (turned * phrases(encoded(([GOOD, BAD], 1))).toarray()[0]).sum() == 2
    assert (once * turned).sum() == 1


def test_misled_is_what_naive_bayes_gets_wrong() -> None:
    # The word between them hides the phrase.
    test = encoded(([NOT, BAD], 1), ([NOT, OTHER, OTHER, OTHER, BAD], 1), ([OTHER, BAD], 0))
    assert misled_by_phrases(TRAIN, test).tolist() == [False, True, False]


def test_it_stays_with_its_reviews() -> None:
    data = load_hidden("mini")
    budget = load_thresholds("mini").networks["rnn"]
    told = data.part(budget).disguised(torch.arange(data.vocab_size), Draw(3))
    assert told.test.misled is not None
    assert torch.equal(told.test.misled, misled_by_phrases(told.train, told.test))


COUNTS = {
    "naive Bayes": naive_bayes,
    "naive Bayes, longer phrases": lambda train, test: naive_bayes(train, test, 5),
    "logistic regression": logistic_regression,
    "refitted": refitted_naive_bayes,
}


class Counts(Untrained):
    """A network that learns by counting phrases."""

    train: Encoded

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def fit(
        self, ids: Tensor, lengths: Tensor, labels: Tensor, plan: TrainingPlan, *, device: str = "cpu"
    ) -> list[float]:
        """Keep the reviews."""
        self.train = Encoded(ids, lengths, labels)
        return super().fit(ids, lengths, labels, plan, device=device)

    def predict(
        self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False, device: str = "cpu"
    ) -> Tensor:
        """What counting says."""
        return COUNTS[self.name](self.train, Encoded(ids, lengths, torch.zeros(len(ids)))).float() - 0.5


@pytest.mark.parametrize("name", ["naive Bayes", pytest.param("logistic regression", marks=pytest.mark.slow)])
@pytest.mark.parametrize("network", ["rnn", "cnn", "glove_cnn"])
def test_what_counts_phrases_passes_no_check_of_f1(name: str, network: str) -> None:
    budget = dataclasses.replace(load_thresholds("mini").networks[network], trainings=1)
    task = load_few() if network == "glove_cnn" else load_hidden("mini").part(budget)
    note = Note()
    with pytest.raises(CheckFailed):
        expect_f1(train_networks(lambda _: Counts(name), task, budget.plan(0, 1), budget), task, budget, note)


def test_f1_alone_would_let_it_pass() -> None:
    data = load_hidden("mini")
    f1 = f1_of_logits(naive_bayes(data.train, data.test).float() - 0.5, data.test.labels)
    assert f1 > load_thresholds("mini").networks["rnn"].f1_at_least


LABELS = torch.tensor([1.0, 0.0] * 50)


class Says(Untrained):
    """A network that is wrong on the given reviews."""

    def __init__(self, wrong: list[int]) -> None:
        super().__init__()
        self.wrong = wrong

    def predict(
        self, ids: Tensor, lengths: Tensor, *, pad_id: int, with_lengths: bool = False, device: str = "cpu"
    ) -> Tensor:
        """The labels, some of them turned round."""
        signs = 2 * LABELS - 1
        signs[self.wrong] *= -1
        return signs


@dataclasses.dataclass(frozen=True)
class Task:
    """A hundred reviews, of which the first ten mislead."""

    train: Encoded
    test: Encoded
    name: str = "mini"


def judged(*networks: list[int], trainings: int = 1) -> tuple[Note, int]:
    """The note of the check, and how many networks were trained, each wrong on the given reviews."""
    ids, lengths = torch.ones(100, 4, dtype=torch.long), torch.full((100,), 4)
    test = Encoded(ids, lengths, LABELS, torch.arange(100) < 10)
    bound = Budget({}, 100, 100, 1, 5, 8, f1_at_least=0.8, trainings=trainings, phrases=PhraseBound(0.6))
    waiting, task, note = list(networks), Task(test, test), Note()
    trained = train_networks(lambda _: Says(waiting.pop(0)), task, bound.plan(0, 0), bound)
    expect_f1(trained, task, bound, note)
    return note, len(trained)


def test_a_network_that_is_wrong_there_fails_with_its_share() -> None:
    with pytest.raises(CheckFailed) as failure:
        judged([0, 1, 2, 3, 4])
    assert "the 10 of 100 test reviews" in failure.value.rows["input"]
    assert "50.0% right" in failure.value.rows["got"]


def test_a_network_that_is_right_there_passes_and_its_share_is_kept() -> None:
    assert "Where counting phrases misleads, 60.0% are right" in judged([0, 1, 2, 3, 50])[0].text


def test_another_training_counts_if_the_first_is_wrong_there() -> None:
    assert judged([0, 1, 2, 3, 4], [0, 50, 60], trainings=3)[1] == 2
