"""What stands for a value that comes from a statement that is never run, such as one that trains a network."""

from __future__ import annotations

from typing import Any, NoReturn

NOT_RUN = "__not_run__"
"""The name of `NotRun` in a loaded module."""


class NotRunError(RuntimeError):
    """A value was used that only a statement that is not run would make; the text names that statement."""


class NotRun:
    """Can be stored and passed like the value that it stands for; anything else done with it raises NotRunError."""

    def __init__(self, name: str, reason: str) -> None:
        object.__setattr__(self, "_said", f"{name} is not there: {reason}. Pass what it makes as an argument")

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise NotRunError(object.__getattribute__(self, "_said"))

    def __getattr__(self, name: str) -> Any:
        # Python and libraries ask anything for such methods, and take no for an answer.
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    __call__ = __iter__ = __next__ = __len__ = __getitem__ = __setitem__ = __delitem__ = __contains__ = _refuse
    __setattr__ = __delattr__ = __bool__ = __float__ = __int__ = __index__ = __enter__ = __exit__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _refuse
    __neg__ = __abs__ = __lt__ = __le__ = __gt__ = __ge__ = __or__ = __ror__ = __and__ = __rand__ = _refuse
