"""Runs the statements of a slice in a fresh module, one by one, and remembers why one failed."""

from __future__ import annotations
import __future__

import ast
import asyncio
import builtins
import functools
import inspect
import linecache
import operator
import os
import sys
import time
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textlab.definitions.beside import why_left_out
from textlab.definitions.newer_python import newer_name
from textlab.definitions.no_shell import NoShell, Nothing
from textlab.definitions.not_run import NOT_RUN, NotRun
from textlab.definitions.scopes import own_nodes, stored_names
from textlab.definitions.time_limit import at_most

PIECE_S = 5.0
"""Seconds of the processor that one statement may take."""
LOAD_S = 20.0
"""Seconds that all statements of a module may take together."""
PLACE = "cell "
UNSET = "__unset__"
"""The name under which a loaded module keeps why names have no value."""
FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


def display(*objects: Any, **_: Any) -> None:
    """Print what a notebook would show."""
    for shown in objects:
        print(repr(shown))


class LoadedModule:
    """The names that the student's statements define, and those that a notebook has without import."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` is the notebook's, in which magics and shell lines act; by default the current one.

        Replaces `__main__`, and in `builtins` what IPython puts there.
        """
        self.module = types.ModuleType("__main__")
        self.failures: list[str] = []
        self._unset: dict[str, str] = {}
        self._lines: dict[str, list[str]] = {}
        self._future_flags = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._left_s = LOAD_S
        names = vars(self.module)
        shell = NoShell(folder or Path.cwd(), names)
        self._get_ipython = lambda: shell
        nothing = Nothing()
        names.update(In=[""], Out={}, exit=nothing, quit=nothing, _="", __="", ___="", _ih=[""], _oh={}, _dh=[])
        names[UNSET] = self._unset
        names[NOT_RUN] = NotRun
        sys.modules["__main__"] = self.module
        builtins.display = display  # type: ignore[attr-defined]
        builtins.get_ipython = self._get_ipython  # type: ignore[attr-defined]

    def run(self, cell: int, line: int, source: str) -> None:
        """Execute one statement that stands in `cell` from `line` on; a failure is kept, not raised."""
        filename = f"{PLACE}{cell}"
        self._remember(filename, line, source)
        try:
            start = time.process_time()
            with at_most(max(min(PIECE_S, self._left_s), 0.1)):
                self._execute(filename, line, source)
            self._left_s -= time.process_time() - start
        except BaseException as error:
            place = locate(error) or f"{filename}, line {line}"
            newer = newer_name(error)
            text, because = f"{type(error).__name__}: {_first_line(error)}{newer}", "" if newer else why_unset(error)
            self.failures.append(f"{place}: {text}{because}")
            # What failed first is the cause of what fails for want of it.
            self._unset.update(dict.fromkeys(bound_names(source), because or f", because {place} failed: {text}"))

    def lose(self, lost: Mapping[str, str]) -> None:
        """Keep why names have no value although the notebook binds them."""
        self._unset.update({name: f", because {reason}" for name, reason in lost.items()})

    def enter(self) -> None:
        """Be what `__main__` means from now on."""
        sys.modules["__main__"] = self.module

    def replace(self, name: str, value: Any) -> None:
        """Put another object under a name."""
        vars(self.module)[name] = value

    def find(self, name: str) -> Any:
        """The object of that name, or None."""
        return vars(self.module).get(name)

    def _execute(self, filename: str, line: int, source: str) -> None:
        tree = ast.increment_lineno(ast.parse(source, filename), line - 1)
        flags = self._future_flags
        if self._annotations_fail(tree):
            flags |= __future__.annotations.compiler_flag
        code = compile(tree, filename, "exec", flags=flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        self._future_flags |= code.co_flags & FUTURE_FLAGS & ~(flags ^ self._future_flags)
        names = vars(self.module)
        if code.co_flags & inspect.CO_COROUTINE:
            self._loop = self._loop or asyncio.new_event_loop()
            self._loop.run_until_complete(eval(code, names))
        else:
            exec(code, names)
        if names.get("get_ipython", self._get_ipython) is not self._get_ipython:
            # `from IPython import get_ipython` gives one that answers None outside of IPython.
            names["get_ipython"] = self._get_ipython

    def _annotations_fail(self, tree: ast.Module) -> bool:
        """Whether an annotation names something that has no value, such as what could not be imported.

        Annotations are then not evaluated. To try a statement and try it again would do twice what it does.
        """
        annotations = [
            part
            for node in ast.walk(tree)
            for part in (getattr(node, "annotation", None), getattr(node, "returns", None))
        ]
        read = {name.id for part in annotations if part for name in ast.walk(part) if isinstance(name, ast.Name)}
        if not read:
            return False
        bound = {name for node in ast.walk(tree) for name in stored_names(node)}
        return any(name not in vars(self.module) and not hasattr(builtins, name) for name in read - bound)

    def _remember(self, filename: str, line: int, source: str) -> None:
        """Let tracebacks and inspect show the student's own lines."""
        lines = self._lines.setdefault(filename, [])
        text = source.splitlines(keepends=True)
        lines.extend(["\n"] * (line - 1 + len(text) - len(lines)))
        lines[line - 1 : line - 1 + len(text)] = text
        linecache.cache[filename] = (sum(map(len, lines)), None, lines, filename)


def locate(error: BaseException) -> str:
    """The innermost place of the student's in a traceback: "cell 5, line 3", or ""."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if filename.startswith(PLACE):
            place = f"{filename}, line {trace.tb_lineno}"
        elif relative := _beside(filename):
            place = f"{relative}, line {trace.tb_lineno}"
        trace = trace.tb_next
    if not place and isinstance(error, SyntaxError) and str(error.filename).startswith(PLACE):
        place = f"{error.filename}, line {error.lineno}"
    return place


def _beside(filename: str) -> str:
    """The name of a file that came along with the notebook, "" for any other one."""
    try:
        relative = os.path.relpath(filename) if Path(filename).is_absolute() else ""
    except (OSError, ValueError):
        return ""
    return relative if filename.endswith(".py") and not why_left_out(relative.replace(os.sep, "/")) else ""


def why_unset(error: BaseException) -> str:
    """Of a name without a value: ", because cell 2, line 1 failed: …" where it should have got one, else "".

    Of a name that a newer Python has: which one.
    """
    if newer := newer_name(error):
        return newer
    if not isinstance(error, NameError) or isinstance(error, UnboundLocalError):
        return ""
    kept: object = None
    trace = error.__traceback__
    while trace is not None:
        kept = trace.tb_frame.f_globals.get(UNSET, kept)
        trace = trace.tb_next
    # The student's code could have put anything there.
    reason = kept.get(error.name, kept.get("*", "")) if isinstance(kept, dict) else ""
    return reason[:400] if isinstance(reason, str) else ""


def bound_names(source: str) -> list[str]:
    """The names that a statement binds, or would have bound; "*" for all names of a module."""
    try:
        return [name for node in own_nodes(ast.parse(source).body) for name in stored_names(node)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _first_line(error: BaseException) -> str:
    try:
        return (str(error).splitlines() or [""])[0][:300]
    except BaseException:
        return "(the exception's text could not be read)"
