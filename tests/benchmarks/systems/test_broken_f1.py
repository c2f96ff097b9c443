"""The mean of per-batch F1s over a class-sorted test set."""

from __future__ import annotations

from statistics import fmean

import pytest
import torch

from benchmarks.systems.broken_f1 import f1_of_batches, shuffled, sorted_by_class
from benchmarks.systems.report import broken_f1_of
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


def test_the_homeworks_figure_is_that_of_a_sound_model() -> None:
    logits, labels = predictions(0.862, 0.12)
    assert f1_of_logits(logits, labels) > 0.86
    assert fmean(f1_of_batches(*sorted_by_class(logits, labels), 100)) == pytest.approx(0.463, abs=0.001)


def test_shuffled_batches_come_near_f1() -> None:
    logits, labels = predictions(0.86, 0.12)
    mean = fmean(f1_of_batches(*shuffled(logits, labels), 100))
    assert mean == pytest.approx(f1_of_logits(logits, labels), abs=0.02)
    assert mean != f1_of_logits(logits, labels)
