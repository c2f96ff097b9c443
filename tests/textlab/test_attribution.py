"""Explanations: the record, the HTML that shows it, and the slope on the way from the baseline."""

from __future__ import annotations

import re

import pytest
import torch
from torch import Tensor, nn

from textlab._attribution_html import NEGATIVE, POSITIVE, colour, signed
from textlab.attribution import Explanation, slopes_on_path, to_html


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
    assert colour(0.0, 2.0) == "rgb(255,255,255)"
    assert colour(2.0, 2.0) == "rgb({},{},{})".format(*POSITIVE)
    assert colour(-2.0, 2.0) == "rgb({},{},{})".format(*NEGATIVE)
    assert colour(0.0, 0.0) == "rgb(255,255,255)"


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
    assert html.count("<tr>") == 5
    assert "Strongest tokens: word1 −3.00, word3 +1.00, word0 +0.50." in html
    assert "delta +1.5e−04" in html


def test_the_caption_tells_a_wrong_prediction() -> None:
    assert "(right)" in to_html([explained(1.0, label=1)])
    assert "(wrong)" in to_html([explained(1.0, label=0)])
    assert "labelled" not in to_html([explained(1.0, label=None)])


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        to_html([])


class Cubic(nn.Module):
    """The cube of the sum of all embeddings, with dropout before it."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(torch.tensor([[0.0, 0.0], [0.5, 1.0], [-0.25, 0.5]]))
        self.dropout = nn.Dropout(0.5)

    def forward(self, text: Tensor) -> Tensor:
        """Logits [batch, 1]."""
        total: Tensor = self.dropout(self.embedding(text)).sum(dim=(1, 2))
        return total.pow(3)[:, None]


def test_the_slope_is_the_derivative_along_the_way() -> None:
    model = Cubic().train()
    slopes = slopes_on_path(model, torch.tensor([[1, 2]]), torch.tensor([[0, 0]]), [0.0, 0.5, 1.0])
    whole = 0.5 + 1.0 - 0.25 + 0.5  # F on the way is (share × whole)³
    assert slopes.tolist() == pytest.approx([3 * share**2 * whole**3 for share in (0.0, 0.5, 1.0)])
    assert model.training, "the mode is given back"
    assert not model.embedding._forward_hooks, "the layer is given back"
