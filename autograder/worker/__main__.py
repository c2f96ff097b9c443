"""Starts a worker on the socket whose descriptor number is the only argument."""

from __future__ import annotations

import os
import sys

from autograder.worker.answering import quiet, serve, warm_up
from autograder.worker.withheld import withhold


def main(descriptor: int) -> None:
    """Warm up and serve one submission."""
    os.set_inheritable(descriptor, False)
    printed = quiet()
    warm_up()
    withhold()
    serve(descriptor, printed)


if __name__ == "__main__":
    main(int(sys.argv[1]))
