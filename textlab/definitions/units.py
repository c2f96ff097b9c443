"""What is known about a stretch of code that runs together: which values it joins and changes, what it calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Key = tuple[object, ...]
"""("global", name) · ("bound", name), what the statement binds it to · ("local", scope, name) · ("new", …) ·
("argument", function, place) · ("result", function)."""
Function = tuple[str, bool]
"""All functions of a name, or all methods of a name (True)."""
FILES = "files on disk"
"""A name for what lies in files: no name of Python's."""


class Call(NamedTuple):
    """One call."""

    path: str
    """The import path of what a function imports itself; "" for anything else."""
    dotted: str
    """The function as it is written, from a module-level name on: `nn.init.normal_`; "" for any other."""
    name: str
    """The last name of the function; "" when it has none."""
    method: bool
    """Whether it is an attribute of something."""
    function: Key | None
    """The function's value, or that of the object whose method it is; None for an atom."""
    arguments: tuple[Key | None, ...]
    keywords: tuple[tuple[str, Key | None], ...]
    result: Key
    discarded: bool
    """Whether the result is thrown away: the call is there for its effect."""
    sure: bool
    """Whether it stands outside of exception handlers and of branches that are never run."""


@dataclass(eq=False)
class Unit:
    """What runs together: a statement, or a function when it is called."""

    name: str = ""
    """The function's; "" for the statement."""
    method: bool = False
    owner: str = ""
    """The class whose method it is."""
    parameters: list[tuple[str, Key]] = field(default_factory=list)
    rest: Key | None = None
    keyword_rest: Key | None = None
    returns: list[Key] = field(default_factory=list)
    joins: list[tuple[Key, Key, bool]] = field(default_factory=list)
    """Two values of which one may be or hold the other; False: unless one is a function."""
    touches: list[Key] = field(default_factory=list)
    """Objects that are changed by their methods or by what they are given to."""
    stores: list[Key] = field(default_factory=list)
    """Objects whose attributes or items are assigned or deleted."""
    iterated: list[Key] = field(default_factory=list)
    """Objects that are gone through, which changes iterators."""
    calls: list[Call] = field(default_factory=list)
    mentions: set[Function] = field(default_factory=set)
    """Functions and methods by their names, called or not."""
    binds: set[str] = field(default_factory=set)
    """Module-level names that a function binds."""
    atoms: set[str] = field(default_factory=set)
    """Module-level names that are bound to what nothing can change."""
    objects: set[str] = field(default_factory=set)
    iterators: set[str] = field(default_factory=set)
    """Module-level names that may be bound to iterators."""
    subclasses: list[tuple[Key, Key]] = field(default_factory=list)
    """Base and class."""
    endless: bool = False
    """Whether it holds a `while True` without a way out."""
    reads_files: bool = False
    follows: bool = False
    """Whether it holds a magic or shell line that the kit follows."""


@dataclass(frozen=True)
class OwnClass:
    """A class of the notebook."""

    name: str
    bases: tuple[str, ...]
    mutable: bool
    """Whether its body holds objects that all instances share."""
    metaclass: str
    key: Key


@dataclass(frozen=True)
class Reading:
    """The units of one statement, what runs at once first."""

    now: Unit
    functions: tuple[Unit, ...]
    classes: tuple[OwnClass, ...]
