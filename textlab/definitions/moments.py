"""Which definition of a graded name counts, and at which statement of the notebook."""

from __future__ import annotations

from dataclasses import dataclass

from textlab.definitions.binding import ANYTHING
from textlab.definitions.following import Flow


@dataclass(frozen=True)
class Answer:
    """A graded name as it was when it was checked."""

    name: str
    binder: int
    """The statement that gives it its value; -1 when there is none."""
    moment: int
    """The statement before which names and objects have the values that count."""
    card: int | None
    """The last statement that shows a card about it; None when the answer follows from no card."""


def find_answer(flow: Flow, name: str, *, by_card: bool) -> Answer:
    """Find what counts for a name.

    With `by_card` that is what the last card on the name saw. Without a card, or when that saw nothing but a
    blank, it is the last definition, as it was when the notebook used it for the last time.
    """
    binder = _last_definition(flow, name)
    if by_card:
        for card in flow.cards_on(name)[-1:]:
            seen = flow.binders_in(name, max(flow.last_sure(name, card), 0), card)[-1:]
            if any(
                not _is_blank(flow, name, one) or one == binder for one in seen if not flow.statements[one].deletes
            ):
                return Answer(name, seen[0], card, card)
    return Answer(name, binder, _last_use(flow, name, binder) if binder >= 0 else len(flow.statements), None)


def is_data(flow: Flow, name: str, binder: int) -> bool:
    """Whether a statement binds a name to something that is neither a function nor a class."""
    statement = flow.statements[binder]
    if name in statement.defines | statement.imports:
        return False
    like = next((like for bound, like in statement.likes if bound == name), frozenset[str]())
    return ANYTHING not in like and not any(source in flow.definitions for source in like)


def _is_blank(flow: Flow, name: str, binder: int) -> bool:
    return name in flow.statements[binder].blanks


def _last_definition(flow: Flow, name: str) -> int:
    binders = [binder for binder in flow.binders.get(name, []) if not flow.statements[binder].deletes]
    defined = flow.definitions.get(name)
    if defined is not None and _is_blank(flow, name, defined):
        return binders[-1]
    for binder in reversed(binders):
        if binder == defined or not is_data(flow, name, binder):
            return binder
    return binders[-1] if binders else -1


def _last_use(flow: Flow, name: str, binder: int) -> int:
    """The last statement that uses a name, or what a call of it gave; else the notebook's end."""
    made = {name: binder}
    for position in _readers(flow, name, binder):
        if flow.calls(position, name):
            made.update(dict.fromkeys(flow.statements[position].sure, position))
    # What a statement does to a class or function is part of it; what one does with it comes after.
    changing = set(flow.touching.get(flow.group(name, binder + 1), ()))
    uses = [use + (use in changing) for used, at in made.items() for use in _readers(flow, used, at)]
    return max(uses, default=len(flow.statements))


def _readers(flow: Flow, name: str, binder: int) -> list[int]:
    """The statements that read what a statement has bound a name to."""
    version = flow.last_sure(name, binder + 1)
    return [use for use in flow.readers(name) if use > binder and flow.last_sure(name, use) == version]
