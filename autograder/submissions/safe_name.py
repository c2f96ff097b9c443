"""Names that strangers chose, made safe to show and to use as a folder's name."""

from __future__ import annotations

import hashlib
import unicodedata

FORBIDDEN = frozenset('/\\:*?"<>|')
"""Characters that mean something in a path on some system."""

RESERVED = frozenset({"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)})
"""Names that Windows keeps for devices, with any extension."""

MAX_BYTES = 120
"""Longest name, in UTF-8: report folders add to it and file systems stop at 255."""

OURS = frozenset({"index.html", "grades.csv", "class.json", "report.json", "feedback", "results"})
"""Names, in any case, of what is written beside the students' folders."""

RULE = (
    "path characters, invisible characters, leading and trailing dots and spaces become '_', "
    "a device name or the name of a report gets '_' in front, a name over 120 bytes is cut and ends in a digest"
)


def safe_name(name: str) -> str:
    """Return `name` as one path component that no system can misread.

    The rule is `RULE`; accents are composed (NFC). A name that is safe already comes back unchanged,
    and so does the result of this function.
    """
    composed = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    kept = "".join("_" if c in FORBIDDEN or not c.isprintable() else c for c in composed)
    body = kept.strip(". ")
    lead = len(kept) - len(kept.lstrip(". "))
    kept = "_" * lead + body + "_" * (len(kept) - lead - len(body)) if body else "_" * max(1, len(kept))
    if kept.split(".")[0].lower() in RESERVED:
        kept = "_" + kept
    encoded = kept.encode("utf-8")
    if len(encoded) > MAX_BYTES:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        # rstrip: the cut may end in a dot or a space.
        kept = encoded[: MAX_BYTES - 9].decode("utf-8", "ignore").rstrip(". ") + "-" + digest
    return kept


def student_name(name: str) -> str:
    """Return `name` as a safe identifier of a student, whose folder lies beside files of the kit's own."""
    safe = safe_name(name)
    return f"_{safe}" if safe.casefold() in OURS else safe
