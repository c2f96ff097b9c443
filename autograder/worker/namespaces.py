"""The walls of a worker that is forked inside a box: namespaces of its own, then no rights to leave them.

Python has no functions for these system calls before 3.12, so they are made through ctypes. Every one raises OSError.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import resource
from collections.abc import Sequence
from pathlib import Path

from autograder.worker.limits import SCRATCH_BYTES, SCRATCH_FILES, resources

NEW_MOUNTS, NEW_CGROUP, NEW_UTS, NEW_IPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEW_USERS, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 0x1000, 0x4000, 1 << 18
DUMPABLE, FILTER, BOUNDING_DROP, NO_NEW_PRIVILEGES, AMBIENT = 4, 22, 24, 38, 47
FILTER_MODE, AMBIENT_CLEAR = 2, 4
CAPABILITIES_VERSION = 0x20080522
INSTRUCTION = 8
"""Bytes of one instruction of a filter."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def fork_into_new_pids() -> int:
    """Fork; the child is process 1 of a new namespace. 0 in the child, its number in the parent."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    child = -1
    try:
        _call("unshare", NEW_PIDS)
        try:
            child = os.fork()
        finally:
            if child != 0:
                # The next child shall not be born into the same namespace.
                _call("setns", own, NEW_PIDS)
    finally:
        os.close(own)
    return child


def wall_in(uid: int, hidden: Sequence[Path] = (), *, gpu: bool = False) -> None:
    """Give this process mounts, network, IPC and a host name of its own, and `uid` in place of its rights.

    The hidden files and folders are empty in it.
    """
    os.setsid()
    many_users = int(Path("/proc/self/uid_map").read_text(encoding="ascii").split()[2]) > 1
    _call("unshare", NEW_MOUNTS | NEW_CGROUP | NEW_UTS | NEW_IPC | NEW_NETWORK)
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    _mount("proc", "/proc", "proc", NO_SETUID | NO_DEVICES | NO_PROGRAMS)
    _mount("devpts", "/dev/pts", "devpts", NO_SETUID | NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620")
    os.umask(0o022)
    for scratch in ("/tmp", "/dev/shm"):
        _empty(scratch)
    for place in hidden:
        if place.is_dir():
            _mount("tmpfs", str(place), "tmpfs", NO_SETUID | NO_DEVICES | READ_ONLY, "size=4k,mode=555")
        else:
            _mount("/dev/null", str(place), None, BIND)
    os.chdir("/tmp")
    for name, value in resources(gpu=gpu).items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (value, value))
    if many_users:
        _drop_bounding_set()
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    else:
        _become_in_new_users(uid)
        _drop_bounding_set()
    _drop_capabilities()


def load_filter(program: bytes) -> None:
    """Let no system call through from now on that the compiled filter refuses."""
    held = _Program(len(program) // INSTRUCTION, program)
    _call("prctl", FILTER, FILTER_MODE, ctypes.byref(held), 0, 0)


def let_own_process_be_read() -> None:
    """Give a worker its own entries in /proc, which the change of user has taken."""
    _call("prctl", DUMPABLE, 1, 0, 0, 0)


def close_all_but(kept: int) -> None:
    """Close every descriptor but the standard ones and `kept`."""
    for entry in list(Path("/proc/self/fd").iterdir()):
        if int(entry.name) > 2 and int(entry.name) != kept:
            with contextlib.suppress(OSError):  # the one that listed the folder is closed already
                os.close(int(entry.name))


def _become_in_new_users(uid: int) -> None:
    """Where an ordinary user has started the box there is one user in it; a user namespace gives that one `uid`."""
    uid_before, gid_before = os.getuid(), os.getgid()
    _call("unshare", NEW_USERS)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid_before} 1"),
        ("gid_map", f"{uid} {gid_before} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")


def _drop_bounding_set() -> None:
    for number in range(64):
        if _libc.prctl(BOUNDING_DROP, number, 0, 0, 0) != 0:
            if ctypes.get_errno() == errno.EINVAL:
                return  # the kernel knows no more capabilities
            _fail("prctl")


def _drop_capabilities() -> None:
    _call("prctl", AMBIENT, AMBIENT_CLEAR, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    # Not even a process of the same user may look into this one.
    _call("prctl", DUMPABLE, 0, 0, 0, 0)


def _empty(scratch: str) -> None:
    """Cover `scratch` with an empty folder, and show in it again what the box shows there: Python, if it is there.

    Whatever else is at `scratch` stays covered. What is shown again stays as read-only as it is in the box.
    """
    shown = [(place, os.open(place, os.O_PATH | os.O_CLOEXEC)) for place in _mounted_below(scratch)]
    _mount(
        "tmpfs", scratch, "tmpfs", NO_SETUID | NO_DEVICES, f"size={SCRATCH_BYTES},nr_inodes={SCRATCH_FILES},mode=1777"
    )
    for place, descriptor in shown:
        place.mkdir(parents=True)
        _mount(f"/proc/self/fd/{descriptor}", str(place), None, BIND | RECURSIVE)
        os.close(descriptor)


def _mounted_below(folder: str) -> list[Path]:
    """What is mounted below a folder, without what is mounted below that again."""
    table = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    found: list[Path] = []
    for place in sorted(Path(_as_written(line.split(" ")[4])) for line in table.splitlines()):
        if Path(folder) in place.parents and not {place, *place.parents} & set(found):
            found.append(place)
    return found


def _as_written(place: str) -> str:
    """A path of the table of mounts with its own spaces, tabs and line ends in place of their numbers."""
    return re.sub(r"\\([0-7]{3})", lambda number: chr(int(number[1], 8)), place)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    words = [None if word is None else word.encode() for word in (source, target, kind, options)]
    _call("mount", words[0], words[1], words[2], ctypes.c_ulong(flags), words[3], said=f"mount {target}")


def _call(name: str, *arguments: object, said: str = "") -> None:
    if getattr(_libc, name)(*arguments) != 0:
        _fail(said or name)


def _fail(name: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, os.strerror(number), name)
