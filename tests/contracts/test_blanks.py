"""What was handed out earns nothing, whatever it holds in place of what is to be written."""

from __future__ import annotations

import pytest

from tests.contracts.conftest import Grade

RNN = """
class RNNBaseline(nn.Module):
    def __init__(self, vocab_size, embedding_dim, hidden_dim, output_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)
        self.rnn = {blank}
        self.fc = nn.Linear({width}, output_dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text, text_lengths):
        embedded = self.embedding(text)
        packed = nn.utils.rnn.pack_padded_sequence(embedded, text_lengths.cpu())
        packed_output, state = self.rnn(packed)
        hidden = {blank}
        return self.fc(hidden)
"""
CNN = """
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim)
        self.conv_0 = {blank}
        self.conv_1 = {blank}
        self.conv_2 = {blank}
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text):
        embedded = self.embedding(text)
        embedded = {blank}
        pooled = [F.relu(conv(embedded)).max(2)[0] for conv in (self.conv_0, self.conv_1, self.conv_2)]
        return self.fc(self.dropout(torch.cat(pooled, dim=1)))
"""


@pytest.mark.parametrize("blank", ["None", "..."])
def test_a_hand_out_of_the_homework_earns_nothing(grade: Grade, blank: str) -> None:
    imports = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
    record = grade(imports + RNN.format(blank=blank, width="hidden_dim * 2") + CNN.format(blank=blank))
    assert record.score == 0
    assert {check.outcome for check in record.checks} == {"skipped"}
    assert {
        check.message for check in record.checks if check.id in ("rnn-builds", "cnn-builds", "glove-vectors")
    } == {"not attempted yet"}
