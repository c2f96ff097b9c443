"""What is said of an error in a worker that has read hidden reviews: nothing that could carry them out."""

from __future__ import annotations

import builtins
import re

from autograder.judge.limits import sign_of
from textlab.checks.failure import PLACEHOLDER, StudentError

NOT_SHOWN = "its text is not shown, because the code read hidden reviews before it was raised"
PLACE = re.compile(r"cell \d{1,4}, line \d{1,5}(?!\d)")
KNOWN = frozenset(
    {name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)}
    | {"OutOfMemoryError", "AcceleratorError", "LinAlgError"}
)
"""Names of exceptions that no student has chosen."""


def without_data(error: StudentError, call: str) -> StudentError:
    """The same error as far as the judge knows it without the worker: the call, a known type, the line.

    A class of the student's own is called Exception, because its name could be anything. An unusable value stays one.
    """
    known = not error.type_name or error.type_name in KNOWN
    place = PLACE.search(error.where)
    message = PLACEHOLDER if error.not_attempted else sign_of(error) or NOT_SHOWN
    return StudentError(call, error.type_name if known else "Exception", message, place[0] if place else "")


def not_kept(characters: int) -> str:
    """What a report says of what was printed; "" of nothing."""
    if not characters:
        return ""
    return f"; {characters:,} characters were printed while hidden reviews were read, and are not kept"
