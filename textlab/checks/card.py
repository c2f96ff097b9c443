"""The card that a public check shows: one of four states, the counterexample, and hints on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal

from textlab.checks.blanks import BLANKS
from textlab.checks.failure import CheckFailed, StudentError

State = Literal["not attempted", "raised", "wrong", "right"]
COLOURS: dict[State, str] = {
    "not attempted": "#6b7280",
    "raised": "#9a3412",
    "wrong": "#9a3412",
    "right": "#1d4ed8",
}
MARKS: dict[State, str] = {"not attempted": "○", "raised": "✗", "wrong": "✗", "right": "✓"}


@dataclass(frozen=True)
class Card:
    """What a check says about one blank."""

    blank: str
    title: str
    state: State
    text: str = ""

    def __str__(self) -> str:
        """The card as text for a terminal."""
        head = f"{MARKS[self.state]} {self.blank} · {self.state} · {self.title}"
        return head if not self.text else f"{head}\n{self.text}"

    def __repr__(self) -> str:
        """The same text, since notebooks without HTML show the repr."""
        return str(self)

    def _repr_html_(self) -> str:
        """The card as HTML for a notebook."""
        colour = COLOURS[self.state]
        body = f"<pre style='margin:.5em 0 0;white-space:pre-wrap'>{escape(self.text)}</pre>" if self.text else ""
        return (
            f"<div style='border-left:6px solid {colour};padding:.5em 1em;margin:.3em 0'>"
            f"<b style='color:{colour}'>{MARKS[self.state]} {escape(self.state)}</b> · "
            f"<code>{escape(self.blank)}</code> · {escape(self.title)}{body}</div>"
        )


def check(blank: str, *sources: Callable[..., object]) -> Card:
    """Check what the student wrote for a blank on public inputs and show a card; never raises for wrong answers.

    Most blanks are one class or function; where several work together, give them in the order of the notebook.

    Raises KeyError when there is no blank of this name.
    """
    card = assess(blank, *sources)
    _show(card)
    return card


def assess(blank: str, *sources: Callable[..., object]) -> Card:
    """The card for a blank, without showing it."""
    if blank not in BLANKS:
        raise KeyError(f"there is no blank {blank!r}; the blanks are {', '.join(BLANKS)}")
    asked = BLANKS[blank]
    try:
        asked.run(*sources)
    except CheckFailed as failure:
        return Card(blank, asked.title, "wrong", f"{failure}\n  help      hint({blank!r}, 1)")
    except StudentError as error:
        if error.not_attempted:
            name = error.call.split("(")[0]
            text = f"{name} still stops at its raise NotImplementedError; put your code in place of that line"
            return Card(blank, asked.title, "not attempted", f"{text}\n  help      hint({blank!r}, 1)")
        return Card(blank, asked.title, "raised", f"{error}\n  help      hint({blank!r}, 1)")
    return Card(blank, asked.title, "right")


def hint(blank: str, step: int = 1) -> None:
    """Print the first, second or third hint for a blank."""
    if blank not in BLANKS or step not in (1, 2, 3):
        raise KeyError(f"no hint {step} for {blank!r}; the blanks are {', '.join(BLANKS)}, the steps 1, 2, 3")
    print(f"hint {step} of 3 for {blank}: {BLANKS[blank].hints[step - 1]}")


def _show(card: Card) -> None:
    """Show HTML in a notebook and text elsewhere."""
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:  # type: ignore[no-untyped-call, unused-ignore]
        print(card)
        return
    from IPython.display import display

    display(card)  # type: ignore[no-untyped-call, unused-ignore]
