"""Notebooks that were written for the homework: right ones of any form earn everything, faults cost their points."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.record import Record
from tests.contracts.conftest import NOTEBOOKS, Grade, notebook_source

pytestmark = pytest.mark.slow

RIGHT = sorted(path.stem for path in NOTEBOOKS.glob("*.py"))
EMBEDDED = "self.embedding(text).permute(0, 2, 1)"
HEAD = "self.fc(self.dropout(torch.cat(pooled, dim=1)))"
GIVEN = "nn.Embedding(vocab_size, embedding_dim, padding_idx=pad_idx)"
LAYERS = [f"nn.Conv1d(emb_dim, out_channels, kernel_sizes[{place}])" for place in range(3)]


def failed(record: Record) -> dict[str, str]:
    """The messages of the checks that were neither passed nor skipped."""
    return {check.id: check.message for check in record.checks if check.outcome not in ("passed", "skipped")}


def changed(name: str, changes: list[tuple[str, str]]) -> str:
    """An example with some of its text replaced."""
    source = notebook_source(name)
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_notebook_earns_full_marks_whatever_its_form(grade: Grade, name: str) -> None:
    record = grade(notebook_source(name))
    assert failed(record) == {}
    assert (record.score, record.max_score, record.contract) == (100, 100, "original")


FAULTS = {
    "stride 2, batch first": (
        [
            *((layer, layer[:-1] + ", stride=2)") for layer in LAYERS),
            ("self.embedding(text), text_lengths)", "self.embedding(text), text_lengths, batch_first=True)"),
        ],
        {"cnn-computes": "stride", "rnn-runs": "", "glove-independent": "stride"},
    ),
    "dropout made in forward, layers taken for directions": (
        [
            (HEAD, HEAD.replace("self.dropout", "nn.Dropout(0.5)")),
            ("if self.both:", "if True:"),
            ("hidden_dim * 2 if bidirectional else hidden_dim, output_dim", "hidden_dim * 2, output_dim"),
        ],
        {"cnn-dropout": "inside forward", "glove-dropout": "inside forward", "rnn-summary": ""},
    ),
    "view for permute, no dropout in the LSTM, vectors never put in": (
        [
            (EMBEDDED, "self.embedding(text).reshape(len(text), -1, text.shape[1])"),
            ("dropout=dropout if n_layers > 1 else 0", "dropout=0"),
            ("glove_model.embedding.weight.data.copy_(TEXT.vocab.vectors)", "pass"),
        ],
        {"cnn-computes": "permute", "rnn-dropout": "recurrent layer", "glove-vectors": "0 of 24 rows"},
    ),
    "softmax over one column, two directions written out": (
        [
            (HEAD, f"F.softmax({HEAD}, dim=1)"),
            ("bidirectional=bidirectional,", "bidirectional=True,"),
        ],
        {"cnn-logits": "softmax over a single", "rnn-directions": "bidirectional=True", "rnn-summary": ""},
    ),
    "one kernel size three times, no padding id": (
        [
            *((layer, LAYERS[0]) for layer in LAYERS[1:]),
            (GIVEN, GIVEN.replace(", padding_idx=pad_idx", "")),
        ],
        {"cnn-kernel-sizes": "same entry", "rnn-padding": "not zero"},
    ),
    "names of the notebook that nothing defines": (
        [("nn.Embedding(vocab_size, emb_dim)", "nn.Embedding(vocab_size, DIMENSIONS)")],
        {"cnn-builds": "DIMENSIONS", "glove-vectors": "DIMENSIONS"},
    ),
}


@pytest.mark.parametrize("faults", FAULTS)
def test_a_fault_loses_the_checks_that_name_it(grade: Grade, faults: str) -> None:
    changes, expected = FAULTS[faults]
    found = failed(grade(changed("lstm_conv1d", changes)))
    assert set(found) == set(expected)
    for check, reason in expected.items():
        assert reason in found[check]


def test_a_folder_of_homework_notebooks_is_graded_by_the_command(tmp_path: Path) -> None:
    folder, out = tmp_path / "handed in", tmp_path / "out"
    folder.mkdir()
    shutil.copy(NOTEBOOKS / "redefined.py", folder / "bob.py")
    (folder / "eve.py").write_text("print('nothing of the homework')\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["grade", str(folder), "--out", str(out), "--contract", "original"])
    assert result.exit_code == 0, result.output
    table = (out / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert table[0] == "student,score,max_score,bonus,rnn,cnn,glove,problems,lost"
    assert [line.split(",")[1:7] for line in table[1:]] == [
        ["100", "100", "0", "35", "35", "30"],
        ["0", "100", "0", "0", "0", "0"],
    ]
    report = json.loads((out / "eve" / "report.json").read_text(encoding="utf-8"))
    assert report["contract"] == "original"
    assert "the notebook defines no RNNBaseline" in report["checks"][0]["message"]
    assert "rnn" in (out / "index.html").read_text(encoding="utf-8")


def test_a_wrong_contract_ends_the_command_with_status_2(tmp_path: Path) -> None:
    (tmp_path / "ann.py").write_text("pass\n", encoding="utf-8")
    wrong = tmp_path / "mine.toml"
    wrong.write_text('extends = "original"\n[cnn]\nnetwok = "CNN"\n', encoding="utf-8")
    arguments = ["grade", str(tmp_path / "ann.py"), "--out", str(tmp_path / "out"), "--contract", str(wrong)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert "line 3" in said
    assert "did you mean 'network'" in said
