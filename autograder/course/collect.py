"""From a course system's download to nbgrader's folder of submissions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.judge.judge import choose_file
from autograder.rubric import load_rubric
from autograder.submissions import SubmissionError, find_submissions


@dataclass(frozen=True)
class Collected:
    """What was put into the course for one student."""

    student: str
    notebooks: tuple[str, ...]
    problems: tuple[str, ...]
    """What could not be taken, one sentence each."""


def collect(course: Path, source: Path) -> list[Collected]:
    """Write submitted/<student>/<assignment>/<notebook>.ipynb for everybody in `source`.

    `source` is a download of Canvas, Moodle or Gradescope, or whatever `autograder grade` takes. Notebooks get the
    names that nbgrader looks for, "2_cnn (1).ipynb" among them. What was collected before is written over, a
    timestamp.txt beside it stays. Raises SubmissionError when `course` is no course or `source` holds nothing.
    """
    if not (course / "nbgrader_config.py").is_file():
        raise SubmissionError(f"{course} is no course: it has no nbgrader_config.py. Run autograder course init.")
    rubric = load_rubric()
    wanted = dict.fromkeys(entry.notebook for entry in rubric.checks)
    found = []
    for submission in find_submissions(source, assignment=rubric.assignment):
        folder = course / "submitted" / submission.student / rubric.assignment
        chosen = {name: choose_file(submission, name) for name in wanted}
        taken = {name: file for name, file in chosen.items() if file and not file.name.endswith(".py")}
        for name, file in taken.items():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.ipynb").write_bytes(file.content)
        left = [file.name for file in submission.files if file not in taken.values()]
        problems = [*submission.problems, *(f"{name} is none of the notebooks and was left out" for name in left)]
        found.append(Collected(submission.student, tuple(taken), tuple(problems)))
    return found
