"""One warm fork server for all tests of the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import ForkServer, why_no_fork_server

SECRET = "COURSE_SECRET"


@pytest.fixture(scope="session")
def server() -> Iterator[ForkServer]:
    """A fork server; skips where none works, and says why."""
    reason = why_no_fork_server()
    if reason is not None:
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "42")
        made = ForkServer()
    yield made
    made.close()
