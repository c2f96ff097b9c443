"""A submission: what one student handed in, as bytes that nobody has interpreted yet."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


class SubmissionError(Exception):
    """No submission can be found; the text names the path, what was looked for, and the remedy."""


@dataclass(frozen=True)
class SubmittedFile:
    """One file of a submission."""

    name: str
    """Path inside the student's folder, with forward slashes and only printable characters."""
    content: bytes

    @property
    def sha256(self) -> str:
        """Hexadecimal digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Submission:
    """What one student handed in."""

    student: str
    """Identifier that is safe as a folder name on every system (see `safe_name`)."""
    files: tuple[SubmittedFile, ...]
    """Sorted by name."""
    problems: tuple[str, ...]
    """What could not be read or was renamed, one sentence each, with the remedy."""
    beside: tuple[SubmittedFile, ...] = ()
    """Small files of text beside the notebooks, which come along with them; sorted by name."""

    @property
    def sha256(self) -> str:
        """Hexadecimal digest over the names and contents of the files, and of those beside them."""
        digest = hashlib.sha256()
        for kind, files in ((b"", self.files), (b"beside", self.beside)):
            for file in files:
                for part in (kind + file.name.encode("utf-8"), file.content):
                    # The length comes first, so that no two different submissions feed the same bytes.
                    digest.update(len(part).to_bytes(8, "big"))
                    digest.update(part)
        return digest.hexdigest()
