"""textlab's integrated gradients against a sum that is written without any of its code."""

from __future__ import annotations

import pytest
import torch

from benchmarks.systems.alibi_network import LENGTH, AlibiNetwork, padded_left
from benchmarks.systems.riemann import riemann_sum
from tests.textlab.attribution.networks import PAD_ID, Convolution, Smooth, seeded, sentence
from textlab.attribution import explain


def test_the_midpoint_rule_is_that_sum() -> None:
    model, ids = seeded(Convolution), torch.tensor(sentence(9))
    start = model.get_submodule("embedding")(torch.full_like(ids, PAD_ID)).detach()
    found = riemann_sum(model, ids, start, steps=300, rows=70)
    assert explain(model, ids[None], n_steps=300).data.attributions[0] == pytest.approx(found, abs=1e-12)


def test_another_rule_comes_to_the_same_integral() -> None:
    model, ids = seeded(Smooth), torch.tensor(sentence(9))
    start = model.get_submodule("embedding")(torch.full_like(ids, PAD_ID)).detach()
    found = riemann_sum(model, ids, start)
    result = explain(model, ids[None], rule="gausslegendre", n_steps=100).data.attributions[0]
    assert result == pytest.approx(found, abs=1e-8)


def test_alibis_setting_ten_reviews_at_once() -> None:
    torch.manual_seed(2)
    model = AlibiNetwork(40, PAD_ID).eval()
    rows = torch.tensor([padded_left(sentence(length), PAD_ID) for length in range(60, 160, 10)])
    assert rows.shape == (10, LENGTH)
    result = explain(
        model.double(),
        rows,
        output="probability",
        baseline="zero",
        rule="gausslegendre",
        n_steps=50,
        internal_batch_size=100,
        pad_id=-1,
    ).data
    attributions = torch.stack(result.attributions)
    assert attributions.shape == (10, LENGTH, 50) and attributions.sum(dim=2).shape == (10, LENGTH)
    expected = riemann_sum(
        model, rows[0], torch.zeros(LENGTH, 50), target=result.targets[0], probability=True, steps=200, rows=100
    )
    assert attributions[0] == pytest.approx(expected, abs=1e-6)
    assert float(expected.abs().max()) > 1e-4


def test_a_long_review_keeps_its_end_and_a_short_one_is_padded_on_the_left() -> None:
    assert padded_left(list(range(2, 200)), PAD_ID) == list(range(100, 200))
    assert padded_left([5, 6], PAD_ID) == [PAD_ID] * 98 + [5, 6]
