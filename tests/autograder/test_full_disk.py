"""A full disk: the command says which file could not be written, and the next run goes on as if nothing had been."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.record import read_record
from tests.autograder.test_grading import grade
from tests.kills import differing

STUDENTS = ("not_json", "untouched")
SMALL = 2**20
LEFT = 24 * 2**10


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of one MiB."""
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root may mount")
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_reports_that_do_not_fit_end_the_command_and_come_with_the_next_run(small_disk: Path, tmp_path: Path) -> None:
    out, filler = small_disk / "out", small_disk / "filler"
    filler.write_bytes(bytes(SMALL - LEFT))
    status, said = grade(out, *STUDENTS)
    said = " ".join(said.split())
    assert status == 2, said
    assert "cannot be written: No space left on device. Make room there" in said
    for path in out.glob("*/report.json"):
        read_record(path.read_text(encoding="utf-8"))
    assert not (out / "grades.csv").exists()
    filler.unlink()
    assert grade(out, *STUDENTS)[0] == 0
    assert grade(tmp_path / "undisturbed", *STUDENTS)[0] == 0
    assert differing(tmp_path / "undisturbed", out) == []
