"""Reads a contract and says on which line it is wrong."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from autograder.contracts.lines import ContractError
from autograder.contracts.role import Contract, Role
from autograder.rubric import Entry, Rubric, load_rubric

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent
KIT = "kit"
_CHOICES = {
    "which": ("checked", "last", "first"),
    "layout": ("batch_first", "sequence_first"),
    "output": ("logits", "probabilities", "either"),
}
_TABLES = ("arguments", "constants", "points")
_OF_THE_KIT = ("notebook", "parameters")
_FOLLOWING = {"rnn": ("matrix",), "cnn": ("matrix",), "glove": ("vocab_size", "emb_dim")}
"""Arguments that follow from the kit's: vectors for the sizes of an embedding, or the sizes for vectors."""
_PADDING = "rnn-padding"
"""The check that asks whether lengths are heeded."""
SERVED = ("vocabulary", "vectors")
_CHECK = re.compile(r"""@check\(\s*["']([\w-]+)["']""")


@functools.cache
def load_contract(name: str = KIT) -> Contract:
    """The contract of that name, or the one in a file of that path (ending .toml).

    Raises ContractError, a ValueError, that names file, line and remedy when it is not right.
    """
    return _Reader(_path(name), seen=()).contract()


def known_contracts() -> list[str]:
    """The names of the contracts that come with the kit."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def _path(name: str) -> Path:
    if not name.endswith(".toml"):
        if name not in known_contracts():
            known = ", ".join(known_contracts())
            raise ValueError(f"there is no contract {name!r}: give one of {known}, or a path that ends in .toml")
        return FOLDER / f"{name}.toml"
    path = Path(name)
    if not path.is_file():
        raise ValueError(f"{path}: there is no such file; give the path of a contract, or one of its names")
    return path


class _Reader:
    """One file, on top of what it extends."""

    def __init__(self, path: Path, seen: tuple[Path, ...]) -> None:
        self._path = path
        try:
            self._source = path.read_text(encoding="utf-8")
            self._content: dict[str, Any] = tomllib.loads(self._source)
        except UnicodeDecodeError:
            raise ValueError(f"{path}: is not UTF-8; save it as UTF-8") from None
        except OSError as error:
            raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
        except tomllib.TOMLDecodeError as error:
            raise ValueError(f"{path}: is no TOML: {error}; https://toml.io shows how it is written") from None
        self._below = self._extended((*seen, path.resolve()))

    def contract(self) -> Contract:
        """The contract, everything in it looked at."""
        roles = dict(self._below.roles) if self._below else {}
        for role, fields in self._content.items():
            if role in ("extends", "serves", "without"):
                continue
            known = _parts()
            if role not in known:
                raise self._error([role], f"there is no role {role!r}{_near(role, known)}")
            if not isinstance(fields, dict):
                raise self._error(
                    [role], f"{role} is {_shown(fields)}; write a table, [{role}] and its entries below"
                )
            roles[role] = self._role(role, fields, roles.get(role))
        for role in self._without(roles):
            del roles[role]
        if not roles:
            raise self._error([], 'it has no role; write extends = "kit", or a table such as [cnn]')
        serves = {**(self._below.serves if self._below else {}), **self._serves()}
        return Contract(self._path.stem, roles, serves, self._rubric(roles))

    def _extended(self, seen: tuple[Path, ...]) -> Contract | None:
        name = self._content.get("extends")
        if name is None:
            return None
        if not isinstance(name, str):
            raise self._error(["extends"], f'extends is {_shown(name)}; write the name of a contract, such as "kit"')
        try:
            # A path is meant from the file that names it.
            path = (self._path.parent / name) if name.endswith(".toml") else _path(name)
            path = _path(str(path))
        except ValueError as error:
            raise self._error(["extends"], str(error)) from None
        if path.resolve() in seen:
            raise self._error(["extends"], f"{name} extends this file in turn; take one of the two extends away")
        return _Reader(path, seen).contract()

    def _role(self, role: str, fields: Mapping[str, Any], below: Role | None) -> Role:
        parts = _parts()[role]
        keys = [
            *parts,
            *(item.name for item in dataclasses.fields(Role) if item.name not in ("names", "other_names")),
        ]
        names = dict(below.names) if below else {}
        others = dict(below.other_names) if below else {}
        changes: dict[str, Any] = {}
        for key, value in fields.items():
            where = [role, key]
            if key == "parameters" and self._path == FOLDER / f"{KIT}.toml":
                continue
            if key not in keys and key != "points":
                raise self._error(where, f"{role} has no entry {key!r}{_near(key, [*keys, 'points'])}")
            if key in parts:
                names[key], *rest = self._names(where, value)
                others[key] = tuple(rest)
            elif key in _CHOICES:
                changes[key] = self._choice(where, value, _CHOICES[key])
            elif key in ("longest_first", "lengths"):
                changes[key] = self._typed(where, value, bool, "true or false")
            elif key in ("kernel_count", "columns"):
                changes[key] = self._positive(where, value)
                if key == "columns" and value > 2:
                    raise self._error(where, f"columns is {value}; write 1, or 2 for one number a class")
            elif key == "premise":
                changes[key] = self._typed(where, value, str, "the id of a check")
                if value not in check_ids():
                    raise self._error(where, f"there is no check {value!r}{_near(value, check_ids())}")
            elif key == "notebook":
                changes[key] = self._typed(where, value, str, 'a file name without .ipynb, or "*"')
            elif key in ("optional", "given"):
                changes[key] = self._names(where, value)
                if key == "optional":
                    self._expect_arguments(role, value, where)
            elif key in _TABLES:
                self._typed(where, value, dict, f"a table, [{role}.{key}]")
                if key == "arguments":
                    self._expect_arguments(role, value, where)
                    given = {argument: self._names([*where, argument], name) for argument, name in value.items()}
                    changes[key] = {**(below.arguments if below else {}), **given}
                elif key == "constants":
                    changes[key] = {**(below.constants if below else {}), **value}
        missing = [part for part in parts if part not in names]
        if missing:
            raise self._error([role], f'{role} lacks the name of its {missing[0]}; write {missing[0]} = "…"')
        if not below and "notebook" not in changes:
            raise self._error([role], f'{role} names no notebook; write notebook = "…", or "*" for any file')
        start = below or Role("", {})
        return dataclasses.replace(start, names=names, other_names=others, **changes)

    def _expect_arguments(self, role: str, names: Collection[str], where: list[str]) -> None:
        """Refuse arguments that the kit's class or functions of the role do not have."""
        known = {*_FOLLOWING.get(role, ()), *(name for names in parameters(role).values() for name in names)}
        for name in names:
            if name not in known:
                raise self._error([*where, name], f"the kit's {role} has no argument {name!r}{_near(name, known)}")

    def _without(self, roles: Mapping[str, Role]) -> tuple[str, ...]:
        """The roles that the contract drops."""
        if "without" not in self._content:
            return ()
        names = self._names(["without"], self._content["without"])
        for name in names:
            if name not in roles:
                raise self._error(["without"], f"there is no role {name!r} to leave out{_near(name, roles)}")
        return names

    def _serves(self) -> dict[str, tuple[str, ...]]:
        value = self._content.get("serves", {})
        self._typed(["serves"], value, dict, "a table, [serves]")
        for key in value:
            if key not in SERVED:
                raise self._error(["serves", key], f"nothing called {key!r} can be served{_near(key, SERVED)}")
        return {key: self._names(["serves", key], names) for key, names in value.items()}

    def _rubric(self, roles: Mapping[str, Role]) -> Rubric:
        """The checks of the roles: those of the file's tables of points, else those below, else the kit's."""
        kit = load_rubric()
        known = {entry.id: entry for entry in kit.checks}
        base = self._below.rubric if self._below else kit
        own = {role: self._content[role]["points"] for role in roles if "points" in self._content.get(role, {})}
        checks = [entry for entry in base.checks if entry.role in roles and entry.role not in own]
        for role, points in own.items():
            for check, value in points.items():
                where = [role, "points", check]
                if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                    raise self._error(where, f"{check} has {_shown(value)} points; write an integer from 0 up")
                first = known.get(check, Entry(check, role, "", "", value, "public"))
                checks.append(dataclasses.replace(first, role=role, points=value))
        self._expect_known(checks, roles)
        return Rubric(kit.assignment, tuple(checks), kit.manual if self._path.stem == KIT else ())

    def _expect_known(self, checks: Collection[Entry], roles: Mapping[str, Role]) -> None:
        ids = [entry.id for entry in checks]
        for entry in checks:
            where = [entry.role, "points", entry.id]
            if entry.id == _PADDING and not roles[entry.role].lengths:
                raise self._error(
                    where,
                    f"{_PADDING} asks whether lengths are heeded, and with lengths = false the class gets none;"
                    f" write a table [{entry.role}.points] without it",
                )
            if entry.id not in check_ids():
                raise self._error(where, f"there is no check {entry.id!r}{_near(entry.id, check_ids())}")
            if ids.count(entry.id) > 1:
                raise self._error(where, f"{entry.id} gets points in two roles; leave it in one")

    def _names(self, where: list[str], value: Any) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not listed or not all(isinstance(name, str) and name for name in listed):
            raise self._error(where, f'{where[-1]} is {_shown(value)}; write a name, "…", or a list of names')
        return tuple(listed)

    def _choice(self, where: list[str], value: Any, choices: tuple[str, ...]) -> Any:
        if value not in choices:
            raise self._error(where, f"{where[-1]} is {_shown(value)}; write one of {', '.join(choices)}")
        return value

    def _positive(self, where: list[str], value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self._error(where, f"{where[-1]} is {_shown(value)}; write an integer from 1 up")
        return value

    def _typed(self, where: list[str], value: Any, kind: type, wanted: str) -> Any:
        if not isinstance(value, kind) or value == "":
            raise self._error(where, f"{where[-1]} is {_shown(value)}; write {wanted}")
        return value

    def _error(self, entry: list[str], fault: str) -> ContractError:
        return ContractError(self._path, self._source, entry, fault)


@functools.cache
def _parts() -> Mapping[str, tuple[str, ...]]:
    """The parts of each role, as the kit's own contract has them."""
    return {role: tuple(key for key in fields if key not in _OF_THE_KIT) for role, fields in _kit().items()}


def parameters(role: str) -> Mapping[str, tuple[str, ...]]:
    """By part the arguments of the kit's class or function, in their order."""
    return {part: tuple(names) for part, names in _kit()[role]["parameters"].items()}


@functools.cache
def _kit() -> Mapping[str, Mapping[str, Any]]:
    content: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / f"{KIT}.toml").read_text(encoding="utf-8"))
    return content


@functools.cache
def check_ids() -> frozenset[str]:
    """The ids of all checks that there are: those of the graders."""
    folder = FOLDER.parent / "graders"
    sources = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("test_*.py"))]
    return frozenset(name for source in sources for name in _CHECK.findall(source))


def _near(word: str, known: Collection[str]) -> str:
    found = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {found[0]!r}?" if found else f"; there are {', '.join(sorted(known))}"


def _shown(value: Any) -> str:
    return repr(value) if len(repr(value)) < 60 else f"{repr(value)[:57]}…"
