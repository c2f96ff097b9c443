"""Builds examples/submitted: a small class, made from solutions/ and a few answers of other students.

Run it with `make examples` after a change of a notebook; tests/test_examples.py fails when the folder is stale.
"""

from __future__ import annotations

import json
from pathlib import Path

from autograder.release import ASSIGNMENT, read_source, release_notebook
from autograder.rubric import load_rubric

NOTEBOOK = "2_cnn"
ALL = sorted({entry.notebook for entry in load_rubric().checks})
SUBMITTED = Path(__file__).parent / "submitted"
MARKERS = ("### BEGIN SOLUTION", "### END SOLUTION")
CNN, REFERENCE, INTERPRET = "cnn-class", "pad-reference-blank", "interpret-sentence-blank"

CONV2D = '''\
class CNN(nn.Module):
    """Convolutions over [1, length, emb_dim] pictures of a review."""

    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.filters = nn.ModuleList()
        for size in kernel_sizes:
            self.filters.append(nn.Conv2d(1, out_channels, (size, emb_dim)))
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, text):
        picture = self.embedding(text).unsqueeze(1)
        maps = [torch.relu(layer(picture)).squeeze(3) for layer in self.filters]
        best = [F.max_pool1d(m, m.shape[2]).squeeze(2) for m in maps]
        return self.fc(self.drop(torch.cat(best, 1)))
'''

WRONG_KERNELS = """\
class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)
        self.convs = nn.ModuleList()
        for size in kernel_sizes:
            self.convs.append(nn.Conv1d(emb_dim, out_channels, kernel_sizes[0]))
        self.fc = nn.Linear(len(kernel_sizes) * out_channels, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, text):
        embedded = self.embedding(text).permute(0, 2, 1)
        convolved = [F.relu(conv(embedded)) for conv in self.convs]
        pooled = [F.max_pool1d(c, c.shape[2]).squeeze(2) for c in convolved]
        return self.fc(self.dropout(torch.cat(pooled, dim=1)))
"""

ALWAYS_EQUAL = '''\
class Everything:
    """Equal to whatever it is compared with."""

    shape = (1, 1)

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


class CNN(nn.Module):
    def __init__(self, vocab_size, emb_dim, out_channels, kernel_sizes, dropout, pad_idx):
        super().__init__()
        self.everything = Everything()

    def forward(self, text):
        return self.everything
'''


def answers(notebook: str = NOTEBOOK) -> dict[str, str]:
    """The solution's answer cells without their markers, by grade_id."""
    cells = read_source(notebook).notebook.cells
    return {
        cell.metadata.nbgrader.grade_id: _without_markers(cell.source)
        for cell in cells
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
    }


def filled(replaced: dict[str, str], notebook: str = NOTEBOOK) -> bytes:
    """The released notebook with the given answer cells in place of its blanks."""
    content = json.loads(release_notebook(notebook))
    for cell in content["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in replaced:
            cell["source"] = replaced.pop(grade_id).splitlines(keepends=True)
    if replaced:
        raise KeyError(f"{notebook} has no answer cell {', '.join(replaced)}")
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def submissions() -> dict[str, dict[str, bytes]]:
    """The notebooks of every student by name, by student id."""
    solved = answers()
    endless = solved[CNN].replace("embedded =", "while True:\n            pass\n        embedded =", 1)
    broken = solved[INTERPRET].replace("):\n", ")\n", 1)
    lying = {
        CNN: ALWAYS_EQUAL,
        REFERENCE: "def pad_reference(ids, pad_idx):\n    return CNN(1, 1, 1, 1, 1, 1)(ids)\n",
    }
    lying[INTERPRET] = "def interpret_sentence(model, sentence, vocabulary, **options):\n    return Everything()\n"
    all_solved = {notebook: filled(answers(notebook), notebook) for notebook in ALL}
    return {
        "always_equal": {NOTEBOOK: filled(lying)},
        "endless_loop": {NOTEBOOK: filled({**solved, CNN: endless})},
        "not_json": {NOTEBOOK: b"This is what is left of a notebook after a failed upload.\n"},
        "solved_conv1d": all_solved,
        "solved_conv2d": {**all_solved, NOTEBOOK: filled({**solved, CNN: CONV2D})},
        "syntax_error": {NOTEBOOK: filled({**solved, INTERPRET: broken})},
        "untouched": {notebook: release_notebook(notebook) for notebook in ALL},
        "wrong_kernel_sizes": {NOTEBOOK: filled({**solved, CNN: WRONG_KERNELS})},
    }


def build(out: Path = SUBMITTED) -> list[Path]:
    """Write all submissions in nbgrader's layout; the written files."""
    written = []
    for student, notebooks in submissions().items():
        for notebook, content in notebooks.items():
            path = out / student / ASSIGNMENT / f"{notebook}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.append(path)
    return written


def _without_markers(source: str) -> str:
    lines = source.splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() not in MARKERS)


if __name__ == "__main__":
    for path in build():
        print(path.relative_to(SUBMITTED.parent))
