"""What comes along with a notebook is in its worker's folder, in the key of its results, and in the record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from autograder.contracts import load_contract
from autograder.judge.judge import Settings, judge_submission
from autograder.judge.parts import parts_of
from autograder.judge.workers import Workers
from autograder.record import Record
from autograder.submissions import SubmittedFile, find_submissions

WORKS = "    return torch.full_like(ids, pad_idx + EXTRA)"
ASKED = ("pad-reference",)


def judged(folder: Path, workers: Workers, *cells: str, beside: Mapping[str, bytes]) -> Record:
    """The record of a notebook with these cells before its pad_reference, and files beside it."""
    own = folder / "ada" / "text_classification"
    own.mkdir(parents=True)
    for name, content in beside.items():
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_bytes(content)
    sources = ["import torch", *cells, f"def pad_reference(ids, pad_idx):\n{WORKS}"]
    found: list[dict[str, object]] = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    notebook = {"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (own / "2_cnn.ipynb").write_text(json.dumps(notebook))
    (submission,) = find_submissions(folder)
    return judge_submission(submission, Settings(checks=ASKED), workers)


def outcome(record: Record) -> str:
    """What became of the check that is asked; with its message where it was not passed."""
    (check,) = (check for check in record.checks if check.id in ASKED)
    return check.outcome if check.outcome == "passed" else f"{check.outcome}: {check.message}"


CELLS = (
    "from my_extra import EXTRA",
    "from layers.deep.extra import MORE\nEXTRA += MORE",
    "import json\nEXTRA += json.load(open('cfg.json'))['extra'] + int(open('data/extra.txt').read())",
    "%%writefile my_written.py\nWRITTEN = 0",
    "from my_written import WRITTEN\nEXTRA += WRITTEN",
    "import os\nEXTRA += 0 if os.path.isdir('results') else 1",
    "DATA = 'imdb'",
    "from textlab.corpus import load_corpus\nEXTRA += len(load_corpus(DATA).test) - 1000",
)
BESIDE = {
    "my_extra.py": b"EXTRA = 0",
    "layers/deep/extra.py": b"MORE = 0",
    "cfg.json": b'{"extra": 0}',
    "data/extra.txt": b"0",
    "my_written.py": b"WRITTEN = 1",
    "best.pt": b"",
}


def test_a_notebook_finds_what_it_found_at_home(tmp_path: Path, workers: Workers) -> None:
    record = judged(tmp_path, workers, *CELLS, beside=BESIDE)
    assert outcome(record) == "passed"
    assert {file.name for file in record.files} == {"2_cnn.ipynb", *BESIDE} - {"best.pt"}


def test_weights_are_left_out_and_named(tmp_path: Path, workers: Workers) -> None:
    record = judged(tmp_path, workers, "EXTRA = len(open('best.pt').read())", beside={"best.pt": b""})
    assert outcome(record) != "passed"
    assert any("best.pt" in problem for problem in record.problems)


def test_a_file_beside_is_part_of_the_key_of_its_own_notebook_only() -> None:
    contract = load_contract()

    def contents(content: bytes) -> dict[str, object]:
        beside = {"2_cnn": (SubmittedFile("cfg.json", content),), "1_rnn": ()}
        parts = parts_of(contract.rubric, contract.roles, {}, {}, {}, beside)
        return {part.name: part.content() for part in parts}

    one, other = contents(b"1"), contents(b"2")
    assert [name for name in one if one[name] != other[name]] == ["2_cnn"]
    without = {part.name: part.content() for part in parts_of(contract.rubric, contract.roles, {}, {}, {})}
    assert without["1_rnn"] == one["1_rnn"]
