"""The checks of TransformerClassifier on right and on wrong answers."""

from __future__ import annotations

import pytest
import torch

from tests.textlab.checks.answers import Change, answer, expect_named, failing
from textlab.checks import transformer
from textlab.checks.local import LocalNetwork

CHECKS = (
    transformer.arguments_decide,
    transformer.one_logit_per_class,
    transformer.logits_are_not_probabilities,
    transformer.reviews_are_independent,
    transformer.padding_is_silent,
    transformer.logits_are_of_the_mean,
    transformer.order_matters,
    transformer.dropout_follows_its_argument,
    transformer.every_parameter_learns,
)
SHAPES = CHECKS[:3]
POSITIONS = "self.positions = nn.Embedding(max_length, emb_dim)"
ADDED = "self.positions.weight[: text.shape[1]]"
ENCODER = "self.encoder = nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False)"
LAYER = "nn.TransformerEncoderLayer(emb_dim, n_heads, 2 * emb_dim, dropout, batch_first=True)"
MEAN = "mean = (hidden * real).sum(dim=1) / real.sum(dim=1).clamp(min=1)"
ENCODED = "hidden = self.encoder(hidden, src_key_padding_mask=padding)"
WAVES = """
    places = torch.arange(max_length).unsqueeze(1) / 10 ** torch.linspace(0, 3, emb_dim // 2)
    return torch.stack([places.sin(), places.cos()], dim=2).flatten(1)
"""
RIGHT: dict[str, list[Change]] = {
    "solution": [],
    "layers in a list, first normalised": [
        (ENCODER, "self.layers = nn.ModuleList([copy.deepcopy(layer) for _ in range(n_layers)])"),
        ("class TransformerClassifier", "import copy\n\n\nclass TransformerClassifier"),
        (ENCODED, "for layer in self.layers:\n            hidden = layer(hidden, src_key_padding_mask=padding)"),
        ("batch_first=True)", "batch_first=True, norm_first=True, activation='gelu')"),
    ],
    "length first": [
        (", batch_first=True", ""),
        (ENCODED, "hidden = self.encoder(hidden.transpose(0, 1), src_key_padding_mask=padding).transpose(0, 1)"),
    ],
    "waves": [
        (POSITIONS, "self.register_buffer('waves', waves(max_length, emb_dim))"),
        (ADDED, "self.waves[: text.shape[1]]"),
        ("class TransformerClassifier", f"def waves(max_length, emb_dim):{WAVES}\n\nclass TransformerClassifier"),
    ],
    "positions start at zero, dropout on the input": [
        (POSITIONS, "self.place = nn.Parameter(torch.zeros(1, max_length, emb_dim))"),
        (ADDED, "self.place[:, : text.shape[1]]"),
        (ENCODED, "hidden = self.encoder(self.dropout(hidden), src_key_padding_mask=padding)"),
    ],
    "nested tensors": [(", enable_nested_tensor=False", "")],
}


@pytest.mark.filterwarnings("ignore:.*nested tensor")
@pytest.mark.parametrize("changes", RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_a_right_answer_passes_every_check(changes: list[Change], seed: int) -> None:
    torch.manual_seed(seed)
    network = LocalNetwork(answer("TransformerClassifier", changes, notebook="4_transformer"))
    assert failing(CHECKS, network, seed=seed) == {}


@pytest.mark.parametrize(
    ("changes", "expected", "cause"),
    [
        pytest.param([(f" + {ADDED}", ""), (POSITIONS, "pass")], "order_matters", "which words", id="no positions"),
        pytest.param([(", src_key_padding_mask=padding", "")], "padding_is_silent", "none of", id="no mask"),
        pytest.param(
            [("src_key_padding_mask=padding", "src_key_padding_mask=~padding")],
            {"padding_is_silent", "logits_are_of_the_mean"},
            "hides their words", id="mask inverted",
        ),
        pytest.param([(MEAN, "mean = hidden.mean(dim=1)")], "padding_is_silent", "none of", id="plain mean"),
        pytest.param(
            [(MEAN, "mean = hidden.sum(dim=1) / real.sum(dim=1).clamp(min=1)")],
            "padding_is_silent", "none of", id="sum over padding",
        ),
        pytest.param([(", batch_first=True", "")], {check.__name__ for check in SHAPES},
                     "batch_first", id="batch_first forgotten"),
        pytest.param(
            [(", batch_first=True", ""), (", src_key_padding_mask=padding", "")],
            {"reviews_are_independent", "logits_are_of_the_mean"}, "batch_first", id="batch_first and mask forgotten",
        ),
        pytest.param(
            [("return self.linear(self.dropout(mean))", "return self.linear(self.dropout(mean)).softmax(dim=1)")],
            "logits_are_not_probabilities", "softmax", id="softmax",
        ),
        pytest.param(
            [("return self.linear(self.dropout(mean))", "return self.linear(self.dropout(mean)).log_softmax(dim=1)")],
            "logits_are_not_probabilities", "log_softmax", id="log_softmax",
        ),
        pytest.param(
            [("text = text[:, : self.max_length]", "pass")], "one_logit_per_class", "first 12 tokens", id="not cut"
        ),
        pytest.param(
            [("self.linear = nn.Linear(emb_dim, n_classes)", "self.linear = nn.Linear(emb_dim, 2)")],
            "one_logit_per_class", "none of", id="two classes always",
        ),
        pytest.param(
            [(MEAN, "mean = hidden")],
            "one_logit_per_class", "none of", id="no mean",
        ),
        pytest.param([("layer, n_layers", "layer, 2")], "arguments_decide", "as many", id="always two layers"),
        pytest.param([("emb_dim, n_heads, 2", "emb_dim, 2, 2")], "arguments_decide", "heads", id="always two heads"),
        pytest.param([(", padding_idx=pad_idx", "")], "arguments_decide", "row pad_idx", id="no padding_idx"),
        pytest.param(
            [("2 * emb_dim, dropout, batch", "2 * emb_dim, batch")],
            "dropout_follows_its_argument", "numbers are drawn at rate 0", id="the layer's own dropout",
        ),
        pytest.param([("layer = nn.Tr", "self.layer = layer = nn.Tr")], "every_parameter_learns", "", id="kept"),
        pytest.param([("text == self.pad_idx", "text == 0")], "padding_is_silent", "", id="padding is id 0"),
        pytest.param([(MEAN, "mean = hidden[:, 0]")], "logits_are_of_the_mean", "only the first", id="first token"),
        pytest.param(
            [(MEAN, "mean = hidden.masked_fill(~real, -1e9).amax(dim=1)")],
            "logits_are_of_the_mean", "none of", id="maximum over real tokens",
        ),
    ],
)  # fmt: skip
def test_a_wrong_network_is_named(changes: list[Change], expected: str | set[str], cause: str) -> None:
    torch.manual_seed(0)
    network = LocalNetwork(answer("TransformerClassifier", changes, notebook="4_transformer"))
    # As in the grader: nothing else is asked of a network whose shapes are wrong.
    found = failing(SHAPES, network) or failing(CHECKS[len(SHAPES) :], network)
    expect_named(found, expected, cause)
