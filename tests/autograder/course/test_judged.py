"""When nothing is graded in a course."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_is_graded_by_a_python_without_assertions() -> None:
    code = (
        "from autograder.course.judge_cells import NotJudged, judged\n"
        "from autograder.judge.judge import Settings\n"
        "from autograder.submissions import Submission\n"
        "try:\n    judged(Submission('ada', (), ()), Settings())\n"
        "except NotJudged as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-O", "-c", code], capture_output=True, text=True)
    assert "unset PYTHONOPTIMIZE" in run.stdout, run.stderr
