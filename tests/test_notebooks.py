"""The notebooks run, and stock nbgrader marks the solution full and the untouched release zero."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.api import Gradebook

from autograder.release import ASSIGNMENT, SOLUTIONS, release_notebook, solution_notebook
from autograder.rubric import load_rubric

ROOT = Path(__file__).resolve().parents[1]
NAMES = sorted(path.stem for path in SOLUTIONS.glob("*.py"))
ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    # nbgrader starts alembic by name, also when the virtual environment is not activated.
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
}

pytestmark = pytest.mark.slow


def stderr_of(notebook: Any) -> list[str]:
    """What the cells wrote to stderr, apart from progress bars."""
    return [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stderr"
        if not all(
            line.startswith("training:") for line in output.text.replace("\r", "\n").split("\n") if line.strip()
        )
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_solution_runs_from_top_to_bottom_without_a_warning(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in ENVIRONMENT.items():
        monkeypatch.setenv(variable, value)
    notebook = nbformat.reads(solution_notebook(name).decode(), as_version=4)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert stderr_of(notebook) == []


def test_stock_nbgrader_gives_the_solution_full_marks_and_the_release_none(tmp_path: Path) -> None:
    (tmp_path / "nbgrader_config.py").write_text(
        f"c = get_config()\nc.CourseDirectory.root = {str(tmp_path)!r}\nc.ExecutePreprocessor.timeout = 600\n"
    )
    for folder, make in [
        ("source/.", solution_notebook),
        ("submitted/solved", solution_notebook),
        ("submitted/untouched", release_notebook),
    ]:
        target = tmp_path / folder / ASSIGNMENT
        target.mkdir(parents=True)
        for name in NAMES:
            (target / f"{name}.ipynb").write_bytes(make(name))
    for step in ("generate_assignment", "autograde"):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", step, ASSIGNMENT],
            cwd=tmp_path,
            env={**os.environ, **ENVIRONMENT},
            capture_output=True,
            text=True,
            timeout=1200,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    full = sum(entry.points for entry in load_rubric().checks)
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        scores = {name: gradebook.find_submission(ASSIGNMENT, name).score for name in ("solved", "untouched")}
    assert scores == {"solved": full, "untouched": 0}
