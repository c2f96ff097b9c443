"""What one worker may use, and what it uses."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

SEND_BUFFER = Path("/proc/sys/net/core/wmem_max")
USUAL_SEND_BUFFER = 212_992


@dataclass(frozen=True)
class Limits:
    """What one worker may use."""

    memory_bytes: int = 3 * 2**30
    """Memory of the worker and all its children together."""
    kernel_bytes: int = 128 * 2**20
    """What of it the kernel holds for them, in buffers of sockets above all."""


@dataclass(frozen=True)
class Usage:
    """What a worker and everything that it has started use."""

    memory_bytes: int = 0
    kernel_bytes: int = 0
    processor_s: float = 0.0
    """Processor time since it was started."""
    out_of_memory: bool = False
    """Whether the kernel has ended one of its processes because their memory was used up."""
    own_bytes: int = 0
    """Memory without what it shares with others, such as libraries, which it only reads."""


@functools.cache
def most_of_a_socket() -> int:
    """Bytes that a socket can hold in the kernel: its largest send buffer, of which the kernel counts the double."""
    try:
        return 2 * int(SEND_BUFFER.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 2 * USUAL_SEND_BUFFER
