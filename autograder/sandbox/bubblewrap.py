"""The command line of the box: what a worker sees of the system, and under which user it runs.

As root the uid is dropped inside the box, since the Python installation may lie in a folder that only root may
enter; as an ordinary user a user namespace gives the worker another uid.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import autograder
import textlab
from autograder.sandbox.user_ids import UIDS
from autograder.worker.limits import SCRATCH_BYTES, resources
from textlab.corpus import datasets_folder

KIT = "/kit"
PUBLIC_DATA = ("mini", "vectors")
"""The folders of the data that students have."""
SERVER_RIGHTS = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
SYSTEM = ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin")
ETC = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
DEVICES = Path("/dev")
GPU_NODES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia[0-9]*")
"""All GPUs and what CUDA reaches them by; newer drivers do not start without the tools' node."""
GPU_SYSTEM = ("/sys/bus", "/sys/class", "/sys/dev", "/sys/devices", "/sys/module")
"""Without them CUDA does not start either (error 304)."""


def command(
    arguments: Sequence[str],
    box: int,
    seccomp_descriptor: int | None = None,
    uid: int = UIDS[0],
    *,
    gpu: bool = False,
) -> list[str]:
    """The whole command that runs this Python with `arguments` inside the box.

    `box` is a descriptor from `box_descriptor`; `uid` is the worker's user id; with `gpu` it may use the GPUs.
    """
    parts = ["bwrap", "--args", str(box)]
    if seccomp_descriptor is not None:
        parts += ["--seccomp", str(seccomp_descriptor)]
    parts += ["--"]
    if os.getuid() == 0:
        parts += as_user(uid)
    return [*parts, *limits(gpu=gpu), sys.executable, *arguments]


def as_user(uid: int) -> list[str]:
    """setpriv's part of the command, by which root becomes a user without any right."""
    user = [f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--no-new-privs"]
    return ["setpriv", *user, "--inh-caps=-all", "--bounding-set=-all"]


def box_descriptor(uid: int = UIDS[0], *, gpu: bool = False) -> int:
    """An open file with bwrap's arguments: on its command line everything in the box could read them."""
    return _held(_box(uid, gpu=gpu))


def _held(parts: Sequence[str]) -> int:
    with tempfile.TemporaryFile() as file:
        # Every word ends with a zero: an empty one at the end would be lost.
        file.write("".join(f"{word}\0" for word in parts).encode(errors="surrogateescape"))
        file.flush()
        file.seek(0)
        return os.dup(file.fileno())


def server_command(arguments: Sequence[str], box: int) -> list[str]:
    """The whole command that runs this Python with `arguments` in the box of a fork server.

    It has no limits: the server sets those of its children.
    """
    return ["bwrap", "--args", str(box), "--", sys.executable, *arguments]


def server_box_descriptor(*, gpu: bool = False) -> int:
    """An open file with bwrap's arguments for a fork server.

    It is the box of a worker with the rights to make namespaces, and nothing in it to be written that workers share.
    """
    # The kernel asks for the last right where user 0 of one user namespace gets another number in the next.
    users = ["--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "CAP_SETFCAP"]
    if os.getuid() == 0:
        users = ["--cap-drop", "ALL"]
    parts = [*users, *(word for right in SERVER_RIGHTS for word in ("--cap-add", right)), *_inside(gpu=gpu)]
    for place in ("/dev", *_hidden(), "/"):
        parts += ["--remount-ro", place]
    return _held(parts)


def _box(uid: int, *, gpu: bool = False) -> list[str]:
    """What the box of one worker is made of, as arguments of bwrap."""
    if os.getuid() == 0:
        parts = ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        parts += ["--cap-add", "CAP_SETPCAP"]
    else:
        parts = ["--unshare-user", "--uid", str(uid), "--gid", str(uid)]
    return [*parts, *_inside(gpu=gpu)]


def _inside(*, gpu: bool) -> list[str]:
    """What is in a box, whoever runs in it."""
    parts = ["--die-with-parent", "--new-session"]
    parts += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    parts += ["--hostname", "worker", "--proc", "/proc", "--dev", "/dev", *(_gpus() if gpu else ())]
    for scratch in ("/tmp", "/dev/shm"):
        parts += ["--size", str(SCRATCH_BYTES), "--perms", "1777", "--tmpfs", scratch]
    # After the empty /tmp, since the project may itself lie below /tmp.
    parts += [*_system(), *_python(), *_kit(), "--chdir", "/tmp", "--clearenv"]
    for name, value in environment(KIT, gpu=gpu).items():
        parts += ["--setenv", name, value]
    return parts


def environment(kit: str, *, gpu: bool = False) -> dict[str, str]:
    """All environment variables that a worker has; with `gpu` it sees the GPUs that this process sees."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        # The user id has no name in the box, and importing torch._dynamo of some versions asks for one.
        "USER": "worker",
        "LANG": "C.UTF-8",
        "PYTHONPATH": kit,
        "PYTHONSAFEPATH": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        # Progress bars print rates, which differ from run to run, into what is kept of the student's printing.
        "TQDM_DISABLE": "1",
        # What student code compiles by other ways than torch.compile.
        "TORCHDYNAMO_DISABLE": "1",
        "MPLCONFIGDIR": "/tmp",
        **(_gpu_environment() if gpu else {"CUDA_VISIBLE_DEVICES": ""}),
    }


def _gpu_environment() -> dict[str, str]:
    """The choice of GPUs that a batch system has made, and what makes cuBLAS give the same numbers each time."""
    chosen = {name: os.environ[name] for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER") if name in os.environ}
    return {"CUBLAS_WORKSPACE_CONFIG": ":4096:8", **chosen}


def limits(*, gpu: bool = False) -> list[str]:
    """prlimit's part of the command."""
    return ["prlimit", *(f"--{name}={value}" for name, value in resources(gpu=gpu).items()), "--"]


def filter_note() -> str:
    """What the doctor says about the system-call filter."""
    from autograder.sandbox import seccomp

    reason = seccomp.why_missing()
    return ", with a system-call filter" if reason is None else f", without a system-call filter ({reason})"


def _gpus() -> Iterator[str]:
    """The nodes of the GPUs, and what their driver reads of the system."""
    for pattern in GPU_NODES:
        for node in sorted(DEVICES.glob(pattern)):
            yield from ("--dev-bind", str(node), f"/dev/{node.name}")
    yield from ("--perms", "0755", "--dir", "/sys")
    for place in GPU_SYSTEM:
        yield from ("--ro-bind-try", place, place)


def _system() -> Iterator[str]:
    """The system's programs and libraries, read-only."""
    for place in SYSTEM:
        path = Path(place)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), place)
        elif path.is_dir():
            yield from ("--ro-bind", place, place)
    for place in ETC:
        yield from ("--ro-bind-try", place, place)


def _python() -> Iterator[str]:
    """The Python installation and the virtual environment, where /usr does not hold them already."""
    prefixes = {Path(sys.base_prefix), Path(sys.prefix), Path(sys.base_prefix).resolve()}
    made: set[Path] = set()
    for prefix in sorted(prefixes):
        if prefix == Path("/usr"):
            continue
        for parent in reversed(prefix.parents[:-1]):
            if parent not in made:
                made.add(parent)
                yield from ("--perms", "0755", "--dir", str(parent))
        yield from ("--ro-bind", str(prefix), str(prefix))
    for installed in _hidden():
        yield from ("--tmpfs", installed)


def _hidden() -> list[str]:
    """Where the instructor's package is installed beside textlab: an empty folder hides it."""
    places = {Path(sysconfig.get_path(scheme)) / "autograder" for scheme in ("purelib", "platlib")}
    return sorted(str(place) for place in places if place.is_dir())


def _kit() -> Iterator[str]:
    """textlab, the public reviews and vectors, the wire and the worker: the only parts of the kit in the box."""
    ours, theirs = Path(autograder.__path__[0]), Path(textlab.__path__[0])
    yield from ("--perms", "0755", "--dir", KIT, "--perms", "0755", "--dir", f"{KIT}/autograder")
    yield from ("--ro-bind", str(theirs), f"{KIT}/textlab")
    yield from ("--ro-bind", str(ours / "__init__.py"), f"{KIT}/autograder/__init__.py")
    for part in ("wire", "worker"):
        yield from ("--ro-bind", str(ours / part), f"{KIT}/autograder/{part}")
    yield from ("--perms", "0755", "--dir", f"{KIT}/datasets")
    for part in PUBLIC_DATA:
        yield from ("--ro-bind-try", str(datasets_folder() / part), f"{KIT}/datasets/{part}")
