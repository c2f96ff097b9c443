"""Sending and receiving frames over a socket, with deadlines and without trust."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from autograder.wire.frames import MAX_BODY, MAX_HEADER, PREFIX, Frame, decode_frame, encode_frame, read_prefix

SLICE_S = 0.05
CHUNK = 1 << 20


class Channel:
    """Frames over one stream socket; while it waits it calls `watch` every 50 ms, however short each wait is."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._watched = time.monotonic()

    def send(self, frame: Frame, seconds: float | None = None) -> None:
        """Send one frame. Raises TimeoutError, OSError, FrameError."""
        self._stream.settimeout(seconds)
        self._stream.sendall(encode_frame(frame))

    def receive(
        self,
        seconds: float | None = None,
        watch: Callable[[], None] | None = None,
        *,
        most_header: int = MAX_HEADER,
        most_body: int = MAX_BODY,
    ) -> Frame:
        """Receive one frame of at most so many bytes.

        Raises TimeoutError past the deadline, EOFError at the end, FrameError for garbage.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        header_size, body_size = read_prefix(self._read(PREFIX.size, deadline, watch), most_header, most_body)
        header = self._read(header_size, deadline, watch)
        return decode_frame(header, self._read(body_size, deadline, watch))

    def has_leftover(self) -> bool:
        """Whether bytes lie in the socket that no request asked for."""
        self._stream.settimeout(0.0)
        try:
            return bool(self._stream.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return False
        except OSError:
            return False

    def close(self) -> None:
        """Close the socket."""
        self._stream.close()

    def _read(self, size: int, deadline: float | None, watch: Callable[[], None] | None) -> bytes:
        """Exactly `size` bytes; memory grows with what arrives, not with what was announced."""
        received = bytearray()
        while len(received) < size:
            if watch is not None and time.monotonic() - self._watched >= SLICE_S:
                watch()
                self._watched = time.monotonic()
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self._stream.settimeout(left if watch is None else min(SLICE_S, left if left is not None else SLICE_S))
            try:
                part = self._stream.recv(min(CHUNK, size - len(received)))
            except TimeoutError:
                continue
            if not part:
                raise EOFError
            received += part
        return bytes(received)
