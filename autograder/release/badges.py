"""README's part on hosted notebooks: badges that open a notebook at a service, from the address in pyproject.toml.

The services open notebooks that lie in a public GitHub repository. Without one there is nothing to link to, and the
README says what to do instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from autograder.release.set_up import PYPROJECT, read_project
from autograder.release.source import ReleaseError

BEGIN, END = "<!-- made by make release -->\n", "<!-- end of what make release made -->\n"
ADDRESS = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)/(?:blob|tree)/([\w./-]+?)/?")
COLAB = "https://colab.research.google.com"
KAGGLE = "https://kaggle.com"
NOWHERE = """\
No public address is set, so there is no badge to click yet. Upload a notebook of `assignment/` and the zip that
`make student` makes; the first cell does the rest. For badges, write the address of a public GitHub folder that holds
the notebooks into `pyproject.toml` (`notebooks-address`), and run `make release`.
"""


def fresh_readme(text: str, notebooks: Sequence[str], pyproject: Path = PYPROJECT) -> str:
    """The README with the part between its two marks made anew. Raises ReleaseError when a mark is missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ReleaseError(f"README.md has lost a mark: put {BEGIN.strip()!r} and {END.strip()!r} back, a line each")
    return before + BEGIN + hosted_part(notebooks, pyproject) + END + after


def hosted_part(notebooks: Sequence[str], pyproject: Path = PYPROJECT) -> str:
    """A table of badges, or what to do without an address. Raises ReleaseError for an address of another form."""
    address = str(read_project(pyproject)["tool"]["textlab"]["notebooks-address"])
    if not address:
        return NOWHERE
    found = ADDRESS.fullmatch(address)
    if not found:
        raise ReleaseError(
            f"notebooks-address is {address!r} in pyproject.toml: write the address that a browser shows for the "
            "folder of the notebooks, such as https://github.com/OWNER/REPOSITORY/tree/main/assignment"
        )
    folder = f"{found[1]}/blob/{found[2]}"
    rows = ["| notebook | Colab | Kaggle |", "|---|---|---|"]
    for name in notebooks:
        colab = f"[![open in Colab]({COLAB}/assets/colab-badge.svg)]({COLAB}/github/{folder}/{name}.ipynb)"
        kaggle = (
            f"[![open in Kaggle]({KAGGLE}/static/images/open-in-kaggle.svg)]"
            f"({KAGGLE}/kernels/welcome?src=https://github.com/{folder}/{name}.ipynb)"
        )
        rows.append(f"| `{name}` | {colab} | {kaggle} |")
    return "\n".join(rows) + "\n"
