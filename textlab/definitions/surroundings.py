"""What surrounds a notebook's code besides its names: its folder, and torch without a compiler."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from textlab.definitions.beside import is_installed

RESULTS = "results"
"""A folder that the kit's own checks make beside the notebooks."""


def enter_folder(folder: Path) -> None:
    """Make a folder the current one and the first where modules are looked for; it gets a folder `results`.

    As in a notebook, modules are looked for in whatever folder is the current one later on.
    """
    with contextlib.suppress(OSError):
        (folder / RESULTS).mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    sys.path[:0] = ["", str(folder)]


@contextlib.contextmanager
def notebook_at(folder: Path) -> Iterator[None]:
    """Let a notebook's code run in this process as if it stood in `folder`, without a GPU and without input.

    What loading and that code change for all is undone: the current folder, variables, modules, builtins, torch.
    """
    import torch

    main, dtype, standard_input = sys.modules["__main__"], torch.get_default_dtype(), sys.stdin
    here, variables, path = Path.cwd(), dict(os.environ), list(sys.path)
    known, bytecode = set(sys.modules), sys.dont_write_bytecode
    names = vars(builtins)
    named = dict(names)
    cuda, mps = torch.cuda.is_available, torch.backends.mps.is_available
    torch.cuda.is_available = torch.backends.mps.is_available = lambda: False  # type: ignore[assignment]
    compile_again = run_eagerly()
    sys.stdin, sys.dont_write_bytecode = io.StringIO(), True
    try:
        enter_folder(folder)
        yield
    finally:
        compile_again()
        torch.cuda.is_available, torch.backends.mps.is_available = cuda, mps
        sys.modules["__main__"], sys.stdin, sys.dont_write_bytecode = main, standard_input, bytecode
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(True)
        os.chdir(here)
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(variables)
        names.clear()
        names.update(named)
        # A module beside the notebook may be another one the next time.
        for name in set(sys.modules) - known:
            place = getattr(sys.modules[name], "__file__", None)
            if isinstance(place, str) and folder in Path(place).parents and not is_installed(name.partition(".")[0]):
                del sys.modules[name]


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
