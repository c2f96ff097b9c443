"""The zip for students: notebooks, textlab, the corpus and what to install; nothing of the instructor's."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.release.set_up import read_project

PROJECT = Path(__file__).resolve().parents[2]
DATA_ENDINGS = (".csv", ".txt", ".md", ".png", ".svg")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
# Name in the zip and place in the project of the pages that students read.
PAGES = {"README.md": "docs/student.md", "CHANGELOG.md": "CHANGELOG.md", "LICENSE": "LICENSE"}
# An installable project of its own, so that `pip install -e .` gives the library and the command textlab.
PYPROJECT = """[build-system]
requires = {requires}
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"
requires-python = "{python}"
dynamic = ["dependencies"]

[project.scripts]
textlab = "{command}"

[tool.setuptools]
package-dir = {{ "" = "assignment" }}

[tool.setuptools.packages.find]
where = ["assignment"]
include = ["textlab*"]

[tool.setuptools.dynamic]
dependencies = {{ file = ["requirements.txt"] }}
"""


def build_bundle(out: Path, project: Path = PROJECT) -> Path:
    """Write the zip; the same project gives the same bytes. Raises FileNotFoundError when a part is missing."""
    files = sorted(bundle_files(project))
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files:
            bundle.writestr(zipfile.ZipInfo(f"text_classification/{name}", FIRST_DAY), content)
    return out


def bundle_files(project: Path = PROJECT) -> Iterator[tuple[str, bytes]]:
    """Names and contents of what students receive. Raises FileNotFoundError when a part is missing."""
    if not list((project / "assignment").glob("*.ipynb")):
        raise FileNotFoundError(f"{project / 'assignment'} holds no notebook; run make release first")
    settings = read_project(project / "pyproject.toml")
    yield "requirements.txt", ("\n".join(_requirements(settings["project"])) + "\n").encode()
    yield "pyproject.toml", _pyproject(settings).encode()
    for name, page in PAGES.items():
        yield name, (project / page).read_bytes()
    for path in (project / "assignment").glob("*.ipynb"):
        yield f"assignment/{path.name}", path.read_bytes()
    for path in (project / "textlab").rglob("*.py"):
        # Beside the notebooks too, so that they import it wherever they are opened.
        yield f"assignment/{path.relative_to(project).as_posix()}", path.read_bytes()
    for folder in ("mini", "vectors"):
        for path in (project / "datasets" / folder).glob("*"):
            if path.suffix in DATA_ENDINGS:
                yield f"assignment/{path.relative_to(project).as_posix()}", path.read_bytes()


def _pyproject(settings: dict[str, Any]) -> str:
    project = settings["project"]
    return PYPROJECT.format(
        requires=str(settings["build-system"]["requires"]).replace("'", '"'),
        name=project["name"],
        version=project["version"],
        python=project["requires-python"],
        command=project["scripts"]["textlab"],
    )


def _requirements(project: dict[str, Any]) -> list[str]:
    """What students install: the classic lane where its wheels exist, the current one on newer Pythons."""
    lanes = {"classic": "python_version < '3.13'", "current": "python_version >= '3.13'"}
    by_lane = [f"{pin}; {marker}" for lane, marker in lanes.items() for pin in project["optional-dependencies"][lane]]
    return [*by_lane, *(line for line in project["dependencies"] if "==" in line)]
