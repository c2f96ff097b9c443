"""Grades the attacks beside honest submissions, the way a class is graded, and says what came of each."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.budget import Budget
from autograder.grading import grade_class, judge_one
from autograder.judge.judge import Settings
from autograder.record import Record, record_json
from autograder.reports.class_page import class_page
from autograder.reports.files import write_whole
from autograder.reports.grades import grades_csv
from autograder.rubric import load_rubric
from autograder.sandbox import Level
from autograder.submissions import Submission, SubmittedFile, find_submissions
from tests.attacks.attack import MARK, PORT, RAN, STOLEN, Attack
from tests.attacks.traces import held_user_ids, traces
from tests.solution_source import solution_source
from textlab.definitions.shown import plain_lines

SECRET = "COURSE_SECRET"
LEFT = "LEFT BEHIND"
LOAD_S, QUICK_S, EXPLAIN_S = 12.0, 6.0, 20.0
"""Deadlines in place of the worker's: honest work needs a tenth of them."""
BUDGET = Budget(wall_s=60.0, processor_s=60.0)
GONE_TRIES = 10
HONEST_EVERY = 10
HONEST = "honest"
WORDS = "_textlab_honest_words_"
"""Stands in the code of every honest submission, for attacks to find in the memory of their workers."""


@dataclass(frozen=True)
class Verdict:
    """What came of one attack."""

    attack: Attack
    score: int
    earned: tuple[str, ...]
    """Checks that gave points."""
    outcomes: str
    """How many checks had which outcome."""
    faults: tuple[str, ...]
    """Why the attack was not repelled; empty when it was."""


def judge_watched(submission: Submission, settings: Settings) -> Record:
    """Judge with short deadlines; add a problem for everything that is there afterwards and was not before."""
    from autograder.judge import judging, remote

    judging.LOAD_S, remote.QUICK_S, remote.EXPLAIN_S = LOAD_S, QUICK_S, EXPLAIN_S
    before = traces()
    record = judge_one(submission, settings)
    left = traces() - before
    for _ in range(GONE_TRIES):
        # Beside us the other judge may be ending a worker at this very moment.
        if left:
            time.sleep(0.5)
            left &= traces()
    workers = len(held_user_ids())
    if workers > 1:
        left.add(f"{workers - 1} workers beside the one that is kept warm")
    problems = (*record.problems, *(f"{LEFT}: {what}" for what in sorted(left)))
    return dataclasses.replace(record, problems=problems)


def grade_attacks(
    attacks: Sequence[Attack],
    folder: Path,
    level: Level,
    told: Callable[[str], None],
    workers: int = 2,
    beside: Sequence[Submission] = (),
) -> tuple[list[Verdict], list[str]]:
    """Grade attacks and honest submissions as one class; a verdict for each attack, and what is wrong besides.

    `folder` is empty; submissions and reports are written there. `beside` are more submissions that have to come out
    as they do in a class without attacks.
    """
    found = {}
    for attack in attacks:
        for submission in _hand_in(attack, folder / "handed in"):
            found[submission.student] = attack
    submissions = [
        submission for attack in attacks for submission in find_submissions(_place(attack, folder / "handed in"))
    ]
    handed = len(submissions) + len(beside)
    honest = [_honest(f"{HONEST}-{number}") for number in range(1 + handed // HONEST_EVERY)]
    settings = Settings(level=level, budget=BUDGET)
    handed_in = _contents(folder)
    with _bait():
        told("an honest submission alone")
        (alone,) = grade_class([_honest(f"{HONEST}-alone")], settings, 1, judge_watched)
        undisturbed = {}
        for record in grade_class(beside, settings, workers, judge_watched) if beside else ():
            undisturbed[record.student] = record
            told(f"{len(undisturbed)}/{len(beside)} {record.student}, without attacks")
        mixed = _mixed([*submissions, *beside], honest)
        records = {}
        for record in grade_class(mixed, settings, workers, judge_watched):
            records[record.student] = record
            told(f"{len(records)}/{len(mixed)} {record.student}")
    if len(records) < len(mixed):
        raise ValueError("two submissions have the same name")
    wrong = [] if _contents(folder) == handed_in else ["the folder of the class has changed"]
    wrong += [
        f"{one.student} was graded otherwise than alone: {_difference(one, alone)}"
        for one in map(records.__getitem__, (each.student for each in honest))
        if _bytes(one) != _bytes(alone)
    ]
    wrong += [
        f"{student} was graded otherwise than without attacks: {_difference(records[student], record)}"
        for student, record in undisturbed.items()
        if _bytes(records[student]) != _bytes(record)
    ]
    if alone.score == 0:
        wrong.append("the honest submission has no points, so nothing can be seen from its mark")
    wrong += _written(list(records.values()), folder / "out")
    verdicts = []
    for attack in attacks:
        mine = [records[student] for student, owner in found.items() if owner is attack]
        verdicts.append(verdict_on(attack, mine))
    return verdicts, wrong


def verdict_on(attack: Attack, records: Sequence[Record]) -> Verdict:
    """Compare the records of an attack with what it may get."""
    faults = [] if records else ["no submission was found"]
    checks = [check for record in records for check in record.checks]
    for check in checks:
        if check.points and check.id not in attack.earns:
            faults.append(f"{check.id} gave {check.points} points")
        wanted = attack.shows.get(check.id)
        if wanted is not None and check.outcome != wanted:
            faults.append(f"{check.id} is {check.outcome}, not {wanted}: {check.message[:200]}")
        if check.outcome == "error":
            faults.append(f"the grader failed on {check.id}: {check.message[-300:]}")
    texts = [
        text for record in records for text in (record.printed, *record.problems, *(c.message for c in record.checks))
    ]
    faults += [text[text.index(STOLEN) :][:200] for text in texts if STOLEN in text]
    faults += [text for text in texts if text.startswith(LEFT)]
    faults += ["a code that a terminal obeys stands in the report" for text in texts if text != plain_lines(text)]
    if attack.ran and not any(RAN in text for text in texts):
        faults.append("it did not run")
    words = [check.outcome for check in checks]
    counted = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(sorted(words)))
    earned = tuple(sorted(check.id for check in checks if check.points))
    return Verdict(attack, sum(record.score for record in records), earned, counted, tuple(dict.fromkeys(faults)))


def _place(attack: Attack, folder: Path) -> Path:
    return folder / attack.name / ("class.zip" if attack.packed else "submitted")


def _hand_in(attack: Attack, folder: Path) -> list[Submission]:
    """Write an attack's files; the submissions that they are found as."""
    place = _place(attack, folder)
    if attack.packed:
        place.parent.mkdir(parents=True)
        place.write_bytes(attack.packed)
    else:
        for name, content in attack.submitted.items():
            path = place / (attack.student or attack.name) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return find_submissions(place)


def _honest(student: str) -> Submission:
    """Two of three blanks of notebook 2, solved: a mark between nothing and all, without training."""
    parts = solution_source("2_cnn").split("\n# ---\n")
    source = "\n# %%\n".join(part for part in parts if not part.startswith("class CNN"))
    source = source.replace("):\n", f"):\n    # {WORDS}\n")
    return Submission(student, (SubmittedFile("2_cnn.py", source.encode()),), ())


def _mixed(others: list[Submission], honest: list[Submission]) -> list[Submission]:
    """The others in an order that mixes their groups, with an honest submission before every tenth."""
    mixed = []
    for number, submission in enumerate(sorted(others, key=lambda other: other.sha256)):
        if number % HONEST_EVERY == 0:
            mixed.append(honest[number // HONEST_EVERY])
        mixed.append(submission)
    return [*mixed, *honest[1 + (len(others) - 1) // HONEST_EVERY :]]


def _bytes(record: Record) -> str:
    """The report without the student's name and the timings."""
    return record_json(dataclasses.replace(record, student=HONEST, seconds={}))


def _difference(one: Record, other: Record) -> str:
    lines = zip(_bytes(one).splitlines(), _bytes(other).splitlines(), strict=False)
    return next((f"{mine.strip()} against {theirs.strip()}" for mine, theirs in lines if mine != theirs), "length")


def _written(records: list[Record], out: Path) -> list[str]:
    """Write the reports of the class; what is wrong with what was written."""
    for record in records:
        write_whole(out / record.student / "report.json", record_json(record))
    roles = load_rubric().roles
    page, table = class_page(records, roles), grades_csv(records, roles)
    write_whole(out / "index.html", page)
    write_whole(out / "grades.csv", table)
    wrong = []
    for path in out.rglob("*"):
        if path.is_symlink() or (path.is_file() and path.name not in ("report.json", "index.html", "grades.csv")):
            wrong.append(f"the reports hold {path.relative_to(out)}")
        if path.name == "report.json":
            json.loads(path.read_text(encoding="utf-8"))
    if len([path for path in out.iterdir() if path.is_dir()]) != len(records):
        wrong.append("not every submission has a folder of its own")
    if "<script>alert" in page or "<img src=x" in page:
        wrong.append("a script of a student's stands in the class page")
    if any(line[:1] in "=+-@\t" for line in table.splitlines()):
        wrong.append("a formula of a student's stands in grades.csv")
    return wrong


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@contextlib.contextmanager
def _bait() -> Iterator[None]:
    """A listening port, a unix socket and a secret in the environment, for attacks to find."""
    with contextlib.ExitStack() as stack:
        for family, address in ((socket.AF_INET, ("127.0.0.1", PORT)), (socket.AF_UNIX, f"\0{MARK}")):
            listener = stack.enter_context(socket.socket(family))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
        os.environ[SECRET] = "42"
        stack.callback(os.environ.pop, SECRET)
        yield
