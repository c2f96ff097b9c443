"""The gallery: what students hand in instead of a well-saved notebook, and what has to be said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.bad_input.forms import (
    CELLS,
    TASK,
    cells,
    code,
    colab,
    format_3,
    notebook,
    old_jupyter,
    percent_script,
    vs_code,
    with_outputs,
    without_ids,
    zipped,
)

FOLDER = "text_classification"
NAME = f"{FOLDER}/2_cnn.ipynb"


@dataclass(frozen=True)
class BadInput:
    """One thing handed in."""

    name: str
    files: Mapping[str, bytes]
    """By path below the student's folder."""
    says: str = ""
    """Stands in one of the problems of the report; "" where nothing needs to be said."""
    graded: bool = True
    """Whether it gets the mark that the well-saved notebook gets."""
    student: str = ""
    """The student's folder where that is what is odd."""


def hand_in(given: BadInput, folder: Path) -> Path:
    """Write what a student hands in below the folder of the class."""
    for name, content in given.files.items():
        path = folder / (given.student[:120] or given.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


STUDENTS = (
    *("Zoë Ångström", "李雷", "محمد", "o'brien", "a b", "-rf", "=1+1", "@sum", "<b>bold", "{{7*7}}", "[red]x", "con"),
    *("aux.txt", "x" * 200, "a\nb", "a\tb", "\u202egpj", "100%", "$(id)", "a%2fb", "emoji 🙂", "#1", "a;b,c", '"q"'),
)
"""Student ids that mean something to a shell, a spreadsheet, a page, a terminal or a file system."""


def one(name: str, content: bytes, says: str = "", graded: bool = True) -> BadInput:
    """A single notebook with that content."""
    return BadInput(name, {NAME: content}, says, graded)


@cache
def gallery() -> tuple[BadInput, ...]:
    """Everything, the well-saved notebook first."""
    good, text = notebook(cells()), notebook(cells()).decode()
    twins = cells()
    for cell in twins:
        cell["id"] = "same"
        cell["metadata"] = {"nbgrader": {"grade_id": "same", "locked": True}}
    tabs = TASK.replace("        ", "\t\t").replace("    ", "\t")
    mixed = TASK.replace("        raise", "\traise")
    other = notebook(cells((*CELLS[:2], TASK.replace("pad_idx)", "0)", 2), *CELLS[3:])))
    tries = (f"n{number} = {number}" if number % 4 == 0 else f"# {number}" for number in range(10_000))
    many = [*cells()[:1], *map(code, tries), *cells()[1:]]
    deep = text.replace('"outputs": []', '"outputs": ' + "[" * 100_000 + "]" * 100_000, 1).encode()
    cut = text.index('"print(')
    wide = "\n".join(["<<<<<<< HEAD", text[: text.index("{", cut - 400)], "======="])
    return (
        one("well-saved", good),
        # Files that hold too little
        one("empty", b"", "2_cnn.ipynb: the file is empty", False),
        one("only-zeros", bytes(4096), "2_cnn.ipynb: the file is empty", False),
        one("cut-in-the-last-cell", text[:cut].encode(), "2_cnn.ipynb: is damaged"),
        one("cut-at-the-end", text[:-20].encode(), "2_cnn.ipynb: is damaged"),
        one("cut-in-the-first-cell", text[:100].encode(), "2_cnn.ipynb: is no notebook", False),
        one("merge-marks", wide.encode(), "2_cnn.ipynb: is no notebook", False),
        one("no-cells", notebook([]), "2_cnn.ipynb: holds no code", False),
        BadInput("no-notebook", {f"{FOLDER}/essay.docx": b"PK"}, "No notebook was found", False),
        # Formats and programs
        one("format-3", format_3()),
        one("colab", colab()),
        one("vs-code", vs_code()),
        one("old-jupyter", old_jupyter()),
        BadInput("script", {f"{FOLDER}/2_cnn.py": "\n\n".join(CELLS).encode()}),
        BadInput("percent-script", {f"{FOLDER}/2_cnn.py": percent_script()}),
        BadInput("notebook-named-py", {f"{FOLDER}/2_cnn.py": good}),
        BadInput("browser-ending", {f"{FOLDER}/2_cnn.ipynb.txt": good}),
        one(
            "a-page", b"<!DOCTYPE html><html><body>Please log in</body></html>", "2_cnn.ipynb: is no notebook", False
        ),
        one("a-picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "2_cnn.ipynb: is no notebook", False),
        one("other-json", b'{"a": [1, 2]}', "2_cnn.ipynb: is JSON but no notebook", False),
        # Cells
        one("no-ids", without_ids("id")),
        one("no-grade-ids", without_ids("metadata")),
        one("same-ids", notebook(twins)),
        one("tests-deleted", notebook(cells(CELLS[:3]))),
        one("cells-split", notebook(cells((*CELLS[:2], *("# a note", TASK, "# another"), *CELLS[3:])))),
        one("cells-merged", notebook(cells(("# T", "\n".join(CELLS))))),
        one("cells-in-disorder", notebook([cells()[0], *cells()[:0:-1]])),
        one("cells-of-numbers", notebook([*cells(), 3, None]), "2_cnn.ipynb: cell 5 is no cell"),
        one("ten-thousand-cells", notebook(many)),
        # Characters
        one("utf-8-mark", b"\xef\xbb\xbf" + good),
        one("utf-16", text.encode("utf-16")),
        one("utf-32", text.encode("utf-32")),
        one("windows-1252", text.encode("cp1252"), "2_cnn.ipynb: is not UTF-8"),
        one("tabs", notebook(cells((*CELLS[:2], tabs, *CELLS[3:])))),
        one("tabs-and-blanks", notebook(cells((*CELLS[:2], mixed, *CELLS[3:])))),
        one("carriage-returns", notebook(cells([source.replace("\n", "\r") for source in CELLS]))),
        one("no-break-spaces", notebook(cells([source.replace("    ", "\u00a0" * 4) for source in CELLS]))),
        # Sizes
        one("outputs-of-40-mebibytes", with_outputs(40)),
        one("outputs-of-100-mebibytes", with_outputs(100), "2_cnn.ipynb: has 100 MiB", False),
        one("deep-json", deep, "2_cnn.ipynb: its JSON is nested too deep", False),
        one("broken-cells", notebook(cells(["# T"] + ["f("] * 5000)), "cell 2 line 1 does not parse", False),
        # Names and numbers of files
        BadInput("renamed", {f"{FOLDER}/my homework.ipynb": good}, "my homework.ipynb: was graded as 2_cnn.ipynb"),
        BadInput("downloaded-twice", {f"{FOLDER}/2_CNN (1).ipynb": good}),
        BadInput(
            "two-notebooks", {NAME: good, f"{FOLDER}/2_cnn (1).ipynb": other}, "2_cnn (1).ipynb: was not graded"
        ),
        BadInput(
            "a-broken-copy",
            {NAME: text[:80].encode(), f"{FOLDER}/2_cnn (1).ipynb": good},
            "2_cnn.ipynb: is no notebook",
        ),
        BadInput("packed", {f"{FOLDER}/work.zip": zipped({"2_cnn.ipynb": good})}, "work.zip: packed files", False),
        BadInput("folder-named-so", {f"{NAME}/notes.txt": b"x"}, "No notebook was found", False),
        BadInput("deep-folders", {f"{FOLDER}/" + "d/" * 5 + "2_cnn.ipynb": good}),
        *(BadInput(f"student-{number}", {NAME: good}, student=raw) for number, raw in enumerate(STUDENTS)),
    )


def zips() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Zips as course systems make them, and the students in each; all hand in the well-saved notebook."""
    good = notebook(cells())
    submitters = {"submission_7": {":submitters": [{":name": "Jane Doe", ":sid": "4711"}]}}
    return {
        "canvas": (
            zipped({"doejane_LATE_12345_67890_2_cnn-1.ipynb": good, "roemax_12346_67891_2_cnn.ipynb": good}),
            ("doejane_12345", "roemax_12346"),
        ),
        "moodle": (
            zipped({"Jane Doe_88_assignsubmission_file_/2_cnn.ipynb": good}),
            ("Jane Doe_88",),
        ),
        "gradescope": (
            zipped(
                {
                    "assignment_5_export/submission_7/2_cnn.ipynb": good,
                    "assignment_5_export/submission_metadata.yml": json.dumps(submitters).encode(),
                }
            ),
            ("4711",),
        ),
    }
