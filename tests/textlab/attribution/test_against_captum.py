"""The same numbers as Captum on the same network, rule and steps."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from captum.attr import LayerIntegratedGradients
from torch import Tensor, nn

from tests.textlab.attribution.networks import PAD_ID, Convolution, Recurrent, Smooth, seeded, sentence
from textlab.attribution import explain
from textlab.attribution.quadrature import RULES, Rule


def captum(
    model: nn.Module,
    ids: list[int],
    layer: nn.Module,
    *,
    rule: str,
    n_steps: int,
    target: int | None = None,
    **more: Any,
) -> tuple[Tensor, float]:
    """Attributions [length, emb_dim] and delta of Captum for one sentence."""
    text = torch.tensor([ids])
    attributions, delta = LayerIntegratedGradients(model, layer).attribute(
        text,
        baselines=torch.full_like(text, PAD_ID),
        target=target,
        n_steps=n_steps,
        method=rule,
        return_convergence_delta=True,
        **more,
    )
    return attributions[0].detach(), float(delta)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("network", [Smooth, Convolution])
def test_one_logit_is_explained_as_captum_does(network: type[nn.Module], rule: Rule) -> None:
    model = seeded(network).eval()
    result = explain(model, [sentence(9)], rule=rule, n_steps=60)
    expected, delta = captum(model, sentence(9), model.get_submodule("embedding"), rule=rule, n_steps=60)
    if rule == "riemann_trapezoid":  # whose weights add up to 59/60 in Captum
        assert result.data.attributions[0] * 59 / 60 == pytest.approx(expected, abs=1e-6)
        return
    assert result.data.attributions[0] == pytest.approx(expected, abs=1e-6)
    assert float(result.data.deltas[0]) == pytest.approx(delta, abs=1e-6)


@pytest.mark.parametrize("target", [0, 2])
def test_a_class_is_explained_as_captum_does(target: int) -> None:
    model = seeded(Convolution, outputs=3).eval()
    result = explain(model, [sentence(9)], target=target, n_steps=60)
    expected, _ = captum(model, sentence(9), model.embedding, rule="riemann_middle", n_steps=60, target=target)
    assert result.data.attributions[0] == pytest.approx(expected, abs=1e-6)


def test_lengths_reach_a_recurrent_network() -> None:
    model = seeded(Recurrent).eval()
    result = explain(model, [sentence(6)], with_lengths=True, n_steps=60)
    expected, delta = captum(
        model,
        sentence(6),
        model.embedding,
        rule="riemann_middle",
        n_steps=60,
        additional_forward_args=torch.tensor([6]),
    )
    assert result.data.attributions[0] == pytest.approx(expected, abs=1e-6)
    assert float(result.data.deltas[0]) == pytest.approx(delta, abs=1e-6)
