"""The mean of per-batch F1s over a class-sorted test set."""

from __future__ import annotations

from statistics import fmean

import pytest
import torch

from benchmarks.systems.broken_f1 import (
    broken_f1_of,
    f1_of_batches,
    f1_of_rates,
    highest_broken_f1,
    recall_behind,
    shuffled,
    sorted_by_class,
)
from benchmarks.systems.homework import PARTS
from textlab.training import f1_of_logits


def predictions(found: float, false_alarms: float, each: int = 1000) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits and labels, positive reviews first: so many of the positive found, so many of the negative mistaken."""
    places = torch.arange(each) / each
    logits = torch.cat([torch.where(places < found, 1.0, -1.0), torch.where(places < false_alarms, 1.0, -1.0)])
    # Every batch gets the same share of errors.
    order = torch.cat(
        [torch.arange(each).view(-1, 50).t().flatten(), each + torch.arange(each).view(-1, 50).t().flatten()]
    )
    return logits[order], torch.cat([torch.ones(each), torch.zeros(each)])


@pytest.mark.parametrize(("found", "false_alarms"), [(0.86, 0.12), (0.86, 0.5), (1.0, 1.0)])
def test_it_follows_from_the_recall_alone(found: float, false_alarms: float) -> None:
    logits, labels = sorted_by_class(*predictions(found, false_alarms))
    assert labels.tolist() == sorted(labels.tolist())
    batches = f1_of_batches(logits, labels, 100)
    assert batches[:10] == [0.0] * 10
    assert fmean(batches) == pytest.approx(broken_f1_of(found), abs=0.003)


@pytest.mark.parametrize(("false_alarms", "f1"), [(0.12, 0.87), (0.5, 0.73)])
def test_the_homeworks_figure_is_that_of_a_sound_model_and_of_a_poor_one(false_alarms: float, f1: float) -> None:
    shown = PARTS["glove_cnn"].printed
    assert shown == 0.463
    logits, labels = predictions(recall_behind(shown), false_alarms)
    assert f1_of_logits(logits, labels) == pytest.approx(f1, abs=0.005)
    assert f1_of_logits(logits, labels) == pytest.approx(f1_of_rates(recall_behind(shown), false_alarms), abs=0.002)
    assert fmean(f1_of_batches(*sorted_by_class(logits, labels), 100)) == pytest.approx(shown, abs=0.001)


@pytest.mark.parametrize("batch_size", [64, 128, 256])
def test_no_model_gets_more_from_sorted_batches_than_the_bound(batch_size: int) -> None:
    labels = torch.cat([torch.zeros(12_500), torch.ones(12_500)])
    bound = highest_broken_f1(25_000, batch_size)
    assert fmean(f1_of_batches(labels - 0.5, labels, batch_size)) == pytest.approx(bound, abs=1e-12)
    # The other class first is no better.
    assert fmean(f1_of_batches(labels.flip(0) - 0.5, labels.flip(0), batch_size)) <= bound


def test_what_the_homework_shows_for_the_rnn_is_not_over_sorted_batches() -> None:
    part = PARTS["rnn"]
    assert part.printed is not None
    assert part.printed > highest_broken_f1(25_000, part.recipe.batch_size)


def test_shuffled_batches_come_near_f1() -> None:
    logits, labels = predictions(0.86, 0.12)
    mean = fmean(f1_of_batches(*shuffled(logits, labels), 100))
    assert mean == pytest.approx(f1_of_logits(logits, labels), abs=0.02)
    assert mean != f1_of_logits(logits, labels)
