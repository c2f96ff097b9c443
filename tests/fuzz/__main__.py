"""Fuzzes the readers of strangers' bytes with Atheris, guided by the branches that an input reaches.

`make fuzz MINUTES=20` gives each target its minutes; `python -m tests.fuzz slicer --minutes 5` only that one. The
inputs that reached something new are kept in build/fuzz/, so that a run goes on where the last one stopped, and so
are the counts of all runs. Status 1 when an input broke a promise: it lies in build/fuzz/ and belongs into a test.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "fuzz"
NAMES = ("reader", "slicer", "archive", "protocol")
WATCHED = ["textlab.definitions", "autograder.submissions", "autograder.wire", "json", "zipfile"]
"""Packages whose branches guide the fuzzer."""
BLIND = "no interesting inputs were found so far"
"""What libFuzzer says when no branch tells one input from another."""
SLOWEST_S = 10
"""An input that takes longer is a finding."""
LONGEST = 4096
"""Bytes of the longest input."""


def main() -> int:
    """Fuzz the targets one after another, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join(NAMES)}; none: all")
    parser.add_argument("--minutes", type=float, default=20.0, help="for each target")
    parser.add_argument("--inputs", type=int, default=-1, help="stop a target after that many; -1: only by time")
    arguments = parser.parse_args()
    status = 0
    for name in arguments.targets or NAMES:
        if name not in NAMES:
            parser.error(f"there is no target {name!r}: give some of {', '.join(NAMES)}")
        status |= fuzz(name, arguments.minutes, arguments.inputs)
    for name, counts in read_tally().items():
        print(f"{name:<10} {counts['inputs']:>12,} inputs {counts['minutes']:>7.1f} minutes in all")
    return status


def fuzz(name: str, minutes: float, inputs: int) -> int:
    """Fuzz one target; 1 when something was found."""
    corpus = KEPT / name
    corpus.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.atheris_run", name, str(corpus)]
    command += [f"-max_total_time={round(minutes * 60)}", f"-runs={inputs}", f"-max_len={LONGEST}"]
    command += [f"-timeout={SLOWEST_S}", f"-artifact_prefix={KEPT / name}-", f"-dict={dictionary(name)}"]
    command += ["-rss_limit_mb=4096", "-print_final_stats=1", "-close_fd_mask=1"]
    begun = time.monotonic()
    result = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    executed = re.search(r"number_of_executed_units:\s*(\d+)", result.stderr)
    count(name, int(executed[1]) if executed else 0, (time.monotonic() - begun) / 60)
    blind = BLIND in result.stderr
    if result.returncode or blind:
        print(result.stderr[-4000:])
        print(f"{name}: {'no branch is watched' if blind else f'FOUND something; the input lies in {KEPT}'}")
    return 1 if result.returncode or blind else 0


def dictionary(name: str) -> Path:
    """The target's words in libFuzzer's format."""
    from tests.fuzz.targets import TARGETS

    words = next(target.words for target in TARGETS if target.name == name)
    path = KEPT / f"{name}.words"
    lines = ('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in words)
    path.write_text("".join(lines), encoding="ascii")
    return path


def read_tally() -> dict[str, dict[str, float]]:
    """Inputs and minutes by target, over all runs."""
    path = KEPT / "tally.json"
    found: dict[str, dict[str, float]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def count(name: str, inputs: int, minutes: float) -> None:
    """Add a run to the tally."""
    tally = read_tally()
    before = tally.get(name, {"inputs": 0, "minutes": 0.0})
    tally[name] = {"inputs": before["inputs"] + inputs, "minutes": before["minutes"] + minutes}
    (KEPT / "tally.json").write_text(json.dumps(tally, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
