"""Every version comes from pyproject.toml; the lock and environment.yml say the same."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent


def project() -> dict[str, Any]:
    """The [project] table."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)["project"]
    return table


def pins(lines: list[str]) -> dict[str, str]:
    """Versions by package name."""
    found = (re.match(r"([A-Za-z0-9_.-]+)==([^\s;]+)", line.strip()) for line in lines)
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def declared() -> dict[str, str]:
    """What pyproject.toml asks for, without the maintainer's tools."""
    table = project()
    return pins([*table["dependencies"], *table["optional-dependencies"]["grading"]])


def test_everything_is_pinned_exactly() -> None:
    table = project()
    for line in [
        *table["dependencies"],
        *(item for group in table["optional-dependencies"].values() for item in group),
    ]:
        assert pins([line]), f"{line} is not pinned with =="


def test_environment_yml_has_the_same_pins() -> None:
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    assert pins([line.strip().removeprefix("- ") for line in lines]) == declared()


def test_the_lock_has_the_same_pins() -> None:
    locked = pins((ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines())
    wanted = {**declared(), **pins(project()["optional-dependencies"]["dev"])}
    assert {name: locked.get(name) for name in wanted} == wanted


def test_the_lock_names_no_address() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
