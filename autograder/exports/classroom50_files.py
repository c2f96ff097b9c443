"""What a teacher puts into Classroom 50: the folder of the autograder, and the template of students' repositories."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.exports.kit_files import kit_members, write_zip
from autograder.release.bundle import bundle_files
from autograder.reports.files import write_whole

PROGRAM = '''"""Classroom 50 calls this in a student's repository. It grades with this Python's kit, or with kit.zip.

Ends with status 0 unless the grader itself failed. Python runs isolated (-I): it imports nothing of the repository.
"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def interpreter() -> str:
    """A Python that has the kit."""
    tried = subprocess.run([sys.executable, "-I", "-c", "import autograder.record"], stderr=subprocess.DEVNULL)
    if tried.returncode == 0:
        return sys.executable
    place = Path(tempfile.mkdtemp(prefix="kit-"))
    with zipfile.ZipFile(HERE / "kit.zip") as kit:
        kit.extractall(place / "kit")
    subprocess.run([sys.executable, "-m", "venv", str(place / "venv")], check=True, cwd=place)
    subprocess.run(["bash", str(place / "kit" / "install_kit.sh"), str(place / "venv")], check=True, cwd=place)
    return str(place / "venv" / "bin" / "python")


sys.exit(subprocess.call([interpreter(), "-I", "-m", "autograder.exports.classroom50_run", *sys.argv[1:]]))
'''
RUNTIME = {"runs-on": "ubuntu-latest", "python": "3.12", "apt": ["bubblewrap"]}
"""The service's own Python is too new for the kit."""
IGNORED = """.venv/
__pycache__/
*.egg-info/
.ipynb_checkpoints/
results/
result.json
release-body.md
"""
HAND_IN = """
## Hand in on Classroom 50

Save the notebooks, then

    git add assignment
    git commit -m "My answers"
    git push

or `gh student submit`. A few minutes later the points of each check stand in the release of this submission.
"""


def write_autograder(folder: Path, torch_index: str) -> list[Path]:
    """Write the folder that belongs into the classroom's repository; the written paths.

    Its files reach every student's machine, so the teacher's own hidden reviews are not among them.
    """
    write_whole(folder / "autograder.py", PROGRAM)
    write_whole(folder / "runtime.json", json.dumps(RUNTIME, indent=2) + "\n")
    kit = write_zip(folder / "kit.zip", kit_members(torch_index, own=False))
    return [folder / "autograder.py", folder / "runtime.json", kit]


def write_template(folder: Path) -> None:
    """Write the files of the template repository. Raises FileNotFoundError without the released notebooks."""
    for name, content in bundle_files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content + HAND_IN.encode() if name == "README.md" else content)
    write_whole(folder / ".gitignore", IGNORED)
