"""Explanations as HTML: colours, numbers, legend, tables, alternative text."""

from __future__ import annotations

import re

import pytest

from textlab.attribution import Explanation, to_html
from textlab.attribution.scale import NEGATIVE, POSITIVE, shade, signed


def explained(*scores: float, token: str = "word", label: int | None = 1) -> Explanation:
    """An explanation with these scores."""
    return Explanation(tuple(f"{token}{place}" for place in range(len(scores))), scores, 0.75, 1.5e-4, label)


def backgrounds(html: str) -> list[str]:
    """Background colours of the tokens in their order."""
    return re.findall(r'class="token" style="background:(rgb\([^)]*\))', html)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scores": (1.0,)}, "2 tokens but 1 scores"),
        ({"scores": (1.0, float("nan"))}, "finite"),
        ({"delta": float("inf")}, "finite"),
        ({"probability": 2.3}, "sigmoid of the logit"),
        ({"label": 2}, "label is 2"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(changes: dict[str, object], message: str) -> None:
    fields: dict[str, object] = {"tokens": ("a", "b"), "scores": (1.0, 2.0), "probability": 0.5, "delta": 0.0}
    with pytest.raises(ValueError, match=message):
        Explanation(**{**fields, **changes})  # type: ignore[arg-type]


def test_probability_one_half_counts_as_positive() -> None:
    assert Explanation(("a",), (0.0,), 0.5, 0.0).prediction == 1
    assert Explanation(("a",), (0.0,), 0.49, 0.0).prediction == 0


def test_zero_is_white_and_the_ends_have_their_hue() -> None:
    assert shade(0.0, 2.0) == shade(0.0, 0.0) == (255, 255, 255)
    assert shade(2.0, 2.0) == POSITIVE
    assert shade(-2.0, 2.0) == NEGATIVE


def test_all_sentences_share_one_scale() -> None:
    alone = backgrounds(to_html([explained(1.0)]))
    together = backgrounds(to_html([explained(1.0), explained(-4.0)]))
    assert alone[0] == "rgb({},{},{})".format(*POSITIVE)
    assert together[0] != alone[0]
    assert together[1] == "rgb({},{},{})".format(*NEGATIVE)


def test_dark_text_is_readable_on_every_colour() -> None:
    def luminance(rgb: tuple[int, ...]) -> float:
        parts = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for end in (POSITIVE, NEGATIVE):
        assert (luminance(end) + 0.05) / (luminance((0x11, 0x11, 0x11)) + 0.05) > 4.5  # WCAG 2 level AA


def test_tokens_are_escaped_everywhere() -> None:
    html = to_html([explained(1.0, token="<script>alert('x')</script>\"")])
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 4  # text, table, alternative text twice
    assert '"0' not in html.replace("&quot;0", "")


def test_numbers_carry_their_sign() -> None:
    assert [signed(score) for score in (1.234, -1.234, 0.001, -0.001, 0.0)] == ["+1.23", "−1.23", "0", "0", "0"]


def test_legend_table_and_alternative_text_are_there() -> None:
    html = to_html([explained(0.5, -3.0, 0.1, 1.0)])
    assert "−3.00" in html and "+3.00" in html and "colour scale" in html
    # Each end of the scale is one piece, which a narrow page does not tear apart.
    assert "<span>speaks for negative −3.00</span>" in html and "<span>+3.00 speaks for positive</span>" in html
    assert html.count("<tr>") == 5
    assert "Strongest tokens: word1 −3.00, word3 +1.00, word0 +0.50." in html
    assert "delta +1.5e−04" in html


def test_the_caption_tells_a_wrong_prediction() -> None:
    right, wrong = (to_html([explained(1.0, label=label)]) for label in (1, 0))
    assert "labelled positive · predicted positive (right), probability" in right
    assert "labelled negative · predicted positive (wrong), probability" in wrong
    assert "labelled" not in to_html([explained(1.0, label=None)])


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        to_html([])


def test_a_class_is_named_by_its_label() -> None:
    item = Explanation(
        ("goal",), (0.5,), 0.4, 0.0, label="<sport>", target="sport & play", other="other classes", predicted="news"
    )
    html = to_html([item])
    assert "speaks for sport &amp; play" in html and "speaks against sport &amp; play" in html
    assert "labelled &lt;sport&gt; · predicted news (wrong), probability of sport &amp; play 0.40" in html
    assert "positive" not in html and "negative" not in html


def test_sentences_with_several_targets_have_a_legend_for_all() -> None:
    html = to_html([Explanation(("a",), (1.0,), 0.9, 0.0, target=name, other="rest") for name in ("sun", "rain")])
    assert "speaks against the class explained" in html and "speaks for the class explained" in html


def test_shares_of_a_probability_show_two_figures() -> None:
    html = to_html([Explanation(("a", "b"), (0.0123, -0.004), 0.5, 0.0, output="probability")])
    assert "+0.012" in html and "−0.004" in html
    assert "shares of the probability" in html and "logit" not in html


def test_an_unknown_word_is_marked_in_text_table_and_alternative_text() -> None:
    html = to_html([Explanation(("a", "zyx"), (1.0, 2.0), 0.5, 0.0, unknown=(1,))])
    assert re.search(r'class="unknown" title="[^"]+">zyx<', html)
    assert "zyx (unknown)" in html and "Unknown words: zyx." in html and "dotted" in html
    assert "dotted</span>" not in to_html([explained(1.0)])


def test_sentences_with_one_target_and_several_others_have_a_legend_for_all() -> None:
    html = to_html([Explanation(("a",), (1.0,), 0.9, 0.0, target="sun", other=name) for name in ("rain", "snow")])
    assert "speaks against the class explained" in html and "speaks for rain" not in html
