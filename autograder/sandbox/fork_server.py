"""The judges' side of the fork server: one warm process for a class, and workers that it forks in milliseconds."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
from pathlib import Path

from autograder.sandbox import bubblewrap, seccomp
from autograder.sandbox.cgroup import Cgroup, make_cgroup
from autograder.sandbox.limits import Limits, Usage, most_of_a_socket
from autograder.sandbox.user_ids import UserId

STARTED, GO = b"+", b"!"
REASON_BYTES = 1000
END_S = 5.0
TIMES = slice(11, 15)
"""Fields of /proc/PID/stat behind the name: processor time of the process and of its ended children."""
RESIDENT, SHARED = 1, 2
"""Fields of /proc/PID/statm: resident pages, and those of them that have a file behind them."""
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class ServerLost(OSError):
    """The fork server is gone; workers have to be started in another way."""


class ForkServer:
    """A fork server in a box of its own. It and all its workers end with the thread that started it.

    Judges that are forked from this process share it: each message on its socket is whole and asks for one worker.
    """

    def __init__(self, *, trial: bool = False, gpu: bool = False) -> None:
        """Start to warm up without waiting for it. The workers of a `trial` end as soon as they are walled in.

        With `gpu` the workers may use the GPUs.
        """
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        rules, box = seccomp.filter_descriptor(), bubblewrap.server_box_descriptor(gpu=gpu)
        arguments = ["-m", "autograder.worker.fork_server", str(theirs.fileno()), str(-1 if rules is None else rules)]
        arguments += [word for word, asked in (("trial", trial), ("gpu", gpu)) if asked]
        passed = [theirs.fileno(), box] if rules is None else [theirs.fileno(), box, rules]
        self._process = subprocess.Popen(
            bubblewrap.server_command(arguments, box),
            pass_fds=passed,
            env={"PATH": os.environ.get("PATH", os.defpath)},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for descriptor in passed[1:]:
            os.close(descriptor)
        theirs.close()

    def fork(self) -> ForkedWorker:
        """Ask for a worker without waiting for it. Raises ServerLost."""
        user = UserId()
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [str(user.number).encode()], [theirs.fileno()])
        except OSError as error:
            ours.close()
            user.give_back()
            raise ServerLost(f"the fork server is gone: {error}") from None
        finally:
            theirs.close()
        return ForkedWorker(ours, user)

    def close(self) -> None:
        """End the server and its workers; called by the process that started it."""
        self._control.close()
        # Its main process is killed from outside of the box; the others there end with it.
        self._process.kill()
        self._process.wait()


class ForkedWorker:
    """A worker that the fork server has forked: process 1 of a namespace, and the worker proper below it."""

    def __init__(self, stream: socket.socket, user: UserId) -> None:
        self.stream = stream
        self._user: UserId | None = user
        self._first = self._proc = -1
        self._cgroup: Cgroup | None = None
        self._ticks: dict[str, int] = {}
        """Processor time of every process that was seen in its namespace."""

    def wait_started(self, seconds: float) -> None:
        """Wait until the worker is behind its wall. Raises TimeoutError, EOFError, OSError."""
        if self._first >= 0:
            return
        self.stream.settimeout(seconds)
        said, descriptors, _, _ = socket.recv_fds(self.stream, len(STARTED), 2)
        if said == STARTED:
            self._first, self._proc = descriptors
            self._cgroup = _enclosed(self._first)
            # It has waited for this, so that all that it starts is in the group.
            self.stream.sendall(GO)
        elif said:
            raise OSError(self.stream.recv(REASON_BYTES).decode(errors="replace"))
        else:
            raise EOFError

    def usage(self) -> Usage:
        """What everything in the worker's namespace uses.

        Process 1 is the kit's own and grows with nothing. What processes share counts for each.
        """
        if self._proc < 0:
            return Usage()
        pages = own = 0
        for name in os.listdir(self._proc):  # noqa: PTH208, a descriptor has no path
            if name.isdigit() and name != "1":
                # Its name, in brackets, may hold anything.
                fields = self._read(f"{name}/stat").rpartition(b")")[2].split()
                sizes = self._read(f"{name}/statm").split()
                if fields and len(sizes) > SHARED:
                    pages += int(sizes[RESIDENT])
                    own += int(sizes[RESIDENT]) - int(sizes[SHARED])
                    self._ticks[name] = sum(map(int, fields[TIMES]))
        seen = sum(self._ticks.values()) / TICKS
        if self._cgroup is not None:
            group = self._cgroup
            memory, processor = max(pages * PAGE, group.memory_bytes), max(seen, group.processor_s)
            return Usage(memory, group.kernel_bytes, processor, group.out_of_memory, group.memory_bytes)
        sockets = self._read("1/net/sockstat").split()
        kernel = int(sockets[2]) * most_of_a_socket() if len(sockets) > 2 and sockets[2].isdigit() else 0
        return Usage(pages * PAGE, kernel, seen, own_bytes=own * PAGE)

    def _read(self, name: str) -> bytes:
        """The beginning of a file of the worker's /proc; empty when it is gone."""
        with contextlib.suppress(OSError):
            file = os.open(name, os.O_RDONLY, dir_fd=self._proc)
            try:
                return os.read(file, 1000)
            finally:
                os.close(file)
        return b""

    def kill(self) -> None:
        """End the namespace and wait until nothing of it is left; safe to call twice."""
        if self._user is None:
            return
        with contextlib.suppress(OSError, EOFError):
            self.wait_started(END_S)
        if self._first >= 0:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
            # Process 1 ends last in its namespace: whoever is told that the worker is gone may rely on it.
            gone = select.poll()
            gone.register(self._first, select.POLLIN)
            gone.poll(END_S * 1000)
            os.close(self._first)
            os.close(self._proc)
            self._first = self._proc = -1
        self.stream.close()
        if self._cgroup is not None:
            self._cgroup.remove()
            self._cgroup = None
        self._user.give_back()
        self._user = None


def _enclosed(first: int) -> Cgroup | None:
    """A group that a process, given by its descriptor, is in from now on; None where none can be made."""
    group = make_cgroup(Limits().memory_bytes)
    if group is None:
        return None
    try:
        told = Path(f"/proc/self/fdinfo/{first}").read_text(encoding="ascii")
        group.add(next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pid:")))
    except (OSError, ValueError, StopIteration):
        group.remove()
        return None
    return group
