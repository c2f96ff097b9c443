"""Whatever a worker answers: no judge fails on it, no check ends with an error, and what is wild earns nothing."""

from __future__ import annotations

import pytest

from tests.hostile.grading import Found, grade_hostile

QUICK: tuple[str, ...] = (
    "cnn-builds",
    "cnn-head",
    "cnn-runs",
    "cnn-gradients",
    "cnn-f1",
    "glove-start",
    "pad-reference",
)
QUICK += ("train-history", "train-best", "f1-whole-set", "matrix-shape", "matrix-padding", "pieces-merged")
ANSWERS = 100_000


def expect_withstood(found: Found) -> None:
    """No exception but the judge's refusals, and no error."""
    assert found.escaped == []
    assert [(check.id, check.message) for check in found.errors] == []
    assert found.refused > found.answers / 3, "most hostile answers have a form that is refused"


@pytest.mark.parametrize("kind", ["wild", "sly", "honest but for a few"])
def test_graders_stand_a_hostile_worker(kind: str) -> None:
    found = Found()
    grade_hostile("kit", 1, 25, found, QUICK, wild=kind == "wild", honest=kind.startswith("honest"))
    expect_withstood(found)
    assert found.answers > 500
    if kind == "wild":
        assert [check.id for check in found.earned] == []


@pytest.mark.slow
def test_all_graders_stand_a_hundred_thousand_hostile_answers() -> None:
    found, wild, honest = Found(), Found(), Found()
    seed = 0
    while found.answers + wild.answers < ANSWERS:
        for contract in ("kit", "original"):
            grade_hostile(contract, seed, 60, found, wild=False)
            grade_hostile(contract, seed, 60, wild, wild=True)
        seed += 1
    for seed in range(3):
        grade_hostile("kit", seed, 20, honest, wild=False, honest=True)
    for one in (found, wild, honest):
        print(f"{one.answers} answers, {one.refused} refused; {dict(one.outcomes)}; {one.faults.most_common(20)}")
        expect_withstood(one)
    assert [check.id for check in wild.earned] == []
