"""Virtual environments for libraries that do not go together with the kit's, each made once under build/systems."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.systems.records import ENVIRONMENTS, ROOT


def environment(name: str, requirements: Sequence[str]) -> Path:
    """The Python of the environment `name`; it is made, and `requirements` are installed, when it is not there.

    Raises RuntimeError, with what pip said, where something cannot be installed.
    """
    folder = ENVIRONMENTS / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / "ready"
    wanted = "\n".join(requirements)
    if not ready.is_file() or ready.read_text(encoding="utf-8") != wanted:
        print(f"making {folder}, which takes some minutes", flush=True)
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "-q", *requirements],
        ):
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
            if done.returncode:
                raise RuntimeError(f"{' '.join(command)} failed: {done.stderr[-1500:]}")
        ready.write_text(wanted, encoding="utf-8")
    return python


def run_in(python: Path, arguments: Sequence[str | Path]) -> None:
    """Run a program of an environment, in the project's folder. Raises RuntimeError with its last words."""
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "2", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [str(python), *map(str, arguments)], stderr=subprocess.PIPE, text=True, cwd=ROOT, env=settings
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} failed in {python.parent.parent.name}: {done.stderr[-1500:]}")
