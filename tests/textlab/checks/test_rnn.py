"""The checks of RNNBaseline on right and on wrong answers."""

from __future__ import annotations

import pytest
import torch

from tests.textlab.checks.answers import Change, answer, expect_named, failing
from textlab.checks import rnn
from textlab.checks.local import LocalNetwork
from textlab.checks.recurrent import same_features

CHECKS = (
    rnn.builds,
    rnn.layers_and_directions,
    rnn.runs,
    rnn.one_logit_per_review,
    rnn.arguments_decide_dropout,
    rnn.summary_is_the_last_state,
    rnn.reviews_are_independent,
    rnn.padding_is_silent,
    rnn.every_parameter_learns,
)
LSTM = "nn.LSTM("
UNPACK = "_, (hidden, _) = self.recurrent(packed)"
SUMMARY = "torch.cat([hidden[-2], hidden[-1]], dim=1) if self.recurrent.bidirectional else hidden[-1]"
LAST = "self.linear(self.dropout(summary))"
GRU: list[Change] = [(LSTM, "nn.GRU("), (UNPACK, "_, hidden = self.recurrent(packed)")]
LAST_TOKEN = (
    "self.at_last(output, lengths)\n\n"
    "    def at_last(self, output, lengths):\n"
    "        padded, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)\n"
    "        summary = padded[torch.arange(len(lengths)), lengths - 1]\n"
    "        return self.linear(self.dropout(summary))"
)
OTHER_CLASS = '''
class RNNBaseline(nn.Module):
    """Sequence first, names of its own, logits (batch,), an encoder of its own."""

    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.reader = nn.Module()
        rate = dropout * (n_layers != 1)
        self.reader.gru = nn.GRU(embedding_dim, hidden_dim, n_layers, bidirectional=bidirectional, dropout=rate)
        self.reader.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden_dim * (1 + bidirectional), 1)

    def forward(self, text, lengths):
        packed = pack_padded_sequence(self.embedding(text.t()), lengths.cpu(), enforce_sorted=False)
        hidden = self.reader.gru(packed)[1]
        directions = 2 if self.reader.gru.bidirectional else 1
        summary = hidden[-directions:].flip(0).permute(1, 0, 2).reshape(len(text), -1)
        return self.out(self.reader.drop(summary)).squeeze(1)
'''


@pytest.mark.parametrize(
    ("changes", "extra"),
    [
        ([], ""),
        (GRU, ""),
        ([(UNPACK, "output, _ = self.recurrent(packed)"), (f"summary = {SUMMARY}", f"return {LAST_TOKEN}")], ""),
        ([], OTHER_CLASS),
    ],
    ids=["solution", "gru", "last token", "own class"],
)
@pytest.mark.parametrize("seed", [7, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (8, 9))])
def test_a_right_answer_passes_every_check(changes: list[Change], extra: str, seed: int) -> None:
    assert failing(CHECKS, LocalNetwork(answer("RNNBaseline", changes, extra)), seed=seed) == {}


@pytest.mark.parametrize(
    ("changes", "expected", "cause"),
    [
        pytest.param(
            [("bidirectional=bidirectional", "bidirectional=True"), ("(2 if bidirectional else 1)", "2")],
            "layers_and_directions",
            "whatever bidirectional says",
            id="always two directions",
        ),
        pytest.param(
            [("hidden_dim, n_layers, dropout=between", "hidden_dim, 1, dropout=0.0")],
            "layers_and_directions",
            "n_layers",
            id="one layer always",
        ),
        pytest.param(
            [(LSTM, "nn.RNN("), (UNPACK, "_, hidden = self.recurrent(packed)")],
            "layers_and_directions",
            "nn.RNN",
            id="plain RNN",
        ),
        pytest.param(
            [
                ("(2 if bidirectional else 1)", "n_layers"),
                (SUMMARY, "torch.cat(list(hidden[-self.recurrent.num_layers:]), 1)"),
            ],
            "summary_is_the_last_state",
            "does not fit",
            id="layers taken for directions",
        ),
    ],
)  # fmt: skip
def test_wrong_layers_are_named(changes: list[Change], expected: str | set[str], cause: str) -> None:
    expect_named(failing(CHECKS, LocalNetwork(answer("RNNBaseline", changes))), expected, cause)


def test_an_embedding_of_a_written_out_size_is_named() -> None:
    changes: list[Change] = [("vocab_size, embedding_dim, padding_idx", "vocab_size, 100, padding_idx")]
    wide = LocalNetwork(answer("RNNBaseline", changes))
    # Newer versions of torch run such a network or not, by chance, so only this much is said of the others.
    found = failing(CHECKS, wide)
    assert {"builds", "layers_and_directions", "summary_is_the_last_state"} <= set(found)
    assert "an embedding of the asked size" in str(found["builds"])


def test_summaries_hold_the_same_features_in_any_order() -> None:
    numbers = torch.arange(12.0).reshape(3, 4)
    assert same_features(numbers[:, [2, 0, 3, 1]], numbers, 0.1)
    assert not same_features(numbers[[1, 0, 2]], numbers, 0.1)
    assert not same_features(numbers[:, [0, 0, 1, 2]], numbers, 0.1)


@pytest.mark.parametrize(
    ("changes", "expected", "cause"),
    [
        pytest.param(
            [(LAST, "self.linear(self.dropout(hidden))"), ("(2 if bidirectional else 1)", "1")],
            {
                "runs",
                "one_logit_per_review",
                "arguments_decide_dropout",
                "summary_is_the_last_state",
                "reviews_are_independent",
                "padding_is_silent",
            },
            "all layers and directions",
            id="head on all states",
        ),
        pytest.param(
            [(SUMMARY, "torch.cat([hidden[0], hidden[1]], dim=1) if self.recurrent.bidirectional else hidden[0]")],
            "summary_is_the_last_state",
            "the first layer's last state",
            id="first layer's state",
        ),
        pytest.param(
            [(UNPACK, "_, (_, hidden) = self.recurrent(packed)")],
            "summary_is_the_last_state",
            "cell state",
            id="cell state",
        ),
        pytest.param(
            [("self.recurrent(packed)", "self.recurrent(embedded)")],
            "padding_is_silent",
            "padding changes the logit",
            id="not packed",
        ),
        pytest.param(
            [(LAST, "self.linear(summary)")], "arguments_decide_dropout", "nothing is drawn", id="no dropout"
        ),
        pytest.param(
            [("dropout=between", "dropout=0.0")],
            "arguments_decide_dropout",
            "nothing is dropped between",
            id="no dropout between layers",
        ),
        pytest.param(
            [(LAST, "self.linear(nn.Dropout(0.5)(summary))")],
            {"summary_is_the_last_state", "arguments_decide_dropout", "reviews_are_independent", "padding_is_silent"},
            "",
            id="dropout made in forward",
        ),
        pytest.param(
            [(SUMMARY, "hidden[-1].repeat(1, 1 + self.recurrent.bidirectional)")],
            "summary_is_the_last_state",
            "backward reader's state twice",
            id="one direction only",
        ),
        pytest.param(
            [(", enforce_sorted=False", "")],
            "reviews_are_independent",
            "sorted",
            id="sorted reviews wanted",
        ),
        pytest.param(
            [(", padding_idx=pad_idx", "")], "padding_is_silent", "padding_idx", id="padding token learns"
        ),
        pytest.param(
            [(f"return {LAST}", f"return {LAST}.squeeze()")], "one_logit_per_review", "squeeze()", id="squeezed"
        ),
        pytest.param(
            [(f"return {LAST}", f"return {LAST} + embedded.mean()")],
            {
                "summary_is_the_last_state",
                "reviews_are_independent",
                "padding_is_silent",
            },
            "not what the linear layer gives",
            id="reviews leak into each other",
        ),
    ],
)  # fmt: skip
def test_a_wrong_forward_is_named(changes: list[Change], expected: str | set[str], cause: str) -> None:
    expect_named(failing(CHECKS, LocalNetwork(answer("RNNBaseline", changes))), expected, cause)
