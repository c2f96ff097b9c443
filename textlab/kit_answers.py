"""What the kit itself offers for a blank: it works everywhere but in what a check calls of the student's.

So `fit` and `explain` can be used in the parts of a notebook that follow a blank, and cannot fill it in. In a worker
they are gone altogether (`autograder/worker/withheld.py`).
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

Function = TypeVar("Function", bound=Callable[..., Any])
TEXT = "this calls the kit's own answer"


class KitAnswer(Exception):
    """A blank was filled in with the function that the kit has for it."""


ANSWERS: list[Callable[..., Any]] = []
"""The functions that are refused, as students see them."""
_calls = [0]
"""How many calls of the student's code are under way, one inside the other, in whatever thread."""


@contextlib.contextmanager
def students_call() -> Iterator[None]:
    """Within it a check runs what a student wrote for a blank."""
    _calls[0] += 1
    try:
        yield
    finally:
        _calls[0] -= 1


def answers_a_blank(function: Function) -> Function:
    """The same function, refused with KitAnswer where a check runs what a student wrote."""

    @functools.wraps(function)
    def guarded(*arguments: Any, **keywords: Any) -> Any:
        if _calls[0]:
            raise KitAnswer(refusal(function.__name__))
        return function(*arguments, **keywords)

    # What wraps shows must not give the function away.
    guarded.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    del guarded.__wrapped__
    ANSWERS.append(guarded)
    return cast(Function, guarded)


def guard_functions(module: types.ModuleType) -> None:
    """Refuse all functions of a module to students' calls; what was imported from it before, is as it was."""
    for name, value in list(vars(module).items()):
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            setattr(module, name, answers_a_blank(value))


def refusal(name: str) -> str:
    """What is said of the function of that name."""
    return f"{TEXT}: {name} does what is asked for here, so it is not for this blank"
