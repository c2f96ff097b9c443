"""Each limit of a worker ends in its own outcome: what a student writes, run behind the real wall."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from autograder.judge import border
from autograder.judge.client import Worker, WorkerLost
from autograder.judge.limits import HINTS, exceeded
from autograder.sandbox import ForkServer, Limits
from textlab.checks.failure import StudentError

MEMORY = 2**31
QUICK_S, SLOW_S, LONG_S = 1.0, 4.0, 60.0
GROW = "kept = []\n    while True: kept.append(bytearray(b'x' * 2**24))"
SLOW = "import time\n    kept = []\n    while True: kept.append(bytearray(b'x' * 2**24)); time.sleep(0.1)"
# 250 MiB, held until the function returns; no limit of a process sees them.
SOCKETS = (
    "import socket\n    kept = []\n    for _ in range(64):\n        one, other = socket.socketpair()\n"
    "        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)\n        one.setblocking(False)\n"
    "        kept.append((one, other))\n        try:\n            while True: one.send(bytes(2**16))\n"
    "        except OSError: pass\n    import time; time.sleep(1)"
)
CHILDREN = (
    "import os, time\n    for _ in range(4):\n"
    "        if os.fork() == 0:\n            kept = bytearray(b'x' * (300 * 2**20))\n            time.sleep(60)\n"
    "    time.sleep(60)"
)
FILES = "for number in range(40):\n        with open(f'{folder}/{number}', 'wb') as file: file.write(bytes(2**24))"
LARGE = "with open('/tmp/one', 'wb') as file:\n        for _ in range(600): file.write(bytes(2**20))"
PROCESSES = "import subprocess\n    while True: subprocess.Popen(['sleep', '60'])"
THREADS = (
    "import threading, time\n    while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
)


@contextmanager
def asked(server: ForkServer, body: str) -> Iterator[Worker]:
    """A worker that has loaded a function f with that body."""
    worker = Worker(server.fork(), Limits(MEMORY))
    try:
        program = [[1, 1, f"def f():\n    {body}"]]
        loaded = worker.request("load", LONG_S, border.loaded(["f"]), program=program, names=["f"])
        assert loaded == border.Loaded(["f"], [])
        yield worker
    finally:
        worker.close()


def outcome(worker: Worker, seconds: float) -> str | None:
    """The outcome of a check that calls f."""
    try:
        worker.request("call", seconds, border.value(2**20), name="f", arguments=[], keywords={})
    except WorkerLost as lost:
        return lost.outcome
    except StudentError as error:
        return exceeded(error)
    raise AssertionError("nothing was passed")


@pytest.mark.parametrize(
    ("word", "body", "seconds"),
    [
        pytest.param("timeout", "while True: pass", QUICK_S, id="time"),
        pytest.param("timeout", "import time; time.sleep(600)", QUICK_S, id="time asleep"),
        pytest.param("memory", GROW, LONG_S, id="memory"),
        pytest.param("memory", "return bytearray(2**34)", LONG_S, id="address space"),
        pytest.param("memory", "import torch; return torch.empty(2**33)", LONG_S, id="a tensor"),
        pytest.param("memory", CHILDREN, LONG_S, id="memory of children"),
        pytest.param("memory", SLOW, SLOW_S, id="memory that grows slowly"),
        pytest.param("memory", SOCKETS, LONG_S, id="memory of the kernel"),
        pytest.param("disk", FILES.replace("{folder}", "/tmp"), LONG_S, id="disk"),
        pytest.param("disk", FILES.replace("{folder}", "/dev/shm"), LONG_S, id="shared memory"),
        pytest.param("disk", LARGE, LONG_S, id="one file"),
        pytest.param("processes", PROCESSES, LONG_S, id="processes"),
        pytest.param("processes", THREADS, LONG_S, id="threads"),
        pytest.param("output", "import torch; return torch.zeros(1).expand(7 * 10**7)", LONG_S, id="output"),
        pytest.param("crashed", "import os; os._exit(0)", LONG_S, id="exit"),
        pytest.param("crashed", "import ctypes; ctypes.string_at(1)", LONG_S, id="a wild pointer"),
    ],
)
def test_a_limit_that_is_passed_is_told_by_its_word(server: ForkServer, word: str, body: str, seconds: float) -> None:
    with asked(server, body) as worker:
        assert outcome(worker, seconds) == word
    assert word in HINTS


def test_what_is_printed_is_cut_and_costs_nothing(server: ForkServer) -> None:
    with asked(server, "print('x' * 10**7); return 1") as worker:
        assert worker.request("call", LONG_S, border.value(2**20), name="f", arguments=[], keywords={}) == 1
        assert 1000 < len("".join(worker.printed)) <= 10_000
