"""One frame: magic, two lengths, a JSON header, a safetensors body. docs/worker.md describes it.

Nothing in a frame is trusted: lengths are checked before anything is read or reserved, types before anything is
computed with them, and there is no pickle anywhere.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass, field
from typing import Any

import safetensors
import safetensors.numpy
import torch
from numpy.typing import NDArray
from torch import Tensor

MAGIC = b"TLW1"
PREFIX = struct.Struct("<4sIQ")
MAX_HEADER = 1024 * 2**20
"""Of a request, which may bring a notebook with long literals, and files."""
MAX_BODY = 1024 * 2**20
MAX_TENSORS = 512
MAX_INDEX = 256 * 2**10
"""Bytes of the list of tensors that a body begins with: all of them become objects before they are counted."""
MAX_AXES = 16
MAX_LENGTH = 2**31
"""Of an axis, excluded."""
DIGITS = 20
"""Characters of an integer of 64 bits, its sign included."""
DTYPES = {
    "F32": torch.float32,
    "F64": torch.float64,
    "F16": torch.float16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class FrameError(ValueError):
    """Bytes that are no frame, or a frame that breaks a limit."""


@dataclass(frozen=True)
class Frame:
    """A header of plain JSON values and named tensors of one of DTYPES."""

    header: dict[str, Any]
    tensors: dict[str, Tensor] = field(default_factory=dict)


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame. Raises FrameError for other dtypes and for numbers that are not finite."""
    try:
        header = json.dumps(frame.header, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise FrameError(f"the header cannot be written: {error}") from None
    parts = {name: _array(name, tensor) for name, tensor in frame.tensors.items()}
    body = safetensors.numpy.save(parts) if parts else b""
    return PREFIX.pack(MAGIC, len(header), len(body)) + header + body


def read_prefix(prefix: bytes, most_header: int = MAX_HEADER, most_body: int = MAX_BODY) -> tuple[int, int]:
    """Lengths of header and body. Raises FrameError when they are beyond the limits."""
    magic, header_size, body_size = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FrameError(f"a frame begins with {MAGIC!r}, not with {magic!r}")
    if header_size > most_header or body_size > most_body:
        raise FrameError(f"a frame of {header_size} + {body_size} bytes was announced; too large")
    return header_size, body_size


def decode_frame(header: bytes, body: bytes) -> Frame:
    """A frame from its two parts. Raises FrameError for anything that is not exactly a frame."""
    try:
        fields = json.loads(
            header,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_integer,
            object_pairs_hook=_without_duplicates,
        )
    except (ValueError, RecursionError) as error:
        raise FrameError(f"the header is no JSON: {error}") from None
    if not isinstance(fields, dict):
        raise FrameError("the header is no JSON object")
    if not body:
        return Frame(fields)
    if int.from_bytes(body[:8], "little") > MAX_INDEX:
        raise FrameError(f"a list of tensors of more than {MAX_INDEX} bytes")
    try:
        entries = safetensors.deserialize(body)
    except Exception as error:
        raise FrameError(f"the body is no safetensors: {error}") from None
    if len(entries) > MAX_TENSORS:
        raise FrameError(f"{len(entries)} tensors in a frame; at most {MAX_TENSORS}")
    return Frame(fields, {name: _tensor(name, entry) for name, entry in entries})


def _array(name: str, tensor: Tensor) -> NDArray[Any]:
    """A tensor as safetensors takes it."""
    if tensor.dtype not in NAMES:
        raise FrameError(f"tensor {name} has dtype {tensor.dtype}; allowed are {', '.join(map(str, NAMES))}")
    array: NDArray[Any] = tensor.detach().cpu().contiguous().numpy()
    return array


def _tensor(name: str, entry: dict[str, Any]) -> Tensor:
    """A tensor from what safetensors read, in the same memory: dtype, size and finiteness checked."""
    shape, data = entry["shape"], entry["data"]
    if entry["dtype"] not in DTYPES:
        raise FrameError(f"tensor {name} has dtype {entry['dtype']}; allowed are {', '.join(DTYPES)}")
    if len(shape) > MAX_AXES or not all(size < MAX_LENGTH for size in shape):
        raise FrameError(f"tensor {name} has {len(shape)} axes, or one that is too long")
    dtype = DTYPES[entry["dtype"]]
    if math.prod(shape) * dtype.itemsize != len(data):
        raise FrameError(f"tensor {name} of shape {shape} does not fit its {len(data)} bytes")
    if not len(data):
        return torch.zeros(shape, dtype=dtype)
    tensor = torch.frombuffer(data, dtype=dtype).reshape(shape)
    # NaN is the least and the largest of all numbers beside it.
    if dtype.is_floating_point and not all(math.isfinite(end) for end in torch.aminmax(tensor)):
        raise FrameError(f"tensor {name} holds NaN or infinity")
    return tensor


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _finite(text: str) -> float:
    """Of a number such as 1e999, which JSON allows, there is no float."""
    number = float(text) if len(text) <= 2 * DIGITS else math.inf
    if not math.isfinite(number):
        raise ValueError(f"{text[:DIGITS]} is no finite number")
    return number


def _integer(text: str) -> int:
    """An integer of 64 bits."""
    if len(text) > DIGITS or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"{text[:DIGITS]}… is no integer of 64 bits")
    return int(text)


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name occurs twice in an object")
    return fields
