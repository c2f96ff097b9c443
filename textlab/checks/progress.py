"""How far a student is: the last state of every blank, kept beside the notebooks, and the line that says it.

The file is written by the checks in a notebook and by `textlab check` alike, so both tell the same.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Literal, get_args

from textlab.checks.blanks import BLANKS, Blank

State = Literal["not attempted", "raised", "wrong", "right"]
STATES: tuple[State, ...] = get_args(State)
FILE = Path("results") / "progress.json"


def note_states(states: Mapping[str, State], path: Path = FILE) -> dict[str, State]:
    """Keep the states of some blanks and give back all that are known.

    Where the folder is read-only nothing is kept: {} comes back, since the given states alone would mislead.
    """
    known = {**read_states(path), **states}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    except OSError:
        return {}
    return known


def read_states(path: Path = FILE) -> dict[str, State]:
    """The last state of each blank that was checked; a missing or damaged file counts as empty."""
    content: object = None
    with contextlib.suppress(OSError, ValueError):
        content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        return {}
    return {blank: state for blank, state in content.items() if blank in BLANKS and state in STATES}


def next_blank(states: Mapping[str, State], notebooks: Collection[str] = ()) -> Blank | None:
    """The first blank that is not right, in the given notebooks if there is one, else in all; None when all are."""
    left = [blank for blank in BLANKS.values() if states.get(blank.id) != "right"]
    near = [blank for blank in left if blank.notebook in notebooks]
    return next(iter(near or left), None)


def progress_line(states: Mapping[str, State], notebooks: Collection[str] = ()) -> str:
    """What is done and what comes next (see `next_blank`): `7/11 done, next: cnn-forward, about 25 min`."""
    done = sum(states.get(blank) == "right" for blank in BLANKS)
    coming = next_blank(states, notebooks)
    said = f"{done}/{len(BLANKS)} done"
    return f"{said}, next: {coming.id}, about {coming.minutes} min" if coming else f"{said}, nothing left"
