"""What a grader module writes: the decorator that names a check, what it builds on, and its hint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])
ATTRIBUTE = "check_declaration"


@dataclass(frozen=True)
class Declaration:
    """The id of a check (its points stand in rubric.toml), the checks it builds on, and its hint."""

    id: str
    needs: tuple[str, ...]
    after: tuple[str, ...]
    hint: str


def check(id: str, *, needs: Sequence[str] = (), after: Sequence[str] = (), hint: str) -> Callable[[Test], Test]:
    """Declare a test function to be the check `id`; its docstring is the title that students read.

    It is not asked when a check of `needs` has not passed. Those of `after` only have to come first: what they find
    wrong is made good for this check, so that the fault is charged once.
    """

    def declare(test: Test) -> Test:
        setattr(test, ATTRIBUTE, Declaration(id, tuple(needs), tuple(after), hint))
        return test

    return declare
