"""Where the command `autograder` begins: without what a teacher's shell tells Python, pytest and coverage."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

FOREIGN = ("PYTEST_", "PYTHON", "COVERAGE_")
"""What the names of variables begin with that are meant for another program than this one."""
HARMLESS = frozenset(
    {
        *("PYTHONUTF8", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
        *("PYTHONNOUSERSITE", "PYTHONUSERBASE", "PYTHONEXECUTABLE"),
    }
)
"""They say how text is written and where packages lie that were installed for one user."""


def own_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables without the foreign ones. The kit's own folder stays in PYTHONPATH: it may be run from there."""
    kept = {name: text for name, text in environment.items() if name in HARMLESS or not name.startswith(FOREIGN)}
    kit = Path(__file__).resolve().parents[1]
    places = environment.get("PYTHONPATH", "").split(os.pathsep)
    if kit in [Path(place).resolve() for place in places if place]:
        kept["PYTHONPATH"] = str(kit)
    return kept


def main() -> None:
    """Run the command line, in a new Python where the shell would have a say in this one."""
    kept = own_environment(os.environ)
    if kept != dict(os.environ) and sys.orig_argv:
        again = [sys.executable, *sys.orig_argv[1:]]
        if os.name == "nt":
            # There a process that takes another's place leaves the shell waiting for nothing.
            import subprocess

            sys.exit(subprocess.call(again, env=kept))
        os.execve(sys.executable, again, kept)
    # Imported here: with PYTHONWARNINGS=error not every library can be imported.
    from autograder.command_line import app

    app()


if __name__ == "__main__":
    main()
