"""Frames: what goes in comes out, and nothing else is ever taken for a frame."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import tracemalloc

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.wire.channel import Channel
from autograder.wire.frames import MAX_BODY, PREFIX, Frame, FrameError, decode_frame, encode_frame, read_prefix
from autograder.wire.values import Handle, pack, unpack


def split(data: bytes) -> tuple[bytes, bytes]:
    """Header and body of an encoded frame."""
    header_size, body_size = read_prefix(data[: PREFIX.size])
    header = data[PREFIX.size : PREFIX.size + header_size]
    body = data[PREFIX.size + header_size :]
    assert len(body) == body_size
    return header, body


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.float32, torch.float64, torch.uint8, torch.int32, torch.int64]
)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 4), (2, 3, 4)])
def test_tensors_survive_the_wire(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    sent = torch.arange(float(torch.Size(shape).numel())).reshape(shape).to(dtype)
    got = decode_frame(*split(encode_frame(Frame({"a": 1}, {"x": sent}))))
    assert got.header == {"a": 1}
    assert got.tensors["x"].dtype == dtype
    assert torch.equal(got.tensors["x"], sent)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.bool, torch.complex64])
def test_other_dtypes_are_refused_before_they_are_sent(dtype: torch.dtype) -> None:
    with pytest.raises(FrameError, match="dtype"):
        encode_frame(Frame({}, {"x": torch.zeros(2, dtype=dtype)}))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_are_refused(bad: float) -> None:
    with pytest.raises(FrameError, match="NaN or infinity"):
        decode_frame(*split(encode_frame(Frame({}, {"x": torch.tensor([1.0, bad])}))))
    with pytest.raises(FrameError, match="header"):
        encode_frame(Frame({"x": bad}))
    with pytest.raises(FrameError, match="no JSON"):
        decode_frame(json.dumps({"x": bad}).encode(), b"")


def test_a_frame_that_announces_ten_gigabytes_is_refused_before_it_is_read() -> None:
    with pytest.raises(FrameError, match="too large"):
        read_prefix(PREFIX.pack(b"TLW1", 10, 10 * 2**30))
    with pytest.raises(FrameError, match="too large"):
        read_prefix(PREFIX.pack(b"TLW1", 2**32 - 1, MAX_BODY))


def test_a_shape_that_does_not_fit_its_bytes_is_refused() -> None:
    header, body = split(encode_frame(Frame({}, {"x": torch.zeros(4)})))
    assert b"[4]" in body
    with pytest.raises(FrameError):
        decode_frame(header, body.replace(b"[4]", b"[5]"))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_garbage_is_refused_and_never_crashes(header: bytes, body: bytes) -> None:
    try:
        frame = decode_frame(header, body)
    except FrameError:
        return
    assert isinstance(frame.header, dict)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 200), st.integers(0, 255))
def test_a_damaged_frame_is_refused_or_is_a_frame(extra: bytes, place: int, value: int) -> None:
    data = bytearray(encode_frame(Frame({"a": [1, "b"]}, {"x": torch.ones(3)})))
    data[place % len(data)] = value
    try:
        header, body = split(bytes(data) + extra)
        decode_frame(header, body)
    except (FrameError, AssertionError):
        pass


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_values_survive_the_wire(value: object) -> None:
    tensors: dict[str, torch.Tensor] = {}
    try:
        packed = pack({"v": value}, tensors)
        got = unpack(json.loads(json.dumps(packed)), tensors)
    except FrameError as error:
        assert "nested deeper" in str(error)
        return
    assert got == {"v": value}


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_unknown_forms_of_values_are_refused_and_never_crash(packed: object) -> None:
    with contextlib.suppress(FrameError):
        unpack(packed, {})


def test_objects_cross_as_handles_only() -> None:
    tensors: dict[str, torch.Tensor] = {}
    packed = pack([Handle(3), torch.ones(2)], tensors)
    assert unpack(packed, tensors, Handle)[0] == Handle(3)
    with pytest.raises(FrameError, match="unknown form"):
        unpack(packed, tensors)
    with pytest.raises(FrameError, match="cannot cross"):
        pack(object(), tensors)


@pytest.mark.parametrize("raw", [b"1e999", b"-1e999", b"NaN", b"9" * 400, b"9223372036854775808", b'{"a":1,"a":2}'])
def test_numbers_without_bounds_and_doubled_names_are_refused(raw: bytes) -> None:
    with pytest.raises(FrameError):
        decode_frame(b'{"x":' + raw + b"}", b"")


@pytest.mark.parametrize("shape", ["[0,9223372036854775808]", "[0,2147483648]", f"[{','.join(['0'] * 70)}]"])
def test_shapes_that_torch_does_not_hold_are_refused(shape: str) -> None:
    index = f'{{"t0":{{"dtype":"F32","shape":{shape},"data_offsets":[0,0]}}}}'.encode()
    with pytest.raises(FrameError):
        decode_frame(b"{}", len(index).to_bytes(8, "little") + index)


def test_a_body_is_held_at_most_twice() -> None:
    size = 16 * 2**20
    data = encode_frame(Frame({}, {"x": torch.zeros(size // 4)}))
    ours, theirs = socket.socketpair()
    sender = threading.Thread(target=theirs.sendall, args=(data,))
    tracemalloc.start()
    try:
        sender.start()
        frame = Channel(ours).receive(30.0)
        assert tracemalloc.get_traced_memory()[1] < 2.3 * size
    finally:
        tracemalloc.stop()
        sender.join()
        ours.close()
        theirs.close()
    assert frame.tensors["x"].numel() == size // 4


def test_a_larger_frame_than_was_asked_for_is_refused_before_it_is_read() -> None:
    with pytest.raises(FrameError, match="too large"):
        read_prefix(PREFIX.pack(b"TLW1", 10, 101), 100, 100)


def test_a_value_names_every_tensor_once() -> None:
    tensors = {"t0": torch.ones(1), "t1": torch.ones(1)}
    for packed in ({"tensor": "t0"}, [{"tensor": "t0"}, {"tensor": "t0"}], {"items": [["a", 1], ["a", 2]]}):
        with pytest.raises(FrameError):
            unpack(packed, tensors)
