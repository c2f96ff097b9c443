"""Which walls are found, and what is said of those that are missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from autograder.sandbox import Level, levels


@pytest.fixture(autouse=True)
def probe_anew() -> None:
    """Findings are remembered; each test here wants its own."""
    levels.probe_levels.cache_clear()


def test_without_bubblewrap_the_weaker_level_is_used_and_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = shutil.which
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "bwrap" else found(name))
    finding = levels.probe_levels()[0]
    assert not finding.works
    assert "apt-get install bubblewrap" in finding.reason
    assert levels.strongest() is Level.PROCESS
    levels.probe_levels.cache_clear()


def test_other_systems_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    finding = levels.probe_levels()[0]
    assert not finding.works
    assert "Linux container" in finding.reason
    levels.probe_levels.cache_clear()


def test_a_bwrap_that_cannot_build_the_box_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "autograder.sandbox.bubblewrap.command", lambda *arguments: ["sh", "-c", "echo No permissions >&2; exit 1"]
    )
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    finding = levels.probe_levels()[0]
    assert not finding.works
    assert "No permissions" in finding.reason
    levels.probe_levels.cache_clear()


def test_our_box_can_be_built_where_any_can() -> None:
    rights = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
    plain = ["--ro-bind", "/", "/", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    plain += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
    users = rights if os.getuid() == 0 else ["--unshare-user", "--uid", "60000", "--gid", "60000"]
    try:
        done = subprocess.run(["bwrap", *users, *plain, "true"], capture_output=True, timeout=20, check=False)
    except OSError as error:
        pytest.skip(f"bwrap does not run: {error}")
    if done.returncode != 0:
        pytest.skip(f"namespaces cannot be made here: {done.stderr.decode(errors='replace')}")
    # All other tests of the box are skipped where it cannot be built: a mistake in its arguments would show nowhere.
    assert levels.probe_levels()[0].works, levels.probe_levels()[0].reason
