"""What the student's code prints and warns: kept up to a limit, never in the way."""

from __future__ import annotations

import io

LIMIT = 4000


class Printed(io.TextIOBase):
    """A text stream that keeps its first characters and drops the rest."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0

    def writable(self) -> bool:
        """Yes."""
        return True

    def isatty(self) -> bool:
        """No: progress bars need not animate."""
        return False

    def write(self, text: str) -> int:
        """Keep what fits."""
        room = LIMIT - self._size
        if room > 0:
            self._parts.append(text[:room])
            self._size += min(room, len(text))
        return len(text)

    def take(self) -> str:
        """What was kept since the last call, with odd surrogates escaped."""
        text = "".join(self._parts)
        self._parts.clear()
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
