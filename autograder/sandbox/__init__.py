"""Starts workers behind the strongest wall that works on this machine."""

from autograder.sandbox.levels import Finding, Level, probe_levels, strongest
from autograder.sandbox.process import Limits, WorkerProcess, start_worker

__all__ = ["Finding", "Level", "Limits", "WorkerProcess", "probe_levels", "start_worker", "strongest"]
