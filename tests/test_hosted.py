"""The solution notebooks where a hosted service would run them: its Python and its versions, without our packages."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.release import SOLUTIONS, solution_notebook
from autograder.release.bundle import build_bundle
from autograder.release.set_up import settings
from tests.test_notebooks import stderr_of

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-hosted" / "bin" / "python"
FIRST_CELL_SECONDS = 60
FROZEN = ("list", "--format", "freeze", "--disable-pip-version-check")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON.is_file(), reason="there is no .venv-hosted: make test-hosted makes it"),
]


class Session:
    """A fresh session of the service: what is installed in it is gone afterwards, .venv-hosted stays as it is."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "content"
        self.work.mkdir(parents=True)
        subprocess.run([str(PYTHON), "-m", "venv", str(folder / "venv")], check=True)
        self.python = folder / "venv" / "bin" / "python"
        (site,) = (folder / "venv").glob("lib/*/site-packages")
        (theirs,) = PYTHON.parents[1].glob("lib/*/site-packages")
        (site / "service.pth").write_text(f"{theirs}\n", encoding="utf-8")
        spec = {"argv": [str(self.python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
        kernel = folder / "jupyter" / "kernels" / "hosted" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.write_text(json.dumps({**spec, "display_name": "hosted", "language": "python"}), encoding="utf-8")
        self.kernels = folder / "jupyter"

    def installed(self) -> dict[str, str]:
        """Versions by package."""
        done = subprocess.run(
            [str(self.python), "-m", "pip", *FROZEN], env=bare(), capture_output=True, text=True, check=True
        )
        return dict(line.split("==") for line in done.stdout.split())


def bare() -> dict[str, str]:
    """The environment without what leads to our own packages."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(tmp_path_factory.mktemp("session"))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the students' zip is published."""
    return build_bundle(tmp_path_factory.mktemp("published") / "student.zip").as_uri()


def published(name: str, address: str) -> Any:
    """The solution of a notebook that fetches the zip at `address`, without hidden tests, its first cell twice."""
    notebook = nbformat.reads(solution_notebook(name).decode(), as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.split("### BEGIN HIDDEN TESTS")[0]
    first = next(place for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    source = notebook.cells[first].source
    assert source.count(repr(settings()[1])) == 1
    notebook.cells[first].source = source.replace(repr(settings()[1]), repr(address))
    notebook.cells.insert(first, nbformat.v4.new_code_cell(notebook.cells[first].source))
    return notebook


def printed(cell: Any) -> str:
    """What a cell wrote to standard output."""
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def seconds(cell: Any) -> float:
    """How long a cell ran: shown by `pytest -s`, bounded by its time limit alone."""
    times = (cell.metadata.execution[f"iopub.status.{state}"] for state in ("busy", "idle"))
    begun, ended = (datetime.fromisoformat(time.replace("Z", "+00:00")) for time in times)
    return (ended - begun).total_seconds()


@pytest.mark.parametrize("name", sorted(path.stem for path in SOLUTIONS.glob("*.py")))
def test_a_notebook_runs_with_what_its_first_cell_brings(
    name: str, session: Session, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = not (session.work / "textlab").exists()
    before = session.installed()
    for variable in [variable for variable in os.environ if variable.startswith("PYTHON")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("JUPYTER_PATH", str(session.kernels))
    notebook = published(name, address)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    NotebookClient(
        notebook,
        kernel_name="hosted",
        resources={"metadata": {"path": str(session.work)}},
        timeout_func=lambda cell: FIRST_CELL_SECONDS if cell is first else 600,
    ).execute()
    once, twice = (printed(cell) for cell in [cell for cell in notebook.cells if cell.cell_type == "code"][:2])
    assert once.splitlines()[:-1] == (["installing captum==0.9.0", f"fetching {address}"] if fresh else [])
    assert [once.splitlines()[-1]] == twice.splitlines()
    assert "python 3.13" in twice and "; current lane: " in twice and "torchtext 0" not in twice
    print(f"{name}: first cell {seconds(first):.1f} s")
    # Nothing of the service's own is replaced, torch least of all.
    assert session.installed() == {**before, "captum": "0.9.0"}
    assert stderr_of(notebook) == []
    assert "wrong" not in "".join(printed(cell) for cell in notebook.cells if "check(" in cell.source)
