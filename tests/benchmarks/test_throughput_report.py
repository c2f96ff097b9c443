"""The page of the benchmark says what was measured, beside what was asked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.throughput.report import figures, write_report

DOCS = Path(__file__).parents[2] / "docs"


def run(seconds: float, memory_mb: float = 800.0, first_s: float = 9.0) -> dict[str, Any]:
    """One run of the command."""
    return {
        "seconds": seconds,
        "first_s": first_s,
        "memory_mb": memory_mb,
        "largest_mb": 400.0,
        "scores": [98, 98],
    }


MEASURED: dict[str, Any] = {
    "ours": {"students": 20, "both": run(160.0), "cores": 2, "load": 2.0},
    "again": {"seconds": 0.004, "command": run(7.0), "cores": 2, "load": 1.0},
    "scaling": {"one": run(90.0), "two": run(45.0, memory_mb=960.0), "cores": 2, "load": 1.5},
    "stages": {"seconds": {"train": 12.0, "attribute": 0.5, "judge": 1.0, "request": 0.5}, "cores": 2, "load": 1.0},
    "floor": {"seconds": {"train": 11.0}, "cores": 2, "load": 1.0},
    "large": {"students": 1000, "megabytes": 0.4, "first": run(240.0), "again": run(12.0), "cores": 2, "load": 1.0},
    "nbgrader": {
        "students": 2,
        "seconds": 192.0,
        "version": "nbgrader==1",
        "points": [98.0],
        "cores": 2,
        "load": 1.0,
    },
    "otter": {"students": 2, "seconds": 96.0, "version": "otter==1", "points": [90.0, 98.0], "cores": 2, "load": 1.0},
}


def test_figures_are_ratios_of_what_was_measured() -> None:
    found = figures(MEASURED)
    assert found["throughput_vs_nbgrader"] == pytest.approx(12.0)
    assert found["throughput_vs_otter"] == pytest.approx(6.0)
    assert found["overhead_s"] == pytest.approx(1.5)
    assert found["overhead_share"] == pytest.approx(1.5 / 14, abs=1e-4)
    assert found["scaling_2_workers"] == pytest.approx(2.0)
    assert found["extra_worker_mb"] == pytest.approx(160.0)
    assert found["regrade_ms"] == pytest.approx(4.0)
    assert found["first_result_s"] == pytest.approx(9.0)


def test_the_page_shows_each_target_beside_what_was_reached(tmp_path: Path) -> None:
    for name in ("benchmarks.md", "cluster.md"):
        shutil.copy(DOCS / name, tmp_path)
    write_report(MEASURED, tmp_path)
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "| `throughput_vs_nbgrader` | 12 times | at least 8 | yes |" in page
    assert "| `throughput_vs_otter` | 6 times | at least 8 | no |" in page
    assert "| `extra_worker_mb` | 160 MB | at most 150 | no |" in page
    assert "| `autograder grade` | 20 | 8.0 | 98 |" in page
    assert "| `otter==1` | 2 | 48 | 90 to 98 |" in page
    assert "1,000 submissions of 0.4 MB took 240 s" in page
    assert "What each side does" in page
    assert "Other programs were running" not in page
    assert "39 core-hours" in (tmp_path / "cluster.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8")) == figures(MEASURED)
    assert (tmp_path / "benchmarks.svg").read_text(encoding="utf-8").startswith("<?xml")
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_report(MEASURED, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == written


def test_a_busy_machine_is_said(tmp_path: Path) -> None:
    for name in ("benchmarks.md", "cluster.md"):
        shutil.copy(DOCS / name, tmp_path)
    write_report({**MEASURED, "stages": {**MEASURED["stages"], "load": 4.0}}, tmp_path)
    assert "Other programs were running" in (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
