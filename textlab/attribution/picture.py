"""Explanations as a matplotlib figure: coloured tokens with signed numbers, as `to_html` shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textlab.attribution.explanation import Explanation
from textlab.attribution.markup import UNKNOWN, caption, scale_ends, scale_units
from textlab.attribution.scale import NEGATIVE, POSITIVE, digits, largest_score, shade, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Everything is measured in points, 72 to the inch.
WIDTH = 720.0
MARGIN = 12.0
TEXT, SMALL = 11.0, 8.0
PADDING, GAP = 4.0, 4.0
BOX, LINE, CAPTION = 30.0, 35.0, 14.0
INK = "#111111"


def figure(explanations: Sequence[Explanation]) -> Figure:
    """The explanations as a figure of pyplot, one under the other, on one scale that a legend shows.

    As wide as a page; its height follows from the tokens, which are broken into lines. A token wider than a
    line is cut. Readable for about six sentences. Raises ValueError for no explanations.
    """
    # Imported here, so that those who draw no figure do not wait for pyplot.
    import matplotlib.pyplot as plt

    if not explanations:
        raise ValueError("there is nothing to draw: pass at least one Explanation")
    largest = largest_score(explanations)
    decimals = digits(largest)
    captions = [list(_text_lines(caption(item, decimals), 9.0)) for item in explanations]
    tokens = [list(_token_lines(item, decimals)) for item in explanations]
    blocks = list(zip(explanations, captions, tokens, strict=True))
    legend = _legend_lines(explanations)
    height = 2 * MARGIN + 22 + CAPTION * len(legend)
    height += sum(CAPTION * len(said) + LINE * len(lines) + 14 for _, said, lines in blocks)
    drawn = plt.figure(figsize=(WIDTH / 72, height / 72), facecolor="white")
    axes = drawn.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    y = _draw_legend(axes, explanations, largest, legend)
    for item, said, lines in blocks:
        y += 14
        for text in said:
            _write(axes, MARGIN, y, text, 9.0, ha="left")
            y += CAPTION
        for line in lines:
            for place, x, width, token in line:
                _draw_token(axes, item, place, (x, y, width), token, largest)
            y += LINE
    # After the legend, whose image would set other limits. From top to bottom, as text goes.
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    return drawn


def _draw_token(
    axes: Axes, item: Explanation, place: int, box: tuple[float, float, float], token: str, largest: float
) -> None:
    from matplotlib.patches import Rectangle

    x, y, width = box
    score = item.scores[place]
    colour = tuple(part / 255 for part in shade(score, largest))
    axes.add_patch(Rectangle((x, y), width, BOX, facecolor=colour, edgecolor="#bbbbbb", linewidth=0.5))
    _write(axes, x + width / 2, y + 10, token, TEXT)
    _write(axes, x + width / 2, y + 23, signed(score, digits(largest)), SMALL)
    if place in item.unknown:
        axes.plot([x + PADDING, x + width - PADDING], [y + 17, y + 17], color=INK, linestyle=":", linewidth=1.4)


def _draw_legend(axes: Axes, explanations: Sequence[Explanation], largest: float, lines: list[str]) -> float:
    """Draws the scale and what it means; gives the height at which it ends."""
    from matplotlib.colors import LinearSegmentedColormap

    lower, upper = scale_ends(explanations)
    low, high = (signed(end, digits(largest)) for end in (-largest, largest))
    middle, half = WIDTH / 2, 90.0
    ends = [[part / 255 for part in colour] for colour in (NEGATIVE, (255, 255, 255), POSITIVE)]
    colours = LinearSegmentedColormap.from_list("explanation", ends)
    extent = (middle - half, middle + half, MARGIN + 14, MARGIN)
    axes.imshow([[index / 255 for index in range(256)]], cmap=colours, extent=extent, aspect="auto")
    room = middle - half - MARGIN - 6
    _write(axes, middle - half - 6, MARGIN + 7, _cut(f"{lower} {low}", 9.0, room), 9.0, ha="right")
    _write(axes, middle + half + 6, MARGIN + 7, _cut(f"{high} {upper}", 9.0, room), 9.0, ha="left")
    y = MARGIN + 22
    for line in lines:
        _write(axes, middle, y + CAPTION / 2, line, SMALL)
        y += CAPTION
    return y


def _legend_lines(explanations: Sequence[Explanation]) -> list[str]:
    text = f"numbers are {scale_units(explanations)}; all sentences have the same scale; "
    lines = [text + "delta is what the sum of the scores is off by"]
    if any(item.unknown for item in explanations):
        lines.append(f"dotted: {UNKNOWN}")
    return lines


def _token_lines(item: Explanation, decimals: int) -> Iterator[list[tuple[int, float, float, str]]]:
    """Lines of (place, left edge, width, token as shown)."""
    line: list[tuple[int, float, float, str]] = []
    x = MARGIN
    for place, (token, score) in enumerate(zip(item.tokens, item.scores, strict=True)):
        shown = _cut(token, TEXT, WIDTH - 2 * MARGIN - 2 * PADDING)
        width = max(_width(shown, TEXT), _width(signed(score, decimals), SMALL)) + 2 * PADDING
        if line and x + width > WIDTH - MARGIN:
            yield line
            line, x = [], MARGIN
        line.append((place, x, width, shown))
        x += width + GAP
    if line:
        yield line


def _text_lines(text: str, size: float) -> Iterator[str]:
    """The text broken at spaces into lines that fit."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and _width(longer, size) > WIDTH - 2 * MARGIN:
            yield line
            longer = word
        line = _cut(longer, size, WIDTH - 2 * MARGIN)
    yield line


def _cut(text: str, size: float, width: float) -> str:
    """The text, its end replaced by an ellipsis when it is too wide."""
    if _width(text, size) <= width:
        return text
    kept = len(text) - 1
    while kept > 1 and _width(text[:kept] + "…", size) > width:
        kept -= 1
    return text[:kept] + "…"


def _width(text: str, size: float) -> float:
    """Width in points, the same on every screen."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)
    return float(width)


def _write(axes: Axes, x: float, y: float, text: str, size: float, ha: str = "center") -> None:
    # A dollar sign in a review is no formula.
    axes.text(x, y, text, fontsize=size, ha=ha, va="center", color=INK, parse_math=False)
