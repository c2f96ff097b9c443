"""What was handed out earns nothing, whatever it holds in place of what is to be written."""

from __future__ import annotations

import json

import pytest

from autograder.contracts import load_contract
from autograder.judge.anywhere import find_role
from autograder.submissions import Submission, SubmittedFile
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


@pytest.mark.parametrize("own", ["my homework.py", "zz.py"])
def test_the_file_with_work_in_it_plays_the_role_beside_the_hand_out(own: str) -> None:
    imports = "import torch\nimport torch.nn as nn\n"
    blank, work = imports + CNN.format(blank="None"), imports + CNN.format(blank="nn.Linear(2, 2)")
    files = tuple(SubmittedFile(name, text.encode()) for name, text in (("homework.py", blank), (own, work)))
    found = find_role(Submission("ada", files, ()), load_contract("original"), "cnn")
    assert found.file == own
    said = f"homework.py: was not graded as cnn, since its blanks are empty, and {own} was. Hand in one of them."
    assert said in found.problems


def test_a_whole_file_plays_the_role_beside_a_damaged_one() -> None:
    cell = {"cell_type": "code", "source": "import torch.nn as nn\n" + CNN.format(blank="nn.Linear(2, 2)")}
    text = json.dumps({"cells": [cell, {"cell_type": "code", "source": "print()"}]})
    files = tuple(
        SubmittedFile(name, content.encode()) for name, content in (("a.ipynb", text[:-9]), ("b.ipynb", text))
    )
    found = find_role(Submission("ada", files, ()), load_contract("original"), "cnn")
    assert found.file == "b.ipynb"
    assert (
        "a.ipynb: was not graded as cnn, since it is damaged, and b.ipynb was. Hand in one of them." in found.problems
    )
