"""A warm process that becomes a worker in milliseconds: it forks, and the child walls itself in and serves a judge.

Runs inside a box of its own, holds nothing but libraries, and never sees a submission. docs/sandbox.md describes it.

    python -m autograder.worker.fork_server CONTROL FILTER [trial] [gpu]

CONTROL is a socket on which each message holds a user id and brings the socket of one worker; FILTER a file with the
compiled filter of system calls, or -1. With `trial` the children end as soon as they are walled in, with `gpu` they
may use the GPUs that are in the box.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.worker.namespaces import (
    close_all_but,
    fork_into_new_pids,
    let_own_process_be_read,
    load_filter,
    wall_in,
)

WORDS = 64
STARTED, FAILED, GO = b"+", b"-", b"!"
Work = Callable[[int], None]


def main(control: int, rules: int, work: Work, hidden: Sequence[Path] = (), *, gpu: bool) -> None:
    """Fork a worker for every message until nobody is left who could send one; none of them sees what is hidden."""
    program = b""
    if rules >= 0:
        with open(rules, "rb") as file:
            program = file.read()
    # The kernel reaps.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    judges = socket.socket(fileno=control)
    while True:
        text, descriptors, _, _ = socket.recv_fds(judges, WORDS, 1)
        if not text:
            return
        (stream,) = descriptors
        try:
            child = fork_into_new_pids()
        except OSError as error:
            os.write(stream, FAILED + str(error).encode())
            child = -1
        if child == 0:
            _first_process(int(text), stream, program, work, hidden, gpu=gpu)
        os.close(stream)


def _first_process(uid: int, stream: int, program: bytes, work: Work, hidden: Sequence[Path], *, gpu: bool) -> None:
    """Process 1 of the worker's namespace: walls itself in, starts the worker, and ends with it or with the judge.

    The judge gets two descriptors: one of this process, with which it ends all of them, and one of their /proc.
    """
    judge = socket.socket(fileno=stream)
    os.set_inheritable(stream, False)
    try:
        wall_in(uid, hidden, gpu=gpu)
        shown = [os.pidfd_open(os.getpid()), os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)]
        if program:
            load_filter(program)
        socket.send_fds(judge, [STARTED], shown)
        # The judge may put this process into a group that counts all that it starts.
        if judge.recv(len(GO)) != GO:
            os._exit(0)
        close_all_but(stream)
        worker = os.fork()
    except OSError as error:
        judge.sendall(FAILED + str(error).encode())
        os._exit(1)
    if worker == 0:
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            let_own_process_be_read()
            work(judge.detach())
        finally:
            os._exit(1)
    ends = select.poll()
    ends.register(os.pidfd_open(worker), select.POLLIN)
    ends.register(stream, select.POLLRDHUP)
    ends.poll()
    os._exit(0)


def _warm() -> tuple[Work, list[Path]]:
    """Import what workers need; the work of a child, and what no child may read."""
    # Looking for garbage again and again takes a fifth of the time that importing takes.
    gc.disable()
    from autograder.worker.answering import quiet, serve, warm_up
    from autograder.worker.withheld import withhold

    printed = quiet()
    warm_up()
    hidden = withhold()
    # Objects that stay for ever: a child's garbage collector does not touch, and so not copy, their pages.
    gc.freeze()
    gc.enable()
    return lambda stream: serve(stream, printed), hidden


if __name__ == "__main__":
    asked = sys.argv[3:]
    warm: tuple[Work, list[Path]] = (os.close, []) if "trial" in asked else _warm()
    main(int(sys.argv[1]), int(sys.argv[2]), *warm, gpu="gpu" in asked)
