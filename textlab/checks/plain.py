"""What may come back from the student's code: plain tensors, numbers, strings, lists and dictionaries."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from textlab.checks.failure import StudentError, shape_text

Value: TypeAlias = bool | int | float | str | Tensor | list["Value"] | dict[str, "Value"] | None
"""What a function of the student's may give; numbers are finite and at most LARGEST, integers have 64 bits."""
LARGEST = 1e15
"""Size of the largest number that is read: sums and products of a few stay finite, in float32 as well."""
MAX_ITEMS = 10_000
MAX_TEXT = 20_000
"""Characters of a string."""
MAX_NESTED = 6
"""Lists and dictionaries inside each other."""
MAX_AXES = 16
MOST_WEIGHTS = 2**26
"""Numbers in all parameters of a network."""
MOST_PARAMETERS = 500
KEPT = (torch.float16, torch.int32, torch.int16, torch.int8, torch.uint8)
"""Types that a function may not give where others are asked for, besides float32, float64 and int64."""


def plain_tensor(value: object, call: str, *, keep_dtype: bool = False) -> Tensor:
    """A detached dense CPU tensor with finite values, of float32, float64 or int64 unless it keeps its own dtype.

    Raises StudentError when `value` is no tensor, is complex, or holds NaN, infinity or numbers beyond LARGEST.
    """
    if isinstance(value, (tuple, list)) and len(value) == 1:
        value = value[0]
    if not isinstance(value, Tensor):
        raise StudentError(call, "", f"{type(value).__name__} where a tensor was expected")
    if value.dim() > MAX_AXES:
        raise StudentError(call, "", f"a tensor of {value.dim()} axes; at most {MAX_AXES} are read")
    if value.is_complex():
        raise StudentError(call, "", "complex numbers where real ones were expected")
    dense = value.detach().to("cpu")
    dense = dense.to_dense() if dense.layout != torch.strided else dense
    if not (keep_dtype and dense.dtype in KEPT):
        if dense.dtype in (torch.float16, torch.bfloat16):
            dense = dense.float()
        elif not dense.is_floating_point():
            dense = dense.long()
    if dense.is_floating_point() and dense.numel():
        # NaN is the least and the largest of all numbers beside it.
        least, most = (float(end) for end in torch.aminmax(dense))
        if not math.isfinite(least) or not math.isfinite(most):
            raise StudentError(call, "", f"a tensor {shape_text(dense.shape)} with NaN or infinity in it")
        if max(-least, most) > LARGEST:
            raise StudentError(
                call, "", f"a tensor {shape_text(dense.shape)} with numbers beyond {LARGEST:.0e} in it"
            )
    return dense.contiguous().clone()


def plain_shapes(shapes: Mapping[str, tuple[int, ...]], call: str) -> dict[str, tuple[int, ...]]:
    """Shapes of a network's parameters; StudentError when there are too many to read them."""
    count = sum(map(math.prod, shapes.values()))
    if len(shapes) > MOST_PARAMETERS or count > MOST_WEIGHTS:
        most = f"at most {MOST_PARAMETERS} with {MOST_WEIGHTS:,} numbers are read"
        raise StudentError(call, "", f"{len(shapes)} parameters with {count:,} numbers; {most}")
    return dict(shapes)


def plain_number(value: object, call: str, what: str = "the number") -> float:
    """A finite number of at most LARGEST as a float; StudentError for any other."""
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise StudentError(call, "", f"{what} {number:.6g}" + ("" if not math.isfinite(number) else ": too large"))
    return number


def plain_value(value: object, call: str, depth: int = 0) -> Value:
    """A value made of tensors, numbers, strings, lists and dictionaries only (Value); StudentError otherwise."""
    if depth > MAX_NESTED:
        raise StudentError(call, "", f"lists inside lists, more than {MAX_NESTED} deep")
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.ndim:
        value = torch.from_numpy(np.ascontiguousarray(value))
    if isinstance(value, Tensor):
        return plain_tensor(value, call, keep_dtype=True)
    if isinstance(value, np.ndarray) and value.dtype.kind in "US":
        value = value.astype(str).tolist()
    if isinstance(value, str):
        return plain_text(value, call)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return _plain_integer(int(value), call)
    if hasattr(value, "__float__") and not isinstance(value, (list, tuple, dict)):
        return plain_number(value, call)
    if isinstance(value, (list, tuple, dict)) and len(value) > MAX_ITEMS:
        kind = "dictionary" if isinstance(value, dict) else "list"
        raise StudentError(call, "", f"a {kind} of {len(value)} items; at most {MAX_ITEMS} are read")
    if isinstance(value, (list, tuple)):
        return [plain_value(item, call, depth + 1) for item in value]
    if isinstance(value, dict):
        return {plain_text(str(key), call): plain_value(item, call, depth + 1) for key, item in value.items()}
    raise StudentError(call, "", f"{type(value).__name__} where tensors, numbers or strings were expected")


def plain_text(text: str, call: str) -> str:
    """The same text as a plain string, odd surrogates escaped; StudentError when it is longer than MAX_TEXT."""
    text = str.__str__(text)
    if len(text) > MAX_TEXT:
        raise StudentError(call, "", f"a text of {len(text)} characters; at most {MAX_TEXT} are read")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain_integer(number: int, call: str) -> int:
    if not -(2**63) <= number < 2**63:
        raise StudentError(call, "", f"an integer of {number.bit_length()} bits; at most 64 are read")
    return number
