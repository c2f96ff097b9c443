"""pytest as in a shell of its own: no variable of a teacher's tells it anything."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.start import own_environment


@contextmanager
def undisturbed() -> Iterator[None]:
    """Take the shell's variables for Python and pytest away, and filters of warnings with them, for a while.

    nbgrader, which runs the judge in a course, is not started by us.
    """
    before, options = dict(os.environ), list(sys.warnoptions)
    kept = own_environment(os.environ)
    for name in before.keys() - kept.keys():
        del os.environ[name]
    sys.warnoptions.clear()
    try:
        with warnings.catch_warnings():
            warnings.resetwarnings()
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.warnoptions.extend(options)
        os.environ.update(before)
