"""The student side runs on Windows and macOS: no Unix-only call, no path of one system, every text in UTF-8."""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from autograder.release import SOLUTIONS, read_source
from autograder.release.bundle import build_bundle

TEXTLAB = Path(__file__).parent.parent / "textlab"
UNIX_ONLY_MODULES = {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
UNIX_ONLY_NAMES = {
    *("os.fork", "os.forkpty", "os.getuid", "os.geteuid", "os.setuid", "os.getpgid", "os.killpg", "os.mkfifo"),
    *("os.nice", "os.chown", "os.sched_getaffinity", "os.sched_setaffinity", "os.wait", "os.uname", "os.sysconf"),
    *("signal.alarm", "signal.setitimer", "signal.SIGALRM", "signal.SIGKILL", "signal.pause", "time.tzset"),
}
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def faults(source: str) -> Iterator[str]:
    """What in a module's source works on one system only."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            named = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            yield from (name for name in named if name.split(".")[0] in UNIX_ONLY_MODULES)
            if isinstance(node, ast.ImportFrom):
                full = {f"{node.module}.{alias.name}" for alias in node.names}
                yield from full & UNIX_ONLY_NAMES
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in UNIX_ONLY_NAMES:
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node.value.startswith(("/tmp", "/dev/", "/proc/", "/usr/", "/home/")):
                yield node.value
        elif isinstance(node, ast.Call):
            options = {keyword.arg for keyword in node.keywords}
            if handles_text(node) and "encoding" not in options:
                yield f"{ast.unparse(node)} without encoding"


def handles_text(call: ast.Call) -> bool:
    """Whether a call reads or writes text: `read_text`, `write_text`, `open` in a text mode, a process's output."""
    function = ast.unparse(call.func)
    name = function.rpartition(".")[2]
    if function.startswith("subprocess."):
        return any(keyword.arg in ("text", "universal_newlines") for keyword in call.keywords)
    if name != "open":
        return name in ("read_text", "write_text")
    modes = call.args[1:] if function == "open" else call.args[:1]
    if function.startswith("tarfile."):
        return False
    # The first argument of a zip file's own `open` is a member, never a literal mode.
    return not modes or (isinstance(modes[0], ast.Constant) and "b" not in str(modes[0].value))


@pytest.mark.parametrize("path", sorted(TEXTLAB.rglob("*.py")), ids=lambda path: str(path.relative_to(TEXTLAB)))
def test_a_module_of_the_student_side_needs_no_particular_system(path: Path) -> None:
    assert list(faults(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in SOLUTIONS.glob("*.py")))
def test_a_notebook_needs_no_particular_system_either(name: str) -> None:
    cells = [cell.source for cell in read_source(name).notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 10
    assert [fault for cell in cells for fault in faults(cell)] == []


def test_every_file_of_the_zip_can_be_unpacked_on_every_system(tmp_path: Path) -> None:
    with zipfile.ZipFile(build_bundle(tmp_path / "student.zip")) as bundle:
        names = bundle.namelist()
    assert len(names) == len({name.lower() for name in names}), "two names differ in capitals only"
    for name in names:
        assert name.isascii() and not set(name) & set('<>:"\\|?*'), name
        assert len(name) <= 100, f"{name}: Windows allows 260 characters with the folder that the zip is unpacked in"
        for part in PureWindowsPath(name).parts:
            assert part == part.strip(" .") and part.split(".")[0].lower() not in RESERVED, name


@pytest.mark.parametrize(
    "source",
    [
        "import fcntl",
        "from resource import setrlimit",
        "from os import fork",
        "import os; os.sched_getaffinity(0)",
        "import signal; signal.alarm(3)",
        "p = '/tmp/x'",
        "path.read_text()",
        "path.write_text(text, newline='')",
        "open(path)",
        "path.open()",
        "path.open('w')",
        "subprocess.run(command, text=True)",
    ],
)
def test_the_scan_finds_what_works_on_one_system_only(source: str) -> None:
    assert len(list(faults(source))) == 1


@pytest.mark.parametrize("source", ["open(path, 'rb')", "path.open('rb')", "archive.open(member)", "import signal"])
def test_the_scan_lets_the_rest_pass(source: str) -> None:
    assert list(faults(source)) == []
