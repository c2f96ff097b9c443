"""Writing a file so that nobody ever reads half of it."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, text: str, *, sync: bool = True) -> None:
    """Write UTF-8 text beside its place, sync, and move it there.

    Without `sync` a power failure may cost the file: for pages that can be made again, of which there are many.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The same name every time: what a killed run left is overwritten by the next.
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
