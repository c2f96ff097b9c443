"""What students receive holds all they need and nothing of the instructor's."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from autograder.judge.hidden_data import HIDDEN
from autograder.release import SOLUTIONS, read_source, solution_notebook
from autograder.release.bundle import PROJECT, build_bundle
from autograder.release.leaks import HiddenLine, hidden_lines
from autograder.thresholds import THRESHOLDS

FOLDER = "text_classification"
TELLING = 25
"""Characters from which a line says something; shorter ones stand in any program."""

GIVEN_LOOP = ("assignment/textlab/training.py", "assignment/textlab/training_loop.py")
"""The training loop that notebooks 2 and 3 are given; it is of no use for the one that notebook 1 asks for."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip."""
    return build_bundle(tmp_path_factory.mktemp("bundle") / "student.zip")


def texts(bundle: Path) -> dict[str, str]:
    """The files of the zip by name, notebooks as the text of their cells."""
    found = {}
    with zipfile.ZipFile(bundle) as archive:
        for name in archive.namelist():
            text = archive.read(name).decode()
            if name.endswith(".ipynb"):
                text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
            found[name.removeprefix(f"{FOLDER}/")] = text
    return found


def squeezed(text: str) -> str:
    """A text without blanks, so that another indentation hides nothing."""
    return "".join(text.split())


def secrets(stem: str) -> list[HiddenLine]:
    """The lines of a notebook's solutions and hidden tests that it does not show elsewhere."""
    hidden = hidden_lines(read_source(stem))[0]
    shown = {squeezed(line) for path in SOLUTIONS.glob("*.py") for line in hidden_lines(read_source(path.stem))[1]}
    return [line for line in hidden if squeezed(line.text) not in shown]


def test_it_holds_notebooks_library_corpus_and_what_to_install(bundle: Path) -> None:
    names = set(texts(bundle))
    assert {"README.md", "CHANGELOG.md", "requirements.txt", "pyproject.toml"} <= names
    assert {f"assignment/{path.stem}.ipynb" for path in SOLUTIONS.glob("*.py")} <= names
    assert {"assignment/textlab/command_line.py", "assignment/datasets/mini/train.csv"} <= names


def test_nothing_of_the_instructors_is_in_it(bundle: Path) -> None:
    for name, text in texts(bundle).items():
        assert not {"autograder", "solutions", "reviewgen", "hidden", "tests"} & set(Path(name).parts), name
        for marker in ("BEGIN SOLUTION", "BEGIN HIDDEN", "import autograder", "from autograder"):
            assert marker not in text, name


@pytest.mark.parametrize("stem", sorted(path.stem for path in SOLUTIONS.glob("*.py")))
def test_no_line_of_a_solution_or_a_hidden_test_is_in_it(stem: str, bundle: Path) -> None:
    lines = secrets(stem)
    assert len(lines) > 20
    telling = {squeezed(line.text) for line in lines if len(line.text) >= TELLING}
    # The library shares a statement here and there, and a hint names one; two in a row would be a leak.
    rows = {squeezed(one.text + two.text) for one, two in pairwise(lines) if two.line == one.line + 1}
    rows = {row for row in rows if len(row) >= TELLING}
    for name, text in texts(bundle).items():
        if name in GIVEN_LOOP:
            continue
        searched = squeezed(text)
        wanted = rows if name.startswith("assignment/textlab/") else telling | rows
        assert not [line for line in wanted if line in searched], name


def test_no_hidden_review_is_in_it(bundle: Path) -> None:
    hidden = set()
    for path in sorted((HIDDEN / "mini").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            hidden |= {row["text"] for row in csv.DictReader(file)}
    assert len(hidden) > 1000
    for name, text in texts(bundle).items():
        if name.endswith(".csv"):
            public = {row["text"] for row in csv.DictReader(text.splitlines()) if "text" in row}
            assert not hidden & public, name
        else:
            assert not [review for review in hidden if len(review) >= TELLING and review in text], name
    key = (HIDDEN / "key").read_text(encoding="utf-8").strip()
    assert not [name for name, text in texts(bundle).items() if key in text]


def bounds(content: object) -> set[str]:
    """The names of all bounds in the thresholds, at any depth."""
    if not isinstance(content, dict):
        return set()
    return {name for name in content if "_at_" in name}.union(*(bounds(value) for value in content.values()))


def test_no_threshold_is_in_it(bundle: Path) -> None:
    content = json.loads(THRESHOLDS.read_text(encoding="utf-8"))
    names = bounds(content)
    assert names == {"f1_at_least", "right_at_least", "share_at_most"}
    for name, text in texts(bundle).items():
        assert not [threshold for threshold in names if threshold in text], name


def test_the_same_project_gives_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    assert bundle.read_bytes() == build_bundle(tmp_path / "again.zip").read_bytes()


def test_its_readme_is_the_students_page_and_needs_nothing_that_is_not_there(bundle: Path) -> None:
    found = texts(bundle)
    readme = found["README.md"]
    assert readme == (PROJECT / "docs" / "student.md").read_text(encoding="utf-8")
    for part in ("pip install", "jupyter lab", "textlab check", "--watch", "hint(", "Hand in", "CHANGELOG.md"):
        assert part in readme
    assert "](" not in readme, "a link would lead out of the zip"


@pytest.fixture(scope="module")
def alone(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked zip with a virtual environment of its own, in which the project cannot be imported.

    Packages of others come by a path from the environment of this test, as installing them takes minutes; that path
    makes no editable install of the project importable, since nothing but site-packages itself is on it.
    """
    folder = tmp_path_factory.mktemp("alone")
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    work = folder / FOLDER
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(work / ".venv")], check=True)
    (site,) = (work / ".venv").glob("lib/*/site-packages")
    third_party = {str(Path(path).resolve()) for path in sys.path if path.endswith("site-packages")}
    (site / "third_party.pth").write_text("\n".join(sorted(third_party)) + "\n")
    command = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-e", "."]
    inside(work, "python", *command)
    return work


def inside(work: Path, program: str, *arguments: str, status: int = 0) -> str:
    """Run a program of the unpacked bundle's environment in its folder; what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"OMP_NUM_THREADS": "1", "PATH": f"{work / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(work / ".venv" / "bin" / program), *arguments],
        cwd=work,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == status, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


RUN_CELLS = """
import sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient
path, until = Path(sys.argv[1]), sys.argv[2]
notebook = nbformat.read(path, as_version=4)
if until:
    stop = next(place for place, cell in enumerate(notebook.cells) if until in cell.source)
    notebook.cells = notebook.cells[:stop]
place = {"metadata": {"path": str(path.parent)}}
NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place).execute()
outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
print("\\n".join(output.get("text", output.get("data", {}).get("text/plain", "")) for output in outputs))
"""


@pytest.mark.slow
def test_the_bundle_alone_checks_an_untouched_notebook_and_runs_its_first_cells(alone: Path) -> None:
    where = inside(alone, "python", "-c", "import textlab; print(textlab.__file__)")
    assert Path(where.strip()) == alone / "assignment" / "textlab" / "__init__.py"
    inside(alone, "python", "-c", "import autograder", status=1)
    said = inside(alone, "textlab", "check", status=1)
    assert "○ cnn-forward · not attempted" in said
    assert " done, next: rnn-layers, about 15 min" in said
    printed = inside(alone, "python", "-c", RUN_CELLS, "assignment/1_rnn.ipynb", "class RNNBaseline")
    assert "reviews" in printed


@pytest.mark.slow
def test_the_bundle_alone_runs_a_solved_notebook(alone: Path) -> None:
    notebook = alone / "assignment" / "2_cnn.ipynb"
    untouched = notebook.read_bytes()
    try:
        notebook.write_bytes(solution_notebook("2_cnn"))
        hidden_tests_out(notebook)
        printed = inside(alone, "python", "-c", RUN_CELLS, "assignment/2_cnn.ipynb", "")
        assert "✓ interpret-sentence · right" in printed
        assert "F1 on the test reviews" in printed
        assert "✓ interpret-sentence · right" in inside(alone, "textlab", "check", "assignment/2_cnn.ipynb")
    finally:
        notebook.write_bytes(untouched)


def hidden_tests_out(notebook: Path) -> None:
    """Take the hidden tests out of a solved notebook: students never have them."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).split("### BEGIN HIDDEN TESTS")[0]
    notebook.write_text(json.dumps(content), encoding="utf-8")
