"""From a course system's download to nbgrader's folder of submissions."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from autograder.contracts import load_contract
from autograder.judge.judge import wanted_names
from autograder.judge.notebooks import choose_notebooks
from autograder.reports.files import NotWrittenError, write_whole
from autograder.submissions import SubmissionError, find_submissions
from autograder.submissions.beside import beside_notebook
from textlab.notebook_name import is_script


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
    names that nbgrader looks for, "2_cnn (1).ipynb" among them; small files of text come along beside them. What was
    collected before is written over, a timestamp.txt beside it stays. Raises SubmissionError when `course` is no
    course or `source` holds nothing.
    """
    if not (course / "nbgrader_config.py").is_file():
        raise SubmissionError(f"{course} is no course: it has no nbgrader_config.py. Run autograder course init.")
    contract = load_contract()
    wanted, assignment = wanted_names(contract.roles), contract.rubric.assignment
    found = []
    for submission in find_submissions(source, assignment=assignment, notebooks=tuple(wanted)):
        folder = course / "submitted" / submission.student / assignment
        # nbgrader takes no scripts.
        choice = choose_notebooks([file for file in submission.files if not is_script(file.name)], wanted)
        taken = {name: chosen.file for name, chosen in choice.notebooks.items()}
        for name, file in taken.items():
            # Whatever lies there is replaced: a link is not followed, and nobody waits for a pipe.
            write_whole(folder / f"{name}.ipynb", file.content)
            for other in beside_notebook(file.name, submission.beside, {one.name for one in taken.values()}):
                # In a zip a file may have the name of another one's folder.
                with contextlib.suppress(NotWrittenError):
                    write_whole(folder / other.name, other.content)
        said = [*submission.problems, *choice.problems]
        left = [file.name for file in submission.files if file not in (*taken.values(), *submission.beside)]
        untold = [name for name in left if not any(problem.startswith(f"{name}: ") for problem in said)]
        problems = [*said, *(f"{name} was left out" for name in untold)]
        found.append(Collected(submission.student, tuple(taken), tuple(problems)))
    return found
