"""The first code cell of every notebook: `set_up`, called with the pins and the address of pyproject.toml."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"
# Wherever a notebook runs, these are there.
NOTEBOOK_ITSELF = ("ipython", "ipykernel", "jupyterlab")
TEXT = """\
# @title Set-up
# Installs what is missing, and nothing where all is there. On a hosted notebook that takes under a minute, and your
# results are kept in your Drive, if you allow it. It never replaces torch. Run it as often as you like.
"""


# Student code runs this without the kit, so it imports what it needs itself and leaves no other name behind.
def set_up(pins: list[str], bundle: str) -> None:
    """Install the packages of `pins` that are missing, fetch textlab from `bundle`, print versions."""
    import importlib
    import io
    import os
    import subprocess
    import sys
    import tempfile
    import urllib.request
    import zipfile
    from importlib import metadata, util
    from pathlib import Path

    def version(name: str) -> str:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            return ""

    if not version("torch"):
        raise RuntimeError(
            f"torch is not installed for {sys.executable}, which runs this notebook: choose the kernel of the .venv "
            "that you made for the kit, or make one as its README says"
        )
    missing = [pin for pin in pins if not version(pin.split("==")[0])]
    if missing:
        print("installing", ", ".join(missing))
        with tempfile.TemporaryDirectory() as folder:
            keep = Path(folder) / "keep.txt"
            installed = [f"{name}=={version(name)}\n" for name in ("torch", "numpy") if version(name)]
            keep.write_text("".join(installed), encoding="utf-8")
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--constraint", str(keep), *missing]
            done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            raise RuntimeError(f"{', '.join(missing)} could not be installed: {done.stderr.strip()[-500:]}")
    here = kept = Path.cwd()
    # Colab forgets its disk with the session: what notebooks write goes to the Drive, if that is allowed.
    if "google.colab" in sys.modules and "MyDrive" not in here.parts:
        try:
            importlib.import_module("google.colab.drive").mount(str(here / "drive"))
            kept = here / "drive" / "MyDrive" / "text_classification"
            kept.mkdir(exist_ok=True)
            print("your results are kept in your Drive, in the folder text_classification")
        except Exception as error:
            kept = here
            print(f"your Drive is not used ({error}): results are gone when the session ends")
    if str(here) not in sys.path:
        sys.path.insert(0, str(here))
    if util.find_spec("textlab") is None:
        uploaded = [folder / "student.zip" for folder in (here, kept) if (folder / "student.zip").is_file()]
        if uploaded:
            content = uploaded[0].read_bytes()
        elif bundle:
            print("fetching", bundle)
            with urllib.request.urlopen(bundle, timeout=60) as answer:
                content = answer.read()
        else:
            raise RuntimeError(
                "textlab is not beside this notebook: upload student.zip, the file that you were given, "
                "to the folder of the notebook, and run this cell again"
            )
        inside = "text_classification/assignment/"
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                # Never a notebook: it would replace your work.
                if member.filename.startswith((inside + "textlab/", inside + "datasets/")):
                    member.filename = member.filename[len(inside) :]
                    archive.extract(member, here)
    os.chdir(kept)
    importlib.invalidate_caches()
    print(importlib.import_module("textlab.versions").versions_line())


def set_up_cell(pyproject: Path = PYPROJECT) -> str:
    """The source of the cell."""
    pins, address = settings(pyproject)
    listed = "".join(f'    "{pin}",\n' for pin in pins)
    return f"{TEXT}{inspect.getsource(set_up)}\n\nset_up([\n{listed}], {address!r})"


def settings(pyproject: Path = PYPROJECT) -> tuple[list[str], str]:
    """The exact versions that a hosted notebook may lack, and the address of the student bundle or ""."""
    table = read_project(pyproject)
    exact = [line for line in table["project"]["dependencies"] if "==" in line]
    pins = [pin for pin in exact if re.split(r"[=\[;]", pin)[0].strip() not in NOTEBOOK_ITSELF]
    return pins, str(table["tool"]["textlab"]["bundle-address"])


def read_project(pyproject: Path = PYPROJECT) -> dict[str, Any]:
    """pyproject.toml as a dictionary."""
    with pyproject.open("rb") as file:
        table: dict[str, Any] = tomllib.load(file)
    return table
