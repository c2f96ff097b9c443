"""One thread for all tests, as graded training has; and what a loaded notebook changes for all is undone."""

from __future__ import annotations

import builtins
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

import torch

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Tests that load a notebook in this process leave no folder, builtins or compiler behind."""
    folder, names, compiler = Path.cwd(), set(vars(builtins)), (torch.compile, torch.nn.Module.compile)
    yield
    os.chdir(folder)
    for name in set(vars(builtins)) - names:
        delattr(builtins, name)
    torch.compile, torch.nn.Module.compile = compiler  # type: ignore[method-assign]
