"""Random notebooks: a loaded slice answers as the notebook did when the card was shown."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from itertools import count, islice
from typing import Any

import pytest

from tests.textlab.definitions.programs import Program, run
from tests.textlab.definitions.reference import called, loaded, quietly, sliced

ARGUMENTS: tuple[tuple[Any, ...], ...] = ((), ([5],), ({"a": 1},))


class Excluded(Exception):
    """A program about which nothing is said: a statement raises, or the card's function misses a name."""


def reference(program: Program) -> list[object]:
    """What the function gives, in the state that the card saw."""
    try:
        names = run(program.above)
    except BaseException as error:
        raise Excluded from error
    return answers(names.get("f"))


def answers(function: Any) -> list[object]:
    """What calls give, one after the other."""
    if not callable(function):
        raise Excluded
    found = [plain(called(function, *copy.deepcopy(arguments))) for arguments in ARGUMENTS]
    if any(answer in ("NameError", "RecursionError") for answer in found):
        raise Excluded
    return found


def plain(answer: object) -> object:
    """Without the places in memory that a repr shows."""
    return re.sub(r"0x[0-9a-f]+|__main__\\.|<cell.*?>", "", str(answer))


def differs(seed: int) -> str | None:
    """The program of a seed if its slice answers otherwise; raises Excluded."""
    program = Program(seed)
    with quietly():
        expected = reference(program)
        found = loaded(sliced([*program.above, 'check("f", f)', *program.below]))
        try:
            got = answers(found.get("f"))
        except Excluded:
            got = ["excluded"]
    return None if got == expected else "\n".join([*program.above, "# card", *program.below, f"# {expected} {got}"])


def kept_programs(first: int, number: int) -> list[str | None]:
    """The outcome of so many programs that are not excluded."""

    def kept() -> Iterator[str | None]:
        for seed in count(first):
            try:
                yield differs(seed)
            except Excluded:
                continue

    return list(islice(kept(), number))


def test_slices_answer_as_the_notebook_did() -> None:
    faults = [fault for fault in kept_programs(0, 300) if fault]
    assert not faults, f"{len(faults)} differ, the first:\n{faults[0]}"


@pytest.mark.slow
def test_many_slices_answer_as_the_notebook_did() -> None:
    faults = [fault for fault in kept_programs(10**6, 20_000) if fault]
    assert not faults, f"{len(faults)} differ, the first:\n{faults[0]}"
