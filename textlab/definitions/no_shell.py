"""What stands where a notebook has IPython: follows a few magics and shell lines, and ignores the rest."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textlab.definitions.beside import MAX_BYTES, why_left_out
from textlab.definitions.shell import SHELLS, WRITERS, Line, magic_line, shell_line, written_file


class Nothing:
    """Whatever is asked of IPython besides: it can be called, has every attribute, and holds nothing."""

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: Any, **keywords: Any) -> Nothing:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0


class NoShell(Nothing):
    """The answer of `get_ipython()`: lines that `shell` follows act in `folder`, every other one does nothing."""

    def __init__(self, folder: Path, names: dict[str, Any]) -> None:
        self.user_ns = names
        self.config = {"IPKernelApp": Nothing()}
        self._folder = folder
        self._written: dict[str, str] = {}

    def system(self, text: str) -> None:
        """`!text`."""
        self._do(shell_line(str(text)))

    def getoutput(self, text: str, *_: Any, **__: Any) -> list[str]:
        """`name = !text`: acts, and gives no lines."""
        self._do(shell_line(str(text)))
        return []

    def run_line_magic(self, name: str, line: str, *_: Any, **__: Any) -> Any:
        """`%name line`."""
        self._do(magic_line(name, line))
        if name in ("env", "set_env") and "=" not in line and line.strip() and " " not in line.strip():
            return os.environ.get(line.strip())
        return None

    def magic(self, text: str) -> Any:
        """The same as one text."""
        name, _, line = text.strip().lstrip("%").partition(" ")
        return self.run_line_magic(name, line)

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """`%%name line`."""
        if name in SHELLS:
            self._do(shell_line(cell))
        elif name in WRITERS:
            self._write(*written_file(line), cell)

    def _do(self, line: Line) -> None:
        """Take the steps of a line; one that fails is passed over, as a shell does."""
        for step in line.steps:
            with contextlib.suppress(OSError, ValueError):
                if step.kind == "variable":
                    os.environ[step.name] = step.value
                    continue
                place = self._inside(step.name)
                if place is None:
                    continue
                if step.kind == "folder":
                    place.mkdir(parents=bool(step.value), exist_ok=True)
                elif step.kind == "file":
                    place.touch()
                elif step.kind == "go":
                    os.chdir(place)

    def _inside(self, name: str) -> Path | None:
        """The place of that name, seen from the current folder; None when it is not in the notebook's folder."""
        root, place = self._folder.resolve(), (Path.cwd() / name).resolve()
        return place if place == root or root in place.parents else None

    def _write(self, name: str, append: bool, text: str) -> None:
        """Write a file; what it begins with counts only where this notebook has written that, too."""
        place = self._inside(name) if name else None
        if place is None:
            return
        relative = place.relative_to(self._folder.resolve()).as_posix()
        before = self._written.get(relative) if append else ""
        with contextlib.suppress(OSError, ValueError):
            if before is None:
                # What a file holds that was handed in may be what this cell has appended already.
                before = place.read_text(encoding="utf-8") if place.is_file() else ""
                before = before.removesuffix(text)
            whole = before + text
            if why_left_out(relative, len(whole.encode())):
                return
            self._written[relative] = whole
            if not (place.is_file() and place.stat().st_size <= MAX_BYTES and place.read_bytes() == whole.encode()):
                place.write_bytes(whole.encode())
                importlib.invalidate_caches()
