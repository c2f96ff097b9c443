"""Text of strangers, without what a terminal obeys."""

from __future__ import annotations

import pytest

from textlab.definitions.shown import plain_lines


@pytest.mark.parametrize("code", ["\x1b]0;title\x07", "\x1b[2J", "\x9b2J", "\u202e", "\x00", "\ud800"])
def test_codes_are_replaced(code: str) -> None:
    assert plain_lines(f"a{code}b") not in (f"a{code}b", "ab")
    assert plain_lines(f"a{code}b").isprintable()


def test_lines_tabs_and_letters_of_all_languages_stay() -> None:
    text = "Größe\t1\n第二行 🙂"
    assert plain_lines(text) == text
    assert plain_lines("50%\r100%\r\n") == "50%\n100%\n"
