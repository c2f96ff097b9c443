"""Explanations as HTML: coloured text with signed numbers, a legend, and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from textlab.attribution.explanation import Explanation
from textlab.attribution.scale import NEGATIVE, POSITIVE, digits, largest_score, shade, signed

NAMED = 3
UNKNOWN = "not in the vocabulary: the model sees the token for unknown words"

STYLE = """<style>
.textlab-explanation{background:#fff;color:#111;padding:.6em .8em;font-family:sans-serif;line-height:1.3}
.textlab-explanation figure{margin:0 0 1em 0}
.textlab-explanation figcaption{margin-bottom:.3em;color:#111}
.textlab-explanation .token{display:inline-block;text-align:center;padding:.1em .3em;margin:.1em}
.textlab-explanation .token{border-radius:3px;color:#111;max-width:100%;overflow-wrap:anywhere}
.textlab-explanation .token small{display:block;font-size:70%;color:#111}
.textlab-explanation .unknown{text-decoration:underline dotted #111 2px;text-underline-offset:.2em}
.textlab-explanation .ends{display:flex;flex-wrap:wrap;align-items:center;gap:.2em .5em;margin-bottom:0}
.textlab-explanation .ends+p{margin-top:.2em}
.textlab-explanation .scale{display:inline-block;width:16em;height:.9em;border:1px solid #777;vertical-align:middle}
@media(max-width:40rem){.textlab-explanation .ends>:last-child{margin-left:auto}
.textlab-explanation .scale{order:-1;width:100%;box-sizing:border-box}}
.textlab-explanation table{border-collapse:collapse;color:#111;background:#fff}
.textlab-explanation caption{text-align:left;color:#111}
.textlab-explanation th,.textlab-explanation td{padding:.1em .7em;text-align:right;color:#111;background:#fff}
.textlab-explanation th:first-child,.textlab-explanation td:first-child{text-align:left;overflow-wrap:anywhere}
.textlab-explanation summary{cursor:pointer;color:#333}
</style>"""


def to_html(explanations: Sequence[Explanation]) -> str:
    """The explanations as HTML that needs nothing from outside: coloured text, numbers, legend and tables.

    Blue speaks for the target, orange against it, white for neither; all sentences share one scale, set by
    the largest absolute score. Words that the vocabulary does not know have a dotted underline. Tokens are
    escaped. Raises ValueError for no explanations.
    """
    if not explanations:
        raise ValueError("there is nothing to draw: pass at least one Explanation")
    largest = largest_score(explanations)
    figures = "".join(_figure(item, largest) for item in explanations)
    return f'{STYLE}<div class="textlab-explanation">{_legend(explanations, largest)}{figures}</div>'


def show(explanations: Sequence[Explanation]) -> None:
    """Display the explanations in a notebook."""
    from IPython.display import HTML, display

    display(HTML(to_html(explanations)))  # type: ignore[no-untyped-call, unused-ignore]


def scale_ends(explanations: Sequence[Explanation]) -> tuple[str, str]:
    """What the lower and the upper end of the scale say: of all sentences if they agree, else in general."""
    lower = {
        "against " + item.target if item.other == "other classes" else "for " + item.other for item in explanations
    }
    upper = {item.target for item in explanations}
    if len(upper) > 1 or len(lower) > 1:
        return "speaks against the class explained", "speaks for the class explained"
    return f"speaks {lower.pop()}", f"speaks for {upper.pop()}"


def scale_units(explanations: Sequence[Explanation]) -> str:
    """What the numbers are shares of."""
    return "shares of the " + " or ".join(sorted({item.output for item in explanations}))


def caption(item: Explanation, decimals: int) -> str:
    """What the model says about a sentence, the sum of the scores and the completeness error; plain text."""
    meant, verdict = "", ""
    if item.label_name is not None:
        meant = f"labelled {item.label_name} · "
        verdict = " (right)" if item.label_name == item.predicted_name else " (wrong)"
    said = f"predicted {item.predicted_name}{verdict}, probability of {item.target} {item.probability:.2f}"
    delta = f"{item.delta:+.1e}".replace("-", "−")
    return f"{meant}{said} · sum of scores {signed(sum(item.scores), decimals)} · delta {delta}"


def _legend(explanations: Sequence[Explanation], largest: float) -> str:
    ends = [f"rgb({part[0]},{part[1]},{part[2]})" for part in (NEGATIVE, POSITIVE)]
    low, high = (signed(end, digits(largest)) for end in (-largest, largest))
    lower, upper = (escape(end) for end in scale_ends(explanations))
    unknown = (
        "; <span class='unknown'>dotted</span>: " + UNKNOWN if any(item.unknown for item in explanations) else ""
    )
    return (
        f'<p class="ends"><span>{lower} {low}</span> '
        f'<span class="scale" role="img" aria-label="colour scale from orange, {low}, '
        f'over white, 0, to blue, {high}" '
        f'style="background:linear-gradient(to right,{ends[0]},#fff,{ends[1]})"></span> '
        f"<span>{high} {upper}</span></p>"
        f"<p><small>numbers are {scale_units(explanations)}; all sentences have the same scale; "
        f"delta is what the sum of the scores is off by{unknown}</small></p>"
    )


def _figure(item: Explanation, largest: float) -> str:
    tokens = " ".join(
        f'<span class="token" style="background:{_rgb(score, largest)}">{_word(item, place)}'
        f"<small>{signed(score, digits(largest))}</small></span>"
        for place, score in enumerate(item.scores)
    )
    return (
        f'<figure role="group" aria-label="{escape(_alternative(item, largest), quote=True)}">'
        f"<figcaption>{escape(caption(item, digits(largest)))}</figcaption>{tokens}{_table(item, largest)}</figure>"
    )


def _word(item: Explanation, place: int) -> str:
    token = escape(item.tokens[place])
    return f'<span class="unknown" title="{UNKNOWN}">{token}</span>' if place in item.unknown else token


def _alternative(item: Explanation, largest: float) -> str:
    """The figure in one sentence, for readers who do not see it."""
    pairs = sorted(zip(item.tokens, item.scores, strict=True), key=lambda pair: -abs(pair[1]))
    named = ", ".join(f"{token} {signed(score, digits(largest))}" for token, score in pairs[:NAMED])
    unknown = ", ".join(item.tokens[place] for place in item.unknown)
    return (
        f"Sentence: {' '.join(item.tokens)}. Predicted {item.predicted_name}, probability of {item.target} "
        f"{item.probability:.2f}. Strongest tokens: {named}." + (f" Unknown words: {unknown}." if unknown else "")
    )


def _table(item: Explanation, largest: float) -> str:
    rows = "".join(
        f"<tr><td>{escape(token)}{' (unknown)' if place in item.unknown else ''}</td><td>{place + 1}</td>"
        f"<td>{signed(score, digits(largest))}</td></tr>"
        for place, (token, score) in enumerate(zip(item.tokens, item.scores, strict=True))
    )
    return (
        "<details><summary>the same as a table</summary><table><thead><tr><th>token</th><th>place</th>"
        f"<th>score</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _rgb(score: float, largest: float) -> str:
    red, green, blue = shade(score, largest)
    return f"rgb({red},{green},{blue})"
