"""What surrounds a notebook's code besides its names: its folder, and torch without a compiler."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

RESULTS = "results"
"""A folder that the kit's own checks make beside the notebooks."""


def enter_folder(folder: Path) -> None:
    """Make a folder the current one and the first where modules are looked for; it gets a folder `results`."""
    with contextlib.suppress(OSError):
        (folder / RESULTS).mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    sys.path.insert(0, str(folder))


def run_eagerly() -> Callable[[], None]:
    """Let torch.compile give back what it gets: compiling takes longer than a check may. Returns what undoes it."""
    import torch

    before = torch.compile, torch.nn.Module.compile

    def undo() -> None:
        torch.compile, torch.nn.Module.compile = before  # type: ignore[method-assign]

    torch.compile = _as_it_is
    torch.nn.Module.compile = _compile_nothing  # type: ignore[method-assign]
    return undo


def _as_it_is(model: Any = None, **_: Any) -> Any:
    return model if model is not None else lambda given: given


def _compile_nothing(self: Any, *_: Any, **__: Any) -> None:
    """In place of Module.compile."""
