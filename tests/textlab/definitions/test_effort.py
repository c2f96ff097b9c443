"""Slicing takes time that grows with the notebook's length, whatever is in it."""

# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable

import pytest

from textlab.definitions import Cell, groups, slice_definitions, walking

SHAPES: dict[str, Callable[[int], str]] = {
    "calls in calls": lambda n: "def f(x): return " + "f(" * 50 + "x" + ")" * 50 + "\n" + "f(1)\n" * n,
    "nested functions": lambda n: "".join("def f():\n" + "".join(" " * d + "def g():\n" for d in range(1, 40)) + " " * 40 + "pass\n" for _ in range(n // 20)),
    "a chain of functions": lambda n: "K = []\ndef g0(): K.append(1)\n" + "".join(f"def g{i + 1}(): g{i}()\n" for i in range(n)) + f"g{n}()\ndef f(): return K",
    "one name": lambda n: "K = []\n" + "K.append(K)\n" * n + "def f(): return K",
    "bound again and again": lambda n: "K = 1\ndef f(): return K\n" + "K = f()\n" * n,
    "stars": lambda n: "from math import *\n" * n + "def f(): return " + " + ".join(f"a{i}" for i in range(n)),
    "many readers": lambda n: "".join(f"def g{i}(): return K, g{i // 2}\n" for i in range(n)) + "K = 1\n" * n + f"def f(): return g{n - 1}()",
    "methods of a name": lambda n: "".join(f"class C{i}:\n    def run(self, x): x.append(1); self.run(x)\n" for i in range(n)) + "K = []\nC1().run(K)\ndef f(): return K",
    "functions that bind": lambda n: "".join(f"def g{i}():\n    global K{i}\n    K{i} = g{(i + 1) % n}()\n" for i in range(n)) + "g0()\ndef f(): return K0",
    "aliases": lambda n: "K = []\n" + "".join(f"K{i} = [K{i - 1}]\n" for i in range(1, n)).replace("[K0]", "[K]") + f"K{n - 1}.append(1)\ndef f(): return K",
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_notebook_costs_twice_the_effort(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            nonlocal steps
            steps += 1
            return function(*arguments)

        return call

    for owner, name in ((groups.Groups, "find"), (walking.Walk, "_need"), (walking.Walk, "_call")):
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    counts = []
    for length in (100, 200):
        steps = 0
        slice_definitions([Cell(1, SHAPES[shape](length))], ["f"])
        counts.append(steps)
    assert counts[1] <= 2.2 * counts[0] + 100
