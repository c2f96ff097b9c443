"""A worker's group: where one can be made, what it counts, and that nothing of it stays."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from autograder.sandbox import ForkServer, Limits, cgroup
from autograder.sandbox.cgroup import Cgroup, Hierarchy, find_hierarchies, make_cgroup

MEBIBYTE = 2**20


def made_up(folder: Path, **files: str) -> Path:
    """A folder with these files; two underscores in a name stand for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="ascii")
    return folder


def test_version_2_is_used_where_the_group_above_passes_its_controllers_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    controllers = {"cgroup__controllers": "cpu memory pids"}
    made_up(tmp_path, **controllers, cgroup__subtree_control="cpu memory pids")
    made_up(tmp_path / "user", **controllers, cgroup__subtree_control="memory pids")
    made_up(tmp_path / "user" / "scope", **controllers, cgroup__subtree_control="")
    monkeypatch.setattr(cgroup, "ROOT", tmp_path)
    monkeypatch.setattr(cgroup, "_tried", lambda hierarchy, files: "")
    read = cgroup._read
    monkeypatch.setattr(
        cgroup, "_read", lambda path: "0::/user/scope\n" if path == Path("/proc/self/cgroup") else read(path)
    )
    found = cgroup._version_2()
    assert found == (Hierarchy(2, tmp_path / "user", ("memory", "pids")),)
    monkeypatch.setattr(cgroup, "_tried", lambda hierarchy, files: "Permission denied")
    assert cgroup._version_2() == "cgroups of version 2: Permission denied"


def test_what_version_2_says_is_read(tmp_path: Path) -> None:
    folder = made_up(
        tmp_path,
        memory__current="300",
        memory__stat="anon 100\nkernel 42\n",
        memory__events="low 0\noom 1\noom_kill 1\n",
        cpu__stat="usage_usec 2500000\n",
    )
    group = Cgroup([(Hierarchy(2, folder, ("memory", "pids")), folder)])
    assert (group.memory_bytes, group.kernel_bytes, group.out_of_memory, group.processor_s) == (300, 42, True, 2.5)
    made_up(tmp_path, memory__events="oom_kill 0\n")
    assert not group.out_of_memory


def test_without_any_group_there_is_none_and_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "_version_1", lambda: "no version 1")
    monkeypatch.setattr(cgroup, "_version_2", lambda: "no version 2")
    assert find_hierarchies.__wrapped__() == ((), "no version 2; no version 1")
    monkeypatch.setattr(cgroup, "find_hierarchies", lambda: ((), ""))
    assert make_cgroup(MEBIBYTE) is None


@pytest.mark.skipif(not find_hierarchies()[0], reason="no group can be made here; autograder doctor says why")
def test_a_worker_is_in_a_group_that_ends_with_it(server: ForkServer) -> None:
    worker = server.fork()
    try:
        worker.wait_started(60)
        assert worker._cgroup is not None
        folders = [folder for _, folder in worker._cgroup._folders]
        assert all((folder / "cgroup.procs").read_text(encoding="ascii").split() for folder in folders)
        limits = [folder / name for folder in folders for name in ("memory.max", "memory.limit_in_bytes")]
        assert [int(path.read_text(encoding="ascii")) for path in limits if path.is_file()] == [Limits().memory_bytes]
    finally:
        worker.kill()
    assert not any(folder.exists() for folder in folders)


def test_what_a_killed_command_left_is_removed_and_no_more(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    for name in (f"{gone.pid}-0", f"trial-{gone.pid}-1", f"{os.getpid()}-0"):
        (tmp_path / f"{cgroup.NAME}-{name}").mkdir()
    (tmp_path / "another").mkdir()
    cgroup.sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f"{cgroup.NAME}-{os.getpid()}-0", "another"}
