"""A teacher in formgrader: the list of submissions, one of them, a mark for a written answer, the exported total."""

from __future__ import annotations

import csv
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from autograder.command_line import app
from autograder.course.gradebook import marks_of_gradebook
from autograder.exports.marks import marks_of, read_records
from autograder.record import Outcome
from autograder.release import ASSIGNMENT, release_notebook
from tests.autograder.course.conftest import NOTEBOOKS, Course, course, released_course  # noqa: F401
from tests.browser.conftest import ROOT, TOKEN, wait_for
from tests.records import record

pytestmark = pytest.mark.slow

LOST: dict[str, Outcome] = {"cnn-f1": "failed"}
WRITTEN = 3
PATIENCE_MS = 60_000


@pytest.fixture
def formgrader(course: Course) -> Iterator[str]:  # noqa: F811
    """A Jupyter server in a course with one graded submission, whose reflection waits for a person; its address."""
    notebook = nbformat.reads(release_notebook("2_cnn").decode(), as_version=4)
    answer = next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "reflection-cnn")
    answer.source += "\nThe maximum forgets the place."
    texts = {name: release_notebook(name) for name in NOTEBOOKS}
    course.submit("ada", {**texts, "2_cnn": nbformat.writes(notebook).encode()})
    course.outcomes["ada"] = LOST
    result = course.run("autograde", "ada")
    assert result["success"], result["log"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        name: str(course.folder.parent / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")
    }
    environment = {**os.environ, **own, "OMP_NUM_THREADS": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    path = course.folder.parent / "server.log"
    with path.open("wb") as log:
        server = subprocess.Popen(command, cwd=course.folder, env=environment, stdout=log, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/api/status?token={TOKEN}", server, path)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def exported(folder: Path) -> float:
    """The student's total as `autograder export csv` writes it from the gradebook."""
    to = folder / "marks.csv"
    arguments = ["csv", str(folder / "reports"), "--gradebook", str(folder / "gradebook.db"), "--to", str(to)]
    result = CliRunner().invoke(app, ["export", *arguments])
    assert result.exit_code == 0, result.output
    with to.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    return float(row["score"])


def test_a_teacher_grades_an_answer_and_the_total_follows(formgrader: str, course: Course, page: Page) -> None:  # noqa: F811
    full = record("ada", LOST)
    assert exported(course.folder) == full.score
    page.goto(f"{formgrader}/lab?token={TOKEN}")  # as a teacher comes in; formgrader's requests need its cookie
    page.goto(f"{formgrader}/formgrader/gradebook/{ASSIGNMENT}/2_cnn?token={TOKEN}")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("Submission #1", timeout=PATIENCE_MS)
    points = sum(check.points for check in full.checks if check.role in ("cnn", "interpret"))
    expect(row.locator(".score")).to_contain_text(re.compile(rf"^\s*{points} / 40"))
    picture(page, "list")

    row.locator("a.name-hidden").click()
    expect(page.locator("body")).to_contain_text("failed: cnn-f1 (0 of 3)", timeout=PATIENCE_MS)
    expect(page.locator("body")).to_contain_text("The maximum forgets the place.")
    score = page.locator("#reflection-cnn")
    expect(score).to_have_class(re.compile("needs_manual_grade"), timeout=PATIENCE_MS)
    score.scroll_into_view_if_needed()
    with page.expect_response(lambda answer: "/api/grade/" in answer.url and answer.request.method == "PUT"):
        score.fill(str(WRITTEN))
        score.press("Tab")
    expect(score).not_to_have_class(re.compile("needs_manual_grade"), timeout=PATIENCE_MS)
    picture(page, "graded")

    assert exported(course.folder) == full.score + WRITTEN
    (mark,) = marks_of_gradebook(course.folder / "gradebook.db", marks_of(read_records(course.folder / "reports")))
    assert mark.written == WRITTEN
    page.goto(f"{formgrader}/formgrader/gradebook/{ASSIGNMENT}/2_cnn?token={TOKEN}")
    total = re.compile(rf"^\s*{points + WRITTEN} / 40")
    expect(page.locator("tbody tr .score").first).to_contain_text(total, timeout=PATIENCE_MS)


def picture(page: Page, name: str) -> None:
    """Keep a picture where PICTURES says, for looking at."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"formgrader-{name}.png")
