"""Takes the place of `Execute` in nbgrader's autograding: the judge gives each test cell its points.

No code of a student runs in nbgrader's process: the judge works in a process of its own, and student code in the
judge's workers.
"""

from __future__ import annotations

import functools
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from traitlets import Enum, Unicode

from autograder.exports.gradescope import message_text
from autograder.grading import grade_class
from autograder.judge.judge import Settings
from autograder.record import CheckResult, Record, record_json
from autograder.reports.feedback import write_feedback
from autograder.reports.files import write_whole
from autograder.reports.message import shown_message
from autograder.rubric import Rubric, load_rubric
from autograder.sandbox import Level, strongest
from autograder.submissions import Submission, find_submissions

WIDTH = 100
"""Letters in a line of our messages in nbgrader's pages."""
REPORTS = "reports"
"""Where the records and the students' pages lie, below the course."""


class NotJudged(Exception):
    """The grader itself failed: nbgrader must not write a zero, so it gets this instead."""


class JudgeCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Fills in what `SaveAutoGrades` reads: per test cell the points as its result, and our messages as its text."""

    data = Unicode("mini", help="reviews that RNN and CNN are trained and tested on: mini or imdb").tag(config=True)
    data_path = Unicode("", help="archive or folder of the IMDB reviews").tag(config=True)
    sandbox_floor = Enum(
        [level.word for level in Level], Level.PROCESS.word, help="grade nothing behind a weaker wall than this"
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Grade the submission that the notebook is of, once for all its notebooks. Raises NotJudged."""
        place = resources["nbgrader"]
        course = self.parent.parent.coursedir
        submitted = Path(course.format_path(course.submitted_directory, place["student"], place["assignment"]))
        (submission,) = find_submissions(submitted, assignment=place["assignment"])
        settings = Settings(
            data=self.data, data_path=Path(self.data_path) if self.data_path else None, level=self._level()
        )
        record = judged(submission, settings)
        reports = Path(course.root) / REPORTS
        write_whole(reports / record.student / "report.json", record_json(record))
        write_feedback([record], load_rubric(), reports)
        fill_cells(nb, place["notebook"], record, load_rubric())
        # nbgrader has put the hidden tests back, and feedback is made from this notebook.
        shown, resources = ClearHiddenTests(parent=self).preprocess(nb, resources)
        return shown, resources

    def _level(self) -> Level:
        """The wall that student code is put behind. Raises NotJudged below the floor."""
        level = strongest()
        if level < Level[self.sandbox_floor.upper()]:
            raise NotJudged(
                f"the sandbox floor is {self.sandbox_floor} and only {level.word} works: see autograder doctor"
            )
        if level < max(Level):
            self.log.warning("Weak sandbox: student code can read the graders and your files; see autograder doctor")
        return level


@functools.lru_cache(maxsize=1)
def judged(submission: Submission, settings: Settings) -> Record:
    """The record; nbgrader asks once per notebook, one student after the other. Raises NotJudged."""
    if sys.flags.optimize:
        # The command autograder starts again without it; nbgrader is not ours to start.
        raise NotJudged("Python runs without its assertions, so nothing is graded: unset PYTHONOPTIMIZE")
    (record,) = grade_class([submission], settings, workers=1)
    if not record.graded:
        reason = next(check.message for check in record.checks if check.outcome == "error")
        raise NotJudged(f"the grader failed on {submission.student}, so there are no marks: {reason}")
    return record


def fill_cells(nb: Any, notebook: str, record: Record, rubric: Rubric) -> None:
    """Put points and messages into the test cells of a notebook, and nothing into all other code cells."""
    by_id = {check.id: check for check in record.checks}
    first = True
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs, cell.execution_count = [], None
        if not utils.is_grade(cell) or utils.is_solution(cell):
            continue
        name = cell.metadata.nbgrader["grade_id"]
        checks = [by_id[entry.id] for entry in rubric.checks if (entry.notebook, entry.cell) == (notebook, name)]
        text = cell_text(checks)
        if first:
            text = "\n".join([*record.problems, text])
        cell.outputs = [
            nbformat.v4.new_output("stream", name="stdout", text=text + "\n"),
            nbformat.v4.new_output("execute_result", {"text/plain": str(cell_points(checks))}),
        ]
        first = False


def cell_points(checks: Sequence[CheckResult]) -> int:
    """Points that the checks of one cell give."""
    return sum(check.points for check in checks)


def cell_text(checks: Sequence[CheckResult]) -> str:
    """The checks of one cell as plain text, without anything hidden; nbgrader shows it as it shows printing."""
    most = sum(check.max_points for check in checks)
    lines = [f"{cell_points(checks)} of {most} points"]
    for check in checks:
        outcome = "not asked" if check.outcome == "skipped" else check.outcome
        lines.append(f"{outcome}: {check.title} ({check.points} of {check.max_points})")
        said = message_text(shown_message(check))
        lines += [f"  {line}" for line in said.splitlines()]
        if check.hint and check.lost:
            lines.append(f"  hint: {check.hint}")
    return "\n".join(piece for line in lines for piece in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    """A line in pieces that fit nbgrader's page, the later ones indented as far as a row's text."""
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * 14, break_long_words=False) or [""]
