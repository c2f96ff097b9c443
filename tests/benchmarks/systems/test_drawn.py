"""The figure of Captum's table shows shares of the logit: scores that add up to a difference of logits."""

from __future__ import annotations

import math

import pytest

from benchmarks.systems.drawn import draw_table
from benchmarks.systems.records import read_records
from textlab.attribution import Explanation

RECORD = read_records()["captum_old"]


def test_scores_are_drawn_in_units_of_the_logit(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Explanation] = []
    monkeypatch.setattr("benchmarks.systems.drawn.figure", drawn.extend)
    draw_table(RECORD, "logit")
    # The scores add up to the logit minus that of padding alone, whose maxima are the same at every length.
    logits = [math.log(item.probability / (1 - item.probability)) for item in drawn]
    baselines = [logit - (sum(item.scores) - item.delta) for logit, item in zip(logits, drawn, strict=True)]
    assert max(baselines) - min(baselines) < 1e-3
