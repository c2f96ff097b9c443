"""The zip that a teacher uploads to Gradescope: set-up, the program, and the kit."""

from __future__ import annotations

from pathlib import Path

from autograder.exports.kit_files import kit_members, write_zip

SETUP = """#!/usr/bin/env bash
# Runs once, when Gradescope builds the machine.
set -euo pipefail
source=$(cd "$(dirname "$0")" && pwd)
apt-get update
apt-get install -y python3 python3-venv python3-pip
bash "$source/install_kit.sh" "$(dirname "$source")/venv"
sh "$source/autograder/sandbox/install.sh" || true
"""
RUN = """#!/usr/bin/env bash
folder=$(cd "$(dirname "$0")" && pwd)
exec "$folder/venv/bin/python" -I -m autograder.exports.gradescope_box "$folder"
"""


def build_gradescope_zip(out: Path, torch_index: str = "") -> Path:
    """Write the zip; the same project gives the same bytes. It holds the hidden reviews: do not publish it."""
    programs = [("setup.sh", SETUP.encode(), 0o755), ("run_autograder", RUN.encode(), 0o755)]
    return write_zip(out, [*programs, *kit_members(torch_index, own=True)])
