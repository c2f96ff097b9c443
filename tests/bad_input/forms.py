"""One right answer in every form in which programs, browsers and students save it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

TASK = """\
# Größe der Referenz: so many padding ids as the sentence has words
def pad_reference(ids, pad_idx):
    filled = torch.full_like(ids, pad_idx)
    if filled.shape != ids.shape:
        raise ValueError("never")
    return filled"""
"""The answer to one of notebook 2's blanks."""
CELLS = ("# Notebook 2", "import torch", TASK, "print(pad_reference(torch.zeros(2, 5).long(), 1))")
"""A title in markdown and three cells of code."""
Json = dict[str, Any]


def code(source: str | list[str], **fields: object) -> Json:
    """A code cell of format 4."""
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **fields}


def cells(sources: Iterable[str] = CELLS) -> list[Json]:
    """The cells as nbgrader hands them out: ids, grade ids, the first one markdown."""
    made = [
        code(source, id=f"cell-{number}", metadata=nbgrader(f"grade-{number}"))
        for number, source in enumerate(sources)
    ]
    made[0]["cell_type"] = "markdown"
    return made


def nbgrader(grade_id: str, **fields: object) -> Json:
    """A cell's metadata as nbgrader writes them."""
    return {"nbgrader": {"grade_id": grade_id, "schema_version": 3, "solution": True, "grade": False, **fields}}


def notebook(made: Sequence[object], minor: int = 5, **metadata: object) -> bytes:
    """A notebook of format 4 in UTF-8."""
    whole = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def format_3() -> bytes:
    """As IPython 2 saved it: worksheets, headings, `input` for `source`."""
    made: list[Json] = [{"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Notebook 2"]}]
    for number, source in enumerate(CELLS[1:], start=1):
        lines = source.splitlines(keepends=True)
        fields = {"collapsed": False, "input": lines, "language": "python", "metadata": {}, "outputs": []}
        made.append({"cell_type": "code", "prompt_number": number, **fields})
    whole = {"metadata": {"name": "2_cnn"}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": made}]}
    return json.dumps(whole).encode()


def colab() -> bytes:
    """As Colab saves it: its own metadata, a mounted drive, shell lines, a form, text that is a link to the page."""
    first = '#@title Set-up { display-mode: "form" }\n!pip install -q captum\nfrom google.colab import drive\n'
    first += "drive.mount('/content/drive')\n%cd /content/drive/MyDrive\nrate = 0.5 #@param {type:\"slider\"}"
    made = [code(source, metadata={"id": f"xYz{number}"}) for number, source in enumerate((first, *CELLS[1:]))]
    made[2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["Mounted at /content/drive\n"]}]
    badge = {
        "cell_type": "markdown",
        "metadata": {"id": "view-in-github", "colab_type": "text"},
        "source": ["<a></a>"],
    }
    kernel = {"name": "python3", "display_name": "Python 3"}
    return notebook(
        [badge, *made], 0, colab={"provenance": [], "gpuType": "T4"}, accelerator="GPU", kernelspec=kernel
    )


def vs_code() -> bytes:
    """As VS Code saves it: languages of cells, ids made of digits, carriage returns in lists of lines."""
    made = cells()
    for number, cell in enumerate(made):
        cell["id"] = f"{number:08x}"
        cell["metadata"] = {"vscode": {"languageId": "python"}}
        cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"].splitlines(keepends=True)]
    return notebook(made, language_info={"name": "python"}, orig_nbformat=4)


def old_jupyter() -> bytes:
    """As the first Jupyter saved it: format 4.0, no ids, `collapsed` and `trusted` cells."""
    made = cells()
    for cell in made:
        del cell["id"]
        cell["metadata"] = {"collapsed": False, "trusted": True}
        cell["source"] = cell["source"].splitlines(keepends=True)
    kernel = {"name": "python3", "display_name": "Python [conda root]", "language": "python"}
    return notebook(made, 0, kernelspec=kernel, anaconda_cloud={})


def with_outputs(mebibytes: int) -> bytes:
    """The notebook with one printed text of that size."""
    made = cells()
    made[-1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (mebibytes * 2**20)}]
    return notebook(made)


def without_ids(*names: str) -> bytes:
    """The notebook whose cells lack some of their fields."""
    made = cells()
    for cell in made:
        for name in names:
            del cell[name]
    return notebook(made)


def percent_script() -> bytes:
    """As jupytext and VS Code export it."""
    return ("# %% [markdown]\n# Notebook 2\n# %%\n" + "\n# %%\n".join(CELLS[1:])).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip with these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return stream.getvalue()
