"""Four readers of strangers' bytes, and what has to hold for each whatever the bytes are."""

from __future__ import annotations

import ast
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import torch

from autograder.submissions import SubmissionError, find_submissions
from autograder.submissions.safe_name import safe_name
from autograder.wire.frames import PREFIX, Frame, FrameError, decode_frame, encode_frame, read_prefix
from autograder.wire.values import Handle, pack, unpack
from textlab.definitions import Cell, read_cells, slice_definitions
from textlab.definitions.shown import plain_lines

NAMES = ("2_cnn.ipynb", "2_cnn.py", "2_cnn.ipynb.txt")
CELL_END = b"\n# ---\n"
WANTED = ("CNN", "pad_reference", "interpret_sentence")


@dataclass(frozen=True)
class Target:
    """A reader under test."""

    name: str
    check: Callable[[bytes], None]
    """Feeds the reader; raises when it raises what it must not, or breaks a promise."""
    seeds: Callable[[], list[bytes]]
    """Inputs to begin with, each of another form."""
    words: tuple[bytes, ...]
    """What is worth putting into an input."""


def check_reader(data: bytes) -> None:
    """The notebook reader: it never raises, and says something when there is no code."""
    name, content = NAMES[data[0] % len(NAMES) if data else 0], data[1:]
    cells, problems = read_cells(name, content)
    assert cells or problems, "neither cells nor a problem"
    numbers = [cell.number for cell in cells]
    assert numbers == sorted(set(numbers)), "cells out of order"
    for cell in cells:
        cell.source.encode("utf-8")
    for problem in problems:
        assert problem.startswith(name) and problem.endswith("."), problem
        assert problem == plain_lines(problem), "a problem that a terminal obeys"


def check_slicer(data: bytes) -> None:
    """The slicer: it never raises, and every piece that the worker will run parses."""
    texts = data.decode("utf-8", "replace").split(CELL_END.decode())
    found = slice_definitions([Cell(number, text) for number, text in enumerate(texts, start=1)], WANTED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for piece in found.program:
            ast.parse(piece.source)
    for problem in (*found.problems, *found.missing.values()):
        problem.encode("utf-8")


def check_archive(data: bytes) -> None:
    """The archive reader: a refusal with a reason, or submissions with safe names and files or problems."""
    path = _scratch() / "class.zip"
    path.write_bytes(data)
    try:
        submissions = find_submissions(path)
    except SubmissionError as error:
        assert str(error).endswith("."), error
        return
    names = [submission.student for submission in submissions]
    assert len(set(names)) == len(names), "two submissions of one name"
    for submission in submissions:
        assert submission.student == safe_name(submission.student)
        assert submission.files or submission.problems, "neither files nor a problem"
        for part in (part for file in submission.files for part in file.name.split("/")):
            assert part == safe_name(part), part
        " ".join(submission.problems).encode("utf-8")


def check_protocol(data: bytes) -> None:
    """The protocol decoder: FrameError, or numbers that are finite."""
    try:
        if len(data) < PREFIX.size:
            return
        header_size, _ = read_prefix(data[: PREFIX.size])
        rest = data[PREFIX.size :]
        if len(rest) < header_size:
            return
        # The body's length is not enforced here, so that the inputs need not keep two lengths right.
        frame = decode_frame(rest[:header_size], rest[header_size:])
        value = unpack(frame.header.get("value"), frame.tensors, Handle)
    except FrameError:
        return
    assert isinstance(frame.header, dict)
    for tensor in frame.tensors.values():
        assert tensor.numel() * tensor.element_size() <= len(data)
        assert bool(torch.isfinite(tensor).all())
    str(value)


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="textlab-fuzz-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))


def _reader_seeds() -> list[bytes]:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "# T"},
        {"cell_type": "code", "id": "a", "metadata": {"nbgrader": {"grade_id": "x"}}, "outputs": [], "source": ["x"]},
        {"cell_type": "code", "metadata": {}, "source": "y = 'é\\ud800'"},
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False)
    old = json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["a\n", "b"]}]}]})
    script = "x = 1\n# %% [markdown]\n# T\n# %%\ny = 2\n# In[3]:\nz = 3\n"
    texts = [notebook, notebook[:-60], old, old[:-20]]
    return [
        *(b"\0" + text.encode(encoding) for text in texts for encoding in ("utf-8", "utf-8-sig", "utf-16")),
        b"\1" + script.encode(),
        b"\1" + script.replace("\n", "\r\n").encode("utf-16"),
        b"\2" + notebook.encode("cp1252"),
    ]


def _slicer_seeds() -> list[bytes]:
    from tests.solution_source import solution_source

    return [
        *(solution_source(stem).encode() for stem in ("1_rnn", "2_cnn", "3_glove_cnn")),
        b"%matplotlib inline\n!pip install x\nimport a.b as nn\n# ---\nclass CNN(nn.M):\n\tdef f(self):\n\t\tpass",
        b"try:\n    import a as b\nexcept ImportError:\n    b = None\n# ---\nCNN = lambda x: b\nCNN.y = 2",
        b"%%time\nx = 1\n# ---\ndef pad_reference(ids, p):\n    global x\n    x += 1\n    return ids\n# ---\nf(x",
        b"for i in range(3):\n    a = i\nelse:\n    del a\nwith x as CNN: pass\nmatch CNN:\n    case [a, *b]: pass",
        b"@wrap\nasync def interpret_sentence(model, *, s: 'T' = 1) -> None:\n    yield (x := 3)\nf'{x!r:>{w}}'",
        b"exec('x')\nfrom m import *\nglobals()['CNN'] = 1\nCNN?\n?CNN\nx = !ls\n%load a.py\n\xc2\xa0class CNN: pass",
    ]


def _archive_seeds() -> list[bytes]:
    layouts = [
        ["ada/text_classification/2_cnn.ipynb", "bob/text_classification/1_rnn.py"],
        ["doejane_12345_678901_2_cnn.ipynb", "müllermax_LATE_12346_678903_2_cnn-1.ipynb"],
        ["Jane van Doe_88_assignsubmission_file_/2_cnn.ipynb", "Bo_89_assignsubmission_file_2_cnn.ipynb"],
        ["export/submission_101/2_cnn.ipynb", "export/submission_metadata.yml"],
        ["../../x.ipynb", "/etc/y.ipynb", "C:\\a\\z.ipynb", "con.ipynb", "a/./b/../c.ipynb", "d/", "work.zip"],
    ]
    metadata = b"submission_101:\n  :submitters:\n  - :name: J\n    :sid: '47'\n"
    seeds = []
    for names in layouts:
        for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            stream = BytesIO()
            with zipfile.ZipFile(stream, "w", method) as packed:
                for name in names:
                    packed.writestr(name, metadata if name.endswith("yml") else b'{"cells": []}' * 4)
            seeds.append(stream.getvalue())
    return seeds


def _protocol_seeds() -> list[bytes]:
    tensors: dict[str, torch.Tensor] = {}
    value = pack({"a": [1, 2.5, "b", None, True], "t": torch.ones(2, 3), "h": Handle(3)}, tensors)
    empty = {"e": torch.zeros(0, 4), "i": torch.arange(3), "d": torch.ones((), dtype=torch.float64)}
    frames = [
        Frame({"ready": True, "python": "3.11"}),
        Frame({"sequence": 1, "value": value, "printed": "x"}, tensors),
        Frame({"sequence": 2, "value": [{"tensor": "i"}, {"items": [["k", 1]]}, {"object": 3}]}, empty),
        Frame({"sequence": 3, "student_error": ["f", "ValueError", "no", "cell 1"], "printed": ""}),
    ]
    return [encode_frame(frame) for frame in frames]


def _words(text: bytes, *more: bytes) -> tuple[bytes, ...]:
    return (*text.split(), *more)


TARGETS = (
    Target(
        "reader",
        check_reader,
        _reader_seeds,
        _words(
            b'"cells" "worksheets" "cell_type" "code" "source" "input" [ ] { } " : , \\u # 1e999',
            *(b"# %%", b"# In[1]:", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf"),
        ),
    ),
    Target(
        "slicer",
        check_slicer,
        _slicer_seeds,
        _words(
            b"class def import from lambda global nonlocal del with match case try: else: async await yield CNN"
            b" % ! ? ''' f'{ := * ** @ ( )",
            *(CELL_END, b"\t", b"\\\n", b"\xc2\xa0", b"\xef\xbb\xbf", b"\x0c"),
        ),
    ),
    Target(
        "archive",
        check_archive,
        _archive_seeds,
        _words(
            b"../ \\ .ipynb __MACOSX/ submitted/ text_classification/ :submitters: _assignsubmission_file_",
            *(b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\1\0"),
        ),
    ),
    Target(
        "protocol",
        check_protocol,
        _protocol_seeds,
        _words(
            b'TLW1 "value" {"tensor":"t0"} {"items":[[" {"object": "dtype":"F32" "F64" "I64" "BF16" "shape":['
            b' "data_offsets":[0, NaN 1e999 __metadata__ \xff\xff\xff\x7f'
        ),
    ),
)
