"""Values inside a frame's header: numbers, strings, lists, dictionaries, and names for tensors and objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from autograder.wire.frames import FrameError

MAX_DEPTH = 8


@dataclass(frozen=True)
class Handle:
    """The number of an object that stays inside the worker."""

    number: int
    label: str = "object"


def pack(value: Any, tensors: dict[str, Tensor]) -> Any:
    """The JSON form of a value; its tensors go into `tensors` under fresh names."""
    if isinstance(value, Tensor):
        name = f"t{len(tensors)}"
        tensors[name] = value
        return {"tensor": name}
    if isinstance(value, Handle):
        return {"object": value.number}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [pack(item, tensors) for item in value]
    if isinstance(value, Mapping):
        return {"items": [[str(key), pack(item, tensors)] for key, item in value.items()]}
    raise FrameError(f"{type(value).__name__} cannot cross the wire")


def unpack(packed: Any, tensors: Mapping[str, Tensor], resolve: Callable[[int], Any] | None = None) -> Any:
    """The value of a JSON form that uses all of the tensors, each once.

    Raises FrameError for anything that `pack` cannot have written, and for values nested deeper than MAX_DEPTH.
    """
    left = dict(tensors)
    value = _unpack(packed, left, resolve, 0)
    if left:
        raise FrameError(f"{len(left)} tensors that no value names")
    return value


def _unpack(packed: Any, left: dict[str, Tensor], resolve: Callable[[int], Any] | None, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise FrameError(f"a value nested deeper than {MAX_DEPTH}")
    if packed is None or isinstance(packed, (bool, int, float, str)):
        return packed
    if isinstance(packed, list):
        return [_unpack(item, left, resolve, depth + 1) for item in packed]
    if isinstance(packed, dict) and len(packed) == 1:
        kind, content = next(iter(packed.items()))
        if kind == "tensor" and isinstance(content, str) and content in left:
            return left.pop(content)
        if kind == "object" and type(content) is int and resolve is not None:
            return resolve(content)
        if kind == "items" and isinstance(content, list):
            return _unpack_items(content, left, resolve, depth)
    raise FrameError(f"a value of unknown form: {str(packed)[:80]}")


def _unpack_items(
    content: list[Any], left: dict[str, Tensor], resolve: Callable[[int], Any] | None, depth: int
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in content:
        if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)):
            raise FrameError("a dictionary entry that is no pair of a string and a value")
        if entry[0] in found:
            raise FrameError(f"two dictionary entries of the name {entry[0][:80]!r}")
        found[entry[0]] = _unpack(entry[1], left, resolve, depth + 1)
    return found
