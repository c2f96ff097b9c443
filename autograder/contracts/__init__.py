"""Contracts: which role is played by which names of which notebook. Data, not code."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Role:
    """A notebook (its stem) and the names that it has to define, by the part that they play."""

    notebook: str
    names: Mapping[str, str]


def load_contract(name: str = "kit") -> dict[str, Role]:
    """The roles of the contract of that name. Raises ValueError naming file and role when one is not right."""
    path = FOLDER / f"{name}.toml"
    with path.open("rb") as file:
        content = tomllib.load(file)
    roles = {}
    for role, fields in content.items():
        if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
            raise ValueError(f"{path}: role {role} must be a table of strings")
        if "notebook" not in fields:
            raise ValueError(f"{path}: role {role} names no notebook")
        names = {part: value for part, value in fields.items() if part != "notebook"}
        roles[role] = Role(fields["notebook"], names)
    return roles
