"""A new nbgrader course: its settings and its sources."""

from __future__ import annotations

from pathlib import Path

from autograder.release import ASSIGNMENT, SOLUTIONS, solution_notebook
from autograder.release.build import CODE_STUB, TEXT_STUB
from autograder.reports.files import write_whole

SETTINGS = '''"""nbgrader's settings for this course. Run nbgrader in this folder."""

import os
import sys
from pathlib import Path

from autograder.course.exporter import SubmissionExporter
from autograder.course.judge_cells import JudgeCells
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, IgnorePattern, LimitOutput, SaveAutoGrades

c = get_config()  # noqa: F821
# nbgrader starts alembic by name; here it is found without activating the virtual environment, too.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = {course_id!r}

# What students find in place of the solution.
c.ClearSolutions.code_stub = {{"python": {code_stub!r}}}
c.ClearSolutions.text_stub = {text_stub!r}

# Marks come from the judge, which runs student code in a sandbox. To let nbgrader run the notebooks itself, remove
# these lines.
c.Autograde.exporter_class = SubmissionExporter
c.Autograde.autograde_preprocessors = [
    JudgeCells,
    IgnorePattern,
    ClearMetadataPreprocessor,
    LimitOutput,
    SaveAutoGrades,
    AssignLatePenalties,
    CheckCellMetadata,
]
c.JudgeCells.data = "mini"
# Write "bubblewrap" to grade nothing where only weaker walls work.
c.JudgeCells.sandbox_floor = "process"
# A test cell that a student deleted comes back, so that no points get lost without a word.
c.OverwriteCells.add_missing_cells = True

# For nbgrader validate, which runs the notebooks.
c.ExecutePreprocessor.timeout = 600
'''


def create_course(folder: Path, course_id: str) -> list[Path]:
    """Write the settings and the source notebooks; the written paths.

    Raises FileExistsError when there is a course already, ReleaseError when a source is not right.
    """
    settings = folder / "nbgrader_config.py"
    if settings.exists():
        raise FileExistsError(f"{settings} is there already; name a new folder, or remove the old course")
    names = sorted(path.stem for path in SOLUTIONS.glob("*.py"))
    made = {settings: SETTINGS.format(course_id=course_id, code_stub=CODE_STUB, text_stub=TEXT_STUB)}
    for name in names:
        made[folder / "source" / ASSIGNMENT / f"{name}.ipynb"] = solution_notebook(name).decode("utf-8")
    for path, text in made.items():
        write_whole(path, text)
    return list(made)
