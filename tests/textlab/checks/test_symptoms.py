"""Help by symptom: each symptom is produced by a wrong answer, and a raised card tells its cause and next step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.textlab.checks.answers import PARTS, Change, answer
from tests.textlab.saved_notebooks import save
from textlab.checks import assess
from textlab.checks.blanks import BLANKS
from textlab.checks.symptoms import SYMPTOMS, UNKNOWN, find_symptom, matching_symptoms
from textlab.self_study import assess_answer, read_answers


@dataclass(frozen=True)
class Mistake:
    """A wrong answer to a blank, as changes of the solution, and the symptom that its error shows."""

    symptom: str
    blank: str
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        """The name of the test case."""
        return f"{self.symptom} in {self.blank}"


@dataclass(frozen=True)
class Saved:
    """A mistake in a saved notebook, the symptom, and what the card says came back."""

    symptom: str
    old: str
    new: str
    got: str

    def __str__(self) -> str:
        """The name of the test case."""
        return f"{self.symptom}: {self.got}"


TURN = ".permute(0, 2, 1)"
POOL = "F.relu(convolution(embedded)).amax(dim=2)"
SUMMARY = "summary = torch.cat([hidden[-2], hidden[-1]], dim=1) if self.recurrent.bidirectional else hidden[-1]"
PACK = "pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)"
LOGITS = "logits = model(batch.ids, batch.lengths).reshape(-1)"
MISTAKES = [
    Mistake("linear-width", "cnn-forward", (("out_channels * len(kernel_sizes), 1", "out_channels, 1"),)),
    Mistake("linear-width", "rnn-forward", (("hidden_dim * (2 if bidirectional else 1)", "hidden_dim"),)),
    Mistake("conv-channels", "cnn-forward", ((TURN, ""),)),
    Mistake("conv-dimensions", "cnn-forward", ((TURN, ".permute(0, 2, 1).unsqueeze(1)"),)),
    Mistake(
        "kernel-too-wide",
        "cnn-forward",
        (("nn.Conv1d(emb_dim, out_channels, size)", "nn.Conv1d(emb_dim, out_channels, 10 * size)"),),
    ),
    Mistake("cat-sizes", "cnn-forward", ((POOL, "F.relu(convolution(embedded))"),)),
    Mistake(
        "stack-sizes",
        "cnn-forward",
        ((POOL, "F.relu(convolution(embedded))"), ("torch.cat(pooled, dim=1)", "torch.stack(pooled).amax(dim=3)")),
    ),
    Mistake("broadcast", "cnn-forward", (("torch.cat(pooled, dim=1)", "embedded + pooled[0]"),)),
    Mistake("loss-sizes", "train-model", ((".reshape(-1)\n                    loss", "\n                    loss"),)),
    Mistake(
        "bce-range",
        "train-model",
        (("F.binary_cross_entropy_with_logits(", "F.binary_cross_entropy("),),
    ),
    Mistake("view-shape", "cnn-forward", ((TURN, ".view(3, 8, 10)"),)),
    Mistake("axis-range", "cnn-forward", (("dim=2)", "dim=3)"),)),
    Mistake("unpack", "rnn-forward", (("_, (hidden, _) =", "_, hidden, _ ="),)),
    Mistake("lengths-1d", "rnn-forward", (("embedded, lengths,", "embedded, lengths[:, None],"),)),
    Mistake(
        "lengths-1d", "rnn-forward", ((PACK, PACK.replace("False", "True").replace("lengths", "lengths[:, None]")),)
    ),
    Mistake("unsorted", "rnn-forward", (("enforce_sorted=False", "enforce_sorted=True"),)),
    Mistake(
        "recurrent-width",
        "rnn-forward",
        (("self.recurrent(packed)", "self.recurrent(embedded.permute(0, 2, 1))"),),
    ),
    Mistake("packed-batch", "rnn-forward", (("lengths, batch_first=True", "lengths"),)),
    Mistake("indices-type", "cnn-forward", (("self.embedding(text)", "self.embedding(text / 1)"),)),
    Mistake("float-or-long", "cnn-forward", ((f"self.embedding(text){TURN}", "text[:, None].expand(-1, 8, -1)"),)),
    Mistake(
        "device", "pad-reference", (("full_like(ids, pad_idx)", "full_like(ids, pad_idx, device='meta') + ids"),)
    ),
    Mistake(
        "grad-to-numpy",
        "f1-on",
        (
            ("torch.no_grad()", "torch.enable_grad()"),
            ("torch.cat(all_logits) > 0", "torch.cat(all_logits)"),
            ("predicted.numpy()", "predicted.numpy() > 0"),
        ),
    ),
    Mistake("boolean-tensor", "cnn-forward", ((POOL, "max(convolution(embedded), 0 * convolution(embedded))"),)),
    Mistake("no-gradient", "train-model", (("torch.set_grad_enabled(learning)", "torch.no_grad()"),)),
    Mistake(
        "backward-twice",
        "train-model",
        (
            ("total = count = 0", "total = count = running = 0"),
            ("loss.backward()", "running = running + loss\n                        running.backward()"),
        ),
    ),
    Mistake("in-place", "cnn-forward", (("self.embedding(text)", "self.embedding.weight.mul_(1)[text]"),)),
    Mistake("unused-layer", "glove-explained", (("self.embedding(text)", "self.embedding.weight[text]"),)),
    Mistake("unused-layer", "glove-explained", (("self.embedding(text)", "self.embedding(text).detach()"),)),
    Mistake("state-dict", "train-model", (("copy.deepcopy(model.state_dict())", "{}"),)),
    Mistake("embedding-range", "cnn-forward", (("nn.Embedding(vocab_size,", "nn.Embedding(20,"),)),
    Mistake("no-super-init", "cnn-layers", (("        super().__init__()\n", ""),)),
    Mistake("tuple", "cnn-forward", ((".amax(dim=2)", ".max(dim=2)"),)),
    Mistake("tuple", "rnn-forward", (("_, (hidden, _) =", "_, hidden ="), (SUMMARY, "summary = hidden.mean(0)"))),
    Mistake("list", "cnn-forward", (("torch.cat(pooled, dim=1)", "pooled"),)),
    Mistake("none", "rnn-forward", ((SUMMARY, "summary = None"), ("self.dropout(summary)", "summary[0]"))),
    Mistake("no-attribute", "cnn-forward", (("self.linear(self", "self.output(self"),)),
    Mistake("name", "cnn-forward", (("import torch.nn.functional as F\n", ""),)),
    Mistake("no-file", "cnn-forward", (("embedded = self", "open('no_such_file'); embedded = self"),)),
    Mistake("cuda-written-out", "cnn-forward", (("embedded = self", "text = text.to('cuda'); embedded = self"),)),
    Mistake("no-module", "cnn-forward", (("embedded = self", "import no_such_package; embedded = self"),)),
    Mistake(
        "kit-answer",
        "f1-on",
        (
            (
                "    predicted = torch.cat(all_logits) > 0\n",
                "    from textlab.training import f1_on as given\n\n    return given(model, batches)\n"
                "    predicted = torch.cat(all_logits) > 0\n",
            ),
        ),
    ),
    Mistake("missing-argument", "train-model", (("model(batch.ids, batch.lengths)", "model(batch.ids)"),)),
    Mistake("too-many-arguments", "cnn-layers", (("dropout, pad_idx):", "dropout, padding):"),)),
    Mistake(
        "key",
        "embedding-matrix",
        (("if token in vectors", "if True"),),
    ),
    Mistake(
        "no-forward",
        "cnn-forward",
        (("for convolution in self", "for convolution in [self"), ("self.convolutions]", "self.convolutions]]")),
    ),
    Mistake(
        "not-callable",
        "cnn-forward",
        (("= nn.ModuleList(", "= list("), ("convolution(embedded)", "self.convolutions(embedded)")),
    ),
    Mistake("empty-division", "train-model", (("count += len(batch)", "pass"),)),
    Mistake("no-return", "cnn-forward", (("return self.linear", "self.linear"),)),
    Mistake("not-finite", "cnn-forward", (("F.relu(convolution(embedded))", "torch.log(convolution(embedded))"),)),
    Mistake("changed-input", "pad-reference", (("torch.full_like(ids, pad_idx)", "ids.fill_(pad_idx)"),)),
    Mistake("other-type", "cnn-layers", (("class CNN(nn.Module)", "class CNN"),)),
]
SAVED = [
    Saved(
        "no-module", "import torch.nn.functional as F", "import no_such.functional as F", "No module named 'no_such'"
    ),
    Saved(
        "newer-python",
        "import torch.nn.functional as F",
        "from string.templatelib import Template as F",
        "string.templatelib comes with Python 3.14",
    ),
    Saved("newer-python", "def forward(self, text):", "def forward[T](self, text):", "needs Python 3.12"),
    Saved("failed-above", "import torch.nn.functional as F", "F = 1 / 0", "failed: ZeroDivisionError"),
    Saved("failed-above", "import torch.nn.functional as F", "N = {}['n']\nF = N", "failed: KeyError: 'n'"),
    Saved("indentation", "        return self.linear", "       return self.linear", "in: return self.linear"),
    Saved("syntax", "def forward(self, text):", "def forward(self, text)", "in: def forward(self, text)"),
    Saved(
        "left-over-raise", "return self.linear", "raise NotImplementedError\n        return self.linear", "in forward"
    ),
]
"""Mistakes that only a notebook that is read, cell by cell, can show."""


@pytest.mark.parametrize("saved", SAVED, ids=str)
def test_a_saved_notebook_shows_the_symptom_and_its_place(saved: Saved, tmp_path: Path) -> None:
    path = save(tmp_path, "2_cnn", (saved.old, saved.new))
    card = next(card for card in map(assess_answer, read_answers(path)) if card.blank == "cnn-forward")
    symptom = next(symptom for symptom in SYMPTOMS if symptom.id == saved.symptom)
    said = dict(card.rows)
    assert card.state == "raised", str(card)
    assert said["likely"] == symptom.likely, str(card)
    assert said["next"] == f"{symptom.next}; or textlab hint cnn-forward (1 of 3)"
    assert saved.got in said["got"], str(card)
    place = cell_and_line(path, saved.new.splitlines()[0].strip())
    assert place in f"{said['got']} {said.get('where')}".replace(", line", " line"), str(card)


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_in_a_cell_of_text_is_found_there(kind: str, tmp_path: Path) -> None:
    path = save(tmp_path, "2_cnn")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    number = next(at for at, cell in enumerate(notebook["cells"]) if "def pad_reference" in "".join(cell["source"]))
    notebook["cells"][number]["cell_type"] = kind
    path.write_text(json.dumps(notebook), encoding="utf-8")
    card = next(card for card in map(assess_answer, read_answers(path)) if card.blank == "pad-reference")
    symptom = next(symptom for symptom in SYMPTOMS if symptom.id == "text-cell")
    said = dict(card.rows)
    assert said["got"].startswith(f"cell {number + 1} is a text cell")
    assert "def pad_reference" in said["got"]
    assert said["likely"] == symptom.likely


def cell_and_line(path: Path, text: str) -> str:
    """Where a notebook holds a line that begins so."""
    for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"], start=1):
        for line, source in enumerate("".join(cell["source"]).splitlines(), start=1):
            if cell["cell_type"] == "code" and source.strip().startswith(text):
                return f"cell {number} line {line}"
    raise AssertionError(f"no line begins with {text}")


def source_of(mistake: Mistake) -> list[Callable[..., Any]]:
    """The student's objects for the blank, with the mistake in them."""
    blank = BLANKS[mistake.blank]
    return [answer(name, mistake.changes, notebook=blank.notebook) for name in blank.names]


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_wrong_answer_shows_the_symptom(mistake: Mistake) -> None:
    card = assess(mistake.blank, *source_of(mistake))
    symptom = next(symptom for symptom in SYMPTOMS if symptom.id == mistake.symptom)
    assert card.state == "raised", str(card)
    said = dict(card.rows)
    assert said["likely"] == symptom.likely, str(card)
    assert said["next"].startswith(symptom.next)
    assert [label for label, _ in card.rows if label != "where"] == list(PARTS)


def test_every_symptom_is_produced_by_a_wrong_answer() -> None:
    shown = {mistake.symptom for mistake in MISTAKES} | {saved.symptom for saved in SAVED} | {"text-cell"}
    assert shown == {symptom.id for symptom in SYMPTOMS}


def test_each_symptom_is_told_from_the_others() -> None:
    assert len({symptom.id for symptom in SYMPTOMS}) == len(SYMPTOMS)
    for symptom in SYMPTOMS:
        assert all([symptom.means, symptom.likely, symptom.next]), symptom.id


def test_an_unusual_error_still_gets_a_next_step() -> None:
    assert find_symptom("RuntimeError", "the moon is full") is UNKNOWN


def test_a_pasted_error_is_found_among_other_text() -> None:
    pasted = "Traceback …\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (2x12 and 4x1)"
    assert [symptom.id for symptom in matching_symptoms(pasted)] == ["linear-width"]
    assert matching_symptoms("the moon is full") == []
