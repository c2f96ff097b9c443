"""A kit whose Python lies below a folder that workers have for themselves: they see it, and nothing beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder
from autograder.sandbox import why_no_fork_server

LAUNCHER = """
import subprocess, sys
from autograder.sandbox import bubblewrap
box = bubblewrap.server_box_descriptor()
subprocess.run(bubblewrap.server_command(["-c", sys.argv[1], *sys.argv[2:]], box), pass_fds=[box], check=True)
"""
INSIDE = """
import json, os, sys
from autograder.worker.namespaces import fork_into_new_pids, wall_in
child = fork_into_new_pids()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
wall_in(int(sys.argv[1]))
import only_here
course, site = sys.argv[2:]
walked = [os.path.join(folder, name) for folder, folders, files in os.walk(course) for name in folders + files]
open("/tmp/own", "w").close()
print(json.dumps({
    "beside": [place for place in walked if "/.venv" not in place],
    "hidden": os.listdir(os.path.join(site, "autograder")),
    "read-only": [bool(os.statvfs(place).f_flag & os.ST_RDONLY) for place in (sys.prefix, site + "/autograder")],
    "scratch": [name for scratch in ("/tmp", "/dev/shm") for name in os.listdir(scratch)],
    "late": only_here.__file__,
    "user": os.getuid(),
}))
"""


@pytest.fixture(params=["/tmp", "/dev/shm"])
def course(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder with a kit's virtual environment, beside an instructor's files."""
    reason = why_no_fork_server()
    if reason is not None:
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="course", dir=request.param))
    kit = folder / "my kit"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", kit / ".venv"], check=True)
    for neighbour in (folder / "marks.csv", kit / "key"):
        neighbour.write_text("secret", encoding="utf-8")
    yield folder
    shutil.rmtree(folder)


def test_a_python_below_a_scratch_folder_is_seen_and_nothing_beside_it(course: Path) -> None:
    prefix = course / "my kit" / ".venv"
    (site,) = prefix.glob("lib/python*/site-packages")
    (site / "only_here.py").write_text("", encoding="utf-8")
    (site / "autograder").mkdir()
    (site / "autograder" / "graders.py").write_text("", encoding="utf-8")
    ours = [str(Path(autograder.__path__[0]).parent), sysconfig.get_path("purelib")]
    result = subprocess.run(
        [prefix / "bin" / "python", "-c", LAUNCHER, INSIDE, "60001", str(course), str(site)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(ours)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    seen = json.loads(result.stdout)
    assert seen == {
        "beside": [str(course / "my kit")],
        "hidden": [],
        "read-only": [True, True],
        "scratch": seen["scratch"],
        "late": str(site / "only_here.py"),
        "user": 60001,
    }
    assert sorted(seen["scratch"]) == sorted(["own", course.name])
