"""Finds in a message what students must not read: lines of the solution, and hidden reviews."""

from __future__ import annotations

import functools
import re

from autograder.judge.hidden_data import HIDDEN, read_reviews
from autograder.release import SOLUTIONS, read_source
from autograder.release.leaks import hidden_lines

SHORTEST = 20
"""A shorter line of code says too little to count."""
WORDS = 6
"""So many words in a row of a hidden review count as that review."""


def told_secrets(message: str) -> list[str]:
    """The solution's lines, and pieces of hidden reviews, that stand in a message."""
    text = _plain(message)
    found = [line for line in _solution_lines() if line in text]
    words = re.findall(r"[a-z']+", message.lower())
    runs = (tuple(words[place : place + WORDS]) for place in range(len(words) - WORDS + 1))
    return found + [" ".join(run) for run in runs if run in _review_pieces()]


def _plain(text: str) -> str:
    return " ".join(text.split())


@functools.cache
def _solution_lines() -> frozenset[str]:
    """Lines inside the solution's marks that no released notebook shows."""
    lines, shown = set[str](), set[str]()
    for path in sorted(SOLUTIONS.glob("*.py")):
        hidden, visible = hidden_lines(read_source(path.stem))
        lines |= {_plain(line.text) for line in hidden}
        shown |= {_plain(text) for text in visible}
    return frozenset(line for line in lines - shown if len(line) >= SHORTEST)


@functools.cache
def _review_pieces() -> frozenset[tuple[str, ...]]:
    pieces: set[tuple[str, ...]] = set()
    for part in ("train", "test"):
        for review in read_reviews(HIDDEN / "mini" / f"{part}.csv"):
            words = re.findall(r"[a-z']+", review.text.lower())
            pieces |= {tuple(words[place : place + WORDS]) for place in range(len(words) - WORDS + 1)}
    return frozenset(pieces)
