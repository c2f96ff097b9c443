"""Code cells from the bytes of a notebook or a script."""

from __future__ import annotations

import ast
import codecs
import json
import re
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

from textlab.definitions.cut_off import whole_cells
from textlab.definitions.shown import shown

MAX_CELLS = 20_000
"""Most cells of one notebook."""
MAX_SOURCE = 512 * 1024
"""Most characters of code in one file: a syntax tree takes up to a kilobyte for each."""
MAX_MARKS = 60_000
"""Most signs that end words in the code of one file: a parser's time goes with them. A comma counts a fifth."""
MAX_VALUES = 5_000_000
"""Most JSON values in one file: each takes up to a hundred bytes in memory."""

MAX_TEXT = 50_000
"""Longest cell of text that may hold code."""

_LIGHT = 5
_MARK = re.compile(r"[][(){}.:;=<>+*/%&|^~@\n-]")
_TEXT_CELLS = {"markdown": "Markdown", "raw": "Raw"}
_DEFINES = re.compile(r"^(?:(?:async +)?def|class)[ \t]+\w+[ \t]*[(:\[]", re.MULTILINE)
# A byte-order mark and the encoding it announces; UTF-32 first, its mark begins like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# "# %% [markdown]" of percent scripts, "# In[3]:" of notebooks exported as scripts.
_CELL_MARK = re.compile(r"^#\s*(?:%%(?P<title>.*)|In\s?\[[ \d]*\]:?\s*)$")


@dataclass(frozen=True)
class Cell:
    """One code cell."""

    number: int
    """Position in the notebook from 1, all kinds of cells counted."""
    source: str
    kind: str = "code"
    """Or "Markdown" or "Raw", of a cell of text that holds a definition: its code is not run."""
    python: tuple[int, ...] = ()
    """The version of Python that the notebook was written with, where that is newer than this one."""


def read_cells(
    file_name: str, content: bytes, *, rescue: bool = True, restore: bool = True
) -> tuple[list[Cell], list[str]]:
    """Return the code cells of a file and the problems met; never raises.

    So that a message can name them, cells of text that hold nothing but code with a definition come along.

    Reads notebook formats 2 to 4, and Python scripts: one cell, or one for each `# %%` or `# In[n]:`. Of a notebook
    whose JSON breaks off, `rescue` takes the cells before the break; without it there are none. With `restore` a
    cell of text that nbgrader knows as code is code, as nbgrader restores it.
    Each problem names the file, what is wrong, and the remedy.
    """
    name = shown(file_name)
    if not content.strip(b" \t\r\n\0"):
        return [], [f"{name}: the file is empty. Save the notebook and hand it in again."]
    text, problems = _decode(content, name)
    if file_name.lower().endswith(".py") and not text.lstrip().startswith("{"):
        cells = list(_script_cells(text))
    else:
        cells, found = _notebook_sources(text, name, rescue, restore)
        problems += found
    if not any(cell.kind == "code" for cell in cells) and not problems:
        problems.append(f"{name}: holds no code. Check that the right file was handed in, and saved before.")
    return _limited(cells, name, problems), problems


def read_raw_cells(file_name: str, content: bytes) -> tuple[list[object], list[str]]:
    """Return all cells of a notebook as its JSON has them, those before a break included; never raises.

    The problems are those of `read_cells`.
    """
    name = shown(file_name)
    if not content.strip(b" \t\r\n\0"):
        return [], [f"{name}: the file is empty. Save the notebook and hand it in again."]
    text, problems = _decode(content, name)
    cells, _, found = _notebook_cells(text, name, rescue=True)
    return cells[:MAX_CELLS], problems + found


def _decode(content: bytes, name: str) -> tuple[str, list[str]]:
    """Decode by byte-order mark, else UTF-8 (16 or 32 when JSON shows it), else Windows-1252."""
    encoding = ""
    for mark, marked in _MARKS:
        if content.startswith(mark):
            content, encoding = content[len(mark) :], marked
            break
    try:
        return content.decode(encoding or json.detect_encoding(content[:4])), []
    except UnicodeDecodeError:
        problem = f"{name}: is not UTF-8 and was read as Windows-1252. Save it as UTF-8."
        return content.decode("cp1252", "replace"), [problem]


def _notebook_sources(text: str, name: str, rescue: bool, restore: bool) -> tuple[list[Cell], list[str]]:
    """Return the code cells of a notebook's JSON, and those of text that hold code."""
    raw, python, problems = _notebook_cells(text, name, rescue)
    sources: list[Cell] = []
    for number, cell in enumerate(raw[:MAX_CELLS], start=1):
        if not isinstance(cell, dict):
            problems.append(f"{name}: cell {number} is no cell. Open it in Jupyter, save it, hand it in again.")
            continue
        kind = str(cell.get("cell_type"))
        source = cell.get("source", cell.get("input"))
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if kind != "code" and restore and _is_code_to_nbgrader(cell):
            problems.append(f"{name}: cell {number} is a text cell and was read as code. Make it a code cell again.")
            kind = "code"
        if kind in _TEXT_CELLS:
            if isinstance(source, str) and _holds_code(source):
                sources.append(Cell(number, source, _TEXT_CELLS[kind]))
        elif kind != "code":
            continue
        elif isinstance(source, str):
            if source.strip():
                sources.append(Cell(number, source, python=python))
        else:
            problems.append(f"{name}: cell {number} has no source. Open it in Jupyter, save it, hand it in again.")
    if len(raw) > MAX_CELLS:
        problems.append(f"{name}: has {len(raw)} cells; the first {MAX_CELLS} count. Remove the rest.")
    return sources, problems


def _is_code_to_nbgrader(cell: dict[object, object]) -> bool:
    """Whether nbgrader handed a cell out as code, which it restores before it grades."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return isinstance(nbgrader, dict) and nbgrader.get("cell_type") == "code"


def _holds_code(source: str) -> bool:
    """Whether a text is Python that defines a class or a function, and not a text about such."""
    if not _DEFINES.search(source) or len(source) > MAX_TEXT:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _notebook_cells(text: str, name: str, rescue: bool) -> tuple[list[object], tuple[int, ...], list[str]]:
    """Return the cells of a notebook's JSON as they stand there, and its Python where that is newer than this one.

    With `rescue` they are those before a break.
    """
    if text.count("[") + text.count("{") + text.count(",") > MAX_VALUES:
        return [], (), [f"{name}: holds more than {MAX_VALUES} values. Clear its outputs and save it again."]
    try:
        notebook = json.loads(text)
        raw = _raw_cells(notebook)
    except json.JSONDecodeError as error:
        where = f"{error.msg} at line {error.lineno} column {error.colno}"
        raw = whole_cells(text) if rescue else []
        if any(isinstance(cell, dict) and cell.get("cell_type") == "code" for cell in raw):
            what = f"is damaged: {where}; only the cells before it count, which are {len(raw)}"
            return raw, (), [f"{name}: {what}. Save the notebook again and hand in the whole file."]
        cut_off = text.lstrip().startswith("{") and not text.rstrip().endswith("}")
        what = f"is no notebook: {where}{' (the file seems to be cut off)' if cut_off else ''}"
        return [], (), [f"{name}: {what}. Open it in Jupyter, save it, and hand it in again."]
    except (RecursionError, ValueError, MemoryError) as error:
        what = "its JSON is nested too deep" if isinstance(error, RecursionError) else "its JSON cannot be read"
        return [], (), [f"{name}: {what}. Open it in Jupyter, save it, and hand it in again."]
    if raw is None:
        return [], (), [f"{name}: is JSON but no notebook: it has no list of cells. Hand in the .ipynb file."]
    return raw, _newer_python(notebook), []


def _newer_python(notebook: object) -> tuple[int, ...]:
    """The version of Python that a notebook names, where it is newer than this one."""
    for key in ("metadata", "language_info", "version"):
        notebook = notebook.get(key) if isinstance(notebook, dict) else None
    found = re.match(r"(\d{1,2})\.(\d{1,3})(?!\d)", notebook) if isinstance(notebook, str) else None
    version = (int(found[1]), int(found[2])) if found else ()
    return version if version > sys.version_info[:2] else ()


def _raw_cells(notebook: object) -> list[object] | None:
    """Return the cells of a format 4 notebook, or of all worksheets of an older one."""
    if not isinstance(notebook, dict):
        return None
    if isinstance(notebook.get("cells"), list):
        return list(notebook["cells"])
    worksheets = notebook.get("worksheets")
    if not isinstance(worksheets, list):
        return None
    sheets = [sheet["cells"] for sheet in worksheets if isinstance(sheet, dict) and "cells" in sheet]
    return [cell for cells in sheets if isinstance(cells, list) for cell in cells]


def _script_cells(text: str) -> Iterator[Cell]:
    """Split a script at its cell marks; a mark line stays in its cell, as the first line."""
    number, lines, is_code = 1, list[str](), True
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        mark = _CELL_MARK.match(line)
        if mark:
            if any(kept.strip() for kept in lines):
                if is_code:
                    yield Cell(number, "\n".join(lines))
                number += 1
            lines = []
            is_code = not re.search(r"\[(markdown|md|raw)\]", mark["title"] or "")
        lines.append(line)
    if is_code and any(line.strip() for line in lines):
        yield Cell(number, "\n".join(lines))


def _limited(cells: list[Cell], name: str, problems: list[str]) -> list[Cell]:
    """Cut the cells at the limit of characters, and replace what no parser accepts as text."""
    kept: list[Cell] = []
    total = marks = 0
    for cell in cells:
        total += len(cell.source)
        if total > MAX_SOURCE:
            what = f"has over {MAX_SOURCE} characters of code; cell {cell.number} and later do not count"
            problems.append(f"{name}: {what}. Move data out of the code.")
            break
        here = len(_MARK.findall(cell.source)) + cell.source.count(",") // _LIGHT
        if marks + here > MAX_MARKS:
            what = f"cell {cell.number} is too long to be followed and does not count"
            problems.append(f"{name}: {what}. Move data out of the code.")
            continue
        marks += here
        # JSON may hold half of a surrogate pair, which is no character.
        kept.append(replace(cell, source=cell.source.encode("utf-8", "replace").decode("utf-8")))
    return kept
