"""A limit on the processor time of code that is not ours to trust."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any, NoReturn


class TooSlow(BaseException):
    """Code took longer than it may; no `except Exception` of its own holds this up."""


@contextlib.contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooSlow when what is inside takes more seconds of this process.

    Does nothing where signals do not reach: on Windows, and outside the main thread.
    """
    set_timer = getattr(signal, "setitimer", None)
    if set_timer is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(*_: Any) -> NoReturn:
        raise TooSlow(f"took longer than {seconds:.0f} s")

    before = signal.signal(signal.SIGVTALRM, end)
    set_timer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        set_timer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
