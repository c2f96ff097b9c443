"""The example class is made from the solutions and has not been left behind by them."""

from __future__ import annotations

import runpy
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_committed_examples_are_those_that_the_program_makes(tmp_path: Path) -> None:
    made = runpy.run_path(str(EXAMPLES / "make_class.py"))["build"](tmp_path)
    names = {path.relative_to(tmp_path) for path in made}
    submitted = EXAMPLES / "submitted"
    assert names == {path.relative_to(submitted) for path in submitted.rglob("*") if path.is_file()}
    stale = [str(name) for name in names if (submitted / name).read_bytes() != (tmp_path / name).read_bytes()]
    assert not stale, f"run make examples: {stale}"
