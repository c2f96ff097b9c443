"""Which limit of the sandbox an error of the student's code speaks of."""

from __future__ import annotations

import re

from autograder.record import Outcome
from textlab.checks.failure import StudentError

SIGNS: tuple[tuple[Outcome, re.Pattern[str]], ...] = (
    ("memory", re.compile(r"^(MemoryError|OutOfMemoryError)|can't allocate memory|\[Errno 12\]")),
    ("disk", re.compile(r"^OSError: \[Errno (27|28|122)\]")),
    ("processes", re.compile(r"^BlockingIOError: \[Errno 11\]|^RuntimeError: can't start new thread")),
    ("output", re.compile(r"^: an answer of more than ")),
    ("crashed", re.compile(r"CUDA error|CUDNN_STATUS|CUBLAS_STATUS")),
)
HINTS: dict[Outcome, str] = {
    "timeout": "Is there a loop that never ends, or a computation far larger than asked?",
    "memory": "Is a tensor far larger than asked, or does a list grow without end?",
    "disk": "Does the code write files? There are 256 MiB for them, and nothing that is graded needs one.",
    "processes": "Does the code start processes or threads? Nothing that is graded needs one.",
    "output": "Does a function give back far more than was asked for?",
    "crashed": "Does the code end the process, or call something that does?",
}
"""By outcome: what to look for, when a limit is passed or the worker is lost."""


def exceeded(error: StudentError) -> Outcome | None:
    """The outcome of the limit that was passed, or None when the error is of another kind.

    A student who raises such an error on purpose gets another word for no points.
    """
    return next((outcome for outcome, sign in SIGNS if sign.search(_text(error))), None)


def sign_of(error: StudentError) -> str:
    """What of the error's text tells that a limit was passed, without its type; "" when it is of another kind."""
    found = next(filter(None, (sign.search(_text(error)) for _, sign in SIGNS)), None)
    return found[0].removeprefix(f"{error.type_name}: ") if found else ""


def _text(error: StudentError) -> str:
    return f"{error.type_name}: {error.message}"
