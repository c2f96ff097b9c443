"""Which files beside a notebook come along with it: small ones of text, under names that stay in the folder."""

from __future__ import annotations

import functools
import sys
import sysconfig
from importlib.machinery import PathFinder

KINDS = (".py", ".json", ".txt", ".csv", ".yaml", ".yml", ".toml")
"""Endings of the files that come along; weights, pickles and archives do not."""
MAX_BYTES = 2**20
"""Largest file."""
MAX_FILES = 64
"""Most files of one notebook."""
MAX_FOLDERS = 3
"""Most folders between the notebook and a file."""
OWN = frozenset({"textlab", "autograder", "sitecustomize", "usercustomize"})
"""Modules of the kit, and those that Python runs when it starts."""


def why_left_out(name: str, size: int = 0) -> str:
    """Why a file does not come along, as the end of a sentence that begins with "since"; "" when it does.

    `name` is relative to the notebook's folder, with forward slashes; `size` is in bytes.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") or not part.isprintable() or set(part) & set('\\:*?"<>|') for part in parts):
        return "its name does not stay in the notebook's folder, or holds odd characters"
    if len(parts) > MAX_FOLDERS + 1:
        return f"it lies more than {MAX_FOLDERS} folders below the notebook"
    if not name.lower().endswith(KINDS):
        return f"only {', '.join(KINDS)} come along"
    if size > MAX_BYTES:
        return f"it has more than {MAX_BYTES // 2**20} MiB"
    if name.lower().endswith(".py") and is_installed(parts[0].removesuffix(".py")):
        return "it has the name of an installed module"
    return ""


@functools.lru_cache(maxsize=1024)
def is_installed(module: str) -> bool:
    """Whether the standard library, the kit or an installed package has a top-level module of that name.

    The current folder plays no part.
    """
    if module in sys.stdlib_module_names or module in OWN:
        return True
    places = list(dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))))
    found = PathFinder.find_spec(module, places) if module.isidentifier() else None
    return found is not None and found.loader is not None
