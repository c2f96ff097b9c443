"""Forms that a contract can ask for: no lengths, two outputs, vectors for an RNN, other names of arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.contracts import load_contract
from autograder.record import Record
from tests.contracts.conftest import Grade, notebook_source

IMPORTS = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
RNN = """
class Reader(nn.Module):
    def __init__(self, vectors, hidden_dim, n_layers, bidirectional, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=False, padding_idx=pad_idx)
        with torch.no_grad():
            self.embedding.weight[pad_idx] = 0
        self.gru = nn.GRU(vectors.shape[1], hidden_dim, n_layers, batch_first=True, bidirectional=bidirectional,
                          dropout=dropout if n_layers > 1 else 0)
        self.dropout = nn.Dropout(dropout)
        self.out = nn.Linear(hidden_dim * (1 + bidirectional), 2)
        self.both = bidirectional

    def forward(self, text):
        _, state = self.gru(self.embedding(text))
        last = torch.cat([state[-2], state[-1]], dim=1) if self.both else state[-1]
        return self.out(self.dropout(last))
"""
RNN_CONTRACT = """
[rnn]
notebook = "*"
network = "Reader"
lengths = false
columns = 2
optional = ["vocab_size", "embedding_dim"]
arguments = { matrix = "vectors" }
[rnn.points]
rnn-builds = 1
rnn-directions = 1
rnn-runs = 1
rnn-shapes = 1
rnn-summary = 1
rnn-dropout = 1
rnn-independent = 1
rnn-gradients = 1
"""
CNN = """
class Net(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList([nn.Conv1d(emb_dim, out_channels, size) for size in kernel_sizes])
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(out_channels * len(kernel_sizes), 2)

    def forward(self, text):
        x = self.embedding(text).transpose(1, 2)
        x = torch.cat([F.relu(conv(x)).amax(2) for conv in self.convs], 1)
        return {last}(self.out(self.drop(x)){axis})
"""
CNN_CONTRACT = """
[cnn]
notebook = "*"
network = "Net"
columns = 2
output = "either"
[cnn.points]
cnn-builds = 1
cnn-kernel-sizes = 1
cnn-head = 1
cnn-runs = 1
cnn-shapes = 1
cnn-logits = 1
cnn-computes = 1
cnn-dropout = 1
cnn-independent = 1
cnn-gradients = 1
"""


def lost(record: Record) -> dict[str, str]:
    """What each check says that has not passed."""
    return {check.id: check.message for check in record.checks if check.outcome != "passed"}


def written(folder: Path, text: str) -> str:
    """The path of a contract with that text."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_an_rnn_without_lengths_on_vectors_with_two_outputs_earns_everything(grade: Grade, tmp_path: Path) -> None:
    assert lost(grade(IMPORTS + RNN, written(tmp_path, RNN_CONTRACT))) == {}


def test_its_fault_is_found_too(grade: Grade, tmp_path: Path) -> None:
    wrong = RNN.replace("if self.both else state[-1]", "if self.both else state[0]")
    assert set(lost(grade(IMPORTS + wrong, written(tmp_path, RNN_CONTRACT)))) == {"rnn-summary"}


@pytest.mark.parametrize(("last", "axis"), [("", ""), ("F.log_softmax", ", dim=1"), ("F.softmax", ", dim=1")])
def test_a_cnn_with_one_number_a_class_earns_everything(grade: Grade, tmp_path: Path, last: str, axis: str) -> None:
    assert lost(grade(IMPORTS + CNN.format(last=last, axis=axis), written(tmp_path, CNN_CONTRACT))) == {}


def test_a_function_with_other_argument_names_in_another_order_earns_everything(grade: Grade, tmp_path: Path) -> None:
    source = """
def score(loader, net):
    was_training = net.training
    net.eval()
    hits = wrong = 0
    with torch.no_grad():
        for batch in loader:
            said = net(batch.ids, batch.lengths).reshape(-1) > 0
            labels = batch.labels.bool()
            hits += int((said & labels).sum())
            wrong += int((said != labels).sum())
    net.train(was_training)
    return 2 * hits / (2 * hits + wrong) if hits else 0.0
"""
    contract = (
        '[f1]\nnotebook = "*"\nfunction = "score"\narguments = { model = "net", batches = "loader" }\n'
        "[f1.points]\nf1-whole-set = 1\n"
    )
    assert lost(grade(IMPORTS + source, written(tmp_path, contract))) == {}


def test_a_role_can_be_dropped(tmp_path: Path) -> None:
    mine = load_contract(written(tmp_path, 'extends = "original"\nwithout = ["glove"]\n'))
    assert set(mine.roles) == {"rnn", "cnn"}
    assert {entry.role for entry in mine.rubric.checks} == {"rnn", "cnn"}


@pytest.mark.slow
def test_a_batch_first_rnn_loses_the_check_that_meets_the_layout(grade: Grade) -> None:
    source = notebook_source("lstm_conv1d").replace(
        "self.embedding(text), text_lengths)", "self.embedding(text), text_lengths, batch_first=True)"
    )
    found = grade(source)
    assert {check.id: check.cause for check in found.checks if check.outcome != "passed"} == {
        "rnn-runs": "other-layout"
    }


@pytest.mark.slow
def test_an_optimiser_that_is_older_than_the_vectors_costs_the_vectors_only(grade: Grade) -> None:
    source = notebook_source("probabilities")
    made = "optimizer = optim.Adam(cnn_glove.parameters())\n"
    put_in = "word_vectors = TEXT.vocab.vectors\n"
    assert made in source and put_in in source
    early = source.replace(made, "").replace(put_in, made + put_in)
    found = grade(early)
    causes = {check.id: check.cause for check in found.checks if check.outcome != "passed"}
    assert causes == {"glove-vectors": "optimiser-made-too-early"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "causes"),
    [
        ("bidirectional=bidirectional,", "", {"bidirectional-not-passed", ""}),
        ("if self.both:", "if True:", {"two-directions-written-out"}),
    ],
)
def test_directions_that_are_written_out_cost_the_checks_of_directions_and_summary(
    grade: Grade, old: str, new: str, causes: set[str]
) -> None:
    source = notebook_source("lstm_conv1d")
    assert old in source
    source = source.replace(
        "hidden_dim * 2 if bidirectional else hidden_dim, output_dim", "hidden_dim * 2, output_dim"
    )
    found = grade(source.replace("if self.both:", "if True:").replace(old, new))
    lost = {check.id: check.cause for check in found.checks if check.outcome != "passed"}
    assert set(lost) <= {"rnn-directions", "rnn-summary"}
    assert causes & set(lost.values())


def test_messages_speak_the_notebooks_names_and_shapes(grade: Grade, tmp_path: Path) -> None:
    contract = (
        '[cnn]\nnotebook = "*"\nnetwork = "TextNet"\n'
        'arguments = { out_channels = "n_filters", kernel_sizes = "windows" }\n'
        '[cnn.points]\ncnn-kernel-sizes = 1\n[rnn]\nnotebook = "*"\nnetwork = "Odd"\nlayout = "sequence_first"\n'
        "[rnn.points]\nrnn-runs = 1\n"
    )
    cnn = CNN.format(last="", axis="").replace("class Net(", "class TextNet(").replace("out_channels", "n_filters")
    cnn = cnn.replace("for size in kernel_sizes", "for size in (2, 3)").replace("kernel_sizes", "windows")
    rnn = (
        "class Odd(nn.Module):\n"
        "    def __init__(self, vocab_size, embedding_dim, hidden_dim, n_layers, bidirectional, dropout, pad_idx):\n"
        "        super().__init__()\n        self.embedding = nn.Embedding(vocab_size, embedding_dim)\n"
        "        self.out = nn.Linear(embedding_dim, 3)\n"
        "    def forward(self, text, lengths):\n        return self.out(self.embedding(text))\n"
    )
    said = lost(grade(IMPORTS + cnn + rnn, written(tmp_path, contract)))
    assert "TextNet(emb_dim=" in said["cnn-kernel-sizes"] and "n_filters=" in said["cnn-kernel-sizes"]
    assert "windows=[" in said["cnn-kernel-sizes"]
    assert ", 3], lengths" in said["rnn-runs"] and "Odd(embedding_dim=" in said["rnn-runs"]
