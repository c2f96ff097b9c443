"""Code for a newer Python is told from a typo, with both versions."""

from __future__ import annotations

import json
import sys
import time

import pytest

from textlab.definitions import Cell, read_cells, slice_definitions
from textlab.definitions.newer_python import BROUGHT_BY, needed_version, newer_name

NEWER_THAN_312 = pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python knows the syntax")
NEWER_THAN_314 = pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python knows the syntax")


@NEWER_THAN_312
@pytest.mark.parametrize(
    "block",
    [
        "def f[T](x: T) -> T:\n    return x",
        "class Box[T: (int, str), *Ts, **P]:\n    pass",
        "async def f[T](x: T):\n    pass",
        "type Ids = list[int]",
        "type Pair[T] = tuple[T, T]",
        'x = f"a-{"-".join(names)}"',
        "x = f'{d['k']!r:>{w['n']}}'",
        "x = f\"{'\\n'.join(names)}\"",
        "x = f'{\n    1  # one\n}'",
        'x = rf"{f"{f"{1}"}"}"',
    ],
)
def test_syntax_of_python_3_12_is_named(block: str) -> None:
    assert needed_version(block).startswith("needs Python 3.12 or newer for ")


@NEWER_THAN_314
@pytest.mark.parametrize(
    "block",
    [
        "try:\n    pass\nexcept ValueError, TypeError:\n    pass",
        "x = t'{y}'",
        "def f[T = int](x):\n    return t'{x}'",
    ],
)
def test_syntax_of_python_3_14_is_named(block: str) -> None:
    assert needed_version(block).startswith("needs Python 3.14 or newer for ")


@pytest.mark.parametrize(
    "block",
    [
        "class M(nn.Module)\n    pass",
        "def f(x:\n    return x",
        "x = f'{a +}'",
        "x = f'{a'",
        "x = f'{}'",
        "x[a b] = 1",
        "def f[a b](x):\n    pass",
        "type = 3 4",
        'x = f"{"a" b}"',
        "x = 'a' 'b",
        "",
    ],
)
def test_a_typo_is_not_called_newer(block: str) -> None:
    assert needed_version(block) == ""


@pytest.mark.parametrize("text", ["f'{" * 5000, "x = " + 'f"{' * 30 + '}"' * 30, "def f[" * 5000, "t'" * 20000])
def test_hostile_text_takes_no_time(text: str) -> None:
    begin = time.monotonic()
    needed_version(text)
    assert time.monotonic() - begin < 2


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python knows the names")
@pytest.mark.parametrize(
    "code",
    [
        "from string.templatelib import Template",
        "import annotationlib",
        "from functools import Placeholder",
        "import operator; operator.is_none(1)",
        "from pathlib import Path; Path('.').move_into",
    ],
)
def test_a_name_that_a_newer_python_has_is_named_with_both_versions(code: str) -> None:
    with pytest.raises((ImportError, AttributeError)) as caught:
        exec(code, {})
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert newer_name(caught.value).endswith(f" comes with Python 3.14, and this is Python {here}")


@pytest.mark.parametrize("code", ["from itertools import batchedd", "import no_such", "from math import cos2", "x"])
def test_a_name_that_no_python_has_is_not_called_newer(code: str) -> None:
    with pytest.raises((ImportError, NameError)) as caught:
        exec(code, {})
    assert newer_name(caught.value) == ""


def test_names_that_this_python_has_are_there() -> None:
    """The table is right as far as this Python tells."""
    import importlib

    for name, version in BROUGHT_BY.items():
        if version > sys.version_info[:2]:
            continue
        parts = name.split(".")
        for size in range(len(parts), 0, -1):
            try:
                found = importlib.import_module(".".join(parts[:size]))
                break
            except ImportError:
                continue
        else:
            raise AssertionError(name)
        for part in parts[size:]:
            found = getattr(found, part)


def notebook(source: str, version: object) -> bytes:
    """A notebook of one cell that says which Python it was written with."""
    cells = [{"cell_type": "code", "source": source}]
    return json.dumps({"metadata": {"language_info": {"version": version}}, "cells": cells}).encode()


def test_the_python_of_the_notebook_is_named_where_a_line_does_not_parse() -> None:
    cells, problems = read_cells("a.ipynb", notebook("f = 1 2", "3.99.1"))
    assert cells == [Cell(1, "f = 1 2", python=(3, 99))] and not problems
    reason = slice_definitions(cells, ["f"]).missing["f"]
    assert "3.99" in reason and f"{sys.version_info[0]}.{sys.version_info[1]}" in reason


@pytest.mark.parametrize("version", ["3.8.1", "2", 3, None, "x", {"a": 1}, "99999999999999999999.1", [3, 99]])
def test_an_older_or_odd_version_is_passed_over(version: object) -> None:
    assert read_cells("a.ipynb", notebook("x", version))[0] == [Cell(1, "x")]
