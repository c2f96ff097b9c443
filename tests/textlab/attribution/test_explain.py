"""Integrated gradients of every kind of network: sums, batches, texts, classes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from tests.textlab.attribution.networks import (
    PAD_ID,
    Attention,
    Convolution,
    Letters,
    Recurrent,
    Smooth,
    seeded,
    sentence,
)
from textlab.attribution import explain, to_html
from textlab.attribution.quadrature import Rule
from textlab.text import Vocabulary

WORDS = Vocabulary.from_tokens(["<unk>", "<pad>", "sun", "rain", "wind", "snow", ".", "fog"])


def test_padding_up_to_the_least_length_is_not_counted_in_lengths() -> None:
    model = seeded(Recurrent)
    bare, padded = (explain(model, [sentence(4)], with_lengths=True, min_len=least).data for least in (1, 7))
    assert padded.attributions[0][:4] == pytest.approx(bare.attributions[0], abs=1e-12)
    assert padded.attributions[0][4:].tolist() == [[0.0] * 6] * 3
    assert float(padded.outputs[0]) == pytest.approx(float(bare.outputs[0]), abs=1e-12)


def test_a_riemann_sum_over_the_way_gives_the_same() -> None:
    model = seeded(Smooth).eval()
    ids = torch.tensor([sentence(7)])
    start = model.embedding(torch.full_like(ids, PAD_ID)).detach()
    way = model.embedding(ids).detach() - start
    total = torch.zeros_like(way)
    for step in range(2000):
        place = (start + (step + 0.5) / 2000 * way).requires_grad_()
        inner = torch.tanh(model.inner(place))
        mean = (torch.softmax(model.weigh(inner), dim=1) * inner).sum(dim=1)
        total += torch.autograd.grad(model.head(torch.tanh(3 * mean)).sum(), place)[0] / 2000
    settings: list[tuple[Rule, int]] = [("riemann_middle", 2000), ("gausslegendre", 60)]
    for rule, steps in settings:
        result = explain(model, ids, rule=rule, n_steps=steps)
        assert result.data.attributions[0] == pytest.approx((total * way)[0], abs=1e-7)


@pytest.mark.parametrize(("output", "kind"), [("probability", torch.sigmoid), ("logit", lambda logit: logit)])
def test_scores_add_up_to_what_the_output_rises_by(output: Any, kind: Any) -> None:
    model = seeded(Smooth).eval()
    data = explain(model, [sentence(8)], output=output, n_steps=400).data
    with torch.no_grad():
        rise = kind(model(torch.tensor([sentence(8)]))) - kind(model(torch.tensor([[PAD_ID] * 8])))
    assert float(data.scores[0].sum()) == pytest.approx(float(rise), abs=1e-5)
    assert float(data.deltas[0]) == pytest.approx(float(data.scores[0].sum() - rise), abs=1e-12)
    assert abs(float(rise)) > 0.01


def test_the_probability_of_a_class_is_explained() -> None:
    model = seeded(Attention).eval()
    data = explain(
        model, [sentence(8)], target=2, output="probability", baseline="zero", layer="encoder.tokens", n_steps=400
    ).data
    with torch.no_grad():
        probability = torch.softmax(model(torch.tensor([sentence(8)])), dim=1)[0, 2]
    assert float(data.outputs[0]) == pytest.approx(float(probability), abs=1e-12)
    assert float(data.probabilities[0]) == pytest.approx(float(probability), abs=1e-12)
    rise = float(data.outputs[0] - data.baseline_outputs[0])
    assert float(data.scores[0].sum()) == pytest.approx(rise, abs=1e-5) and abs(rise) > 1e-3


def test_few_steps_leave_a_large_error_and_the_delta_says_so() -> None:
    model = seeded(Smooth).eval()
    few, many = (explain(model, [sentence(8)], rule="riemann_left", n_steps=steps).data for steps in (2, 4000))
    assert abs(float(few.deltas[0])) > 0.2 * abs(float(few.outputs[0] - few.baseline_outputs[0]))
    assert abs(float(many.deltas[0])) < 1e-3
    assert float((few.scores[0] - many.scores[0]).abs().max()) > 0.01


def test_the_zero_baseline_is_embeddings_of_zeros() -> None:
    model = seeded(Smooth).eval()
    zero = explain(model, [sentence(8)], baseline="zero").data
    pad = explain(model, [sentence(8)]).data
    assert not torch.allclose(zero.scores[0], pad.scores[0], atol=1e-3)
    with torch.no_grad():
        model.embedding.weight[PAD_ID] = 0
    again = explain(model, [sentence(8)]).data
    assert again.attributions[0] == pytest.approx(zero.attributions[0], abs=1e-12)
    assert pad.baselines[0].tolist() == [PAD_ID] * 8 and zero.baselines[0].tolist() == []


@pytest.mark.parametrize(
    ("network", "arguments"),
    [
        (Smooth, {}),
        (Convolution, {"min_len": 5}),
        (Recurrent, {"with_lengths": True, "min_len": 5}),
        (Attention, {"layer": "encoder.tokens", "min_len": 5}),
    ],
)
def test_a_sentence_gets_the_numbers_that_it_gets_alone(network: type[nn.Module], arguments: dict[str, Any]) -> None:
    model = seeded(network).eval()
    several = [sentence(length, seed) for seed, length in enumerate([9, 2, 5, 9, 14, 1, 4])]
    together = explain(model, several, n_steps=30, internal_batch_size=64, **arguments).data
    for place, ids in enumerate(several):
        alone = explain(model, [ids], n_steps=30, **arguments).data
        assert together.attributions[place] == pytest.approx(alone.attributions[0], abs=1e-12)
        assert float(together.deltas[place]) == pytest.approx(float(alone.deltas[0]), abs=1e-12)
        assert together.targets[place] == alone.targets[0]
    assert len({tuple(scores.tolist()) for scores in together.scores}) == 7


def test_padding_at_the_end_changes_nothing() -> None:
    model = seeded(Smooth).eval()
    padded = torch.tensor([[5, 6, 7, PAD_ID, PAD_ID], [5, 6, 7, 8, 9]])
    result = explain(model, padded)
    assert result[0] == explain(model, [[5, 6, 7]])[0]
    assert [len(tokens) for tokens in result.data.tokens] == [3, 5]


def test_a_mask_made_of_ids_sees_the_sentence_and_not_the_baseline() -> None:
    model = seeded(Attention).eval()
    data = explain(model, [sentence(3)], layer="encoder.tokens", min_len=6, n_steps=300).data
    assert data.attributions[0][3:].abs().max() == 0
    assert data.attributions[0].isfinite().all() and abs(float(data.deltas[0])) < 1e-4


@pytest.mark.parametrize("rows", [1, 7, 64, 1000])
def test_no_call_of_the_model_gets_more_rows_than_the_bound(rows: int) -> None:
    model = seeded(Convolution).eval()
    several = [sentence(length, seed) for seed, length in enumerate([5] * 9 + [8] * 3)]
    expected = explain(model, several, n_steps=50, min_len=3).data
    seen: list[int] = []
    hooks = [
        model.register_forward_pre_hook(lambda _module, inputs: seen.append(len(inputs[0]))),
        model.embedding.register_forward_pre_hook(lambda _module, inputs: seen.append(len(inputs[0]))),
    ]
    data = explain(model, several, n_steps=50, min_len=3, internal_batch_size=rows).data
    for hook in hooks:
        hook.remove()
    assert max(seen) == min(rows, 9 * 50)
    for one, other in zip(data.attributions, expected.attributions, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


def test_the_model_is_called_no_more_than_it_has_to_be() -> None:
    model = seeded(Smooth)
    calls = []
    handle = model.register_forward_pre_hook(lambda _module, inputs: calls.append(len(inputs[0])))
    explain(model, [sentence(10)], n_steps=500, internal_batch_size=200)
    handle.remove()
    assert calls == [1, 1, 200, 200, 100]  # the sentence, the baseline, the steps


def test_the_model_is_given_back_as_it_was() -> None:
    model = seeded(Smooth).train()
    model.inner.eval()
    (model(torch.tensor([sentence(5)])).sum()).backward()
    before = {
        name: (p.detach().clone(), p.grad.clone()) for name, p in model.named_parameters() if p.grad is not None
    }
    with torch.no_grad():
        first = explain(model, [sentence(6)])
    assert [model.training, model.inner.training, model.dropout.training] == [True, False, True]
    assert not model.embedding._forward_hooks
    assert before and all(
        torch.equal(p.detach(), before[name][0]) and p.grad is not None and torch.equal(p.grad, before[name][1])
        for name, p in model.named_parameters()
    )
    assert torch.equal(explain(model, [sentence(6)]).data.attributions[0], first.data.attributions[0])


def test_a_frozen_embedding_is_explained() -> None:
    model = seeded(Smooth)
    expected = explain(model, [sentence(6)])[0]
    model.requires_grad_(False)
    assert explain(model, [sentence(6)])[0] == expected


def test_texts_show_unknown_words_as_written() -> None:
    model = seeded(Convolution)
    result = explain(model, ["Sun zyx rain.", "fog"], WORDS, min_len=3, truth=["positive", None])
    assert result.data.tokens == (("sun", "zyx", "rain", "."), ("fog", "<pad>", "<pad>"))
    assert result.data.ids[0].tolist() == [2, 0, 3, 6] and result.data.ids[1].tolist() == [7, 1, 1]
    assert result[0].unknown == (1,) and result[1].unknown == ()
    assert (result[0].label_name, result[1].label_name) == ("positive", None)
    assert explain(model, "Sun zyx rain.", WORDS, min_len=3)[0].scores == pytest.approx(result[0].scores)


def test_sub_words_are_merged_to_words() -> None:
    model = seeded(Smooth)
    pieces = explain(model, ["play zz it"], Letters(["pl", "##ay", "it"]))[0]
    assert pieces.tokens == ("pl", "##ay", "<unk>", "it") and pieces.unknown == (2,)
    words = pieces.by_word()
    assert words.tokens == ("play", "<unk>", "it") and words.unknown == (1,)
    assert sum(words.scores) == pytest.approx(sum(pieces.scores))


def test_a_class_is_named_by_its_label() -> None:
    model = seeded(Convolution, outputs=3).eval()
    labels = {"sport": 2, "news": 0, "art": 1}
    several = [sentence(9, seed) for seed in range(6)]
    with torch.no_grad():
        probabilities, indices = torch.softmax(model(torch.tensor(several)), dim=1).max(dim=1)
    best = indices.tolist()
    result = explain(model, several, target="sport", labels=labels, truth=["art", 2, None, 0, 0, 0])
    assert result.data.targets == (2,) * 6 and result.meta.parameters["target"] == "sport"
    assert {item.target for item in result} == {"sport"} and {item.other for item in result} == {"other classes"}
    assert [item.predicted_name for item in result] == [("news", "art", "sport")[index] for index in best]
    assert [item.certainty for item in result] == pytest.approx(probabilities.tolist())
    assert [item.label_name for item in result][:4] == ["art", "sport", None, "news"]
    predicted = explain(model, several, labels=labels)
    assert list(predicted.data.targets) == best == list(predicted.data.predictions) and len(set(best)) > 1
    assert [item.probability for item in predicted] == pytest.approx([item.certainty for item in predicted])
    assert explain(model, several, target="predicted").data.targets == predicted.data.targets


def test_one_logit_speaks_for_the_second_class() -> None:
    model = seeded(Smooth)
    item = explain(model, [sentence(5)], labels={"ham": 0, "spam": 1})[0]
    assert (item.target, item.other) == ("spam", "ham")
    assert item.predicted_name == ("spam" if item.probability >= 0.5 else "ham")


def test_metadata_says_how_it_was_done() -> None:
    meta = explain(seeded(Smooth), [sentence(5)], n_steps=20, rule="gausslegendre", baseline="zero").meta
    assert meta.name == "integrated gradients" and meta.type.startswith("local")
    assert meta.parameters == {
        "model": "Smooth",
        "layer": "embedding",
        "target": "positive",
        "output": "logit",
        "baseline": "zero",
        "rule": "gausslegendre",
        "n_steps": 20,
        "min_len": 1,
        "internal_batch_size": 256,
        "with_lengths": False,
    }


def test_a_notebook_draws_the_result_and_a_terminal_prints_one_line() -> None:
    result = explain(seeded(Smooth), [sentence(5), sentence(6)], n_steps=20)
    assert result._repr_html_() == to_html(list(result))
    assert repr(result).startswith("Attributions(2 sentences, integrated gradients") and len(repr(result)) < 300
    assert list(result[-1:]) == [result[1]] and result[-1] == result[1]
