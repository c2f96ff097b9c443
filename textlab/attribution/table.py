"""All tokens of a sentence, sorted by what they speak for."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from textlab.attribution.explanation import Explanation
from textlab.attribution.markup import STYLE
from textlab.attribution.scale import digits, shade, signed


@dataclass(frozen=True)
class TokenRow:
    """One token of an explanation."""

    token: str
    place: int
    """In the sentence, counted from 1."""
    score: float
    share: float
    """The score divided by the sum of all absolute scores, −1 to 1; 0 when all scores are 0."""


@dataclass(frozen=True)
class TokenTable:
    """Rows from the token that speaks most for the target to the one that speaks most against it.

    `print` writes it as text, a notebook shows it as HTML.
    """

    rows: tuple[TokenRow, ...]
    target: str

    def __str__(self) -> str:
        width = max(len("token"), *(len(row.token) for row in self.rows)) if self.rows else len("token")
        decimals = self._decimals()
        lines = [f"{'token':{width}}  place  {'score':>10}  share"]
        lines += [
            f"{row.token:{width}}  {row.place:5}  {signed(row.score, decimals):>10}  {_percent(row.share):>5}"
            for row in self.rows
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        largest = max((abs(row.score) for row in self.rows), default=0.0)
        decimals = self._decimals()
        rows = "".join(
            f"<tr><td>{escape(row.token)}</td><td>{row.place}</td>"
            f'<td style="background:rgb{shade(row.score, largest)}">{signed(row.score, decimals)}</td>'
            f"<td>{_percent(row.share)}</td></tr>"
            for row in self.rows
        )
        return (
            f'{STYLE}<div class="textlab-explanation"><table><caption>tokens that speak for {escape(self.target)} '
            "come first</caption><thead><tr><th>token</th><th>place</th><th>score</th><th>share</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _decimals(self) -> int:
        return digits(max((abs(row.score) for row in self.rows), default=0.0))


def token_table(explanation: Explanation) -> TokenTable:
    """All tokens of a sentence by attribution: the largest score first, equal ones in the sentence's order.

    For a table of words instead of sub-words pass `explanation.by_word()`.
    """
    total = sum(abs(score) for score in explanation.scores)
    rows = [
        TokenRow(token, place, score, score / total if total else 0.0)
        for place, (token, score) in enumerate(zip(explanation.tokens, explanation.scores, strict=True), start=1)
    ]
    return TokenTable(tuple(sorted(rows, key=lambda row: -row.score)), explanation.target)


def _percent(share: float) -> str:
    return "0 %" if round(100 * share) == 0 else f"{100 * share:+.0f} %".replace("-", "−")
