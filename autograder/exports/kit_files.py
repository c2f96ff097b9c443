"""The kit as files for another machine, and the script that installs it there."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from autograder.judge.hidden_data import OWN

PROJECT = Path(__file__).resolve().parents[2]
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
CODE = (".py", ".toml", ".json", ".csv", ".html", ".ini", ".txt", ".md", ".sh", ".conf")
FOLDERS = ("autograder", "textlab", "datasets/mini", "datasets/vectors", "datasets/reviewgen")
INSTALL = "install_kit.sh"
SCRIPT = """#!/usr/bin/env bash
# Installs the kit that lies beside this file: install_kit.sh VENV. TORCH_INDEX may name a package index with CPU-only
# wheels of torch, which are much smaller.
set -euo pipefail
cd "$(dirname "$0")"
TORCH_INDEX="${{TORCH_INDEX:-{index}}}"
[ -x "$1/bin/python" ] || python3 -m venv "$1"
pip="$1/bin/pip"
if [ -n "$TORCH_INDEX" ]; then
  grep '^torch==' requirements.lock | xargs "$pip" install --no-cache-dir --index-url "$TORCH_INDEX"
  grep -v -e '^nvidia-' -e '^triton' -e '^torch==' requirements.lock > "$1/cpu.lock"
  "$pip" install --no-cache-dir -r "$1/cpu.lock"
else
  "$pip" install --no-cache-dir -r requirements.lock
fi
"$pip" install --no-cache-dir --no-deps --editable .
"""
Member = tuple[str, bytes, int]
"""Name, content and rights of a file in a zip."""


def kit_members(torch_index: str, *, own: bool, project: Path = PROJECT) -> Iterator[Member]:
    """What the kit consists of; with `own`, also the teacher's own key and hidden reviews.

    Raises ValueError when the address of the index could end the line that it is written into.
    """
    if any(sign in torch_index for sign in "\"'`$\\}\n "):
        raise ValueError(f"{torch_index!r} is no address of a package index")
    yield INSTALL, SCRIPT.format(index=torch_index).encode(), 0o755
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        yield name, (project / name).read_bytes(), 0o644
    for folder in FOLDERS:
        for path in (project / folder).rglob("*"):
            if path.is_dir() or "__pycache__" in path.parts or (path.suffix not in CODE and path.name != "key"):
                continue
            if own or project / "autograder" / "hidden" / OWN not in path.parents:
                yield str(path.relative_to(project)), path.read_bytes(), 0o644


def write_zip(out: Path, members: Iterable[Member]) -> Path:
    """Write a zip; the same members give the same bytes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content, mode in sorted(members):
            member = zipfile.ZipInfo(name, FIRST_DAY)
            member.external_attr = mode << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(member, content)
    return out
