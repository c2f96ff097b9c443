"""Which walls exist, and which of them work here and why."""

from __future__ import annotations

import enum
import functools
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.sandbox import bubblewrap
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.user_ids import UIDS

TRIAL_S = 20.0


class Level(enum.IntEnum):
    """How well a worker is walled off, strongest last."""

    PROCESS = 1
    """A process of its own with limits, under the user's own rights: stops accidents, not attacks."""
    BUBBLEWRAP = 2
    """Namespaces: no network, a read-only system, private /tmp, no other processes, an unprivileged user."""

    @property
    def word(self) -> str:
        """The name in reports."""
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """Whether a level works here, and the reason in words."""

    level: Level
    works: bool
    reason: str


@functools.cache
def probe_levels() -> tuple[Finding, ...]:
    """Try every level, strongest first."""
    reason = why_own_user()
    what = "reads whatever everybody can read" if reason is None else f"reads whatever you can read ({reason})"
    return (_probe_bubblewrap(), Finding(Level.PROCESS, True, f"always there; {what}"))


def strongest() -> Level:
    """The strongest level that works here."""
    return next(finding.level for finding in probe_levels() if finding.works)


@functools.cache
def why_own_user() -> str | None:
    """Why workers of the level `process` have this user's rights; None when they run as another user."""
    if not hasattr(os, "getuid") or os.getuid() != 0:
        return "only root can start workers as another user"
    for program in ("setpriv", "prlimit"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    script = "import autograder.worker.limits, textlab.corpus as c; assert c.datasets_folder().is_dir()"
    environment = bubblewrap.environment(str(Path(autograder.__path__[0]).parent))
    command = [*bubblewrap.as_user(UIDS[0]), *bubblewrap.limits(), sys.executable, "-c", script]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=TRIAL_S, cwd="/", env=environment)
    except (OSError, subprocess.SubprocessError):
        return "other users cannot read the kit's Python"
    return None


@functools.cache
def why_no_fork_server() -> str | None:
    """The reason why workers cannot be forked inside a box here, or None when they can; tried once a process."""
    if not probe_levels()[0].works:
        return "bubblewrap does not work"
    try:
        server = ForkServer(trial=True)
    except OSError as error:
        return f"bwrap does not run: {error}"
    try:
        worker = server.fork()
        try:
            worker.wait_started(TRIAL_S)
        finally:
            worker.kill()
    except (OSError, EOFError) as error:
        return f"namespaces inside the box cannot be made: {error or 'the server ended'}"
    finally:
        server.close()
    return None


def _probe_bubblewrap() -> Finding:
    """Run Python in the very box that workers get and see whether it starts."""

    def missing(reason: str) -> Finding:
        return Finding(Level.BUBBLEWRAP, False, reason)

    if sys.platform != "linux":
        return missing(f"bubblewrap needs Linux, this is {sys.platform}: run the grader in a Linux container or WSL2")
    for program in ("bwrap", "prlimit", "setpriv"):
        if shutil.which(program) is None:
            package = "bubblewrap" if program == "bwrap" else "util-linux"
            return missing(f"{program} is not installed: run apt-get install {package} as root")
    box = bubblewrap.box_descriptor()
    command = bubblewrap.command(["-c", "import os; print('uid', os.getuid())"], box)
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, pass_fds=[box])
    except (OSError, subprocess.TimeoutExpired) as error:
        return missing(f"bwrap does not run: {error}")
    finally:
        os.close(box)
    if result.returncode != 0 or not result.stdout.startswith("uid"):
        reason = (result.stderr.strip().splitlines() or ["no message"])[-1]
        return missing(f"bwrap runs but cannot build the box (a container without namespaces?): {reason}")
    who = "root" if os.getuid() == 0 else "an ordinary user"
    ids = f"each worker under a user id of its own, from {UIDS[0]} on"
    return Finding(Level.BUBBLEWRAP, True, f"works; started by {who}, {ids}{bubblewrap.filter_note()}")
