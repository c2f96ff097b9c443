"""Grades all attacks, prints the table and writes it into docs/security.md; status 1 unless each is repelled.

`--beside` hands in the example class and all bad input with them: each of these has to get the report that it gets
without the attacks.
"""

from __future__ import annotations

import argparse
import functools
import sys
import tempfile
from pathlib import Path

from autograder.sandbox import strongest
from autograder.submissions import Submission, find_submissions
from tests.attacks import (
    answering,
    attributing,
    bombing,
    borrowing,
    carrying,
    distorting,
    escaping,
    forging,
    hooking,
    lingering,
    lying,
    mistraining,
    networking,
    packing,
    patching,
    pretending,
    reading,
    relating,
    shadowing,
    sharing,
    smuggling,
    spending,
    spying,
    switching,
)
from tests.attacks.attack import Attack
from tests.attacks.grading import Verdict, grade_attacks
from tests.bad_input.gallery import gallery, hand_in

GROUPS = (
    reading,
    forging,
    hooking,
    patching,
    lying,
    mistraining,
    answering,
    distorting,
    pretending,
    attributing,
    bombing,
    carrying,
    lingering,
    escaping,
    networking,
    packing,
    shadowing,
    sharing,
    spending,
    spying,
    switching,
    relating,
    smuggling,
    borrowing,
)
ATTACKS: list[Attack] = [attack for group in GROUPS for attack in group.ATTACKS]
ROOT = Path(__file__).parents[2]
PAGE, EXAMPLES = ROOT / "docs" / "security.md", ROOT / "examples" / "submitted"
BEGIN, END = "<!-- attacks: written by make attacks -->\n", "<!-- end of attacks -->"


def main() -> int:
    """Grade the attacks whose names begin as the arguments say (all without arguments)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="how the names of the attacks begin, such as read or bomb-disk")
    parser.add_argument(
        "--beside", action="store_true", help="hand in examples/ and tests/bad_input in the same class, too"
    )
    arguments = parser.parse_args()
    names = tuple(arguments.names)
    chosen = [attack for attack in ATTACKS if not names or attack.name.startswith(names)]
    level = strongest()
    with tempfile.TemporaryDirectory() as folder:
        beside = honest_class(Path(folder) / "beside") if arguments.beside else []
        told = functools.partial(print, flush=True)
        verdicts, wrong = grade_attacks(chosen, Path(folder), level, told, beside=beside)
    for verdict in verdicts:
        print(f"{verdict.attack.name:<38} {verdict.score:>3}  {verdict.outcomes}")
        for fault in verdict.faults:
            print(f"{'':<38} NOT REPELLED: {fault}")
    for fault in wrong:
        print(f"NOT CONTAINED: {fault}")
    bad = [verdict for verdict in verdicts if verdict.faults]
    print(f"{len(verdicts) - len(bad)} of {len(verdicts)} attacks repelled · sandbox: {level.word}")
    if not names and not bad and not wrong:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(BEGIN)
        PAGE.write_text(before + BEGIN + table(verdicts) + END + rest.partition(END)[2], encoding="utf-8")
    return 1 if bad or wrong else 0


def honest_class(folder: Path) -> list[Submission]:
    """The example class, and everything that is badly handed in, each under a name of its own."""
    for given in gallery():
        hand_in(given, folder)
    return [*find_submissions(EXAMPLES), *find_submissions(folder)]


def table(verdicts: list[Verdict]) -> str:
    """The table of docs/security.md."""
    lines = ["", f"{len(verdicts)} attacks:", "", "| attack | tries to | points | checks |", "|---|---|---|---|"]
    for verdict in verdicts:
        tries = verdict.attack.tries.replace("|", "\\|").replace("<", "&lt;")
        earned = f"{verdict.score} for {', '.join(verdict.earned)}" if verdict.score else "0"
        lines.append(f"| `{verdict.attack.name}` | {tries} | {earned} | {verdict.outcomes} |")
    return "\n".join([*lines, "", ""])


if __name__ == "__main__":
    sys.exit(main())
