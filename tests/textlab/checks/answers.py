"""Answers of students, right and wrong, made from the solution by changes of a line, and what the checks say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.solution_source import solution_source
from textlab.checks.draw import Draw
from textlab.checks.failure import CheckFailed, StudentError

Check = Callable[..., None]
Change = tuple[str, str]
PARTS = ("input", "expected", "got", "likely", "next")


def answer(name: str, changes: Sequence[Change] = (), extra: str = "", notebook: str = "1_rnn") -> Any:
    """What `name` means in the solution after the changes; `extra` is source that comes after it."""
    source = solution_source(notebook)
    for old, new in changes:
        assert old in source, f"the solution has no {old!r} any more"
        source = source.replace(old, new)
    names: dict[str, Any] = {"__name__": "notebook"}
    exec(source.replace("# ---", "") + "\n" + extra, names)
    return names[name]


def failing(checks: Sequence[Check], *given: object, seed: int = 7) -> dict[str, Exception]:
    """The checks that fail, by name, with their failures."""
    found: dict[str, Exception] = {}
    for check in checks:
        try:
            check(*given, Draw(seed))
        except (CheckFailed, StudentError) as failure:
            found[check.__name__] = failure
    return found


def expect_named(found: dict[str, Exception], expected: str | set[str], cause: str) -> None:
    """Exactly the expected checks fail; the first of them has all parts of a message and names the cause."""
    wanted = {expected} if isinstance(expected, str) else expected
    assert set(found) == wanted, {name: str(failure) for name, failure in found.items()}
    failure = next(iter(found.values()))
    assert isinstance(failure, (CheckFailed, StudentError))
    assert failure.what.strip()
    assert tuple(label for label in failure.rows if label != "where") == PARTS
    assert all(said.strip() for said in failure.rows.values())
    if cause not in str(failure):
        pytest.fail(f"{cause!r} is not in:\n{failure}")


def expect_fault(found: tuple[str, Exception] | None, check: str) -> None:
    """The first check that fails is the expected one, and its message has no empty part."""
    assert found is not None
    assert found[0] == check
    failure = found[1]
    assert isinstance(failure, CheckFailed)
    assert failure.what
    assert all(failure.rows.values())
