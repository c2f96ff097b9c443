"""The cells of a notebook whose JSON breaks off: a full disk, a broken upload, a merge that was not finished."""

from __future__ import annotations

import json
import re

_DECODER = json.JSONDecoder()
_OPEN = re.compile(r"[ \t\r\n]*\{")
_KEY = re.compile(r'[ \t\r\n,]*"([^"\\]*)"[ \t\r\n]*:[ \t\r\n]*')
_SHEET = re.compile(r"\[[ \t\r\n]*\{")
_BETWEEN = re.compile(r"[ \t\r\n,]*")


def whole_cells(text: str) -> list[object]:
    """Return the cells that stand whole before the place where the JSON cannot be read; never raises.

    Reads formats 2 to 4: `cells` of the notebook, or of its first worksheet.
    """
    opened = _OPEN.match(text)
    at = opened.end() if opened else len(text)
    while key := _KEY.match(text, at):
        at = key.end()
        if key[1] == "cells" and text.startswith("[", at):
            return _values(text, at + 1)
        sheet = _SHEET.match(text, at) if key[1] == "worksheets" else None
        if sheet:
            at = sheet.end()
            continue
        value = _value(text, at)
        if value is None:
            break
        at = value[1]
    return []


def _values(text: str, at: int) -> list[object]:
    """The values of a list from `at` on, up to the first that is not whole."""
    found: list[object] = []
    while (between := _BETWEEN.match(text, at)) and (value := _value(text, between.end())):
        found.append(value[0])
        at = value[1]
    return found


def _value(text: str, at: int) -> tuple[object, int] | None:
    """The JSON value at `at` and where it ends; None when none can be read there."""
    try:
        return _DECODER.raw_decode(text, at)
    except (ValueError, RecursionError):
        return None
