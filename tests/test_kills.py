"""A few kills; `make kills` does two hundred."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from autograder.sandbox import Level, strongest
from tests.kills import disturb

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(strongest() is not Level.BUBBLEWRAP, reason="needs the box; autograder doctor says why"),
]


def test_killed_workers_servers_judges_and_runs_change_no_report(tmp_path: Path) -> None:
    faults, killed = disturb(tmp_path, 6, random.Random(1))
    assert faults == []
    assert killed.total() >= 6
