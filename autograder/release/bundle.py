"""The zip for students: notebooks, textlab, the corpus and what to install; nothing of the instructor's."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = Path(__file__).resolve().parents[2]
DATA_ENDINGS = (".csv", ".txt", ".md", ".png", ".svg")
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
README = """# Text classification

1. Install Python 3.10, 3.11, 3.12 or 3.13; `python --version` says which one you have.
2. In this folder (the second line downloads up to 3 GB; without a GPU add
   `--extra-index-url` and the address of PyTorch's CPU-only wheels, then it is much less):

       python -m venv .venv
       .venv/bin/python -m pip install -r requirements.txt
       .venv/bin/jupyter lab assignment

   (On Windows write `.venv\\Scripts\\` in place of `.venv/bin/`.)
3. Open a notebook, fill in the blanks, and run the check after each: it says what is wrong and where to look.
   `hint("cnn-forward", 1)` gives the first of three hints.
4. Hand in the notebook when, after “Restart kernel and run all cells”, no cell fails and every card says *right*.
   Write your answers to the reflection questions before.
"""


def build_bundle(out: Path, project: Path = PROJECT) -> Path:
    """Write the zip; the same project gives the same bytes. Raises FileNotFoundError when a part is missing."""
    if not list((project / "assignment").glob("*.ipynb")):
        raise FileNotFoundError(f"{project / 'assignment'} holds no notebook; run make release first")
    out.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in sorted(_members(project)):
            bundle.writestr(zipfile.ZipInfo(f"text_classification/{name}", FIRST_DAY), content)
    return out


def _members(project: Path) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files in the zip."""
    yield "requirements.txt", ("\n".join(_requirements(project)) + "\n").encode()
    yield "README.md", README.encode()
    for path in (project / "assignment").glob("*.ipynb"):
        yield f"assignment/{path.name}", path.read_bytes()
    for path in (project / "textlab").rglob("*.py"):
        # Beside the notebooks too, so that they import it wherever they are opened.
        yield f"assignment/{path.relative_to(project)}", path.read_bytes()
    for folder in ("mini", "vectors"):
        for path in (project / "datasets" / folder).glob("*"):
            if path.suffix in DATA_ENDINGS:
                yield f"assignment/{path.relative_to(project)}", path.read_bytes()


def _requirements(project: Path) -> list[str]:
    """What students install: the classic lane where its wheels exist, the current one on newer Pythons."""
    with (project / "pyproject.toml").open("rb") as file:
        table = tomllib.load(file)["project"]
    lanes = {"classic": "python_version < '3.13'", "current": "python_version >= '3.13'"}
    by_lane = [f"{pin}; {marker}" for lane, marker in lanes.items() for pin in table["optional-dependencies"][lane]]
    return [*by_lane, *(line for line in table["dependencies"] if "==" in line)]
