"""Grades every variant and every mutant with the real judge and prints the kill matrix: `make mutants`.

May be interrupted: what was graded by the same graders is kept in build/kill-matrix and not graded again.
Ends with status 1 when a variant loses a point, a mutant loses other points than it names, a message tells what
students must not read, or too many messages name a cause that is not the true one.
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from autograder.grading import grade_class, judge_one
from autograder.judge.judge import Settings
from autograder.record import CheckResult, Record
from autograder.rubric import load_rubric
from autograder.sandbox import strongest
from autograder.submissions import Submission
from tests.answer_bank import NOTEBOOKS, Answer, load_answers
from tests.kept_records import KeptRecords
from tests.secrets_in_text import told_secrets

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "kill-matrix.md"
KEPT = ROOT / "build" / "kill-matrix"
MOST_MISTAKEN = 0.05
"""The largest share of messages that may name another cause than the true one."""


@dataclass(frozen=True)
class Verdict:
    """What the graders said about one answer."""

    answer: Answer
    checks: tuple[CheckResult, ...]
    """Those that were asked."""

    @property
    def failed(self) -> frozenset[str]:
        """Checks that failed."""
        return frozenset(check.id for check in self.checks if check.outcome not in ("passed", "skipped"))

    @property
    def unchecked(self) -> frozenset[str]:
        """Checks that could not be asked."""
        return frozenset(check.id for check in self.checks if check.outcome == "skipped")

    @property
    def named(self) -> dict[str, str]:
        """By failed check the cause that its message names; "" where it names none."""
        return {check.id: check.cause for check in self.checks if check.outcome == "failed"}

    @property
    def mistaken(self) -> dict[str, str]:
        """By failed check the cause that its message names and that is not the true one."""
        return {check: cause for check, cause in self.named.items() if cause and cause not in self.answer.causes}

    @property
    def lost(self) -> int:
        """Points."""
        return sum(check.max_points - check.points for check in self.checks)

    @property
    def faults(self) -> list[str]:
        """What is not as the answer says; empty when all is right."""
        answer = self.answer
        wrong = [
            f"{word}: {', '.join(sorted(names))}"
            for word, names in [
                ("survived", answer.fails - self.failed),
                ("failed unasked", self.failed - answer.fails),
                ("was checked", answer.unchecked - self.unchecked - self.failed),
                ("not checked", self.unchecked - answer.unchecked - answer.fails),
            ]
            if names
        ]
        return wrong + [f"{check.id} tells {said!r}" for check in self.checks for said in told_secrets(check.message)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Grade, print, write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the matrix with all messages as JSON")
    parser.add_argument("--workers", type=int, default=2, help="answers graded at once (2)")
    parser.add_argument(
        "--only", default="", help="a pattern for, say, “variant 1_rnn: gru” or “mutant 2_cnn:”; docs/ stays as it is"
    )
    parser.add_argument(
        "--no-training", action="store_true", help="without the checks that train; docs/ stays as it is"
    )
    given = parser.parse_args(arguments)
    answers = [answer for answer in load_answers() if re.search(given.only, f"{answer.kind} {answer.name}")]
    if given.no_training:
        answers = [without_training(answer) for answer in answers]
    verdicts = _with_progress(judge_answers(answers, given.workers, KEPT), len(answers))
    verdicts.sort(key=lambda verdict: answers.index(verdict.answer))
    print(matrix_page(verdicts))
    if given.json:
        given.json.write_text(matrix_json(verdicts), encoding="utf-8")
    if not given.only and not given.no_training:
        PAGE.write_text(matrix_page(verdicts), encoding="utf-8")
    messages = sum(len(verdict.named) for verdict in verdicts)
    mistaken = sum(len(verdict.mistaken) for verdict in verdicts)
    return 1 if any(verdict.faults for verdict in verdicts) or mistaken > MOST_MISTAKEN * messages else 0


def judge_answers(answers: Sequence[Answer], workers: int = 2, folder: Path | None = None) -> Iterator[Verdict]:
    """Grade answers with the real judge and sandboxed workers, as they are ready.

    First come those whose records are kept in `folder`, where there is one; new ones are kept there.
    """
    settings = Settings(level=strongest())
    kept = KeptRecords(folder, settings) if folder else None
    by_name = {answer.name: answer for answer in answers}
    for answer in answers:
        record = kept.find(answer) if kept else None
        if record is not None:
            yield _verdict(by_name.pop(answer.name), record)
    if not by_name:
        return
    judge = functools.partial(judge_answer, asked={name: answer.checks for name, answer in by_name.items()})
    submissions = [answer.submission for answer in by_name.values()]
    for record in grade_class(submissions, settings, workers, judge):
        if kept:
            kept.keep(by_name[record.student], record)
        yield _verdict(by_name[record.student], record)


def _verdict(answer: Answer, record: Record) -> Verdict:
    return Verdict(answer, tuple(check for check in record.checks if check.id in answer.checks))


def judge_answer(submission: Submission, settings: Settings, asked: dict[str, tuple[str, ...]]) -> Record:
    """Judge one answer on the checks that it is asked."""
    return judge_one(submission, dataclasses.replace(settings, checks=asked[submission.student]))


def without_training(answer: Answer) -> Answer:
    """The same answer, not asked the checks that train a network or need a trained one."""
    trained = {"interpret-own-cnn", *(entry.id for entry in load_rubric().checks if entry.id.endswith("-f1"))}
    return dataclasses.replace(
        answer,
        fails=answer.fails - trained,
        unchecked=answer.unchecked - trained,
        checks=tuple(name for name in answer.checks if name not in trained),
    )


def matrix_page(verdicts: Sequence[Verdict]) -> str:
    """The kill matrix as a page: who loses which checks."""
    variants = [verdict for verdict in verdicts if verdict.answer.is_variant]
    mutants = [verdict for verdict in verdicts if not verdict.answer.is_variant]
    full = sum(not verdict.lost for verdict in variants)
    caught = sum(not verdict.faults for verdict in mutants)
    lines = [
        "# The kill matrix",
        "",
        "`make mutants` grades right answers (variants) and wrong ones (mutants) with the real judge and writes this",
        "page. A variant has to get full marks. A mutant has to lose the checks that name its fault, and no others.",
        "“Not checked” stands for checks that could not be asked any more; their points are lost, too.",
        "",
        f"- variants with full marks, the solutions among them: {full} of {len(variants)}",
        f"- mutants that lose exactly what they name: {caught} of {len(mutants)}",
    ]
    for notebook in NOTEBOOKS:
        rows = [verdict for verdict in verdicts if verdict.answer.notebook == notebook]
        if not rows:
            continue
        lines += ["", f"## {notebook}", "", "| answer | what is different | failed | not checked | points lost |"]
        lines += ["|---|---|---|---|---|", *(_row(verdict) for verdict in rows)]
        lines += ["", *_kills(notebook, rows)]
    lines += ["", *_causes(mutants)]
    return "\n".join(lines) + "\n"


def matrix_json(verdicts: Sequence[Verdict]) -> str:
    """The matrix with all messages."""
    rows = [
        {
            "answer": verdict.answer.name,
            "variant": verdict.answer.is_variant,
            "why": verdict.answer.why,
            "fails": sorted(verdict.answer.fails),
            "failed": sorted(verdict.failed),
            "unchecked": sorted(verdict.unchecked),
            "lost": verdict.lost,
            "causes": sorted(verdict.answer.causes),
            "named": verdict.named,
            "faults": verdict.faults,
            "messages": {check.id: check.message for check in verdict.checks if check.message},
        }
        for verdict in verdicts
    ]
    return json.dumps(rows, indent=1, ensure_ascii=False) + "\n"


def _row(verdict: Verdict) -> str:
    name = verdict.answer.name.removeprefix(f"{verdict.answer.notebook}: ")
    mark = " **(not as it should be)**" if verdict.faults else ""
    failed, unchecked = (", ".join(sorted(names)) for names in (verdict.failed, verdict.unchecked))
    return f"| {name}{mark} | {verdict.answer.why} | {failed} | {unchecked} | {verdict.lost or ''} |"


def _kills(notebook: str, rows: Sequence[Verdict]) -> list[str]:
    """Per check, how many mutants it catches."""
    counts = {
        entry.id: sum(entry.id in verdict.failed for verdict in rows if not verdict.answer.is_variant)
        for entry in load_rubric().checks
        if entry.notebook == notebook
    }
    told = ", ".join(f"{name} {count}" for name, count in counts.items())
    return [f"Mutants caught by each check: {told}."]


def _causes(mutants: Sequence[Verdict]) -> list[str]:
    """How often the messages name the true cause, none, or another one, and which name another one."""
    messages = sum(len(verdict.named) for verdict in mutants)
    none = sum(not cause for verdict in mutants for cause in verdict.named.values())
    mistaken = [(verdict, check, cause) for verdict in mutants for check, cause in verdict.mistaken.items()]
    lines = [
        "## Causes",
        "",
        "Every mutant carries its true cause. A message names a cause only where an experiment confirmed it, and",
        "otherwise says that none of the known mistakes gives this result.",
        "",
        "| the message names | messages | share |",
        "|---|---|---|",
        *(
            f"| {what} | {count} | {count / max(messages, 1):.1%} |"
            for what, count in [
                ("the true cause", messages - none - len(mistaken)),
                ("no cause", none),
                ("another cause", len(mistaken)),
            ]
        ),
    ]
    if mistaken:
        lines += ["", "| answer | check | true cause | named cause |", "|---|---|---|---|"]
        lines += [
            f"| {verdict.answer.name} | {check} | {', '.join(sorted(verdict.answer.causes))} | {cause} |"
            for verdict, check, cause in mistaken
        ]
    return lines


def _with_progress(verdicts: Iterator[Verdict], total: int) -> list[Verdict]:
    """All verdicts; a bar shows how many there are, and those that are not as they should be are told at once."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    found = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("grading", total=total)
        for verdict in verdicts:
            found.append(verdict)
            progress.update(task, advance=1, description=verdict.answer.name[:40])
            if verdict.faults or not progress.console.is_terminal:
                progress.console.print(
                    Text(f"{verdict.answer.name}: {'; '.join(verdict.faults) or 'as it says'}"), soft_wrap=True
                )
    return found


if __name__ == "__main__":
    sys.exit(main())
