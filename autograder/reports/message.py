"""A check's message taken apart: what is wrong, and the rows of its counterexample."""

from __future__ import annotations

import re
from dataclasses import dataclass

from autograder.record import CheckResult

LABELS = ("input", "expected", "got", "where", "likely", "next")
ROW = re.compile(rf"  ({'|'.join(LABELS)}) +(.*)")
GRADER_FAILED = "The grader itself failed here. No points were lost by your work; your teacher has to grade it again."


@dataclass(frozen=True)
class Message:
    """What a check says."""

    what: str
    """The fault, or the figure of a check that passed."""
    rows: tuple[tuple[str, str], ...]
    """Label and text, such as ("expected", "(3, 1)")."""


def read_message(text: str) -> Message:
    """The parts of a message as `textlab.checks.failure` writes it; lines without a label belong to what is above."""
    what: list[str] = []
    rows: list[tuple[str, str]] = []
    for line in text.splitlines():
        if found := ROW.fullmatch(line):
            rows.append((found[1], found[2]))
        elif rows:
            rows[-1] = (rows[-1][0], f"{rows[-1][1]}\n{line}")
        else:
            what.append(line)
    return Message("\n".join(what), tuple(rows))


def shown_message(check: CheckResult) -> Message:
    """What a student may read: no input of a hidden check, and no traceback of the grader."""
    if check.outcome == "error":
        return Message(GRADER_FAILED, ())
    message = read_message(check.message)
    if check.visibility == "hidden":
        return Message(message.what, tuple(row for row in message.rows if row[0] != "input"))
    return message
