"""What an attack may have left on the machine: processes, files, sockets, segments."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from autograder.sandbox.user_ids import UIDS
from tests.attacks.attack import MARK

LOCK = "@textlab-worker-"
PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/")


def traces() -> set[str]:
    """Everything on this machine that only a worker without a judge, or what a worker ran, can have made."""
    return {*_processes(), *_files(UIDS), *_segments(UIDS), *_sockets(UIDS)}


def held_user_ids() -> set[int]:
    """The user ids of workers that this process has taken and not given back."""
    own = set()
    for entry in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            own.add(str(entry.readlink()))
    return {number for number, inode in _locks().items() if f"socket:[{inode}]" in own}


def _processes() -> Iterator[str]:
    living = [process for process in psutil.process_iter() if _from_a_worker(process)]
    # Whoever starts a worker takes its user id before, and gives it back when nothing of the worker is left.
    taken = _locks()
    for process in living:
        with contextlib.suppress(psutil.Error):
            above = next((parent for parent in process.parents() if not _from_a_worker(parent)), None)
            user = process.uids().real
            if above is None or above.pid == 1 or (user in UIDS and user not in taken):
                yield f"process {process.name()} of user {user}"


def _from_a_worker(process: psutil.Process) -> bool:
    try:
        return process.uids().real in UIDS or process.name() == "bwrap" or MARK in process.name()
    except psutil.Error:
        return False


def _locks() -> dict[int, str]:
    """The user ids that are taken on this machine, with the inodes of the sockets that hold them."""
    found = {}
    for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
        words = line.split()
        if words[-1].startswith(LOCK):
            found[int(words[-1].removeprefix(LOCK))] = words[6]
    return found


def _files(uids: range) -> Iterator[str]:
    for place in map(Path, PLACES):
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if MARK in entry.name or entry.stat(follow_symlinks=False).st_uid in uids:
                        yield f"file {place / entry.name}"


def _segments(uids: range) -> Iterator[str]:
    for kind in ("shm", "sem", "msg"):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
            names = lines[0].split()
            for line in lines[1:]:
                fields = dict(zip(names, line.split(), strict=True))
                if int(fields["uid"]) in uids or int(fields["key"]) >> 16 == 0x7E57:
                    yield f"segment {kind} {fields['key']}"


def _sockets(uids: range) -> Iterator[str]:
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]:
                # A connection that is over (state 06, TIME_WAIT) belongs to nobody.
                if int(line.split()[7]) in uids:
                    yield f"{kind} socket {line.split()[1]}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/net/unix").read_text().splitlines()[1:]:
            if line.endswith(f"@{MARK}2"):
                yield f"unix socket {line.split()[-1]}"
