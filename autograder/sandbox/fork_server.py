"""The judges' side of the fork server: one warm process for a class, and workers that it forks in milliseconds."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess

from autograder.sandbox import bubblewrap, seccomp
from autograder.sandbox.user_ids import UserId

STARTED = b"+"
REASON_BYTES = 1000
END_S = 5.0
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

    def wait_started(self, seconds: float) -> None:
        """Wait until the worker is behind its wall. Raises TimeoutError, EOFError, OSError."""
        if self._first >= 0:
            return
        self.stream.settimeout(seconds)
        said, descriptors, _, _ = socket.recv_fds(self.stream, len(STARTED), 2)
        if said == STARTED:
            self._first, self._proc = descriptors
        elif said:
            raise OSError(self.stream.recv(REASON_BYTES).decode(errors="replace"))
        else:
            raise EOFError

    def memory_bytes(self) -> int:
        """Resident memory of everything in the worker's namespace, in bytes.

        Process 1 is the kit's own and grows with nothing.
        """
        if self._proc < 0:
            return 0
        pages = 0
        for name in os.listdir(self._proc):  # noqa: PTH208, a descriptor has no path
            if name.isdigit() and name != "1":
                with contextlib.suppress(OSError):
                    statm = os.open(f"{name}/statm", os.O_RDONLY, dir_fd=self._proc)
                    try:
                        pages += int((os.read(statm, 200).split() or [b"0", b"0"])[1])
                    finally:
                        os.close(statm)
        return pages * PAGE

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
        self._user.give_back()
        self._user = None
