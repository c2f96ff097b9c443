"""The border: the only place where what a worker answers becomes a value that a check may see.

Each request says what its answer has to look like (`Expected`): kind, dtype, names, counts, shapes and size. A worker
is asked through `Worker.request`, which reads the answer with `read_answer` and gives back what `Expected` has made
of it, so no raw value has another way to a check. What does not fit was not sent by the kit's worker, which looks at
the same limits (`textlab.checks.plain`) and tells the student: it is tampering.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor

from autograder.wire.frames import MAX_INDEX, Frame, FrameError
from autograder.wire.values import Handle, unpack
from textlab.checks.failure import StudentError
from textlab.checks.plain import KEPT, LARGEST, MAX_AXES, MOST_WEIGHTS, Value

T = TypeVar("T")
COMPUTED = (torch.float32, torch.float64, torch.int64)
"""What networks give, and what their weights are read as."""
MOST_HEADER = 2**20
"""Bytes of the header of an answer."""
MOST_TEXT = 1000
"""Characters of what is only told: names, errors, places."""
MOST_PRINTED = 4000
MOST_NAMES = 1000
MIB = 2**20
FIELDS = ({"sequence", "printed", "value"}, {"sequence", "printed", "student_error"})
"""What the header of an answer holds; `printed` may be left out."""


class Misfit(Exception):
    """An answer that the kit's worker never sends."""


@dataclass(frozen=True)
class Expected(Generic[T]):
    """What the answer to a request has to look like."""

    read: Callable[[Any], T]
    """Makes the value of it. Raises Misfit."""
    most_bytes: int = 0
    """Of the tensors in it."""

    @property
    def most(self) -> tuple[int, int]:
        """Bytes of the header and of the body."""
        return MOST_HEADER, self.most_bytes + MAX_INDEX if self.most_bytes else 0


@dataclass(frozen=True)
class Answer(Generic[T]):
    """A frame that was read: what was printed, and a value or what the student's code did instead."""

    printed: str
    value: T | None
    error: StudentError | None


def read_answer(frame: Frame, sequence: int, expected: Expected[T]) -> Answer[T]:
    """The answer to the request of that number. Raises Misfit with what is wrong with it."""
    header = frame.header
    number, printed = header.get("sequence"), header.get("printed", "")
    if type(number) is not int or number != sequence or not isinstance(printed, str):
        raise Misfit("is not the answer to this request")
    if header.keys() | {"printed"} not in FIELDS:
        raise Misfit("has other fields than a value or an error")
    printed = text(printed, MOST_PRINTED)
    error = header.get("student_error")
    if "student_error" in header:
        if not (isinstance(error, list) and len(error) == 4 and all(isinstance(part, str) for part in error)):
            raise Misfit("holds an error of unknown form")
        return Answer(printed, None, StudentError(*(text(part) for part in error)))
    try:
        return Answer(printed, expected.read(unpack(header["value"], frame.tensors, Handle)), None)
    except FrameError as wrong:
        raise Misfit(f"breaks the protocol: {wrong}") from None


def nothing() -> Expected[None]:
    """No value."""

    def read(raw: Any) -> None:
        _expect(raw is None, "holds a value where none was asked for")

    return Expected(read)


def handle(label: str = "object") -> Expected[Handle]:
    """The number of an object that the worker keeps."""

    def read(raw: Any) -> Handle:
        _expect(isinstance(raw, Handle) and 0 <= raw.number < 2**31, "is no handle")
        return Handle(raw.number, label)

    return Expected(read)


def names() -> Expected[list[str]]:
    """Different names."""
    return Expected(lambda raw: _names(raw))


@dataclass(frozen=True)
class Loaded:
    """Which names a program defines, and which of its statements failed."""

    found: list[str]
    failures: list[str]


def loaded(asked: Collection[str]) -> Expected[Loaded]:
    """Some of the names that were asked for, and reasons."""

    def read(raw: Any) -> Loaded:
        _expect(isinstance(raw, dict) and raw.keys() == {"found", "failures"}, "does not say what was found")
        found, failures = _names(raw["found"]), raw["failures"]
        _expect(set(found) <= set(asked), "finds what was not asked for")
        good = isinstance(failures, list) and len(failures) <= MOST_NAMES
        _expect(good and all(isinstance(line, str) for line in failures), "does not say what failed")
        return Loaded(found, [text(line) for line in failures])

    return Expected(read)


def shapes() -> Expected[dict[str, tuple[int, ...]]]:
    """Names and the shapes of tensors that fit into an answer."""

    def read(raw: Any) -> dict[str, tuple[int, ...]]:
        found = {name: _shape(shape) for name, shape in _dictionary(raw).items()}
        _expect(sum(map(math.prod, found.values())) <= MOST_WEIGHTS, "has more numbers than are read")
        return found

    return Expected(read)


def numbers(count: int, least: float = -LARGEST, most: float = LARGEST) -> Expected[list[float]]:
    """So many numbers between two bounds."""
    return Expected(lambda raw: _numbers(raw, count, least, most))


def number_of_each(asked: Collection[str], least: float = -LARGEST) -> Expected[dict[str, float]]:
    """A number for each of these names and no other."""

    def read(raw: Any) -> dict[str, float]:
        found = _dictionary(raw)
        _expect(found.keys() == set(asked), "does not hold one number for each of the names")
        values = _numbers(list(found.values()), len(found), least, LARGEST)
        return dict(zip(found, values, strict=True))

    return Expected(read)


def tensor(
    most_bytes: int, shape: Sequence[int] | None = None, dtypes: Collection[torch.dtype] = COMPUTED
) -> Expected[Tensor]:
    """A tensor of so many bytes and one of these dtypes, of this shape where one is named."""

    def read(raw: Any) -> Tensor:
        found = _tensor(raw, dtypes)
        _expect(shape is None or tuple(found.shape) == tuple(shape), f"is not of shape {shape}")
        return found

    return Expected(read, most_bytes)


def tensors(
    most_bytes: int, asked: Mapping[str, Sequence[int] | None], *, others: bool = False
) -> Expected[dict[str, Tensor]]:
    """A tensor for each name, in its shape where that is known; `others` may come with them."""

    def read(raw: Any) -> dict[str, Tensor]:
        found = {name: _tensor(value, COMPUTED) for name, value in _dictionary(raw).items()}
        _expect(found.keys() >= asked.keys() and (others or len(found) == len(asked)), "has other names")
        for name, shape in asked.items():
            _expect(shape is None or tuple(found[name].shape) == tuple(shape), f"has {name} in another shape")
        return found

    return Expected(read, most_bytes)


def value(most_bytes: int) -> Expected[Value]:
    """What a function of the student's gives: tensors, numbers and texts in lists and dictionaries."""
    return Expected(_value, most_bytes)


def text(raw: str, most: int = MOST_TEXT) -> str:
    """The beginning of a text, odd surrogates escaped."""
    return raw[:most].encode("utf-8", "backslashreplace").decode("utf-8")


def _expect(good: bool, fault: str) -> None:
    if not good:
        raise Misfit(fault)


def _names(raw: Any) -> list[str]:
    _expect(isinstance(raw, list) and len(raw) <= MOST_NAMES, "is no list of names")
    _expect(all(isinstance(name, str) for name in raw), "is no list of names")
    found = [text(name) for name in raw]
    _expect(len(set(found)) == len(found), "holds a name twice")
    return found


def _dictionary(raw: Any) -> dict[str, Any]:
    _expect(isinstance(raw, dict) and len(raw) <= MOST_NAMES, "is no dictionary")
    found = {text(name): content for name, content in raw.items()}
    _expect(len(found) == len(raw), "holds a name twice")
    return found


def _shape(raw: Any) -> tuple[int, ...]:
    _expect(isinstance(raw, list) and len(raw) <= MAX_AXES, "is no list of shapes")
    _expect(all(type(size) is int and 0 <= size < 2**31 for size in raw), "is no list of shapes")
    return tuple(raw)


def _numbers(raw: Any, count: int, least: float = -LARGEST, most: float = LARGEST) -> list[float]:
    _expect(isinstance(raw, list) and len(raw) == count, f"is not {count} numbers")
    _expect(all(type(number) in (int, float) for number in raw), f"is not {count} numbers")
    # Written so that NaN is refused.
    _expect(all(least <= number <= most for number in raw), f"holds a number that is not from {least:g} to {most:g}")
    return [float(number) for number in raw]


def _tensor(raw: Any, dtypes: Collection[torch.dtype]) -> Tensor:
    _expect(isinstance(raw, Tensor), "is no tensor")
    found: Tensor = raw
    _expect(found.dtype in dtypes, f"is of dtype {found.dtype}")
    _expect(found.dim() <= MAX_AXES, f"has {found.dim()} axes")
    if found.is_floating_point() and found.numel():
        least, most = (float(end) for end in torch.aminmax(found))
        _expect(-LARGEST <= least <= most <= LARGEST, f"holds a number beyond {LARGEST:g}")
    return found


def _value(raw: Any) -> Value:
    """How deep it is `unpack` has seen, how long the header was the channel."""
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return text(raw, MOST_HEADER)
    if isinstance(raw, int):
        return raw
    if isinstance(raw, float):
        return _numbers([raw], 1)[0]
    if isinstance(raw, Tensor):
        return _tensor(raw, (*COMPUTED, *KEPT))
    if isinstance(raw, list):
        return [_value(item) for item in raw]
    _expect(isinstance(raw, dict), f"holds a {type(raw).__name__}")
    return {name: _value(item) for name, item in raw.items()}
