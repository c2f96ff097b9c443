"""A folder of results: each is written whole, sealed, and believed only when its seal holds."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from autograder.reports.files import write_whole

SEAL_BYTES = 32


@dataclass(frozen=True)
class Store:
    """Bytes by key. `secret` seals them, so that what is damaged, misplaced or of another course is not believed."""

    folder: Path
    secret: bytes

    def get(self, key: str) -> bytes | None:
        """What was kept under the key; None when there is nothing, or when its seal does not hold."""
        try:
            content = self._path(key).read_bytes()
        except OSError:
            return None
        seal, kept = content[:SEAL_BYTES], content[SEAL_BYTES:]
        return kept if hmac.compare_digest(seal, self._seal(key, kept)) else None

    def put(self, key: str, kept: bytes) -> None:
        """Keep bytes under a key: the whole of them or nothing, whenever the machine stops."""
        write_whole(self._path(key), self._seal(key, kept) + kept)

    def _path(self, key: str) -> Path:
        # Folders by the key's beginning: ten thousand files in one are slow to list on some systems.
        return self.folder / key[:2] / key[2:]

    def _seal(self, key: str, kept: bytes) -> bytes:
        return hmac.digest(self.secret, key.encode() + hashlib.sha256(kept).digest(), "sha256")
