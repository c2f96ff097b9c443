"""What an attack may have left on the machine: processes, files, sockets, segments."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.attacks.attack import MARK

PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/")


def traces(uids: range, spared: set[int]) -> set[str]:
    """Everything on this machine that only an attack or a worker can have made.

    `uids` are those that workers run under; the processes `spared` and their children are alive with good reason.
    """
    return {*_processes(uids, spared), *_files(uids), *_segments(uids), *_sockets(uids)}


def _processes(uids: range, spared: set[int]) -> Iterator[str]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            strange = process.uids().real in uids or MARK in process.name() or MARK in " ".join(process.cmdline())
            if strange and not spared & {process.pid, *(parent.pid for parent in process.parents())}:
                yield f"process {process.name()} of user {process.uids().real}"


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
