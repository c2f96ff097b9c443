"""Saved notebooks of students, made from solutions/ by changes of their text."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.release import release_notebook, solution_notebook


def save(folder: Path, stem: str, *changes: tuple[str, str], untouched: bool = False, extra: str = "") -> Path:
    """Write a notebook, solved unless `untouched`, after replacing text in it; `extra` is a cell at its end."""
    notebook = json.loads(release_notebook(stem) if untouched else solution_notebook(stem))
    for old, new in changes:
        assert any(old in "".join(cell["source"]) for cell in notebook["cells"]), f"no cell holds {old!r}"
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"]).replace(old, new)
    if extra:
        notebook["cells"].append({"cell_type": "code", "id": "extra", "metadata": {}, "outputs": [], "source": extra})
    path = folder / f"{stem}.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return path
