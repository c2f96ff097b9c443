"""A blank's placeholder: a blank that is untouched is told from one whose raise was forgotten."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from textlab.checks.failure import PLACEHOLDER, StudentError
from textlab.checks.local import LocalFunction, LocalNetwork
from textlab.definitions.loading import LoadedModule, locate

RAISE = f'raise NotImplementedError("{PLACEHOLDER}")'
UNTOUCHED = f'def f(x):\n    """What it does."""\n    # Your code here, in place of the next line.\n    {RAISE}\n'
BEFORE = f"def f(x):\n    y = x + 1\n    {RAISE}\n    "
BEHIND = f"def f(x):\n    {RAISE}\n    return x + 1\n"
INSIDE = f"def f(x):\n    if x:\n        {RAISE}\n    return x\n"
BARE = "def f(x):\n    raise NotImplementedError\n"
LIBRARIES = (
    "import torch.nn as nn\ndef f(x):\n    y = x\n    return nn.Module()(y)\n",
    "import io, zipfile\ndef f(x):\n    y = x\n    return zipfile.ZipFile(io.BytesIO(), 'w', 99)\n",
)
"""Both raise NotImplementedError in code of their own."""
FROM_ANOTHER = f"def g(x):\n    {RAISE}\ndef f(x):\n    y = g(x)\n    return y\n"
GIVEN = (
    "import torch.nn as nn\n"
    "class f(nn.Module):\n"
    "    def __init__(self, vocab_size, emb_dim, pad_idx):\n"
    "        super().__init__()\n"
    "        self.embedding = nn.Embedding(vocab_size, emb_dim, padding_idx=pad_idx)\n"
    f"        {RAISE}\n"
)


@pytest.fixture(autouse=True)
def keep_main() -> Iterator[None]:
    """A loaded module takes the place of __main__; put the real one back."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def error_of(source: str) -> StudentError:
    """What calling f of cell 4 gives."""
    module = LoadedModule()
    module.run(4, 1, source)
    f: Any = module.find("f")
    with pytest.raises(StudentError) as caught:
        if isinstance(f, type):
            LocalNetwork(f, locate).build(vocab_size=5, emb_dim=2, pad_idx=1)
        else:
            LocalFunction(f, locate)(1)
    return caught.value


@pytest.mark.parametrize("source", [UNTOUCHED, BARE, FROM_ANOTHER, GIVEN])
def test_an_untouched_blank_is_not_attempted(source: str) -> None:
    assert error_of(source).not_attempted


@pytest.mark.parametrize(
    ("source", "line"), [(BEFORE, 3), (BEHIND, 2), (INSIDE, 3), (GIVEN + "        self.n = 3\n", 6)]
)
def test_a_raise_beside_code_is_named_with_its_place(source: str, line: int) -> None:
    error = error_of(source)
    assert not error.not_attempted
    assert "still stands in" in error.message and "delete the line" in error.rows["next"]
    assert error.where == f"cell 4, line {line}"


@pytest.mark.parametrize("source", LIBRARIES, ids=["torch", "zipfile"])
def test_what_a_library_raises_is_an_attempt(source: str) -> None:
    error = error_of(source)
    assert not error.not_attempted
    assert "still stands" not in error.message
