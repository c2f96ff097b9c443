"""Workers forked by a warm server: walls between them, nothing left of them, and no way to go on without a judge."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.judge import border
from autograder.judge.client import Worker, WorkerLost
from autograder.judge.workers import Workers
from autograder.sandbox import ForkServer, Level, ServerLost, bubblewrap
from autograder.sandbox.user_ids import UIDS
from autograder.worker.limits import RESOURCES

MARK = "COURSE-42-MARK"
DAEMON = """
import os, signal, time
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setpgrp()
    time.sleep(600)
print(os.readlink("/proc/self/ns/pid"))
"""


@contextlib.contextmanager
def forked(server: ForkServer) -> Iterator[Worker]:
    """A ready worker that ends with the block."""
    worker = Worker(server.fork())
    try:
        worker.wait_ready()
        yield worker
    finally:
        worker.close()


def run(worker: Worker, code: str) -> str:
    """What the code prints in the worker."""
    before = len(worker.printed)
    program = [[1, 1, "import warnings; warnings.simplefilter('ignore')"], [2, 1, code]]
    assert worker.request("load", 60.0, border.loaded([]), program=program, names=[]).failures == []
    return "".join(worker.printed[before:]).strip()


def living(namespace: str) -> list[int]:
    """The processes of this machine that live in a namespace of process ids."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if str(Path(f"/proc/{process.pid}/ns/pid").readlink()) == namespace:
                found.append(process.pid)
    return found


def soon_empty(namespace: str) -> bool:
    """Whether nothing lives in a namespace, at the latest after some seconds."""
    for _ in range(100):
        if not living(namespace):
            return True
        time.sleep(0.1)
    return False


def test_two_workers_share_no_user_and_no_namespace(server: ForkServer) -> None:
    code = (
        "import os\nprint(os.getuid(), *(os.readlink(f'/proc/self/ns/{k}') for k in ('pid','mnt','net','ipc','uts')))"
    )
    with forked(server) as one, forked(server) as other:
        first, second = run(one, code).split(), run(other, code).split()
    assert not set(first) & set(second)
    assert {int(first[0]), int(second[0])} <= set(UIDS)
    own = {str(Path(f"/proc/self/ns/{kind}").readlink()) for kind in ("pid", "mnt", "net", "ipc", "uts")}
    assert not own & {*first, *second}


def test_no_file_of_one_worker_is_seen_by_another(server: ForkServer) -> None:
    write = (
        "import os\nwrote = []\n"
        "for place in ('/', '/tmp', '/dev', '/dev/shm', '/dev/pts', '/kit', '/kit/autograder', '/usr', '/var/tmp'):\n"
        "    try: open(place + '/left', 'w').close(); wrote.append(place)\n"
        "    except OSError: pass\n"
        "print(*wrote)"
    )
    with forked(server) as one, forked(server) as other:
        assert run(one, write).split() == ["/tmp", "/dev/shm"]
        run(one, "import pty; print(pty.openpty())")
        seen = run(other, "import os; print(os.listdir('/tmp'), os.listdir('/dev/shm'), os.listdir('/dev/pts'))")
    assert seen == "['notebook'] [] ['ptmx']"


def test_a_worker_holds_its_socket_and_no_other_descriptor(server: ForkServer) -> None:
    code = (
        "import os\n"
        "held = {}\n"
        "for number in range(256):\n"
        "    try: held[number] = os.readlink(f'/proc/self/fd/{number}').split(':')[0]\n"
        "    except OSError: pass\n"
        "print(*sorted(held.values()), os.get_inheritable(max(held)))"
    )
    with forked(server) as one, forked(server) as other:
        for worker in (one, other):
            places = run(worker, code).split()
            assert places[:-1] == ["/dev/null"] * (len(places) - 2) + ["socket"]
            assert places[-1] == "False"


def test_a_worker_has_no_rights_and_the_limits_of_every_worker(server: ForkServer) -> None:
    code = (
        "import os, resource\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)\n"
        "print(*(int(status[f'Cap{kind}'], 16) for kind in ('Inh', 'Prm', 'Eff', 'Bnd', 'Amb')))\n"
        "print(*(status[name].strip() for name in ('NoNewPrivs', 'Seccomp', 'Threads')), len(os.getgroups()) <= 1)\n"
        "names = ('CORE', 'NOFILE', 'NPROC', 'FSIZE', 'AS')\n"
        "print(*(resource.getrlimit(getattr(resource, 'RLIMIT_' + name)) for name in names))"
    )
    with forked(server) as worker:
        rights, others, limits = run(worker, code).splitlines()
    assert rights == "0 0 0 0 0"
    assert others == "1 2 1 True"
    names = ("core", "nofile", "nproc", "fsize", "as")
    assert limits == " ".join(str((RESOURCES[name], RESOURCES[name])) for name in names)


def test_the_first_process_of_a_namespace_cannot_be_reached_from_inside(server: ForkServer) -> None:
    code = (
        "import os, signal\n"
        "os.kill(1, signal.SIGKILL); os.kill(1, signal.SIGSTOP)\n"
        "for name in ('mem', 'maps', 'fd/3', 'environ', 'root/tmp'):\n"
        "    try: os.close(os.open(f'/proc/1/{name}', os.O_RDONLY)); print(name)\n"
        "    except OSError: pass\n"
        "print(os.getpid(), sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))"
    )
    with forked(server) as worker:
        assert run(worker, code) == "2 [1, 2]"
        assert run(worker, "print('still there')") == "still there"


def test_nothing_of_an_earlier_submission_is_in_the_memory_of_a_later_one(server: ForkServer) -> None:
    look = (
        "import re\n"
        "found = 0\n"
        "with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb') as memory:\n"
        "    for line in maps:\n"
        "        first, last = (int(number, 16) for number in line.split()[0].split('-'))\n"
        "        if line.split()[1].startswith('rw') and '[v' not in line:\n"
        "            memory.seek(first)\n"
        "            found += len(re.findall(b'COURSE-4[2]-MARK', memory.read(last - first)))\n"
        "print(found > 0)"
    )
    with forked(server) as one:
        run(one, f"kept = {MARK!r} * 3")
        assert run(one, look) == "True"
        with forked(server) as beside:
            assert run(beside, look) == "False"
    with forked(server) as later:
        assert run(later, look) == "False"


def test_nothing_survives_a_worker_that_is_closed(server: ForkServer) -> None:
    with forked(server) as worker:
        namespace = run(worker, DAEMON)
        assert len(living(namespace)) == 3
    assert not living(namespace)


def test_nothing_survives_a_worker_that_ends_by_itself(server: ForkServer) -> None:
    with forked(server) as worker:
        namespace = run(worker, DAEMON)
        with pytest.raises(WorkerLost) as caught:
            worker.request(
                "load", 20.0, border.loaded([]), program=[[1, 1, "import os; os.kill(os.getpid(), 9)"]], names=[]
            )
        assert caught.value.outcome == "crashed"
        assert soon_empty(namespace)


def test_workers_end_when_their_judge_is_killed(server: ForkServer) -> None:
    read, write = os.pipe()
    judge = os.fork()
    if judge == 0:
        with contextlib.suppress(BaseException):
            worker = Worker(server.fork())
            os.write(write, run(worker, DAEMON).encode())
            time.sleep(600)
        os._exit(0)
    os.close(write)
    namespace = os.read(read, 100).decode()
    os.close(read)
    assert len(living(namespace)) == 3
    os.kill(judge, signal.SIGKILL)
    os.waitpid(judge, 0)
    assert soon_empty(namespace)
    with forked(server) as other:
        assert run(other, "print(1)") == "1"


def test_memory_of_all_processes_is_counted(server: ForkServer) -> None:
    grow = (
        "import os, time\nif os.fork() == 0:\n    block = bytearray(300 * 2**20)\n    time.sleep(600)\ntime.sleep(2)"
    )
    process = server.fork()
    worker = Worker(process)
    try:
        worker.wait_ready()
        before = process.usage().memory_bytes
        run(worker, grow)
        assert process.usage().memory_bytes > before + 290 * 2**20
    finally:
        worker.close()
    assert process.usage().memory_bytes == 0


@pytest.mark.slow
def test_a_judge_goes_on_when_the_server_dies() -> None:
    server = ForkServer()
    workers = Workers(Level.BUBBLEWRAP, server)
    try:
        first = workers.take()
        namespace = run(first, DAEMON)
        server._process.kill()
        server._process.wait()
        assert soon_empty(namespace)
        with pytest.raises(WorkerLost):
            run(first, "print(1)")
        with pytest.raises(ServerLost):
            server.fork()
        second = workers.take()
        assert run(second, "print(2)") == "2"
        second.close()
    finally:
        workers.close()
        server.close()


def test_a_worker_that_cannot_be_walled_in_says_why_and_never_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    # A user namespace would give an ordinary user the first one back.
    missing = "CAP_SETPCAP" if os.getuid() == 0 else "CAP_SYS_ADMIN"
    rights = [right for right in bubblewrap.SERVER_RIGHTS if right != missing]
    monkeypatch.setattr(bubblewrap, "SERVER_RIGHTS", rights)
    server = ForkServer(trial=True)
    worker = server.fork()
    try:
        with pytest.raises(OSError, match="not permitted"):
            worker.wait_started(20.0)
    finally:
        worker.kill()
        server.close()
