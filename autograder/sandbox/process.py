"""A worker's process: started behind a wall, watched, and ended with everything that it started."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Protocol

import psutil

import autograder
from autograder.sandbox import bubblewrap, seccomp
from autograder.sandbox.cgroup import Cgroup, make_cgroup
from autograder.sandbox.levels import Level, why_own_user
from autograder.sandbox.limits import Limits, Usage
from autograder.sandbox.user_ids import UserId
from textlab.corpus import datasets_folder

GONE_S = 5.0


class WorkerProcess(Protocol):
    """A running worker and the judge's end of its socket."""

    stream: socket.socket

    def wait_started(self, seconds: float) -> None:
        """Wait until the worker is behind its wall. Raises TimeoutError, EOFError, OSError."""

    def usage(self) -> Usage:
        """What the worker and everything it started use."""

    def kill(self) -> None:
        """End the worker and all that it started; safe to call twice."""


class OwnBox:
    """A worker in a box of its own, or at the level `process` in none."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        stream: socket.socket,
        scratch: str | None = None,
        user: UserId | None = None,
        cgroup: Cgroup | None = None,
    ) -> None:
        self.stream = stream
        self._cgroup = cgroup
        self._seconds: dict[int, float] = {}
        self._process = process
        self._scratch = scratch
        self._user = user

    def wait_started(self, seconds: float) -> None:
        """Return at once: what is started this way is behind its wall before it runs."""

    def usage(self) -> Usage:
        """What the worker and everything it started use; what processes share counts for each."""
        memory = own = 0
        with contextlib.suppress(psutil.Error):
            top = psutil.Process(self._process.pid)
            for process in [top, *top.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):
                    used = process.memory_info()
                    memory += used.rss
                    own += used.rss - getattr(used, "shared", 0)
                    times = process.cpu_times()
                    self._seconds[process.pid] = times.user + times.system
        seconds = sum(self._seconds.values())
        if self._cgroup is None:
            return Usage(memory, 0, seconds, own_bytes=own)
        group = self._cgroup
        memory, seconds = max(memory, group.memory_bytes), max(seconds, group.processor_s)
        return Usage(memory, group.kernel_bytes, seconds, group.out_of_memory, group.memory_bytes)

    def kill(self) -> None:
        """End the worker and all that it started; safe to call twice."""
        family: list[psutil.Process] = []
        if self._process.poll() is None:
            with contextlib.suppress(psutil.Error):
                family = psutil.Process(self._process.pid).children(recursive=True)
            for child in family:
                with contextlib.suppress(psutil.Error):
                    child.kill()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        # Whoever is told that the worker is gone may rely on it.
        psutil.wait_procs(family, timeout=GONE_S)
        self.stream.close()
        if self._cgroup is not None:
            self._cgroup.remove()
            self._cgroup = None
        if self._user is not None:
            self._user.give_back()
            self._user = None
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)


def start_worker(level: Level, *, gpu: bool = False) -> OwnBox:
    """Start a worker behind the given wall; it says {"ready": true} on its socket when it is warm.

    With `gpu` it may use the GPUs.
    """
    ours, theirs = socket.socketpair()
    arguments = ["-m", "autograder.worker", str(theirs.fileno())]
    passed = [theirs.fileno()]
    scratch, user = None, UserId()
    if level is Level.BUBBLEWRAP:
        rules, box = seccomp.filter_descriptor(), bubblewrap.box_descriptor(user.number, gpu=gpu)
        command = bubblewrap.command(arguments, box, rules, user.number, gpu=gpu)
        environment, folder = {"PATH": os.environ.get("PATH", os.defpath)}, "/"
        passed += [box] if rules is None else [box, rules]
    else:
        scratch = folder = tempfile.mkdtemp(prefix="worker-")
        limits = bubblewrap.limits(gpu=gpu) if shutil.which("prlimit") else []
        command = [*limits, sys.executable, *arguments]
        environment = bubblewrap.environment(str(Path(autograder.__path__[0]).parent), gpu=gpu)
        environment.update(HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=scratch)
        environment.update(TEXTLAB_DATASETS=str(datasets_folder()))
        if why_own_user() is None:
            os.chown(scratch, user.number, user.number)
            command = [*bubblewrap.as_user(user.number), *command]
    group = make_cgroup(Limits().memory_bytes)
    process = subprocess.Popen(
        command,
        pass_fds=passed,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=None if group is None else functools.partial(_enter, group),
    )
    for descriptor in passed[1:]:
        os.close(descriptor)
    theirs.close()
    return OwnBox(process, ours, scratch, user, group)


def _enter(group: Cgroup) -> None:
    """In the child, before it becomes another program: all that it starts is in the group."""
    with contextlib.suppress(OSError):
        group.add(0)
