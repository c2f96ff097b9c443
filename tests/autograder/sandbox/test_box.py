"""What code in the box can see and do, whichever way its worker was started.

Skipped where the box cannot be built; the levels' test says why.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import autograder
from autograder.judge import border
from autograder.judge.client import Worker
from autograder.sandbox import ForkServer, Level, bubblewrap, probe_levels, seccomp, start_worker
from autograder.sandbox.user_ids import UIDS, UserId
from tests.autograder.sandbox.conftest import SECRET

BOX = next(finding for finding in probe_levels() if finding.level is Level.BUBBLEWRAP)
pytestmark = pytest.mark.skipif(not BOX.works, reason=BOX.reason)
InBox = Callable[[str], str]


def in_own_box(code: str) -> str:
    """What Python code prints in a box of its own."""
    rules, box = seccomp.filter_descriptor(), bubblewrap.box_descriptor()
    passed = [box] if rules is None else [box, rules]
    result = subprocess.run(
        bubblewrap.command(["-c", code], box, rules),
        pass_fds=passed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    for descriptor in passed:
        os.close(descriptor)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.fixture(params=["own box", "forked"])
def in_box(request: pytest.FixtureRequest) -> InBox:
    """Runs code as a worker does that was started in one of the two ways; gives back what it prints."""
    if request.param == "own box":
        return in_own_box
    server: ForkServer = request.getfixturevalue("server")

    def in_forked_worker(code: str) -> str:
        worker = Worker(server.fork())
        try:
            program = [[1, 1, "import warnings; warnings.simplefilter('ignore')"], [2, 1, code]]
            loaded = worker.request("load", 60.0, border.loaded([]), program=program, names=[])
            assert loaded.failures == []
            return "".join(worker.printed).strip()
        finally:
            worker.close()

    return in_forked_worker


def test_the_box_holds_textlab_public_data_the_wire_and_the_worker_only(in_box: InBox) -> None:
    kit = "import os; print(*(sorted(os.listdir('/kit' + place)) for place in ('/autograder', '/datasets', '')))"
    held = "['__init__.py', 'wire', 'worker'] ['mini', 'vectors'] ['autograder', 'datasets', 'textlab']"
    assert in_box(kit) == held


def test_public_data_cannot_be_changed(in_box: InBox) -> None:
    code = (
        "from textlab.corpus import load_corpus\n"
        "print(len(load_corpus('mini').train) > 100)\n"
        "try: open('/kit/datasets/mini/train.csv', 'a')\n"
        "except OSError: print('no')"
    )
    assert in_box(code).split() == ["True", "no"]


@pytest.mark.parametrize("secret", ["graders", "hidden", "thresholds.json", "rubric.toml"])
def test_secrets_are_not_there(in_box: InBox, secret: str) -> None:
    place = Path(autograder.__path__[0]) / secret
    assert place.exists()
    assert in_box(
        f"import os; print(os.path.exists({str(place)!r}), os.path.exists('/kit/autograder/{secret}'))"
    ) == ("False False")


def test_solutions_and_home_are_not_there(in_box: InBox) -> None:
    project = Path(autograder.__path__[0]).parent
    environment = Path(sys.prefix).name  # the current lane has another one
    code = f"import os; print([name for name in os.listdir({str(project)!r}) if name != {environment!r}])"
    assert in_box(f"import os\nif os.path.exists({str(project)!r}): {code}\nelse: print([])") == "[]"


def test_the_user_is_nobody_with_no_way_up(in_box: InBox) -> None:
    uid, capabilities, privileges = in_box(
        "import os\n"
        "status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)\n"
        "print(os.getuid(), status['CapBnd'].strip() if os.getuid() else 'root', status['NoNewPrivs'].strip())"
    ).split()
    assert int(uid) in UIDS
    assert privileges == "1"
    if os.getuid() == 0:
        assert int(capabilities, 16) == 0


def test_there_is_no_network_and_no_other_process(in_box: InBox) -> None:
    code = (
        "import os, socket\n"
        "try: socket.create_connection(('127.0.0.1', 22), 1)\n"
        "except OSError as error: print(type(error).__name__)\n"
        "print(len([name for name in os.listdir('/proc') if name.isdigit()]) <= 3)\n"
        "print(os.listdir('/sys') if os.path.exists('/sys') else [])"
    )
    listening = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"])
    try:
        assert in_box(code).split("\n")[1:] == ["True", "[]"]
    finally:
        listening.kill()
        listening.wait()


def test_nothing_can_be_written_outside_the_scratch_folder(in_box: InBox) -> None:
    code = (
        "import os\n"
        "for place in ('/usr/x', '/kit/x', '/etc/x', '/kit/textlab/x'):\n"
        "    try: open(place, 'w'); print('wrote', place)\n"
        "    except OSError: pass\n"
        "open('/tmp/x', 'w').write('fine')\n"
        "print(open('/tmp/x').read())"
    )
    assert in_box(code) == "fine"


def test_the_scratch_folder_is_limited(in_box: InBox) -> None:
    code = (
        "try:\n"
        "    for number in range(40):\n"
        "        open(f'/tmp/{number}', 'wb').write(bytes(2**24))\n"
        "    print('no limit')\n"
        "except OSError as error: print(error.errno)"
    )
    assert in_box(code) == "28"


def test_dangerous_system_calls_are_refused(in_box: InBox) -> None:
    if seccomp.why_missing():
        pytest.skip(str(seccomp.why_missing()))
    code = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "print(libc.unshare(0x10000000), ctypes.get_errno(), libc.ptrace(0, 0, 0, 0), ctypes.get_errno())"
    )
    assert in_box(code) == "-1 1 -1 1"


def test_no_namespace_and_no_session_can_be_made(in_box: InBox) -> None:
    if seccomp.why_missing():
        pytest.skip(str(seccomp.why_missing()))
    code = (
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "for flag in (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):\n"
        "    child = libc.syscall(56, flag | 17, 0, 0, 0, 0)\n"
        "    if child == 0: os._exit(0)\n"
        "    print(child, ctypes.get_errno())\n"
        "print(libc.syscall(435, (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17), 64), ctypes.get_errno())\n"
        "print(libc.setsid(), ctypes.get_errno())"
    )
    assert in_box(code).split("\n") == ["-1 1"] * 8 + ["-1 38", "-1 1"]


def test_sockets_that_no_network_namespace_shuts_in_cannot_be_made(in_box: InBox) -> None:
    if seccomp.why_missing():
        pytest.skip(str(seccomp.why_missing()))
    code = (
        "import socket\n"
        "for family in (1, 2, 38, 40, 17):\n"
        "    try: socket.socket(family, 1 if family != 38 else 5); print(family)\n"
        "    except OSError: pass"
    )
    assert in_box(code).split() == ["1", "2"]


def test_the_environment_holds_nothing_of_the_judges(monkeypatch: pytest.MonkeyPatch, in_box: InBox) -> None:
    # The fork server has been started beside such a variable, too.
    monkeypatch.setenv(SECRET, "42")
    names = set(in_box("import os; print(*os.environ)").split())
    # Libraries add variables when they are imported.
    names = {name for name in names if not name.startswith(("KMP_", "TORCHINDUCTOR_"))} - {"PWD", "LC_CTYPE"}
    assert names == set(bubblewrap.environment("/kit"))


def test_the_user_has_a_name(in_box: InBox) -> None:
    assert in_box("import getpass; print(getpass.getuser())") == "worker"


def test_nothing_survives_a_killed_worker_in_a_box_of_its_own() -> None:
    process = start_worker(Level.BUBBLEWRAP)
    worker = Worker(process)
    source = "import os\nif os.fork() == 0:\n    os.setpgrp()\n    import time\n    time.sleep(600)\n"
    worker.request("load", 20.0, border.loaded([]), program=[[1, 1, source]], names=[])
    import psutil

    family = psutil.Process(process._process.pid).children(recursive=True)
    assert len(family) >= 3
    worker.close()
    gone, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert len(gone) == len(family)


def test_every_worker_has_a_user_id_of_its_own_and_gives_it_back() -> None:
    taken = [UserId() for _ in range(4)]
    assert len({user.number for user in taken}) == 4
    first = taken[0].number
    taken[0].give_back()
    again = UserId()
    assert again.number == first
    for user in [*taken[1:], again]:
        user.give_back()


def test_the_box_does_not_tell_how_it_was_made(in_box: InBox) -> None:
    words = in_box("print(open('/proc/1/cmdline').read().replace(chr(0), ' '))")
    assert "--ro-bind" not in words
    assert str(Path(autograder.__path__[0]).parent / "textlab") not in words
