"""Stock nbgrader and otter-grader on the same class: each in a virtual environment of its own, made here.

Both run a notebook from top to bottom and then our checks in its process (`in_process`), so they ask the same
questions with the same budgets of training. Torch and the other libraries are the kit's own installation.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import time
import venv
from dataclasses import dataclass
from pathlib import Path

from autograder.course.create import create_course
from autograder.release import ASSIGNMENT
from autograder.rubric import load_rubric

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"nbgrader": "nbgrader==0.9.5", "otter": "otter-grader==7.0.0"}
CALL = "from benchmarks.throughput.in_process import run_cell"
STOCK = '''"""nbgrader as it comes; only the time limit is raised."""

from pathlib import Path

c = get_config()  # noqa: F821
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "bench"
c.ExecutePreprocessor.timeout = 1800
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
'''
OTTER_TEST = """from otter.test_files import test_case

OK_FORMAT = False
name = "{cell}"
points = {points}


@test_case(points={points}, hidden=True)
def test_cell(env):
    {call}

    run_cell("{cell}", env)
"""


@dataclass(frozen=True)
class PeerResult:
    """How long a peer took, and what it found."""

    students: int
    seconds: float
    version: str
    points: tuple[float, ...]
    """What each of the students got."""


def environment(peer: str, build: Path) -> Path:
    """The bin folder of the peer's virtual environment, which is made when it is not there."""
    folder = build / "peers" / peer
    ready = folder / "ready"
    if not ready.exists():
        venv.create(folder, with_pip=True, clear=True)
        ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
        own = subprocess.run(
            [str(folder / "bin" / "python"), "-c", ask],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        (Path(own) / "kit.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
        # The kit has nbgrader, too: the peer gets a copy of its own all the same.
        own_copy = ["--ignore-installed", "--no-deps"] if peer == "nbgrader" else []
        install = [str(folder / "bin" / "pip"), "install", "--quiet", *own_copy, PACKAGES[peer]]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        ready.touch()
    return folder / "bin"


def measure_nbgrader(submitted: Path, students: int, build: Path) -> PeerResult:
    """`nbgrader autograde` of the first students of a class, on a course made from the kit's solutions."""
    program, course = environment("nbgrader", build) / "nbgrader", build / "nbgrader-course"
    shutil.rmtree(course, ignore_errors=True)
    create_course(course, "bench")
    (course / "nbgrader_config.py").write_text(STOCK, encoding="utf-8")
    for path in (course / "source" / ASSIGNMENT).glob("*.ipynb"):
        path.write_text(_with_checks(path.read_text(encoding="utf-8")), encoding="utf-8")
    _run([program, "generate_assignment", ASSIGNMENT, "--force"], course)
    chosen = sorted(submitted.iterdir())[:students]
    for student in chosen:
        shutil.copytree(student, course / "submitted" / student.name)
    start = time.monotonic()
    _run([program, "autograde", ASSIGNMENT, "--force"], course)
    seconds = time.monotonic() - start
    return PeerResult(len(chosen), seconds, PACKAGES["nbgrader"], _nbgrader_points(course / "gradebook.db"))


def measure_otter(submitted: Path, students: int, build: Path) -> PeerResult:
    """`otter run` on every notebook of the first students, one assignment for each notebook."""
    program, folder = environment("otter", build) / "otter", build / "otter-course"
    shutil.rmtree(folder, ignore_errors=True)
    notebooks = sorted({entry.notebook for entry in load_rubric().checks})
    for notebook in notebooks:
        tests = folder / notebook / "tests"
        tests.mkdir(parents=True)
        cells = {entry.cell: 0 for entry in load_rubric().checks if entry.notebook == notebook}
        for entry in load_rubric().checks:
            if entry.notebook == notebook:
                cells[entry.cell] += entry.points
        for number, (cell, points) in enumerate(cells.items()):
            text = OTTER_TEST.format(cell=cell, points=points, call=CALL)
            (tests / f"q{number}_{cell}.py").write_text(text, encoding="utf-8")
        no_more = ["--no-config", "--no-requirements", "--no-environment"]
        _run([program, "generate", "-t", tests, "-o", folder / notebook / "autograder.zip", *no_more], folder)
    chosen = sorted(submitted.iterdir())[:students]
    reached: list[float] = []
    start = time.monotonic()
    for student in chosen:
        total = 0.0
        for notebook in notebooks:
            out = folder / "results" / student.name / notebook
            out.mkdir(parents=True)
            grade: list[str | Path] = [
                program,
                "run",
                "--no-logo",
                "-a",
                folder / notebook / "autograder.zip",
                "-o",
                out,
            ]
            _run([*grade, student / ASSIGNMENT / f"{notebook}.ipynb"], out)
            found = json.loads((out / "results.json").read_text(encoding="utf-8"))
            total += sum(test.get("score", 0.0) for test in found["tests"])
        reached.append(total)
    return PeerResult(len(chosen), time.monotonic() - start, PACKAGES["otter"], tuple(reached))


def _with_checks(text: str) -> str:
    """A source notebook whose test cells ask all of our checks in their hidden part."""
    content = json.loads(text)
    graded = {entry.cell for entry in load_rubric().checks}
    for cell in content["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in graded:
            source = "".join(cell["source"])
            begin, end = "### BEGIN HIDDEN TESTS\n", "### END HIDDEN TESTS"
            kept = re.sub(f"{begin}.*?{end}", "", source, flags=re.DOTALL)
            cell["source"] = f'{kept.rstrip()}\n{begin}{CALL}\n\nrun_cell("{name}", globals())\n{end}'
    return json.dumps(content)


def _nbgrader_points(gradebook: Path) -> tuple[float, ...]:
    """The points that nbgrader gave each student for cells that it grades itself."""
    query = """
        select coalesce(sum(grade.auto_score), 0) from grade
        join submitted_notebook on grade.notebook_id = submitted_notebook.id
        join submitted_assignment on submitted_notebook.assignment_id = submitted_assignment.id
        group by submitted_assignment.student_id order by submitted_assignment.student_id
    """
    with sqlite3.connect(gradebook) as connection:
        return tuple(float(row[0]) for row in connection.execute(query))


def _run(command: list[str | Path], folder: Path) -> None:
    """Run a peer's command; its modules find the kit, and nothing else of this environment is passed on."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    # nbgrader takes a progress bar on stderr for a failure; our workers have none either.
    own["TQDM_DISABLE"] = "1"
    # nbgrader calls alembic, which the kit's environment has.
    places = [str(Path(command[0]).parent), str(Path(sys.executable).parent), own.get("PATH", os.defpath)]
    own |= {"PYTHONPATH": f"{ROOT}:{ROOT / 'datasets'}", "PATH": ":".join(places)}
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout[-2000:], done.stderr[-4000:], file=sys.stderr)
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}")
