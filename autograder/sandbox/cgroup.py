"""A control group around each worker: it counts all memory, the kernel's own for it included, and all processes.

Where the system lets us make one: as root, or where systemd has delegated a part of its tree. Version 2 is preferred;
version 1 is used where the memory controller is there.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PIDS = 256
"""Most processes and threads of one worker."""
GONE_S = 5.0
NAME = "textlab-worker"

_numbers = itertools.count()


@dataclass(frozen=True)
class Hierarchy:
    """A folder of the tree in which groups can be made."""

    version: int
    folder: Path
    controllers: tuple[str, ...]


class Cgroup:
    """The group of one worker, in one folder of each hierarchy."""

    def __init__(self, folders: Sequence[tuple[Hierarchy, Path]]) -> None:
        self._folders = folders
        (self._memory,) = [(hierarchy, path) for hierarchy, path in folders if "memory" in hierarchy.controllers]

    def add(self, process: int) -> None:
        """Move a process, by its number here, into the group, with all that it starts then. Raises OSError."""
        for _, folder in self._folders:
            _write(folder / "cgroup.procs", process)

    @property
    def memory_bytes(self) -> int:
        """Memory that is charged to the group: of processes, of files in memory, and of the kernel for them."""
        hierarchy, folder = self._memory
        return _number(folder / ("memory.current" if hierarchy.version == 2 else "memory.usage_in_bytes"))

    @property
    def kernel_bytes(self) -> int:
        """What of that the kernel holds for it: buffers of sockets and pipes, tables of pages and files."""
        hierarchy, folder = self._memory
        if hierarchy.version == 1:
            return _number(folder / "memory.kmem.usage_in_bytes")
        text = _read(folder / "memory.stat")
        found = re.search(r"^kernel (\d+)$", text, re.MULTILINE)
        return int(found[1]) if found else 0

    @property
    def out_of_memory(self) -> bool:
        """Whether the kernel has ended a process of the group because its memory was used up."""
        hierarchy, folder = self._memory
        text = _read(folder / ("memory.events" if hierarchy.version == 2 else "memory.oom_control"))
        found = re.search(r"^oom_kill (\d+)$", text, re.MULTILINE)
        return found is not None and int(found[1]) > 0

    @property
    def processor_s(self) -> float:
        """Processor time of all that was ever in the group, in seconds; 0 where nobody counts it."""
        for hierarchy, folder in self._folders:
            if hierarchy.version == 2 and (
                found := re.search(r"^usage_usec (\d+)$", _read(folder / "cpu.stat"), re.M)
            ):
                return int(found[1]) / 1e6
            if "cpuacct" in hierarchy.controllers:
                return _number(folder / "cpuacct.usage") / 1e9
        return 0.0

    def remove(self) -> None:
        """Remove the group, whose processes have been ended."""
        end = time.monotonic() + GONE_S
        for _, folder in self._folders:
            while folder.is_dir() and time.monotonic() < end:
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                # What was killed may still be leaving.
                time.sleep(0.01)


def make_cgroup(memory_bytes: int) -> Cgroup | None:
    """A group for one worker with these limits; None where none can be made."""
    hierarchies, _ = find_hierarchies()
    made: list[tuple[Hierarchy, Path]] = []
    try:
        for hierarchy in hierarchies:
            folder = hierarchy.folder / f"{NAME}-{os.getpid()}-{next(_numbers)}"
            folder.mkdir()
            made.append((hierarchy, folder))
            _limit(hierarchy, folder, memory_bytes)
    except OSError:
        for _, folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()
        return None
    return Cgroup(made) if made else None


def _limit(hierarchy: Hierarchy, folder: Path, memory_bytes: int) -> None:
    if hierarchy.version == 2:
        _write(folder / "memory.max", memory_bytes)
        _write(folder / "pids.max", PIDS)
        for name, value in (("memory.swap.max", 0), ("memory.oom.group", 1)):
            with contextlib.suppress(OSError):
                _write(folder / name, value)
        return
    if "memory" in hierarchy.controllers:
        _write(folder / "memory.limit_in_bytes", memory_bytes)
        with contextlib.suppress(OSError):
            _write(folder / "memory.memsw.limit_in_bytes", memory_bytes)
    if "pids" in hierarchy.controllers:
        _write(folder / "pids.max", PIDS)


@functools.cache
def find_hierarchies() -> tuple[tuple[Hierarchy, ...], str]:
    """Where groups can be made here, none when that is nowhere, and the reason in words; tried once a process."""
    reasons: list[str] = []
    for found in (_version_2(), _version_1()):
        if isinstance(found, str):
            reasons.append(found)
            continue
        for hierarchy in found:
            sweep(hierarchy.folder)
        return found, f"cgroups of version {found[0].version} below {found[0].folder}"
    return (), "; ".join(dict.fromkeys(reasons))


def sweep(folder: Path) -> None:
    """Remove the groups below a folder whose judge or command was killed before it could."""
    for left in folder.glob(f"{NAME}-*"):
        owner = re.match(rf"{NAME}-(?:trial-)?(\d+)-", left.name)
        if owner and not Path("/proc", owner[1]).exists():
            # A group in which something still runs is not removed by the kernel.
            with contextlib.suppress(OSError):
                left.rmdir()


def _version_2() -> tuple[Hierarchy, ...] | str:
    mounts = [ROOT, ROOT / "unified"]
    mount = next((one for one in mounts if (one / "cgroup.controllers").is_file()), None)
    if mount is None:
        return "there are no cgroups of version 2"
    own = next((line[3:] for line in _read(Path("/proc/self/cgroup")).splitlines() if line.startswith("0::")), "/")
    place = mount / own.lstrip("/")
    reason = "its controllers memory and pids are not available"
    for folder in (place, *place.parents):
        if not folder.is_relative_to(mount):
            break
        if {"memory", "pids"} <= set(_read(folder / "cgroup.subtree_control").split()):
            tried = _tried(Hierarchy(2, folder, ("memory", "pids")), ("memory.max", "pids.max"))
            if not tried:
                return (Hierarchy(2, folder, ("memory", "pids")),)
            reason = tried
    return f"cgroups of version 2: {reason}"


def _version_1() -> tuple[Hierarchy, ...] | str:
    found: list[Hierarchy] = []
    for line in _read(Path("/proc/self/cgroup")).splitlines():
        _, names, own = line.split(":", 2)
        controllers = tuple(name for name in names.split(",") if name in ("memory", "pids", "cpuacct"))
        if not controllers:
            continue
        hierarchy = Hierarchy(1, ROOT / names / own.lstrip("/"), controllers)
        files = [
            {"memory": "memory.limit_in_bytes", "pids": "pids.max"}.get(name, "cgroup.procs") for name in controllers
        ]
        if not hierarchy.folder.is_dir():
            # Inside a container the path is that outside of it.
            hierarchy = Hierarchy(1, ROOT / names, controllers)
        tried = _tried(hierarchy, files)
        if not tried:
            found.append(hierarchy)
        elif "memory" in controllers:
            return f"cgroups of version 1: {tried}"
    if not any("memory" in hierarchy.controllers for hierarchy in found):
        return "there are no cgroups of version 1 with the controller memory"
    return tuple(sorted(found, key=lambda hierarchy: "memory" not in hierarchy.controllers))


def _tried(hierarchy: Hierarchy, files: Sequence[str]) -> str:
    """Why a group cannot be made there with a process in it; "" when it can."""
    folder = hierarchy.folder / f"{NAME}-trial-{os.getpid()}-{next(_numbers)}"
    try:
        folder.mkdir()
    except OSError as error:
        return f"{error.strerror}: {hierarchy.folder}"
    child = -1
    try:
        missing = [name for name in files if not (folder / name).is_file()]
        if missing:
            return f"there is no {missing[0]} in {hierarchy.folder}"
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
        os.close(read)
        try:
            _write(folder / "cgroup.procs", child)
        finally:
            os.close(write)
            os.waitpid(child, 0)
    except OSError as error:
        return f"{error.strerror}: {hierarchy.folder}"
    finally:
        Cgroup([(Hierarchy(1, folder, ("memory",)), folder)]).remove()
    return ""


def _write(path: Path, value: int) -> None:
    path.write_text(str(value), encoding="ascii")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _number(path: Path) -> int:
    text = _read(path).strip()
    return int(text) if text.isdigit() else 0
