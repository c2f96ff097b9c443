"""One thread for all tests, as graded training has; one fork server; what a notebook changes for all is undone."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

from autograder import judges
from autograder.judge.workers import Workers
from autograder.sandbox import ForkServer, strongest

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def worker_server() -> Iterator[ForkServer | None]:
    """The fork server of all tests that grade: torch is imported once, not once a worker. None where none works."""
    server = judges.fork_server(strongest())
    yield server
    if server is not None:
        server.close()


class LastingServer:
    """A fork server that goes on when whoever graded with it is done."""

    def __init__(self, server: ForkServer) -> None:
        self.fork = server.fork

    def close(self) -> None:
        """Leave it to the tests that follow."""


@pytest.fixture
def lasting_server(worker_server: ForkServer | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every class that is graded gets the one fork server."""
    if worker_server is not None:
        lasting = LastingServer(worker_server)
        monkeypatch.setattr(judges, "fork_server", lambda level, *, gpu=False: lasting)


@pytest.fixture
def workers(worker_server: ForkServer | None) -> Iterator[Workers]:
    """Workers as `autograder grade` has them."""
    made = Workers(strongest(), worker_server)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Tests that load a notebook in this process leave no folder, builtins or compiler behind."""
    folder, names, compiler = Path.cwd(), set(vars(builtins)), (torch.compile, torch.nn.Module.compile)
    yield
    os.chdir(folder)
    for name in set(vars(builtins)) - names:
        delattr(builtins, name)
    torch.compile, torch.nn.Module.compile = compiler  # type: ignore[method-assign]
