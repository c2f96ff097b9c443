"""Which outcome stands for which limit."""

from __future__ import annotations

import pytest

from autograder.judge.limits import exceeded
from textlab.checks.failure import StudentError


@pytest.mark.parametrize(
    ("type_name", "message", "outcome"),
    [
        ("MemoryError", "", "memory"),
        ("RuntimeError", "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes", "memory"),
        ("OSError", "[Errno 28] No space left on device: '/tmp/a'", "disk"),
        ("OSError", "[Errno 27] File too large", "disk"),
        ("BlockingIOError", "[Errno 11] Resource temporarily unavailable", "processes"),
        ("RuntimeError", "can't start new thread", "processes"),
        ("", "an answer of more than 256 MiB", "output"),
        ("OutOfMemoryError", "CUDA out of memory. Tried to allocate 2.00 GiB", "memory"),
        ("RuntimeError", "CUDA error: device-side assert triggered", "crashed"),
        ("RuntimeError", "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", "crashed"),
        ("ValueError", "an answer of more than 256 MiB", None),
        ("OSError", "[Errno 2] No such file or directory: 'words.txt'", None),
        ("RuntimeError", "mat1 and mat2 shapes cannot be multiplied", None),
    ],
)
def test_an_error_is_told_by_its_limit(type_name: str, message: str, outcome: str | None) -> None:
    assert exceeded(StudentError("CNN(…)", type_name, message)) == outcome
