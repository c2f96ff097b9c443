"""What a teacher's shell sets has no say in marks."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from autograder.judge import judge
from autograder.judge.undisturbed import undisturbed
from autograder.start import own_environment

ROOT = Path(__file__).parents[2]
FOREIGN = {
    "PYTEST_ADDOPTS": "--no-such-option",
    "PYTEST_PLUGINS": "no_such_plugin",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_DEBUG": "1",
    "PYTHONPATH": "/nowhere",
    "PYTHONSTARTUP": "/nowhere.py",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONINSPECT": "1",
    "COVERAGE_PROCESS_START": "/nowhere.ini",
}


def test_only_variables_that_are_harmless_are_left() -> None:
    own = {"PATH": "/bin", "NO_COLOR": "1", "PYTHONUTF8": "1", "TEXTLAB_DATASETS": "x"}
    assert own_environment({**own, **FOREIGN}) == own


def test_the_kit_may_lie_in_pythonpath_and_nothing_else() -> None:
    found = own_environment({"PYTHONPATH": os.pathsep.join(["/nowhere", str(ROOT), ""])})
    assert found == {"PYTHONPATH": str(ROOT)}


def test_the_command_begins_again_without_them(tmp_path: Path) -> None:
    shadow = tmp_path / "typer.py"
    shadow.write_text("raise SystemExit('shadowed')", encoding="utf-8")
    code = "import sys; from autograder.start import main; sys.argv = ['autograder', 'export', '--help']; main()"
    environment = {**os.environ, **FOREIGN, "PYTHONPATH": str(tmp_path), "PYTEST_PLUGINS": "no_such_plugin"}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert "canvas" in run.stdout and "shadowed" not in run.stderr


def test_graders_are_collected_whatever_the_shell_and_the_folder_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, text in FOREIGN.items():
        monkeypatch.setenv(name, text)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text("raise SystemExit('not read')\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--no'\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with undisturbed():
        assert pytest.main([*judge.PYTEST, "--collect-only"]) == pytest.ExitCode.OK
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"


@pytest.mark.parametrize("entered", [judge.load_data, judge.judge_parts, judge.run_graders])
def test_the_judge_is_undisturbed_wherever_it_is_entered(entered: object) -> None:
    assert hasattr(entered, "__wrapped__")


def test_a_filter_of_warnings_makes_no_error_of_student_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "warnoptions", ["error"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(SyntaxError):
            ast.parse(r"pattern = '\d'")
        with undisturbed():
            ast.parse(r"pattern = '\d'")
            assert sys.warnoptions == []
    assert sys.warnoptions == ["error"]
