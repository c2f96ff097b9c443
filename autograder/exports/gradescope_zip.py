"""The zip that a teacher uploads to Gradescope: set-up, the program, and the kit."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
CODE = (".py", ".toml", ".json", ".csv", ".html", ".ini", ".txt", ".md", ".sh", ".conf")
FOLDERS = ("autograder", "textlab", "datasets/mini", "datasets/vectors", "datasets/reviewgen")
SETUP = """#!/usr/bin/env bash
# Runs once, when Gradescope builds the machine. TORCH_INDEX may name a package index with CPU-only wheels of torch,
# which are much smaller.
set -euo pipefail
apt-get update
apt-get install -y python3 python3-venv python3-pip bubblewrap
python3 -m venv /autograder/venv
pip=/autograder/venv/bin/pip
cd /autograder/source
if [ -n "${TORCH_INDEX:-}" ]; then
  grep '^torch==' requirements.lock | xargs "$pip" install --no-cache-dir --index-url "$TORCH_INDEX"
  grep -v -e '^nvidia-' -e '^triton' -e '^torch==' requirements.lock > /tmp/cpu.lock
  "$pip" install --no-cache-dir -r /tmp/cpu.lock
else
  "$pip" install --no-cache-dir -r requirements.lock
fi
"$pip" install --no-cache-dir --no-deps --editable .
sh autograder/sandbox/install.sh || true
"""
RUN = """#!/usr/bin/env bash
cd /autograder
exec /autograder/venv/bin/python -m autograder.exports.gradescope_box /autograder
"""


def build_gradescope_zip(out: Path, project: Path = PROJECT) -> Path:
    """Write the zip; the same project gives the same bytes. It holds the hidden reviews: do not publish it."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content, mode in sorted(_members(project)):
            member = zipfile.ZipInfo(name, FIRST_DAY)
            member.external_attr = mode << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(member, content)
    return out


def _members(project: Path) -> Iterator[tuple[str, bytes, int]]:
    """Names, contents and rights of the files."""
    yield "setup.sh", SETUP.encode(), 0o755
    yield "run_autograder", RUN.encode(), 0o755
    for name in ("pyproject.toml", "requirements.lock", "README.md", "LICENSE"):
        yield name, (project / name).read_bytes(), 0o644
    for folder in FOLDERS:
        for path in (project / folder).rglob("*"):
            if path.is_file() and (path.suffix in CODE or path.name == "key") and "__pycache__" not in path.parts:
                yield str(path.relative_to(project)), path.read_bytes(), 0o644
