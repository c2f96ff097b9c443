"""Draws explanations as HTML. Kept from the record, so that this file is about markup only."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textlab.attribution import Explanation

# The ends of the scale: light enough for dark text, and far apart for red-green-blind readers.
POSITIVE = (94, 156, 222)
NEGATIVE = (238, 148, 52)
NAMED = 3

STYLE = """<style>
.textlab-explanation{background:#fff;color:#111;padding:.6em .8em;font-family:sans-serif;line-height:1.3}
.textlab-explanation figure{margin:0 0 1em 0}
.textlab-explanation figcaption{margin-bottom:.3em;color:#111}
.textlab-explanation .token{display:inline-block;text-align:center;padding:.1em .3em;margin:.1em}
.textlab-explanation .token{border-radius:3px;color:#111}
.textlab-explanation .token small{display:block;font-size:70%;color:#111}
.textlab-explanation .scale{display:inline-block;width:16em;height:.9em;border:1px solid #777;vertical-align:middle}
.textlab-explanation table{border-collapse:collapse;color:#111;background:#fff}
.textlab-explanation th,.textlab-explanation td{padding:.1em .7em;text-align:right;color:#111;background:#fff}
.textlab-explanation th:first-child,.textlab-explanation td:first-child{text-align:left}
.textlab-explanation summary{cursor:pointer;color:#333}
</style>"""


def render(explanations: Sequence[Explanation]) -> str:
    """All explanations on one scale, which a legend shows."""
    largest = max((abs(score) for item in explanations for score in item.scores), default=0.0)
    figures = "".join(_figure(item, largest) for item in explanations)
    return f'{STYLE}<div class="textlab-explanation">{_legend(largest)}{figures}</div>'


def colour(score: float, largest: float) -> str:
    """White at zero, blue at `largest`, orange at minus `largest`."""
    strength = min(1.0, abs(score) / largest) if largest > 0 else 0.0
    end = POSITIVE if score > 0 else NEGATIVE
    return "rgb({},{},{})".format(*(round(255 + strength * (part - 255)) for part in end))


def signed(score: float) -> str:
    """The score with its sign and two decimals; a score that rounds to nothing is plain 0."""
    text = f"{score:+.2f}".replace("-", "−")
    return "0" if text[1:] == "0.00" else text


def _legend(largest: float) -> str:
    ends = [f"rgb({part[0]},{part[1]},{part[2]})" for part in (NEGATIVE, POSITIVE)]
    return (
        f"<p>speaks for negative {signed(-largest)} "
        f'<span class="scale" role="img" aria-label="colour scale from orange, {signed(-largest)}, '
        f'over white, 0, to blue, {signed(largest)}" '
        f'style="background:linear-gradient(to right,{ends[0]},#fff,{ends[1]})"></span> '
        f"{signed(largest)} speaks for positive<br><small>numbers are shares of the logit; "
        "all sentences have the same scale</small></p>"
    )


def _figure(item: Explanation, largest: float) -> str:
    tokens = " ".join(
        f'<span class="token" style="background:{colour(score, largest)}">{escape(token)}'
        f"<small>{signed(score)}</small></span>"
        for token, score in zip(item.tokens, item.scores, strict=True)
    )
    return (
        f'<figure role="group" aria-label="{escape(_alternative(item), quote=True)}">'
        f"<figcaption>{_caption(item)}</figcaption>{tokens}{_table(item)}</figure>"
    )


def _caption(item: Explanation) -> str:
    said = f"predicted <b>{_word(item.prediction)}</b>, probability of positive {item.probability:.2f}"
    meant = ""
    if item.label is not None:
        verdict = "right" if item.label == item.prediction else "wrong"
        meant = f"labelled <b>{_word(item.label)}</b> ({verdict}) · "
    delta = f"{item.delta:+.1e}".replace("-", "−")
    return f"{meant}{said} · sum of scores {signed(sum(item.scores))} · delta {delta}"


def _alternative(item: Explanation) -> str:
    """The figure in one sentence, for readers who do not see it."""
    pairs = sorted(zip(item.tokens, item.scores, strict=True), key=lambda pair: -abs(pair[1]))
    named = ", ".join(f"{token} {signed(score)}" for token, score in pairs[:NAMED])
    return (
        f"Sentence: {' '.join(item.tokens)}. Predicted {_word(item.prediction)}, probability of positive "
        f"{item.probability:.2f}. Strongest tokens: {named}."
    )


def _table(item: Explanation) -> str:
    rows = "".join(
        f"<tr><td>{escape(token)}</td><td>{place}</td><td>{signed(score)}</td></tr>"
        for place, (token, score) in enumerate(zip(item.tokens, item.scores, strict=True), start=1)
    )
    return (
        "<details><summary>the same as a table</summary><table><thead><tr><th>token</th><th>place</th>"
        f"<th>score</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _word(label: int) -> str:
    return "positive" if label == 1 else "negative"
