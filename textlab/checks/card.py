"""The card that a public check shows: one of four states, the counterexample, what to do next, how far you are."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape

from textlab.checks.blanks import BLANKS
from textlab.checks.failure import CheckFailed, StudentError
from textlab.checks.progress import State, note_states, progress_line
from textlab.checks.symptoms import matching_symptoms

MARKS: dict[State, str] = {"not attempted": "○", "raised": "!", "wrong": "✗", "right": "✓"}
# Blue against orange, told apart with any colour vision; white text on each has a contrast of at least 5.
COLOURS: dict[State, str] = {"not attempted": "#57606a", "raised": "#a8400a", "wrong": "#a8400a", "right": "#1d4ed8"}
# The counterexample is code: these rows are set in the font of code.
CODE = frozenset({"input", "expected", "got", "where"})


@dataclass(frozen=True)
class Card:
    """What a check says about one blank."""

    blank: str
    title: str
    state: State
    what: str = ""
    """The fault in one line; "" when there is none."""
    rows: tuple[tuple[str, str], ...] = ()
    """input, expected, got, where, likely, next: those that there are, in this order."""
    progress: str = ""
    """How far the student is, over all notebooks."""

    @property
    def head(self) -> str:
        """The first line: mark, blank, and what is wrong or that nothing is."""
        return f"{MARKS[self.state]} {self.blank} · {self.what or self.state}"

    @property
    def text(self) -> str:
        """The fault and its rows as aligned lines; "" when the answer is right."""
        return (
            "\n".join([self.what or self.state, *(f"  {label:<9} {said}" for label, said in self.rows)])
            if self.rows
            else ""
        )

    def __str__(self) -> str:
        """The card as text."""
        rows = [f"  {label:<9} {said}" for label, said in self.rows]
        return "\n".join([self.head, *rows, *([self.progress] if self.progress else [])])

    def __repr__(self) -> str:
        """The same text, since notebooks without HTML show the repr."""
        return str(self)

    def _repr_html_(self) -> str:
        """The card as HTML. Text takes its colour from the page, so that it reads on light and on dark ones."""
        badge = f"background:{COLOURS[self.state]};color:#fff;border-radius:3px;padding:.1em .5em"
        said = self.what or (self.title if self.state == "right" else "")
        rows = "".join(_html_row(label, text) for label, text in self.rows)
        table = f"<table style='border-collapse:collapse;margin:.5em 0 0;border:0'>{rows}</table>" if rows else ""
        line = f"<div style='margin-top:.5em;opacity:.8'>{escape(self.progress)}</div>" if self.progress else ""
        return (
            f"<div role='status' style='border-left:6px solid {COLOURS[self.state]};padding:.4em 1em;margin:.3em 0'>"
            f"<span style='{badge}'>{MARKS[self.state]} {self.state}</span> "
            f"<code style='background:none;color:inherit'>{escape(self.blank)}</code> · {escape(said)}"
            f"{table}{line}</div>"
        )


def check(blank: str, *sources: Callable[..., object]) -> Card:
    """Check what the student wrote for a blank on public inputs and show a card; never raises for wrong answers.

    (Under nbgrader validate it does, with AssertionError: nbgrader takes a cell that does not raise for right.)
    Most blanks are one class or function; where several work together, give them in the order of the notebook.
    The state is kept in results/progress.json, from which the card says how far the student is.
    Raises KeyError when there is no blank of this name.
    """
    card = assess(blank, *sources)
    states = note_states({blank: card.state})
    card = replace(card, progress=progress_line(states, {BLANKS[blank].notebook}) if states else "")
    _show(card)
    if card.state != "right" and os.environ.get("NBGRADER_EXECUTION") == "validate":
        raise AssertionError(str(card))
    return card


def assess(blank: str, *sources: Callable[..., object], hint: str = 'hint("{}", 1)') -> Card:
    """The card for a blank, without showing or keeping it. `hint` is how a hint is asked for, `{}` the blank."""
    if blank not in BLANKS:
        raise KeyError(f"there is no blank {blank!r}; the blanks are {', '.join(BLANKS)}")
    asked = BLANKS[blank]
    help_line = f"{hint.format(blank)} (1 of 3)"
    try:
        asked.run(*sources)
    except CheckFailed as failure:
        return Card(blank, asked.title, "wrong", failure.what, _with_help(failure.rows, help_line))
    except StudentError as error:
        if error.not_attempted:
            name = error.call.split("(")[0]
            step = f"put your code in place of the line with raise NotImplementedError in {name}, or {help_line}"
            return Card(blank, asked.title, "not attempted", "", (("next", step),))
        return Card(blank, asked.title, "raised", error.what, _with_help(error.rows, help_line))
    return Card(blank, asked.title, "right")


def hint(blank: str, step: int = 1) -> None:
    """Print the first, second or third hint for a blank."""
    print(hint_text(blank, step))


def hint_text(blank: str, step: int) -> str:
    """The hint with its number. Raises KeyError for an unknown blank or step."""
    if blank not in BLANKS or step not in (1, 2, 3):
        raise KeyError(f"no hint {step} for {blank!r}; the blanks are {', '.join(BLANKS)}, the steps 1, 2, 3")
    return f"hint {step} of 3 for {blank}: {BLANKS[blank].hints[step - 1]}"


def symptom(error: str) -> None:
    """Print what an error text means, its usual cause in these notebooks, and what to do."""
    found = matching_symptoms(error) if error.strip() else []
    for known in found:
        print(f"{known.means}\n  likely    {known.likely}\n  next      {known.next}")
    if not found:
        print("this text is in no list; paste the last line of the error, with its type, such as KeyError: 'superb'")


def _with_help(rows: dict[str, str], help_line: str) -> tuple[tuple[str, str], ...]:
    return tuple({**rows, "next": f"{rows['next']}; or {help_line}"}.items())


def _html_row(label: str, text: str) -> str:
    font = "font-family:monospace;" if label in CODE else ""
    cell = "text-align:left;vertical-align:top;border:0;background:none;padding:.1em 0"
    return (
        f"<tr style='background:none'><th scope='row' style='{cell};padding-right:1em;font-weight:600'>{label}</th>"
        f"<td style='{cell};{font}white-space:pre-wrap'>{escape(text)}</td></tr>"
    )


def _show(card: Card) -> None:
    """Show HTML in a notebook and text elsewhere."""
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:  # type: ignore[no-untyped-call, unused-ignore]
        print(card)
        return
    from IPython.display import display

    display(card)  # type: ignore[no-untyped-call, unused-ignore]
