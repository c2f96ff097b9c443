"""Sources that are as slow to follow as their length allows: every shape fills as many characters as asked for."""

# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable

from textlab.definitions import Cell

LINES = 100
"""Lines of a cell: what goes beyond a limit is left out by cells."""
TAIL = "class CNN:\n    kept = x, f\n"


def filled(line: Callable[[int], str], size: int) -> str:
    """Lines 0, 1, 2, … until there are so many characters."""
    lines: list[str] = []
    length = 0
    while length < size:
        lines.append(line(len(lines)))
        length += len(lines[-1]) + 1
    return "\n".join(lines) + "\n"


SHAPES: dict[str, Callable[[int], str]] = {
    "deep lists": lambda n: filled(lambda i: f"x{i} = " + "[" * 90 + "]" * 90, n),
    "one list, deeper than any parser": lambda n: "x = " + "[" * (n // 2) + "]" * (n // 2) + "\n",
    "deep lists of comprehensions": lambda n: filled(lambda i: "x = " + "[" * 40 + "a" + " for a in b]" * 40, n),
    "chains of attributes": lambda n: filled(lambda i: f"x{i} = a" + ".b" * 90, n),
    "a chain of attributes": lambda n: "x = a" + ".b" * (n // 2) + "\n",
    "calls in calls": lambda n: filled(lambda i: "x = " + "f(" * 60 + "x" + ")" * 60, n),
    "calls of calls": lambda n: filled(lambda i: "x = f" + "()" * 60, n),
    "a sum": lambda n: "x = 1" + "+1" * (n // 2) + "\n",
    "comparisons": lambda n: "x = a" + "<a" * (n // 2) + "\n",
    "imports of everything": lambda n: filled(lambda i: f"from m{i} import *\nx = f(x)", n),
    "imports by one name": lambda n: filled(lambda i: f"import m{i} as m\nx = m.f(x)", n),
    "functions that call the next": lambda n: filled(lambda i: f"def f{i}(): return f{i + 1}()", n) + "f = f0\n",
    "functions that call the one before": lambda n: filled(lambda i: f"def f{i + 1}(): return f{i}()\nf{i + 1}()", n) + "f = f900\n",
    "functions that bind": lambda n: filled(lambda i: f"def f{i}():\n    global g{i}\n    g{i} = f{i + 1}()", n) + "f0(); x = g0\n",
    "functions in functions": lambda n: filled(lambda i: "\n".join(" " * d + "def f():" for d in range(40)) + "\n" + " " * 40 + "return x", n),
    "one function again and again": lambda n: "x = []\n" + filled(lambda i: f"y{i} = []\ndef f(): y{i}.append(x)", n),
    "one function that changes a name": lambda n: "x = []\ndef f(): x.append(1)\n" + filled(lambda i: "f()", n),
    "names that are declared global": lambda n: "def f():\n    global " + ", ".join(f"a{i}" for i in range(n // 16)) + "\n    a0 = 1\n" + "f();" * (n // 8) + "\nx = a5\n",
    "additions to one name": lambda n: "x = 0\n" + filled(lambda i: "x += 1", n),
    "one name assigned": lambda n: filled(lambda i: f"x = {i}", n),
    "one name assigned from itself": lambda n: filled(lambda i: "x = f(x)", n),
    "lists in lists": lambda n: "x0 = []\n" + filled(lambda i: f"x{i + 1} = [x{i}]\nx{i + 1}.append(1)", n) + "x = x0\n",
    "aliases": lambda n: "x0 = []\n" + filled(lambda i: f"x{i + 1} = x{i}", n) + "x = x9\n",
    "items of itself": lambda n: "x = {}\n" + filled(lambda i: f"x[{i}] = x", n),
    "attributes of a class": lambda n: "class CNN: pass\n" + filled(lambda i: f"CNN.a{i} = CNN.a{i - 1}", n),
    "classes of classes": lambda n: "class A0: pass\n" + filled(lambda i: f"class A{i + 1}(A{i}): pass", n) + "x = A500()\n",
    "a class again and again": lambda n: filled(lambda i: f"class CNN:\n    a = {i}", n),
    "globals that a function reads": lambda n: filled(lambda i: f"g{i} = {i}", n // 2) + "def f(): return " + ", ".join(f"g{i}" for i in range(n // 30)) + "\n",
    "cells": lambda n: filled(lambda i: f"x{i} = x{i - 1}; x = x{i}", n),
    "magics": lambda n: filled(lambda i: f"%time x{i} = {i}", n),
    "shell lines": lambda n: filled(lambda i: f"x{i} = !ls {i}", n),
    "lines that do not parse": lambda n: filled(lambda i: f"x{i} = = {i}", n),
    "brackets that do not close": lambda n: filled(lambda i: f"x{i} = (", n),
    "type parameters that do not close": lambda n: filled(lambda i: "def f[", n),
    "strings that do not close": lambda n: filled(lambda i: f"x{i} = '''", n),
    "f-strings of a newer Python": lambda n: filled(lambda i: "x = f'{a['b']}'", n),
    "f-strings that do not close": lambda n: filled(lambda i: "x = f'{a", n),
    "a number in base 16": lambda n: "x = 0x" + "f" * n + "\n",
    "a number in base 10": lambda n: "x = " + "9" * n + "\n",
    "a string": lambda n: "x = '" + "a" * n + "'\n",
    "a string of escapes": lambda n: "x = '" + "\\n" * (n // 2) + "'\n",
    "strings side by side": lambda n: "x = " + "'a' " * (n // 4) + "\n",
    "a comment": lambda n: "#" + "a" * n + "\n",
    "blanks": lambda n: "x" + " " * n + "= 1\n",
    "blank lines": lambda n: filled(lambda i: " " * 200, n),
    "line ends that go on": lambda n: "x = 1" + " \\\n" * (n // 3) + "+ 1\n",
    "branches": lambda n: "if a: x = 1\n" + filled(lambda i: f"elif a{i}: x = {i}", n),
    "loops in loops": lambda n: filled(lambda i: "\n".join(" " * d + "while True:" for d in range(40)) + "\n" + " " * 40 + "x = 1", n),
    "cards": lambda n: "from textlab.checks import check\n" + filled(lambda i: f"class CNN: a = {i}\ncheck(CNN)", n),
    "names that are alike": lambda n: filled(lambda i: f"CN{i} = 1", n),
    "long names": lambda n: filled(lambda i: "CN" * 500 + f"{i} = 1", n),
    "arguments": lambda n: "def f(" + ",".join(f"a{i}" for i in range(n // 8)) + "): pass\n",
    "targets": lambda n: "=".join(f"a{i}" for i in range(n // 8)) + "= []\na5.append(1)\nx = a5\n",
}  # fmt: skip


def cells_of(shape: str, size: int) -> list[Cell]:
    """The cells of a notebook of that shape and so many characters."""
    cells: list[list[str]] = [[]]
    for line in (SHAPES[shape](size) + TAIL).split("\n"):
        if len(cells[-1]) >= LINES and line[:1].strip() and not line.startswith("elif"):
            cells.append([])
        cells[-1].append(line)
    return [Cell(number, "\n".join(lines)) for number, lines in enumerate(cells, start=1)]
