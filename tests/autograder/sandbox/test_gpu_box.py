"""What is in the box of a worker that trains on a GPU, and in no other box."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.judge import border
from autograder.judge.client import Worker
from autograder.sandbox import ForkServer, Level, WorkerProcess, bubblewrap, probe_levels, start_worker
from autograder.sandbox import why_no_fork_server as why_not
from autograder.worker.limits import RESOURCES

NODES = ("nvidia-uvm", "nvidia-uvm-tools", "nvidia0", "nvidia1", "nvidiactl")
BOXES: list[Callable[..., int]] = [bubblewrap.box_descriptor, bubblewrap.server_box_descriptor]


@pytest.fixture
def devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of devices with two GPUs."""
    for name in (*NODES, "nvidia-modeset", "sda"):
        (tmp_path / name).touch()
    monkeypatch.setattr(bubblewrap, "DEVICES", tmp_path)
    return tmp_path


def words(descriptor: int) -> list[str]:
    """The arguments that bwrap reads there."""
    with os.fdopen(descriptor) as file:
        return file.read().split("\0")


def bound(parts: list[str], option: str) -> list[tuple[str, str]]:
    """What the option mounts, and where."""
    return [(parts[at + 1], parts[at + 2]) for at, word in enumerate(parts) if word == option]


@pytest.mark.parametrize("box", BOXES)
def test_gpus_are_in_the_box_when_they_are_asked_for(box: Callable[..., int], devices: Path) -> None:
    parts = words(box(gpu=True))
    assert sorted(bound(parts, "--dev-bind")) == [(str(devices / name), f"/dev/{name}") for name in NODES]
    system = [source for source, _ in bound(parts, "--ro-bind-try") if source.startswith("/sys")]
    assert tuple(system) == bubblewrap.GPU_SYSTEM
    # The empty /dev is mounted first.
    assert parts.index("--dev") < parts.index("--dev-bind")


@pytest.mark.parametrize("box", BOXES)
def test_no_device_is_in_any_other_box(box: Callable[..., int], devices: Path) -> None:
    parts = words(box())
    assert bound(parts, "--dev-bind") == []
    assert not any("nvidia" in word or word.startswith("/sys") for word in parts)


def test_only_the_limit_on_addresses_is_lifted() -> None:
    usual, lifted = bubblewrap.limits(), bubblewrap.limits(gpu=True)
    assert [word for word in usual if word not in lifted] == [f"--as={RESOURCES['as']}"]
    assert [word for word in lifted if word not in usual] == []
    assert f"--as={RESOURCES['as']}" not in bubblewrap.command(["-c", ""], 3, gpu=True)


def test_cuda_sees_the_devices_that_were_chosen_for_the_command_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    assert bubblewrap.environment("/kit")["CUDA_VISIBLE_DEVICES"] == ""
    assert bubblewrap.environment("/kit", gpu=True)["CUDA_VISIBLE_DEVICES"] == "2,3"
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert "CUDA_VISIBLE_DEVICES" not in bubblewrap.environment("/kit", gpu=True)


@contextlib.contextmanager
def started(how: str) -> Iterator[Worker]:
    """A worker that may use GPUs."""
    box = probe_levels()[0]
    reason = (why_not() if how == "forked" else None) if box.works else box.reason
    if reason is not None:
        pytest.skip(reason)
    server = ForkServer(gpu=True) if how == "forked" else None
    process: WorkerProcess = server.fork() if server else start_worker(Level.BUBBLEWRAP, gpu=True)
    worker = Worker(process)
    try:
        yield worker
    finally:
        worker.close()
        if server is not None:
            server.close()


LOOK = """
import os, resource, torch
from pathlib import Path
print(resource.getrlimit(resource.RLIMIT_AS)[0] == 8 * 2**30, resource.getrlimit(resource.RLIMIT_NPROC)[0])
print(os.path.isdir("/sys/devices"), torch.cuda.is_available(), os.getuid() > 0)
node = Path("/dev/nvidia0")
if node.is_char_device():
    with node.open("rb") as file:
        print(file.read(3))
else:
    print("no device")
"""


@pytest.mark.parametrize("how", ["own box", "forked"])
def test_a_worker_gets_the_device_and_keeps_all_other_walls(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        os.mknod(tmp_path / "nvidia0", 0o666 | stat.S_IFCHR, os.makedev(1, 5))  # as /dev/zero
        (tmp_path / "nvidia0").chmod(0o666)
        (tmp_path / "nvidia0").open("rb").close()
        node = "b'\\x00\\x00\\x00'"
    except OSError:
        (tmp_path / "nvidia0").unlink(missing_ok=True)
        node = "no device"
    monkeypatch.setattr(bubblewrap, "DEVICES", tmp_path)
    with started(how) as worker:
        assert worker.request("load", 60.0, border.loaded([]), program=[[1, 1, LOOK]], names=[]).failures == []
        assert "".join(worker.printed).splitlines() == [
            "False 256",
            f"{Path('/sys/devices').is_dir()} False True",
            node,
        ]
