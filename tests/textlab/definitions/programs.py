"""Random notebooks for the slicer: a prelude that binds all names, statements, a graded function, a card, more."""

# ruff: noqa: E501

from __future__ import annotations

import builtins
import random
from collections.abc import Callable
from typing import Any

DATA = ("K", "L", "M", "N")
FUNCTIONS = ("g", "h")
SHADOWED = ("max", "len", "F")
MODULES = "import contextlib, functools, itertools"
PRELUDE = [
    "K = [1, 2, 3]\nL = {'a': 1}\nM = 2\nN = [[1], [2]]",
    "def g(x=0): return x",
    "def h(x=0): return K",
    "class C:\n    n = [1]\n    def __init__(self, x=1): self.x = x\n    def put(self, y):\n        self.n.append(y)\n        return self",
    "F = len",
]


def run(sources: list[str]) -> dict[str, Any]:
    """The names after these statements."""
    names: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    for source in sources:
        exec(compile(source, "reference", "exec"), names)
    return names


class Program:
    """One random program, from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.above = [MODULES, *PRELUDE]
        self._names = run(self.above)
        count = self._random.randint(3, 13)
        graded = self._random.randint(0, count)
        for number in range(count):
            if number == graded:
                self._add(self.graded)
            self._add(self.statement)
        if graded == count or not self._random.randrange(3):
            self._add(self.graded)
        self.below = [self.statement() for _ in range(self._random.randint(0, 4))]
        if not self._random.randrange(4):
            self.below.append(self.graded())

    def _add(self, propose: Callable[[], str]) -> None:
        """Add a statement that does not raise; of 5 that do, none."""
        for _ in range(5):
            source = propose()
            try:
                exec(compile(source, "reference", "exec"), self._names)
            except BaseException:
                # It may have done a part of what it does.
                self._names = run(self.above)
            else:
                self.above.append(source)
                return

    def _pick(self, *options: str) -> str:
        return self._random.choice(options)

    def name(self) -> str:
        return self._pick(*DATA, *DATA, *FUNCTIONS, "C", *SHADOWED)

    def data(self) -> str:
        return self._pick(*DATA)

    def finite(self) -> str:
        """Something to go through that does not grow meanwhile."""
        return f"itertools.islice({self.data()}, 3)"

    def function(self) -> str:
        return self._pick(*FUNCTIONS, "F", "len")

    def value(self, depth: int = 0) -> str:
        if depth > 2:
            return self._pick(*DATA, "1", "[]")
        some = self.value
        kind = self._random.randrange(16)
        return [
            lambda: str(self._random.randint(0, 4)),
            lambda: f"[{some(depth + 1)}, {self._random.randint(0, 3)}]",
            lambda: f"{{'a': {some(depth + 1)}}}",
            lambda: self.data(),
            lambda: self.data(),
            lambda: f"iter([{some(depth + 1)}, 5])",
            lambda: f"(lambda y=0: {self.data()})",
            lambda: f"{self.function()}({some(depth + 1)})",
            lambda: f"C({some(depth + 1)})",
            lambda: f"[{some(depth + 1)} for i in range(2)]",
            lambda: f"list({self.data()})",
            lambda: f"({self.data()}, {self.data()})",
            lambda: f"{self.data()} if {self.data()} else {some(depth + 1)}",
            lambda: f"{self.data()}.{self._pick('append', 'pop', 'get', 'copy', 'x', 'n')}",
            lambda: f"next({self.data()})",
            lambda: f"{self.data()}[0]",
        ][kind]()

    def change(self) -> str:
        target = self._pick(*DATA, "C.n", f"{self.data()}[0]", "g")
        return [
            lambda: f"{target}.append({self.value(1)})",
            lambda: f"{target}.pop()",
            lambda: f"{target}.update(b={self.value(1)})",
            lambda: f"{self.data()}[0] = {self.value(1)}",
            lambda: f"{self.data()}['a'] = {self.value(1)}",
            lambda: f"{target}.x = {self.value(1)}",
            lambda: f"setattr({self._pick('C', 'g', *DATA)}, 'x', {self.value(1)})",
            lambda: f"{self.function()}({self.data()})",
            lambda: f"{self.data()}.put({self.value(1)})",
            lambda: f"next({self.data()})",
            lambda: f"del {self.data()}[0]",
            lambda: f"{self.data()} += [{self.value(1)}]",
            lambda: f"list(map({self._pick(*FUNCTIONS, *(f'{name}.append' for name in DATA))}, [{self.value(1)}]))",
            lambda: f"{self.data()}()",
        ][self._random.randrange(14)]()

    def simple(self) -> str:
        if self._random.randrange(2):
            return self.change()
        return [
            lambda: f"{self.name()} = {self.value()}",
            lambda: f"{self.data()} = {self.value()}",
            lambda: f"{self.data()}, {self.name()} = {self.value(1)}, {self.value(1)}",
            lambda: f"{self.data()} = {self.data()} = {self.value(1)}",
            lambda: f"del {self._pick('max', 'len')}",
            lambda: f"globals()['{self.data()}'] = {self.value(1)}",
            lambda: f"{self._pick(*FUNCTIONS)} = {self._pick('g', 'h', 'C', 'functools.partial(g, K)', 'len')}",
            lambda: f"{self.data()} = {self.data()}.{self._pick('append', 'pop', 'extend')}",
        ][self._random.randrange(8)]()

    def body(self, *, local: str = "x") -> str:
        lines = []
        if not self._random.randrange(4):
            lines += [f"global {self.data()}", f"{self.data()} = {self.value(1)}"]
            lines[1] = lines[0].split()[1] + " = " + self.value(1)
        if not self._random.randrange(2):
            lines.append(
                self._pick(
                    f"{local}.append({self._random.randint(5, 9)})", f"{self.data()}.append({local})", self.change()
                )
            )
        if lines and "+=" in lines[-1]:
            lines.pop()
        lines.append(f"return {self._pick(local, self.value(1), self.data())}")
        return "\n".join(f"    {line}" for line in lines)

    def definition(self) -> str:
        name = self._pick(*FUNCTIONS)
        return [
            lambda: f"def {name}(x=0):\n{self.body()}",
            lambda: f"def {name}(x={self.data()}):\n{self.body()}",
            lambda: f"@{self._pick('g', 'h')}\ndef {name}(x=0):\n{self.body()}",
            lambda: (
                f"class C:\n    n = {self._pick('[1]', self.data())}\n    def __init__(self, x=0):\n        self.x = x\n"
                f"    def put(self, x):\n" + "\n".join(f"    {line}" for line in self.body().split("\n"))
            ),
            lambda: (
                "class C(C):\n    def get(self, x):\n" + "\n".join(f"    {line}" for line in self.body().split("\n"))
            ),
            lambda: (
                f"def {name}(x=0):\n    def inner(y):\n"
                + "\n".join(f"    {line}" for line in self.body(local="y").split("\n"))
                + "\n    return inner"
            ),
        ][self._random.randrange(6)]()

    def statement(self) -> str:
        kind = self._random.randrange(14)
        if kind < 7:
            return self.simple()
        if kind < 10:
            return self.definition()
        inner = self.simple()
        return [
            lambda: (
                f"for {self._pick('i', self.name())} in {self._pick('(1, 2)', self.finite(), '(K, L)')}:\n    {inner}"
            ),
            lambda: f"if {self.data()}:\n    {inner}\nelse:\n    {self.simple()}",
            lambda: f"try:\n    {inner}\nexcept Exception:\n    {self.simple()}",
            lambda: f"with contextlib.nullcontext({self.value(1)}) as {self.data()}:\n    {inner}",
        ][self._random.randrange(4)]()

    def graded(self) -> str:
        return (
            f"def f(x=0):\n{self.body()}"
            if self._random.randrange(8)
            else f"f = {self._pick('g', 'h', 'lambda x=0: ' + self.value(1))}"
        )
