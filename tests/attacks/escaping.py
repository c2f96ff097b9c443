"""Attacks with names, archives and texts: paths that climb, links, formulas, scripts, shell words, bombs of zeros."""

from __future__ import annotations

import io
import stat
import zipfile

from tests.attacks.attack import HEAD, IN_BUILD, RAN, Attack

SAYS = "\ndef attack():\n    print({text!r})\n    raise ValueError({text!r})\n"
NOTEBOOK = (HEAD + SAYS.format(text=RAN) + IN_BUILD).encode()


def packed(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """A zip with files, and with symbolic links by name and target."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return stream.getvalue()


def bomb() -> bytes:
    """A zip of 300 kB that unpacks to 300 MB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("text_classification/2_cnn.ipynb", bytes(300 * 2**20))
    return stream.getvalue()


def saying(name: str, tries: str, text: str, student: str = "") -> Attack:
    """An attack whose student, output and error hold a text that means something to a reader of reports."""
    code = SAYS.format(text=f"{text} {RAN}") + IN_BUILD
    return Attack(name, tries, code, student=student)


ATTACKS: list[Attack] = [
    Attack(
        "escape-zip-paths",
        "a zip whose entries climb out of the folder or begin at the root",
        packed=packed(
            {
                "climber/text_classification/2_cnn.py": NOTEBOOK,
                "climber/../../../../../../tmp/textlab_attack.py": b"x",
                "/tmp/textlab_attack.py": b"x",
                "C:\\textlab_attack.py": b"x",
            }
        ),
        shows={},
        ran=False,
    ),
    Attack(
        "escape-zip-links",
        "a zip whose entries are links to files of the instructor",
        packed=packed({"linker/notes.txt": b""}, {"linker/2_cnn.ipynb": "/etc/passwd", "linker/1_rnn.ipynb": "/"}),
        shows={"cnn-builds": "skipped"},
        ran=False,
    ),
    Attack(
        "escape-zip-bomb",
        "a zip that unpacks to a thousand times its size",
        packed=bomb(),
        shows={"cnn-builds": "skipped"},
        ran=False,
    ),
    Attack(
        "escape-zip-twins",
        "a zip with one name twice, and names that differ only in case or in invisible characters",
        packed=packed({"twin/2_cnn.py": NOTEBOOK, "twin/2_CNN.py": b"raise", "twin/2_cnn\u200b.py": b"raise"}),
        shows={},
        ran=False,
    ),
    saying("escape-student-path", "a student whose name climbs", RAN, "a\\..\\..\\..\\tmp\\textlab_attack"),
    saying("escape-student-shell", "a student whose name is a command", RAN, "$(touch textlab_attack);`id`|sh"),
    saying("escape-student-formula", "a student whose name is a spreadsheet formula", RAN, "=HYPERLINK(A1)+cmd"),
    saying("escape-student-html", "a student whose name is a script", RAN, "<script>alert(1)<script>"),
    saying("escape-student-markup", "a student whose name is markup of the terminal", RAN, "[bold red]a[link=x]"),
    saying(
        "escape-html",
        "print and raise scripts and tags that a browser would run",
        "<script>alert(1)</script><img src=x onerror=a()>",
    ),
    saying("escape-formula", "print and raise text that a spreadsheet would compute", "=cmd|' /C calc'!A0"),
    saying("escape-terminal", "print and raise codes that a terminal obeys", "\x1b]0;title\x07\x1b[2J\x1b[31m"),
    Attack(
        "escape-notebook-name",
        "a notebook whose name holds shell, HTML and path characters",
        files={"text_classification/2_cnn <script>alert(1)<script> $(touch textlab_attack) ..%2f.py": NOTEBOOK},
    ),
    Attack(
        "escape-deep-json",
        "a notebook of JSON nested a hundred thousand deep",
        files={"text_classification/2_cnn.ipynb": b'{"cells": ' + b"[" * 10**5 + b"]" * 10**5 + b"}"},
        shows={"cnn-builds": "skipped"},
        ran=False,
    ),
    Attack(
        "escape-deep-source",
        "Python source nested so deep that it overflows the parser",
        code="\nclass CNN(nn.Module):\n    x = " + "(" * 5000 + ")" * 5000 + "\n    y = " + "-" * 50000 + "1\n",
        shows={},
        ran=False,
    ),
]
