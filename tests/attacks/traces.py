"""What an attack may have left on the machine: processes, files, sockets, segments."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from autograder.sandbox.user_ids import UIDS
from tests.attacks.attack import MARK

PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/")


def traces() -> set[str]:
    """Everything on this machine that only a worker without a judge, or what a worker ran, can have made."""
    return {*_processes(), *_files(UIDS), *_segments(UIDS), *_sockets(UIDS)}


def _processes() -> Iterator[str]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if _from_a_worker(process):
                above = next((parent for parent in process.parents() if not _from_a_worker(parent)), None)
                # A worker has a living judge above it; what outlived its worker belongs to process 1.
                if above is None or above.pid == 1:
                    yield f"process {process.name()} of user {process.uids().real}"


def _from_a_worker(process: psutil.Process) -> bool:
    return process.uids().real in UIDS or process.name() == "bwrap" or MARK in process.name()


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
