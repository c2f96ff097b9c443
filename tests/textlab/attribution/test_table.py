"""The table of all tokens by attribution."""

from __future__ import annotations

import pytest

from textlab.attribution import Explanation, token_table


def explained(*scores: float, tokens: tuple[str, ...] = ("dull", "but", "lovely", "end")) -> Explanation:
    """Four tokens with these scores."""
    return Explanation(tokens, scores, 0.75, 1e-4, target="praise", other="blame")


def test_the_token_that_speaks_most_for_the_target_comes_first() -> None:
    table = token_table(explained(-3.0, 0.0, 5.0, 0.0))
    assert [(row.token, row.place) for row in table.rows] == [("lovely", 3), ("but", 2), ("end", 4), ("dull", 1)]
    assert [row.share for row in table.rows] == pytest.approx([5 / 8, 0, 0, -3 / 8])


def test_text_has_a_signed_row_per_token() -> None:
    lines = str(token_table(explained(-3.0, 0.0, 5.0, 0.0))).splitlines()
    assert len(lines) == 5
    assert lines[1].split() == ["lovely", "3", "+5.00", "+62", "%"]
    assert lines[4].split() == ["dull", "1", "−3.00", "−38", "%"]
    assert len({line.index(word) + len(word) for line, word in zip(lines[1:], ["%"] * 4, strict=True)}) == 1


def test_no_scores_have_no_shares() -> None:
    assert {row.share for row in token_table(explained(0.0, 0.0, 0.0, 0.0)).rows} == {0.0}


def test_html_escapes_tokens_and_names_the_target() -> None:
    html = token_table(explained(1.0, 2.0, 3.0, -4.0, tokens=("<b>", "a", "b", "c")))._repr_html_()
    assert "<b>" not in html and "&lt;b&gt;" in html
    assert "speak for praise" in html
    assert html.count("<tr>") == 5
