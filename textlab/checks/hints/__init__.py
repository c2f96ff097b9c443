"""Three hints for every blank, one module a notebook: the idea, the tool and the shapes, the code with a gap."""

from __future__ import annotations

from textlab.checks.hints import notebook_1, notebook_2, notebook_3, notebook_4

Ladder = tuple[str, str, str]
HINTS: dict[str, Ladder] = {**notebook_1.HINTS, **notebook_2.HINTS, **notebook_3.HINTS, **notebook_4.HINTS}
"""Hints by blank. Each has 80 to 160 words; the third still leaves something to find."""

__all__ = ["HINTS", "Ladder"]
