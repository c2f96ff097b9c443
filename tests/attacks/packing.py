"""Attacks with odd names of students, and with zips of odd entries."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping

from tests.attacks.attack import IN_BUILD, MARK, RAN, Attack
from tests.attacks.escaping import NOTEBOOK, SAYS, packed


def archive(entries: Mapping[str, bytes], kinds: Mapping[str, int] | None = None) -> bytes:
    """A zip whose entries have these contents, and where asked these kinds of file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = ((kinds or {}).get(name, stat.S_IFREG) | 0o644) << 16
            made.writestr(info, content)
    return stream.getvalue()


def nested(depth: int) -> bytes:
    """A zip in a zip in a zip, the innermost of zeros."""
    content = archive({"2_cnn.ipynb": bytes(20 * 2**20)})
    for _ in range(depth):
        content = archive({f"{number}.zip": content for number in range(4)})
    return content


def encrypted(content: bytes) -> bytes:
    """The same zip, whose entries say that they need a password."""
    marked = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = marked.find(signature)
        while start >= 0:
            marked[start + offset] |= 1
            start = marked.find(signature, start + 4)
    return bytes(marked)


def named(name: str, tries: str, student: str) -> Attack:
    """An attack whose student has an odd name."""
    return Attack(name, tries, SAYS.format(text=RAN) + IN_BUILD, student=student)


ATTACKS: list[Attack] = [
    named("name-turned", "a student whose name turns the direction of writing", "ada\u202e\u2066txt.exe"),
    Attack(
        "name-lookalikes",
        "students whose names differ in invisible letters, letters of another script, case and dots at the end",
        packed=archive(
            {
                f"{name}/2_cnn.py": NOTEBOOK
                for name in ("ada", "ADA", "ada.", "ad\u0430", "ada\u200b", "ada ", "a\u0308", "\u00e4")
            }
        ),
    ),
    named("name-terminal", "a student whose name holds codes of a terminal and ends of lines", "\x1b[2Ja\r\nb\x07"),
    named(
        "name-endless",
        "a student whose name is as long as a name may be, in letters of four bytes",
        "\U0001d54f" * 63,
    ),
    named("name-template", "a student whose name is a template's expression", "{{7*7}}${7*7}{% raw %}%s%n"),
    Attack(
        "zip-devices",
        "a zip whose entries say that they are pipes, devices, sockets and set-user-id programs",
        packed=archive(
            {f"odd/{name}": b"x" for name in ("1_rnn.ipynb", "3_glove_cnn.ipynb", "x.sock")}
            | {"odd/2_cnn.py": NOTEBOOK},
            {"odd/1_rnn.ipynb": stat.S_IFIFO, "odd/3_glove_cnn.ipynb": stat.S_IFBLK, "odd/x.sock": stat.S_IFSOCK},
        ),
        shows={},
        ran=False,
    ),
    Attack(
        "zip-folder-link",
        "a zip with a link to a folder and a file below that link",
        packed=packed(
            {"link/2_cnn.py": NOTEBOOK, f"link/out/{MARK}.txt": b"x"}, {"link/out": "/tmp", "link/data": "../../.."}
        ),
        shows={},
        ran=False,
    ),
    Attack(
        "zip-nested",
        "zips in zips in zips, which unpack to gigabytes for whoever opens all",
        packed=archive({"deep/2_cnn.py": NOTEBOOK, "deep/all.zip": nested(3)}),
        shows={},
        ran=False,
    ),
    Attack(
        "zip-locked",
        "a zip whose entries need a password, and one that is cut off",
        packed=encrypted(archive({"locked/2_cnn.py": NOTEBOOK})),
        shows={},
        ran=False,
    ),
    Attack(
        "zip-names",
        "a zip with entries of empty, endless and reserved names, of dots, of ends of lines and of a drive",
        packed=archive(
            {
                f"named/{name}": b"x"
                for name in (
                    "a" * 300,
                    ". /.. /x",
                    "con",
                    "nul.ipynb",
                    "a\nb.ipynb",
                    "c:x.ipynb",
                    " ",
                    "x/" * 200 + "y",
                )
            }
            | {"named/2_cnn.py": NOTEBOOK}
        ),
        shows={},
        ran=False,
    ),
]
