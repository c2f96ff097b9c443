"""The first code cell of a notebook, run as a hosted service would run it: its own Python, without our packages."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from autograder.release import SOLUTIONS, read_source
from autograder.release.set_up import set_up_cell, settings

ADDRESS = "https://example.org/student.zip"
PYPROJECT = """\
[project]
dependencies = ["torch>=2.3.1", "numpy>=1.26.4", "captum==0.9.0", "tqdm==4.70.1", "ipykernel==7.3.0"]
[tool.textlab]
bundle-address = "{}"
"""


def write_wheel(folder: Path, name: str, version: str, needs: str = "") -> None:
    """A wheel with one empty module."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + (f"Requires-Dist: {needs}\n" if needs else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"]))


def write_bundle(path: Path) -> Path:
    """A student zip whose textlab only says that it is there."""
    inside = "text_classification/assignment/"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(inside + "textlab/__init__.py", "")
        bundle.writestr(inside + "textlab/versions.py", "def versions_line():\n    return 'textlab is here'\n")
        bundle.writestr(inside + "datasets/mini/train.csv", "text,label\n")
        bundle.writestr(inside + "1_rnn.ipynb", "the released notebook")
    return path


class Hosted:
    """A Python of its own, an index of wheels, and the folder of the notebook."""

    def __init__(self, folder: Path) -> None:
        self.wheels = folder / "wheels"
        self.work = folder / "work"
        self.wheels.mkdir()
        self.work.mkdir()
        venv.create(folder / "venv", with_pip=True, symlinks=os.name != "nt")
        self.python = folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        for name, version, needs in [
            ("torch", "2.11.0", ""),
            ("torch", "2.15.0", ""),
            ("numpy", "2.1.0", ""),
            ("captum", "0.9.0", "torch>=2.3"),
            ("tqdm", "4.70.1", ""),
        ]:
            write_wheel(self.wheels, name, version, needs)
        self.pip("install", "--quiet", "torch==2.11.0", "numpy==2.1.0")

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
        return {**kept, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self.wheels), "PIP_CONFIG_FILE": os.devnull}

    def pip(self, *arguments: str) -> str:
        command = [str(self.python), "-m", "pip", *arguments]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=True)
        return done.stdout

    def installed(self) -> list[str]:
        return [line for line in self.pip("freeze").split() if not line.startswith(("pip", "setuptools"))]

    def run(self, cell: str) -> subprocess.CompletedProcess[str]:
        """Run the cell as a kernel does, whose folder is on the path."""
        command = [str(self.python), "-c", cell]
        return subprocess.run(
            command, cwd=self.work, env=self.environment(), capture_output=True, text=True, check=False
        )


@pytest.fixture
def hosted(tmp_path: Path) -> Hosted:
    return Hosted(tmp_path)


def cell(folder: Path, address: str = "") -> str:
    """The cell for two pins."""
    path = folder / "pyproject.toml"
    path.write_text(PYPROJECT.format(address), encoding="utf-8")
    return set_up_cell(path)


@pytest.mark.slow
def test_on_a_hosted_notebook_it_installs_what_is_missing_and_keeps_torch(hosted: Hosted, tmp_path: Path) -> None:
    (hosted.work / "1_rnn.ipynb").write_text("my work", encoding="utf-8")
    address = write_bundle(tmp_path / "published.zip").as_uri()
    done = hosted.run(cell(tmp_path, address))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "installing captum==0.9.0, tqdm==4.70.1",
        f"fetching {address}",
        "textlab is here",
    ]
    assert hosted.installed() == ["captum==0.9.0", "numpy==2.1.0", "torch==2.11.0", "tqdm==4.70.1"]
    assert (hosted.work / "datasets/mini/train.csv").is_file()
    assert (hosted.work / "1_rnn.ipynb").read_text(encoding="utf-8") == "my work"
    again = hosted.run(cell(tmp_path, address))
    assert (again.returncode, again.stdout) == (0, "textlab is here\n"), again.stderr


@pytest.mark.slow
def test_a_package_that_wants_another_torch_is_refused(hosted: Hosted, tmp_path: Path) -> None:
    write_wheel(hosted.wheels, "captum", "0.9.0", "torch>=2.12")
    done = hosted.run(cell(tmp_path))
    assert done.returncode != 0
    assert "RuntimeError: captum==0.9.0, tqdm==4.70.1 could not be installed" in done.stderr
    assert hosted.installed() == ["numpy==2.1.0", "torch==2.11.0"]


@pytest.mark.slow
def test_without_an_address_it_takes_the_uploaded_zip_or_asks_for_it(hosted: Hosted, tmp_path: Path) -> None:
    asked = hosted.run(cell(tmp_path))
    assert asked.returncode != 0 and "upload student.zip" in asked.stderr
    write_bundle(hosted.work / "student.zip")
    done = hosted.run(cell(tmp_path))
    assert done.returncode == 0 and done.stdout == "textlab is here\n", done.stderr


COLAB = """
import os, google.colab
{cell}
{cell}
print(os.getcwd())
"""


def on_colab(work: Path, mount: str, cell: str, python: Path | str = sys.executable) -> list[str]:
    """What the cell prints, run twice where Colab's modules are and `mount` is the body of its Drive."""
    (work / "google" / "colab").mkdir(parents=True)
    (work / "google" / "colab" / "__init__.py").write_text("", encoding="utf-8")
    drive = f"import pathlib\ndef mount(path):\n    {mount}\n"
    (work / "google" / "colab" / "drive.py").write_text(drive, encoding="utf-8")
    done = subprocess.run(
        [str(python), "-c", COLAB.format(cell=cell)], cwd=work, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_on_colab_results_are_kept_in_the_drive_and_the_library_is_fetched_anew(
    hosted: Hosted, tmp_path: Path
) -> None:
    hosted.pip("install", "--quiet", "captum==0.9.0", "tqdm==4.70.1")
    address = write_bundle(tmp_path / "published.zip").as_uri()
    printed = on_colab(
        hosted.work, "pathlib.Path(path, 'MyDrive').mkdir(parents=True)", cell(tmp_path, address), hosted.python
    )
    kept = hosted.work / "drive" / "MyDrive" / "text_classification"
    said = "your results are kept in your Drive, in the folder text_classification"
    assert printed == [said, f"fetching {address}", "textlab is here", "textlab is here", str(kept)]
    assert (hosted.work / "textlab").is_dir() and not list(kept.iterdir())


@pytest.mark.slow
def test_a_zip_that_was_put_into_the_drive_is_found_in_every_session(hosted: Hosted, tmp_path: Path) -> None:
    hosted.pip("install", "--quiet", "captum==0.9.0", "tqdm==4.70.1")
    kept = hosted.work / "drive" / "MyDrive" / "text_classification"
    kept.mkdir(parents=True)
    write_bundle(kept / "student.zip")
    assert on_colab(hosted.work, "pass", cell(tmp_path), hosted.python)[-2:] == ["textlab is here", str(kept)]


def test_whoever_does_not_open_the_drive_is_told_what_that_means(tmp_path: Path) -> None:
    work = tmp_path / "work"
    printed = on_colab(work, "raise ValueError('mount failed')", set_up_cell())
    assert printed[0] == "your Drive is not used (mount failed): results are gone when the session ends"
    assert printed[-1] == str(work)


def test_where_all_is_there_it_starts_no_process_and_fetches_nothing(tmp_path: Path) -> None:
    forbid = (
        "import subprocess, urllib.request\n"
        "def refuse(*arguments, **options): raise AssertionError(arguments)\n"
        "subprocess.Popen = urllib.request.urlopen = refuse\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", forbid + "\n".join([set_up_cell()] * 2)],
        env={**os.environ, "PYTHONPATH": str(SOLUTIONS.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert first == second and "torch" in first and " lane: " in first


def test_without_torch_it_names_the_python_and_the_readme(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-S", "-c", cell(tmp_path)], capture_output=True, text=True, check=False)
    assert f"torch is not installed for {sys.executable}" in done.stderr and "README" in done.stderr


def test_every_notebook_starts_with_it_and_it_defines_one_name() -> None:
    for path in SOLUTIONS.glob("*.py"):
        first = next(cell for cell in read_source(path.stem).notebook.cells if cell.cell_type == "code")
        assert first.source == set_up_cell()
    defining, calling = ast.parse(set_up_cell()).body
    assert isinstance(defining, ast.FunctionDef) and isinstance(calling, ast.Expr)


def test_no_source_holds_a_version() -> None:
    for path in SOLUTIONS.glob("*.py"):
        assert "==0." not in path.read_text(encoding="utf-8") and "pip install" not in path.read_text(
            encoding="utf-8"
        )


def test_neither_torch_nor_numpy_nor_the_notebook_itself_is_ever_installed(tmp_path: Path) -> None:
    cell(tmp_path, ADDRESS)
    assert settings(tmp_path / "pyproject.toml") == (["captum==0.9.0", "tqdm==4.70.1"], ADDRESS)
    pins, _ = settings()
    assert not [pin for pin in pins if pin.startswith(("torch", "numpy", "ipy", "jupyter"))]
