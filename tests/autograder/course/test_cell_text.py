"""What nbgrader shows below a test cell."""

from __future__ import annotations

from autograder.course.judge_cells import WIDTH, cell_text
from tests.records import record
from textlab.checks.failure import CheckFailed


def test_every_line_fits_and_stays_in_its_row() -> None:
    long = CheckFailed(
        "wrong", input="f(x)", expected="a number", got=", ".join(f"convs.{n}.bias (13,)" for n in range(20)),
        likely=None, next="-",
    )  # fmt: skip
    made = record(outcomes={"cnn-shapes": "failed"}, message=str(long))
    lines = cell_text([check for check in made.checks if check.id == "cnn-shapes"]).splitlines()
    assert max(map(len, lines)) <= WIDTH
    place = next(number for number, line in enumerate(lines) if line.startswith("    got       convs.0"))
    assert lines[place + 1].startswith(" " * 14 + "convs.")
    assert sum(line.count("bias") for line in lines) == 20
