"""What a grader module writes: the decorator that names a check, what it builds on, and its hint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder.record import Measured

Test = TypeVar("Test", bound=Callable[..., Any])
ATTRIBUTE = "check_declaration"


@dataclass(frozen=True)
class Declaration:
    """The id of a check (its points stand in rubric.toml), the checks it builds on, and its hint."""

    id: str
    needs: tuple[str, ...]
    after: tuple[str, ...]
    hint: str


class Note:
    """Keeps what a check measured, whatever its outcome."""

    def __init__(self) -> None:
        self.text = ""
        self.number: Measured | None = None

    def __call__(self, text: str) -> None:
        """Keep what students read when the check passes."""
        self.text = text

    def measured(self, name: str, value: float, at_least: float) -> None:
        """Keep a number and the bound that it was compared with."""
        self.number = Measured(name, round(value, 4), at_least)


def check(id: str, *, needs: Sequence[str] = (), after: Sequence[str] = (), hint: str) -> Callable[[Test], Test]:
    """Declare a test function to be the check `id`; its docstring is the title that students read.

    It is not asked when a check of `needs` has not passed. Those of `after` only have to come first: what they find
    wrong is made good for this check, so that the fault is charged once.
    """

    def declare(test: Test) -> Test:
        setattr(test, ATTRIBUTE, Declaration(id, tuple(needs), tuple(after), hint))
        return test

    return declare
