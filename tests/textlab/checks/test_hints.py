"""Three hints for every blank, of a length that is read, and none of them the solution."""

from __future__ import annotations

import pytest

from autograder.release import SOLUTIONS, read_source
from autograder.release.leaks import hidden_lines
from textlab.checks.blanks import BLANKS, Blank

LADDERS = [(blank, step, text) for blank in BLANKS.values() for step, text in enumerate(blank.hints, start=1)]
CASES = [f"{blank.id}-{step}" for blank, step, _ in LADDERS]


def solution_lines(notebook: str) -> list[str]:
    """The lines of a notebook's solutions that are code and more than a word, without blanks."""
    hidden, visible = hidden_lines(read_source(notebook, SOLUTIONS))
    lines = {line.text for line in hidden if line.kind == "solution"} - set(visible)
    return ["".join(line.split()) for line in lines if len(line) >= 25]


def test_every_blank_has_exactly_three_hints() -> None:
    assert {len(blank.hints) for blank in BLANKS.values()} == {3}
    assert len({text for _, _, text in LADDERS}) == len(LADDERS)


@pytest.mark.parametrize(("_blank", "_step", "text"), LADDERS, ids=CASES)
def test_a_hint_has_80_to_160_words(_blank: Blank, _step: int, text: str) -> None:
    assert 80 <= len(text.split()) <= 160


@pytest.mark.parametrize("blank", BLANKS.values(), ids=lambda blank: blank.id)
def test_the_first_hint_asks_why_or_what_and_shows_no_code(blank: Blank) -> None:
    first = blank.hints[0]
    assert "?" in first
    assert "why" in first.lower()
    assert "(" not in first


@pytest.mark.parametrize("blank", BLANKS.values(), ids=lambda blank: blank.id)
def test_the_third_hint_leaves_a_gap_and_is_not_the_solution(blank: Blank) -> None:
    third = blank.hints[2]
    assert "..." in third
    told = [line for line in solution_lines(blank.notebook) if line in "".join(third.split())]
    assert len(told) <= 1, f"the hint tells {told}"
