"""What `textlab check` shows: a card for every blank, how far each notebook is, and what comes next."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from textlab.checks.blanks import BLANKS
from textlab.checks.card import MARKS, Card
from textlab.checks.progress import FILE, State, next_blank, note_states, progress_line, read_states
from textlab.self_study import NotebookError, assess_answer, kit_notebooks, read_answers, stem_of

STYLES: dict[State, str] = {"not attempted": "dim", "raised": "dark_orange", "wrong": "dark_orange", "right": "blue"}
LABEL_WIDTH = 12
NARROWEST = 40
BAR = 20


class StudyReport:
    """Shows the state of notebooks again and again; checks only what has changed since it was shown last."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._known: dict[str, tuple[str, Card]] = {}
        """Digest of the code and card, by blank."""

    def show(self, paths: Sequence[Path]) -> bool:
        """Check the notebooks and print each card as soon as it is there; whether all blanks are right."""
        cards: list[Card] = []
        states: dict[str, State] = {}
        readable = True
        for path in paths:
            self._console.print(Text(path.name, style="bold"))
            try:
                found = self._cards(path)
            except NotebookError as error:
                readable = False
                self._console.print(Text(f"! {error}", style=STYLES["raised"]))
                continue
            cards += found
            states |= note_states({card.blank: card.state for card in found}, path.parent / FILE)
        states |= {card.blank: card.state for card in cards}
        self._overview(states, {stem_of(path) for path in paths})
        return readable and all(card.state == "right" for card in cards)

    def list_blanks(self, folder: Path) -> None:
        """Print all blanks with minutes and the state that was kept in the folder."""
        states = read_states(folder / FILE)
        for blank in BLANKS.values():
            state = states.get(blank.id, "not attempted")
            line = f"{MARKS[state]} {blank.notebook:14} {blank.id:20} {blank.minutes:3} min  {blank.title}"
            self._console.print(Text(line, style=STYLES[state]), soft_wrap=True)
        self._overview(states)

    def _cards(self, path: Path) -> list[Card]:
        cards = []
        for answer in read_answers(path):
            digest, card = self._known.get(answer.blank.id, ("", None))
            if card is None or digest != answer.digest:
                card = assess_answer(answer)
                self._known[answer.blank.id] = answer.digest, card
            cards.append(card)
            self._console.print(Text(card_text(card, self._console.width), style=STYLES[card.state]))
        return cards

    def _overview(self, states: Mapping[str, State], notebooks: Collection[str] = ()) -> None:
        """A bar for every notebook, and the next step, if possible in the notebooks that were asked for."""
        self._console.print()
        for stem in kit_notebooks():
            blanks = [blank for blank in BLANKS.values() if blank.notebook == stem]
            open_blanks = [blank for blank in blanks if states.get(blank.id) != "right"]
            done = len(blanks) - len(open_blanks)
            filled = BAR * done // len(blanks)
            left = f"about {sum(blank.minutes for blank in open_blanks)} min left" if open_blanks else "done"
            line = f"{stem:14} {'█' * filled}{'░' * (BAR - filled)} {done}/{len(blanks)}  {left}"
            self._console.print(Text(line, style="blue" if not open_blanks else ""))
        self._console.print(Text(progress_line(states, notebooks), style="bold"))
        coming = next_blank(states, notebooks)
        if coming:
            self._console.print(Text(f"{coming.id} is in {coming.notebook}.ipynb · textlab hint {coming.id}"))


def card_text(card: Card, width: int) -> str:
    """The card for a terminal of that width; only what needs attention is shown in full."""
    if card.state in ("right", "not attempted"):
        return card.head
    return "\n".join([*_wrapped(card.head, "", width), *(labelled(label, said, width) for label, said in card.rows)])


def labelled(label: str, said: str, width: int) -> str:
    """A row `  label     text`, its text in a column of its own."""
    return "\n".join(_wrapped(said, f"  {label:<{LABEL_WIDTH - 2}}", width))


def _wrapped(text: str, first: str, width: int) -> list[str]:
    lines = text.splitlines() or [""]
    rest = " " * (LABEL_WIDTH if first else 2)
    wrapped: list[str] = []
    for line in lines:
        begin = rest if wrapped else first
        wrapped += textwrap.wrap(
            line, max(width, NARROWEST), initial_indent=begin, subsequent_indent=rest, break_on_hyphens=False
        ) or [begin.rstrip()]
    return wrapped
