"""The line that says which versions are at work."""

from __future__ import annotations

import platform
from importlib import metadata

import pytest

from textlab import versions
from textlab.text import LANE


def test_python_and_the_packages_that_decide_results_are_named() -> None:
    found = versions.versions()
    assert found["python"] == platform.python_version()
    assert found["torch"] == metadata.version("torch")
    assert {"captum", "scikit-learn", "numpy"} <= set(found)


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "PACKAGES", ("torch", "no-such-package"))
    assert list(versions.versions()) == ["python", "torch"]


@pytest.mark.parametrize("lane", ["classic", "current"])
def test_the_line_says_which_lane_is_active(lane: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "LANE", lane)
    line = versions.versions_line()
    assert f"; {lane} lane: " in line and f"torch {metadata.version('torch')}," in line
    assert "\n" not in line


def test_torchtext_is_named_where_it_is_used() -> None:
    assert LANE == "current" or "torchtext" in versions.versions()
