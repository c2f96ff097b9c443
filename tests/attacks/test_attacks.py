"""The program that grades the attacks sees what it has to see: points, stolen words, traces, idle attacks."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path

import pytest

from autograder.record import Outcome, Record
from autograder.rubric import load_rubric
from autograder.sandbox import Level, strongest
from tests.attacks import reading
from tests.attacks.__main__ import ATTACKS
from tests.attacks.attack import RAN, STOLEN, Attack
from tests.attacks.grading import LEFT, grade_attacks, verdict_on
from tests.records import record

NOTHING: dict[str, Outcome] = {entry.id: "failed" for entry in load_rubric().checks}
PLAIN = Attack("plain", "do nothing")


def nothing(**changes: object) -> Record:
    """The record of an attack that was repelled."""
    return dataclasses.replace(record("plain", NOTHING, message=RAN), **changes)  # type: ignore[arg-type]


def test_there_are_many_attacks_and_each_has_a_name_of_its_own() -> None:
    names = Counter(attack.name for attack in ATTACKS)
    assert len(ATTACKS) >= 200
    assert names.most_common(1)[0][1] == 1


def test_a_repelled_attack_has_no_faults() -> None:
    assert verdict_on(PLAIN, [nothing()]).faults == ()


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (dataclasses.replace(record("plain", {**NOTHING, "cnn-f1": "passed"}, RAN)), "cnn-f1 gave 3 points"),
        (nothing(printed=f"{STOLEN} the key"), f"{STOLEN} the key"),
        (nothing(problems=(f"{LEFT}: a process",)), f"{LEFT}: a process"),
        (record("plain", NOTHING, message="elsewhere"), "it did not run"),
        (record("plain", {**NOTHING, "cnn-builds": "skipped"}, RAN), "cnn-builds is skipped, not failed"),
        (nothing(printed="\x1b[2J"), "a code that a terminal obeys"),
    ],
)
def test_what_an_attack_gets_is_a_fault(found: Record, said: str) -> None:
    assert any(fault.startswith(said) for fault in verdict_on(PLAIN, [found]).faults)


def test_points_for_what_an_attack_does_are_none() -> None:
    honest = Attack("plain", "do one thing", earns=frozenset({"cnn-f1"}))
    assert verdict_on(honest, [record("plain", {**NOTHING, "cnn-f1": "passed"}, RAN)]).faults == ()


@pytest.mark.slow
@pytest.mark.skipif(strongest() is not Level.BUBBLEWRAP, reason="needs the box; autograder doctor says why")
def test_attacks_steal_without_the_box_and_not_within(tmp_path: Path) -> None:
    names = {"read-beside-the-package", "read-by-import"}
    attacks = [attack for attack in reading.ATTACKS if attack.name in names]
    for level, stolen in ((Level.PROCESS, names), (Level.BUBBLEWRAP, set())):
        folder = tmp_path / level.word
        folder.mkdir()
        verdicts, _ = grade_attacks(attacks, folder, level, lambda text: None, workers=1)
        assert {one.attack.name for one in verdicts if STOLEN in " ".join(one.faults)} == stolen
