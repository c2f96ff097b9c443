"""Hostile answers: of the wrong form, and of the right form with values that nobody computed."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.wire.frames import PREFIX, Frame, encode_frame

RAW = {
    "@huge": "1" + "0" * 400,
    "@huger": "9" * 5000,
    "@beyond": str(2**63),
    "@below": str(-(2**63) - 1),
    "@infinite": "1e999",
    "@minus-infinite": "-1e999",
    "@nan": "NaN",
    "@infinity": "Infinity",
    "@deep": "[" * 300 + "]" * 300,
    "@deeper": "[" * 50_000 + "]" * 50_000,
    "@twice": '{"tensor": "t0", "tensor": "t0"}',
}
"""What `json.dumps` does not write, by what stands for it."""
SCALARS: tuple[Any, ...] = (
    *RAW,
    *(None, True, False, 0, 1, -1, 2**63 - 1, -(2**63), 0.0, -0.0, 0.5, 1e-320, 1e300, -1e300, 3e15),
    *("", "\ud800", "\x00", "None", "0.5", "<b>", "\u202e", "x" * 3000, "x" * 2_000_000),
)
ODD_SHAPES: tuple[tuple[int, ...], ...] = (
    (),
    (0,),
    (1,),
    (0, 1),
    (1, 0, 3),
    (2, 2),
    (1,) * 20,
    (3, 1),
    (5, 1, 1),
    (7,),
)
DTYPES = (torch.float32, torch.float64, torch.float16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def hostile_tensor(chance: random.Random, like: Tensor | None = None) -> Tensor:
    """Another shape, another dtype, or numbers that make sums overflow."""
    shape = chance.choice(ODD_SHAPES) if like is None or chance.random() < 0.5 else tuple(like.shape)
    dtype = chance.choice(DTYPES)
    number = chance.choice([0.0, 1.0, -1.0, 127.0, 1e-40, 1e14, 1e15, 1e30, 3e38, float("nan"), float("inf")])
    if dtype not in (torch.float32, torch.float64, torch.float16):
        number = chance.choice([0, 1, -1, 127])
    return torch.full(shape, number).to(dtype)


def hostile_value(chance: random.Random, tensors: dict[str, Tensor], like: Any = None, depth: int = 0) -> Any:
    """A packed value, often the expected one with one thing changed."""
    kind = chance.random()
    if isinstance(like, dict) and kind < 0.75:
        return _changed(chance, tensors, like, depth)
    if isinstance(like, list) and like and kind < 0.75:
        place = chance.randrange(len(like))
        changed = list(like)
        changed[place] = hostile_value(chance, tensors, like[place], depth + 1)
        return chance.choice([changed, changed, like[:-1], [*like, like[0]], [], like * 3])
    if kind < 0.25:
        name = f"t{chance.randrange(3)}"
        tensors[name] = hostile_tensor(chance)
        return {"tensor": name}
    if kind < 0.45 and depth < 3:
        count = chance.choice([0, 1, 2, 3, 40])
        return [hostile_value(chance, tensors, None, depth + 1) for _ in range(count)]
    if kind < 0.6 and depth < 3:
        return _items(chance, tensors, depth)
    return chance.choice(SCALARS)


def _items(chance: random.Random, tensors: dict[str, Tensor], depth: int) -> Any:
    names = chance.choice(
        [[], ["a"], ["a", "a"], ["embedding.weight"], ["train_loss", "validation_loss"], ["\ud800"]]
    )
    entries: list[Any] = [[name, hostile_value(chance, tensors, None, depth + 1)] for name in names]
    odd: list[Any] = [{"items": [["a"]]}, {"items": [[1, 2]]}, {"items": {}}, {"object": -1}, {"object": 2**40}]
    odd += [{"object": True}, {"object": "0"}, {"tensor": "t9"}, {"tensor": 0}, {"pickle": "gASV"}, {}]
    return {"items": entries} if chance.random() < 0.6 else chance.choice(odd)


def _changed(chance: random.Random, tensors: dict[str, Tensor], like: dict[str, Any], depth: int) -> Any:
    """One tensor, name or entry of a dictionary that is otherwise as it was expected."""
    if "tensor" in like and like["tensor"] in tensors:
        tensors[like["tensor"]] = hostile_tensor(chance, tensors[like["tensor"]])
        return like
    if like.get("items"):
        entries, place = list(like["items"]), chance.randrange(len(like["items"]))
        name, content = entries[place]
        entries[place] = chance.choice(
            [
                [name, hostile_value(chance, tensors, content, depth + 1)],
                [f"{name}.other", content],
                [name[:-1], content],
            ]
        )
        return {"items": chance.choice([entries, entries, entries[:-1], [*entries, entries[0]], []])}
    return hostile_value(chance, tensors, None, depth + 1)


def frame_of(header: dict[str, Any], tensors: dict[str, Tensor]) -> bytes:
    """The bytes of a frame whose header may hold what JSON forbids, and whose tensors what frames forbid."""
    text = json.dumps(header)
    for name, raw in RAW.items():
        text = text.replace(json.dumps(name), raw)
    body = encode_frame(Frame({}, tensors))
    _, size, _ = PREFIX.unpack(body[: PREFIX.size])
    content = body[PREFIX.size + size :]
    return PREFIX.pack(b"TLW1", len(text), len(content)) + text.encode() + content


def _other_sequence(chance: random.Random, data: bytes, header: dict[str, Any], tensors: dict[str, Tensor]) -> bytes:
    other = chance.choice([True, str(header["sequence"]), float(header["sequence"]), -1, None, "@huge"])
    return frame_of({**header, "sequence": other}, tensors)


def _other_fields(chance: random.Random, data: bytes, header: dict[str, Any], tensors: dict[str, Tensor]) -> bytes:
    changes: list[dict[str, Any]] = [{"printed": 3}, {"printed": ["x"]}, {"student_error": None}, {"points": 100}]
    changes += [{"student_error": ["a", "b", "c"]}, {"student_error": ["a", 1, "c", ""]}, {"outcome": "passed"}]
    changed = {**header, **chance.choice(changes)}
    if chance.random() < 0.3:
        del changed["value"]
    return frame_of(changed, tensors)


def _other_bytes(chance: random.Random, data: bytes, header: dict[str, Any], tensors: dict[str, Tensor]) -> bytes:
    place = chance.randrange(len(data))
    cut = bytearray(data)
    cut[place] ^= 1 << chance.randrange(8)
    return chance.choice([bytes(cut), data[:place], data + b"\0", b"", b"TLW1" * 40, data[PREFIX.size :]])


def _other_lengths(chance: random.Random, data: bytes, header: dict[str, Any], tensors: dict[str, Tensor]) -> bytes:
    _, head, body = PREFIX.unpack(data[: PREFIX.size])
    sizes = [(head + 1, body), (head - 1, body), (head, body + 1), (0, 0), (2**32 - 1, body), (head, 2**40)]
    sizes += [(head, 300 * 2**20)]
    return PREFIX.pack(b"TLW1", *chance.choice(sizes)) + data[PREFIX.size :]


def _other_index(chance: random.Random, data: bytes, header: dict[str, Any], tensors: dict[str, Tensor]) -> bytes:
    """A body whose list of tensors lies."""
    size, dtype = 16, chance.choice(["F32", "F64", "BF16", "BOOL", "F8_E4M3", "C64", "I64"])
    shape = chance.choice([[4], [2], [-4], [2**62, 4], [0, 2**63], [1] * 70 + [4], ["4"], 4, [4.0]])
    offsets = chance.choice([[0, size], [0, 0], [4, size], [0, 2**60], [size, 0]])
    index = json.dumps({"t0": {"dtype": dtype, "shape": shape, "data_offsets": offsets}})
    body = (
        struct.pack("<Q", chance.choice([len(index), len(index), len(index), 2**60])) + index.encode() + bytes(size)
    )
    text = json.dumps({**header, "value": {"tensor": "t0"}}).encode()
    return PREFIX.pack(b"TLW1", len(text), len(body)) + text + body


Change = Callable[[random.Random, bytes, dict[str, Any], dict[str, Tensor]], bytes]
CHANGES: tuple[Change, ...] = (_other_sequence, _other_fields, _other_bytes, _other_lengths, _other_index)
