"""What may come back from the student's code: plain tensors, numbers, strings, lists and dictionaries."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import Tensor

from textlab.checks.failure import StudentError, shape_text

MAX_ITEMS = 10_000
KEPT = (torch.float16, torch.int32, torch.int16, torch.int8, torch.uint8)
"""Types that a function may not give where others are asked for, besides float32, float64 and int64."""


def plain_tensor(value: object, call: str, *, keep_dtype: bool = False) -> Tensor:
    """A detached dense CPU tensor with finite values, of float32, float64 or int64 unless it keeps its own dtype.

    Raises StudentError when `value` is no tensor, is complex, or holds NaN or infinity.
    """
    if isinstance(value, (tuple, list)) and len(value) == 1:
        value = value[0]
    if not isinstance(value, Tensor):
        raise StudentError(call, "", f"{type(value).__name__} where a tensor was expected")
    if value.is_complex():
        raise StudentError(call, "", "complex numbers where real ones were expected")
    dense = value.detach().to("cpu")
    dense = dense.to_dense() if dense.layout != torch.strided else dense
    if not (keep_dtype and dense.dtype in KEPT):
        if dense.dtype in (torch.float16, torch.bfloat16):
            dense = dense.float()
        elif not dense.is_floating_point():
            dense = dense.long()
    if dense.is_floating_point() and not bool(torch.isfinite(dense).all()):
        raise StudentError(call, "", f"a tensor {shape_text(dense.shape)} with NaN or infinity in it")
    return dense.contiguous().clone()


def plain_value(value: object, call: str) -> Any:
    """A value made of tensors, numbers, strings, lists and dictionaries only; StudentError otherwise."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.ndim:
        value = torch.from_numpy(np.ascontiguousarray(value))
    if isinstance(value, Tensor):
        return plain_tensor(value, call, keep_dtype=True)
    if isinstance(value, np.ndarray) and value.dtype.kind in "US":
        value = value.astype(str).tolist()
    if value is None or isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if hasattr(value, "__float__") and not isinstance(value, (list, tuple, dict)):
        number = float(value)
        if not math.isfinite(number):
            raise StudentError(call, "", f"the number {number}")
        return number
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_ITEMS:
            raise StudentError(call, "", f"a list of {len(value)} items; at most {MAX_ITEMS} are read")
        return [plain_value(item, call) for item in value]
    if isinstance(value, dict):
        return {str(key): plain_value(item, call) for key, item in value.items()}
    raise StudentError(call, "", f"{type(value).__name__} where tensors, numbers or strings were expected")
