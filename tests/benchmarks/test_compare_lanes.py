"""The comparison of two lanes finds every verdict that differs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.compare_lanes import main


def reports(folder: Path, **outcomes: str) -> str:
    """A folder with the report of one student."""
    path = folder / "ann" / "report.json"
    path.parent.mkdir(parents=True)
    checks = [{"id": name, "outcome": outcome} for name, outcome in outcomes.items()]
    path.write_text(json.dumps({"student": "ann", "checks": checks}), encoding="utf-8")
    return str(folder)


def matrix(path: Path, failed: list[str], lost: int) -> str:
    """A matrix of one answer."""
    rows = [{"answer": "stride", "lost": lost, "failed": failed, "unchecked": []}]
    path.write_text(json.dumps(rows), encoding="utf-8")
    return str(path)


def test_equal_verdicts_end_with_status_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([reports(tmp_path / "a", shape="passed"), reports(tmp_path / "b", shape="passed")]) == 0
    assert capsys.readouterr().out == "1 and 1 verdicts, 0 differences\n"


def test_another_outcome_and_a_missing_check_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = reports(tmp_path / "a", shape="passed", f1="passed")
    assert main([left, reports(tmp_path / "b", shape="failed")]) == 1
    assert capsys.readouterr().out.splitlines()[:2] == ["ann, f1: passed | missing", "ann, shape: passed | failed"]


def test_two_folders_without_a_report_are_no_agreement(tmp_path: Path) -> None:
    assert main([str(tmp_path), str(tmp_path)]) == 1


def test_matrices_are_compared_by_failed_checks_and_points(tmp_path: Path) -> None:
    left = matrix(tmp_path / "a.json", ["cnn-shapes"], 4)
    assert main([left, matrix(tmp_path / "b.json", ["cnn-shapes"], 4)]) == 0
    assert main([left, matrix(tmp_path / "c.json", ["cnn-shapes"], 3)]) == 1
    assert main([left, matrix(tmp_path / "d.json", ["cnn-place"], 4)]) == 1
