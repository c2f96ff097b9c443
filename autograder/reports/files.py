"""Writing a file so that nobody ever reads half of it."""

from __future__ import annotations

import os
from pathlib import Path


class NotWrittenError(OSError):
    """A file could not be written; the text names it, the reason and the remedy."""


def write_whole(path: Path, content: str | bytes, *, sync: bool = True) -> None:
    """Write text, as UTF-8, or bytes beside their place, sync, and move them there.

    Raises NotWrittenError; what was there before is then still there, and nothing else.
    Without `sync` a power failure may cost the file: for pages that can be made again, of which there are many.
    """
    # The same name every time: what a killed run left is overwritten by the next.
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        _remove(part)
        remedy = "Make room there, or allow writing, and run the same command again."
        raise NotWrittenError(f"{path}: cannot be written: {error.strerror}. {remedy}") from error
    except BaseException:
        _remove(part)
        raise


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        # Where a file stands in a folder's place, there is nothing to remove.
        return
