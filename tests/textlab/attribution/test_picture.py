"""Explanations as a figure: what is drawn where, in which colour."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from textlab.attribution import Explanation, figure
from textlab.attribution.scale import NEGATIVE, POSITIVE


@pytest.fixture(autouse=True)
def no_window() -> Iterator[None]:
    """Draw without a screen, and close what was drawn."""
    plt.switch_backend("agg")
    yield
    plt.close("all")


def explained(tokens: list[str], scores: list[float]) -> Explanation:
    """An explanation of these tokens."""
    return Explanation(tuple(tokens), tuple(scores), 0.75, 1.5e-4, 1, unknown=(1,))


def boxes(axes: Axes) -> list[Rectangle]:
    """The tokens' boxes in their order."""
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_tokens_carry_signed_numbers_and_the_colour_of_their_score() -> None:
    first, second = explained(["dull", "lovely", "in"], [-4.0, 2.0, 0.0]), explained(["so", "so"], [4.0, 0.0])
    axes = figure([first, second]).axes[0]
    written = [text.get_text() for text in axes.texts]
    assert [written[written.index(token) + 1] for token in ("dull", "lovely", "in")] == ["−4.00", "+2.00", "0"]
    colours = [tuple(round(255 * part) for part in to_rgb(box.get_facecolor())) for box in boxes(axes)]
    assert colours[0] == NEGATIVE and colours[3] == POSITIVE
    assert colours[2] == colours[4] == (255, 255, 255)
    assert "speaks for negative −4.00" in written and "+4.00 speaks for positive" in written
    assert any("delta +1.5e−04" in text for text in written)


def test_nothing_overlaps_and_nothing_leaves_the_figure() -> None:
    long = explained(["interminable" * 20, "a", *["tremendously"] * 40, "$x$", "$"], [0.5] * 44)
    drawn = figure([long, explained(["the", "end"], [1.0, 2.0])] * 3)
    drawn.canvas.draw()
    axes = drawn.axes[0]
    renderer = drawn.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [text.get_window_extent(renderer) for text in axes.texts]
    rectangles = [box.get_window_extent(renderer) for box in boxes(axes)]
    assert len(rectangles) == 3 * 46
    for group in (texts, rectangles):
        for one, other in combinations(group, 2):
            assert not one.overlaps(other), (one, other)
    for item in texts + rectangles:
        assert item.x0 >= 0 and item.y0 >= 0
        assert item.x1 <= drawn.bbox.x1 and item.y1 <= drawn.bbox.y1
    assert any(text.get_text().endswith("…") for text in axes.texts)
    assert not any(text.get_parse_math() for text in axes.texts if "$" in text.get_text())


def test_an_unknown_word_has_a_dotted_line() -> None:
    axes = figure([explained(["the", "zyx"], [1.0, 2.0])]).axes[0]
    (line,) = axes.lines
    box = boxes(axes)[1]
    assert line.get_linestyle() == ":"
    ends = np.asarray(line.get_xdata(), dtype=float)
    assert box.get_x() < ends[0] < ends[1] < box.get_x() + box.get_width()


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        figure([])
