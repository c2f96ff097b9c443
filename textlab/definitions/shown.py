"""Text that strangers chose, made fit for a message."""

from __future__ import annotations


def shown(text: str, limit: int = 120) -> str:
    """Return `text` fit for a message: printable characters only, at most `limit` of them."""
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return visible if len(visible) <= limit else visible[: limit - 1] + "…"


def plain_lines(text: str) -> str:
    """Return `text` without signs that a terminal or a page obeys; line ends, tabs and printable characters stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in lines)
