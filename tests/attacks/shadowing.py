"""Attacks with files beside the notebook: modules that shadow others, names that climb, files without end."""

from __future__ import annotations

from tests.attacks.attack import HEAD, IN_BUILD, MARK, RAN, STOLEN, Attack

FOLDER = "text_classification/"
TELLS = f"print({STOLEN!r}, __name__)\n".encode()
SAYS = f"\ndef attack():\n    print({RAN!r})\n    raise ValueError({RAN!r})\n"


def beside(name: str, tries: str, files: dict[str, bytes], code: str = "") -> Attack:
    """An attack of a notebook in Python, after `code`, and of files beside it."""
    notebook = (HEAD + code + SAYS + IN_BUILD).encode()
    return Attack(name, tries, files={f"{FOLDER}2_cnn.py": notebook, **{FOLDER + at: files[at] for at in files}})


SHADOWED = (
    *("torch.py", "numpy.py", "captum.py", "random.py", "csv.py", "json.py", "base64.py", "conftest.py"),
    *("sitecustomize.py", "usercustomize.py", "textlab/__init__.py", "textlab/checks/__init__.py"),
    *("autograder/__init__.py", "autograder/worker/session.py", "torch/nn/__init__.py", "site.pth.txt"),
)

ATTACKS: list[Attack] = [
    beside(
        "shadow-modules",
        "files with the names of torch, textlab, the grader and the standard library, which tell when they run",
        dict.fromkeys(SHADOWED, TELLS),
        "import base64, csv, json, random\nimport captum, numpy\nimport textlab.checks, textlab.corpus, torch.nn\n",
    ),
    beside(
        "shadow-written",
        "cells that write modules of these names and files outside of the notebook's folder",
        {},
        "".join(
            f"get_ipython().run_cell_magic('writefile', {name!r}, {TELLS.decode()!r})\n"
            for name in ("torch.py", "colorsys.py", "textlab/__init__.py", f"/tmp/{MARK}.txt", f"../{MARK}.txt")
        )
        + "import colorsys, textlab.vectors\n",
    ),
    beside(
        "shadow-thousand-files",
        "a thousand files beside the notebook, and one of two mebibytes",
        {**{f"data/{number:04}.json": b"{}" for number in range(1000)}, "large.json": b"1" * 2 * 2**20},
        "import os\nassert len(os.listdir('data')) == 64 and not os.path.exists('large.json')\n",
    ),
]
