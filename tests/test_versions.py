"""Every version comes from pyproject.toml; the locks and environment.yml say the same."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
LOCKS = {"classic": "requirements.lock", "current": "requirements-current.lock"}


def project() -> dict[str, Any]:
    """The [project] table."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)["project"]
    return table


def pins(lines: list[str]) -> dict[str, str]:
    """Versions by package name."""
    found = (re.match(r"([A-Za-z0-9_.-]+)==([^\s;]+)", line.strip()) for line in lines)
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def declared(*extras: str) -> dict[str, str]:
    """The exact versions that pyproject.toml asks for, with some of its extras."""
    table = project()
    return pins(
        [*table["dependencies"], *(line for extra in extras for line in table["optional-dependencies"][extra])]
    )


def lock(name: str) -> str:
    """The text of a lock."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_everything_is_pinned_exactly_but_for_what_the_lanes_decide() -> None:
    table = project()
    lanes = {"torch", "numpy"}
    for extra, lines in {"": table["dependencies"], **table["optional-dependencies"]}.items():
        for line in lines:
            assert pins([line]) or (extra == "" and line.split(">=")[0] in lanes), f"{line} is not pinned with =="
    for lane in ("classic", "current"):
        assert lanes <= set(declared(lane))


def test_only_the_classic_lane_has_torchtext() -> None:
    assert "torchtext" in declared("classic")
    assert "torchtext" not in declared("current", "grading", "dev")
    assert "torchtext" not in pins(lock(LOCKS["current"]).splitlines())


def test_environment_yml_has_the_pins_of_the_classic_lane() -> None:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    assert pins([line.strip().removeprefix("- ") for line in lines]) == declared("classic", "grading")


@pytest.mark.parametrize("lane", ["classic", "current"])
def test_the_lock_has_the_same_pins(lane: str) -> None:
    locked = pins(lock(LOCKS[lane]).splitlines())
    wanted = {
        name: version for name, version in declared(lane, "grading", "cluster", "dev").items() if name != "tomli"
    }
    assert {name: locked.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-current.lock"])
def test_the_lock_names_no_address(name: str) -> None:
    assert "://" not in lock(name)
