"""Starts workers behind the strongest wall that works on this machine."""

from autograder.sandbox.fork_server import ForkServer, ServerLost
from autograder.sandbox.levels import Finding, Level, probe_levels, strongest, why_no_fork_server
from autograder.sandbox.limits import Limits, Usage
from autograder.sandbox.process import WorkerProcess, start_worker

__all__ = [
    "Finding",
    "ForkServer",
    "Level",
    "Limits",
    "ServerLost",
    "Usage",
    "WorkerProcess",
    "probe_levels",
    "start_worker",
    "strongest",
    "why_no_fork_server",
]
