"""How long the feedback of a large class takes: made-up records, real pages, written to a temporary folder.

Run: python benchmarks/feedback.py [--students N]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from autograder.record import CheckResult, ExplainedSentence, GradedFile, Measured, Outcome, Record
from autograder.reports.class_page import class_page
from autograder.reports.feedback import write_feedback
from autograder.reports.files import write_whole
from autograder.rubric import Entry, load_rubric

MESSAGE = """the result has the wrong shape
  input     {name}.forward(ids [3, 9])
  expected  (3, 1)
  got       (3, {size})
  likely    the last linear layer has {size} outputs, or an axis is still there
  next      print the shape after every line of forward"""
WORDS = ["the", "story", "is", "not", "bad", ",", "and", "i", "would", "watch", "it", "again", "."]
OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "skipped", "timeout")


def made_up_record(number: int) -> Record:
    """A student who passed about three checks of four."""
    draw = random.Random(number)
    return Record(
        student=f"student{number:04d}",
        assignment="text_classification",
        data="mini",
        contract="kit",
        files=tuple(GradedFile(f"{name}.ipynb", "0" * 64) for name in ("1_rnn", "2_cnn", "3_glove_cnn")),
        sha256=f"{number:064x}",
        checks=tuple(made_up_check(entry, draw) for entry in load_rubric().checks),
        problems=("cell 7 does not parse: invalid syntax",) if number % 10 == 0 else (),
        printed="tensor([[0.1, 0.2]])\n" * 50,
        sandbox="bubblewrap",
        versions={"python": "3.11", "torch": "2.3.1"},
        seconds={"total": 30.0},
        explained=tuple(
            ExplainedSentence(tuple(WORDS), tuple(draw.gauss(0, 1) for _ in WORDS), draw.random(), 1e-4)
            for _ in range(4)
        ),
    )


def made_up_check(entry: Entry, draw: random.Random) -> CheckResult:
    """A check with a message of the usual length when it failed."""
    outcome = draw.choices(OUTCOMES, (75, 15, 8, 2))[0]
    message = MESSAGE.format(name=entry.role, size=draw.randint(2, 64)) if outcome == "failed" else ""
    measured = Measured("F1", draw.gauss(0.86, 0.05), 0.86) if entry.id.endswith("-f1") else None
    points = entry.points if outcome == "passed" else 0
    hint = "One summary per review goes into the linear layer."
    return CheckResult(
        id=entry.id,
        title=f"What {entry.id} establishes",
        role=entry.role,
        points=points,
        max_points=entry.points,
        outcome=outcome,
        message=message,
        hint=hint,
        visibility=entry.visibility,
        bonus=entry.bonus,
        measured=measured,
    )


def main() -> None:
    """Print the seconds for the pages of all students and for the class page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    records = [made_up_record(number) for number in range(parser.parse_args().students)]
    rubric = load_rubric()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        start, worked = time.perf_counter(), time.process_time()
        write_feedback(records, rubric, out)
        pages = time.perf_counter()
        write_whole(out / "index.html", class_page(records, rubric.roles))
        end, worked = time.perf_counter(), time.process_time() - worked
        size = sum(path.stat().st_size for path in out.rglob("*.html")) / 2**20
    print(f"{len(records)} students: pages {pages - start:.2f} s, class page {end - pages:.2f} s, {size:.0f} MiB")
    print(f"processor time {worked:.2f} s: on a busy machine this is what counts")


if __name__ == "__main__":
    main()
